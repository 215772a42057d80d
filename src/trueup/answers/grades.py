"""Lists of grades as a snapshot holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from trueup.answers.gradings import SHOWN, Grading, earlier, gradings
from trueup.answers.opened import opened
from trueup.grades.worksheet import UNKNOWN
from trueup.lake.duckdb import literal
from trueup.mart.snapshot import Snapshot
from trueup.runs.grade_tables import LAID
from trueup.runs.grading import FOLLOWING

COLUMNS = (
    "account_id",
    "cadence",
    "period",
    "score",
    "grade",
    "answered_weight",
    "overridden",
    "worksheet_version",
)
"""The columns of ``trueup grades --format csv``."""
PAGE = 50


def table(snapshot: Snapshot, grading: Grading, account_ids: Sequence[str] | None = None) -> pa.Table:
    """A row per graded account in the columns ``COLUMNS``, the best first; of these accounts only, where named."""
    limits = [f"cadence = {literal(grading.cadence)}", f"period = {literal(grading.period)}"]
    if account_ids is not None:
        limits.append(f"account_id IN ({', '.join(map(literal, account_ids)) or 'NULL'})")
    with opened(snapshot) as mart:
        return mart.query(
            "SELECT account_id, cadence, period, score, grade, answered_weight, is_overridden AS overridden,"
            f" worksheet_version FROM {LAID} WHERE {' AND '.join(limits)}"
            " ORDER BY grade = '?', score DESC NULLS LAST, account_id"
        )


@dataclass(frozen=True)
class Standing:
    """An account's grade in a list, and the one before."""

    account_id: str
    score: float | None
    grade: str
    computed: str
    answered_weight: float
    is_overridden: bool
    grade_before: str | None = None
    score_before: float | None = None


_ORDERS = {"score": "g.score", "answered": "g.answered_weight", "change": "g.score - b.score"}
SORTS = tuple(_ORDERS)


@dataclass(frozen=True)
class Wanted:
    """Which part of a list of grades: only these letters and accounts (none named: all), in which order, from where."""

    letter: str = ""
    among: Sequence[str] | None = None
    without: Sequence[str] = ()
    sort: str = "score"
    descending: bool = True
    offset: int = 0
    limit: int = PAGE


def page(snapshot: Snapshot, grading: Grading, wanted: Wanted) -> tuple[int, list[Standing]]:
    """How many grades fit, and those on the page; without a letter the unknown come last."""
    before = earlier(snapshot, grading)
    with opened(snapshot) as mart:
        limits = [
            f"g.cadence = {literal(grading.cadence)}",
            f"g.period = {literal(grading.period)}",
            *([f"g.grade = {literal(wanted.letter)}"] if wanted.letter else []),
        ]
        if wanted.among is not None:
            mart.connection.register("_among", pa.table({"account_id": pa.array(wanted.among, pa.string())}))
            limits.append("g.account_id IN (SELECT account_id FROM _among)")
        if wanted.without:
            limits.append(f"g.account_id NOT IN ({', '.join(map(literal, wanted.without))})")
        found = f"FROM {LAID} AS g LEFT JOIN {LAID} AS b ON b.account_id = g.account_id AND b.cadence = g.cadence"
        found += f" AND b.period = {literal(before.period if before else '')} WHERE {' AND '.join(limits)}"
        total = mart.query(f"SELECT count(*) {found}").column(0)[0].as_py()
        order = f"{_ORDERS[wanted.sort]} {'DESC' if wanted.descending else 'ASC'} NULLS LAST, g.account_id"
        rows = mart.query(
            "SELECT g.account_id, g.score, g.grade, g.computed, g.answered_weight, g.is_overridden,"
            f" b.grade AS grade_before, b.score AS score_before {found}"
            f" ORDER BY g.grade = '{UNKNOWN}', {order} LIMIT {wanted.limit} OFFSET {wanted.offset}"
        ).to_pylist()
    return total, [Standing(**row) for row in rows]


def trail(snapshot: Snapshot, account_id: str, cadence: str) -> list[tuple[Grading, Standing]]:
    """An account's grades of all periods, oldest first."""
    by_period = {each.period: each for each in gradings(snapshot, cadence)}
    if not by_period:
        return []
    with opened(snapshot) as mart:
        rows = mart.query(
            f"SELECT period, account_id, {', '.join(FOLLOWING)} FROM {LAID} WHERE cadence = {literal(cadence)}"
            f" AND account_id = {literal(account_id)}"
        ).to_pylist()
    found = [(by_period[row.pop("period")], Standing(**row)) for row in rows]
    return sorted(found, key=lambda each: each[0].first_on)


def counts(snapshot: Snapshot, cadence: str, *, among: Sequence[str] | None = None) -> Mapping[str, Mapping[str, int]]:
    """How many accounts, of those named, have each grade, by period, oldest first."""
    with opened(snapshot) as mart:
        limit = ""
        if among is not None:
            mart.connection.register("_among", pa.table({"account_id": pa.array(among, pa.string())}))
            limit = " AND account_id IN (SELECT account_id FROM _among)"
        rows = mart.query(
            f"SELECT period, grade, count(*) AS accounts FROM {LAID} WHERE cadence = {literal(cadence)}{limit}"
            " GROUP BY ALL ORDER BY ALL"
        ).to_pylist()
    of_period = {each.period: dict.fromkeys(SHOWN, 0) for each in gradings(snapshot, cadence)}
    for row in rows:
        of_period[row["period"]][row["grade"]] = row["accounts"]
    return of_period


def graded_ids(snapshot: Snapshot, grading: Grading) -> set[str]:
    """The accounts that have a grade of the period."""
    with opened(snapshot) as mart:
        found = mart.query(f"SELECT account_id FROM {LAID} WHERE {_of(grading)}")
    return set(found.column(0).to_pylist())


def _of(grading: Grading) -> str:
    return f"cadence = {literal(grading.cadence)} AND period = {literal(grading.period)}"
