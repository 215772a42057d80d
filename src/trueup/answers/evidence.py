"""The other side of a grade: what a customer's quarter says about us, beside what all customers' quarters say.

Of each metric the account's value stands beside the median of the customers graded; of each department its metrics
stand by the letters that we gave, so that one sees whom it serves well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from trueup.answers.cells import places
from trueup.answers.gradings import Grading
from trueup.answers.opened import opened
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.places import Only, Place, tidy
from trueup.metrics.sql import quoted
from trueup.runs.grade_tables import LAID

METRICS = (
    "response_time",
    "answered_in_time",
    "business_reviews",
    "joint_calls",
    "repeat_contact_rate",
    "first_contact_resolution",
    "discount_depth",
    "promotions_per_customer",
    "goal_attainment",
    "goals_on_track",
)
"""What customers would say of us, department by department."""


@dataclass(frozen=True)
class Evidence:
    """A metric of one account's period: its value, the one before, and the median of the customers graded.

    ``better``: whether the value is the better one of the two, by the metric's own direction; None where it is the
    same, or one is not known.
    """

    metric: str
    label: str
    department: str
    unit: str
    value: float | None
    before: float | None
    median: float | None
    better: bool | None
    moved: bool | None


@dataclass(frozen=True)
class ByLetter:
    """A metric of all customers graded: the median of each letter's, and how many customers are behind it."""

    metric: str
    label: str
    department: str
    unit: str
    medians: Mapping[str, tuple[float, int]]


@dataclass(frozen=True)
class _Metric:
    name: str
    label: str
    department: str
    unit: str
    better: str
    place: Place


def of_account(snapshot: Snapshot, grading: Grading, before: str | None, account_id: str) -> list[Evidence]:
    """What the period says about us, of one account; metrics that nothing stands behind are left out."""
    medians = _medians(snapshot.file, grading)
    with opened(snapshot) as mart:
        metrics = _metrics(mart)
        only = Only(periods=(grading.period, *([before] if before else [])), entities=(account_id,))
        rows = mart.query(tidy([metric.place for metric in metrics], only)).to_pylist() if metrics else []
    values = {(row["metric"], row["period"]): row["value"] for row in rows}
    found = []
    for metric in metrics:
        nothing = 0.0 if metric.unit == "count" else None
        value, then = (values.get((metric.name, period), nothing) for period in (grading.period, before))
        median = medians.get(metric.name)
        if value is not None and median is not None:
            found.append(
                Evidence(
                    metric.name,
                    metric.label,
                    metric.department,
                    metric.unit,
                    value,
                    then if before else None,
                    median,
                    _is_better(metric, value, median),
                    _is_better(metric, value, then if before else None),
                )
            )
    return found


@lru_cache(maxsize=16)
def _medians(file: Path, grading: Grading) -> Mapping[str, float | None]:
    """The median of each metric over the customers graded."""
    mart = DuckDBEngine(file, read_only=True)
    try:
        return {
            metric.name: mart.query(f"SELECT median(value) AS m FROM ({_values(metric, grading.period, _of(grading))})")
            .column(0)[0]
            .as_py()
            for metric in _metrics(mart)
        }
    finally:
        mart.close()


def by_letter(snapshot: Snapshot, grading: Grading, *, among: Sequence[str] | None = None) -> list[ByLetter]:
    """What the period says about us by the letters we gave, of these accounts (None: all), metric by metric."""
    with opened(snapshot) as mart:
        limit = "" if among is None else f" AND account_id IN ({', '.join(map(literal, among)) or 'NULL'})"
        found = []
        for metric in _metrics(mart):
            told = mart.query(
                "SELECT grade, median(value) AS median, count(value) AS accounts"
                f" FROM ({_values(metric, grading.period, f'{_of(grading)}{limit}')}) GROUP BY grade"
            ).to_pylist()
            medians = {row["grade"]: (row["median"], row["accounts"]) for row in told if row["accounts"]}
            if medians:
                found.append(ByLetter(metric.name, metric.label, metric.department, metric.unit, medians))
    return found


def _values(metric: _Metric, period: str, graded: str) -> str:
    """The metric of each graded account in a period; a count of nothing is 0."""
    rows = tidy([metric.place], Only(periods=(period,)))
    value = "coalesce(t.value, 0)" if metric.unit == "count" else "t.value"
    known = f"SELECT account_id, grade FROM {LAID} WHERE {graded}"
    return (
        f"SELECT g.account_id, g.grade, {value} AS value FROM ({known}) AS g"
        f" LEFT JOIN ({rows}) AS t ON t.entity = g.account_id"
    )


def _of(grading: Grading) -> str:
    return f"cadence = {literal(grading.cadence)} AND period = {literal(grading.period)}"


def _metrics(mart: DuckDBEngine) -> list[_Metric]:
    """The metrics that the snapshot has, by department."""
    of_account = {place.metric: place for place in places(mart) if place.grain == "account"}
    listed = ", ".join(map(literal, METRICS))
    rows = mart.query(
        f"SELECT metric, label, department, unit, better FROM meta.metrics WHERE {quoted('metric')} IN ({listed})"
    ).to_pylist()
    known = {row["metric"]: row for row in rows if row["metric"] in of_account}
    found = [
        _Metric(name, told["label"], told["department"], told["unit"], told["better"], of_account[name])
        for name in METRICS
        if (told := known.get(name))
    ]
    order = list(dict.fromkeys(metric.department for metric in found))
    return sorted(found, key=lambda metric: order.index(metric.department))


def _is_better(metric: _Metric, value: float | None, other: float | None) -> bool | None:
    if value is None or other is None or value == other or metric.better == "neither":
        return None
    return (value > other) == (metric.better == "higher")
