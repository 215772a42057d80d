"""The default engine: DuckDB, embedded, on one file or in memory."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from trueup.lake.engine import EngineError, FileBusyError, FileDamagedError, StatementError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from ibis import Table


_SIGNS_OF_DAMAGE = ("not a valid DuckDB database", "checksum", "Corrupt", "corrupt", "Serialization Error")

_AT_FAULT = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
)


STORAGE_VERSION = "v1.4.0"
"""The oldest DuckDB that can read files we make. Its columns of text are written in little more than half the time."""


def quoted(name: str) -> str:
    """``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def refusals(sql: str) -> Iterator[None]:
    """What DuckDB refuses becomes an EngineError, or a StatementError where the statement is at fault."""
    try:
        yield
    except _AT_FAULT as error:
        raise StatementError(str(error), sql) from error
    except duckdb.Error as error:
        raise EngineError(str(error), sql) from error


class DuckDBEngine:
    """DuckDB behind the engine protocol.

    ``path`` None means in memory. ``memory_limit`` (such as ``'4GB'``) bounds what DuckDB keeps in memory before it
    spills to ``spill`` (default: beside the file).
    """

    dialect = "duckdb"

    def __init__(
        self,
        path: Path | None = None,
        *,
        read_only: bool = False,
        memory_limit: str | None = None,
        spill: Path | None = None,
        threads: int | None = None,
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "preserve_insertion_order": False,
            "storage_compatibility_version": STORAGE_VERSION,
        }
        if memory_limit:
            config["memory_limit"] = memory_limit
        if spill:
            config["temp_directory"] = str(spill)
        if threads:
            config["threads"] = threads
        where = str(path) if path else ":memory:"
        try:
            self.connection = duckdb.connect(where, read_only=read_only, config=config)
        except duckdb.Error as error:
            raise _not_opened(where, error) from error
        self.connection.execute("SET TimeZone = 'UTC'")
        # A table that is not there must be an error, not whatever Python variable happens to have its name.
        self.connection.execute("SET python_enable_replacements = false")

    def compile(self, expression: Table) -> str:
        """The SQL of an unbound Ibis expression."""
        # Ibis takes half a second to load, and reading a snapshot does without it.
        return str(importlib.import_module("ibis").to_sql(expression, dialect=self.dialect))

    def execute(self, sql: str) -> None:
        """Run a statement; EngineError with the statement if DuckDB refuses it."""
        with refusals(sql):
            self.connection.execute(sql)

    def query(self, sql: str) -> pa.Table:
        """Run a query and return all its rows."""
        try:
            return self.connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise EngineError(str(error), sql) from error

    def batches(self, sql: str, *, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Run a query and return its rows in batches."""
        try:
            yield from self.connection.sql(sql).to_arrow_reader(rows)
        except duckdb.Error as error:
            raise EngineError(str(error), sql) from error

    def create_schema(self, schema: str) -> None:
        """Make ``schema`` unless it is there."""
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {_path(schema)}")

    def create_scratch(self, schema: str) -> None:
        """Make ``schema`` for tables that nobody keeps: in memory, spilled where they are large, never in the file."""
        self.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {quoted(schema)}")

    def create_table(self, schema: str, name: str, select: str) -> int:
        """Make or replace a table from a query; the number of its rows."""
        sql = f"CREATE OR REPLACE TABLE {_path(schema)}.{quoted(name)} AS {select}"
        with refusals(sql):
            made = self.connection.execute(sql).fetchone()
        return int(made[0]) if made else 0

    def create_view(self, schema: str, name: str, select: str) -> None:
        """Make or replace a view."""
        self.execute(f"CREATE OR REPLACE VIEW {_path(schema)}.{quoted(name)} AS {select}")

    def create_function(self, schema: str, name: str, takes: Sequence[str], yields: str) -> None:
        """Make or replace a function of an expression; it costs what the expression costs where it is written out."""
        taken = ", ".join(quoted(each) for each in takes)
        self.execute(f"CREATE OR REPLACE MACRO {_path(schema)}.{quoted(name)}({taken}) AS {yields}")

    def load(self, schema: str, name: str, rows: pa.Table) -> None:
        """Make or replace a table from Arrow rows."""
        self.connection.register("_arriving", rows)
        try:
            self.create_table(schema, name, "SELECT * FROM _arriving")
        finally:
            self.connection.unregister("_arriving")

    def has_table(self, schema: str, name: str) -> bool:
        """Whether a table or view of that name is there."""
        return bool(self.columns(schema, name))

    def tables(self, schema: str) -> list[str]:
        """The names of a schema's tables and views, in order; ``schema`` may be ``catalog.schema``."""
        catalog, _, plain = schema.rpartition(".")
        where = f"table_schema = {literal(plain)}" + (f" AND table_catalog = {literal(catalog)}" if catalog else "")
        found = self.connection.execute(
            f"SELECT table_name FROM information_schema.tables WHERE {where} ORDER BY 1"
        ).fetchall()
        return [str(row[0]) for row in found]

    def columns(self, schema: str, name: str) -> dict[str, str]:
        """A table's columns and DuckDB types, in order; empty if there is no such table."""
        catalog, _, plain = schema.rpartition(".")
        where = f"table_schema = {literal(plain)} AND table_name = {literal(name)}"
        where += f" AND table_catalog = {literal(catalog)}" if catalog else ""
        found = self.connection.execute(
            f"SELECT column_name, data_type FROM information_schema.columns WHERE {where} ORDER BY ordinal_position"
        ).fetchall()
        return {str(column): str(kind) for column, kind in found}

    def attach(self, path: Path, name: str, *, read_only: bool) -> None:
        """Make another DuckDB file reachable as the catalog ``name``; its schemas are then called ``name.schema``."""
        mode = " (READ_ONLY)" if read_only else ""
        sql = f"ATTACH {literal(str(path))} AS {quoted(name)}{mode}"
        try:
            self.connection.execute(sql)
        except duckdb.Error as error:
            raise _not_opened(str(path), error) from error

    def detach(self, name: str) -> None:
        """Let go of an attached file."""
        self.execute(f"DETACH {quoted(name)}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements within take effect together, or none does."""
        self.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.execute("COMMIT")

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Statements within see each other's effects; afterwards none of them has happened."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


def _not_opened(path: str, error: duckdb.Error) -> EngineError:
    """Why a file could not be opened: a lock passes by itself, everything else does not."""
    told = str(error)
    if "lock" in told.lower():
        return FileBusyError(f"{path} is in use: another import or build is under way. Try again when it is over.", "")
    if any(sign in told for sign in _SIGNS_OF_DAMAGE):
        return FileDamagedError(
            f"{path} is damaged ({told.splitlines()[0]}). Put back a copy of it, or remove it and import and build"
            " anew from your exports.",
            "",
        )
    return EngineError(told, "")


def _path(schema: str) -> str:
    return ".".join(quoted(part) for part in schema.split("."))
