"""Days, weeks, months, quarters, years and trailing windows: their keys, their edges, their neighbours.

Keys are `2026-06-14`, `2026-W24`, `2026-06`, `2026-Q2`, `2026`, `2026-06-30/P90D` and `all`. A fiscal year is named by
the calendar year in which it ends: where it starts in April, `FY2026` runs from 2025-04-01 to 2026-03-31, `FY2026-Q1`
is its first quarter, and the plain keys `2026` and `2026-Q2` are refused; where it starts in January, it is the other
way round. A week belongs to the year of its fourth day and is counted within that year, which for weeks that start on
Monday is ISO 8601.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Reader = Callable[["Sequence[int]", "PeriodRules"], tuple["Period", str]]

WeekDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

# Every neighbour of these days still is a Python date, and every year has four digits.
FIRST_DAY: Final = date(1000, 1, 1)
LAST_DAY: Final = date(9998, 12, 31)
LONGEST_TRAILING: Final = 36_600
_MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
FORMS: Final = (
    "2026-06-14 (day), 2026-W24 (week), 2026-06 (month), 2026-Q2 (quarter), 2026 (year), "
    "FY2026-Q2 and FY2026 (fiscal), 2026-06-30/P90D (the 90 days that end there) or all"
)
PERIOD_TABLE: Final = pa.schema(
    {"day": pa.date32(), "kind": pa.string(), "key": pa.string(), "first": pa.date32(), "last": pa.date32()}
)


class PeriodKind(StrEnum):
    """The kinds of period; the text is what people write after `--period`."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"
    TRAILING = "trailing"


class InvalidPeriod(ValueError):  # noqa: N818  named as people say it
    """A period that cannot be; tells why, and the nearest one that can."""

    def __init__(self, key: str, why: str, *, nearest: str | None = None) -> None:
        cure = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"{key!r} is no period here: {why}{cure}")
        self.key = key
        self.nearest = nearest


@dataclass(frozen=True)
class Trailing:
    """The kind of window that covers a number of days up to and including one."""

    days: int

    def __post_init__(self) -> None:
        if not 1 <= self.days <= LONGEST_TRAILING:
            raise InvalidPeriod(str(self), f"trailing windows cover 1 to {LONGEST_TRAILING} days")

    def __str__(self) -> str:
        return f"P{self.days}D"


Kind = PeriodKind | Trailing


@dataclass(frozen=True)
class PeriodRules:
    """What a company calls a year and a week: the month its fiscal year starts in, and the day its weeks start on."""

    fiscal_year_start: int = 1
    week_start: WeekDay = "monday"

    def __post_init__(self) -> None:
        if not 1 <= self.fiscal_year_start <= 12:
            raise ValueError(f"fiscal_year_start is {self.fiscal_year_start}: give a month, 1 (January) to 12")
        if self.week_start not in get_args(WeekDay):
            raise ValueError(f"week_start is {self.week_start!r}: give one of {', '.join(get_args(WeekDay))}")

    @property
    def is_fiscal(self) -> bool:
        """Tell whether years are fiscal, so that their keys begin with FY."""
        return self.fiscal_year_start != 1

    @property
    def first_weekday(self) -> int:
        """Give the day weeks start on, Monday being 0."""
        return get_args(WeekDay).index(self.week_start)


CIVIL: Final = PeriodRules()


@dataclass(frozen=True)
class Period:
    """A stretch of local days from `first` to `last`, both included; get one from the functions below."""

    kind: PeriodKind
    key: str
    first: date
    last: date
    rules: PeriodRules = field(default=CIVIL, repr=False, compare=False)

    @property
    def start(self) -> date:
        """Give the first day, the closed edge of [start, end)."""
        return self.first

    @property
    def end(self) -> date:
        """Give the day after the last, the open edge of [start, end)."""
        return self.last + timedelta(days=1)

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return self.key

    def previous(self) -> Period:
        """Give the period of this kind (and length) that ends the day before."""
        return self.shift(-1)

    def next(self) -> Period:
        """Give the period of this kind (and length) that starts the day after."""
        return self.shift(1)

    def shift(self, count: int) -> Period:
        """Give the period so many of its kind later, or earlier where the count is negative."""
        if count == 0:
            return self
        if self.kind is PeriodKind.ALL:
            raise InvalidPeriod(self.key, "it covers all time, so nothing comes before or after it")
        if self.kind is PeriodKind.TRAILING:
            return trailing(_days_later(self.last, count * self.days), self.days)
        if self.kind in _MONTHS:
            return _starting(self.kind, _months_later(self.first, count * _MONTHS[self.kind]), self.rules)
        return _starting(self.kind, _days_later(self.first, count * self.days), self.rules)


_MONTHS: Final[Mapping[PeriodKind, int]] = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def parse_kind(text: str) -> Kind:
    """Read a kind of period as people write it: day, week, month, quarter, year, all, or P90D for 90 trailing days."""
    if matched := re.fullmatch(r"P([0-9]{1,6})D", text):
        return Trailing(int(matched[1]))
    plain = [kind.value for kind in PeriodKind if kind is not PeriodKind.TRAILING]
    if text in plain:
        return PeriodKind(text)
    near = get_close_matches(text.lower(), plain, n=1)
    forms = f"periods are {', '.join(plain)}, or P90D for 90 trailing days"
    raise InvalidPeriod(text, forms, nearest=near[0] if near else None)


def parse_period(key: str, rules: PeriodRules = CIVIL) -> Period:
    """Read a period's key; a key is valid exactly where the period it means writes itself that way."""
    for loose, read in _READERS:
        if matched := re.fullmatch(loose, key.strip(), re.IGNORECASE):
            parts = matched.groupdict()
            nearest, why = read([int(parts[name]) for name in _PARTS if name in parts], rules)
            if nearest.key != key:
                raise InvalidPeriod(key, why, nearest=nearest.key)
            return nearest
    raise InvalidPeriod(key, f"write {FORMS}")


def period_of(day: date, kind: Kind, rules: PeriodRules = CIVIL) -> Period:
    """Give the period of a kind that a local day falls into; a trailing window ends with that day."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidPeriod(day.isoformat(), _CALENDAR_RUNS)
    if isinstance(kind, Trailing):
        return trailing(day, kind.days)
    return _starting(kind, _first_day(kind, day, rules), rules)


def trailing(end: date, days: int) -> Period:
    """Give the window of so many days that ends with, and includes, a day."""
    window = Trailing(days)
    key = f"{end.isoformat()}/{window}"
    return _within(Period(PeriodKind.TRAILING, key, _days_later(end, 1 - days), end))


def periods_between(first: date, last: date, kind: Kind, rules: PeriodRules = CIVIL) -> tuple[Period, ...]:
    """Give, in order, the periods that cover first..last; trailing windows are laid end to end back from `last`."""
    if first > last:
        return ()
    if isinstance(kind, Trailing):
        count = -(-((last - first).days + 1) // kind.days)
        newest = trailing(last, kind.days)
        return tuple(newest.shift(-back) for back in reversed(range(count)))
    periods = [period_of(first, kind, rules)]
    while periods[-1].last < last:
        periods.append(periods[-1].next())
    return tuple(periods)


def period_table(first: date, last: date, kinds: Sequence[PeriodKind], rules: PeriodRules = CIVIL) -> pa.Table:
    """Give one row per local day and kind, with the period (`key`, `first`, `last` included) that the day falls into.

    Columns: day date32, kind string, key string, first date32, last date32.
    """
    return pa.concat_tables([PERIOD_TABLE.empty_table(), *(_table_of_kind(first, last, kind, rules) for kind in kinds)])


def _table_of_kind(first: date, last: date, kind: PeriodKind, rules: PeriodRules) -> pa.Table:
    periods = periods_between(first, last, kind, rules)
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    starts = np.array([period.first for period in periods], dtype="datetime64[D]")
    place = pa.array(np.searchsorted(starts, days, side="right") - 1)
    by_period = pa.table(
        {
            "kind": pa.array([str(kind)] * len(periods), pa.string()),
            "key": pa.array([period.key for period in periods], pa.string()),
            "first": pa.array(starts, pa.date32()),
            "last": pa.array([period.last for period in periods], pa.date32()),
        }
    )
    return by_period.take(place).add_column(0, "day", pa.array(days, pa.date32()))


def _first_day(kind: PeriodKind, day: date, rules: PeriodRules) -> date:
    match kind:
        case PeriodKind.DAY:
            return day
        case PeriodKind.WEEK:
            return day - timedelta(days=(day.weekday() - rules.first_weekday) % 7)
        case PeriodKind.MONTH | PeriodKind.QUARTER | PeriodKind.YEAR:
            into = (day.month - rules.fiscal_year_start) % _MONTHS[kind]
            return _months_later(day.replace(day=1), -into)
        case PeriodKind.ALL:
            return FIRST_DAY
        case PeriodKind.TRAILING:
            raise InvalidPeriod(str(kind), "a trailing window needs its length: P90D covers 90 days")


def _starting(kind: PeriodKind, first: date, rules: PeriodRules) -> Period:
    """Give the period of a kind whose first day is known."""
    match kind:
        case PeriodKind.DAY:
            last, key = first, first.isoformat()
        case PeriodKind.WEEK:
            last, key = _days_later(first, 6), _week_key(first)
        case PeriodKind.MONTH:
            last, key = _months_end(first, 1), f"{first.year:04}-{first.month:02}"
        case PeriodKind.QUARTER:
            quarter = (first.month - rules.fiscal_year_start) % 12 // 3 + 1
            last, key = _months_end(first, 3), f"{_year_key(first, rules)}-Q{quarter}"
        case PeriodKind.YEAR:
            last, key = _months_end(first, 12), _year_key(first, rules)
        case _:
            last, key = LAST_DAY, kind.value
    return _within(Period(kind, key, first, last, rules))


def _week_key(first: date) -> str:
    fourth = first + timedelta(days=3)
    return f"{fourth.year:04}-W{(fourth.timetuple().tm_yday - 1) // 7 + 1:02}"


def _year_key(day: date, rules: PeriodRules) -> str:
    if not rules.is_fiscal:
        return f"{day.year:04}"
    return f"FY{day.year + (day.month >= rules.fiscal_year_start):04}"


def _within(period: Period) -> Period:
    if period.last < FIRST_DAY or period.first > LAST_DAY:
        raise InvalidPeriod(period.key, _CALENDAR_RUNS)
    return period


_CALENDAR_RUNS: Final = f"the calendar runs from {FIRST_DAY} to {LAST_DAY}"


def _days_later(day: date, count: int) -> date:
    ordinal = day.toordinal() + count
    if not 1 <= ordinal <= date.max.toordinal():
        raise InvalidPeriod(f"{day} {count:+} days", _CALENDAR_RUNS)
    return date.fromordinal(ordinal)


def _months_later(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    if not date.min.year <= year <= date.max.year:
        raise InvalidPeriod(f"{first} {count:+} months", _CALENDAR_RUNS)
    return date(year, month + 1, 1)


def _months_end(first: date, count: int) -> date:
    return _months_later(first, count) - timedelta(days=1)


# Readers take the numbers somebody wrote, right or wrong, to the nearest period there is, and say the rule.


def _clamp(number: int, lowest: int, highest: int) -> int:
    return max(lowest, min(number, highest))


def _year(number: int) -> int:
    in_full = number + 2000 if number < 100 else number
    return _clamp(in_full, FIRST_DAY.year - 1, LAST_DAY.year + 1)


def _nearest_date(numbers: Sequence[int]) -> date:
    year, month = _year(numbers[0]), _clamp(numbers[1], 1, 12)
    return date(year, month, _clamp(numbers[2], 1, monthrange(year, month)[1]))


def _read_day(numbers: Sequence[int], rules: PeriodRules) -> tuple[Period, str]:
    day = _nearest_date(numbers)
    month, length = _MONTH_NAMES[day.month - 1], monthrange(day.year, day.month)[1]
    why = f"a day is written 2026-06-14, months run 01 to 12, {month} {day.year} has days 01 to {length}"
    return _starting(PeriodKind.DAY, day, rules), why


def _read_week(numbers: Sequence[int], rules: PeriodRules) -> tuple[Period, str]:
    # 4 January lies in week 1 whatever day weeks start on, 28 December in the last one.
    year = _year(numbers[0])
    first, last = (_first_day(PeriodKind.WEEK, date(year, *day), rules) for day in ((1, 4), (12, 28)))
    weeks = (last - first).days // 7 + 1
    begin = rules.week_start.capitalize()
    why = f"a week is written 2026-W24, and {year} has weeks W01 to W{weeks} (they start on {begin})"
    return _starting(PeriodKind.WEEK, _days_later(first, 7 * (_clamp(numbers[1], 1, weeks) - 1)), rules), why


def _read_month(numbers: Sequence[int], rules: PeriodRules) -> tuple[Period, str]:
    first = date(_year(numbers[0]), _clamp(numbers[1], 1, 12), 1)
    return _starting(PeriodKind.MONTH, first, rules), "a month is written 2026-06, and months run 01 to 12"


def _read_quarter(numbers: Sequence[int], rules: PeriodRules) -> tuple[Period, str]:
    first = _months_later(_start_of_year(numbers[0], rules), 3 * (_clamp(numbers[1], 1, 4) - 1))
    key = "FY2026-Q2" if rules.is_fiscal else "2026-Q2"
    why = f"a quarter is written {key}, as {_fiscal_year(rules)}, and quarters run Q1 to Q4"
    return _starting(PeriodKind.QUARTER, first, rules), why


def _read_year(numbers: Sequence[int], rules: PeriodRules) -> tuple[Period, str]:
    key = "FY2026" if rules.is_fiscal else "2026"
    why = f"a year is written {key}, as {_fiscal_year(rules)}"
    return _starting(PeriodKind.YEAR, _start_of_year(numbers[0], rules), rules), why


def _read_trailing(numbers: Sequence[int], _rules: PeriodRules) -> tuple[Period, str]:
    window = trailing(_nearest_date(numbers), _clamp(numbers[3], 1, LONGEST_TRAILING))
    return window, f"the 90 days that end with 30 June are written 2026-06-30/P90D, up to P{LONGEST_TRAILING}D"


def _read_all(_numbers: Sequence[int], rules: PeriodRules) -> tuple[Period, str]:
    return _starting(PeriodKind.ALL, FIRST_DAY, rules), "all time is written all"


def _start_of_year(number: int, rules: PeriodRules) -> date:
    return date(_year(number) - rules.is_fiscal, rules.fiscal_year_start, 1)


def _fiscal_year(rules: PeriodRules) -> str:
    if not rules.is_fiscal:
        return "the fiscal year is the calendar year"
    month = _MONTH_NAMES[rules.fiscal_year_start - 1]
    return f"the fiscal year starts in {month} and is named by the calendar year in which it ends"


_PARTS: Final = ("year", "part", "day", "length")
_DATE: Final = "(?P<year>[0-9]{4})[-/. ](?P<part>[0-9]{1,2})[-/. ](?P<day>[0-9]{1,2})"
# What people write instead is recognised too, so that the refusal can name the right key.
_READERS: Final[Sequence[tuple[str, Reader]]] = (
    (_DATE, _read_day),
    ("(?P<year>[0-9]{4})(?P<part>[0-9]{2})(?P<day>[0-9]{2})", _read_day),
    ("(?P<year>[0-9]{4})[-/. ]?(?P<part>[0-9]{1,2})", _read_month),
    ("(?P<year>[0-9]{4})[-/ ]?(?:W|CW|KW)(?P<part>[0-9]{1,2})", _read_week),
    ("(?:FY)?[- ]?(?P<year>[0-9]{2}|[0-9]{4})[-/ ]?Q(?P<part>[0-9]{1,2})", _read_quarter),
    ("Q(?P<part>[0-9]{1,2})[-/ ]?(?:FY)?[- ]?(?P<year>[0-9]{2}|[0-9]{4})", _read_quarter),
    ("(?:FY[- ]?(?P<year>[0-9]{2,4}))", _read_year),
    ("(?P<year>[0-9]{4})", _read_year),
    (_DATE + " ?/ ?P?(?P<length>[0-9]{1,6})D?", _read_trailing),
    ("all|all[- ]time|total", _read_all),
)
