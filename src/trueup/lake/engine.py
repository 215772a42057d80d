"""What Trueup asks of a database engine: run SQL, keep tables, take and give Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from ibis import Table


class EngineError(Exception):
    """The engine refused a statement; the message is for people, ``sql`` is what was asked."""

    def __init__(self, message: str, sql: str) -> None:
        super().__init__(message)
        self.sql = sql


class StatementError(EngineError):
    """The statement cannot be run on these tables and rows: a name that is not there, a value that does not fit."""


class FileBusyError(EngineError):
    """Another process writes to the file; nothing was changed, and waiting helps."""


class FileDamagedError(EngineError):
    """The file is not what was written there."""


class Engine(Protocol):
    """One open connection to an engine.

    Tables are named by ``schema`` and ``name``; both are quoted by the engine.
    """

    @property
    def dialect(self) -> str:
        """The name under which Ibis and SQLGlot know this engine's SQL."""
        ...

    def compile(self, expression: Table) -> str:
        """The SQL of an unbound Ibis expression in this engine's dialect."""
        ...

    def execute(self, sql: str) -> None:
        """Run a statement whose result nobody needs."""
        ...

    def query(self, sql: str) -> pa.Table:
        """Run a query and return all its rows."""
        ...

    def batches(self, sql: str, *, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Run a query and return its rows in batches of about ``rows``."""
        ...

    def create_schema(self, schema: str) -> None:
        """Make ``schema`` unless it is there."""
        ...

    def create_table(self, schema: str, name: str, select: str) -> int:
        """Make or replace a table from a query; the number of its rows."""
        ...

    def create_view(self, schema: str, name: str, select: str) -> None:
        """Make or replace a view."""
        ...

    def create_function(self, schema: str, name: str, takes: Sequence[str], yields: str) -> None:
        """Make or replace a function: an expression over what it ``takes``."""
        ...

    def load(self, schema: str, name: str, rows: pa.Table) -> None:
        """Make or replace a table from Arrow rows."""
        ...

    def has_table(self, schema: str, name: str) -> bool:
        """Whether a table or view of that name is there."""
        ...

    def columns(self, schema: str, name: str) -> dict[str, str]:
        """A table's columns and their types as the engine names them, in order."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All statements within take effect together, or none does."""
        ...

    def close(self) -> None:
        """Give the connection back; nothing can be asked afterwards."""
        ...
