"""Conforming: rows that a mapping yields become versions in a canonical table, set-wise, and what is wrong is found.

A row is the same row if its key is the same. If its values are the same too, nothing happens; otherwise it is a new
version, known from when the source says it changed, else from the load; the older version stays for as-of questions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.canon.findings import Finding
from trueup.canon.tables import PROVENANCE, TABLE, TABLES, CanonicalTable, Column, ColumnType
from trueup.lake.duckdb import DuckDBEngine, literal, quoted
from trueup.lake.state import MERGEABLE
from trueup.lake.store import DUCKDB_TYPES, RawTable

_SHORT_SALESFORCE_ID = 15
_OWN_PROVENANCE = ("recorded_at", "is_deleted", "_load", "_row")
_ALIASES = {"leads": {"source": "lead_source"}}
"""Canonical columns that may also be called otherwise: a lead's ``source`` clashes with every table's provenance."""


class MappingError(Exception):
    """A mapping does not yield what its canonical table needs; the message says what and how to cure it."""


@dataclass(frozen=True)
class Conformed:
    """What a mapping brought into a canonical table."""

    table: str
    mapped: int
    new_rows: int
    new_versions: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Arrival:
    """A mapping's rows on their way into ``table``.

    ``select`` yields any of the table's columns, and optionally ``recorded_at``, ``is_deleted``, ``_load``, ``_row``;
    other columns go to ``extra``. ``load`` is the number for rows without ``_load``.
    """

    table: CanonicalTable
    source: str
    select: str
    load: int
    loaded_at: datetime
    is_complete: bool
    """The rows are all that ever came from the source: one that is no longer among them was never really there, such as
    a participant guessed while the other half of the export was missing."""
    noon: str
    """The UTC time of day that stands for a bare date: noon in the workspace's zone, standard time."""
    zone: str


def conform(
    engine: DuckDBEngine,
    arrival: Arrival,
    *,
    files: Mapping[int, RawTable],
    number_rows: Callable[[], None] | None = None,
) -> Conformed:
    """Bring a mapping's rows into the canonical table; ``files`` tells the delivered file by load number.

    ``number_rows`` makes the mapping yield row numbers, where it does not yet because numbering a very large file
    costs a core: it is called only when keys repeat, since then the last delivered row must be found.
    Raises MappingError if a key column is missing from the mapping.
    """
    table = arrival.table
    mapped = _described(engine, arrival)
    known_before = _rows_of(engine, table, arrival.source)
    findings: list[Finding] = []
    if known_before:
        new_rows, new_versions, count = _merge(engine, arrival, mapped, findings)
    else:
        count = new_rows = _insert_all(engine, arrival, mapped)
        new_versions = 0
        if _keys_repeat(engine, table):
            if number_rows:
                engine.execute(f"DELETE FROM canon.{quoted(table.name)} WHERE source = {literal(arrival.source)}")
                number_rows()
                _insert_all(engine, arrival, mapped)
            new_rows -= _settle_duplicates(engine, table, findings, arrival.source)
    findings += _unknown_choices(engine, arrival, files)
    return Conformed(table.name, count, new_rows, new_versions, tuple(findings))


def add_stubs(engine: DuckDBEngine) -> list[Finding]:
    """Make stubs of accounts, contacts and people that are referred to but never delivered; a finding per column."""
    findings = []
    for referring in TABLES:
        for column in referring.columns:
            target = column.refers_to
            if target in MERGEABLE and (referring.name, column.name) != (target, TABLE[target].key[0]):
                findings += _stubs_for(engine, referring, column)
    return findings


def _stubs_for(engine: DuckDBEngine, referring: CanonicalTable, column: Column) -> list[Finding]:
    target = TABLE[str(column.refers_to)]
    key = target.key[0]
    names = ", ".join(quoted(name) for name in (key, "source", "is_deleted", "is_stub", "_seq"))
    made = engine.connection.execute(
        f"INSERT INTO canon.{quoted(target.name)} ({names})"
        f" SELECT r.id, any_value(r.source), false, true, min(r._seq)"
        f" FROM (SELECT DISTINCT {quoted(column.name)} AS id, source, _seq FROM canon.{quoted(referring.name)}"
        f" WHERE {quoted(column.name)} IS NOT NULL) r"
        f" ANTI JOIN canon.{quoted(target.name)} t ON t.{quoted(key)} = r.id GROUP BY r.id"
        f" RETURNING {quoted(key)}, source"
    ).fetchall()
    short_forms = _short_forms(engine, target, [str(row[0]) for row in made])
    made = [row for row in made if str(row[0]) not in short_forms]
    if not made:
        return []
    examples = ", ".join(sorted(str(row[0]) for row in made)[:3])
    return [
        Finding(
            severity="info",
            code="referred_not_delivered",
            source=str(made[0][1]),
            file=referring.name,
            row=None,
            column=column.name,
            value=examples,
            message=f"{len(made)} {target.name} are referred to by {referring.name}.{column.name} but were not"
            f" delivered (such as {examples}); each stands as a stub without attributes.",
            cure=f"Export the {target.name} too and import them; the stubs are then filled in.",
        )
    ]


def _short_forms(engine: DuckDBEngine, target: CanonicalTable, ids: Sequence[str]) -> set[str]:
    """Those of the ids that are the 15-character form of a delivered Salesforce id: identity makes them one."""
    short = [each for each in ids if len(each) == _SHORT_SALESFORCE_ID]
    if not short:
        return set()
    key = quoted(target.key[0])
    listed = ", ".join(literal(each) for each in short)
    found = engine.query(
        f"SELECT DISTINCT left({key}, {_SHORT_SALESFORCE_ID}) AS id FROM canon.{quoted(target.name)}"
        f" WHERE strlen({key}) = 18 AND left({key}, {_SHORT_SALESFORCE_ID}) IN ({listed})"
    )
    return {str(each) for each in found.column(0).to_pylist()}


def _described(engine: DuckDBEngine, arrival: Arrival) -> dict[str, str]:
    rows = engine.connection.execute(f"DESCRIBE {arrival.select}").fetchall()
    mapped = {str(row[0]): str(row[1]) for row in rows}
    aliases = _ALIASES.get(arrival.table.name, {})
    mapped = {aliases.get(name, name): kind for name, kind in mapped.items()}
    required = [name for name in arrival.table.key if _is_required(arrival.table, name)]
    missing = [name for name in required if name not in mapped]
    if missing:
        raise MappingError(
            f"The mapping of {arrival.source} to {arrival.table.name} yields no column {', '.join(missing)},"
            f" which identifies the rows. Add it to the SELECT; the columns it yields are {', '.join(mapped)}."
        )
    return mapped


def _is_required(table: CanonicalTable, name: str) -> bool:
    """The first key column always identifies; the others may be null (an undated people row, a comment's value)."""
    return name == table.key[0]


def _row_select(arrival: Arrival, mapped: Mapping[str, str]) -> str:
    """The mapping's rows in the canonical table's columns, with their provenance; rows without a key left out."""
    table = arrival.table
    values = {column.name: _value(column.name, column.type, mapped, arrival) for column in table.columns}
    event_time = values.get(table.event_time or "", "CAST(NULL AS TIMESTAMP)")
    if table.event_time and table.column(table.event_time).type == "date":
        event_time = f"CAST({event_time} AS TIMESTAMP)"
    explicit = _value("recorded_at", "timestamp", mapped, arrival)
    provenance = {
        "source": literal(arrival.source),
        "recorded_at": f"coalesce({explicit}, {event_time})" if "recorded_at" in mapped else event_time,
        "superseded_at": "NULL",
        "is_deleted": "coalesce(CAST(m.is_deleted AS BOOLEAN), false)" if "is_deleted" in mapped else "false",
        "is_stub": "false",
        "extra": _extra(table, mapped),
        "_seq": f"coalesce(m._load, {arrival.load})" if "_load" in mapped else str(arrival.load),
        "_row": "m._row" if "_row" in mapped else "NULL",
        "_raw": "loads.raw_table",
    }
    picked = [f"{sql} AS {quoted(name)}" for name, sql in (values | provenance).items()]
    aliases = {alias: name for name, alias in _ALIASES.get(table.name, {}).items()}
    renamed = ", ".join(f"{quoted(old)} AS {quoted(new)}" for new, old in aliases.items() if new in mapped)
    rename = f" RENAME ({renamed})" if renamed else ""
    load = f"coalesce(m._load, {arrival.load})" if "_load" in mapped else str(arrival.load)
    return (
        f"SELECT {', '.join(picked)}, {explicit} AS _explicit FROM (SELECT *{rename} FROM ({arrival.select})) m"
        f" LEFT JOIN meta.loads ON loads.load = {load}"
        f" WHERE {values[table.key[0]]} IS NOT NULL"
    )


def _value(name: str, kind: ColumnType, mapped: Mapping[str, str], arrival: Arrival) -> str:
    """The SQL that turns a mapped column into its canonical type; what cannot be turned becomes null."""
    wanted = DUCKDB_TYPES[kind]
    if name not in mapped:
        return f"CAST(NULL AS {wanted})"
    given = mapped[name]
    column = f"m.{quoted(name)}"
    if given == wanted:
        return f"nullif({column}, '')" if kind == "text" else column
    if kind == "timestamp" and given == "DATE":
        return f"(CAST({column} AS TIMESTAMP) + INTERVAL '{arrival.noon}')"
    if kind == "timestamp" and given == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column})"
    if kind == "date" and given.startswith("TIMESTAMP"):
        moment = f"timezone('UTC', {column})" if given == "TIMESTAMP" else column
        local = f"CAST(timezone({literal(arrival.zone)}, {moment}) AS DATE)"
        # An instant of exactly midnight is a bare date that went through a timestamp column, not a moment.
        return f"CASE WHEN CAST({column} AS TIME) = TIME '00:00' THEN CAST({column} AS DATE) ELSE {local} END"
    return f"TRY_CAST({column} AS {wanted})"


def _extra(table: CanonicalTable, mapped: Mapping[str, str]) -> str:
    others = [name for name in mapped if name not in table.column_names and name not in _OWN_PROVENANCE]
    if not others:
        return "CAST(NULL AS VARCHAR)"
    pairs = ", ".join(f"{literal(name)}, m.{quoted(name)}" for name in others)
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def _all_columns(table: CanonicalTable) -> list[str]:
    return [*table.column_names, *(column.name for column in PROVENANCE)]


def _rows_of(engine: DuckDBEngine, table: CanonicalTable, source: str) -> bool:
    """Whether the source has brought rows into the table before."""
    found = engine.query(
        f"SELECT 1 FROM canon.{quoted(table.name)} WHERE source = {literal(source)} AND NOT is_stub LIMIT 1"
    )
    return bool(found.num_rows)


def _insert_all(engine: DuckDBEngine, arrival: Arrival, mapped: Mapping[str, str]) -> int:
    columns = ", ".join(quoted(name) for name in _all_columns(arrival.table))
    done = engine.connection.execute(
        f"INSERT INTO canon.{quoted(arrival.table.name)} ({columns})"
        f" SELECT {columns} FROM ({_row_select(arrival, mapped)})"
    ).fetchone()
    return int(done[0]) if done else 0


def _keys_repeat(engine: DuckDBEngine, table: CanonicalTable) -> bool:
    # A hash of the key is enough to find that nothing repeats; where two keys share a hash, nothing is settled wrongly.
    counted = engine.query(
        f"SELECT count(*) AS n, count(DISTINCT hash({_listed(table.key)})) AS keys FROM canon.{quoted(table.name)}"
    ).to_pylist()[0]
    return bool(counted["n"] != counted["keys"])


def _settle_duplicates(engine: DuckDBEngine, table: CanonicalTable, findings: list[Finding], source: str) -> int:
    """After a first insert: leave one row per key and moment, and say which later versions supersede which."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT {_listed(table.key)} FROM canon.{quoted(table.name)}"
        " GROUP BY ALL HAVING count(*) > 1"
    )
    return _settle(engine, table, findings, source)


def _merge(
    engine: DuckDBEngine,
    arrival: Arrival,
    mapped: Mapping[str, str],
    findings: list[Finding],
) -> tuple[int, int, int]:
    """Add what is new to a table that has rows: (new rows, new versions, rows mapped)."""
    table = arrival.table
    name = quoted(table.name)
    key = _listed(table.key)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE arriving AS {_row_select(arrival, mapped)}")
    count = int(engine.query("SELECT count(*) FROM temp.arriving").column(0)[0].as_py())
    same_key = _same("a", "c", table.key)
    if arrival.is_complete:
        engine.execute(
            f"DELETE FROM canon.{name} AS c WHERE c.source = {literal(arrival.source)} AND NOT c.is_stub"
            f" AND NOT EXISTS (SELECT 1 FROM temp.arriving a WHERE {same_key})"
        )
    # Of rows that do not say when they were recorded, only the last delivered one speaks for the row.
    engine.execute(
        f"DELETE FROM temp.arriving WHERE _explicit IS NULL AND rowid NOT IN (SELECT last(rowid ORDER BY _seq, _row)"
        f" FROM temp.arriving WHERE _explicit IS NULL GROUP BY {key})"
    )
    values = [*(c for c in table.column_names if c not in table.key), "is_deleted"]
    unchanged = _same("a", "c", values)
    engine.execute(
        f"DELETE FROM temp.arriving WHERE rowid IN (SELECT a.rowid FROM temp.arriving a JOIN canon.{name} c"
        f" ON {same_key} AND {unchanged} AND NOT c.is_stub WHERE a._explicit = c.recorded_at OR a._explicit IS NULL"
        # What goes back to how it first was is news, where it is delivered anew.
        f" AND (c.superseded_at IS NULL OR c.recorded_at IS NULL AND a._seq <= c._seq))"
    )
    engine.execute(
        f"UPDATE temp.arriving AS a SET recorded_at = greatest(a.recorded_at, {literal(str(arrival.loaded_at))})"
        f" WHERE _explicit IS NULL AND EXISTS (SELECT 1 FROM canon.{name} c WHERE {same_key} AND NOT c.is_stub)"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT {key} FROM temp.arriving")
    versions = int(
        engine.query(f"SELECT count(*) FROM temp.touched a SEMI JOIN canon.{name} c ON {same_key} AND NOT c.is_stub")
        .column(0)[0]
        .as_py()
    )
    columns = ", ".join(quoted(column) for column in _all_columns(table))
    engine.execute(f"INSERT INTO canon.{name} ({columns}) SELECT {columns} FROM temp.arriving")
    touched = int(engine.query("SELECT count(*) FROM temp.touched").column(0)[0].as_py())
    _settle(engine, table, findings, arrival.source)
    return touched - versions, versions, count


def _settle(engine: DuckDBEngine, table: CanonicalTable, findings: list[Finding], source: str) -> int:
    """For the keys in ``touched``: keep one row per moment, superseded by the next; the number of rows dropped."""
    name = quoted(table.name)
    key = _listed(table.key)
    same_key = _same("c", "t", table.key)
    dropped = engine.connection.execute(
        f"DELETE FROM canon.{name} WHERE rowid IN (SELECT id FROM (SELECT c.rowid AS id,"
        f" row_number() OVER (PARTITION BY {_listed(table.key, 'c')}, c.recorded_at"
        f" ORDER BY c.is_stub, c._seq DESC, c._row DESC, c.rowid DESC) AS place"
        f" FROM canon.{name} c SEMI JOIN temp.touched t ON {same_key}) WHERE place > 1)"
        f" RETURNING {key}, _row, _seq, is_stub"
    ).fetchall()
    rivals = [row for row in dropped if not row[-1]]
    if rivals:
        findings.append(_duplicate_finding(table, source, rivals))
    engine.execute(
        f"UPDATE canon.{name} AS c SET superseded_at = n.next_recorded_at FROM (SELECT c.rowid AS id,"
        f" lead(c.recorded_at) OVER (PARTITION BY {_listed(table.key, 'c')}"
        f" ORDER BY c.recorded_at NULLS FIRST, c._seq, c._row) AS next_recorded_at"
        f" FROM canon.{name} c SEMI JOIN temp.touched t ON {same_key}) n"
        f" WHERE c.rowid = n.id AND c.superseded_at IS DISTINCT FROM n.next_recorded_at"
    )
    return len(dropped)


def _duplicate_finding(table: CanonicalTable, source: str, rivals: Sequence[tuple[object, ...]]) -> Finding:
    first = rivals[0]
    key = ", ".join(str(part) for part in first[: len(table.key)])
    row = first[len(table.key)]
    return Finding(
        severity="warning",
        code="duplicate_key",
        source=source,
        file=table.name,
        row=row if isinstance(row, int) else None,
        column=", ".join(table.key),
        value=key,
        message=f"{len(rivals)} rows of {table.name} repeat the key of a later row (the first: {key});"
        " the last delivered row of each key counts, all stay readable in the raw table.",
        cure=f"Check why the export repeats {', '.join(table.key)}; remove the repeats if they are not versions.",
    )


def _unknown_choices(engine: DuckDBEngine, arrival: Arrival, files: Mapping[int, RawTable]) -> list[Finding]:
    findings: list[Finding] = []
    table = arrival.table
    for column in table.columns:
        if not column.choices:
            continue
        wanted = ", ".join(literal(choice) for choice in column.choices)
        name = quoted(column.name)
        unknown = engine.connection.execute(
            f"SELECT {name}, count(*), min(_row), min(_seq) FROM canon.{quoted(table.name)}"
            f" WHERE {name} NOT IN ({wanted}) GROUP BY 1 ORDER BY 1"
        ).fetchall()
        if not unknown:
            continue
        fallback = "other" if "other" in column.choices else None
        findings += [_choice_finding(arrival, column, fallback, row, files) for row in unknown]
        engine.execute(
            f"UPDATE canon.{quoted(table.name)} SET {name} = {literal(fallback) if fallback else 'NULL'}"
            f" WHERE {name} NOT IN ({wanted})"
        )
    return findings


def _choice_finding(
    arrival: Arrival, column: Column, fallback: str | None, row: tuple[object, ...], files: Mapping[int, RawTable]
) -> Finding:
    value, count, first_row, load = row
    delivered = files.get(load) if isinstance(load, int) else None
    became = f"'{fallback}'" if fallback else "empty"
    return Finding(
        severity="warning",
        code="unknown_value",
        source=arrival.source,
        file=delivered.path if delivered else arrival.table.name,
        row=first_row if isinstance(first_row, int) else None,
        column=column.name,
        value=str(value),
        message=f"{count} rows of {arrival.table.name} have the {column.name} '{value}', which Trueup does not know;"
        f" it counts as {became}.",
        cure=f"Map it to one of {', '.join(column.choices)} in the source's SQL.",
    )


def _listed(names: Sequence[str], alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(f"{prefix}{quoted(name)}" for name in names)


def _same(left: str, right: str, names: Sequence[str]) -> str:
    return " AND ".join(f"{left}.{quoted(name)} IS NOT DISTINCT FROM {right}.{quoted(name)}" for name in names)
