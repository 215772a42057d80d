"""A published snapshot opened again over its lake, so that its numbers can be followed to their rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.lake.state import MERGEABLE, Moment, create_state
from trueup.mart.snapshot import Snapshot
from trueup.metrics import calendars
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA
from trueup.metrics.places import CELL_SCHEMA
from trueup.runs.folder import Folder
from trueup.runs.ground import IDENTITY_SCHEMA, Ground, first_day, lay_functions
from trueup.runs.kept_sql import KeptSql
from trueup.runs.settings import Settings

_KEPT = (CALENDAR_SCHEMA, FACT_SCHEMA, CELL_SCHEMA, IDENTITY_SCHEMA)


@contextmanager
def reopened(folder: Folder, settings: Settings, snapshot: Snapshot) -> Iterator[Ground]:
    """The snapshot's facts, cells and calendars as they are, and the customer model as of its moment."""
    engine = DuckDBEngine(memory_limit=settings.memory_limit, spill=folder.scratch)
    try:
        engine.attach(folder.lake, "lake", read_only=True)
        engine.attach(snapshot.file, "mart", read_only=True)
        for schema in _KEPT:
            engine.create_schema(schema)
            for table in engine.tables(f"mart.{schema}"):
                engine.create_view(schema, table, f"SELECT * FROM mart.{quoted(schema)}.{quoted(table)}")
        as_of = datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
        within = calendars.horizon(first_day(engine, as_of), as_of, settings.zone)
        merged = [table for table in MERGEABLE if engine.has_table(IDENTITY_SCHEMA, table)]
        create_state(engine, Moment(within.as_of, within.as_of_on), merged=merged)
        selects = KeptSql(engine, folder.compiled)
        yield Ground(engine, within, lay_functions(engine, within, settings.currency), selects)
    finally:
        engine.close()
