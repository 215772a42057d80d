"""What a metric is, for whom and when: read from the published snapshot, where that holds it.

Reading a snapshot loads no compiler, so that an answer takes well under a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
from rapidfuzz import process

from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.metrics.metric import GRAINS, Grain
from trueup.metrics.places import Only, Place, tidy

COLUMNS = (
    "metric",
    "family",
    "department",
    "grain",
    "entity",
    "period",
    "value",
    "numerator",
    "denominator",
    "n",
    "pending",
    "status",
    "unit",
)
"""The columns of every answer, as ``trueup metrics --format csv`` prints them."""


class UnknownNameError(Exception):
    """A metric, grain or period that does not exist; the message names the nearest one that does."""


@dataclass(frozen=True)
class Question:
    """Which metrics (none: all), by which grain, for which kind of period; ``periods`` limits the keys."""

    metrics: tuple[str, ...] = ()
    grain: Grain = "company"
    kind: str = "month"
    periods: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = field(default=())
    as_of: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """Rows in the columns ``COLUMNS``, and the SQL that yields them."""

    rows: pa.Table
    sql: str


def in_snapshot(snapshot: Snapshot | None, question: Question) -> bool:
    """Whether the published snapshot holds the answer."""
    if snapshot is None or question.as_of is not None or question.where:
        return False
    return question.kind in snapshot.manifest.kinds and question.grain in snapshot.manifest.grains


def from_snapshot(snapshot: Snapshot, question: Question) -> Answer:
    """The answer from a snapshot; UnknownNameError for a metric that it does not have."""
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        return answer(engine, question, places(engine))
    finally:
        engine.close()


def answer(engine: DuckDBEngine, question: Question, known: Sequence[Place]) -> Answer:
    """The answer from cells in an engine that also holds ``meta.metrics``."""
    check_names(question.metrics, {place.metric for place in known})
    wanted = [
        place
        for place in known
        if place.grain == question.grain and (not question.metrics or place.metric in question.metrics)
    ]
    if not wanted:
        return Answer(_nothing(), "")
    only = Only(kinds=(question.kind,), periods=question.periods, entities=question.entities)
    sql = (
        f"SELECT t.metric, m.family, m.department, t.grain, t.entity, t.period, t.value, t.numerator, t.denominator,"
        f" t.n, t.pending, t.status, m.unit FROM ({tidy(wanted, only)}) t JOIN meta.metrics m USING (metric)"
        f" JOIN calendar.periods p ON p.period_kind = t.period_kind AND p.period_key = t.period"
        f" ORDER BY m.position, p.first_on, t.entity"
    )
    return Answer(engine.query(sql), sql)


def places(engine: DuckDBEngine) -> list[Place]:
    """Where the snapshot's numbers lie."""
    return [Place(**row) for row in engine.query("SELECT * FROM meta.places").to_pylist()]


def check_names(names: Sequence[str], known: set[str]) -> None:
    """Refuse names that are no metric's."""
    for name in names:
        if name not in known:
            near = process.extractOne(name, sorted(known))
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UnknownNameError(f"There is no metric {name!r}.{hint} `trueup readiness` lists them all.")


def check_grain(text: str) -> Grain:
    """The grain of that name."""
    for grain in GRAINS:
        if grain == text:
            return grain
    near = process.extractOne(text, list(GRAINS))
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UnknownNameError(f"There is no grain {text!r}.{hint} There are {', '.join(GRAINS)}.")


def _nothing() -> pa.Table:
    counts = {"value", "numerator", "denominator"}
    wholes = {"n", "pending"}
    types = {
        name: pa.float64() if name in counts else pa.int64() if name in wholes else pa.string() for name in COLUMNS
    }
    return pa.schema(types).empty_table()
