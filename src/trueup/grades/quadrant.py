"""Who are you pleasing: what each account gives our measures, against what we give its measures.

Giving is the share of the quarter's other customers that give no more than this one. What one gives is its share of the
quarter's revenue and, where quotas are known, its share of the quotas that its deals filled; less than nothing counts
as nothing. Receiving is the attainment of its goals. Of whom one of the two is not known, nothing is said: such an
account stands nowhere, with a reason, and never at 0. The value we delivered, once it is known, belongs to receiving.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

Quarter = Literal["partner", "neglected_giver", "generous_service", "chased_rabbit"]
"""A quarter of the map, not of a year: both give; they give, we do not; we give, they do not; neither does."""
Part = Quarter | Literal["not_placed"]
QUARTERS: tuple[Quarter, ...] = ("partner", "neglected_giver", "generous_service", "chased_rabbit")
NOT_PLACED: Literal["not_placed"] = "not_placed"
PARTS: tuple[Part, ...] = (*QUARTERS, NOT_PLACED)
NOWHERE = len(QUARTERS)
"""The place in ``PARTS`` of an account that is not placed."""
GIVING_LINE = 0.5
"""From here on an account gives: at least as much as the median customer."""
RECEIVING_LINE = 0.5
"""From here on we give: half of what they want to attain is attained."""
NO_GOAL = "no goal read"
NO_REVENUE = "no revenue"
NEITHER = "no revenue, no goal read"
NO_CALL = "no call or meeting"
NO_LENGTH = "no call or meeting says how long it took"
_SECONDS_PER_HOUR = 3600

Numbers = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """What is known of accounts in a quarter, as columns of one length with NaN where nothing is.

    ``credit``: of the deals that counted towards quotas; ``plan``: the sum of all quotas, 0 where none are known.
    """

    revenue: Numbers
    credit: Numbers
    attainment: Numbers
    plan: float = 0.0


@dataclass(frozen=True)
class Placed:
    """Where accounts stand, in the order in which they were measured.

    ``part``: a place in ``PARTS``. ``revenue_short``: what is missing to the line of giving; ``receiving_short``: what
    is missing to the line of receiving; both 0 beyond it, NaN where the coordinate is not known.
    """

    giving: Numbers
    receiving: Numbers
    part: Wholes
    revenue_short: Numbers
    receiving_short: Numbers


@dataclass(frozen=True)
class Touches:
    """How often we turned to customers, and how long that took as far as anybody knows.

    ``live``: the calls and meetings among them; what an answer took is never known. ``timed``: those of them whose
    length is known, which together took ``seconds``; ``wrong``: those whose end cannot be right.
    """

    count: int = 0
    live: int = 0
    timed: int = 0
    seconds: int = 0
    wrong: int = 0

    def __add__(self, other: "Touches") -> "Touches":
        """Both together."""
        return Touches(
            self.count + other.count,
            self.live + other.live,
            self.timed + other.timed,
            self.seconds + other.seconds,
            self.wrong + other.wrong,
        )

    @property
    def hours(self) -> float | None:
        """What those took whose length is known; None where that is none."""
        return self.seconds / _SECONDS_PER_HOUR if self.timed else None

    @property
    def no_hours(self) -> str:
        """Why no hours are known; nothing where they are."""
        if self.timed:
            return ""
        return NO_LENGTH if self.live else NO_CALL

    @property
    def known(self) -> Fraction | None:
        """The share of the calls and meetings whose length is known; None where there are none."""
        return Fraction(self.timed, self.live) if self.live else None


@dataclass(frozen=True)
class Effort:
    """How we turned to accounts, by the part of the map that they stand in."""

    by_part: Mapping[Part, Touches]

    @property
    def whole(self) -> Touches:
        """All of it."""
        return sum(self.by_part.values(), start=Touches())

    @property
    def total(self) -> int:
        """All touches."""
        return self.whole.count

    def of(self, part: Part) -> Touches:
        """What went to a part."""
        return self.by_part.get(part, Touches())

    def share(self, part: Part) -> Fraction:
        """The share of touches that went there; those of all parts sum to one, unless there was no effort at all."""
        return Fraction(self.of(part).count, self.total or 1)


def place(measured: Measured) -> Placed:
    """Place accounts on the map, each against all others measured."""
    whole = float(np.nansum(_at_least_nothing(measured.revenue)))
    gives = _gives(measured, whole)
    giving = _standing(gives)
    receiving = measured.attainment
    is_placed = ~np.isnan(giving) & ~np.isnan(receiving)
    givers = gives[giving >= GIVING_LINE]
    line = float(givers.min()) if givers.size else np.nan
    part = np.where(giving >= GIVING_LINE, 0, 2) + np.where(receiving >= RECEIVING_LINE, 0, 1)
    return Placed(
        giving=giving,
        receiving=receiving,
        part=np.where(is_placed, part, NOWHERE).astype(np.int64),
        revenue_short=np.maximum(line - gives, 0) * whole,
        receiving_short=np.maximum(RECEIVING_LINE - receiving, 0),
    )


def reason(revenue: float | None, attainment: float | None) -> str:
    """Why an account is not placed; nothing where it is."""
    if revenue is None:
        return NEITHER if attainment is None else NO_REVENUE
    return NO_GOAL if attainment is None else ""


def _gives(measured: Measured, whole: float) -> Numbers:
    revenue = _at_least_nothing(measured.revenue) / (whole or 1.0)
    if not measured.plan > 0:
        return revenue
    return revenue + np.nan_to_num(_at_least_nothing(measured.credit)) / measured.plan


def _at_least_nothing(amounts: Numbers) -> Numbers:
    return np.maximum(amounts, 0)


def _standing(gives: Numbers) -> Numbers:
    """The share of the others that give no more, 1 of somebody alone; NaN for those of whom nothing is known."""
    known = np.sort(gives[~np.isnan(gives)])
    others = len(known) - 1
    no_more = np.searchsorted(known, gives, side="right") - 1
    share = no_more / others if others > 0 else np.ones(len(gives))
    return np.where(np.isnan(gives), np.nan, share)
