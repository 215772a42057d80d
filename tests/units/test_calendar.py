from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from trueup.units.calendar import (
    MONDAY_TO_FRIDAY,
    BusinessHours,
    InvalidHours,
    UnknownCountry,
    end_of_day,
    local_date,
    offset_table,
    parse_as_of,
    public_holidays,
    start_of_day,
)
from trueup.units.zone import InvalidInstant, UnknownZone, microseconds

BERLIN = "Europe/Berlin"
NINE_TO_FIVE = BusinessHours(BERLIN, MONDAY_TO_FRIDAY, time(9), time(17), frozenset({date(2026, 5, 1)}))


def all_day(zone: str) -> BusinessHours:
    return BusinessHours(zone, frozenset(range(7)), time(0), "24:00")


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "answered", "hours"),
    [
        ("2026-06-10T10:00", "2026-06-10T12:30", 2.5),
        ("2026-06-10T16:00", "2026-06-11T10:00", 2),  # overnight
        ("2026-06-12T16:00", "2026-06-15T10:00", 2),  # over the weekend
        ("2026-06-13T10:00", "2026-06-14T10:00", 0),  # at the weekend
        ("2026-04-30T16:00", "2026-05-04T10:00", 2),  # over 1 May, a holiday, and the weekend
        ("2026-03-27T16:00", "2026-03-30T10:00", 2),  # over the night that lost an hour
        ("2026-06-10T07:00", "2026-06-10T20:00", 8),
        ("2026-06-10T12:30", "2026-06-10T10:00", -2.5),  # answered before it was asked
    ],
)
def test_only_open_doors_count(asked: str, answered: str, hours: float) -> None:
    assert NINE_TO_FIVE.business_seconds(at(asked, BERLIN), at(answered, BERLIN)) == hours * 3600


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kathmandu", "2026-03-29", 24),
        ("America/Sao_Paulo", "2018-11-04", 23),  # midnight itself was skipped
        ("America/Sao_Paulo", "2018-02-17", 25),  # its last hour came twice
        ("America/Havana", "2026-11-01", 25),  # midnight came twice
        ("Pacific/Apia", "2011-12-30", 0),  # the whole day was skipped, at the date line
        ("Europe/Berlin", "2024-02-29", 24),
    ],
)
def test_an_all_day_business_is_open_as_long_as_the_day_really_was(zone: str, day: str, hours: float) -> None:
    this, following = date.fromisoformat(day), date.fromisoformat(day) + timedelta(days=1)
    start, end = start_of_day(this, zone), start_of_day(following, zone)
    assert all_day(zone).business_seconds(start, end) == hours * 3600
    assert (end - start).total_seconds() == hours * 3600
    assert end_of_day(this, zone) == end - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("opens", "closes", "day", "hours"),
    [
        ("02:30", "05:00", "2026-03-29", 2),  # opens at the skip, 03:00
        ("02:15", "02:45", "2026-03-29", 0),  # those minutes never came
        ("01:00", "03:30", "2026-03-29", 1.5),
        ("02:15", "02:45", "2026-10-25", 0.5),  # they came twice, and count once
        ("02:30", "05:00", "2026-10-25", 3.5),  # open from the first 02:30
        ("01:00", "02:30", "2026-10-25", 1.5),  # until the first 02:30
        ("03:00", "05:00", "2026-10-25", 2),  # 03:00 came once, after both
    ],
)
def test_hours_that_touch_a_change_of_the_clocks_count_as_elapsed(
    opens: str, closes: str, day: str, hours: float
) -> None:
    shop = BusinessHours(BERLIN, frozenset(range(7)), time.fromisoformat(opens), time.fromisoformat(closes))
    there = date.fromisoformat(day)
    assert shop.business_seconds(start_of_day(there, BERLIN), end_of_day(there, BERLIN)) == hours * 3600


def test_a_year_of_days_off_is_no_business_at_all() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(-400, 800))
    shop = BusinessHours(BERLIN, MONDAY_TO_FRIDAY, time(9), time(17), closed)
    assert shop.business_seconds(utc("2026-01-01"), utc("2026-12-31")) == 0


def test_millions_of_pairs_are_counted_at_once() -> None:
    starts = np.array([microseconds(utc("2026-06-10T08:00")), microseconds(utc("2026-06-12T14:00"))])
    ends = np.array([microseconds(utc("2026-06-10T10:00")), microseconds(utc("2026-06-15T08:00"))])
    assert NINE_TO_FIVE.business_seconds_between(starts, ends).tolist() == [7200.0, 7200.0]
    nothing = np.array([], dtype=np.int64)
    assert NINE_TO_FIVE.business_seconds_between(nothing, nothing).tolist() == []
    with pytest.raises(ValueError, match="do not pair"):
        NINE_TO_FIVE.business_seconds_between(starts, nothing)


def test_milliseconds_given_for_microseconds_or_placeholders_are_not_guessed_at() -> None:
    far = np.array([2**62], dtype=np.int64)
    with pytest.raises(InvalidInstant, match="outside the years 3 to 9997: is it a placeholder"):
        NINE_TO_FIVE.business_seconds_between(far, far)


@pytest.mark.parametrize(
    ("days", "opens", "closes", "why"),
    [
        (MONDAY_TO_FRIDAY, time(22), time(6), "crosses midnight or is empty"),
        (MONDAY_TO_FRIDAY, time(9), time(9), "crosses midnight or is empty"),
        (MONDAY_TO_FRIDAY, time(0), time(0), "opens 00:00 with closes '24:00' is all day"),
        (MONDAY_TO_FRIDAY, time(9), "17:00", "closes is '17:00': give a time of day"),
        (frozenset(), time(9), time(17), "give at least one"),
        (frozenset({1, 7}), time(9), time(17), r"business days \[1, 7\]: give at least one, 0 \(Monday\)"),
        (MONDAY_TO_FRIDAY, time(9, 0, 0, 1), time(17), "whole seconds"),
        (MONDAY_TO_FRIDAY, time(9, tzinfo=UTC), time(17), "the zone apart"),
    ],
)
def test_hours_no_shop_could_keep_are_refused(days: frozenset[int], opens: time, closes: time, why: str) -> None:
    with pytest.raises(InvalidHours, match=why):
        BusinessHours(BERLIN, days, opens, closes)


def test_hours_may_last_until_midnight() -> None:
    evening = BusinessHours(BERLIN, MONDAY_TO_FRIDAY, time(18), "24:00")
    assert evening.business_seconds(at("2026-06-10T12:00", BERLIN), at("2026-06-11T12:00", BERLIN)) == 6 * 3600


def test_public_holidays_differ_by_subdivision() -> None:
    bavaria = public_holidays("DE", years=[2026], subdivision="BY")
    berlin = public_holidays("DE", years=[2026], subdivision="BE")
    assert date(2026, 1, 6) in bavaria - berlin
    assert date(2026, 12, 25) in bavaria & berlin
    shop = BusinessHours.of_country(
        "DE", years=[2026], subdivision="BY", zone=BERLIN, opens=time(9), closes=time(17), days=MONDAY_TO_FRIDAY
    )
    assert shop.holidays == bavaria


@pytest.mark.parametrize(
    ("country", "subdivision", "nearest"),
    [("Germany", None, "DE"), ("usa ", None, "USA"), ("DE", "Bay", "BY"), ("@@", None, None)],
)
def test_an_unknown_country_names_the_nearest(country: str, subdivision: str | None, nearest: str | None) -> None:
    with pytest.raises(UnknownCountry, match="has no known public holidays: ") as refused:
        public_holidays(country, years=[2026], subdivision=subdivision)
    assert (refused.value.nearest or (None,))[0] == nearest


def test_the_open_intervals_of_a_weekend_with_a_change_of_clocks() -> None:
    table = NINE_TO_FIVE.open_intervals(date(2026, 3, 27), date(2026, 3, 30))
    shown = [" ".join(str(cell).removeprefix("2026-") for cell in row.values()) for row in table.to_pylist()]
    assert table.column_names == [
        *("local_date", "is_business_day", "starts_at", "ends_at", "opens_at", "closes_at"),
        *("seconds_before", "business_day_number"),
    ]
    assert table.schema.field("opens_at").type == pa.timestamp("us")
    assert shown == [
        "03-27 True 03-26 23:00:00 03-27 23:00:00 03-27 08:00:00 03-27 16:00:00 0 0",
        "03-28 False 03-27 23:00:00 03-28 23:00:00 03-27 23:00:00 03-27 23:00:00 28800 1",
        "03-29 False 03-28 23:00:00 03-29 22:00:00 03-28 23:00:00 03-28 23:00:00 28800 1",
        "03-30 True 03-29 22:00:00 03-30 22:00:00 03-30 07:00:00 03-30 15:00:00 28800 1",
    ]


def test_a_holiday_is_no_business_day() -> None:
    table = NINE_TO_FIVE.open_intervals(date(2026, 4, 30), date(2026, 5, 4)).to_pydict()
    assert table["is_business_day"] == [True, False, False, False, True]
    assert table["business_day_number"] == [0, 1, 1, 1, 1]


def test_a_day_that_was_skipped_whole_is_no_business_day() -> None:
    shop = BusinessHours("Pacific/Apia", MONDAY_TO_FRIDAY, time(9), time(17))
    table = shop.open_intervals(date(2011, 12, 29), date(2011, 12, 31)).to_pydict()
    assert table["is_business_day"] == [True, False, False]
    assert table["ends_at"][0] == table["starts_at"][1] == table["ends_at"][1] == table["starts_at"][2]


def test_no_days_make_empty_tables_with_their_columns() -> None:
    assert NINE_TO_FIVE.open_intervals(date(2026, 5, 2), date(2026, 5, 1)).num_rows == 0
    assert offset_table(BERLIN, date(2026, 5, 2), date(2026, 5, 1)).column_names == [
        "starts_at",
        "ends_at",
        "offset_seconds",
    ]


def test_an_instant_falls_on_the_date_on_the_wall() -> None:
    evening = utc("2026-06-30T22:30")
    assert local_date(evening, BERLIN) == date(2026, 7, 1)
    assert local_date(evening, "America/New_York") == date(2026, 6, 30)
    with pytest.raises(InvalidInstant, match="has no offset"):
        local_date(datetime(2026, 6, 30, 22), BERLIN)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-30", "2026-06-30T21:59:59.999999"),
        ("2026-03-29", "2026-03-29T21:59:59.999999"),
        ("2026-06-30T17:00", "2026-06-30T15:00"),
        ("2026-06-30 17:00:30.5", "2026-06-30T15:00:30.5"),
        ("2026-06-30T17:00:00Z", "2026-06-30T17:00"),
        ("2026-06-30T17:00:00-05:00", "2026-06-30T22:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # came twice: the first
        ("2026-03-29T02:30", "2026-03-29T01:00"),  # never came: the skip
    ],
)
def test_as_of_takes_a_date_or_an_instant(text: str, instant: str) -> None:
    assert parse_as_of(text, BERLIN) == utc(instant)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "30.06.2026",
        "20260630",
        "2026-06",
        "2026-02-30",
        "2026-06-30T25:00",
        "2026-06-30T12",
        "10000-01-01",
    ],
)
def test_what_is_no_moment_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(InvalidInstant, match=r"is no moment.*: write 2026-06-30 \(the end of that local day\)"):
        parse_as_of(text, BERLIN)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z"])
def test_placeholder_dates_are_no_moments(text: str) -> None:
    with pytest.raises(InvalidInstant, match="lies outside the years 4 to 9996"):
        parse_as_of(text, BERLIN)


@pytest.mark.parametrize(
    ("zone", "nearest"),
    [("Europe/Berln", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("Europe", None), ("", None)],
)
def test_an_unknown_zone_names_the_nearest(zone: str, nearest: str | None) -> None:
    with pytest.raises(UnknownZone, match="is no time zone: ") as refused:
        start_of_day(date(2026, 1, 1), zone)
    if nearest:
        assert refused.value.nearest[0] == nearest
    with pytest.raises(UnknownZone):
        parse_as_of("2026-06-30", zone)


@pytest.mark.parametrize(
    ("zone", "edges", "offsets"),
    [
        (BERLIN, ["12-31 23:00", "03-29 01:00", "10-25 01:00", "12-31 23:00"], [3600, 7200, 3600]),
        ("Asia/Kathmandu", ["12-31 18:15", "12-31 18:15"], [20_700]),
        ("Australia/Lord_Howe", ["12-31 13:00", "04-04 15:00", "10-03 15:30", "12-31 13:00"], [39_600, 37_800, 39_600]),
        ("UTC", ["01-01 00:00", "01-01 00:00"], [0]),
    ],
)
def test_a_year_is_made_of_stretches_of_constant_offset(zone: str, edges: list[str], offsets: list[int]) -> None:
    table = offset_table(zone, date(2026, 1, 1), date(2026, 12, 31)).to_pydict()
    assert [f"{instant:%m-%d %H:%M}" for instant in table["starts_at"]] == edges[:-1]
    assert [f"{instant:%m-%d %H:%M}" for instant in table["ends_at"]] == edges[1:]
    assert table["offset_seconds"] == offsets


def test_clocks_that_change_at_odd_times_are_caught_to_the_second() -> None:
    table = offset_table("America/St_Johns", date(2010, 3, 1), date(2010, 3, 31)).to_pydict()
    assert table["starts_at"][1] == datetime(2010, 3, 14, 3, 31)
    assert offset_table(BERLIN, date(1893, 1, 1), date(1893, 12, 31)).to_pydict()["offset_seconds"] == [3208, 3600]
