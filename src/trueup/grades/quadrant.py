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
class Effort:
    """How often we turned to accounts, by the part of the map that they stand in."""

    touches: Mapping[Part, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.touches.values())

    def share(self, part: Part) -> Fraction:
        """The share that went there; the shares of all parts sum to one, unless there was no effort at all."""
        return Fraction(self.touches.get(part, 0), self.total or 1)


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
