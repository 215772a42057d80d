"""The three rates of a plan: at which deals are credited, at which people are paid, and at which reports add up.

A rate is quoted as units of one currency for one of another, with its day and source, and converts exactly both ways.
Pay is the plan's currency; it is converted at the pay rate of the period it is for, and what a refund or clawback takes
back of a lot at that lot's rate, so that the lot nets to nothing. Convert what a period has earned in all, and post the
difference to what was paid: converting each difference would let their residues pile up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from trueup.pay.rounding import rounded
from trueup.units.money import MixedCurrencies, Money, exact, minor_units


class NoRate(ValueError):  # noqa: N818  named as people say it
    """A rate that is none, or that nobody gave."""


@dataclass(frozen=True)
class Quote:
    """``rate`` units of ``to`` for one of ``of``, as a source gave it on a day."""

    of: str
    to: str
    rate: Decimal
    on: date
    source: str

    def __post_init__(self) -> None:
        minor_units(self.of), minor_units(self.to)
        if exact(self.rate) <= 0 or (self.of == self.to and self.rate != 1):
            raise NoRate(f"{self.rate} {self.to} for one {self.of} is no rate: give one above 0, and 1 to itself")

    def into(self, currency: str, amount: Money) -> Fraction:
        """An amount in one of the two currencies, exact and in ``currency``."""
        if amount.currency == currency:
            return Fraction(amount.amount)
        if {amount.currency, currency} != {self.of, self.to}:
            raise MixedCurrencies(amount.currency, currency)
        rate = Fraction(self.rate)
        return Fraction(amount.amount) * (rate if currency == self.to else 1 / rate)


@dataclass(frozen=True)
class Quotes:
    """The rates of one period; people are paid at the credit rate where none is declared for pay."""

    credit: Quote
    report: Quote
    own_pay: Quote | None = None

    @property
    def pay(self) -> Quote:
        """The rate at which people are paid."""
        return self.own_pay or self.credit


def paid(earned: Money, currency: str, quote: Quote) -> Money:
    """What was earned, in the currency it is paid in, rounded once."""
    return rounded(quote.into(currency, earned), currency)


def quotes_for(period: str, quotes: Mapping[str, Quotes], *, lot: Quotes | None = None) -> Quotes:
    """The rates of what is posted for a period; of what is taken back of a lot, the lot's own."""
    if lot is not None:
        return lot
    if period not in quotes:
        raise NoRate(f"there are no rates for {period}: give its credit rate and its report rate")
    return quotes[period]
