from datetime import date

import pyarrow as pa
import pytest

from trueup.units.period import (
    InvalidPeriod,
    Period,
    PeriodKind,
    PeriodRules,
    Trailing,
    WeekDay,
    parse_kind,
    parse_period,
    period_of,
    period_table,
    periods_between,
    trailing,
)

APRIL = PeriodRules(fiscal_year_start=4)
OCTOBER = PeriodRules(fiscal_year_start=10)
SUNDAYS = PeriodRules(week_start="sunday")


def edges(period: Period) -> str:
    return f"{period.first} {period.last}"


@pytest.mark.parametrize(
    ("key", "kind", "first_last"),
    [
        ("2026-06-14", "day", "2026-06-14 2026-06-14"),
        ("2024-02-29", "day", "2024-02-29 2024-02-29"),
        ("2026-W24", "week", "2026-06-08 2026-06-14"),
        ("2026-W01", "week", "2025-12-29 2026-01-04"),
        ("2026-W53", "week", "2026-12-28 2027-01-03"),
        ("2020-W53", "week", "2020-12-28 2021-01-03"),
        ("2026-06", "month", "2026-06-01 2026-06-30"),
        ("2024-02", "month", "2024-02-01 2024-02-29"),
        ("2026-Q2", "quarter", "2026-04-01 2026-06-30"),
        ("2026", "year", "2026-01-01 2026-12-31"),
        ("2026-06-30/P90D", "trailing", "2026-04-02 2026-06-30"),
        ("all", "all", "1000-01-01 9998-12-31"),
    ],
)
def test_a_key_names_its_days_both_edges_included(key: str, kind: str, first_last: str) -> None:
    period = parse_period(key)
    assert (period.kind, str(period), edges(period)) == (kind, key, first_last)


def test_inside_a_period_is_half_open() -> None:
    june = parse_period("2026-06")
    assert (june.start, june.end, june.days) == (date(2026, 6, 1), date(2026, 7, 1), 30)
    assert date(2026, 6, 30) in june
    assert date(2026, 7, 1) not in june


@pytest.mark.parametrize(
    ("key", "rules", "first_last"),
    [
        ("FY2026", APRIL, "2025-04-01 2026-03-31"),
        ("FY2026-Q1", APRIL, "2025-04-01 2025-06-30"),
        ("FY2026-Q4", APRIL, "2026-01-01 2026-03-31"),
        ("FY2026", OCTOBER, "2025-10-01 2026-09-30"),
        ("FY2026-Q2", OCTOBER, "2026-01-01 2026-03-31"),
        ("2026-06", APRIL, "2026-06-01 2026-06-30"),
    ],
)
def test_a_fiscal_year_is_named_by_the_calendar_year_in_which_it_ends(
    key: str, rules: PeriodRules, first_last: str
) -> None:
    assert edges(parse_period(key, rules)) == first_last


@pytest.mark.parametrize(
    ("week_start", "key", "first_last"),
    [
        ("sunday", "2026-W01", "2026-01-04 2026-01-10"),
        ("sunday", "2025-W53", "2025-12-28 2026-01-03"),
        ("saturday", "2026-W01", "2026-01-03 2026-01-09"),
        ("monday", "2026-W01", "2025-12-29 2026-01-04"),
    ],
)
def test_a_week_belongs_to_the_year_of_its_fourth_day(week_start: WeekDay, key: str, first_last: str) -> None:
    assert edges(parse_period(key, PeriodRules(week_start=week_start))) == first_last


@pytest.mark.parametrize(
    ("written", "nearest", "why"),
    [
        ("2026-13", "2026-12", "months run 01 to 12"),
        ("2026-00", "2026-01", "months run 01 to 12"),
        ("2026-6", "2026-06", "a month is written 2026-06"),
        ("202606", "2026-06", "a month is written 2026-06"),
        ("2026/06/14", "2026-06-14", "a day is written 2026-06-14"),
        ("20260614", "2026-06-14", "a day is written 2026-06-14"),
        ("2026-02-30", "2026-02-28", "February 2026 has days 01 to 28"),
        ("2026-W54", "2026-W53", "2026 has weeks W01 to W53"),
        ("2025-W53", "2025-W52", "2025 has weeks W01 to W52"),
        ("2026-W00", "2026-W01", "they start on Monday"),
        ("2026-w24", "2026-W24", "a week is written 2026-W24"),
        ("2026-Q5", "2026-Q4", "quarters run Q1 to Q4"),
        ("Q2 2026", "2026-Q2", "a quarter is written 2026-Q2"),
        ("2026q2", "2026-Q2", "a quarter is written 2026-Q2"),
        ("FY2026", "2026", "the fiscal year is the calendar year"),
        ("FY26-Q2", "2026-Q2", "the fiscal year is the calendar year"),
        ("2026-06-30/90d", "2026-06-30/P90D", "the 90 days that end with 30 June are written 2026-06-30/P90D"),
        ("2026-06-30/P0D", "2026-06-30/P1D", "up to P36600D"),
        ("ALL", "all", "all time is written all"),
        (" 2026", "2026", "a year is written 2026"),
    ],
)
def test_a_wrong_key_is_refused_with_the_rule_and_the_nearest_one(written: str, nearest: str, why: str) -> None:
    with pytest.raises(InvalidPeriod, match=f"is no period here: .*{why}.*did you mean {nearest}") as refused:
        parse_period(written)
    assert refused.value.nearest == nearest
    assert parse_period(nearest).key == nearest


@pytest.mark.parametrize(("written", "nearest"), [("2026", "FY2026"), ("2026-Q2", "FY2026-Q2"), ("FY26", "FY2026")])
def test_a_fiscal_company_writes_its_years_with_fy(written: str, nearest: str) -> None:
    with pytest.raises(InvalidPeriod, match=f"the fiscal year starts in April .* did you mean {nearest}"):
        parse_period(written, APRIL)


@pytest.mark.parametrize("written", ["", "june", "last month", "2026-06-30/P3M", "26", "202", "٢٠٢٦"])
def test_what_resembles_no_period_gets_all_the_forms(written: str) -> None:
    with pytest.raises(InvalidPeriod, match=r"write 2026-06-14 \(day\), 2026-W24 \(week\), .* or all") as refused:
        parse_period(written)
    assert refused.value.nearest is None


@pytest.mark.parametrize("written", ["0999-06", "9999-06", "9999", "9999-W53", "9999-12-31"])
def test_the_calendar_has_ends(written: str) -> None:
    with pytest.raises(InvalidPeriod, match="the calendar runs from 1000-01-01 to 9998-12-31"):
        parse_period(written)


def test_neighbours_have_the_same_kind_and_length() -> None:
    assert parse_period("2026-01").previous().key == "2025-12"
    assert parse_period("2020-W53").next().key == "2021-W01"
    assert parse_period("2026-06-30/P90D").previous().key == "2026-04-01/P90D"
    assert parse_period("FY2026-Q1", APRIL).previous().key == "FY2025-Q4"
    assert parse_period("2026-06").shift(-12).key == "2025-06"
    assert parse_period("2024-02-29").shift(366).key == "2025-03-01"


def test_all_time_has_no_neighbours() -> None:
    everything = parse_period("all")
    assert everything.shift(0) == everything
    with pytest.raises(InvalidPeriod, match="covers all time"):
        everything.next()


@pytest.mark.parametrize("key", ["2026", "2026-06", "2026-W24", "2026-06-14", "2026-06-30/P90D"])
def test_nothing_lies_beyond_the_calendar(key: str) -> None:
    for count in (-10_000_000, 10_000_000):
        with pytest.raises(InvalidPeriod, match="the calendar runs"):
            parse_period(key).shift(count)


def test_a_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidPeriod, match="'9999-12-31' is no period here: the calendar runs"):
        period_of(date(9999, 12, 31), PeriodKind.DAY)


def test_a_trailing_window_ends_with_its_day() -> None:
    assert trailing(date(2026, 6, 30), 90) == parse_period("2026-06-30/P90D")
    assert period_of(date(2026, 6, 30), Trailing(90)) == parse_period("2026-06-30/P90D")
    with pytest.raises(InvalidPeriod, match="needs its length: P90D covers 90 days"):
        period_of(date(2026, 6, 30), PeriodKind.TRAILING)


def test_kinds_are_read_as_people_write_them() -> None:
    assert parse_kind("quarter") is PeriodKind.QUARTER
    assert parse_kind("P90D") == Trailing(90)
    assert str(Trailing(90)) == "P90D"


@pytest.mark.parametrize(
    ("written", "nearest"), [("weekly", "week"), ("Month", "month"), ("90", None), ("trailing", None)]
)
def test_an_unknown_kind_names_the_known_ones(written: str, nearest: str | None) -> None:
    with pytest.raises(InvalidPeriod, match="periods are day, week, month, quarter, year, all, or P90D") as refused:
        parse_kind(written)
    assert refused.value.nearest == nearest


@pytest.mark.parametrize("days", [0, 36_601])
def test_a_trailing_window_has_a_sane_length(days: int) -> None:
    with pytest.raises(InvalidPeriod, match="cover 1 to 36600 days"):
        parse_kind(f"P{days}D")


def test_rules_are_checked() -> None:
    with pytest.raises(ValueError, match=r"fiscal_year_start is 13: give a month, 1 \(January\) to 12"):
        PeriodRules(fiscal_year_start=13)
    with pytest.raises(ValueError, match="week_start is 'Sun': give one of monday, tuesday"):
        PeriodRules(week_start="Sun")  # type: ignore[arg-type]


def test_periods_between_two_days_cover_both() -> None:
    assert [p.key for p in periods_between(date(2025, 12, 31), date(2026, 2, 1), PeriodKind.MONTH)] == [
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert periods_between(date(2026, 2, 1), date(2026, 1, 31), PeriodKind.MONTH) == ()


def test_trailing_windows_are_laid_back_from_the_last_day() -> None:
    windows = periods_between(date(2026, 4, 1), date(2026, 6, 30), Trailing(30))
    assert [edges(window) for window in windows] == [
        "2026-03-03 2026-04-01",
        "2026-04-02 2026-05-01",
        "2026-05-02 2026-05-31",
        "2026-06-01 2026-06-30",
    ]


def test_the_period_table_tells_each_days_period_of_each_kind() -> None:
    kinds = [PeriodKind.WEEK, PeriodKind.QUARTER]
    table = period_table(date(2026, 3, 31), date(2026, 4, 1), kinds, APRIL)
    assert table.schema.types == [pa.date32(), pa.string(), pa.string(), pa.date32(), pa.date32()]
    assert [" ".join(map(str, row.values())) for row in table.to_pylist()] == [
        "2026-03-31 week 2026-W14 2026-03-30 2026-04-05",
        "2026-04-01 week 2026-W14 2026-03-30 2026-04-05",
        "2026-03-31 quarter FY2026-Q4 2026-01-01 2026-03-31",
        "2026-04-01 quarter FY2027-Q1 2026-04-01 2026-06-30",
    ]


def test_the_period_table_of_nothing_has_its_columns() -> None:
    assert period_table(date(2026, 4, 1), date(2026, 3, 1), [PeriodKind.DAY]).column_names == [
        "day",
        "kind",
        "key",
        "first",
        "last",
    ]
    assert period_table(date(2026, 4, 1), date(2026, 5, 1), []).num_rows == 0


def test_trailing_windows_overlap_and_so_have_no_period_table() -> None:
    with pytest.raises(InvalidPeriod, match="needs its length"):
        period_table(date(2026, 4, 1), date(2026, 5, 1), [PeriodKind.TRAILING])
