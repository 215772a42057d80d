"""Local days and business hours: what a company's clock on the wall says, and how long its doors were open.

Durations are elapsed seconds, so a day on which the clocks change is as long as it really was. A wall-clock time that
came twice counts from the first time; one that was skipped counts from the instant of the skip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import holidays
import numpy as np
import pyarrow as pa
from babel.core import Locale

from trueup.units.zone import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    SECOND,
    InvalidInstant,
    Microseconds,
    instant_at,
    microseconds,
    stretches_around,
    year_of,
    zone_named,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

MONDAY_TO_FRIDAY: Final = frozenset(range(5))
MIDNIGHT: Final = "24:00"
AS_OF_FORMS: Final = (
    "2026-06-30 (the end of that local day), 2026-06-30T17:00 (local time), "
    "2026-06-30T15:00:00Z or 2026-06-30T17:00:00+02:00"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LONG_AGO: Final = np.int64(-(2**62))
_INSTANT_TYPE: Final = pa.timestamp("us")
OFFSET_TABLE: Final = pa.schema(
    {"starts_at": _INSTANT_TYPE, "ends_at": _INSTANT_TYPE, "offset_seconds": pa.int64()},
)
OPEN_INTERVALS: Final = pa.schema(
    {
        "local_date": pa.date32(),
        "is_business_day": pa.bool_(),
        "starts_at": _INSTANT_TYPE,
        "ends_at": _INSTANT_TYPE,
        "opens_at": _INSTANT_TYPE,
        "closes_at": _INSTANT_TYPE,
        "seconds_before": pa.int64(),
        "business_day_number": pa.int64(),
    }
)


class InvalidHours(ValueError):  # noqa: N818  named as people say it
    """Opening hours that no shop could keep."""


class UnknownCountry(ValueError):  # noqa: N818  named as people say it
    """A country or subdivision whose public holidays are not known; names the nearest codes."""

    def __init__(self, code: str, nearest: Sequence[str]) -> None:
        cure = f"did you mean {' or '.join(nearest)}?" if nearest else "write an ISO 3166 code such as DE"
        super().__init__(f"{code!r} has no known public holidays: {cure}")
        self.nearest = tuple(nearest)


def local_date(instant: datetime, zone: str) -> date:
    """Give the date on the wall when an instant came."""
    return instant_at(microseconds(instant)).astimezone(zone_named(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """Give the UTC instant at which a local day began."""
    return _instant_of_reading(_day_number(day) * DAY, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """Give the last microsecond of a local day, in UTC."""
    return _instant_of_reading((_day_number(day) + 1) * DAY, zone) - timedelta(microseconds=1)


def parse_as_of(text: str, zone: str) -> datetime:
    """Read the instant up to which facts are known, in UTC: a local date means the end of that day."""
    if not (_DATE.fullmatch(text) or _INSTANT.fullmatch(text)):
        raise InvalidInstant(f"{text!r} is no moment: write {AS_OF_FORMS}")
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInstant(f"{text!r} is no moment ({error}): write {AS_OF_FORMS}") from error
    if not FIRST_YEAR < read.year < LAST_YEAR:
        raise InvalidInstant(f"{text!r} lies outside the years {FIRST_YEAR + 1} to {LAST_YEAR - 1}")
    if _DATE.fullmatch(text):
        return end_of_day(read.date(), zone)
    if read.tzinfo is None:
        return _instant_of_reading(microseconds(read.replace(tzinfo=UTC)), zone)
    return instant_at(microseconds(read))


def offset_table(zone: str, first: date, last: date) -> pa.Table:
    """Give the stretches of constant offset that make up the local days first..last, end to end.

    Columns: starts_at and ends_at (timestamp us, UTC, half-open), offset_seconds int64 (local minus UTC).
    """
    if first > last:
        return OFFSET_TABLE.empty_table()
    begin, end = microseconds(start_of_day(first, zone)), microseconds(end_of_day(last, zone)) + 1
    stretches = stretches_around(zone, begin, end)
    within = (stretches.ends > begin) & (stretches.starts < end)
    columns = [
        _instants(np.maximum(stretches.starts[within], begin)),
        _instants(np.minimum(stretches.ends[within], end)),
        pa.array(stretches.offsets[within] // SECOND),
    ]
    return pa.table(columns, schema=OFFSET_TABLE)


def public_holidays(country: str, *, years: Iterable[int], subdivision: str | None = None) -> frozenset[date]:
    """Give the public holidays of a country ('DE'), or of one of its ISO 3166 subdivisions ('BY'), in some years."""
    known = holidays.list_supported_countries()
    if country not in known:
        raise UnknownCountry(country, _countries_like(country, known))
    if subdivision is not None and subdivision not in known[country]:
        raise UnknownCountry(f"{country}-{subdivision}", get_close_matches(subdivision.upper(), known[country]))
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=sorted(years)))


def _countries_like(text: str, known: Iterable[str]) -> list[str]:
    names = Locale("en").territories
    codes = {name: code for code in known for name in (code.casefold(), names.get(code, code).casefold())}
    return [codes[near] for near in get_close_matches(text.strip().casefold(), codes)]


@dataclass(frozen=True)
class BusinessHours:
    """When a company's doors are open: on some weekdays (Monday is 0) but no holidays, from opening to closing time.

    Times are the wall clock's in `zone`, in whole seconds; `closes` may be '24:00', the end of the day.
    """

    zone: str
    days: frozenset[int]
    opens: time
    closes: time | Literal["24:00"]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if not self.days or not self.days <= set(range(7)):
            raise InvalidHours(f"business days {sorted(self.days)}: give at least one, 0 (Monday) to 6 (Sunday)")
        if isinstance(self.closes, str) and self.closes != MIDNIGHT:
            raise InvalidHours(f"closes is {self.closes!r}: give a time of day, or '24:00' for the end of the day")
        for moment in (self.opens, self.closes):
            if isinstance(moment, time) and (moment.microsecond or moment.tzinfo is not None):
                raise InvalidHours(f"{moment} is no time on the wall: give whole seconds, and the zone apart")
        if _reading(self.closes) <= _reading(self.opens):
            raise InvalidHours(
                f"open from {self.opens} to {self.closes} crosses midnight or is empty: hours lie within one day; "
                "'24:00' closes at its end, and opens 00:00 with closes '24:00' is all day"
            )

    @classmethod
    def of_country(
        cls,
        country: str,
        *,
        years: Iterable[int],
        zone: str,
        opens: time,
        closes: time | Literal["24:00"],
        days: frozenset[int] = MONDAY_TO_FRIDAY,
        subdivision: str | None = None,
    ) -> BusinessHours:
        """Give hours that are closed on the public holidays of a country or subdivision, in some years."""
        return cls(zone, days, opens, closes, public_holidays(country, years=years, subdivision=subdivision))

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """Count the open seconds from one instant to another, exact to the microsecond; negative where end < start."""
        starts, ends = (np.array([microseconds(instant)], dtype=np.int64) for instant in (start, end))
        return float(self.business_seconds_between(starts, ends)[0])

    def business_seconds_between(self, starts: Microseconds, ends: Microseconds) -> NDArray[np.float64]:
        """Count the open seconds between instants, pairwise; both are UTC microseconds since 1970, of one shape."""
        if starts.shape != ends.shape:
            raise ValueError(f"{starts.shape} starts do not pair with {ends.shape} ends")
        if not starts.size:
            return np.zeros(starts.shape)
        earliest, latest = int(min(starts.min(), ends.min())), int(max(starts.max(), ends.max()))
        shifts = _shifts(self, year_of(earliest - DAY), year_of(latest + DAY))
        return (shifts.open_until(ends) - shifts.open_until(starts)) / SECOND

    def open_intervals(self, first: date, last: date) -> pa.Table:
        """Give one row per local day of first..last, closed days included, from which SQL can count business seconds.

        local_date date32, is_business_day bool; starts_at, ends_at (the local day), opens_at, closes_at (its doors,
        both at its start on closed days): timestamp us, UTC, half-open; seconds_before int64: open seconds from the
        table's beginning to that day's opening; business_day_number int64: business days of the table before that day.

        The open seconds until t are seconds_before + clamp(t - opens_at, 0, closes_at - opens_at) in the row with
        starts_at <= t < ends_at. Joining on t's local date gives the same row, save in zones that turned their clocks
        back across midnight (Newfoundland until 2011).
        """
        if first > last:
            return OPEN_INTERVALS.empty_table()
        days = _local_days(self, np.arange(_day_number(first), _day_number(last) + 1))
        columns = [
            pa.array(days.numbers.astype("datetime64[D]")),
            pa.array(days.is_business_day),
            _instants(days.starts),
            _instants(days.ends),
            _instants(days.opens),
            _instants(days.closes),
            pa.array(_before((days.closes - days.opens) // SECOND)),
            pa.array(_before(days.is_business_day.astype(np.int64))),
        ]
        return pa.table(columns, schema=OPEN_INTERVALS)


@dataclass(frozen=True, eq=False)
class _LocalDays:
    """Local days (numbered from 1970-01-01) and their doors, as arrays of UTC microseconds."""

    numbers: NDArray[np.int64]
    is_business_day: NDArray[np.bool_]
    starts: Microseconds
    ends: Microseconds
    opens: Microseconds
    closes: Microseconds


@dataclass(frozen=True, eq=False)
class _Shifts:
    """The stretches with open doors, in order, after an empty one long ago, and the open microseconds before each."""

    opens: Microseconds
    lengths: Microseconds
    before: Microseconds

    def open_until(self, instants: Microseconds) -> Microseconds:
        """Count the open microseconds from the first opening to instants."""
        place = np.searchsorted(self.opens, instants, side="right") - 1
        return np.asarray(self.before[place] + np.minimum(instants - self.opens[place], self.lengths[place]))


@lru_cache(maxsize=64)
def _shifts(hours: BusinessHours, first_year: int, last_year: int) -> _Shifts:
    edges = [_day_number(date(year, 1, 1)) for year in (first_year, last_year + 1)]
    days = _local_days(hours, np.arange(*edges))
    opens = np.append(_LONG_AGO, days.opens[days.is_business_day])
    lengths = np.append(0, (days.closes - days.opens)[days.is_business_day])
    return _Shifts(opens, lengths, _before(lengths))


def _local_days(hours: BusinessHours, numbers: NDArray[np.int64]) -> _LocalDays:
    stretches = stretches_around(hours.zone, int(numbers[0]) * DAY, int(numbers[-1] + 1) * DAY)
    starts, ends = stretches.utc(numbers * DAY), stretches.utc((numbers + 1) * DAY)
    closed_dates = [_day_number(day) for day in hours.holidays]
    # 1970-01-01 was a Thursday. A zone that jumped the date line skipped a whole day, which nobody worked.
    is_open = np.isin((numbers + 3) % 7, list(hours.days)) & ~np.isin(numbers, closed_dates) & (starts < ends)
    opens = np.where(is_open, stretches.utc(numbers * DAY + _reading(hours.opens)), starts)
    closes = np.where(is_open, stretches.utc(numbers * DAY + _reading(hours.closes)), starts)
    return _LocalDays(numbers, is_open, starts, ends, opens, closes)


def _before(amounts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(amounts) - amounts


def _instants(counts: Microseconds) -> pa.Array:
    return pa.array(counts.view("datetime64[us]"))


def _instant_of_reading(reading: int, zone: str) -> datetime:
    return instant_at(int(stretches_around(zone, reading, reading).utc(np.array([reading]))[0]))


def _day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_DAY


def _reading(moment: time | Literal["24:00"]) -> int:
    if isinstance(moment, str):
        return DAY
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * SECOND
