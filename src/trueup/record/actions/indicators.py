"""Studies of which KPIs predict, kept as they were said."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from trueup.record.access import allow
from trueup.record.keeping import action, check
from trueup.record.models import IndicatorStudy, User
from trueup.record.reach import rows

_QUESTION = frozenset({"outcome", "lead_days", "horizon_days"})


@dataclass(frozen=True)
class Said:
    """What a study said: ``content`` is JSON."""

    outcome: str
    lead_days: int
    horizon_days: int
    as_of_on: date
    events: int
    content: str


def keep_study(said: Said, *, by: User | None, at: datetime) -> IndicatorStudy:
    """Keep a study, unless the last one of its question says the same. ``by`` None: a machine."""
    if by is not None:
        allow(by, "build")
    digest = hashlib.sha256(said.content.encode()).hexdigest()
    question = {name: value for name, value in vars(said).items() if name in _QUESTION}
    last = rows(IndicatorStudy).filter(**question).order_by("pk").last()
    return last if last is not None and last.sha256 == digest else _keep(said, digest, by=by, at=at)


@action
def _keep(said: Said, digest: str, *, by: User | None, at: datetime) -> IndicatorStudy:
    kept = IndicatorStudy(**vars(said), sha256=digest, studied_at=at, studied_by=by)
    check(kept)
    kept.save(force_insert=True)
    return kept
