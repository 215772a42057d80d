import datetime as dt
from decimal import Decimal

import pytest

from columns import Columns, column
from trueup.sources.columns import typed_select

AT = dt.datetime


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        (["1", "-20", "+3", None], "integer", [1, -20, 3, None]),
        (["1.10", "2", "-.5"], "decimal", [Decimal("1.10"), Decimal("2.00"), Decimal("-0.50")]),
        (["1e3", "2.5E-1"], "decimal", [1000.0, 0.25]),
        (["2.3545416380057707", "1"], "decimal", [Decimal("2.3545416380057707"), Decimal(1)]),
        (["123456.3545416380057707", "1"], "decimal", [123456.35454163801, 1.0]),
        (["1,234.50", "12", "1,000,000"], "decimal", [Decimal("1234.50"), Decimal(12), Decimal(1000000)]),
        (["1.234,50", "12", "1.000.000"], "decimal", [Decimal("1234.50"), Decimal(12), Decimal(1000000)]),
        (["1'234.50", "12"], "decimal", [Decimal("1234.50"), Decimal(12)]),
        (["1 234,50", "1\u202f000"], "decimal", [Decimal("1234.50"), Decimal(1000)]),
        (["12,5", "3,25"], "decimal", [Decimal("12.5"), Decimal("3.25")]),
        (["$1,234.50", "($20.00)", "-$5"], "decimal", [Decimal("1234.50"), Decimal(-20), Decimal(-5)]),
        (["USD 100", "USD 2,500"], "integer", [100, 2500]),
        (["1.200,00 €", "5,00 €"], "decimal", [Decimal(1200), Decimal(5)]),
        (["45%", "7.5 %"], "decimal", [Decimal(45), Decimal("7.5")]),
        (["12,34,567", "1,00,000"], "integer", [1234567, 100000]),
        (["true", "FALSE", None], "boolean", [True, False, None]),
        (["Yes", "no"], "boolean", [True, False]),
        (["Y", "N"], "boolean", [True, False]),
        (["ja", "nein"], "boolean", [True, False]),
        (["N", "N"], "text", ["N", "N"]),
        (["00123", "45"], "text", ["00123", "45"]),
        (["12345678901234567890", "1"], "text", ["12345678901234567890", "1"]),
        (["10.20.30.40", "46.6.2.20"], "text", ["10.20.30.40", "46.6.2.20"]),
        (["2.78.1", "2.77.0"], "text", ["2.78.1", "2.77.0"]),
        (["+49 30 1234", "030-1234"], "text", ["+49 30 1234", "030-1234"]),
        (["A-1", "B-2", "NULL"], "text", ["A-1", "B-2", "NULL"]),
        ([None, "", " "], "empty", [None, None, None]),
        (["N/A", "NULL"], "empty", [None, None]),
        (["14:05", "2:30"], "time", [dt.time(14, 5), dt.time(2, 30)]),
        (["2:05 PM", "11:30 AM"], "time", [dt.time(14, 5), dt.time(11, 30)]),
    ],
)
def test_a_column_is_what_all_its_values_are(values: list[str | None], kind: str, read: list[object]) -> None:
    found = column(values)
    assert (found["x"].kind, found.read("x")) == (kind, read)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [(["36:15:00", "1:00:30"], [130_500, 3_630]), (["2h 30m", "3 days", "1 day 02:03:04"], [9_000, 259_200, 93_784])],
)
def test_lengths_of_time_become_intervals(values: list[str], seconds: list[float]) -> None:
    found = column(values)
    sql = typed_select("raw", found.profiles)
    assert found["x"].kind == "duration"
    assert found.query(f"SELECT epoch(x) AS seconds FROM ({sql})").column("seconds").to_pylist() == seconds


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        (["2024-03-05", "2024-3-6"], "date", ["2024-03-05", "2024-03-06"]),
        (["2024/03/05", "2024.03.06"], "date", ["2024-03-05", "2024-03-06"]),
        (["13/03/2024", "05/03/2024"], "date", ["2024-03-13", "2024-03-05"]),
        (["3/13/2024", "3/5/2024"], "date", ["2024-03-13", "2024-03-05"]),
        (["13.03.24", "5.3.2024"], "date", ["2024-03-13", "2024-03-05"]),
        (["5-Mar-2024", "06-Mar-24"], "date", ["2024-03-05", "2024-03-06"]),
        (["March 5, 2024", "May 6, 2024"], "date", ["2024-03-05", "2024-05-06"]),
        (["Tue, Mar 5 2024"], "date", ["2024-03-05"]),
        (["2024-03", "2024-11"], "date", ["2024-03-01", "2024-11-01"]),
        (["Mar 2024", "Nov 2024"], "date", ["2024-03-01", "2024-11-01"]),
        (["2020-02-19 01:54:52", "2021-01-07 6:49:18"], "timestamp", ["2020-02-19T01:54:52", "2021-01-07T06:49:18"]),
        (["2020-02-19T01:54:52Z", "2020-02-19 01:54"], "timestamp", ["2020-02-19T01:54:52", "2020-02-19T01:54:00"]),
        (
            ["2020-02-19T01:54:52.5+02:00", "2020-02-19 01:54:52 -0500", "2020-02-19T01:54:52.000+0000"],
            "timestamp",
            ["2020-02-18T23:54:52.500000", "2020-02-19T06:54:52", "2020-02-19T01:54:52"],
        ),
        (["2020-02-19 01:54:52 UTC", "2020-02-19"], "timestamp", ["2020-02-19T01:54:52", "2020-02-19T00:00:00"]),
        (["2020-02-19 01:54:52 EST"], "timestamp", ["2020-02-19T06:54:52"]),
        (["2020-02-19T10:00+01:00", "2020-02-19T10:00Z"], "timestamp", ["2020-02-19T09:00:00", "2020-02-19T10:00:00"]),
        (["2020-02-19 01:54:52.123456789"], "timestamp", ["2020-02-19T01:54:52.123456"]),
        (["2020-02-19T01:54:52,5"], "timestamp", ["2020-02-19T01:54:52.500000"]),
        (["3/13/2024 2:05 PM", "3/5/2024 11:00 AM"], "timestamp", ["2024-03-13T14:05:00", "2024-03-05T11:00:00"]),
        (["13.03.2024 14:05", "05.03.2024 14:05:30"], "timestamp", ["2024-03-13T14:05:00", "2024-03-05T14:05:30"]),
        (["13/03/2024, 14:05", "05/03/2024"], "timestamp", ["2024-03-13T14:05:00", "2024-03-05T00:00:00"]),
        (["Tue, 05 Mar 2024 10:00:00 +0100"], "timestamp", ["2024-03-05T09:00:00"]),
        (["Tue, 05 Mar 2024 10:00:00 GMT"], "timestamp", ["2024-03-05T10:00:00"]),
        (["20240305T101500Z", "20240306T000000Z"], "timestamp", ["2024-03-05T10:15:00", "2024-03-06T00:00:00"]),
        (["2024-03-05 2:30 PM"], "timestamp", ["2024-03-05T14:30:00"]),
    ],
)
def test_dates_and_times_in_every_form(values: list[str], kind: str, read: list[str]) -> None:
    found = column(values)
    assert (found["x"].kind, found["x"].unparsed) == (kind, 0)
    assert [value.isoformat() for value in found.read("x")] == read  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("created", ["1700000000", "1600000000"], "epoch_seconds"),
        ("createdAt", ["1700000000000", "1600000000000"], "epoch_millis"),
        ("amount", ["1700000000", "1600000000"], "integer"),
        ("start_date", ["20240305", "20240306"], "date"),
        ("quantity", ["20240305", "20240306"], "integer"),
        ("Account ID", ["1001", "1002"], "text"),
        ("zip", ["10115", "80331"], "text"),
        ("handle_time", ["0:05:10", "0:10:00"], "duration"),
    ],
)
def test_digits_are_what_their_column_is_called_after(name: str, values: list[str], kind: str) -> None:
    assert column(values, name)[name].kind == kind


def test_epochs_become_timestamps() -> None:
    table = Columns({"created": ["1700000000", None], "updated_ms_at": ["1700000000123", "1600000000000"]})
    assert table.read("created") == [at("2023-11-14T22:13:20"), None]
    assert table.read("updated_ms_at")[0] == at("2023-11-14T22:13:20.123")


def test_one_order_is_decided_for_the_whole_column() -> None:
    values = ["05/03/2024"] * 3_000 + ["13/03/2024"]
    found = column(values)
    assert found.read("x")[0] == dt.date(2024, 3, 5)
    assert found.codes("x") == []


def test_the_order_may_be_proven_far_below_the_sample() -> None:
    found = column(["5/3/2024"] * 3_000 + ["13/3/2024"])
    assert found.read("x")[0] == dt.date(2024, 3, 5)
    assert found.codes("x") == []


@pytest.mark.parametrize(
    ("values", "assumed"),
    [
        (["05/03/2024", "06/03/2024"], dt.date(2024, 3, 5)),
        (["5/3/2024 2:05 PM", "6/3/2024 3:05 PM"], at("2024-05-03T14:05")),
        (["5/3/2024", "6/3/2024"], dt.date(2024, 5, 3)),
        (["5.3.2024", "6.3.2024"], dt.date(2024, 3, 5)),
    ],
)
def test_an_order_that_nothing_proves_is_assumed_and_told(values: list[str], assumed: object) -> None:
    found = column(values)
    assert (found.read("x")[0], found.codes("x")) == (assumed, ["ambiguous_date_order"])
    assert "first was assumed" in found["x"].findings[0].message


def test_other_columns_of_the_table_settle_the_order() -> None:
    table = Columns({"opened": ["5/3/2024", "6/3/2024"], "closed": ["13/3/2024", "7/3/2024"]})
    assert table.read("opened")[0] == dt.date(2024, 3, 5)
    assert [(f.severity, f.code) for f in table["opened"].findings] == [("info", "ambiguous_date_order")]


def test_decimal_commas_suggest_days_first() -> None:
    table = Columns({"opened": ["5/3/2024", "6/3/2024"]}, decimal_comma=True)
    assert table.read("opened")[0] == dt.date(2024, 3, 5)


def test_both_orders_in_one_column_are_no_dates() -> None:
    found = column(["13/03/2024", "03/13/2024", "05/06/2024"])
    assert (found["x"].kind, found.codes("x"), found["x"].findings[0].severity) == (
        "text",
        ["mixed_date_order"],
        "error",
    )


def fridays(weeks: int) -> list[dt.date]:
    return [dt.date(2010, 2, 5) + dt.timedelta(weeks=week) for week in range(weeks)]


def swapped(day: dt.date) -> dt.date:
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"])
def test_days_and_months_that_changed_places_are_found_by_their_weekdays(form: str) -> None:
    days = fridays(100)
    found = column([swapped(day).strftime(form) for day in days])
    assert found.codes("x") == ["swapped_day_and_month"]
    assert "every step is 7 days" in found["x"].findings[0].message
    found.profiles["x"] = found["x"].swapped_back()
    assert found.read("x") == days


def test_working_days_that_changed_places_are_found_too() -> None:
    days = [day for n in range(200) if (day := dt.date(2024, 1, 1) + dt.timedelta(days=n)).weekday() < 5]
    assert column([swapped(day).isoformat() for day in days]).codes("x") == ["swapped_day_and_month"]


@pytest.mark.parametrize("step", [1, 3, 7, 14])
def test_dates_in_order_are_not_accused(step: int) -> None:
    days = [dt.date(2022, 1, 7) + dt.timedelta(days=n * step) for n in range(150)]
    assert column([day.isoformat() for day in days]).codes("x") == []


def test_times_without_a_zone_are_of_the_zone_given() -> None:
    found = column(["2024-01-05 10:00:00", "2024-07-05 10:00:00"])
    assert found.read("x", zone="Europe/Berlin") == [at("2024-01-05T09:00"), at("2024-07-05T08:00")]


def test_times_with_a_zone_keep_it_whatever_zone_is_given() -> None:
    found = column(["2024-01-05T10:00:00Z", "2024-01-05T10:00:00+05:30", "2024-01-05 10:00:00"])
    assert found.codes("x") == ["mixed_zones"]
    expected = [at("2024-01-05T10:00"), at("2024-01-05T04:30"), at("2024-01-05T09:00")]
    assert found.read("x", zone="Europe/Berlin") == expected


def test_an_offset_far_below_the_sample_is_heeded() -> None:
    found = column(["2024-01-05 10:00:00"] * 3_000 + ["2024-01-05 10:00:00+02:00"])
    assert found.read("x")[-1] == at("2024-01-05T08:00")
    assert found.codes("x") == ["mixed_zones"]


def test_dates_are_local_days_when_times_are_delivered() -> None:
    found = column(["2024-01-05T23:30:00Z", "2024-01-05 23:30:00"])
    assert found.read("x", "date", zone="Europe/Berlin") == [dt.date(2024, 1, 6), dt.date(2024, 1, 5)]


def test_days_that_stand_for_no_end_or_not_known_are_told() -> None:
    found = column(["2024-01-05", "9999-12-31", "2050-01-01", "1900-01-01"])
    assert found.codes("x") == ["open_end", "placeholder_date"]
    assert found.read("x")[1] == dt.date(9999, 12, 31)


def test_words_for_nothing_are_null_where_the_rest_is_typed() -> None:
    found = column(["1", "2", "N/A", "null", "-", "NaN", "#N/A"])
    assert found.read("x") == [1, 2, None, None, None, None, None]
    assert (found["x"].null_words, found["x"].unparsed) == (("#N/A", "-", "N/A", "NaN", "null"), 0)
    assert found.codes("x") == ["null_words"]


def test_words_for_nothing_stay_in_text() -> None:
    assert column(["Nan", "None", "Ann"]).read("x") == ["Nan", "None", "Ann"]


def test_words_for_nothing_far_below_the_sample() -> None:
    found = column([str(n) for n in range(3_000)] + ["n/a"])
    assert (found["x"].kind, found["x"].null_words, found["x"].unparsed) == ("integer", ("n/a",), 0)


def test_blanks_around_values_are_taken_away() -> None:
    found = column([" 2024-03-05 10:00:00", "2024-03-06 10:00:00 ", " "])
    assert found.read("x") == [at("2024-03-05T10:00"), at("2024-03-06T10:00"), None]


def test_a_few_values_that_do_not_read_are_listed_with_their_rows() -> None:
    found = column([f"{n}.5" for n in range(100)] + ["soon"])
    assert found["x"].kind == "decimal"
    assert (found.read("x")[-1], found.unread("x")) == (None, [(101, "soon")])
    assert [(f.code, f.value) for f in found["x"].findings] == [("unparsed_value", "soon")]


def test_a_column_of_which_many_values_do_not_read_is_text() -> None:
    found = column([str(n) for n in range(95)] + ["A-1"] * 5, "reference")
    assert (found["reference"].kind, found.codes("reference")) == ("text", ["mixed_types"])


def test_two_digit_years_far_below_the_sample_are_of_our_century() -> None:
    found = column(["13/03/2024"] * 3_000 + ["14/03/24"])
    assert (found.read("x")[-1], found["x"].unparsed) == (dt.date(2024, 3, 14), 0)


def test_decimals_far_below_the_sample() -> None:
    found = column(["1"] * 3_000 + ["2.125"])
    assert (found["x"].kind, found.read("x")[-1]) == ("decimal", Decimal("2.125"))


def test_a_column_that_is_blank_in_the_sample_is_looked_at_again() -> None:
    found = column([None] * 3_000 + ["2024-03-05"])
    assert (found["x"].kind, found["x"].values, found["x"].nulls) == ("date", 1, 3_000)


def test_one_separator_before_three_digits_is_settled_by_other_columns() -> None:
    table = Columns({"price": ["1.234", "2.500"], "fee": ["1,50", "2,75"]})
    assert (table.read("price"), table.codes("price")) == ([1234, 2500], [])
    table = Columns({"price": ["1,234", "2,500"], "fee": ["1.50", "2.75"]})
    assert (table.read("price"), table.codes("price")) == ([1234, 2500], [])


def test_one_separator_before_three_digits_is_assumed_and_told() -> None:
    assert column(["1,234", "2,500"]).codes("x") == ["ambiguous_thousands"]
    assert column(["1.234", "2.500"]).read("x") == [Decimal("1.234"), Decimal("2.500")]
    table = Columns({"x": ["1.234", "2.500"]}, decimal_comma=True)
    assert (table.read("x"), table.codes("x")) == ([1234, 2500], ["ambiguous_thousands"])


def test_several_currencies_in_one_column_are_an_error() -> None:
    assert [(f.severity, f.code) for f in column(["$5.00", "€6.00"])["x"].findings] == [("error", "mixed_currencies")]


def test_seconds_since_nobody_says_when_are_no_calendar() -> None:
    values = [str(n * n) for n in range(2_000)]
    assert column(values, "column_3").codes("column_3") == ["relative_time"]
    assert column(values, "amount").codes("amount") == []


def test_a_length_that_is_a_point_in_time_is_told() -> None:
    found = column(["2023-06-01 19:11:14"], "Time to Resolution")
    assert (found["Time to Resolution"].kind, found.codes("Time to Resolution")) == ("timestamp", ["name_misleads"])


@pytest.mark.parametrize(
    ("values", "wanted", "read"),
    [
        (["1", "0"], "boolean", [True, False]),
        (["1700000000", "1700000000123"], "timestamp", [at("2023-11-14T22:13:20"), at("2023-11-14T22:13:20.123")]),
        (["1", "2"], "decimal", [Decimal(1), Decimal(2)]),
        (["1.0", "2.5"], "integer", [1, None]),
        (["$1,200", "$5"], "decimal", [Decimal(1200), Decimal(5)]),
        (["2024-03-05", "2024-03-06"], "timestamp", [at("2024-03-05"), at("2024-03-06")]),
        (["2024-03-05 23:00:00"], "date", [dt.date(2024, 3, 5)]),
        (["yes", "no"], "boolean", [True, False]),
        (["yes", "no"], "text", ["yes", "no"]),
        (["1", ""], "text", ["1", None]),
        (["Acme", "2024-03-05"], "timestamp", [None, at("2024-03-05")]),
        ([None], "date", [None]),
    ],
)
def test_a_column_is_read_as_what_is_wanted(values: list[str | None], wanted: str, read: list[object]) -> None:
    assert column(values).read("x", wanted) == read  # type: ignore[arg-type]


def test_nothing_delivered_is_nothing_read() -> None:
    empty = Columns({"id": [], "at": []})
    assert (empty["id"].kind, empty.table().num_rows, empty.table().column_names) == ("empty", 0, ["id", "at", "_row"])


def test_counts_and_examples_are_of_all_values() -> None:
    found = column(["3", "1", None, "2", "2"])["x"]
    assert (found.values, found.nulls, found.distinct, found.examples) == (4, 1, 3, ("3", "1", "2"))
    assert (float(found.low or 0), float(found.high or 0)) == (1, 3)
