"""Many accounts: the columns of a list of customers, and which accounts stand on a page of it, by any column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from trueup.answers.account import LAID
from trueup.answers.opened import opened
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.sql import quoted
from trueup.runs.grade_tables import NEWEST

LAST_TOUCH = "last_touch_at"
GRADE = "grade_rank"
"""A first, F last; who has no letter comes after."""
PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column of the list; ``period`` is the one its numbers are of, as ``label`` and ``unit`` are the metric's."""

    metric: str
    label: str
    unit: str
    better: str
    period: str


@dataclass(frozen=True)
class Row:
    """An account's values by metric, null where there is none, and when we last were in touch (UTC)."""

    values: Mapping[str, float | None]
    last_touch_at: datetime | None
    grade: str | None = None


@dataclass(frozen=True)
class Book:
    """The columns that a snapshot has for its list, and the accounts asked for that it knows."""

    columns: tuple[Column, ...]
    rows: Mapping[str, Row]
    has_grades: bool = False


NOTHING = Book((), {})


def read(snapshot: Snapshot, account_ids: Sequence[str]) -> Book:
    """The list's columns of these accounts."""
    if not (told := columns(snapshot)):
        return NOTHING
    with opened(snapshot) as mart:
        listed = ", ".join(map(literal, account_ids)) or "NULL"
        found = mart.query(
            f"SELECT b.*, {'g.grade' if has_grades(snapshot) else 'NULL AS grade'} FROM {_with_grades(snapshot)}"
            f" WHERE b.account_id IN ({listed})"
        ).to_pylist()
    rows = {
        row["account_id"]: Row({column.metric: row[column.metric] for column in told}, row[LAST_TOUCH], row["grade"])
        for row in found
    }
    return Book(told, rows, has_grades(snapshot))


def columns(snapshot: Snapshot) -> tuple[Column, ...]:
    """The columns that a snapshot has for its list; none where it was built by a Trueup that had no list yet."""
    return _columns(snapshot.file) if LAID in snapshot.manifest.rows else ()


def has_grades(snapshot: Snapshot) -> bool:
    """Whether the snapshot holds grades; one that was built by an earlier Trueup does not."""
    return NEWEST in snapshot.manifest.rows


def _with_grades(snapshot: Snapshot) -> str:
    """The book, called ``b``, with the newest grades, called ``g``, where there are any."""
    joined = f" LEFT JOIN {NEWEST} AS g ON g.account_id = b.account_id" if has_grades(snapshot) else ""
    return f"cells.book AS b{joined}"


def leading(
    snapshot: Snapshot, by: str, *, descending: bool, without: Sequence[str], offset: int, limit: int
) -> list[str]:
    """A part of the whole list sorted by a metric or ``LAST_TOUCH``: of those accounts that have a value in it."""
    with opened(snapshot) as mart:
        left_out = ", ".join(map(literal, without)) or "NULL"
        found = mart.query(
            f"SELECT account_id FROM {NEWEST if by == GRADE else 'cells.book'} WHERE {quoted(by)} IS NOT NULL"
            f" AND (account_id IN ({left_out})) IS NOT TRUE ORDER BY {_order(by, descending, offset, limit)}"
        )
    return [str(account_id) for account_id in found.column(0).to_pylist()]


def ranked(
    snapshot: Snapshot,
    by: str,
    *,
    descending: bool = False,
    among: Sequence[str] | None = None,
    offset: int = 0,
    limit: int = PAGE,
) -> list[str]:
    """The accounts on a page of the list sorted by a metric or ``LAST_TOUCH``; those without a value come last.

    ``among``: only these accounts, also those that the snapshot does not know; None: all that it knows. KeyError for a
    column that the list does not have.
    """
    if by not in sortable(snapshot):
        raise KeyError(by)
    with opened(snapshot) as mart:
        rows = NEWEST if by == GRADE else "cells.book"
        order = _order(by, descending, offset, limit)
        if among is None:
            found = mart.query(f"SELECT account_id FROM {rows} ORDER BY {order}")
        else:
            mart.connection.register("_among", pa.table({"account_id": pa.array(among, pa.string())}))
            found = mart.query(f"SELECT account_id FROM _among LEFT JOIN {rows} USING (account_id) ORDER BY {order}")
    return [str(account_id) for account_id in found.column(0).to_pylist()]


def sortable(snapshot: Snapshot) -> set[str]:
    """What the list may be sorted by."""
    known = {LAST_TOUCH, *(column.metric for column in columns(snapshot))}
    return known | {GRADE} if has_grades(snapshot) else known


def _order(by: str, descending: bool, offset: int, limit: int) -> str:  # noqa: FBT001  private
    return f"{quoted(by)} {'DESC' if descending else 'ASC'} NULLS LAST, account_id LIMIT {limit} OFFSET {offset}"


@lru_cache(maxsize=1)
def _columns(file: Path) -> tuple[Column, ...]:
    mart = DuckDBEngine(file, read_only=True)
    try:
        rows = mart.query(
            "SELECT c.metric, m.label, m.unit, m.better, c.period FROM cells.book_columns AS c"
            " JOIN meta.metrics AS m USING (metric) ORDER BY c.position"
        )
    finally:
        mart.close()
    return tuple(Column(**row) for row in rows.to_pylist())
