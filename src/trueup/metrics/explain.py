"""Explaining a number: what it means, how it is computed, and the very rows that it was computed from.

The rows are found by a path of their own, straight from the fact by the bounds of the period and by who is credited,
not from the cells: they are what the cells are audited against.
"""

from dataclasses import dataclass

from ibis import Table

from trueup.canon.tables import TABLE
from trueup.metrics.aggregates import (
    FACT,
    Batch,
    batch,
    has_denominator,
    is_counted,
    is_kept,
    is_pending,
)
from trueup.metrics.cells import group_of_row
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, STATE_SCHEMA
from trueup.metrics.instances import BoundMetric, FactInstance, Parameters
from trueup.metrics.metric import ROWS, Grain, Metric
from trueup.metrics.sql import both, column, constant, quoted, table
from trueup.metrics.survival import with_shares
from trueup.units.period import Period, PeriodKind

_PEOPLE = table(CALENDAR_SCHEMA, "credited_people")
_SPANS = table(CALENDAR_SCHEMA, "people_spans")
_ACCOUNTS = table(STATE_SCHEMA, "accounts")
ROLES = (
    "pending",
    "numerator and denominator",
    "numerator",
    "denominator",
    "counted",
    "measured",
    "still waiting",
    "not counted",
)
"""What a row may be to a number, in the column ``counted_as``."""


@dataclass(frozen=True)
class Explanation:
    """Where a number comes from.

    ``fact_select``: the query (an unbound expression, or SQL) that makes the fact. ``cell_sql``: from the fact to the
    number, as one row with the metric's parts. ``rows_sql``: every fact row of the cell with ``counted_as``, and, where
    the fact's rows are rows of a canonical table, their ``source``, ``raw_table`` and ``raw_row``.
    """

    metric: Metric
    grain: Grain
    entity: str
    period: Period
    parameters: Parameters
    fact_description: str
    fact_table: str
    fact_select: Table | str
    formula: str
    cell_sql: str
    rows_sql: str


def explain(bound: BoundMetric, *, grain: Grain, entity: str, period: Period, kind: str) -> Explanation:
    """Explain one metric of one entity in one period, whose kind is called ``kind`` in tables."""
    instance = bound.instance
    inside = both([belongs(instance, grain, entity), falls_into(instance, period, kind)])
    return Explanation(
        metric=bound.metric,
        grain=grain,
        entity=entity,
        period=period,
        parameters=instance.parameters,
        fact_description=instance.fact.description,
        fact_table=instance.table,
        fact_select=instance.select,
        formula=formula(bound.metric),
        cell_sql=cell_sql(batch([bound]), inside),
        rows_sql=rows_sql(bound, inside),
    )


def cell_sql(of: Batch, inside: str) -> str:
    """The parts of the batch's metrics over the fact rows ``inside`` a cell: one row."""
    parts = ", ".join(f"{each.of_rows} AS {quoted(each.column)}" for each in of.aggregates)
    of_rows = f"FROM {_rows(of.metrics[0].instance)} WHERE {inside}"
    if of.waiting:
        of_rows = f"FROM ({with_shares(f'SELECT {FACT}.* {of_rows}', of.waiting, by=())}) AS {FACT}"
    return f"SELECT {parts} {of_rows}"


def rows_sql(bound: BoundMetric, inside: str) -> str:
    """The fact rows ``inside`` a cell that the metric speaks of, each with what it counts as."""
    instance = bound.instance
    origin, joined = _origin(instance)
    measures = [name for name in instance.sorts if name not in {"fact_key", "account_id"}]
    columns = [column(FACT, name) for name in ("fact_key", "account_id", *measures)]
    when = f"{FACT}.occurred_at, " if "occurred_at" in instance.sorts else ""
    return (
        f"SELECT {_role(bound)} AS counted_as, {', '.join([*columns, *origin])} FROM {_rows(instance)}{joined}"
        f" WHERE {both([inside, is_kept(bound.metric)])} ORDER BY {when}{FACT}.fact_key"
    )


def _rows(instance: FactInstance) -> str:
    return (
        f"{table(FACT_SCHEMA, instance.table)} AS {FACT} LEFT JOIN {_ACCOUNTS} AS a ON a.account_id = {FACT}.account_id"
    )


def _origin(instance: FactInstance) -> tuple[list[str], str]:
    """The columns that name the delivered row behind a fact row, and the join that finds it; entries have none."""
    name = instance.fact.row_of
    if name not in TABLE or len(TABLE[name].key) != 1:
        return [], ""
    key = column("o", TABLE[name].key[0])
    columns = ["o.source", 'o."_raw" AS raw_table', 'o."_row" AS raw_row']
    return columns, f" LEFT JOIN {table(STATE_SCHEMA, name)} AS o ON {key} = {FACT}.fact_key"


def _role(bound: BoundMetric) -> str:
    metric = bound.metric
    cases = [(is_pending(metric), "pending")] if metric.maturity else []
    if metric.agg == "ratio":
        above, below = _has_numerator(bound), has_denominator(bound)
        cases += [(both([above, below]), "numerator and denominator"), (above, "numerator"), (below, "denominator")]
    elif metric.agg == "count":
        cases += [(is_counted(metric), "counted")]
    else:
        assert metric.measure is not None
        is_measured = both([is_counted(metric), f"{column(FACT, metric.measure)} IS NOT NULL"])
        if metric.event:
            cases += [(both([is_measured, f"{column(FACT, metric.event)} IS NOT TRUE"]), "still waiting")]
        cases += [(is_measured, "measured")]
    branches = " ".join(f"WHEN {condition} THEN {constant(role)}" for condition, role in cases)
    return f"CASE {branches} ELSE 'not counted' END"


def _has_numerator(bound: BoundMetric) -> str:
    metric = bound.metric
    assert metric.numerator is not None
    if metric.numerator == ROWS:
        return is_counted(metric)
    added = column(FACT, metric.numerator)
    is_flag = bound.instance.sorts[metric.numerator] == "flag"
    return both([is_counted(metric), added if is_flag else f"{added} <> 0"])


def belongs(instance: FactInstance, grain: Grain, entity: str) -> str:
    """Whether a fact row ``f`` (its account: ``a``) counts for an entity."""
    wanted = constant(entity)
    match grain:
        case "company":
            return "TRUE"
        case "account":
            return f"{FACT}.account_id = {wanted}"
        case "segment" | "industry":
            return f"{group_of_row(instance, grain)} = {wanted}"
        case "person":
            return _credits(instance, f"p.person_id = {wanted}")
        case "team" | "department":
            on_that_day = f"s.person_id = p.person_id AND {FACT}.credited_on BETWEEN s.from_on AND s.to_on"
            in_it = f"EXISTS (SELECT 1 FROM {_SPANS} AS s WHERE {on_that_day} AND s.{grain} = {wanted})"
            return _credits(instance, in_it)


def _credits(instance: FactInstance, condition: str) -> str:
    """Whether anyone (``p``) whom a fact row is credited to meets the condition."""
    if instance.fact.credit == "participants":
        return f"EXISTS (SELECT 1 FROM {_PEOPLE} AS p WHERE p.interaction_id = {FACT}.credit_id AND {condition})"
    return condition.replace("p.person_id", f"{FACT}.person_id")


def falls_into(instance: FactInstance, period: Period, kind: str) -> str:
    """Whether a fact row ``f`` belongs to a period."""
    if instance.fact.timing == "period":
        return f"{FACT}.period_kind = {constant(kind)} AND {FACT}.period_key = {constant(period.key)}"
    if period.kind is PeriodKind.ALL:
        return "TRUE"
    return f"{FACT}.occurred_on BETWEEN {constant(period.first)} AND {constant(period.last)}"


def formula(metric: Metric) -> str:
    """How the number follows from fact rows, in words."""
    rows = f"rows of {metric.fact}"
    kept = " and ".join(f"{name} is {_shown(wanted)}" for name, wanted in metric.filter.items())
    of = f"{rows} where {kept}" if kept else rows
    waits = f"; rows where {metric.maturity} is not true yet are pending" if metric.maturity else ""
    match metric.agg:
        case "count":
            told = f"the number of {of}"
        case "ratio":
            above, below = (_summed(part) for part in (metric.numerator, metric.denominator))
            told = f"{above} / {below}, over {of}"
        case "sum" | "mean" | "median":
            told = f"the {metric.agg} of {metric.measure} over {of}"
        case "percentile":
            told = f"the {metric.percentile} quantile of {metric.measure} over {of}"
        case "count_distinct":
            told = f"the number of different {metric.measure} over {of}"
        case "survival_median":
            told = f"the Kaplan-Meier median of {metric.measure} over {of}; without {metric.event} a row still waits"
    return told + waits


def _summed(part: str | None) -> str:
    return "number of rows" if part == ROWS else f"sum of {part}"


def _shown(wanted: object) -> str:
    return " or ".join(map(str, wanted)) if isinstance(wanted, tuple) else str(wanted)
