"""What a metric is, for whom and when: read from the published snapshot, where that holds it.

Reading a snapshot loads no compiler, so that an answer takes well under a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from rapidfuzz import process

from trueup.lake.duckdb import DuckDBEngine, literal
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


NAMED: tuple[Grain, ...] = ("account", "person")
"""The grains whose entities have a name besides their id."""


class UnknownNameError(Exception):
    """A metric, grain or period that does not exist; the message names the nearest one that does."""


@dataclass(frozen=True)
class Question:
    """Which metrics (none: all), by which grain, for which kind of period, from the first to the last one named.

    Without ``first`` from the earliest, without ``last`` to the newest; of windows, without ``first``, only the last.
    ``as_of`` is as a person writes it; without it, the moment of the published snapshot.
    """

    metrics: tuple[str, ...] = ()
    grain: Grain = "company"
    kind: str = "month"
    first: str | None = None
    last: str | None = None
    entities: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    as_of: str | None = None


@dataclass(frozen=True)
class Answer:
    """Rows in the columns ``COLUMNS``, by metric, period and entity; the SQL that yields them; what money is in."""

    rows: pa.Table
    sql: str
    currency: str


def read(snapshot: Snapshot, question: Question) -> Answer | None:
    """The answer from a snapshot, or None if that does not hold it; UnknownNameError for a metric that it lacks."""
    if question.as_of is not None or question.where:
        return None
    if question.kind not in snapshot.manifest.kinds or question.grain not in snapshot.manifest.grains:
        return None
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        periods = _keys(engine, question)
        currency = snapshot.manifest.currency
        return None if periods is None else answer(engine, question, places(engine), currency=currency, periods=periods)
    finally:
        engine.close()


def _keys(engine: DuckDBEngine, question: Question) -> tuple[str, ...] | None:
    """The keys of the periods asked for, empty for all; None where a key named is not in the snapshot."""
    if question.first is None and question.last is None:
        return ()
    named = [key for key in (question.first, question.last) if key is not None]
    listed = ", ".join(literal(key) for key in named)
    found = engine.query(
        f"SELECT period_key, first_on, last_on FROM calendar.periods WHERE period_key IN ({listed})"
        f" AND period_kind = {literal(question.kind)}"
    ).to_pylist()
    by_key = {row["period_key"]: row for row in found}
    if any(key not in by_key for key in named):
        return None
    limits = [f"period_kind = {literal(question.kind)}"]
    if question.first is not None:
        limits.append(f"first_on >= DATE '{by_key[question.first]['first_on']}'")
    if question.last is not None:
        limits.append(f"last_on <= DATE '{by_key[question.last]['last_on']}'")
    keys = engine.query(f"SELECT period_key FROM calendar.periods WHERE {' AND '.join(limits)}")
    if not keys.num_rows:
        raise UnknownNameError(f"{named[0]} comes after {named[-1]}, the last period asked for; swap them.")
    return tuple(str(key) for key in keys.column(0).to_pylist())


def names(snapshot: Snapshot, grain: Grain, entities: Sequence[str]) -> dict[str, str]:
    """The names of accounts or people by id, of those that have one; empty for grains whose ids are names."""
    if grain not in NAMED or not entities:
        return {}
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        listed = ", ".join(literal(entity) for entity in entities)
        found = engine.query(f"SELECT entity, name FROM meta.names WHERE grain = '{grain}' AND entity IN ({listed})")
    finally:
        engine.close()
    return dict(zip(found.column("entity").to_pylist(), found.column("name").to_pylist(), strict=True))


def answer(
    engine: DuckDBEngine, question: Question, known: Sequence[Place], *, currency: str, periods: Sequence[str] = ()
) -> Answer:
    """The answer from cells in an engine that also holds ``meta.metrics``; ``periods``: keys, none for all."""
    check_names(question.metrics, {place.metric for place in known})
    wanted = [
        place
        for place in known
        if place.grain == question.grain and (not question.metrics or place.metric in question.metrics)
    ]
    if not wanted:
        return Answer(_nothing(), "", currency)
    only = Only(kinds=(question.kind,), periods=periods, entities=question.entities)
    sql = (
        f"SELECT t.metric, m.family, m.department, t.grain, t.entity, t.period, t.value, t.numerator, t.denominator,"
        f" t.n, t.pending, t.status, m.unit FROM ({tidy(wanted, only)}) t JOIN meta.metrics m USING (metric)"
        f" JOIN calendar.periods p ON p.period_kind = t.period_kind AND p.period_key = t.period"
        f" ORDER BY m.position, p.first_on, t.entity"
    )
    return Answer(engine.query(sql), sql, currency)


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
