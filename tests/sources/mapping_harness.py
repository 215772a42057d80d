"""Delivered tables in, canonical rows out: recognition, views and mappings of one system in an in-memory DuckDB."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from trueup.sources.known import known_system
from trueup.sources.recognise import Delivery, Recognised, Recognition, recognise
from trueup.sources.shape import RawRows, left_out_select, quoted, runnable, system_views

Row = dict[str, object]


@dataclass(frozen=True)
class Imported:
    """What became of the delivered tables: canonical rows by table, in no order, and how each was recognised."""

    recognition: Recognition
    tables: Mapping[str, list[Row]]
    lost: Mapping[str, list[tuple[int, int]]]
    """Rows, as (load, row), of a raw table that feeds canonical tables, which neither arrived nor are explained."""
    delivered: Mapping[str, int]

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """The columns of a canonical table's rows, sorted."""
        picked = [tuple(row.get(column) for column in columns) for row in self.tables.get(table, [])]
        return sorted(picked, key=lambda row: tuple((value is not None, str(value)) for value in row))


Delivered = tuple[Delivery, list[list[str | None]]]


def delivered(path: str, text: str) -> Delivered:
    """A delivered table written down as CSV, every line indented as the test likes; empty is null."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return _parsed(path, io.StringIO(lines))


def delivered_file(path: Path) -> Delivered:
    """A delivered CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _parsed(f"{path.parent.name}/{path.name}", file)


def record(path: str, **cells: str) -> Delivered:
    """A delivered table of one row, cell by cell."""
    return Delivery(Path(path).stem, tuple(cells), path), [[cell or None for cell in cells.values()]]


def _parsed(path: str, lines: Iterable[str]) -> Delivered:
    header, *rows = csv.reader(lines)
    return Delivery(Path(path).stem, tuple(header), path), [[cell or None for cell in row] for row in rows]


def bring_in(*tables: Delivered) -> Imported:
    """Recognise the tables and map them, each a load of its own."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
    for load, (delivery, rows) in enumerate(tables, 1):
        columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(delivery.columns))]
        numbers = [pa.array([load] * len(rows), pa.int32()), pa.array(range(1, len(rows) + 1), pa.int64())]
        arrived = pa.Table.from_arrays([*columns, *numbers], names=[*delivery.columns, "_load", "_row"])
        connection.register("arrived", arrived)
        connection.execute(f"CREATE TABLE raw_{load} AS SELECT * FROM arrived")
    return map_raw(connection, [delivery for delivery, _ in tables])


def map_raw(connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery]) -> Imported:
    recognition = recognise(deliveries)
    by_system: dict[str, dict[str, list[RawRows]]] = {}
    for load, outcome in enumerate(recognition.outcomes, 1):
        if isinstance(outcome, Recognised):
            rows = RawRows(f"main.raw_{load}", outcome.delivery.columns)
            by_system.setdefault(outcome.system, {}).setdefault(outcome.table, []).append(rows)
    tables: dict[str, list[Row]] = {}
    lost: dict[str, list[tuple[int, int]]] = {}
    counts: dict[str, int] = {}
    for name, rows_of in by_system.items():
        system = known_system(name)
        connection.execute(f"CREATE SCHEMA {name}; SET schema = '{name}'")
        for view, select in system_views(system, rows_of).items():
            connection.execute(f"CREATE VIEW {quoted(view)} AS {select}")
        arrived: dict[str, set[tuple[int, int]]] = {}
        for mapping in runnable(system, list(rows_of)):
            found = connection.execute(mapping.sql)
            names = [str(column[0]) for column in found.description or ()]
            got = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            tables.setdefault(mapping.canonical, []).extend(got)
            arrived.setdefault(mapping.main, set()).update((row["_load"], row["_row"]) for row in got)
        for table in rows_of:
            given = connection.execute(f"SELECT _load, _row FROM {quoted(table)}").fetchall()
            counts[table] = len(given)
            if system.tables[table].feeds:
                explained = {row[:2] for row in connection.execute(left_out_select(system.tables[table])).fetchall()}
                lost[table] = [row for row in given if row not in arrived.get(table, set()) | explained]
    return Imported(recognition, tables, lost, counts)
