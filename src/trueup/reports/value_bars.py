"""Value delivered as sums of money, bars and ranges: places in percent, for pages that draw them by style."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency

from trueup.answers.value import Standing

_ROOM = 0.06


def whole_money(value: Decimal, currency: str) -> str:
    """A sum without cents: estimates are not that exact."""
    told = str(format_currency(abs(round(value)), currency, "¤#,##0", locale="en", currency_digits=False))
    told = f"{currency}\u00a0{told.removeprefix(currency)}" if currency and told.startswith(currency) else told
    return f"−{told}" if round(value) < 0 else told


@dataclass(frozen=True)
class Scale:
    """Where values of one scale lie, in percent from its left; nothing gained is always on it."""

    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Scale":
        """The scale that holds all of them, with a little room."""
        known = [0.0, *values]
        room = (max(known) - min(known) or 1.0) * _ROOM
        return cls(min(known) - room, max(known) + room)

    def at(self, value: float) -> float:
        """The place of a value."""
        return round(100 * (value - self.least) / (self.most - self.least), 2)

    @property
    def zero(self) -> float:
        """The place of nothing gained."""
        return self.at(0.0)


@dataclass(frozen=True)
class Reach:
    """An estimate with its range, and a wider one about it, as places in percent."""

    zero: float
    at: float
    low: float | None = None
    width: float | None = None
    next_low: float | None = None
    next_width: float | None = None


def reach(
    scale: Scale, value: float, ends: tuple[float, float] | None, wider: tuple[float, float] | None = None
) -> Reach:
    """The places of an estimate, of the ends of its range, and of those of a wider one."""
    low, width = _span(scale, ends)
    next_low, next_width = _span(scale, wider)
    return Reach(scale.zero, scale.at(value), low, width, next_low, next_width)


def _span(scale: Scale, ends: tuple[float, float] | None) -> tuple[float | None, float | None]:
    if ends is None:
        return None, None
    low, high = scale.at(ends[0]), scale.at(ends[1])
    return low, round(high - low, 2)


@dataclass(frozen=True)
class Part:
    """A part of a bar about a middle line, in percent of the whole width; ``state``: who vouches for it."""

    state: str
    is_gain: bool
    left: float
    width: float


def common(standings: Iterable[Standing]) -> Scale:
    """The scale on which all bars fit."""
    ends = [end for each in standings for end in (_total(each, is_gain=True), _total(each, is_gain=False), each.low)]
    return Scale.of(float(end) for end in ends)


def parts_of(of: Standing, scale: Scale) -> tuple[Part, ...]:
    """A customer's value by who vouches for it: gains to the right of nothing, losses to the left, end to end."""
    parts = []
    right = left = Decimal(0)
    for state, value in _by_state(of).items():
        if value > 0:
            parts.append(_part(state, scale, right, right + value, is_gain=True))
            right += value
        elif value < 0:
            parts.append(_part(state, scale, left + value, left, is_gain=False))
            left += value
    return tuple(parts)


def certain_part(of: Standing, scale: Scale) -> Part | None:
    """The part that is certain enough to be paid on; None where nothing is."""
    return _part("certain", scale, Decimal(0), of.low, is_gain=True) if of.low else None


def _part(state: str, scale: Scale, low: Decimal, high: Decimal, *, is_gain: bool) -> Part:
    begins, ends = scale.at(float(low)), scale.at(float(high))
    return Part(state, is_gain, begins, round(ends - begins, 2))


def _by_state(of: Standing) -> Mapping[str, Decimal]:
    return {"confirmed": of.confirmed, "claimed": of.claimed, "disputed": of.disputed}


def _total(of: Standing, *, is_gain: bool) -> Decimal:
    return sum((value for value in _by_state(of).values() if (value > 0) == is_gain), Decimal(0))
