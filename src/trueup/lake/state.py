"""The canonical tables as they were known at one moment, as views: one row per key, nothing recorded later.

Where several delivered ids are the same account, contact or person, the views speak of the one they were merged into;
the lake keeps what was delivered, so that a merge can be taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trueup.canon.tables import PROVENANCE, TABLES, CanonicalTable, Column
from trueup.lake.duckdb import DuckDBEngine, literal, quoted

MERGEABLE = ("accounts", "contacts", "people")
"""Tables whose rows may turn out to be the same thing."""
_RANK = "_rank"


@dataclass(frozen=True)
class Moment:
    """An as-of instant (UTC, naive) and its local date."""

    as_of: datetime
    as_of_on: date


def create_state(engine: DuckDBEngine, moment: Moment, *, catalog: str = "lake", merged: Collection[str] = ()) -> None:
    """Make the schema ``state`` over the lake attached as ``catalog``.

    ``merged`` names the tables among accounts, contacts, people that have a map ``identity.<table>`` with the columns
    ``id`` and ``entity_id``.
    """
    engine.create_schema("state")
    for table in TABLES:
        engine.create_view("state", table.name, state_select(table, moment, catalog=catalog, merged=merged))


def state_select(table: CanonicalTable, moment: Moment, *, catalog: str, merged: Collection[str]) -> str:
    """The query behind one view of ``create_state``."""
    known = f"(SELECT * FROM {quoted(catalog)}.canon.{quoted(table.name)} WHERE {in_force(table, moment)})"
    columns = (*table.columns, *PROVENANCE)
    ids = references(table, merged)
    if table.name not in merged:
        return with_entities(columns, ids, known)
    key = table.key[0]
    rank = f"CASE WHEN {quoted('same_' + key)}.entity_id IS DISTINCT FROM t.{quoted(key)} THEN 1 ELSE 0 END AS {_RANK}"
    return _collapsed(table, with_entities(columns, {**ids, key: table.name}, known, besides=(rank,)))


def references(table: CanonicalTable, merged: Collection[str]) -> dict[str, str]:
    """The columns of a table that hold ids of merged tables, and of which."""
    return {c.name: c.refers_to for c in table.columns if c.refers_to is not None and c.refers_to in merged}


def versions_select(table: CanonicalTable, moments: str, *, catalog: str, merged: Collection[str]) -> str:
    """The rows of a table as they were known at many moments, ids as they are merged today.

    ``moments``: a relation with the table's first key column, ``known_at`` (an instant, UTC) and its local date
    ``known_on``; both are columns of what is yielded. The table's own key must not be merged.
    """
    key, besides = quoted(table.key[0]), ("t.known_on", "t.known_at")
    known = (
        f"(SELECT c.*, m.known_on, m.known_at FROM {moments} AS m"
        f" JOIN {quoted(catalog)}.canon.{quoted(table.name)} AS c ON c.{key} = m.{key}"
        f" WHERE {_in_force(table, 'known_at', 'known_on')})"
    )
    return with_entities((*table.columns, *PROVENANCE), references(table, merged), known, besides=besides)


def history_select(table: CanonicalTable, *, catalog: str, merged: Collection[str]) -> str:
    """Every version of a table's rows known by now, ids as they are merged today; of those of one day the last.

    Besides the table's columns it yields the local days on which the version was known, [``known_on``,
    ``known_until``): null where it is from the beginning, and until now. The table has no time of its own.
    """
    ids = references(table, merged) | ({table.key[0]: table.name} if table.name in merged else {})
    known = (
        "(SELECT *, CAST(calendar.local(recorded_at) AS DATE) AS known_on,"
        " CASE WHEN superseded_at <= calendar.as_of() THEN CAST(calendar.local(superseded_at) AS DATE) END"
        f" AS known_until FROM {quoted(catalog)}.canon.{quoted(table.name)}"
        " WHERE NOT is_deleted AND (recorded_at IS NULL OR recorded_at <= calendar.as_of()))"
    )
    every = with_entities((*table.columns, *PROVENANCE), ids, known, besides=("t.known_on", "t.known_until"))
    return f"SELECT * FROM ({every}) WHERE known_on IS NULL OR known_until IS NULL OR known_on < known_until"


def in_force(table: CanonicalTable, moment: Moment) -> str:
    """Whether a version of a row is the one that was known at the moment, of something that had happened."""
    return _in_force(table, f"TIMESTAMP {literal(str(moment.as_of))}", f"DATE '{moment.as_of_on}'")


def _in_force(table: CanonicalTable, as_of: str, as_of_on: str) -> str:
    conditions = [
        "NOT is_deleted",
        f"(recorded_at IS NULL OR recorded_at <= {as_of})",
        f"(superseded_at IS NULL OR superseded_at > {as_of})",
    ]
    if table.event_time:
        limit = as_of if table.column(table.event_time).type == "timestamp" else as_of_on
        conditions.append(f"({quoted(table.event_time)} IS NULL OR {quoted(table.event_time)} <= {limit})")
    return " AND ".join(conditions)


def with_entities(columns: Sequence[Column], ids: Mapping[str, str], known: str, *, besides: Sequence[str] = ()) -> str:
    """The columns of ``known`` with every merged id replaced by its entity's id; ``ids``: column -> merged table."""
    joins = [
        f"LEFT JOIN identity.{quoted(target)} AS {quoted('same_' + column)}"
        f" ON {quoted('same_' + column)}.id = t.{quoted(column)}"
        for column, target in ids.items()
    ]
    picked = [
        f"coalesce({quoted('same_' + c.name)}.entity_id, t.{quoted(c.name)}) AS {quoted(c.name)}"
        if c.name in ids
        else f"t.{quoted(c.name)}"
        for c in columns
    ]
    return f"SELECT {', '.join([*picked, *besides])} FROM {known} AS t {' '.join(joins)}"


def _collapsed(table: CanonicalTable, renamed: str) -> str:
    """One row per key of merged rows: each column from the first row that has it, the entity's own row first."""
    order = f"ORDER BY {_RANK}, t.is_stub, t._seq, t._row"
    columns = [
        f"t.{quoted(c.name)}"
        if c.name in table.key
        else f"first(t.{quoted(c.name)} {order}) FILTER (t.{quoted(c.name)} IS NOT NULL) AS {quoted(c.name)}"
        for c in (*table.columns, *PROVENANCE)
    ]
    return (
        f"SELECT {', '.join(columns)} FROM ({renamed}) AS t GROUP BY {', '.join(f't.{quoted(k)}' for k in table.key)}"
    )
