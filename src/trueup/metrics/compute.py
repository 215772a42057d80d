"""Plans: everything that has to be made, in order, so that metrics can be read for every entity and period asked.

A plan is made without touching an engine. Whoever has one makes each step's table, and then reads cells by their
places.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
from ibis import Table

from trueup.metrics.aggregates import Batch, batch
from trueup.metrics.cells import EXACT, Source, Statement, account_exact, account_sums, cell_table
from trueup.metrics.credited_cells import credited_exact, credited_rows, credited_sums
from trueup.metrics.fact import FACT_SCHEMA, Context
from trueup.metrics.instances import AnyFact, BoundMetric, FactInstance, Parameters, Selects, bind
from trueup.metrics.metric import ACCOUNT_GRAINS, ADDITIVE, GRAINS, PERSON_GRAINS, Grain, Metric
from trueup.metrics.places import Place
from trueup.metrics.sql import table
from trueup.metrics.where import Where, rows_where

BUILD_KINDS = ("month", "quarter", "year")


class Makes(Protocol):
    """Something that makes tables of SQL."""

    def create_table(self, schema: str, name: str, select: str) -> int:
        """Make a table; the number of its rows."""
        ...

    def create_view(self, schema: str, name: str, select: str) -> None:
        """Make a view."""
        ...

    def query(self, sql: str) -> pa.Table:
        """The query's rows."""
        ...


@dataclass(frozen=True)
class Step:
    """A table to be made from an unbound expression or from SQL; ``about`` says what it is, to people who wait."""

    schema: str
    name: str
    select: Table | str
    about: str
    is_view: bool = False

    def make(self, engine: Makes, sql: str) -> int:
        """Make the table or view from its SQL; the number of its rows."""
        if not self.is_view:
            return engine.create_table(self.schema, self.name, sql)
        engine.create_view(self.schema, self.name, sql)
        rows: int = engine.query(f"SELECT COUNT(*) AS n FROM {table(self.schema, self.name)}")["n"][0].as_py()
        return rows


@dataclass(frozen=True)
class Plan:
    """The steps in order, and where the metrics' numbers will lie.

    Tables of the schema ``work`` are needed by later steps only.
    """

    metrics: tuple[BoundMetric, ...]
    instances: tuple[FactInstance, ...]
    kinds: tuple[str, ...]
    steps: tuple[Step, ...]
    places: tuple[Place, ...]


def plan(
    metrics: Iterable[Metric],
    facts: Mapping[str, AnyFact],
    *,
    context: Context,
    grains: Collection[Grain] = GRAINS,
    kinds: Sequence[str] = BUILD_KINDS,
    settings: Mapping[str, Parameters] | None = None,
    where: Where | None = None,
    have: Collection[str] = (),
    selects: Selects | None = None,
) -> Plan:
    """What to make so that ``metrics`` can be read for ``grains`` and for periods of ``kinds``.

    ``kinds``: names of kinds (``month``, ``P90D``); the engine's ``calendar.periods``, ``days`` and ``rollups`` hold
    the periods themselves. ``settings``: metric -> parameter -> value. ``where``: only fact rows with these values.
    ``have``: tables of facts that are there already. ``selects``: as in ``bind``.
    """
    bound = bind(metrics, facts, context=context, settings=settings, selects=selects)
    instances = _in_order(bound)
    steps = [
        Step(FACT_SCHEMA, made.table, made.select, f"facts: {made.name}")
        for made in instances
        if made.table not in have
    ]
    places: list[Place] = []
    for instance in instances:
        of_instance = [metric for metric in bound if metric.instance.table == instance.table]
        if of_instance:
            source = Source(instance, tuple(kinds), rows_where(where or {}, of_instance[0]))
            work = _work(source, of_instance, grains)
            about = f"metrics: {instance.name}"
            steps.extend(Step(s.schema, s.name, s.select, about, s.is_view) for s in work.statements())
            places.extend(work.places())
    return Plan(bound, instances, tuple(kinds), tuple(steps), tuple(places))


def _in_order(bound: Iterable[BoundMetric]) -> tuple[FactInstance, ...]:
    """Every instance once, each after those that it uses."""
    found: dict[str, FactInstance] = {}

    def visit(instance: FactInstance) -> None:
        for used in instance.uses:
            visit(used)
        found.setdefault(instance.table, instance)

    for metric in bound:
        visit(metric.instance)
    return tuple(found.values())


@dataclass(frozen=True)
class _Share:
    """A batch with the grains in which any of its metrics is wanted, in the order of ``GRAINS``."""

    batch: Batch
    grains: tuple[Grain, ...]

    def among(self, grains: Collection[Grain]) -> tuple[Grain, ...]:
        return tuple(grain for grain in self.grains if grain in grains)


@dataclass(frozen=True)
class _Work:
    """What is made of one fact instance: sums, and numbers that do not add up."""

    source: Source
    sums: _Share
    exact: _Share

    def statements(self) -> Iterable[Statement]:
        if grains := self.sums.among(ACCOUNT_GRAINS):
            yield from account_sums(self.source, self.sums.batch, grains)
        for grain in self.exact.among(ACCOUNT_GRAINS):
            yield account_exact(self.source, self.exact.batch, grain)
        credited = [share for share in (self.sums, self.exact) if share.among(PERSON_GRAINS)]
        if credited:
            rows = credited_rows(self.source, [share.batch for share in credited])
            if self._reads_once:
                yield from self._of_credited(f"({rows.select})")
            else:
                yield rows
                yield from self._of_credited(rows.table)

    @property
    def _reads_once(self) -> bool:
        """Whether credited rows are read by one statement only, and need no table of their own."""
        return self.source.instance.fact.credit == "person" and not self.exact.among(PERSON_GRAINS)

    def _of_credited(self, rows: str) -> Iterable[Statement]:
        if grains := self.sums.among(PERSON_GRAINS):
            yield from credited_sums(self.source, self.sums.batch, rows, grains)
        for grain in self.exact.among(PERSON_GRAINS):
            yield credited_exact(self.source, self.exact.batch, rows, grain)

    def places(self) -> Iterable[Place]:
        for share, suffix in ((self.sums, ""), (self.exact, EXACT)):
            for bound in share.batch.metrics:
                for grain in share.grains:
                    if grain in bound.metric.grains:
                        yield _place(share.batch, bound.metric, grain, cell_table(self.source, grain, suffix=suffix))


def _work(source: Source, metrics: Sequence[BoundMetric], grains: Collection[Grain]) -> _Work:
    adding = [bound for bound in metrics if bound.metric.agg in ADDITIVE]
    others = [bound for bound in metrics if bound.metric.agg not in ADDITIVE]
    return _Work(source, _share(source, adding, grains), _share(source, others, grains))


def _share(source: Source, metrics: Sequence[BoundMetric], grains: Collection[Grain]) -> _Share:
    possible = ACCOUNT_GRAINS if source.instance.fact.credit == "none" else GRAINS
    wanted = {grain for bound in metrics for grain in bound.metric.grains}
    return _Share(batch(metrics), tuple(g for g in GRAINS if g in wanted and g in grains and g in possible))


def _place(of: Batch, metric: Metric, grain: Grain, cells: str) -> Place:
    parts = of.parts[metric.name]
    return Place(
        metric=metric.name,
        grain=grain,
        table=cells,
        agg=metric.agg,
        unit=metric.unit,
        minimum_n=metric.minimum_n,
        n=parts.n,
        value=parts.value,
        numerator=parts.numerator,
        denominator=parts.denominator,
        pending=parts.pending,
    )
