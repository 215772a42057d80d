"""What delivered text becomes in the views that mappings read."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.canon.tables import PROVENANCE
from trueup.canon.tables import TABLE as CANON
from trueup.sources.known import known_system, known_systems
from trueup.sources.shape import (
    Kind,
    KnownSystem,
    RawColumn,
    RawRows,
    RawTable,
    delivered_as,
    left_out_select,
    system_views,
    unread_columns,
    unreadable_select,
    view_select,
)
from trueup.units.ids import salesforce_18


def read(kind: Kind, text: str | None, *, currency: str | None = None) -> object:
    """One cell, read as a column of that kind."""
    columns = (RawColumn("cell", kind), RawColumn("currency", "text"))
    table = RawTable("t", "cells", (), columns, currency=("currency",))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE TABLE raw (cell VARCHAR, currency VARCHAR, _load INTEGER, _row INTEGER)")
    connection.execute("INSERT INTO raw VALUES (?, ?, 1, 1)", [text, currency])
    row = connection.execute(view_select("raw", ("cell", "currency"), table)).fetchone()
    assert row is not None
    return row[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  as it is ", "  as it is "),
        ("text", "", None),
        ("number", "20%", 20.0),
        ("number", "1e3", 1000.0),
        ("decimal", "1234.5", Decimal("1234.5")),
        ("boolean", "TRUE", True),
        ("boolean", "f", False),
        ("boolean", "1", True),
        ("boolean", "perhaps", None),
        ("date", "2018-12-19 00:00:00", date(2018, 12, 19)),
        ("date", "2018-12-19T23:30:00-05:00", date(2018, 12, 19)),
        ("timestamp", "2026-06-14T09:12:33.000Z", at("2026-06-14T09:12:33")),
        ("timestamp", "2026-06-14T09:12:33.000+0000", at("2026-06-14T09:12:33")),
        ("timestamp", "2026-06-14T11:12:33+02:00", at("2026-06-14T09:12:33")),
        ("timestamp", "2026-06-14 04:12:33-0500", at("2026-06-14T09:12:33")),
        ("timestamp", "2023-11-11 08:18:16.519000 UTC", at("2023-11-11T08:18:16.519")),
        ("timestamp", "2020-02-19 01:54:52.25", at("2020-02-19T01:54:52.25")),
        ("timestamp", "2021-01-07 6:49:18", at("2021-01-07T06:49:18")),
        ("timestamp", "2024-05-01 10:11", at("2024-05-01T10:11")),
        ("timestamp", "2026-06-14", at("2026-06-14")),
        ("timestamp", "3/14/2026 2:05 PM", None),
        ("timestamp", "", None),
        ("epoch", "1588888888", at("2020-05-07T22:01:28")),
        ("epoch", "1588888888123", at("2020-05-07T22:01:28.123")),
        ("epoch", "2020-05-07 22:01:28", at("2020-05-07T22:01:28")),
        ("salesforce_id", "0015J000000000b", "0015J000000000bQAA"),
        ("salesforce_id", "0015J000000000bQAA", "0015J000000000bQAA"),
    ],
)
def test_text_is_read_as_what_it_is(kind: Kind, text: str, value: object) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    "kind", ["text", "number", "decimal", "boolean", "date", "timestamp", "epoch", "salesforce_id"]
)
def test_nothing_stays_nothing(kind: Kind) -> None:
    assert read(kind, None) is None


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("2999", "usd", "29.99"),
        ("2999", "JPY", "2999"),
        ("2999", "kwd", "2.999"),
        ("2999", None, "29.99"),
        ("29.99", "eur", "29.99"),  # a dashboard's export: major units
        ("2999.0", "eur", "29.99"),  # a spreadsheet's doing
    ],
)
def test_minor_units_are_brought_to_major_ones(text: str, currency: str | None, amount: str) -> None:
    assert read("minor", text, currency=currency) == Decimal(amount)


@given(st.text(alphabet="abcXYZ0189", min_size=15, max_size=15))
def test_a_short_salesforce_id_gets_the_checksum_that_all_of_trueup_gives_it(text: str) -> None:
    assert read("salesforce_id", text) == salesforce_18(text)


TABLE = RawTable(
    "deal",
    "deals",
    (),
    (
        RawColumn("id", "text", ("Deal ID",)),
        RawColumn("stage_name", "text", ("Stage",)),
        RawColumn("closed_at", "timestamp"),
        RawColumn("amount", "decimal"),
    ),
    key=("id",),
)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("StageName", "stage_name"),
        ("stage_name", "stage_name"),
        ("STAGE NAME", "stage_name"),
        ("Stage", "stage_name"),
        ("Deal  ID", "id"),
        ('"ID"', "id"),
    ],
)
def test_headers_of_all_shapes_find_their_column(header: str, column: str) -> None:
    assert delivered_as(TABLE, (header,)) == {column: header}


@pytest.mark.parametrize("header", ["deal_id", "stage", "id number"])
def test_a_label_claims_no_column_that_is_merely_called_alike(header: str) -> None:
    assert delivered_as(TABLE, (header,)) == {}


def test_what_the_shape_does_not_know_is_told_apart() -> None:
    assert unread_columns(TABLE, ("Id", "Stage", "Mood__c", "_fivetran_synced")) == ("Mood__c",)


def rows_of(select: str, **tables: str) -> list[tuple[object, ...]]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, rows in tables.items():
        connection.execute(f"CREATE TABLE {name} AS {rows}")
    return connection.execute(select).fetchall()


def test_columns_that_were_not_delivered_are_there_and_empty() -> None:
    raw = "SELECT 'd1' AS \"Id\", 7 AS _load, 3 AS _row"
    assert rows_of(view_select("raw", ("Id",), TABLE), raw=raw) == [("d1", None, None, None, 7, 3)]


def test_whoever_knows_a_column_better_says_how_to_read_it() -> None:
    raw = "SELECT 'd1' AS id, '3/14/2026 2:05 PM' AS closed_at, 1 AS _load, 1 AS _row"
    readings = {"closed_at": "strptime(closed_at, '%m/%d/%Y %I:%M %p')"}
    select = view_select("raw", ("id", "closed_at"), TABLE, readings=readings)
    assert rows_of(select, raw=raw)[0][2] == datetime(2026, 3, 14, 14, 5)


def test_cells_that_cannot_be_read_are_named_with_their_row() -> None:
    cells = "VALUES ('d1', 'soon', '12', 1, 5), ('d2', NULL, 'a lot', 1, 6), ('d3', '', '3', 1, 7)"
    raw = f'SELECT * FROM ({cells}) AS t (id, closed_at, "Amount", _load, _row)'
    found = rows_of(unreadable_select("raw", ("id", "closed_at", "Amount"), TABLE), raw=raw)
    assert sorted(found) == [("Amount", "a lot", 1, 6), ("closed_at", "soon", 1, 5)]


SALESFORCE = known_system("salesforce")


def opportunities(*rows: str) -> duckdb.DuckDBPyConnection:
    """Views over Fivetran opportunities written 'id stage modstamp start'; a dash is nothing; each row is a load."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    loads = []
    for load, row in enumerate(rows, 1):
        cells = [None if cell == "-" else cell for cell in row.split()]
        connection.execute(
            f"CREATE TABLE raw_{load} (id VARCHAR, stage_name VARCHAR, system_modstamp VARCHAR,"
            " _fivetran_start VARCHAR, _load INTEGER, _row INTEGER)"
        )
        connection.execute(f"INSERT INTO raw_{load} VALUES (?, ?, ?, ?, {load}, 1)", cells)
        loads.append(RawRows(f"raw_{load}", ("id", "stage_name", "system_modstamp", "_fivetran_start")))
    for name, select in system_views(SALESFORCE, {"opportunity": loads}).items():
        connection.execute(f'CREATE VIEW "{name}" AS {select}')
    return connection


def versions(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    found = connection.execute("SELECT id, stage_name, strftime(_recorded_at, '%d') FROM opportunity ORDER BY _load")
    return found.fetchall()


def test_a_later_version_is_known_from_its_own_date_the_first_from_the_beginning() -> None:
    views = opportunities("d1 Open 2026-01-03 -", "d1 Won 2026-01-09 -", "d2 Open 2026-01-05 -")
    assert versions(views) == [("d1", "Open", None), ("d1", "Won", "09"), ("d2", "Open", None)]


def test_a_history_table_dates_its_first_version_too() -> None:
    views = opportunities("d1 Open - 2026-01-03", "d1 Won - 2026-01-09")
    assert versions(views) == [("d1", "Open", "03"), ("d1", "Won", "09")]


def test_todays_row_beside_a_history_is_known_since_the_last_version() -> None:
    views = opportunities("d1 Open - 2026-01-03", "d1 Won - 2026-01-09", "d1 Won - -")
    assert versions(views)[-1] == ("d1", "Won", "09")


def test_the_latest_row_is_the_newest_version_whatever_the_order_of_delivery() -> None:
    views = opportunities("d1 Won 2026-01-09 -", "d1 Open 2026-01-03 -")
    assert views.execute("SELECT stage_name FROM latest_opportunity").fetchall() == [("Won",)]


def test_a_table_that_was_not_delivered_is_an_empty_view() -> None:
    views = opportunities()
    assert views.execute("SELECT count(*) FROM latest_contact").fetchall() == [(0,)]


def test_rows_that_a_mapping_leaves_out_say_why() -> None:
    raw = "SELECT 'e1' AS id, '5' AS status, 1 AS _load, 1 AS _row UNION ALL SELECT 'e2', '3', 1, 2"
    table = SALESFORCE.tables["email_message"]
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE raw AS {raw}")
    connection.execute(f"CREATE VIEW email_message AS {view_select('raw', ('id', 'status'), table)}")
    assert connection.execute(left_out_select(table)).fetchall() == [(1, 1, "a draft, never sent")]


@pytest.mark.parametrize("system", known_systems(), ids=lambda system: system.name)
def test_every_mapping_runs_over_nothing_and_yields_only_what_its_table_has(system: KnownSystem) -> None:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, select in system_views(system, {}).items():
        connection.execute(f'CREATE VIEW "{name}" AS {select}')
    for mapping in system.mappings.values():
        found = connection.execute(mapping.sql)
        names = {str(column[0]) for column in found.description or ()}
        allowed = {*CANON[mapping.canonical].column_names, *(column.name for column in PROVENANCE), "_load"}
        assert {name for name in names if not name.startswith("extra_")} <= allowed, mapping.name
        assert {"_load", "_row", CANON[mapping.canonical].key[0]} <= names, mapping.name
        assert found.fetchall() == []


def test_every_table_either_feeds_something_or_adds_something_or_says_why_not() -> None:
    for system in known_systems():
        for table in system.tables.values():
            assert bool(table.feeds or table.adds) != bool(table.because), f"{system.name}.{table.name}"


def test_a_system_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="salesforce, hubspot, zendesk, intercom, stripe, canonical"):
        known_system("siebel")
