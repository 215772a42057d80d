"""Places: in which columns of which table of cells a metric's numbers lie; and the tidy table of definitions on top.

A mart keeps its places beside its cells, so that reading a number needs neither the facts nor the catalogue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.metrics.metric import Aggregation, Grain, Unit
from trueup.metrics.sql import both, constant, quoted, table, union

CELL_SCHEMA = "cells"
"""The engine's schema of cells."""
PERIODS = table("calendar", "periods")

TIDY_COLUMNS = (
    "metric",
    "grain",
    "entity",
    "period_kind",
    "period",
    "value",
    "amount",
    "numerator",
    "denominator",
    "n",
    "pending",
    "status",
)
"""``amount`` is the value as an exact decimal, for sums of money; ``value``, ``numerator`` and ``denominator`` are
float64."""


@dataclass(frozen=True)
class Place:
    """Where one metric's numbers of one grain lie: the table in the schema of cells, and the columns of its parts."""

    metric: str
    grain: Grain
    table: str
    agg: Aggregation
    unit: Unit
    minimum_n: int
    n: str
    value: str | None
    numerator: str | None
    denominator: str | None
    pending: str | None


@dataclass(frozen=True)
class Only:
    """Which cells are wanted; what is empty limits nothing."""

    kinds: Sequence[str] = ()
    periods: Sequence[str] = ()
    entities: Sequence[str] = ()


EVERYTHING = Only()


def tidy(places: Iterable[Place], only: Only = EVERYTHING, *, schema: str = CELL_SCHEMA) -> str:
    """One row per metric, grain, entity and period that has a fact behind it: the columns ``TIDY_COLUMNS``."""
    return union(_tidy_of(place, only, schema) for place in places)


def _tidy_of(place: Place, only: Only, schema: str) -> str:
    selected = {
        "metric": constant(place.metric),
        "grain": constant(place.grain),
        "entity": "c.entity",
        "period_kind": "CAST(c.period_kind AS VARCHAR)",
        "period": "CAST(c.period_key AS VARCHAR)",
        "value": f"CAST({_value(place)} AS DOUBLE)",
        "amount": _amount(place),
        "numerator": _part(place.numerator),
        "denominator": _part(place.denominator),
        "n": _whole(place.n),
        "pending": _whole(place.pending),
        "status": _status(place),
    }
    columns = ", ".join(f"{expression} AS {name}" for name, expression in selected.items())
    return (
        f"SELECT {columns} FROM {table(schema, place.table)} AS c"
        f" JOIN {PERIODS} AS p ON p.period_kind = c.period_kind AND p.period_key = c.period_key"
        f" WHERE {both([_has_facts(place), 'c.entity IS NOT NULL', *_limits(only)])}"
    )


def _limits(only: Only) -> Iterable[str]:
    for name, wanted in (("period_kind", only.kinds), ("period_key", only.periods), ("entity", only.entities)):
        if wanted:
            yield f"c.{name} IN ({', '.join(map(constant, wanted))})"


def _of(part: str) -> str:
    return f"c.{quoted(part)}"


def _part(part: str | None) -> str:
    return f"COALESCE(CAST({_of(part)} AS DOUBLE), 0)" if part else "CAST(NULL AS DOUBLE)"


def _whole(part: str | None) -> str:
    return _of(part) if part else "CAST(0 AS BIGINT)"


def _value(place: Place) -> str:
    if place.agg == "ratio":
        return f"{_part(place.numerator)} / NULLIF({_part(place.denominator)}, 0)"
    assert place.value is not None
    if place.agg == "mean":
        return f"CAST({_of(place.value)} AS DOUBLE) / NULLIF({_of(place.n)}, 0)"
    return f"COALESCE({_of(place.value)}, 0)" if place.agg in {"sum", "count", "count_distinct"} else _of(place.value)


def _amount(place: Place) -> str:
    is_money = place.unit == "money" and place.agg == "sum"
    return f"CAST({_value(place)} AS DECIMAL(38, 8))" if is_money else "CAST(NULL AS DECIMAL(38, 8))"


def _status(place: Place) -> str:
    is_null = f"{_value(place)} IS NULL"
    reached = f" WHEN {is_null} AND {_of(place.n)} > 0 THEN 'not_reached'" if place.agg == "survival_median" else ""
    return (
        f"CASE{reached} WHEN {is_null} THEN 'no_denominator' WHEN NOT p.is_over THEN 'provisional'"
        f" WHEN {_whole(place.n)} < {place.minimum_n} THEN 'thin' ELSE 'ok' END"
    )


def _has_facts(place: Place) -> str:
    some = [f"{_of(place.n)} > 0"]
    some += [f"{_of(place.pending)} > 0"] if place.pending else []
    some += [f"{_of(place.numerator)} <> 0"] if place.numerator and place.numerator != place.n else []
    return f"({' OR '.join(some)})"
