"""How the columns of a known system's table are read, and which of their cells cannot be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from trueup.canon.findings import Finding
from trueup.lake.duckdb import literal, quoted
from trueup.lake.store import RawTable
from trueup.sources.column_forms import Kind
from trueup.sources.columns import ColumnProfile, profile, reading, unparsed
from trueup.sources.shape import RawTable as ShapeTable
from trueup.sources.shape import delivered_as, unreadable_select

Query = Callable[[str], pa.Table]
_SAMPLE = 2_000
_KINDS: Mapping[str, Kind] = {
    "timestamp": "timestamp",
    "epoch": "timestamp",
    "date": "date",
    "number": "decimal",
    "decimal": "decimal",
    "boolean": "boolean",
}
"""Kinds of a shape's columns whose text may come in many forms; the other kinds have one."""
_BARE_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True)
class Readers:
    """Decides how columns are read: ``zone`` is that of times which name none, ``noon`` what a bare date stands for."""

    zone: str
    noon: str

    def of(self, raw: RawTable, table: ShapeTable, rows: str, query: Query) -> tuple[dict[str, str], list[Finding]]:
        """The SQL expressions, by delivered column, of those not read as programs write them; and what was found."""
        sample = f"(SELECT * FROM {rows} LIMIT {_SAMPLE})"
        told = query(f"SELECT DISTINCT column_name FROM ({unreadable_select(sample, raw.columns, table)})")
        odd = {str(name) for name in told.column(0).to_pylist()}
        kinds = {
            header: _KINDS[table.column(name).kind]
            for name, header in delivered_as(table, raw.columns).items()
            if table.column(name).kind in _KINDS
        }
        asked = [header for header in kinds if header in odd]
        profiles = profile(query, rows, asked, decimal_comma=raw.decimal_comma)
        readings = {header: reading(profiles[header], kinds[header], zone=self.zone) for header in asked}
        readings |= self._bare_dates(sample, [h for h in kinds if kinds[h] == "timestamp" and h not in odd], query)
        findings = [found_in(found, raw) for each in profiles.values() for found in each.findings]
        findings += _unreadable_cells(raw, table, rows, query, readings=readings)
        return readings, findings

    def _bare_dates(self, sample: str, headers: list[str], query: Query) -> dict[str, str]:
        """Columns of instants that hold only dates: each stands for noon of that day in the workspace's zone."""
        if not headers:
            return {}
        bare = ", ".join(
            f"count({quoted(h)}) > 0 AND bool_and({quoted(h)} IS NULL OR {quoted(h)} = ''"
            f" OR regexp_full_match({quoted(h)}, '{_BARE_DATE}'))"
            for h in headers
        )
        answers = query(f"SELECT {bare} FROM {sample}")
        only_dates = [header for header, said in zip(headers, answers.columns, strict=True) if said[0].as_py()]
        return {h: f"TRY_CAST({quoted(h)} AS TIMESTAMP) + INTERVAL '{self.noon}'" for h in only_dates}


def noon_of(zone: str) -> str:
    """Noon of the zone's standard time as an interval after midnight UTC: a date there stays that date all year."""
    clock = ZoneInfo(zone)
    january, july = (datetime.combine(date(2025, month, 1), time(12), tzinfo=UTC) for month in (1, 7))
    standard = min(moment.astimezone(clock).utcoffset() or timedelta(0) for moment in (january, july))
    return f"{int((timedelta(hours=12) - standard).total_seconds())} seconds"


def unreadable(raw: RawTable, column: ColumnProfile, rows: str, query: Query) -> list[Finding]:
    """One finding for a column's values that do not read like the rest of it, with the first of them."""
    if not column.unparsed:
        return []
    first = query(f"SELECT row, value FROM ({unparsed(rows, column)}) ORDER BY row NULLS LAST LIMIT 1").to_pylist()
    if not first:
        return []
    return [_finding(raw, column.name, column.kind, count=column.unparsed, first=first[0])]


def _unreadable_cells(
    raw: RawTable, table: ShapeTable, rows: str, query: Query, *, readings: Mapping[str, str]
) -> list[Finding]:
    cells = unreadable_select(rows, raw.columns, table, readings=readings)
    found = query(
        f"SELECT column_name, count(*) AS n, min(_row) AS row, any_value(value ORDER BY _row) AS value"
        f" FROM ({cells}) GROUP BY column_name ORDER BY column_name"
    ).to_pylist()
    kinds = {header: table.column(name).kind for name, header in delivered_as(table, raw.columns).items()}
    return [
        _finding(raw, each["column_name"], kinds[each["column_name"]], count=each["n"], first=each) for each in found
    ]


def _finding(raw: RawTable, column: str, kind: str, *, count: int, first: Mapping[str, int | str | None]) -> Finding:
    row, value = first["row"], str(first["value"])
    line = raw.first_line + row - 1 if isinstance(row, int) else None
    return Finding(
        severity="warning",
        code="unparsed_value",
        source=raw.source,
        file=raw.path,
        row=line,
        column=column,
        value=value,
        message=f"{count:,} values of {column} cannot be read as {kind} (the first: {literal(value)}); they count as"
        " empty, and stay readable in the kept file.",
        cure="Correct them in the source and export again, or map the column in SQL of your own.",
    )


def found_in(found: Finding, raw: RawTable) -> Finding:
    """A reader's finding, with the file and source that it is about."""
    return replace(found, source=raw.source, file=raw.path)
