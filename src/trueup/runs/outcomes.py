"""What became of customers after their grades were given, and what could have been guessed without grades.

Every outcome is looked for in the year after the day on which a grade was closed; what a baseline knows was known on
that day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.sql import constant, table
from trueup.runs.grade_tables import GRADE_SCHEMA, LAID

HORIZON_DAYS = 365
"""How long after a grade its outcome is looked for."""
WAITING_DAYS = 30
"""How long a contract that ended may take to be renewed."""
LAST_STATUS, SIZE = "last period's status", "contract size alone"
Column = npt.NDArray[np.float64]


@dataclass(frozen=True)
class After:
    """What became of each graded account; all (rows,), in the order of the grades.

    ``observed``: 1 or 0, or a level; NaN where it is not known or does not apply. ``status``: the same of the year
    before, NaN where unknown.
    """

    name: str
    kind: str
    observed: Column
    applies: npt.NDArray[np.bool_]
    status: Column
    waiting_days: int


@dataclass(frozen=True)
class Rows:
    """Grades that were closed, a row each, in the order of accounts and periods; ``size``: what they paid then."""

    accounts: npt.NDArray[np.object_]
    periods: npt.NDArray[np.object_]
    closed_on: npt.NDArray[np.object_]
    """The closing days, as ISO dates, which sort."""
    letters: npt.NDArray[np.object_]
    scores: Column
    size: Column


def closed_rows(mart: DuckDBEngine, cadence: str) -> Rows:
    """The closed grades of a cadence, as they were computed: what people put over them is not the worksheet's."""
    _lay(mart, cadence)
    facts = _facts(mart)
    size = (
        "SELECT g.row, sum(r.revenue) AS value FROM _graded AS g"
        f" JOIN {_fact(facts, 'revenue')} AS r ON r.account_id = g.account_id AND r.period_kind = {_KIND}"
        " AND r.period_key = g.month_key GROUP BY g.row"
        if "revenue" in facts
        else "SELECT NULL AS row, NULL AS value WHERE FALSE"
    )
    found = mart.query(
        f"SELECT g.*, s.value AS size FROM _graded AS g LEFT JOIN ({size}) AS s ON s.row = g.row ORDER BY g.row"
    )
    return Rows(
        accounts=_texts(found, "account_id"),
        periods=_texts(found, "period"),
        closed_on=_texts(found, "closed_on"),
        letters=_texts(found, "computed"),
        scores=_numbers(found, "score"),
        size=_numbers(found, "size"),
    )


def outcomes(mart: DuckDBEngine) -> list[After]:
    """What became of the rows of ``closed_rows``, which must have been asked for before of the same mart."""
    facts = _facts(mart)
    found = []
    for name, kind, metric, sql, waiting in _ASKED:
        if metric in facts:
            rows = mart.query(f"{sql(_fact(facts, metric))} ORDER BY g.row")
            applies = np.array(rows.column("applies").to_pylist(), np.bool_)
            observed = np.where(applies, _numbers(rows, "observed"), np.nan)
            found.append(After(name, kind, observed, applies, _numbers(rows, "status"), waiting))
    return found


def forget(mart: DuckDBEngine) -> None:
    """Leave nothing behind of the rows that were asked for."""
    mart.execute("DROP TABLE IF EXISTS _graded")


_KIND = "'month'"
_END = f"g.closed_day + INTERVAL {HORIZON_DAYS} DAY"
_BEGIN = f"g.closed_day - INTERVAL {HORIZON_DAYS} DAY"


def _lay(mart: DuckDBEngine, cadence: str) -> None:
    """The graded rows, with the months of their closing day and of the horizon's end."""
    month = (
        "SELECT period_key FROM calendar.periods WHERE period_kind = 'month' AND first_on <= {day} AND last_on >= {day}"
    )
    mart.execute(
        "CREATE OR REPLACE TEMP TABLE _graded AS SELECT row_number() OVER (ORDER BY account_id, closed_day) AS row, *,"
        " CAST(closed_day AS VARCHAR) AS closed_on FROM ("
        "SELECT g.account_id, g.period, g.computed, g.score, CAST(p.as_of AS DATE) AS closed_day,"
        f" CAST(({month.format(day='CAST(p.as_of AS DATE)')}) AS VARCHAR) AS month_key,"
        f" CAST(({month.format(day=f'CAST(p.as_of AS DATE) + INTERVAL {HORIZON_DAYS} DAY')}) AS VARCHAR) AS end_key"
        f" FROM {LAID} AS g JOIN {GRADE_SCHEMA}.gradings AS p ON p.cadence = g.cadence AND p.period = g.period"
        f" WHERE g.cadence = {constant(cadence)} AND p.closed_at IS NOT NULL)"
    )


def _facts(mart: DuckDBEngine) -> Mapping[str, str]:
    """The table of facts of each metric."""
    return {row["metric"]: row["fact"] for row in mart.query("SELECT metric, fact FROM meta.metrics").to_pylist()}


def _fact(facts: Mapping[str, str], metric: str) -> str:
    return table("facts", facts[metric])


def _active(month: str) -> str:
    """Whether a contract of the account runs in a month."""
    return (
        "EXISTS (SELECT 1 FROM facts.active_customers AS a WHERE a.account_id = g.account_id"
        f" AND a.period_kind = {_KIND} AND a.period_key = g.{month})"
    )


def _left(renewals: str) -> str:
    """No contract runs any more a year later, of those of whom one ran on the closing day."""
    return (
        f"SELECT g.row, {_active('month_key')} AS applies,"
        f" CASE WHEN g.end_key IS NULL THEN NULL WHEN {_active('end_key')} THEN 0.0 ELSE 1.0 END AS observed,"
        f" {_last_renewal(renewals)} AS status FROM _graded AS g"
    )


def _renewed(renewals: str) -> str:
    """Every contract that came due was renewed, of those of whom one did."""
    due = (
        f"SELECT g.row, count(*) AS due, min(CASE WHEN r.is_renewed THEN 1.0 ELSE 0.0 END) AS observed,"
        " bool_and(r.is_mature) AS is_mature FROM _graded AS g"
        f" JOIN {renewals} AS r ON r.account_id = g.account_id AND r.occurred_on > g.closed_day"
        f" AND r.occurred_on <= {_END} GROUP BY g.row"
    )
    return (
        "SELECT g.row, d.due IS NOT NULL AS applies, CASE WHEN d.is_mature THEN d.observed END AS observed,"
        f" {_last_renewal(renewals)} AS status FROM _graded AS g LEFT JOIN ({due}) AS d ON d.row = g.row"
    )


def _last_renewal(renewals: str) -> str:
    """Whether what came due last had been renewed; half where nothing had come due yet."""
    return (
        f"coalesce((SELECT arg_max(CASE WHEN r.is_renewed THEN 1.0 ELSE 0.0 END, r.occurred_on) FROM {renewals} AS r"
        " WHERE r.account_id = g.account_id"
        f" AND r.occurred_on <= g.closed_day - INTERVAL {WAITING_DAYS} DAY), 0.5)"
    )


def _defaulted(exposed: str) -> str:
    """A contract of theirs defaulted within the year, in whole months after the closing day."""
    of_months = (
        f"SELECT g.row, bool_or(e.has_defaulted) FILTER (p.first_on > g.closed_day AND p.first_on <= {_END}) AS later,"
        f" bool_or(e.has_defaulted) FILTER (p.last_on <= g.closed_day AND p.last_on > {_BEGIN}) AS before"
        f" FROM _graded AS g JOIN {exposed} AS e ON e.account_id = g.account_id AND e.period_kind = {_KIND}"
        f" JOIN calendar.periods AS p ON p.period_kind = {_KIND} AND p.period_key = e.period_key GROUP BY g.row"
    )
    return (
        "SELECT g.row, d.later IS NOT NULL AS applies,"
        " CASE WHEN g.end_key IS NOT NULL THEN CAST(d.later AS DOUBLE) END AS observed,"
        " 1 - coalesce(CAST(d.before AS DOUBLE), 0) AS status"
        f" FROM _graded AS g LEFT JOIN ({of_months}) AS d ON d.row = g.row"
    )


def _expanded(deals: str) -> str:
    """They bought more within the year: a deal of the kind expansion was won."""
    won = f"FROM {deals} AS d WHERE d.kind = 'expansion' AND d.is_won"
    of = "AND d.account_id = g.account_id AND d.occurred_on"
    return (
        f"SELECT g.row, EXISTS (SELECT 1 {won}) AND {_active('month_key')} AS applies,"
        " CASE WHEN g.end_key IS NOT NULL THEN"
        f" CAST(EXISTS (SELECT 1 {won} {of} > g.closed_day AND d.occurred_on <= {_END}) AS DOUBLE) END AS observed,"
        f" CAST(EXISTS (SELECT 1 {won} {of} <= g.closed_day AND d.occurred_on > {_BEGIN}) AS DOUBLE) AS status"
        " FROM _graded AS g"
    )


def _attained(goals: str) -> str:
    """What they had attained of their goals in the month a year later."""

    def at(month: str) -> str:
        return (
            f"(SELECT max(c.attainment) FROM {goals} AS c WHERE c.account_id = g.account_id"
            f" AND c.period_kind = {_KIND} AND c.period_key = g.{month})"
        )

    return (
        f"SELECT g.row, {at('end_key')} IS NOT NULL OR g.end_key IS NULL AS applies, {at('end_key')} AS observed,"
        f" {at('month_key')} AS status FROM _graded AS g"
    )


_ASKED: tuple[tuple[str, str, str, Callable[[str], str], int], ...] = (
    ("left", "bad", "renewal_rate", _left, 0),
    ("renewed", "good", "renewal_rate", _renewed, WAITING_DAYS),
    ("defaulted", "bad", "default_rate", _defaulted, 0),
    ("expanded", "good", "win_rate", _expanded, 0),
    ("goal attainment", "level", "goal_attainment", _attained, 0),
)
"""Outcomes: name, kind, the metric whose facts tell of it, the query, and days until it is certain."""


def _numbers(rows: pa.Table, name: str) -> Column:
    found: Column = rows.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found.astype(np.float64)


def _texts(rows: pa.Table, name: str) -> npt.NDArray[np.object_]:
    return np.array(rows.column(name).to_pylist(), np.object_)
