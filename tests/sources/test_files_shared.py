"""Every file of the shared data sets is read, row for row, and its known flaws are found."""

import datetime as dt
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from delivered import codes_of, read
from shared_data import shared_data
from trueup.sources.columns import ColumnProfile, profile, typed_select
from trueup.sources.delivery import ArrowRelation, Delivered

pytestmark = pytest.mark.shared

LISTED = re.compile(r"^- `(?P<file>[\w./ -]+)`: (?P<rows>\d+) x (?P<columns>\d+)", re.MULTILINE)

OTHERWISE = {
    # 28 lines under the header: four are blank and three repeat the header.
    ("maven_crm", "data_dictionary.csv"): (21, 3),
}

SETS = [
    "basque", "bpi2013_incidents", "cps_placebo", "email_eu_core", "fivetran_seeds", "germancredit", "helpdesk_italy",
    "kpi_panels_dev", "maven_crm", "nsw", "ravenstack_saas", "salesforce_sample_orgs", "support_tickets_kaggle",
    "telco_churn", "walmart_weekly",
]  # fmt: skip


def profiled(table: Delivered) -> tuple[dict[str, ColumnProfile], pa.Table]:
    """What the columns of a delivered table are, and its rows, typed."""
    with duckdb.connect() as connection:
        if isinstance(table.relation, ArrowRelation):
            connection.register("rows", table.relation.table)
        else:
            connection.execute(f"CREATE TEMP TABLE rows AS {table.relation.select}")
        found = profile(
            lambda sql: connection.execute(sql).to_arrow_table(),
            "rows",
            table.columns,
            decimal_comma=table.decimal_comma,
        )
        return found, connection.execute(typed_select("rows", found, zone="Europe/Rome")).to_arrow_table()


@pytest.mark.parametrize("name", SETS)
def test_every_row_of_a_set_is_read(tmp_path: Path, name: str) -> None:
    folder = shared_data(name)
    delivery = read(folder, tmp_path)
    assert delivery.findings == ()
    assert delivery.tables
    listed = {found["file"]: found for found in LISTED.finditer((folder / "README.md").read_text(encoding="utf-8"))}
    for table in delivery:
        file = table.path_shown.removeprefix(f"{name}/")
        if file in listed:
            told = (int(listed[file]["rows"]), int(listed[file]["columns"]))
            assert (table.rows, len(table.columns)) == OTHERWISE.get((name, file), told), file
        if name != "fivetran_seeds":
            assert profiled(table)[1].num_rows == table.rows
    unread = [finding for table in delivery for finding in table.findings if finding.severity == "error"]
    assert unread == []


@pytest.mark.parametrize("system", ["salesforce", "hubspot", "zendesk", "intercom", "stripe"])
def test_mixed_forms_of_time_stamps_in_one_column_all_read(tmp_path: Path, system: str) -> None:
    for table in read(shared_data("fivetran_seeds") / system, tmp_path):
        found, rows = profiled(table)
        assert rows.num_rows == table.rows
        for column in found.values():
            if column.name.endswith(("_at", "_date", "_synced", "created_date")) and column.values:
                assert column.kind != "text", (table.path_shown, column)
                assert column.unparsed == 0, (table.path_shown, column)


def test_weeks_of_walmart_have_day_and_month_swapped(tmp_path: Path) -> None:
    (table,) = read(shared_data("walmart_weekly"), tmp_path).tables
    found, _ = profiled(table)
    (finding,) = found["Date"].findings
    assert finding.code == "swapped_day_and_month"
    with duckdb.connect() as connection:
        back = typed_select(f"({table.relation.select})", {"Date": found["Date"].swapped_back()})  # type: ignore[union-attr]
        weeks = [day for (day,) in connection.execute(f'SELECT DISTINCT "Date" FROM ({back}) ORDER BY 1').fetchall()]
    assert (len(weeks), weeks[0], weeks[-1]) == (143, dt.date(2010, 2, 5), dt.date(2012, 10, 26))


def test_the_time_to_resolution_of_kaggle_tickets_is_a_point_in_time(tmp_path: Path) -> None:
    (table,) = read(shared_data("support_tickets_kaggle"), tmp_path).tables
    found, _ = profiled(table)
    assert found["Time to Resolution"].kind == "timestamp"
    assert [finding.code for finding in found["Time to Resolution"].findings] == ["name_misleads"]


def test_mails_without_a_calendar_are_found(tmp_path: Path) -> None:
    (table,) = read(shared_data("email_eu_core"), tmp_path).tables
    assert (table.rows, table.columns, codes_of(table)) == (
        332_334,
        ("column_1", "column_2", "column_3"),
        ["header_missing"],
    )
    found, _ = profiled(table)
    assert {name: [finding.code for finding in column.findings] for name, column in found.items()} == {
        "column_1": [],
        "column_2": [],
        "column_3": ["relative_time"],
    }


def test_blank_charges_of_telco_are_null(tmp_path: Path) -> None:
    (table,) = read(shared_data("telco_churn"), tmp_path).tables
    found, rows = profiled(table)
    assert (found["TotalCharges"].kind, found["TotalCharges"].unparsed) == ("decimal", 0)
    assert rows.column("TotalCharges").null_count == 11


def test_offsets_of_volvo_are_heeded(tmp_path: Path) -> None:
    tables = {table.stem: table for table in read(shared_data("bpi2013_incidents"), tmp_path)}
    found, rows = profiled(tables["bpi_2013_incidents"])
    assert (found["time:timestamp"].kind, found["time:timestamp"].unparsed) == ("timestamp", 0)
    assert rows.column("time:timestamp")[0].as_py() == dt.datetime(2010, 3, 31, 14, 59, 42)
