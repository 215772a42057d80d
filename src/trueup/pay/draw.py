"""Pay runs with a recoverable draw: what is advanced, recovered, offset and paid, in the currency of pay.

While a draw runs, pay is lifted to its minimum, and what was lifted is owed. Earnings above the minimum (or the legal
floor) recover it once recovery has begun, then offset receivables, of which at most a share of the pay that is left. A
run that earns less than nothing does not enlarge the draw: the shortfall becomes a receivable, offset from the next run
on. Every amount but a run's ``earned`` is 0 or above.
"""

from dataclasses import dataclass
from fractions import Fraction

from trueup.pay.rounding import rounded_down, written
from trueup.units.money import Money


class InvalidTerms(ValueError):  # noqa: N818  named as people say it
    """Terms of a pay run that cannot be kept."""


@dataclass(frozen=True)
class Owed:
    """What somebody owes us: advanced draw not yet recovered, and receivables."""

    draw: Money
    receivable: Money


@dataclass(frozen=True)
class RunTerms:
    """The terms of one run: the draw's minimum (0 without one), and whether it recovers what was advanced.

    ``floor``: what recovery and offsets must leave. ``offset_share``: of pay after recovery, 0 to 1, the most that
    offsets take.
    """

    minimum: Money
    recovers: bool
    floor: Money
    offset_share: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.offset_share <= 1:
            raise InvalidTerms(f"{written(self.offset_share)} of pay cannot be offset: give a share from 0 to 1")
        if min(self.minimum, self.floor) < Money.zero(self.minimum.currency):
            raise InvalidTerms("the minimum or the floor lies below 0: give 0 where there is none")


@dataclass(frozen=True)
class PayRun:
    """One run: paid = earned (0 where below) + advanced - recovered - offset; ``owed`` is what is owed after it."""

    earned: Money
    advanced: Money
    recovered: Money
    offset: Money
    paid: Money
    owed: Owed


def pay_run(owed: Owed, earned: Money, terms: RunTerms) -> PayRun:
    """The run that pays what was earned since the last one, which left ``owed``."""
    nothing = Money.zero(earned.currency)
    due = max(earned, nothing)
    left = max(terms.minimum, terms.floor)
    advanced = max(terms.minimum - due, nothing)
    recovered = min(owed.draw, max(due - left, nothing)) if terms.recovers else nothing
    pay = due + advanced - recovered
    limit = rounded_down(terms.offset_share * Fraction(pay.amount), pay.currency)
    offset = min(owed.receivable, limit, max(pay - left, nothing))
    after = Owed(owed.draw + advanced - recovered, owed.receivable - offset + (due - earned))
    return PayRun(earned, advanced, recovered, offset, pay - offset, after)
