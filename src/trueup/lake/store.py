"""The lake: what was delivered, kept as it came, and the canonical tables made of it, version by version.

Delivered files are kept as they came, in a folder beside the database, and read in place whenever their rows are
wanted. One DuckDB file holds ``canon``, the canonical tables with every version of every row, and ``meta``, the loads
and findings. An import happens in one transaction.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import pyarrow as pa
from pyarrow import parquet

from trueup.canon.tables import PROVENANCE, TABLES, CanonicalTable, ColumnType
from trueup.lake.duckdb import DuckDBEngine, literal, quoted

DUCKDB_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(18, 4)",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "json": "VARCHAR",
}

RAW_FOLDER = "{raw}"
"""Stands for the folder of kept files in a raw table's query, so that a workspace may be moved."""

_META = """
CREATE SCHEMA IF NOT EXISTS canon;
CREATE SCHEMA IF NOT EXISTS meta;
CREATE TABLE IF NOT EXISTS meta.loads (
    load INTEGER, source VARCHAR, stem VARCHAR, system VARCHAR, raw_name VARCHAR, path VARCHAR, digest VARCHAR,
    rows BIGINT, first_line BIGINT, loaded_at TIMESTAMP, raw_table VARCHAR, reason VARCHAR, columns VARCHAR[],
    query VARCHAR, decimal_comma BOOLEAN
);
CREATE TABLE IF NOT EXISTS meta.findings (
    load INTEGER, severity VARCHAR, code VARCHAR, source VARCHAR, file VARCHAR, row BIGINT, "column" VARCHAR,
    value VARCHAR, message VARCHAR, cure VARCHAR
);
CREATE TABLE IF NOT EXISTS meta.settings (name VARCHAR PRIMARY KEY, value VARCHAR);
"""


@dataclass(frozen=True)
class RawTable:
    """One delivered table, as kept.

    ``system`` and ``raw_name`` say what it was recognised as (empty: not recognised, and ``reason`` says why).
    ``first_line`` is the delivered file's line of the first row. ``query`` yields the delivered rows, all text, in
    order, from the kept file; it holds ``RAW_FOLDER`` where the folder's path belongs.
    """

    load: int
    source: str
    stem: str
    system: str
    raw_name: str
    path: str
    digest: str
    rows: int
    first_line: int
    raw_table: str
    reason: str
    columns: tuple[str, ...]
    query: str
    decimal_comma: bool
    """The file itself suggests that its numbers have decimal commas."""


class Lake:
    """An open lake."""

    def __init__(self, engine: DuckDBEngine, folder: Path, *, read_only: bool) -> None:
        self.engine = engine
        self.folder = folder
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
            with engine.transaction():
                engine.execute(_META)
                for table in TABLES:
                    engine.execute(_create(table))

    def next_load(self) -> int:
        """The number that the next load gets."""
        return int(self._value("SELECT coalesce(max(load), 0) + 1 FROM meta.loads"))

    def holds(self, source: str, digest: str, *, path: str, stem: str) -> bool:
        """Whether exactly this delivered table was loaded before, and nothing else in its place since.

        A file that is again what it once was brings news: what it says now differs from what was loaded last.
        """
        told = f"SELECT digest FROM meta.loads WHERE source = {literal(source)}"
        there = f"{told} AND path = {literal(path)} AND stem = {literal(stem)} ORDER BY load DESC LIMIT 1"
        last = [row["digest"] for row in self.engine.query(there).to_pylist()]
        return bool(self._value(f"SELECT {literal(digest)} IN ({told})")) if not last else last == [digest]

    def raw_tables(self, source: str | None = None) -> list[RawTable]:
        """What was delivered, oldest load first."""
        where = "" if source is None else f"WHERE source = {literal(source)}"
        rows = self.engine.query(f"SELECT * EXCLUDE (loaded_at) FROM meta.loads {where} ORDER BY load").to_pylist()
        return [RawTable(**{**row, "columns": tuple(row["columns"])}) for row in rows]

    def loaded_at(self, load: int) -> datetime:
        """When a load happened, in UTC."""
        moment = self.engine.query(f"SELECT loaded_at FROM meta.loads WHERE load = {load}").column(0)[0].as_py()
        return cast("datetime", moment)

    def raw_rows(self, raw: RawTable) -> str:
        """The query that yields a delivered table's rows, all text, in delivered order."""
        return raw.query.replace(RAW_FOLDER, str(self.folder))

    def keep_file(self, file: Path, digest: str) -> Path:
        """Keep a delivered file under its digest; the path of the kept file."""
        kept = self.folder / digest[:2] / f"{digest[:32]}{file.suffix}"
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            partial = kept.with_name(f"{kept.name}.partial")
            shutil.copyfile(file, partial)
            partial.replace(kept)
        return kept

    def keep_rows(self, rows: pa.Table, digest: str) -> Path:
        """Keep a delivered table that DuckDB cannot read itself, as Parquet; the path of the kept file."""
        kept = self.folder / digest[:2] / f"{digest[:32]}.parquet"
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            partial = kept.with_name(f"{kept.name}.partial")
            parquet.write_table(rows, partial, compression="zstd")
            partial.replace(kept)
        return kept

    def note(self, raw: RawTable, *, loaded_at: datetime) -> None:
        """Enter a kept table into the book of loads."""
        self.engine.connection.execute(
            "INSERT INTO meta.loads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                raw.load,
                raw.source,
                raw.stem,
                raw.system,
                raw.raw_name,
                raw.path,
                raw.digest,
                raw.rows,
                raw.first_line,
                loaded_at,
                raw.raw_table,
                raw.reason,
                list(raw.columns),
                raw.query,
                raw.decimal_comma,
            ],
        )

    def add_findings(self, load: int, findings: pa.Table) -> None:
        """Keep findings; columns as in ``canon.findings``."""
        if findings.num_rows == 0:
            return
        self.engine.connection.register("_findings", findings)
        self.engine.execute(f"INSERT INTO meta.findings BY NAME SELECT {load} AS load, * FROM _findings")
        self.engine.connection.unregister("_findings")

    def replace_check_findings(self, findings: pa.Table) -> None:
        """Keep what was found about the lake as a whole, in place of what was found before; kept as load 0."""
        self.engine.execute("DELETE FROM meta.findings WHERE load = 0")
        self.add_findings(0, findings)

    def findings(self) -> pa.Table:
        """Everything found wrong so far, errors first, newest load first."""
        return self.engine.query(
            "SELECT * FROM meta.findings ORDER BY list_position(['error', 'warning', 'info'], severity), load DESC,"
            ' source, file, "column", row'
        )

    def get(self, name: str) -> str | None:
        """A note that was kept in the lake."""
        found = self.engine.query(f"SELECT value FROM meta.settings WHERE name = {literal(name)}")
        return str(found.column(0)[0].as_py()) if found.num_rows else None

    def set(self, name: str, value: str) -> None:
        """Keep a note in the lake, in place of the one of the same name."""
        self.engine.connection.execute("INSERT OR REPLACE INTO meta.settings VALUES (?, ?)", [name, value])

    def row_counts(self) -> dict[str, int]:
        """Current rows per canonical table: newest versions that are not deleted."""
        return {table.name: int(self._value(_current_count(table.name))) for table in TABLES}

    def filled_counts(self, table: CanonicalTable) -> dict[str, int]:
        """Per column of a canonical table, how many current rows have a value."""
        counts = ", ".join(f"count({quoted(name)}) AS {quoted(name)}" for name in table.column_names)
        row = self.engine.query(
            f"SELECT {counts} FROM canon.{quoted(table.name)} WHERE superseded_at IS NULL AND NOT is_deleted"
        ).to_pylist()[0]
        return {name: int(count) for name, count in row.items()}

    def newest_load(self) -> int:
        """The number of the newest load; 0 before the first."""
        return self.next_load() - 1

    def close(self) -> None:
        """Close the file."""
        self.engine.close()

    def _value(self, sql: str) -> int:
        return int(self.engine.query(sql).column(0)[0].as_py())


@contextmanager
def open_lake(path: Path, *, read_only: bool = False, memory_limit: str | None = None) -> Iterator[Lake]:
    """The lake at ``path``, made if it is not there; FileBusyError while another process writes to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = DuckDBEngine(path, read_only=read_only, memory_limit=memory_limit, spill=path.parent / "spill")
    lake = Lake(engine, path.parent / "raw", read_only=read_only)
    try:
        yield lake
    finally:
        lake.close()


def raw_table_name(source: str, stem: str, load: int) -> str:
    """The name under which a delivered table is kept."""
    return f"{source}__{stem}__{load}"


def canonical_columns(table: CanonicalTable) -> Sequence[tuple[str, ColumnType]]:
    """A canonical table's columns and types, its own first, provenance after."""
    return [(column.name, column.type) for column in (*table.columns, *PROVENANCE)]


def _create(table: CanonicalTable) -> str:
    columns = ", ".join(f"{quoted(name)} {DUCKDB_TYPES[kind]}" for name, kind in canonical_columns(table))
    return f"CREATE TABLE IF NOT EXISTS canon.{quoted(table.name)} ({columns})"


def _current_count(name: str) -> str:
    return f"SELECT count(*) FROM canon.{quoted(name)} WHERE superseded_at IS NULL AND NOT is_deleted"
