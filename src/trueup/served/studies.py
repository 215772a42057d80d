"""Studies of which KPIs predict, as they are kept: the newest of each outcome, and any by its number."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from trueup.answers.predicting import Predicts, predicting
from trueup.answers.study import Study, study_of
from trueup.record import access
from trueup.record.models import IndicatorStudy, User
from trueup.runs.kept_studies import newest_two_of, study_of_row
from trueup.runs.panel_outcomes import OUTCOMES

Pairs = tuple[tuple[IndicatorStudy, IndicatorStudy | None], ...]


@dataclass(frozen=True)
class Kept:
    """When a study was made, of what, and by how many events."""

    number: int
    outcome: str
    lead_days: int
    horizon_days: int
    as_of_on: date
    events: int
    studied_at: datetime

    @property
    def ends_days(self) -> int:
        """How many days ahead what happens still counts."""
        return self.lead_days + self.horizon_days


def listed(user: User, outcome: str | None = None) -> Sequence[Kept]:
    """The studies there are, the newest first."""
    found = access.indicator_studies(user).defer("content").order_by("-pk")
    return [_kept(row) for row in (found if outcome is None else found.filter(outcome=outcome))]


def newest(user: User) -> dict[str, Kept]:
    """The newest study of each outcome that was studied, in the order in which outcomes are told."""
    found: dict[str, Kept] = {}
    for each in listed(user):
        found.setdefault(each.outcome, each)
    return {outcome: found[outcome] for outcome in OUTCOMES if outcome in found}


def study(user: User, number: int) -> tuple[Kept, Study] | None:
    """A study by its number; None where there is none."""
    row = access.indicator_studies(user).filter(pk=number).first()
    return None if row is None else (_kept(row), _read(row.content))


def newest_two(user: User) -> Pairs:
    """The newest study of each outcome, with the one before of the same question, if there is one."""
    return tuple(newest_two_of(access.indicator_studies(user).defer("content")))


def predicts(asked: Pairs) -> Mapping[str, tuple[Predicts, ...]]:
    """By KPI, its tiers for the outcomes that the data can tell of."""
    return predicting((study_of_row(now), study_of_row(before) if before else None) for now, before in asked)


@lru_cache(maxsize=16)
def _read(content: str) -> Study:
    return study_of(json.loads(content))


def _kept(row: IndicatorStudy) -> Kept:
    return Kept(row.pk, row.outcome, row.lead_days, row.horizon_days, row.as_of_on, row.events, row.studied_at)
