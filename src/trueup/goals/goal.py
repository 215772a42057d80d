"""A goal as plain values: what was agreed, what was read, what the customer said to it.

Days are local dates of the workspace, moments are UTC, amounts are decimals in the goal's own unit. Nothing here knows
where entries are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

Direction = Literal["increase", "decrease", "maintain"]
Status = Literal["draft", "agreed", "achieved", "missed", "withdrawn"]
Verification = Literal["unverified", "confirmed_by_customer", "measured_by_system"]
Verdict = Literal["confirmed", "corrected", "disputed"]

CADENCE_DAYS = 45
"""How often a goal is to be read unless it says otherwise."""
ENDED_DAYS = 365
"""For how long a goal that was achieved or missed goes on counting towards its account's attainment."""


@dataclass(frozen=True)
class Terms:
    """One revision of a goal's terms, entered on ``recorded_on``.

    ``tolerance`` is how far a goal to maintain may stray from its target.
    """

    revision: int
    recorded_on: date
    baseline_value: Decimal | None
    baseline_on: date | None
    target_value: Decimal | None
    target_on: date | None
    tolerance: Decimal | None = None


@dataclass(frozen=True)
class Reading:
    """A value of a goal's measure on a day, as claimed by us and first recorded at ``recorded_at``.

    ``verified_at``: since when the customer or a system vouches for it.
    """

    reading_id: str
    observed_on: date
    value: Decimal
    recorded_at: datetime
    verification: Verification = "unverified"
    verified_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What the customer said to a reading; ``value`` is the one they hold right, where they gave one."""

    answer_id: str
    reading_id: str
    verdict: Verdict
    answered_at: datetime
    value: Decimal | None = None


@dataclass(frozen=True)
class Goal:
    """A goal without its terms; ``ended_on`` is when it was achieved, missed or withdrawn."""

    goal_id: str
    direction: Direction
    status: Status
    agreed_on: date | None
    ended_on: date | None = None
    weight: Decimal = Decimal(1)
    cadence_days: int = CADENCE_DAYS

    def status_on(self, day: date) -> Status:
        """Where the goal stood at the end of ``day``, as far as its present status tells."""
        if self.status == "draft" or self.agreed_on is None or self.agreed_on > day:
            return "draft"
        is_open = self.status == "agreed" or (self.ended_on is not None and self.ended_on > day)
        return "agreed" if is_open else self.status

    def counts_on(self, day: date, *, ended_days: int = ENDED_DAYS) -> bool:
        """Whether the goal counts towards its account's attainment: agreed, or achieved or missed not long ago.

        Were success to take a goal out of the account's attainment, attainment would fall with every success.
        """
        status = self.status_on(day)
        if status in {"achieved", "missed"}:
            return self.ended_on is not None and self.ended_on > day - timedelta(days=ended_days)
        return status == "agreed"


def terms_on(revisions: Iterable[Terms], day: date) -> Terms | None:
    """The terms in force on ``day``: the highest revision entered by then.

    A goal that was entered late stands on its first revision before that. None without any revision.
    """
    known = sorted(revisions, key=lambda terms: terms.revision)
    entered = [terms for terms in known if terms.recorded_on <= day]
    return entered[-1] if entered else next(iter(known), None)
