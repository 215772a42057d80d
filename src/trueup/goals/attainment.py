"""What an account has attained of all it set out to, and since when it has had something of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from trueup.goals.goal import Direction, Terms, terms_on
from trueup.goals.progress import Progress, Value, clip, decimal, progress

FIRST_VALUE = Fraction(1, 4)
"""The progress at which a customer has had a first value."""


@dataclass(frozen=True)
class Attainment:
    """The weighted mean of an account's goals' progress, each clipped to 0..1, and the same unclipped.

    ``measured``, ``unmeasured``: how many goals have a progress, and how many have none. Without any measured there is
    no attainment, and ``because`` says whether there were goals at all.
    """

    share: Decimal | None
    unclipped: Decimal | None
    measured: int
    unmeasured: int
    because: Literal["no_goals", "none_measured"] | None = None


def attainment(goals: Iterable[tuple[Decimal, Progress]]) -> Attainment:
    """The attainment of an account by its goals' weights (above 0) and progress."""
    listed = list(goals)
    weighed = [(Fraction(weight), made.exact) for weight, made in listed if made.exact is not None]
    unmeasured = len(listed) - len(weighed)
    if not weighed:
        return Attainment(None, None, 0, unmeasured, "none_measured" if listed else "no_goals")
    share = _mean((weight, clip(exact)) for weight, exact in weighed)
    return Attainment(decimal(share), decimal(_mean(weighed)), len(weighed), unmeasured)


def _mean(weighed: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    listed = list(weighed)
    nothing = Fraction(0)
    return sum((weight * share for weight, share in listed), nothing) / sum((weight for weight, _ in listed), nothing)


def first_reached_on(
    direction: Direction, revisions: Iterable[Terms], values: Iterable[Value], *, share: Fraction = FIRST_VALUE
) -> date | None:
    """The first day whose value took the goal to ``share`` of its way, by the terms in force on that day."""
    terms = tuple(revisions)
    for value in sorted(values, key=lambda each: each.observed_on):
        made = progress(direction, terms_on(terms, value.observed_on), [value], on=value.observed_on)
        if made.exact is not None and made.exact >= share:
            return value.observed_on
    return None
