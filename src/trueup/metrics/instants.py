"""Moments and days in expressions: waiting times, day arithmetic that every engine agrees on, days that are over."""

from datetime import date, timedelta
from typing import cast

import ibis
import ibis.expr.types as ir

from trueup.metrics.fact import Context

SECONDS_PER_DAY = 86_400
MICROSECONDS_PER_DAY = SECONDS_PER_DAY * 1_000_000


def later(instant: ir.Value, days: float) -> ir.TimestampValue:
    """``instant`` and as many elapsed days of 24 hours."""
    return cast("ir.TimestampValue", instant + ibis.interval(seconds=round(days * SECONDS_PER_DAY)))


def known_by(instant: ir.Value, context: Context) -> ir.BooleanValue:
    """Whether ``instant`` had come as of the build; a missing one had not."""
    return (instant <= ibis.literal(context.as_of)).fill_null(ibis.literal(value=False))


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


def start_of_day(day: ir.DateValue, context: Context) -> ir.TimestampValue:
    """The UTC instant at which the local ``day`` begins."""
    midnight = day.cast("timestamp(6)")
    newest_first = list(reversed(context.offsets))
    branches = [
        (midnight >= ibis.timestamp(start + timedelta(seconds=east)), midnight - ibis.interval(seconds=east))
        for start, east in newest_first[:-1]
    ]
    oldest = midnight - ibis.interval(seconds=newest_first[-1][1])
    return cast("ir.TimestampValue", ibis.cases(*branches, else_=oldest) if branches else oldest)


def last_day_over(context: Context) -> date:
    """The last local day that is wholly over as of the build."""
    next_instant = context.as_of + timedelta(microseconds=1)
    begun = [east for start, east in context.offsets if start <= next_instant]
    east = begun[-1] if begun else context.offsets[0][1]
    return (next_instant + timedelta(seconds=east)).date() - timedelta(days=1)
