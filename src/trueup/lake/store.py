"""The lake: what was delivered, kept as it came, and the canonical tables made of it, version by version.

One DuckDB file. ``raw`` holds one table per delivered table and load, all text, in delivered order; ``canon`` the
canonical tables with every version of every row; ``meta`` the loads and findings. A load happens in one transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

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

_META = """
CREATE SCHEMA IF NOT EXISTS raw;
CREATE SCHEMA IF NOT EXISTS canon;
CREATE SCHEMA IF NOT EXISTS meta;
CREATE TABLE IF NOT EXISTS meta.loads (
    load INTEGER, source VARCHAR, stem VARCHAR, system VARCHAR, raw_name VARCHAR, path VARCHAR, digest VARCHAR,
    rows BIGINT, first_line BIGINT, loaded_at TIMESTAMP, raw_table VARCHAR, reason VARCHAR
);
CREATE TABLE IF NOT EXISTS meta.findings (
    load INTEGER, severity VARCHAR, code VARCHAR, source VARCHAR, file VARCHAR, row BIGINT, "column" VARCHAR,
    value VARCHAR, message VARCHAR, cure VARCHAR
);
CREATE TABLE IF NOT EXISTS meta.settings (name VARCHAR PRIMARY KEY, value VARCHAR);
"""


class LakeBusyError(Exception):
    """Another process has the lake open for writing."""


@dataclass(frozen=True)
class RawTable:
    """One delivered table, as kept.

    ``system`` and ``raw_name`` say what it was recognised as (empty: not recognised, and ``reason`` says why).
    ``first_line`` is the delivered file's line of the first row.
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

    @property
    def sql_name(self) -> str:
        """How SQL calls it."""
        return f"raw.{quoted(self.raw_table)}"


class Lake:
    """An open lake."""

    def __init__(self, engine: DuckDBEngine, *, read_only: bool) -> None:
        self.engine = engine
        if not read_only:
            with engine.transaction():
                engine.execute(_META)
                for table in TABLES:
                    engine.execute(_create(table))

    def next_load(self) -> int:
        """The number that the next load gets."""
        return int(self._value("SELECT coalesce(max(load), 0) + 1 FROM meta.loads"))

    def holds(self, source: str, digest: str) -> bool:
        """Whether exactly this delivered table was loaded before."""
        where = f"source = {literal(source)} AND digest = {literal(digest)}"
        return bool(self._value(f"SELECT count(*) FROM meta.loads WHERE {where}"))

    def raw_tables(self, source: str | None = None) -> list[RawTable]:
        """What was delivered, oldest load first."""
        where = "" if source is None else f"WHERE source = {literal(source)}"
        rows = self.engine.query(
            "SELECT load, source, stem, system, raw_name, path, digest, rows, first_line, raw_table, reason"
            f" FROM meta.loads {where} ORDER BY load, stem"
        )
        return [RawTable(**row) for row in rows.to_pylist()]

    def keep(self, arrived: RawTable, rows: str | pa.Table, *, loaded_at: datetime) -> RawTable:
        """Keep a delivered table: ``rows`` is a query over the delivered file, or Arrow rows of text."""
        if isinstance(rows, pa.Table):
            self.engine.load("raw", arrived.raw_table, rows)
            count = rows.num_rows
        else:
            self.engine.execute("SET preserve_insertion_order = true")
            count = self.engine.create_table("raw", arrived.raw_table, rows)
            self.engine.execute("SET preserve_insertion_order = false")
        kept = RawTable(**{**arrived.__dict__, "rows": count})
        self.engine.connection.execute(
            "INSERT INTO meta.loads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                kept.load,
                kept.source,
                kept.stem,
                kept.system,
                kept.raw_name,
                kept.path,
                kept.digest,
                kept.rows,
                kept.first_line,
                loaded_at,
                kept.raw_table,
                kept.reason,
            ],
        )
        return kept

    def recognise_again(self, raw_table: str, *, system: str, raw_name: str, reason: str) -> None:
        """Note what a kept table is now recognised as."""
        self.engine.connection.execute(
            "UPDATE meta.loads SET system = ?, raw_name = ?, reason = ? WHERE raw_table = ?",
            [system, raw_name, reason, raw_table],
        )

    def add_findings(self, load: int, findings: pa.Table) -> None:
        """Keep findings; columns as in ``canon.findings``."""
        if findings.num_rows == 0:
            return
        self.engine.connection.register("_findings", findings)
        self.engine.execute(f"INSERT INTO meta.findings BY NAME SELECT {load} AS load, * FROM _findings")
        self.engine.connection.unregister("_findings")

    def findings(self) -> pa.Table:
        """Everything found wrong so far, errors first, newest load first."""
        return self.engine.query(
            "SELECT * FROM meta.findings ORDER BY list_position(['error', 'warning', 'info'], severity), load DESC,"
            ' source, file, "column", row'
        )

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
    """The lake at ``path``, made if it is not there; LakeBusyError while another process writes to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        engine = DuckDBEngine(path, read_only=read_only, memory_limit=memory_limit, spill=path.parent / "spill")
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise LakeBusyError(f"{path} is in use by another process.") from error
        raise
    lake = Lake(engine, read_only=read_only)
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
