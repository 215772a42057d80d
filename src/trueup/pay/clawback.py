"""What a payee returns of a lot when its customer leaves early: a component of its own, in the period of the churn.

The base is what was paid on the lot, net of all that was taken back of it otherwise. The share returned goes by
complete months since the term began; part of a month does not count. A customer that comes back brings all of it back.
Amounts are money, below 0 where we claw back and above 0 where that is reversed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from trueup.pay.rounding import rounded
from trueup.units.money import Money


class InvalidEarnOut(ValueError):  # noqa: N818  named as people say it
    """Shares to return that are none, or grow with time."""


@dataclass(frozen=True)
class Step:
    """The share that is returned before so many months are complete."""

    before_months: int
    returned: Fraction


@dataclass(frozen=True)
class EarnOut:
    """How a lot is earned out over time, in steps of ever more months; after the last it is wholly earned."""

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.steps or self.steps[0].before_months < 1:
            raise InvalidEarnOut("the earn-out has no month: give a term of one month or more")
        if not all(0 <= step.returned <= 1 for step in self.steps):
            raise InvalidEarnOut("a share to return lies below 0 or above 1: nobody returns more than they were paid")
        for step, later in pairwise(self.steps):
            if later.before_months <= step.before_months or later.returned > step.returned:
                raise InvalidEarnOut(
                    f"the steps before {step.before_months} and before {later.before_months} months are out of order: "
                    "months rise, and what is returned falls"
                )

    @classmethod
    def linear(cls, months: int) -> "EarnOut":
        """A lot that is earned in equal parts, with each complete month of a term."""
        return cls(tuple(Step(month + 1, Fraction(months - month, months)) for month in range(months)))

    def returned(self, months: int) -> Fraction:
        """The share that is returned after so many complete months."""
        return next((step.returned for step in self.steps if months < step.before_months), Fraction(0))


@dataclass(frozen=True)
class Lot:
    """What was paid on one deal, net, and when the term began in which it is earned out."""

    began_on: date
    paid: Money


@dataclass(frozen=True)
class Turn:
    """That a lot's customer left or came back."""

    natural_key: str
    on: date
    kind: Literal["churned", "reinstated"]


@dataclass(frozen=True)
class Clawed:
    """What one turn claws back of a lot (below 0), or brings back of it."""

    natural_key: str
    on: date
    amount: Money


def clawed(lot: Lot, turns: Iterable[Turn], earn_out: EarnOut) -> tuple[Clawed, ...]:
    """The lines of a lot's turns; leaving twice, or coming back without having left, changes nothing."""
    nothing = Money.zero(lot.paid.currency)
    lost = nothing
    has_left = False
    lines = []
    for turn in sorted(turns, key=lambda turn: (turn.on, turn.natural_key)):
        if has_left == (turn.kind == "churned"):
            continue
        has_left = turn.kind == "churned"
        returned = earn_out.returned(complete_months(lot.began_on, turn.on))
        owes = rounded(returned * Fraction(max(lot.paid, nothing).amount), lot.paid.currency) if has_left else nothing
        if owes != lost:
            lines.append(Clawed(turn.natural_key, turn.on, lost - owes))
        lost = owes
    return tuple(lines)


def complete_months(start: date, end: date) -> int:
    """How many months are complete from one day to another: each is with the same day of a later month.

    Where that month is shorter, it is complete with the first day of the next one.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if end.day >= start.day else months - 1
