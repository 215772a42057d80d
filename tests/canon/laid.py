"""Canonical rows written as text, as Arrow tables: columns at least two blanks apart, ``-`` is null."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from trueup.canon.check import Query
from trueup.canon.tables import PROVENANCE, TABLE, CanonicalTable, ColumnType
from trueup.lake.duckdb import DuckDBEngine


def at(moment: str) -> datetime:
    """A moment in UTC, naive, as canonical tables hold it."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).replace(tzinfo=None)


ARROW_TYPES: Mapping[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "money": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "json": pa.string(),
}
READERS: Mapping[ColumnType, Callable[[str], object]] = {
    "text": str,
    "integer": int,
    "number": float,
    "money": Decimal,
    "boolean": lambda word: {"true": True, "false": False}[word],
    "timestamp": at,
    "date": date.fromisoformat,
    "json": str,
}


def laid(table: str, text: str) -> pa.Table:
    """The canonical table's rows, with all its columns and its provenance."""
    kinds = _kinds(TABLE[table])
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
    header, *rows = lines or [[]]
    listed = [
        {name: None if cell == "-" else READERS[kinds[name]](cell) for name, cell in zip(header, row, strict=True)}
        for row in rows
    ]
    return pa.Table.from_pylist(listed, schema=pa.schema({name: ARROW_TYPES[kind] for name, kind in kinds.items()}))


def known(rows: pa.Table, key: str) -> pa.Table:
    """What resolving links needs to know of the rows."""
    return rows.select([key, "source", "name"]).rename_columns(["id", "source", "name"])


def pairs(links: pa.Table) -> dict[tuple[str, ...], str]:
    """The rule by the two ids it links, in alphabetical order."""
    return {tuple(sorted((row["left_id"], row["right_id"]))): row["rule"] for row in links.to_pylist()}


def _kinds(table: CanonicalTable) -> dict[str, ColumnType]:
    return {column.name: column.type for column in (*table.columns, *PROVENANCE)}


def canon(**tables: str | pa.Table) -> Query:
    """Canonical tables in an engine, in the schema ``canon``; those not given are empty. A function that queries it."""
    engine = DuckDBEngine(threads=1)
    engine.create_schema("canon")
    for name in TABLE:
        rows = tables.get(name, "")
        engine.load("canon", name, laid(name, rows) if isinstance(rows, str) else rows)
    return engine.query
