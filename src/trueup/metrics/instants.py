"""Moments and days in expressions: waiting times, day arithmetic that every engine agrees on, days that are over."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import ibis
import ibis.expr.types as ir

from trueup.metrics.fact import CALENDAR_SCHEMA

P = ParamSpec("P")
R = TypeVar("R")
SECONDS_PER_DAY = 86_400
MICROSECONDS_PER_DAY = SECONDS_PER_DAY * 1_000_000


def _told(returns: str, *takes: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function that the calendar of every build has: the engine knows what it tells, expressions do not."""
    return cast(
        "Callable[[Callable[P, R]], Callable[P, R]]",
        ibis.udf.scalar.builtin(database=CALENDAR_SCHEMA, signature=(takes, returns)),
    )


@_told("timestamp(6)")
def as_of() -> ir.TimestampValue:
    """The last microsecond (UTC) that counts."""
    raise NotImplementedError


@_told("date")
def as_of_on() -> ir.DateValue:
    """The local date of the last microsecond that counts."""
    raise NotImplementedError


@_told("date")
def last_day_over() -> ir.DateValue:
    """The last local day that is wholly over as of the build."""
    raise NotImplementedError


@_told("timestamp(6)", "timestamp(6)")
def local(instant: ir.Value) -> ir.TimestampValue:
    """``instant`` (UTC) as wall-clock time in the workspace's zone."""
    raise NotImplementedError


@_told("timestamp(6)", "date")
def start_of_day(day: ir.Value) -> ir.TimestampValue:
    """The UTC instant at which the local ``day`` begins."""
    raise NotImplementedError


def later(instant: ir.Value, days: float) -> ir.TimestampValue:
    """``instant`` and as many elapsed days of 24 hours."""
    return cast("ir.TimestampValue", instant + ibis.interval(seconds=round(days * SECONDS_PER_DAY)))


def known_by(instant: ir.Value) -> ir.BooleanValue:
    """Whether ``instant`` had come as of the build; a missing one had not."""
    return (instant <= as_of()).fill_null(ibis.literal(value=False))


def local_date(instant: ir.Value) -> ir.DateValue:
    """The date of ``instant`` (UTC) in the workspace's zone."""
    return local(instant).date()


def elapsed_days(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.NumericValue:
    """Elapsed days with their fraction, to the microsecond."""
    microseconds = cast("ir.FloatingValue", end.delta(start, unit="microsecond").cast("float64"))
    return microseconds / MICROSECONDS_PER_DAY


def shifted(day: ir.Value, *, months: int = 0, days: int = 0) -> ir.DateValue:
    """``day`` moved by calendar months (to the month's last day where it has no such day), then by days."""
    # Ibis calls date + interval a date, DuckDB a timestamp; only by way of a timestamp do both agree.
    moved: ir.Value = day.cast("timestamp")
    if months:
        moved = moved + ibis.interval(months=months)
    if days:
        moved = moved + ibis.interval(days=days)
    return cast("ir.DateValue", moved.cast("date"))


def days_through(first_on: ir.Value, last_on: ir.Value) -> ir.IntegerValue:
    """Days from the first to the last, both counted."""
    days = cast("ir.DateValue", last_on).delta(cast("ir.DateValue", first_on), unit="day")
    return cast("ir.IntegerValue", days + 1)


def days_between(earlier: ir.Value, later: ir.Value) -> ir.FloatingValue:
    """Whole days from one day to another, as a float64; negative the other way round."""
    days = cast("ir.DateValue", later).delta(cast("ir.DateValue", earlier), unit="day")
    return cast("ir.FloatingValue", days.cast("float64"))
