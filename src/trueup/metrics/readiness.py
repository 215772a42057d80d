"""Readiness: which metrics the delivered data allow, and for the others what is missing and how to get it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from trueup.metrics.instances import AnyFact, known_fact
from trueup.metrics.metric import PERSON_GRAINS, Metric

State = Literal["ready", "partly", "missing"]
MOSTLY = 0.5
"""A column filled in less than this share of its rows is told of: numbers then speak of a minority."""

OFTEN_EMPTY = frozenset(
    (
        "qualified_at",
        "converted_at",
        "closed_at",
        "resolved_at",
        "ended_at",
        "completed_at",
        "due_at",
        "paid_on",
        "ended_on",
        "active_to",
        "cancelled_on",
        "defaulted_on",
        "loss_amount",
        "renews_contract_id",
        "referral_id",
        "lead_id",
        "deal_id",
        "case_id",
        "thread_id",
        "agreed_at",
        "stakeholder_id",
    )
)
"""Columns that say what has happened to a row, or what it belongs to: most rows may rightly have none."""


@dataclass(frozen=True)
class Delivered:
    """What is there of one canonical table: its rows, and how many of them have each column filled."""

    rows: int
    filled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Readiness:
    """Whether a metric can be computed.

    ``ready``: everything it needs is there. ``partly``: it can be computed, but not for all rows or not for people and
    teams. ``missing``: it cannot. ``because`` says what is lacking, one plain sentence each; ``cure`` what to do.
    """

    metric: Metric
    state: State
    because: tuple[str, ...]
    cure: str


def readiness(
    metrics: Iterable[Metric], facts: Mapping[str, AnyFact], delivered: Mapping[str, Delivered]
) -> tuple[Readiness, ...]:
    """What can be said of each metric; ``delivered`` has an entry for every canonical table that has rows."""
    return tuple(_readiness(metric, known_fact(metric, facts), facts, delivered) for metric in metrics)


def needs(metric: Metric, facts: Mapping[str, AnyFact]) -> Mapping[str, tuple[str, ...]]:
    """The canonical tables and columns that a metric needs: its own, its fact's, and those of the facts behind it."""
    needed: dict[str, dict[str, None]] = {}
    stated = [metric.requires, *(fact.requires for fact in _behind(known_fact(metric, facts), facts))]
    for table, columns in (item for requires in stated for item in requires.items()):
        needed.setdefault(table, {}).update(dict.fromkeys(columns))
    return {table: tuple(columns) for table, columns in needed.items()}


def _behind(fact: AnyFact, facts: Mapping[str, AnyFact]) -> Iterator[AnyFact]:
    yield fact
    for name in fact.uses:
        yield from _behind(facts[name], facts)


def _readiness(
    metric: Metric, fact: AnyFact, facts: Mapping[str, AnyFact], delivered: Mapping[str, Delivered]
) -> Readiness:
    needed = needs(metric, facts)
    if lacking := tuple(_lacking(needed, delivered)):
        return Readiness(metric, "missing", lacking, metric.missing)
    sparse, unnamed = tuple(_sparse(needed, delivered)), tuple(_uncredited(metric, fact, delivered))
    if sparse or unnamed:
        cures = [metric.missing if sparse else "", _CURE_OF_CREDIT if unnamed else ""]
        return Readiness(metric, "partly", (*sparse, *unnamed), " ".join(cure for cure in cures if cure))
    return Readiness(metric, "ready", (), "")


_NOTHING = Delivered(0)


def _lacking(needed: Mapping[str, Iterable[str]], delivered: Mapping[str, Delivered]) -> Iterator[str]:
    for table, columns in needed.items():
        there = delivered.get(table, _NOTHING)
        if not there.rows:
            yield f"There are no {_words(table)}."
            continue
        for column in columns:
            if not there.filled.get(column, 0):
                yield f"None of the {there.rows:,} {_words(table)} has {column}."


def _sparse(needed: Mapping[str, Iterable[str]], delivered: Mapping[str, Delivered]) -> Iterator[str]:
    for table, columns in needed.items():
        there = delivered[table]
        for column in columns:
            if column not in OFTEN_EMPTY and there.filled[column] < MOSTLY * there.rows:
                yield f"Only {there.filled[column]:,} of the {there.rows:,} {_words(table)} have {column}."


_CURE_OF_CREDIT = (
    "Export who of yours took part in each interaction (owner, attendees, sender), the owner of each account, deal, "
    "case and lead, and your people with team, department and the dates of each change."
)


def _uncredited(metric: Metric, fact: AnyFact, delivered: Mapping[str, Delivered]) -> Iterator[str]:
    """What keeps a metric, otherwise computable, from being shown by person, team or department."""
    wanted = [grain for grain in PERSON_GRAINS if grain in metric.grains]
    if fact.credit == "none" or not wanted:
        return
    people = delivered.get("people", _NOTHING)
    if fact.credit == "participants" and not delivered.get("participants", _NOTHING).filled.get("person_id", 0):
        yield "No interaction names anyone of ours: there are no numbers by person, team or department."
        return
    for grain in wanted:
        if grain != "person" and not people.filled.get(grain, 0):
            yield f"Nobody of ours has a {grain}: there are no numbers by {grain}."


def _words(table: str) -> str:
    return table.replace("_", " ")
