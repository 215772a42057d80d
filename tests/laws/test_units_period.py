"""Periods tile the line: no day without one, none with two, and each key reads back as what wrote it."""

from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.units.period import (
    FIRST_DAY,
    LAST_DAY,
    Kind,
    PeriodKind,
    PeriodRules,
    Trailing,
    WeekDay,
    parse_kind,
    parse_period,
    period_of,
    period_table,
    periods_between,
)

LAW = settings(deadline=None, max_examples=80)

days = st.dates(FIRST_DAY, LAST_DAY)
near_days = st.dates(date(1970, 1, 1), date(2100, 1, 1))
rules = st.builds(PeriodRules, st.integers(1, 12), st.sampled_from(get_args(WeekDay)))
plain_kinds = st.sampled_from([kind for kind in PeriodKind if kind is not PeriodKind.TRAILING])
tiling_kinds = st.sampled_from([kind for kind in PeriodKind if kind not in (PeriodKind.TRAILING, PeriodKind.ALL)])
kinds = plain_kinds | st.builds(Trailing, st.integers(1, 36_600))
short_spans = st.integers(0, 800).map(lambda count: timedelta(days=count))


@LAW
@given(days, kinds, rules)
def test_a_day_lies_in_its_period_whose_key_reads_back(day: date, kind: Kind, rules: PeriodRules) -> None:
    period = period_of(day, kind, rules)
    assert day in period
    assert parse_period(period.key, rules) == period


@LAW
@given(near_days, kinds.filter(lambda kind: kind is not PeriodKind.ALL), rules, st.integers(-40, 40))
def test_neighbours_touch_and_shifts_add_up(day: date, kind: Kind, rules: PeriodRules, count: int) -> None:
    period = period_of(day, kind, rules)
    if isinstance(kind, Trailing):
        count = count % 7 - 3
    assert period.next().first == period.end
    assert period.next().previous() == period
    assert period.shift(count).shift(-count) == period
    assert period.shift(count).next() == period.shift(count + 1)


@LAW
@given(near_days, tiling_kinds, rules)
def test_every_day_of_a_period_is_in_that_period_only(day: date, kind: PeriodKind, rules: PeriodRules) -> None:
    period = period_of(day, kind, rules)
    for edge in (period.first, period.last):
        assert period_of(edge, kind, rules) == period
    assert period_of(period.first - timedelta(days=1), kind, rules) == period.previous()
    assert period_of(period.end, kind, rules) == period.next()


@LAW
@given(near_days, short_spans, kinds, rules)
def test_periods_between_tile_without_gap_or_overlap(
    day: date, span: timedelta, kind: Kind, rules: PeriodRules
) -> None:
    last = day + span
    periods = periods_between(day, last, kind, rules)
    assert day in periods[0]
    assert last in periods[-1]
    assert all(earlier.end == later.first for earlier, later in pairwise(periods))
    assert len({period.key for period in periods}) == len(periods)


@settings(deadline=None, max_examples=25)
@given(near_days, short_spans, st.lists(plain_kinds, unique=True), rules)
def test_the_period_table_says_what_period_of_says(
    day: date, span: timedelta, kinds: list[PeriodKind], rules: PeriodRules
) -> None:
    table = period_table(day, day + span, kinds, rules)
    expected = [
        (there, str(kind), period.key, period.first, period.last)
        for kind in kinds
        for there in (day + timedelta(days=count) for count in range(span.days + 1))
        for period in [period_of(there, kind, rules)]
    ]
    assert [tuple(row.values()) for row in table.to_pylist()] == expected


@LAW
@given(days)
def test_weeks_that_start_on_monday_are_iso_weeks(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert period_of(day, PeriodKind.WEEK).key == f"{year:04}-W{week:02}"


@LAW
@given(near_days, rules)
def test_weeks_count_up_within_a_year_and_start_over(day: date, rules: PeriodRules) -> None:
    week = period_of(day, PeriodKind.WEEK, rules)
    year, number = week.key.split("-W")
    following = week.next().key.split("-W")
    assert week.first.weekday() == rules.first_weekday
    assert following in ([year, f"{int(number) + 1:02}"], [str(int(year) + 1), "01"])
    assert int(number) <= 53


@LAW
@given(near_days, rules)
def test_four_quarters_make_a_year_and_three_months_a_quarter(day: date, rules: PeriodRules) -> None:
    year = period_of(day, PeriodKind.YEAR, rules)
    quarters = periods_between(year.first, year.last, PeriodKind.QUARTER, rules)
    assert [quarter.key for quarter in quarters] == [f"{year.key}-Q{number}" for number in (1, 2, 3, 4)]
    assert (quarters[0].first, quarters[-1].last) == (year.first, year.last)
    quarter = period_of(day, PeriodKind.QUARTER, rules)
    months = periods_between(quarter.first, quarter.last, PeriodKind.MONTH, rules)
    assert (len(months), months[0].first, months[-1].last) == (3, quarter.first, quarter.last)


@LAW
@given(near_days, rules)
def test_a_fiscal_year_is_named_by_the_year_it_ends_in(day: date, rules: PeriodRules) -> None:
    year = period_of(day, PeriodKind.YEAR, rules)
    assert year.key.removeprefix("FY") == str(year.last.year)
    assert year.key.startswith("FY") == rules.is_fiscal


@LAW
@given(kinds)
def test_a_kind_reads_back(kind: Kind) -> None:
    assert parse_kind(str(kind)) == kind
