"""Caps and guarantees: the most and the least that a window (a quarter, a year) pays.

A cap cuts the running total, never the pay of one period: so what a refund takes off a total above the cap is not paid
out again. The cap of a plan and its guarantee are lines of their own beside the components' lines.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise

from trueup.units.money import InvalidAmount, Money, total


def cut(amount: Fraction, cap: Money | None) -> Fraction:
    """What a cap leaves of a running total; nothing is cut without one."""
    return amount if cap is None else min(amount, Fraction(cap.amount))


def payable_cap(cap: Money) -> Money:
    """The cap, if it can be paid: above 0 and in whole coins."""
    if cap <= Money.zero(cap.currency) or cap != cap.round():
        raise InvalidAmount(f"{cap} is no cap: give an amount above 0 in whole coins")
    return cap


def plan_cap_lines(earned: Sequence[Money], cap: Money) -> tuple[Money, ...]:
    """The line of the plan's cap in each period of a window, from what all components earned in each.

    Below 0 where the cap cuts, above 0 where earnings taken back free what it had cut before.
    """
    most = payable_cap(cap)
    totals = accumulate(earned, initial=Money.zero(cap.currency))
    return tuple(min(after, most) - min(before, most) - (after - before) for before, after in pairwise(totals))


def guarantee_line(earned: Iterable[Money], guarantee: Money) -> Money:
    """The line of a guarantee in the last period of its window, from all that the window earned after caps."""
    return max(guarantee - total(earned, guarantee.currency), Money.zero(guarantee.currency))
