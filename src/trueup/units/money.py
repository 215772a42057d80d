"""Decimal amounts with a currency: exact inside, rounded half-up where they are posted, never mixed, never floats."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from babel.core import Locale
from babel.numbers import get_currency_precision, list_currencies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Number = int | Decimal | Fraction

# Babel carries CLDR's digits, which follow daily use (no para in Serbia); payroll follows ISO 4217, and these
# currencies in circulation are where the two differ.
_ISO_4217_OVER_CLDR: Final = {
    **dict.fromkeys(("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2),
    "IQD": 3,
}
MINOR_UNITS: Final[Mapping[str, int]] = {
    code: _ISO_4217_OVER_CLDR.get(code, get_currency_precision(code)) for code in sorted(list_currencies())
}

# A thousand digits hold any sum of sane amounts; the traps turn a silent loss into a crash.
_EXACT: Final = Context(prec=1000, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, Overflow])
_HALF_UP: Final = Context(prec=1000, rounding=ROUND_HALF_UP, traps=[InvalidOperation, Overflow])
# A third has no last digit. Fifty keep every later rounding to minor units right.
_FIFTY_DIGITS: Final = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])


class MixedCurrencies(ValueError):  # noqa: N818  named as people say it
    """Two currencies met in one sum or comparison."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} do not mix: convert one of them at a dated rate first")


class UnknownCurrency(ValueError):  # noqa: N818  named as people say it
    """A currency code that ISO 4217 does not have; names the nearest ones."""

    def __init__(self, currency: str) -> None:
        nearest = nearest_currencies(currency)
        cure = f"did you mean {' or '.join(nearest)}?" if nearest else "write an ISO 4217 code such as EUR"
        super().__init__(f"{currency!r} is no currency code: {cure}")
        self.nearest = nearest


class InvalidAmount(ValueError):  # noqa: N818  named as people say it
    """An amount, factor, rate or weight that money cannot be made of."""


def nearest_currencies(text: str) -> tuple[str, ...]:
    """Give up to three codes that resemble the text, or whose symbol it is."""
    symbols = Locale("en").currency_symbols
    by_symbol = [code for code in MINOR_UNITS if symbols.get(code) == text.strip()]
    return tuple(by_symbol or get_close_matches(text.strip().upper(), MINOR_UNITS, n=3))


def minor_units(currency: str) -> int:
    """Give the digits behind the point that ISO 4217 grants the currency."""
    if currency not in MINOR_UNITS:
        raise UnknownCurrency(currency)
    return MINOR_UNITS[currency]


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency, in major units (euros, not cents)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise InvalidAmount(
                f"{self.amount!r} is no exact amount of {self.currency}: "
                f"write Money.of('12.30', {self.currency!r}), or give a finite Decimal"
            )
        minor_units(self.currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Make money of an exact number, or of text such as '12.30'."""
        try:
            return cls(_exactly(amount), currency)
        except InvalidOperation as error:
            raise InvalidAmount(
                f"{amount!r} is no amount: write digits and a decimal point, as in '1234.50'"
            ) from error

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Give nothing, in a currency."""
        return cls(Decimal(0), currency)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.add(self.amount, self._same(other).amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.subtract(self.amount, self._same(other).amount), self.currency)

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __abs__(self) -> Money:
        return Money(_EXACT.abs(self.amount), self.currency)

    def __mul__(self, factor: Number) -> Money:
        return Money(_scaled(self.amount, factor), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def round(self) -> Money:
        """Round half-up (away from zero, also below it) to the currency's minor units."""
        step = Decimal(1).scaleb(-minor_units(self.currency))
        rounded = self.amount.quantize(step, context=_HALF_UP)
        return Money(_EXACT.add(rounded, Decimal(0)), self.currency)  # adding zero drops the sign of -0.00

    def allocate(self, weights: Sequence[Number]) -> tuple[Money, ...]:
        """Split a rounded amount over weights by largest remainder, so that the parts sum to it exactly.

        Ties go to the earlier weight. A negative amount is split as the mirror image of the positive one.
        """
        exponent = -minor_units(self.currency)
        rounded = self.round()
        if rounded != self:
            raise InvalidAmount(f"{self} has fractions of its smallest coin: round() it before splitting it")
        coins = int(rounded.amount.scaleb(-exponent, context=_EXACT))
        sign = -1 if coins < 0 else 1
        shares = _largest_remainder(abs(coins), [exact(weight) for weight in weights])
        return tuple(Money(Decimal(sign * share).scaleb(exponent, context=_EXACT), self.currency) for share in shares)

    def convert(self, rate: Number, to: str) -> Money:
        """Give the unrounded money in another currency, at `rate` units of it for one unit of this one."""
        if exact(rate) <= 0:
            raise InvalidAmount(f"{rate} is no rate from {self.currency} to {to}: rates are above zero")
        if to == self.currency and rate != 1:
            raise InvalidAmount(f"{rate} is no rate from {to} to itself: that one is 1")
        return Money(_scaled(self.amount, rate), to)

    def format(self, locale: str) -> str:
        """Write the rounded amount as people of a locale ('de_DE' or 'de-DE') do, with all its minor units."""
        digits = minor_units(self.currency)
        spoken = Locale.parse(locale.replace("-", "_"))
        pattern = copy(spoken.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        return str(pattern.apply(self.round().amount, spoken, currency=self.currency, currency_digits=False))

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MixedCurrencies(self.currency, other.currency)
        return other


def total(moneys: Iterable[Money], currency: str) -> Money:
    """Sum moneys of one currency; of none at all, give its zero."""
    return sum(moneys, start=Money.zero(currency))


def _exactly(amount: Decimal | int | str) -> Decimal:
    if isinstance(amount, float):
        raise InvalidAmount(f"{amount!r} is binary floating point, which has no exact cents: write it as text")
    return Decimal(amount)


def exact(number: Number) -> Fraction:
    """The number as a fraction; InvalidAmount of binary floating point and of what is not finite."""
    if not isinstance(number, int | Decimal | Fraction) or (isinstance(number, Decimal) and not number.is_finite()):
        raise InvalidAmount(f"{number!r} is no exact number: give an int, a finite Decimal or a Fraction")
    return Fraction(number)


def _scaled(amount: Decimal, factor: Number) -> Decimal:
    fraction = exact(factor)
    if isinstance(factor, Fraction):
        return _FIFTY_DIGITS.divide(_EXACT.multiply(amount, Decimal(fraction.numerator)), Decimal(fraction.denominator))
    return _EXACT.multiply(amount, Decimal(factor))


def _largest_remainder(coins: int, weights: Sequence[Fraction]) -> list[int]:
    if any(weight < 0 for weight in weights) or not any(weights):
        raise InvalidAmount(f"weights {', '.join(map(str, weights)) or '(none)'}: give some above zero and none below")
    whole = sum(weights)
    wanted = [coins * weight / whole for weight in weights]
    shares = [int(share) for share in wanted]
    by_remainder = sorted(range(len(wanted)), key=lambda place: (shares[place] - wanted[place], place))
    for place in by_remainder[: coins - sum(shares)]:
        shares[place] += 1
    return shares
