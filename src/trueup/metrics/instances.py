"""Fact instances: a fact with the values of its parameters, ready to be made into a table of its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import blake2s
from typing import Literal, Protocol

import ibis
import ibis.expr.datatypes as dt
from ibis import Table

from trueup.metrics.fact import FACT_SCHEMA, IBIS_TYPES, Context, Fact, Inputs
from trueup.metrics.metric import ROWS, Metric, ParameterValue
from trueup.metrics.naming import nearest
from trueup.metrics.sqlfact import SqlFact

AnyFact = Fact | SqlFact
Parameters = Mapping[str, ParameterValue]
Sort = Literal["flag", "whole", "money", "number", "other"]
"""How a column is added up: yes as 1, whole numbers, decimals, binary floating point; or not at all."""

MINIMUM_N = "minimum_n"
"""What a workspace may set for every metric, besides its fact's parameters."""


TAKEN = ("entity", "team", "department", "is_alone")
"""Names that a metric's columns may not have: cells have columns of these names themselves."""


class DefinitionError(Exception):
    """A metric or fact asks for something that is not there; the message names it, its place and the nearest name."""


@dataclass(frozen=True)
class Selected:
    """A query as SQL, and the columns that it yields."""

    sql: str
    columns: Mapping[str, dt.DataType]


class Selects(Protocol):
    """Something that makes SQL of facts, or has it."""

    def of_fact(self, fact: Fact, knows: tuple[object, ...], build: Callable[[], Table]) -> Selected:
        """The query of a fact. ``knows``: all that ``build`` depends on besides the fact's declaration."""
        ...


@dataclass(frozen=True, eq=False)
class FactInstance:
    """A fact with its parameters' values.

    ``table``: its name in the schema of facts. ``select``: an unbound expression, or SQL.
    """

    table: str
    fact: AnyFact
    parameters: Parameters
    select: Table | str
    columns: Mapping[str, dt.DataType]
    uses: tuple["FactInstance", ...] = ()

    @cached_property
    def sorts(self) -> Mapping[str, Sort]:
        """How its columns are added up."""
        return {name: _sort(kind) for name, kind in self.columns.items()}

    @property
    def name(self) -> str:
        """The fact's name."""
        return self.fact.name


@dataclass(frozen=True)
class BoundMetric:
    """A metric with the fact instance that it is computed from, the workspace's settings applied."""

    metric: Metric
    instance: FactInstance


def bind(
    metrics: Iterable[Metric],
    facts: Mapping[str, AnyFact],
    *,
    context: Context,
    settings: Mapping[str, Parameters] | None = None,
    selects: Selects | None = None,
) -> tuple[BoundMetric, ...]:
    """Each metric with its fact instance; DefinitionError for the first name that is not there.

    ``settings``: metric -> parameter -> value, as the workspace sets them. ``selects``: makes SQL of the facts; without
    it their queries remain expressions.
    """
    wanted, chosen = tuple(metrics), settings or {}
    check_settings(wanted, facts, chosen)
    workshop = _Workshop(facts, context, selects, {})
    return tuple(_bound(metric, workshop, chosen.get(metric.name, {})) for metric in wanted)


def check_settings(metrics: Iterable[Metric], facts: Mapping[str, AnyFact], settings: Mapping[str, Parameters]) -> None:
    """Refuse settings of parameters that their metric does not have; settings of other metrics are not looked at."""
    for metric in metrics:
        known = {**known_fact(metric, facts).parameters, MINIMUM_N: metric.minimum_n}
        for parameter, value in settings.get(metric.name, {}).items():
            if parameter not in known:
                raise DefinitionError(f"[metrics.{metric.name}] sets {parameter}: {_no_parameter(parameter, known)}")
            if _sort_of_value(value) != _sort_of_value(known[parameter]):
                raise DefinitionError(
                    f"[metrics.{metric.name}] sets {parameter} to {value!r}; write a value like {known[parameter]!r}"
                )


def _sort_of_value(value: ParameterValue) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def known_fact(metric: Metric, facts: Mapping[str, AnyFact]) -> AnyFact:
    """The metric's fact; DefinitionError where there is none of that name."""
    if metric.fact not in facts:
        raise DefinitionError(f"{_place(metric)}no fact is called {metric.fact!r}{nearest(metric.fact, facts)}")
    return facts[metric.fact]


def _no_parameter(parameter: str, known: Iterable[str]) -> str:
    return f"it has no such parameter{nearest(parameter, known)}"


def _place(metric: Metric) -> str:
    return f"{metric.declared}: metric {metric.name}: " if metric.declared else f"metric {metric.name}: "


def _bound(metric: Metric, workshop: "_Workshop", settings: Parameters) -> BoundMetric:
    fact = known_fact(metric, workshop.facts)
    for parameter in metric.parameters:
        if parameter not in fact.parameters:
            raise DefinitionError(f"{_place(metric)}{parameter}: {_no_parameter(parameter, fact.parameters)}")
    chosen = {**fact.parameters, **metric.parameters, **settings}
    minimum_n = int(chosen.pop(MINIMUM_N, metric.minimum_n))
    bound = BoundMetric(replace(metric, minimum_n=minimum_n), workshop.made(fact, chosen))
    _check_columns(bound)
    return bound


def _check_columns(bound: BoundMetric) -> None:
    metric, sorts = bound.metric, bound.instance.sorts
    named = [*metric.filter, metric.measure, metric.numerator, metric.denominator, metric.maturity, metric.event]
    for column in named:
        if column and column != ROWS and column not in sorts:
            raise DefinitionError(
                f"{_place(metric)}the fact {metric.fact} has no column {column!r}{nearest(column, sorts)}"
            )
        if column in TAKEN:
            raise DefinitionError(f"{_place(metric)}a column of the fact {metric.fact} may not be called {column!r}")
    added = [metric.numerator, metric.denominator, *([metric.measure] if metric.agg != "count_distinct" else [])]
    for column in added:
        if column and column != ROWS and sorts[column] == "other":
            raise DefinitionError(f"{_place(metric)}{column} is neither a number nor a flag")
    if metric.event and sorts[metric.event] != "flag":
        raise DefinitionError(f"{_place(metric)}{metric.event} is no flag: it cannot say whether the event came")


@dataclass(frozen=True)
class _Workshop:
    """Makes each fact instance once; ``shelf`` holds those made, by table name."""

    facts: Mapping[str, AnyFact]
    context: Context
    selects: Selects | None
    shelf: dict[str, FactInstance]

    def made(self, fact: AnyFact, parameters: Parameters, *, within: tuple[str, ...] = ()) -> FactInstance:
        if fact.name in within:
            raise DefinitionError(f"facts use each other in a circle: {' -> '.join((*within, fact.name))}")
        table = _table_name(fact, parameters)
        if table not in self.shelf:
            uses = tuple(self._used(fact, name, parameters, (*within, fact.name)) for name in fact.uses)
            self.shelf[table] = self._instance(fact, parameters, table, uses)
        return self.shelf[table]

    def _used(self, fact: AnyFact, name: str, parameters: Parameters, within: tuple[str, ...]) -> FactInstance:
        if name not in self.facts:
            raise DefinitionError(
                f"the fact {fact.name} uses {name!r}, which does not exist{nearest(name, self.facts)}"
            )
        other = self.facts[name]
        shared = {key: parameters[key] for key in other.parameters if key in parameters}
        return self.made(other, {**other.parameters, **shared}, within=within)

    def _instance(
        self, fact: AnyFact, parameters: Parameters, table: str, uses: tuple[FactInstance, ...]
    ) -> FactInstance:
        if isinstance(fact, SqlFact):
            tables = {used.name: used.table for used in uses}
            select = fact.select(parameters, tables, self.context)
            return _lacking_nothing(FactInstance(table, fact, parameters, select, _columns_of(fact), uses))
        build = partial(_built, fact, parameters, uses)
        if self.selects is None:
            built = build()
            return _lacking_nothing(FactInstance(table, fact, parameters, built, dict(built.schema().items()), uses))
        used = tuple((each.name, each.table, tuple(each.columns.items())) for each in uses)
        made = self.selects.of_fact(fact, (sorted(parameters.items()), used), build)
        return _lacking_nothing(FactInstance(table, fact, parameters, made.sql, made.columns, uses))


def _built(fact: Fact, parameters: Parameters, uses: tuple[FactInstance, ...]) -> Table:
    build: Callable[[Inputs], Table] = fact.build
    return build(Inputs(parameters, {used.name: _unbound(used) for used in uses}))


def _table_name(fact: AnyFact, parameters: Parameters) -> str:
    if parameters == fact.parameters:
        return fact.name
    digest = blake2s(repr(sorted(parameters.items())).encode(), digest_size=4).hexdigest()
    return f"{fact.name}__{digest}"


def _lacking_nothing(made: FactInstance) -> FactInstance:
    fact = made.fact
    if lacking := [column for column in required_columns(fact) if column not in made.sorts]:
        raise DefinitionError(f"the fact {fact.name} lacks the columns {', '.join(lacking)}")
    return made


def required_columns(fact: AnyFact) -> tuple[str, ...]:
    """The columns that a fact of this timing and credit has, besides its measures."""
    when = ("occurred_at", "occurred_on") if fact.timing == "event" else ("period_kind", "period_key")
    whom = {"person": ("person_id", "credited_on"), "participants": ("credit_id", "credited_on"), "none": ()}
    return ("fact_key", "account_id", *when, *whom[fact.credit])


def _unbound(instance: FactInstance) -> Table:
    return ibis.table(instance.columns, name=instance.table, database=FACT_SCHEMA)


def _sort(of: dt.DataType) -> Sort:
    if of.is_boolean():
        return "flag"
    if of.is_integer():
        return "whole"
    if of.is_decimal():
        return "money"
    return "number" if of.is_floating() else "other"


def _columns_of(fact: SqlFact) -> Mapping[str, dt.DataType]:
    return {column: dt.dtype(IBIS_TYPES[kind]) for column, kind in fact.all_columns.items()}
