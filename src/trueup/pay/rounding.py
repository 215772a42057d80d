"""Exact amounts, and how they become money: half-up, which below zero is away from it, to the currency's smallest coin.

What follows from rates, shares and days is a Fraction in major units (euros, not cents), above 0 where we pay and below
0 where we take back. It is rounded where it is posted. The lines of a running total are its rounded value after each,
less its rounded value before: they add up to the rounded total, and no residue piles up over many of them.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from trueup.units.money import Money, minor_units


def rounded(amount: Fraction, currency: str) -> Money:
    """The money nearest to an exact amount; half a coin is rounded away from zero."""
    return _money(amount, int(abs(amount) * _coins(currency) + Fraction(1, 2)), currency)


def rounded_down(amount: Fraction, currency: str) -> Money:
    """The whole coins of an exact amount, for a limit that nothing may exceed."""
    return _money(amount, int(abs(amount) * _coins(currency)), currency)


def rounded_lines(amounts: Iterable[Fraction], currency: str) -> tuple[Money, ...]:
    """The money of each part of a running total; together they are the rounded total."""
    totals = [rounded(total, currency) for total in accumulate(amounts, initial=Fraction(0))]
    return tuple(after - before for before, after in pairwise(totals))


def written(amount: Fraction) -> str:
    """An exact amount as people write it, for messages."""
    return f"{Decimal(amount.numerator) / Decimal(amount.denominator):f}"


def _coins(currency: str) -> int:
    return int(10 ** minor_units(currency))


def _money(amount: Fraction, coins: int, currency: str) -> Money:
    sign = int(amount < 0 < coins)
    return Money(Decimal((sign, tuple(map(int, str(coins))), -minor_units(currency))), currency)
