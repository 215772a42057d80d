"""A goal's way drawn: from its baseline to its target as agreed, and what was read on the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from trueup.goals.progress import Said
from trueup.record.models import Reading
from trueup.record.scorecard import Line

_LEFT, _RIGHT, _TOP, _BOTTOM = 3, 97, 10, 88
"""Where the drawing begins and ends, in percent, so that dots at its edges are whole."""


@dataclass(frozen=True)
class Spot:
    """A place in the drawing, in percent from its upper left corner."""

    x: float
    y: float


@dataclass(frozen=True)
class Dot:
    """A reading: where, whether anybody vouches for it, and whether the customer contradicts."""

    at: Spot
    day: date
    value: Decimal
    is_vouched: bool
    is_disputed: bool


@dataclass(frozen=True)
class Chart:
    """What is drawn: the agreed way, the readings and the lines between them, today, and the band of a goal to keep."""

    first_on: date
    last_on: date
    way: tuple[Spot, Spot] | None
    dots: tuple[Dot, ...]
    lines: tuple[tuple[Spot, Spot], ...]
    today: float | None
    band: tuple[float, float] | None
    """Where it begins from above, and how high it is."""


def drawn(line: Line, today: date) -> Chart | None:
    """The drawing; None where nothing was read, or no way is agreed on which it could lie."""
    terms, readings = line.in_force, line.readings[::-1]
    if terms is None or terms.target_value is None or terms.target_on is None or not readings:
        return None
    begins_on = terms.baseline_on or readings[0][0].observed_on
    days = [begins_on, terms.target_on, *(reading.observed_on for reading, _ in readings)]
    strays = terms.tolerance or Decimal(0)
    levels = [terms.target_value - strays, terms.target_value + strays, *(reading.value for reading, _ in readings)]
    levels += [terms.baseline_value] if terms.baseline_value is not None else []
    frame = _Frame(min(days), max(days), min(levels), max(levels))
    dots = tuple(_dots(frame, readings))
    ends = frame.spot(terms.target_on, terms.target_value)
    is_kept = line.goal.direction == "maintain"
    begins = frame.spot(
        begins_on, terms.target_value if is_kept or terms.baseline_value is None else terms.baseline_value
    )
    return Chart(
        frame.first_on,
        frame.last_on,
        (begins, ends),
        dots,
        tuple((one.at, other.at) for one, other in pairwise(dots)),
        frame.across(today) if frame.first_on <= today <= frame.last_on else None,
        frame.band(terms.target_value + strays, terms.target_value - strays) if is_kept else None,
    )


@dataclass(frozen=True)
class _Frame:
    first_on: date
    last_on: date
    least: Decimal
    most: Decimal

    def spot(self, day: date, value: Decimal) -> Spot:
        return Spot(self.across(day), self.down(value))

    def band(self, upper: Decimal, lower: Decimal) -> tuple[float, float]:
        return self.down(upper), round(self.down(lower) - self.down(upper), 2)

    def across(self, day: date) -> float:
        length = (self.last_on - self.first_on).days or 1
        return round(_LEFT + (_RIGHT - _LEFT) * (day - self.first_on).days / length, 2)

    def down(self, value: Decimal) -> float:
        height = self.most - self.least or Decimal(1)
        return round(_TOP + (_BOTTOM - _TOP) * float((self.most - value) / height), 2)


def _dots(frame: _Frame, readings: Iterable[tuple[Reading, Said]]) -> Iterable[Dot]:
    for reading, said in readings:
        at = frame.spot(reading.observed_on, reading.value)
        yield Dot(at, reading.observed_on, reading.value, said.confirmed is not None, said.is_disputed)
