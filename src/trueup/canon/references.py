"""References by name: rows of one delivered table that name something its neighbour should hold, and does not.

Where a source is mapped by hand, tables refer to each other by names. A column whose values mostly are the key of a
same-named column elsewhere refers to it; what it names besides is lost in the mapping's join unless somebody is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trueup.canon.check import Query
from trueup.canon.findings import Finding
from trueup.canon.links import framed
from trueup.canon.spellings import nearest

MOST_NAMES: Final = 20_000
"""A longer list of names is not looked through."""
LEAST_MATCHED: Final = 0.5
"""So many of a column's names must be keys of the other, or the two only share a header."""
_LISTED: Final = 10


@dataclass(frozen=True)
class _Names:
    """The different names in a column of a table, with their rows; ``is_key``: none occurs twice."""

    table: str
    column: str
    rows: Mapping[str, int]

    @property
    def is_key(self) -> bool:
        return bool(self.rows) and max(self.rows.values()) == 1


def run_reference_checks(query: Query, tables: Mapping[str, Sequence[str]], *, source: str) -> list[Finding]:
    """A finding per name without counterpart, for one source's delivered tables.

    ``tables``: what to select from -> its columns; columns called alike in two tables are compared.
    """
    called: dict[str, list[tuple[str, str]]] = {}
    for table, columns in tables.items():
        for column in columns:
            called.setdefault(column.casefold(), []).append((table, column))
    found: list[Finding] = []
    for places in called.values():
        if len(places) > 1:
            listed = [names for table, column in places if (names := _names(query, table, column))]
            found += _unmatched(listed, source)
    return found


def _names(query: Query, table: str, column: str) -> _Names | None:
    """The column's names; None where there are too many, or they are numbers."""
    quoted = '"' + column.replace('"', '""') + '"'
    sql = (
        f"SELECT CAST({quoted} AS VARCHAR) AS name, count(*) AS counted FROM {table}"
        f" WHERE {quoted} IS NOT NULL GROUP BY 1 LIMIT {MOST_NAMES + 1}"
    )
    rows = dict(framed(query(sql)).select("name", "counted").iter_rows())
    has_words = any(any(character.isalpha() for character in name) for name in rows)
    return _Names(table, column, rows) if has_words and len(rows) <= MOST_NAMES else None


def _unmatched(listed: Sequence[_Names], source: str) -> Iterator[Finding]:
    for names in listed:
        for keys in listed:
            if names is keys or not keys.is_key or names.is_key:
                continue
            missing = sorted(names.rows.keys() - keys.rows.keys(), key=lambda name: (-names.rows[name], name))
            if missing and len(missing) <= (1 - LEAST_MATCHED) * len(names.rows):
                known = sorted(keys.rows)
                yield from (_finding(names, keys, name, nearest(name, known), source) for name in missing[:_LISTED])


def _finding(names: _Names, keys: _Names, name: str, near: str | None, source: str) -> Finding:
    rows = names.rows[name]
    meant = f" The nearest there is '{near}'." if near else ""
    cure = (
        f"If '{name}' means '{near}', say so in the mapping: CASE {names.column} WHEN '{name}' THEN '{near}'"
        f" ELSE {names.column} END."
        if near
        else f"Add '{name}' to {keys.table}, or leave it: a LEFT JOIN keeps the rows."
    )
    return Finding(
        severity="warning",
        code="name_unmatched",
        source=source,
        file=names.table,
        row=None,
        column=names.column,
        value=name,
        message=f"{rows:,} rows of {names.table} have the {names.column} '{name}', which {keys.table} does not"
        f" hold.{meant}",
        cure=cure,
    )
