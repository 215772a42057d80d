"""Shapes: what a known system's tables look like, however they were exported, and the SQL that reads them alike.

A system is a folder of package data: ``shape.yaml`` names its tables and columns, ``<canonical>__<table>.sql`` maps a
table's rows to a canonical table, ``<name>.view.sql`` is a view that several mappings share. Mappings read views called
by our own table names, in which every column of the shape exists and has its type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

Kind = Literal["text", "number", "decimal", "minor", "boolean", "timestamp", "epoch", "date", "salesforce_id"]
"""How a column's text is read. ``decimal`` is exact; ``minor`` is money in the currency's smallest unit; ``epoch`` is
seconds or milliseconds since 1970, or a timestamp all the same; timestamps come out in UTC, without a zone."""

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "decimal": "DECIMAL(18, 4)",
    "minor": "DECIMAL(18, 4)",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "epoch": "TIMESTAMP",
    "date": "DATE",
    "salesforce_id": "VARCHAR",
}

_NO_DECIMALS = "'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'"
_THREE_DECIMALS = "'bhd', 'jod', 'kwd', 'omr', 'tnd'"
_MILLISECONDS_FROM = 100_000_000_000


@dataclass(frozen=True)
class RawColumn:
    """A column in our normal form; ``aliases`` are other headers it comes under.

    An alias of several words is a label, matched in any case; a capitalised word is a label, matched letter by letter;
    any other is a name, matched without regard to case and punctuation.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names to look for among headers, best first."""
        return tuple(_wanted(alias) for alias in (self.name, *self.aliases))


@dataclass(frozen=True)
class LeftOut:
    """Why a row that no mapping took was left out: ``because``, if ``where`` holds for it in the table's view.

    The first rule that holds counts; a rule that always holds explains whatever is left.
    """

    where: str
    because: str


@dataclass(frozen=True)
class RawTable:
    """One table of a system.

    ``identifying`` are the columns that tell it from others, each one name or several alternatives; without the
    ``required`` ones of them it cannot be this table. ``version`` are
    the columns, best first, that date a version of a row. ``feeds`` are the canonical tables that its rows go to;
    ``adds`` says what it gives to other tables' rows. A table with ``because`` is kept, but has no place in the model.
    """

    name: str
    holds: str
    stems: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    key: tuple[str, ...] = ()
    identifying: tuple[tuple[str, ...], ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    version: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    adds: str = ""
    because: str = ""
    left_out: tuple[LeftOut, ...] = ()
    is_common: bool = False
    """Many systems have such a table: it is this one's only beside others of its own, or under the system's name."""
    is_open: bool = False
    """Unknown columns of an open table pass through its view, as text."""

    def column(self, name: str) -> RawColumn:
        """The column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


@dataclass(frozen=True)
class RawMapping:
    """One SELECT that yields rows of ``canonical``, each from one row of the raw table ``main``."""

    name: str
    canonical: str
    main: str
    sql: str


@dataclass(frozen=True)
class KnownSystem:
    """A system whose exports we read without configuration; ``words`` in file or folder names stand for it."""

    name: str
    title: str
    words: tuple[str, ...]
    tables: Mapping[str, RawTable]
    mappings: Mapping[str, RawMapping]
    views: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RawRows:
    """Delivered rows: ``relation`` is whatever SQL can select ``columns`` (all text), ``_load`` and ``_row`` from.

    ``readings`` overrides, by delivered column, the SQL expression that types it.
    """

    relation: str
    columns: tuple[str, ...]
    readings: Mapping[str, str] = field(default_factory=dict)


def fold(name: str) -> str:
    """A name without case, spaces and punctuation: ``AccountId``, ``account_id`` and ``Account ID`` are the same."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def quoted(name: str) -> str:
    """``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def delivered_as(table: RawTable, delivered: Sequence[str]) -> dict[str, str]:
    """Which delivered column each column of the table is read from; columns that were not delivered are missing."""
    by_name = _headers_by_name(tuple(delivered))
    found = {}
    for column in table.columns:
        header = next((by_name[key] for key in column.keys if key in by_name), None)
        if header is not None:
            found[column.name] = header
    return found


@lru_cache(maxsize=1024)
def _headers_by_name(delivered: tuple[str, ...]) -> Mapping[str, str]:
    """The headers by all names under which a column may look for them: folded, as a label, and letter by letter."""
    by_name: dict[str, str] = {}
    for header in delivered:
        for name in (fold(header), _label(header), f"={header.strip()}"):
            by_name.setdefault(name, header)
    return by_name


def unread_columns(table: RawTable, delivered: Sequence[str]) -> tuple[str, ...]:
    """Delivered columns that the shape does not know, without the delivering tool's own."""
    read = set(delivered_as(table, delivered).values())
    return tuple(header for header in delivered if header not in read and not header.startswith("_"))


def _wanted(alias: str) -> str:
    """How a column looks for an alias: labels as they are shown, since folded, 'Account ID' would claim account_id."""
    if " " in alias:
        return _label(alias)
    return f"={alias}" if alias[0].isupper() else fold(alias)


def _label(header: str) -> str:
    return " ".join(header.casefold().split())


def view_select(
    relation: str,
    delivered: Sequence[str],
    table: RawTable,
    *,
    readings: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
) -> str:
    """The SELECT that gives delivered rows the table's column names and types; what was not delivered is null.

    ``readings`` maps delivered columns to SQL expressions that replace the usual reading. ``only`` picks columns.
    """
    found = delivered_as(table, delivered)
    names = [column.name for column in table.columns] if only is None else only
    picked = [_as(_typed(table, name, found, readings or {}), name) for name in names]
    if table.is_open and only is None:
        picked += [quoted(header) for header in unread_columns(table, delivered)]
    return f"SELECT {', '.join([*picked, '_load', '_row'])} FROM {relation}"


def unreadable_select(
    relation: str, delivered: Sequence[str], table: RawTable, *, readings: Mapping[str, str] | None = None
) -> str:
    """The SELECT of cells that hold something their column's type cannot: column_name, value, _load, _row."""
    found = delivered_as(table, delivered)
    parts = []
    for name, header in found.items():
        if SQL_TYPES[table.column(name).kind] != "VARCHAR":
            label = "'" + header.replace("'", "''") + "'"
            typed = _typed(table, name, found, readings or {})
            parts.append(
                f"SELECT {label} AS column_name, {quoted(header)} AS value, _load, _row FROM {relation}"
                f" WHERE nullif(trim({quoted(header)}), '') IS NOT NULL AND {typed} IS NULL"
            )
    nothing = "SELECT '' AS column_name, '' AS value, 0 AS _load, 0 AS _row WHERE false"
    return " UNION ALL ".join(parts) or nothing


def system_views(system: KnownSystem, rows: Mapping[str, Sequence[RawRows]]) -> dict[str, str]:
    """The views that the system's mappings read, by name, in an order in which they can be made.

    Each table that has a place in the model gets a view of all its rows, empty if nothing was delivered; a table with
    a key also gets ``latest_<table>``, one row per key. A table with versions has two columns more: ``_version_at``,
    and ``_recorded_at``, null in the first version unless the source dates that too.

    Mappings that compare a moment with a bare date need days: those of the zone that the session's variable ``zone``
    names (``SET VARIABLE zone = 'Europe/Berlin'``), else UTC's.
    """
    views = {}
    for name, table in system.tables.items():
        if not table.because:
            delivered = rows.get(name, ())
            views[name] = _versioned(table, delivered) if table.version else _all_rows(table, delivered)
            if table.key:
                views[f"latest_{name}"] = _latest(table)
    return views | dict(system.views)


def runnable(system: KnownSystem, delivered: Sequence[str]) -> tuple[RawMapping, ...]:
    """The mappings whose main table is among the ``delivered`` tables."""
    return tuple(mapping for mapping in system.mappings.values() if mapping.main in delivered)


def left_out_select(table: RawTable) -> str:
    """The SELECT of rows with the reason that holds if no mapping took them: _load, _row, because."""
    cases = " ".join(
        f"WHEN {rule.where} THEN '{rule.because.replace(chr(39), chr(39) * 2)}'" for rule in table.left_out
    )
    reason = f"CASE {cases} END" if cases else "CAST(NULL AS VARCHAR)"
    return (
        f"SELECT _load, _row, because FROM (SELECT _load, _row, {reason} AS because FROM {quoted(table.name)})"
        f" WHERE because IS NOT NULL"
    )


def _all_rows(table: RawTable, rows: Sequence[RawRows], only: Sequence[str] | None = None) -> str:
    if not rows:
        nothing = "(SELECT 0 AS _load, 0 AS _row WHERE false)"
        return view_select(nothing, (), table, only=only)
    union = " UNION ALL BY NAME " if table.is_open else " UNION ALL "
    return union.join(view_select(r.relation, r.columns, table, readings=r.readings, only=only) for r in rows)


def _versioned(table: RawTable, rows: Sequence[RawRows]) -> str:
    every = _all_rows(table, rows)
    dated = f"coalesce({', '.join(f'd.{quoted(name)}' for name in table.version)})"
    if not _may_repeat(table, rows):
        return f"SELECT d.*, {dated} AS _version_at, CAST(NULL AS TIMESTAMP) AS _recorded_at FROM ({every}) AS d"
    key = ", ".join(quoted(name) for name in table.key)
    narrow = _all_rows(table, rows, only=(*table.key, *table.version))
    # Few rows repeat: finding them by a narrow aggregate is cheaper than a window over whole rows.
    repeated = (
        f"SELECT {key}, min({dated}) AS first_at, max({dated}) AS last_at FROM ({narrow}) AS d"
        f" GROUP BY ALL HAVING count(*) > 1"
    )
    started = "WHEN d._fivetran_start IS NOT NULL THEN d._fivetran_start" if "_fivetran_start" in table.version else ""
    recorded = f"CASE {started} WHEN {dated} > r.first_at THEN {dated} WHEN {dated} IS NULL THEN r.last_at END"
    return (
        f"SELECT d.*, {dated} AS _version_at, {recorded} AS _recorded_at"
        f" FROM ({every}) AS d LEFT JOIN ({repeated}) AS r USING ({key})"
    )


def _may_repeat(table: RawTable, rows: Sequence[RawRows]) -> bool:
    """A single plain export has each row once; appending tools, history tables and later loads repeat them."""
    marks = ("_dlt_id", "_fivetran_start", "_fivetran_active")
    return len(rows) > 1 or any(mark in delivered_as(table, r.columns) for r in rows for mark in marks)


def _latest(table: RawTable) -> str:
    key = ", ".join(quoted(name) for name in table.key)
    newest = "_version_at DESC NULLS FIRST, " if table.version else ""
    return (
        f"SELECT * FROM {quoted(table.name)}"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {newest}_load DESC, _row DESC) = 1"
    )


def _as(expression: str, name: str) -> str:
    return f"{expression} AS {quoted(name)}"


def _typed(table: RawTable, name: str, found: Mapping[str, str], readings: Mapping[str, str]) -> str:
    column = table.column(name)
    if name not in found:
        return f"CAST(NULL AS {SQL_TYPES[column.kind]})"
    header = found[name]
    if header in readings:
        return f"({readings[header]})"
    text = quoted(header)
    if column.kind == "minor":
        return _minor(text, [found[currency] for currency in table.currency if currency in found])
    return _READ[column.kind].format(x=text, checksum=_checksum(text) if column.kind == "salesforce_id" else "")


# A cast to TIMESTAMP drops an offset, one to TIMESTAMPTZ heeds it but costs four times as much: only what has an
# offset, or a fraction that may hide one, goes that way.
_TIMESTAMP = (
    "CASE WHEN strlen({x}) IN (10, 18, 19) OR ends_with({x}, 'Z') OR ends_with({x}, '+0000')"
    " THEN TRY_CAST({x} AS TIMESTAMP)"
    " WHEN strlen({x}) = 16 THEN TRY_CAST({x} || ':00' AS TIMESTAMP)"
    " ELSE CAST(TRY_CAST({x} AS TIMESTAMPTZ) AS TIMESTAMP) END"
)
_READ: dict[Kind, str] = {
    "text": "nullif({x}, '')",
    "number": "TRY_CAST(rtrim({x}, '%') AS DOUBLE)",
    "decimal": "TRY_CAST({x} AS DECIMAL(18, 4))",
    "boolean": "TRY_CAST({x} AS BOOLEAN)",
    "timestamp": _TIMESTAMP,
    "epoch": (
        f"CASE WHEN TRY_CAST({{x}} AS BIGINT) >= {_MILLISECONDS_FROM}"
        f" THEN make_timestamp(TRY_CAST({{x}} AS BIGINT) * 1000)"
        f" WHEN TRY_CAST({{x}} AS BIGINT) IS NOT NULL THEN make_timestamp(TRY_CAST({{x}} AS BIGINT) * 1000000)"
        f" ELSE {_TIMESTAMP} END"
    ),
    "date": "TRY_CAST(left({x}, 10) AS DATE)",
    "salesforce_id": "CASE WHEN strlen({x}) = 15 THEN {x} || {checksum} ELSE nullif({x}, '') END",
}


def _minor(text: str, currencies: Sequence[str]) -> str:
    """Money in minor units; with a decimal point it is in major units already, as on the systems' own screens."""
    currency = f"lower(coalesce({', '.join(quoted(header) for header in currencies)}))" if currencies else "NULL"
    scale = (
        f"CASE WHEN {currency} IN ({_NO_DECIMALS}) THEN 1 WHEN {currency} IN ({_THREE_DECIMALS}) THEN 0.001"
        f" ELSE 0.01 END"
    )
    amount = f"TRY_CAST({text} AS DECIMAL(38, 4))"
    is_major = f"contains({text}, '.') AND NOT ends_with({text}, '.0')"
    return f"TRY_CAST(CASE WHEN {is_major} THEN {amount} ELSE {amount} * {scale} END AS DECIMAL(18, 4))"


def _checksum(text: str) -> str:
    """The three characters that make a 15-character Salesforce id the same in any case: capitals as bits, by fives."""
    characters = []
    for start in (1, 6, 11):
        bits = " + ".join(
            f"CASE WHEN ascii(substr({text}, {start + place}, 1)) BETWEEN 65 AND 90 THEN {1 << place} ELSE 0 END"
            for place in range(5)
        )
        characters.append(f"substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + {bits}, 1)")
    return " || ".join(characters)
