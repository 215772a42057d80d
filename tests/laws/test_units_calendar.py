"""Business time adds up, and is the same however it is counted: one by one, in bulk, or by joining the table."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.units.calendar import BusinessHours, end_of_day, local_date, offset_table, start_of_day
from trueup.units.zone import microseconds

LAW = settings(deadline=None, max_examples=60)
STEP = timedelta(minutes=15)  # every opening time and every change of a clock below falls on a quarter of an hour

# Around the days on which these clocks changed: spring, autumn, skipped midnights, repeated midnights, a lost day.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/Berlin", date(2024, 2, 29)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
]

Row = dict[str, Any]

places = st.sampled_from(CHANGES)
quarters = st.integers(0, 96)
offsets = st.integers(-6 * 86_400 * 10**6, 6 * 86_400 * 10**6).map(lambda count: timedelta(microseconds=count))


@st.composite
def shops(draw: st.DrawFn) -> tuple[BusinessHours, date]:
    zone, day = draw(places)
    opens, closes = sorted(draw(st.lists(quarters, min_size=2, max_size=2, unique=True)))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    days_off = draw(st.frozensets(st.integers(-5, 5).map(lambda count: day + timedelta(days=count)), max_size=3))
    return BusinessHours(zone, weekdays, _clock(opens), "24:00" if closes == 96 else _clock(closes), days_off), day


def _clock(quarter: int) -> time:
    return time(quarter // 4, quarter % 4 * 15)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _first_showing(reading: datetime, zone: ZoneInfo) -> datetime:
    """Watch the wall clock a quarter of an hour at a time until it first shows a reading or more."""
    watched = reading.replace(tzinfo=UTC) - timedelta(hours=30)
    while watched.astimezone(zone).replace(tzinfo=None) < reading:
        watched += STEP
    return watched


def _open_seconds_day_by_day(shop: BusinessHours, start: datetime, end: datetime) -> float:
    zone, seconds = ZoneInfo(shop.zone), 0.0
    for day in (start.date() + timedelta(days=count) for count in range(-2, (end - start).days + 4)):
        midnight = datetime.combine(day, time())
        tomorrow = midnight + timedelta(days=1)
        if day.weekday() in shop.days and day not in shop.holidays:
            opens = _first_showing(datetime.combine(day, shop.opens), zone)
            closes = _first_showing(
                tomorrow if isinstance(shop.closes, str) else datetime.combine(day, shop.closes), zone
            )
            seconds += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
    return seconds


def _open_microseconds_until(instant: datetime, row: Row) -> int:
    since, length = instant.replace(tzinfo=None) - row["opens_at"], row["closes_at"] - row["opens_at"]
    open_today: timedelta = max(timedelta(0), min(since, length))
    return int(row["seconds_before"]) * 10**6 + open_today // timedelta(microseconds=1)


@LAW
@given(shops(), offsets, offsets, offsets)
def test_business_seconds_add_up(
    shop_and_day: tuple[BusinessHours, date], a: timedelta, b: timedelta, c: timedelta
) -> None:
    shop, day = shop_and_day
    first, middle, last = (_noon(day) + offset for offset in (a, b, c))
    whole = shop.business_seconds(first, last)
    in_parts = shop.business_seconds(first, middle) + shop.business_seconds(middle, last)
    assert round(whole * 10**6) == round(in_parts * 10**6)
    assert shop.business_seconds(last, first) == -whole
    assert abs(whole) <= abs((last - first).total_seconds())


@settings(deadline=None, max_examples=40)
@given(shops(), offsets, offsets)
def test_counting_agrees_with_watching_the_clock(
    shop_and_day: tuple[BusinessHours, date], a: timedelta, b: timedelta
) -> None:
    shop, day = shop_and_day
    start, end = sorted(_noon(day) + offset for offset in (a, b))
    assert round(shop.business_seconds(start, end) * 10**6) == round(_open_seconds_day_by_day(shop, start, end) * 10**6)


@LAW
@given(shops(), st.lists(offsets, min_size=2, max_size=20))
def test_one_by_one_in_bulk_and_by_the_table_are_the_same(
    shop_and_day: tuple[BusinessHours, date], moves: list[timedelta]
) -> None:
    shop, day = shop_and_day
    instants = [_noon(day) + move for move in moves]
    counts = np.array([microseconds(instant) for instant in instants])
    in_bulk = shop.business_seconds_between(np.full_like(counts, counts[0]), counts).tolist()
    assert in_bulk == [shop.business_seconds(instants[0], instant) for instant in instants]

    rows = shop.open_intervals(day - timedelta(days=9), day + timedelta(days=9)).to_pylist()
    by_date = {row["local_date"]: row for row in rows}
    edges = [row["starts_at"] for row in rows]
    by_instant = [rows[bisect_right(edges, instant.replace(tzinfo=None)) - 1] for instant in instants]
    for joined in (by_instant, [by_date[local_date(instant, shop.zone)] for instant in instants]):
        until = list(map(_open_microseconds_until, instants, joined))
        assert [(count - until[0]) / 10**6 for count in until] == in_bulk


@LAW
@given(shops())
def test_local_days_tile_time_and_hold_their_hours(shop_and_day: tuple[BusinessHours, date]) -> None:
    shop, day = shop_and_day
    rows = shop.open_intervals(day - timedelta(days=4), day + timedelta(days=4)).to_pylist()
    worked = 0
    for row, following in pairwise(rows):
        assert row["starts_at"] <= row["opens_at"] <= row["closes_at"] <= row["ends_at"] == following["starts_at"]
        assert row["business_day_number"] == worked
        worked += row["is_business_day"]
        hours = (row["closes_at"] - row["opens_at"]).total_seconds()
        assert following["seconds_before"] == row["seconds_before"] + hours
        assert row["is_business_day"] or not hours


@LAW
@given(places, offsets)
def test_an_instant_lies_within_its_local_day(place: tuple[str, date], move: timedelta) -> None:
    zone, day = place
    instant = _noon(day) + move
    there = local_date(instant, zone)
    assert start_of_day(there, zone) <= instant <= end_of_day(there, zone)
    assert end_of_day(there, zone) + timedelta(microseconds=1) == start_of_day(there + timedelta(days=1), zone)


@LAW
@given(places, offsets)
def test_the_offset_table_tells_the_wall_clock(place: tuple[str, date], move: timedelta) -> None:
    zone, day = place
    instant = _noon(day) + move
    rows = offset_table(zone, day - timedelta(days=9), day + timedelta(days=9)).to_pylist()
    [row] = [row for row in rows if row["starts_at"] <= instant.replace(tzinfo=None) < row["ends_at"]]
    assert timedelta(seconds=row["offset_seconds"]) == instant.astimezone(ZoneInfo(zone)).utcoffset()
