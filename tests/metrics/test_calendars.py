from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from given import World, given, nine_to_five
from trueup.metrics import calendars
from trueup.units.calendar import parse_as_of, start_of_day
from trueup.units.period import PeriodKind, PeriodRules, Trailing, parse_period, trailing

BERLIN = "Europe/Berlin"


def ask(world: World, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in world.engine.query(sql).to_pylist()]


def test_a_persons_rows_never_overlap() -> None:
    world = given(
        people="""person_id team  active_from active_to
                  ann       north -           2026-12-31
                  ann       south 2026-03-01  -
                  ann       east  2026-03-10  2026-03-20
                  bob       west  2026-05-01  2026-04-01"""
    )
    assert ask(world, "SELECT team, from_on, to_on FROM calendar.people_spans ORDER BY from_on") == [
        ("north", date(1000, 1, 1), date(2026, 2, 28)),
        ("south", date(2026, 3, 1), date(2026, 3, 9)),
        ("east", date(2026, 3, 10), date(2026, 3, 20)),
    ]


def test_who_stayed_away_took_no_part_and_nobody_takes_part_twice() -> None:
    world = given(
        participants="""interaction_id person_id contact_id attended
                        i1             ann       -          -
                        i1             ann       kim        true
                        i1             bob       -          false
                        i2             ann       -          -
                        i2             bob       -          -
                        i2             bob       kim        -
                        i3             -         kim        -"""
    )
    assert ask(world, "SELECT * FROM calendar.credited_people ORDER BY ALL") == [
        ("i1", "ann", True),
        ("i2", "ann", False),
        ("i2", "bob", False),
    ]


def test_a_rate_holds_until_the_next_one() -> None:
    world = given(
        fx_rates="""currency base valid_from  rate
                    USD      EUR  2026-01-01  0.9
                    USD      EUR  2026-02-01  0.8
                    EUR      GBP  2026-01-01  0.8
                    EUR      USD  2026-01-01  5
                    JPY      USD  2026-01-01  5
                    CHF      EUR  -           1.1"""
    )
    far = date(9998, 12, 31)
    assert ask(world, "SELECT * FROM calendar.rates ORDER BY ALL") == [
        ("CHF", date(1000, 1, 1), far, 1.1),
        ("EUR", date(1000, 1, 1), far, 1.0),
        ("GBP", date(2026, 1, 1), far, 1.25),
        ("USD", date(2026, 1, 1), date(2026, 1, 31), 0.9),
        ("USD", date(2026, 2, 1), far, 0.8),
    ]


def horizon(first: str = "2026-01-15", as_of: str = "2026-06-14T10:00Z") -> calendars.Horizon:
    return calendars.horizon(date.fromisoformat(first), parse_as_of(as_of, BERLIN), BERLIN)


def test_knowledge_cuts_the_running_period() -> None:
    rows = calendars.period_rows([parse_period("2026-05"), parse_period("2026-06")], horizon()).to_pylist()
    may, june = rows
    assert (may["starts_at"], may["ends_at"]) == (utc("2026-04-30T22:00"), utc("2026-05-31T22:00"))
    assert (may["cut_at"], may["cut_on"], may["is_over"]) == (
        utc("2026-05-31T21:59:59.999999"),
        date(2026, 5, 31),
        True,
    )
    assert (june["cut_at"], june["cut_on"], june["is_over"]) == (utc("2026-06-14T10:00"), date(2026, 6, 14), False)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_all_time_runs_from_the_first_of_the_data_to_the_as_of_day_and_is_over() -> None:
    [ever] = calendars.period_rows([parse_period("all")], horizon()).to_pylist()
    assert (ever["first_on"], ever["last_on"], ever["is_over"]) == (date(2026, 1, 15), date(2026, 6, 14), True)


def test_periods_that_begin_after_the_as_of_day_do_not_exist() -> None:
    assert calendars.period_rows([parse_period("2026-07")], horizon()).num_rows == 0
    months = calendars.periods_of([PeriodKind.MONTH], horizon())
    assert [months[0].key, months[-1].key, len(months)] == ["2026-01", "2026-06", 6]


def test_trailing_windows_are_called_by_their_length() -> None:
    windows = calendars.periods_of([Trailing(90)], horizon())
    assert windows[-1].key == "2026-06-14/P90D"
    assert calendars.kind_name(windows[-1]) == "P90D"


@pytest.mark.parametrize(
    ("key", "rules", "made_of"),
    [
        ("2026-Q1", PeriodRules(), ["2026-01", "2026-02", "2026-03"]),
        ("FY2026-Q4", PeriodRules(fiscal_year_start=6), ["2026-03", "2026-04", "2026-05"]),
        ("2026-W20", PeriodRules(), [f"2026-05-{day}" for day in range(11, 18)]),
        ("2026-06", PeriodRules(), ["2026-06"]),
    ],
)
def test_periods_add_up_from_months_or_days(key: str, rules: PeriodRules, made_of: list[str]) -> None:
    rows = calendars.rollup_rows([parse_period(key, rules)], horizon(), rules).to_pylist()
    assert [row["base_key"] for row in rows] == made_of


def test_a_day_knows_every_period_it_lies_in_and_what_those_are_made_of() -> None:
    asked = [parse_period("2026-Q2"), trailing(date(2026, 6, 14), 2), trailing(date(2026, 6, 13), 2)]
    rows = calendars.day_rows(asked, horizon()).to_pylist()
    assert sorted((r["period_kind"], r["period_key"]) for r in rows if r["local_date"] == date(2026, 6, 13)) == [
        ("P2D", "2026-06-13/P2D"),
        ("P2D", "2026-06-14/P2D"),
        ("day", "2026-06-13"),
        ("month", "2026-06"),
        ("quarter", "2026-Q2"),
    ]


def test_weekdays_are_counted_holidays_or_not() -> None:
    within = horizon("2026-05-11")
    rows = calendars.business_day_rows(nine_to_five(BERLIN, "2026-05-14"), within).to_pylist()
    by_day = {row["local_date"]: row for row in rows}
    friday = by_day[date(2026, 5, 15)]
    assert (friday["weekday_number"], friday["business_day_number"], friday["seconds_before"]) == (4, 3, 3 * 8 * 3600)
    assert max(by_day) == date(2027, 7, 19)


def test_the_zones_offsets_are_those_of_the_horizon() -> None:
    context = calendars.context(horizon(), "EUR")
    assert [seconds for _, seconds in context.offsets][:2] == [3600, 7200]
    assert context.offsets[1][0] == utc("2026-03-29T01:00")


@pytest.mark.parametrize("zone", [BERLIN, "UTC", "America/New_York", "Asia/Kolkata"])
def test_its_functions_tell_moment_zone_and_currency(zone: str) -> None:
    early = "interaction_id occurred_at\ni0 2025-01-01T00:00"
    world = given(interactions=early, as_of="2026-06-30T12:00", zone=zone, currency="CHF")
    known = world.context
    told = ask(world, "SELECT calendar.as_of(), calendar.as_of_on(), calendar.own_currency()")
    assert told == [(known.as_of, known.as_of_on, "CHF")]
    assert ask(world, "SELECT calendar.last_day_over()") == [(date(2026, 6, 29),)]
    hours = "range(TIMESTAMP '2025-03-01', TIMESTAMP '2026-11-30', INTERVAL 1 HOUR) AS of(hour)"
    for instant, there in ask(world, f"SELECT hour, calendar.local(hour) FROM {hours}"):
        assert isinstance(instant, datetime)
        assert there == instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    days = "range(DATE '2025-03-01', DATE '2026-11-30', INTERVAL 1 DAY) AS of(day)"
    for day, begins in ask(world, f"SELECT CAST(day AS DATE), calendar.start_of_day(CAST(day AS DATE)) FROM {days}"):
        assert isinstance(day, date)
        assert begins == start_of_day(day, zone).astimezone(UTC).replace(tzinfo=None)
