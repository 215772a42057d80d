"""The directory follows the lake: accounts and people are taken over as a whole, in a handful of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

ACCOUNT_COLUMNS = (
    "account_id",
    "name",
    "domain",
    "segment",
    "industry",
    "region",
    "owner_id",
    "success_owner_id",
    "is_customer",
)
PERSON_COLUMNS = ("person_id", "name", "email", "team", "department", "manager_id")

_Values = list[str | bool | None]
_DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
_NULLABLE = frozenset({"owner_id", "success_owner_id", "manager_id"})
_LOOKED_AT = 1000
"""Rows of each index that SQLite counts."""
_LINK_USERS = """
UPDATE record_user SET person_id = (
    SELECT min(person_id) FROM record_person
    WHERE record_person.email = record_user.email AND record_person.left_on IS NULL
    HAVING count(*) = 1
)
"""
"""An address that two people share gives nobody the rights of either."""


@dataclass(frozen=True)
class Refreshed:
    """How many rows of the directory are new or changed, and how many vanished."""

    accounts: int
    people: int
    accounts_left: int
    people_left: int


@dataclass(frozen=True)
class _Mirror:
    """A table that follows the lake. ``set_here``: the columns that the lake does not have, for rows that are in it."""

    table: str
    columns: tuple[str, ...]
    set_here: dict[str, str]
    stays: str = "FALSE"
    """The rows that the lake need not know."""
    left: str = "left_on = %s"
    """What changes where a row vanished."""

    @property
    def key(self) -> str:
        return self.columns[0]

    @property
    def staged(self) -> str:
        return f"delivered_{self.table}"

    def type_of(self, column: str) -> str:
        return "boolean" if column.startswith("is_") else "text"


_ACCOUNTS = _Mirror(
    "record_account",
    ACCOUNT_COLUMNS,
    {"left_on": "NULL", "is_by_hand": "FALSE"},
    stays="is_by_hand",
    left="is_customer = FALSE, left_on = %s",
)
_PEOPLE = _Mirror("record_person", PERSON_COLUMNS, {"left_on": "NULL"})


def refresh(accounts: pa.Table, people: pa.Table, *, on: date) -> Refreshed:
    """Make the directory what the lake says: one row per account (ACCOUNT_COLUMNS) and person (PERSON_COLUMNS).

    Accounts made by hand stay. What vanished is kept, with ``on`` as its ``left_on``. Raises ValueError where an id is
    missing or occurs twice.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        people_changed, people_left = _follow(cursor, _PEOPLE, people, on)
        accounts_changed, accounts_left = _follow(cursor, _ACCOUNTS, accounts, on)
        link_users()
    _count_for_planner()
    return Refreshed(accounts_changed, people_changed, accounts_left, people_left)


def _count_for_planner() -> None:
    """Let SQLite know what most accounts have in common, lest it looks for a few by that; Postgres does so itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {_LOOKED_AT}")
            cursor.execute("ANALYZE record_account")


def link_users() -> None:
    """Let each user be the person with the same mail address."""
    with connection.cursor() as cursor:
        cursor.execute(_LINK_USERS)


def _follow(cursor: CursorWrapper, mirror: _Mirror, delivered: pa.Table, on: date) -> tuple[int, int]:
    """Take the rows over and mark those that vanished; how many of either."""
    columns = ", ".join(f"{column} {mirror.type_of(column)}" for column in mirror.columns)
    cursor.execute(f"CREATE TEMPORARY TABLE {mirror.staged} ({columns}, PRIMARY KEY ({mirror.key}))")
    _stage(cursor, mirror, _checked(mirror, delivered))
    cursor.execute(_upsert(mirror))
    changed = int(cursor.rowcount)
    cursor.execute(
        f"UPDATE {mirror.table} SET {mirror.left} WHERE left_on IS NULL AND NOT {mirror.stays}"
        f" AND NOT EXISTS (SELECT 1 FROM {mirror.staged} d WHERE d.{mirror.key} = {mirror.table}.{mirror.key})",
        [on],
    )
    left = int(cursor.rowcount)
    cursor.execute(f"DROP TABLE {mirror.staged}")
    return changed, left


def _upsert(mirror: _Mirror) -> str:
    differs = _DIFFERS[connection.vendor]
    new = {**{column: f"excluded.{column}" for column in mirror.columns[1:]}, **mirror.set_here}
    return (
        f"INSERT INTO {mirror.table} ({', '.join([*mirror.columns, *mirror.set_here])})"
        f" SELECT {', '.join([*mirror.columns, *mirror.set_here.values()])} FROM {mirror.staged} WHERE TRUE"
        f" ON CONFLICT ({mirror.key}) DO UPDATE SET {', '.join(f'{column} = {value}' for column, value in new.items())}"
        f" WHERE {' OR '.join(f'{mirror.table}.{column} {differs} {value}' for column, value in new.items())}"
    )


def _stage(cursor: CursorWrapper, mirror: _Mirror, columns: Sequence[_Values]) -> None:
    if connection.vendor == "postgresql":
        # One statement with whole columns takes half the time of one with a row each.
        arrays = ", ".join(f"%s::{mirror.type_of(column)}[]" for column in mirror.columns)
        cursor.execute(f"INSERT INTO {mirror.staged} SELECT * FROM unnest({arrays})", columns)
    else:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {mirror.staged} VALUES ({marks})", list(zip(*columns, strict=True)))


def _checked(mirror: _Mirror, delivered: pa.Table) -> list[_Values]:
    ids = delivered.column(mirror.key).to_pylist()
    if None in ids or len(set(ids)) != len(ids):
        raise ValueError(f"{mirror.key} is missing or not unique among the {len(ids)} rows for the directory")
    return [_values(column, delivered.column(column).to_pylist()) for column in mirror.columns]


def _values(column: str, values: _Values) -> _Values:
    if column in _NULLABLE:
        return [value or None for value in values]
    if column.startswith("is_"):
        return [bool(value) for value in values]
    if column == "email":
        return [str(value or "").lower() for value in values]
    return [value or "" for value in values]
