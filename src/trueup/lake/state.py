"""The canonical tables as they were known at one moment, as views: one row per key, nothing recorded later.

Where several delivered ids are the same account, contact or person, the views speak of the one they were merged into;
the lake keeps what was delivered, so that a merge can be taken back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from trueup.canon.tables import PROVENANCE, TABLES, CanonicalTable
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
    known = _known(table, moment, catalog)
    ids = {c.name: c.refers_to for c in table.columns if c.refers_to is not None and c.refers_to in merged}
    if table.name in merged:
        ids[table.key[0]] = table.name
    if not ids:
        return f"SELECT {_columns(table)} FROM {known} AS t"
    renamed = _with_entities(table, ids, known)
    return _collapsed(table, renamed) if table.name in merged else renamed


def _known(table: CanonicalTable, moment: Moment, catalog: str) -> str:
    as_of = f"TIMESTAMP {literal(str(moment.as_of))}"
    conditions = [
        "NOT is_deleted",
        f"(recorded_at IS NULL OR recorded_at <= {as_of})",
        f"(superseded_at IS NULL OR superseded_at > {as_of})",
    ]
    if table.event_time:
        limit = as_of if table.column(table.event_time).type == "timestamp" else f"DATE '{moment.as_of_on}'"
        conditions.append(f"({quoted(table.event_time)} IS NULL OR {quoted(table.event_time)} <= {limit})")
    where = " AND ".join(conditions)
    return f"(SELECT * FROM {quoted(catalog)}.canon.{quoted(table.name)} WHERE {where})"


def _columns(table: CanonicalTable) -> str:
    return ", ".join(f"t.{quoted(c.name)}" for c in (*table.columns, *PROVENANCE))


def _with_entities(table: CanonicalTable, ids: dict[str, str], known: str) -> str:
    """``known`` with every merged id replaced by its entity's id."""
    joins = [
        f"LEFT JOIN identity.{quoted(target)} AS {quoted('same_' + column)}"
        f" ON {quoted('same_' + column)}.id = t.{quoted(column)}"
        for column, target in ids.items()
    ]
    picked = [
        f"coalesce({quoted('same_' + c.name)}.entity_id, t.{quoted(c.name)}) AS {quoted(c.name)}"
        if c.name in ids
        else f"t.{quoted(c.name)}"
        for c in (*table.columns, *PROVENANCE)
    ]
    key = quoted(table.key[0])
    rank = (
        f", CASE WHEN {quoted('same_' + table.key[0])}.entity_id IS DISTINCT FROM t.{key} THEN 1 ELSE 0 END AS {_RANK}"
        if ids.get(table.key[0]) == table.name
        else ""
    )
    return f"SELECT {', '.join(picked)}{rank} FROM {known} AS t {' '.join(joins)}"


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
