"""Tables of entries as they were known at one moment: views beside those of the canonical tables.

Entries come with all their versions, from the record or from a test; a build lays them out like delivered rows and
keeps none of them.
"""

import hashlib
from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE, ENTRY_TABLES, FIRST_RECORDED
from trueup.canon.tables import CanonicalTable
from trueup.lake.duckdb import DuckDBEngine, literal, quoted
from trueup.lake.state import Moment, in_force, references, with_entities
from trueup.lake.store import DUCKDB_TYPES

Entries = Mapping[str, pa.Table]
"""Versions of entries by the name of their table; a table that is not there has none."""
NO_ENTRIES: Entries = {}


def load_entries(engine: DuckDBEngine, entries: Entries, *, schema: str) -> None:
    """Put all versions into ``schema``, one table for each table of entries; ValueError for tables that are none."""
    if unknown := sorted(entries.keys() - ENTRY_TABLE.keys()):
        raise ValueError(f"no tables of entries: {', '.join(unknown)}; there are {', '.join(ENTRY_TABLE)}")
    for table in ENTRY_TABLES:
        columns = (*table.columns, *ENTRY_PROVENANCE)
        if table.name in entries:
            engine.load(schema, table.name, entries[table.name].select([c.name for c in columns]))
            typed = ", ".join(f"CAST({quoted(c.name)} AS {DUCKDB_TYPES[c.type]}) AS {quoted(c.name)}" for c in columns)
            engine.create_table(schema, table.name, f"SELECT {typed} FROM {quoted(schema)}.{quoted(table.name)}")
        else:
            typed = ", ".join(f"CAST(NULL AS {DUCKDB_TYPES[c.type]}) AS {quoted(c.name)}" for c in columns)
            engine.create_table(schema, table.name, f"SELECT {typed} WHERE FALSE")


def create_state_of_entries(engine: DuckDBEngine, moment: Moment, *, loaded: str, merged: Collection[str] = ()) -> None:
    """Make views in the schema ``state`` over the versions in the schema ``loaded``; ``merged`` as for create_state."""
    engine.create_schema("state")
    for table in ENTRY_TABLES:
        engine.create_view("state", table.name, _state_select(table, moment, loaded, merged))


def _state_select(table: CanonicalTable, moment: Moment, loaded: str, merged: Collection[str]) -> str:
    key = ", ".join(map(quoted, table.key))
    versions = (
        f"SELECT *, min(recorded_at) OVER (PARTITION BY {key}) AS {FIRST_RECORDED.name}"
        f" FROM {quoted(loaded)}.{quoted(table.name)} WHERE recorded_at <= TIMESTAMP {literal(str(moment.as_of))}"
    )
    known = f"(SELECT * FROM ({versions}) WHERE {in_force(table, moment)})"
    return with_entities((*table.columns, *ENTRY_PROVENANCE, FIRST_RECORDED), references(table, merged), known)


def filled_counts(entries: Entries) -> dict[str, tuple[int, dict[str, int]]]:
    """How many entries each table has now, and how many of them have each column filled."""
    counts = {}
    for name, versions in entries.items():
        newest = versions.filter(
            pc.and_(pc.is_null(versions.column("superseded_at")), pc.invert(versions.column("is_deleted")))
        )
        rows = newest.num_rows
        columns = ENTRY_TABLE[name].column_names
        counts[name] = (rows, {column: rows - newest.column(column).null_count for column in columns})
    return counts


def fingerprint(engine: DuckDBEngine, *, loaded: str) -> str:
    """What tells one set of versions from another, in whatever order they came."""
    sums = [
        f"SELECT {literal(table.name)} AS name, count(*) AS rows, sum(md5_number_lower(CAST(t AS VARCHAR))) AS digest"
        f" FROM {quoted(loaded)}.{quoted(table.name)} AS t"
        for table in ENTRY_TABLES
    ]
    return hashlib.sha256(
        repr(engine.query(" UNION ALL ".join(sums) + " ORDER BY 1").to_pylist()).encode()
    ).hexdigest()[:16]
