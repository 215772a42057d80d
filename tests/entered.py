"""Versions of entries as the record hands them to a build, written as rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE
from trueup.canon.tables import ColumnType

Value = str | int | bool | Decimal | date | datetime | None
TYPES: Mapping[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.decimal128(24, 8),
    "money": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}


def entries(**tables: Sequence[Mapping[str, Value]]) -> dict[str, pa.Table]:
    """Tables of entries; what a row leaves out is null, and it was recorded as the year began unless it says when."""
    return {name: _table(name, rows) for name, rows in tables.items()}


def _table(name: str, rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    columns = (*ENTRY_TABLE[name].columns, *ENTRY_PROVENANCE)
    if unknown := {column for row in rows for column in row} - {column.name for column in columns}:
        raise ValueError(f"{name} has no {', '.join(sorted(unknown))}")
    known = {"recorded_at": datetime(2026, 1, 1, tzinfo=UTC), "is_deleted": False}
    schema = pa.schema({column.name: TYPES[column.type] for column in columns})
    return pa.Table.from_pylist([{**known, **row} for row in rows], schema=schema)
