"""Exact amounts, and how they become money: half-up, which below zero is away from it, to the currency's smallest coin.

What follows from rates, shares and days is a Fraction in major units (euros, not cents), above 0 where we pay and below
0 where we take back. It is rounded where it is posted. The lines of a running total are its rounded value after each,
less its rounded value before: they add up to the rounded total, and no residue piles up over many of them.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final

from trueup.units.money import Money, minor_units

# A thousand digits hold any sum of sane amounts; more of them would be lost in silence, so they are refused.
_EXACT: Final = Context(prec=1000, traps=[Inexact, InvalidOperation, Overflow])


def rounded(amount: Fraction, currency: str) -> Money:
    """The money nearest to an exact amount; half a coin is rounded away from zero."""
    return _money(_coins(amount, minor_units(currency)), currency)


def rounded_down(amount: Fraction, currency: str) -> Money:
    """The whole coins of an exact amount, for a limit that nothing may exceed."""
    coins = abs(amount.numerator) * 10 ** minor_units(currency) // amount.denominator
    return _money(coins if amount.numerator > 0 else -coins, currency)


def rounded_lines(amounts: Iterable[Fraction], currency: str) -> tuple[Money, ...]:
    """The money of each part of a running total; together they are the rounded total."""
    digits = minor_units(currency)
    totals = [_coins(total, digits) for total in accumulate(amounts, initial=Fraction(0))]
    return tuple(_money(after - before, currency) for before, after in pairwise(totals))


def written(amount: Fraction) -> str:
    """An exact amount as people write it, for messages."""
    return f"{Decimal(amount.numerator) / Decimal(amount.denominator):f}"


def in_full(number: Fraction) -> str:
    """A number with all its digits where they end, else as a fraction such as 1/3; for what is kept and compared."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(number)
    return f"{_EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)):f}"


def _coins(amount: Fraction, digits: int) -> int:
    """The whole coins nearest to an amount, half a one away from zero."""
    half = amount.denominator
    coins: int = (2 * abs(amount.numerator) * 10**digits + half) // (2 * half)
    return coins if amount.numerator > 0 else -coins


def _money(coins: int, currency: str) -> Money:
    return Money(Decimal(coins).scaleb(-minor_units(currency), _EXACT), currency)
