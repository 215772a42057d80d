"""Studies of which KPIs predict, kept as they were said."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from trueup.record.access import allow
from trueup.record.keeping import action, check
from trueup.record.models import IndicatorStudy, User


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
    """Keep a study. ``by`` None: a machine."""
    if by is not None:
        allow(by, "build")
    return _keep(said, by=by, at=at)


@action
def _keep(said: Said, *, by: User | None, at: datetime) -> IndicatorStudy:
    kept = IndicatorStudy(
        **vars(said), sha256=hashlib.sha256(said.content.encode()).hexdigest(), studied_at=at, studied_by=by
    )
    check(kept)
    kept.save(force_insert=True)
    return kept
