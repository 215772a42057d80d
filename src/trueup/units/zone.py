"""A time zone as its stretches of constant offset, so that arrays of instants cross it without a loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
from numpy.typing import NDArray

Microseconds = NDArray[np.int64]

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR: Final = 3
LAST_YEAR: Final = 9997
_MICROSECOND: Final = timedelta(microseconds=1)
_SECONDS_A_DAY: Final = 86_400
_FIRST, _END = ((datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND for year in (FIRST_YEAR, LAST_YEAR + 1))


class UnknownZone(ValueError):  # noqa: N818  named as people say it
    """A time zone that the IANA database does not have; names the nearest ones."""

    def __init__(self, zone: str) -> None:
        by_folded = {name.casefold(): name for name in sorted(available_timezones())}
        near = [by_folded[name] for name in get_close_matches(zone.strip().casefold(), by_folded, n=3)]
        cure = f"did you mean {' or '.join(near)}?" if near else "write an IANA name such as Europe/Berlin"
        super().__init__(f"{zone!r} is no time zone: {cure}")
        self.nearest = tuple(near)


class InvalidInstant(ValueError):  # noqa: N818  named as people say it
    """A moment that cannot be placed in time; tells the accepted forms."""


def zone_named(zone: str) -> ZoneInfo:
    """Give the zone of an IANA name."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: 'Europe' is a folder
        raise UnknownZone(zone) from error


def microseconds(instant: datetime) -> int:
    """Count the microseconds from 1970 in UTC to an instant that knows its offset."""
    if instant.tzinfo is None:
        raise InvalidInstant(
            f"{instant.isoformat()} has no offset: give an instant in UTC, or read it with parse_as_of"
        )
    return (instant - EPOCH) // _MICROSECOND


def instant_at(count: int) -> datetime:
    """Give the UTC instant so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)


@dataclass(frozen=True, eq=False)
class Stretches:
    """A zone's stretches of constant offset, end to end; stretch i is [starts[i], ends[i]) in UTC microseconds."""

    starts: Microseconds
    ends: Microseconds
    offsets: Microseconds

    def utc(self, readings: Microseconds) -> Microseconds:
        """Give the instants at which the wall clock showed something.

        A reading that came twice is taken the first time; one that was skipped is the instant of the skip. So the
        result never runs backwards while the readings do not.
        """
        place = np.searchsorted(self.ends[:-1] + self.offsets[:-1], readings, side="right")
        return np.asarray(np.maximum(readings - self.offsets[place], self.starts[place]))


def stretches_around(zone: str, earliest: int, latest: int) -> Stretches:
    """Give the stretches from two days or more before one UTC microsecond to two days or more after another."""
    first_year, last_year = (year_of(count) for count in (earliest - 2 * DAY, latest + 2 * DAY))
    return stretches_of_years(zone, first_year, last_year)


def year_of(count: int) -> int:
    """Give the UTC year of a microsecond; one outside the years that Python's dates can cross zones in is refused."""
    if not _FIRST <= count < _END:
        raise InvalidInstant(
            f"{count} microseconds from 1970 lie outside the years {FIRST_YEAR} to {LAST_YEAR}: "
            "is it a placeholder date, or not in microseconds?"
        )
    return instant_at(count).year


@lru_cache(maxsize=256)
def stretches_of_years(zone: str, first_year: int, last_year: int) -> Stretches:
    """Give the zone's stretches from 1 January of one year to 31 December of another, in UTC."""
    clock = zone_named(zone)
    begin, end = (int((datetime(y, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) for y in (first_year, last_year + 1))
    changes = [begin]
    offsets = [_offset(clock, begin)]
    for after in range(begin + _SECONDS_A_DAY, end + _SECONDS_A_DAY, _SECONDS_A_DAY):
        before = after - _SECONDS_A_DAY
        while _offset(clock, min(after, end - 1)) != offsets[-1]:
            before = _change(clock, before, min(after, end - 1), offsets[-1])
            changes.append(before)
            offsets.append(_offset(clock, before))
    starts = np.array(changes, dtype=np.int64) * SECOND
    return Stretches(starts, np.append(starts[1:], end * SECOND), np.array(offsets, dtype=np.int64) * SECOND)


def _offset(clock: ZoneInfo, second: int) -> int:
    shift = (EPOCH + timedelta(seconds=second)).astimezone(clock).utcoffset()
    assert shift is not None
    return round(shift.total_seconds())


def _change(clock: ZoneInfo, before: int, after: int, offset: int) -> int:
    """Find the first second in (before, after] at which the clock no longer has an offset it has before."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(clock, middle) == offset:
            before = middle
        else:
            after = middle
    return after
