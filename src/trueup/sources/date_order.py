"""Dates in which day and month have changed places wherever both readings are possible."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_FEWEST_FIXED: Final = 8
_BY_CHANCE: Final = 1e-4
"""How likely the swapped days may fall on the right weekdays by chance."""

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Swap:
    """Evidence that day and month are swapped: in words, and an example of a wrong day and the right one."""

    words: str
    read_as: dt.date
    meant: dt.date


def swap_in(days: Iterable[dt.date]) -> Swap | None:
    """Evidence that the days up to the 12th have day and month swapped, judging by the weekdays of the others.

    A day after the 12th can be read one way only. If those keep to few weekdays, the others do not, and would if they
    were swapped, somebody read day-first dates month-first, or the other way round.
    """
    distinct = sorted(set(days))
    fixed = [day for day in distinct if day.day > 12]
    either = [day for day in distinct if day.day <= 12 and day.day != day.month]
    weekdays = {day.weekday() for day in fixed}
    if len(fixed) < _FEWEST_FIXED or not either or (len(weekdays) / 7) ** len(either) > _BY_CHANCE:
        return None
    astray = [day for day in either if day.weekday() not in weekdays]
    back = [swapped(day) for day in either]
    if len(astray) * 2 < len(either) * (1 - len(weekdays) / 7) or any(day.weekday() not in weekdays for day in back):
        return None
    right = sorted({*fixed, *back, *(day for day in distinct if day.day == day.month)})
    usual = " and ".join(_DAYS[day] for day in sorted(weekdays)) if len(weekdays) < 3 else "working days"
    words = (
        f"All {len(fixed)} days after the 12th of a month are {usual}{_s(weekdays)}, but {len(astray)} of the"
        f" {len(either)} others are not; with day and month swapped, all of them are{_steps(right)}"
    )
    return Swap(words, astray[0], swapped(astray[0]))


def swapped(day: dt.date) -> dt.date:
    """The day with day and month swapped."""
    return day.replace(month=day.day, day=day.month)


def _s(weekdays: set[int]) -> str:
    return "s" if len(weekdays) < 3 else ""


def _steps(days: Sequence[dt.date]) -> str:
    steps = {(later - earlier).days for earlier, later in pairwise(days)}
    return f", and every step is {steps.pop()} days." if len(steps) == 1 else "."
