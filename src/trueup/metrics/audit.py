"""The audit: a random sample of cells, each computed again straight from its fact rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice
from math import isclose
from random import Random
from typing import Protocol

import pyarrow as pa

from trueup.metrics.aggregates import Batch, batch
from trueup.metrics.compute import Plan
from trueup.metrics.explain import belongs, cell_sql, falls_into
from trueup.metrics.metric import ADDITIVE, Grain
from trueup.metrics.places import CELL_SCHEMA
from trueup.metrics.sql import both, quoted, table
from trueup.units.period import CIVIL, PeriodRules, parse_period

TOLERANCE = 1e-9
"""Sums of float64 depend on the order of their terms; relative to the value, never by more than this."""

Number = int | float | Decimal


class Asks(Protocol):
    """Something that answers SQL."""

    def query(self, sql: str) -> pa.Table:
        """The query's rows."""
        ...


class AuditError(Exception):
    """A cell that does not follow from its facts: a defect in Trueup, never in the data."""


@dataclass(frozen=True)
class _Cells:
    """A table of cells, its grain, and what was added up in it."""

    table: str
    grain: Grain
    batch: Batch


@dataclass(frozen=True)
class _Cell:
    """One row of a table of cells."""

    entity: str
    period_kind: str
    period_key: str
    parts: Mapping[str, Number | None]


def sample_audit(plan: Plan, engine: Asks, *, cells: int = 20, seed: int = 0, rules: PeriodRules = CIVIL) -> int:
    """Compute ``cells`` random cells again from their fact rows; AuditError naming the first that differs.

    Tables of cells take turns. Returns how many cells were compared; empty tables have none.
    """
    chance = Random(seed)  # noqa: S311  a sample, not a secret
    tables = list(_tables(plan))
    chance.shuffle(tables)
    compared = 0
    for of in islice(cycle(tables), cells if tables else 0):
        cell = _any_cell(of, engine, chance)
        if cell:
            _compare(of, cell, _again(of, cell, engine, rules))
            compared += 1
    return compared


def _tables(plan: Plan) -> Iterator[_Cells]:
    bound = {metric.metric.name: metric for metric in plan.metrics}
    seen = set()
    for place in plan.places:
        if (place.table, place.grain) not in seen:
            seen.add((place.table, place.grain))
            instance, adds = bound[place.metric].instance, place.agg in ADDITIVE
            together = [m for m in plan.metrics if m.instance is instance and (m.metric.agg in ADDITIVE) is adds]
            yield _Cells(place.table, place.grain, batch(together))


def _any_cell(of: _Cells, engine: Asks, chance: Random) -> _Cell | None:
    known = f"{table(CELL_SCHEMA, of.table)} WHERE entity IS NOT NULL"
    count: int = engine.query(f"SELECT COUNT(*) AS cells FROM {known}")["cells"][0].as_py()
    if not count:
        return None
    parts = [each.column for each in of.batch.aggregates]
    columns = ", ".join(["entity", "period_kind", "period_key", *map(quoted, parts)])
    found = engine.query(f"SELECT {columns} FROM {known} LIMIT 1 OFFSET {chance.randrange(count)}").to_pylist()[0]
    return _Cell(found["entity"], found["period_kind"], found["period_key"], {part: found[part] for part in parts})


def _again(of: _Cells, cell: _Cell, engine: Asks, rules: PeriodRules) -> Mapping[str, Number | None]:
    instance = of.batch.metrics[0].instance
    period = parse_period(cell.period_key, rules)
    inside = both([belongs(instance, of.grain, cell.entity), falls_into(instance, period, cell.period_kind)])
    row: Mapping[str, Number | None] = engine.query(cell_sql(of.batch, inside)).to_pylist()[0]
    return row


def _compare(of: _Cells, cell: _Cell, again: Mapping[str, Number | None]) -> None:
    for part, stored in cell.parts.items():
        if not _same(stored, again[part]):
            raise AuditError(
                f"{part} of {of.grain} {cell.entity} in {cell.period_key} ({cell.period_kind}) is {stored} in the cells"
                f" of {of.table}, and {again[part]} computed from the fact rows"
            )


def _same(stored: Number | None, again: Number | None) -> bool:
    if isinstance(stored, float) and isinstance(again, float):
        return isclose(stored, again, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return stored == again
