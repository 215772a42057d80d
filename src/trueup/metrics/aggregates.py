"""What is added up for metrics: each distinct sum or count of a fact once, however many metrics need it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from trueup.metrics.instances import BoundMetric, Sort
from trueup.metrics.metric import ROWS, Metric
from trueup.metrics.sql import both, column, constant, either, equals, quoted
from trueup.metrics.survival import Waiting

Part = Literal["value", "numerator", "denominator", "n", "pending"]
FACT = "f"
"""What the fact's rows are called within statements."""


@dataclass(frozen=True)
class Quantile:
    """The value that ``share`` of the rows do not exceed, in the order of ``sorted_by``."""

    share: float
    sorted_by: str


@dataclass(frozen=True)
class Aggregate:
    """One column of cells, and how it comes from fact rows."""

    column: str
    of_rows: str
    of_row: str | None = None
    """What ``of_rows`` yields of a single row; None for what does not add up."""
    is_whole: bool = True
    quantile: Quantile | None = None

    @property
    def of_cells(self) -> str:
        """The sum over finer cells; engines widen sums of whole numbers, which need it no further."""
        total = f"SUM({quoted(self.column)})"
        return f"CAST({total} AS BIGINT)" if self.is_whole else total


@dataclass(frozen=True)
class Parts:
    """The columns from which one metric's value follows; None: it has no such part."""

    n: str
    value: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    pending: str | None = None


@dataclass
class _Columns:
    """Aggregates by the expression that they are, named after the first metric that needs them."""

    by_expression: dict[str, Aggregate] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)

    def add(
        self,
        column: str,
        expression: str,
        of_row: str | None = None,
        *,
        is_whole: bool = True,
        quantile: Quantile | None = None,
    ) -> str:
        if expression not in self.by_expression:
            self.by_expression[expression] = Aggregate(column, expression, of_row, is_whole, quantile)
        return self.by_expression[expression].column

    def count(self, column: str, condition: str) -> str:
        every = condition == "TRUE"
        expression = "COUNT(*)" if every else f"COUNT(CASE WHEN {condition} THEN 1 END)"
        return self.add(column, expression, "CAST(1 AS BIGINT)" if every else f"CAST({condition} IS TRUE AS BIGINT)")


@dataclass(frozen=True)
class Batch:
    """Metrics of one fact instance that are computed together.

    ``keeps``: the condition under which a fact row counts for any of them. ``reads``: the fact's columns needed.
    """

    metrics: tuple[BoundMetric, ...]
    aggregates: tuple[Aggregate, ...]
    parts: Mapping[str, Parts]
    keeps: str
    reads: tuple[str, ...]
    waiting: tuple[Waiting, ...] = ()
    """What has to be known of each row besides its columns, within its group, before anything can be added up."""


def batch(metrics: Iterable[BoundMetric]) -> Batch:
    """The aggregates of metrics that share one fact instance."""
    together = tuple(metrics)
    columns = _Columns()
    parts = {bound.metric.name: _parts(bound, columns) for bound in together}
    kept = [is_kept(bound.metric) for bound in together]
    keeps = "TRUE" if "TRUE" in kept else either(kept)
    reads = dict.fromkeys(name for bound in together for name in columns_read(bound.metric))
    return Batch(together, tuple(columns.by_expression.values()), parts, keeps, tuple(reads), tuple(columns.waiting))


def columns_read(metric: Metric) -> tuple[str, ...]:
    """The fact's columns that a metric looks at."""
    named = (*metric.filter, metric.measure, metric.numerator, metric.denominator, metric.maturity, metric.event)
    return tuple(dict.fromkeys(name for name in named if name and name != ROWS))


def is_kept(metric: Metric) -> str:
    """Whether a fact row is of those that the metric speaks of, decided or not."""
    return both(equals(column(FACT, name), wanted) for name, wanted in metric.filter.items())


def is_counted(metric: Metric) -> str:
    """Whether a fact row counts: kept, and its waiting time is over."""
    return both([is_kept(metric), column(FACT, metric.maturity) if metric.maturity else "TRUE"])


def is_pending(metric: Metric) -> str:
    """Whether a fact row is kept but still has to wait; FALSE for metrics that wait for nothing."""
    if not metric.maturity:
        return "FALSE"
    return both([is_kept(metric), f"{column(FACT, metric.maturity)} IS NOT TRUE"])


def _parts(bound: BoundMetric, columns: _Columns) -> Parts:
    metric, sorts = bound.metric, bound.instance.sorts
    counted = is_counted(metric)
    pending = columns.count(f"{metric.name}__pending", is_pending(metric)) if metric.maturity else None
    if metric.agg == "count":
        n = columns.count(f"{metric.name}__n", counted)
        return Parts(n=n, value=n, numerator=n, pending=pending)
    if metric.agg == "ratio":
        return _ratio_parts(bound, columns, pending)
    assert metric.measure is not None
    measured = column(FACT, metric.measure)
    n = columns.count(f"{metric.name}__n", both([counted, f"{measured} IS NOT NULL"]))
    if metric.agg in {"sum", "mean"}:
        sort: Sort = "number" if metric.agg == "mean" and sorts[metric.measure] == "money" else sorts[metric.measure]
        total = _add_sum(f"{metric.name}__sum", counted, measured, sort, columns)
        return Parts(n=n, value=total, numerator=total if metric.agg == "sum" else None, pending=pending)
    value = _add_holistic(metric, counted, measured, columns)
    return Parts(n=n, value=value, numerator=value if metric.agg == "count_distinct" else None, pending=pending)


def _ratio_parts(bound: BoundMetric, columns: _Columns, pending: str | None) -> Parts:
    metric, counted = bound.metric, is_counted(bound.metric)
    assert metric.numerator is not None
    assert metric.denominator is not None
    added = {}
    for part, name in (("numerator", metric.numerator), ("denominator", metric.denominator)):
        if name == ROWS:
            added[part] = columns.count(f"{metric.name}__{part}", counted)
        else:
            sort = bound.instance.sorts[name]
            added[part] = _add_sum(f"{metric.name}__{part}", counted, column(FACT, name), sort, columns)
    n = columns.count(f"{metric.name}__n", has_denominator(bound))
    return Parts(n=n, numerator=added["numerator"], denominator=added["denominator"], pending=pending)


def has_denominator(bound: BoundMetric) -> str:
    """Whether a fact row counts in a ratio's denominator: neither null nor 0 there."""
    metric, counted = bound.metric, is_counted(bound.metric)
    assert metric.denominator is not None
    if metric.denominator == ROWS:
        return counted
    divisor = column(FACT, metric.denominator)
    is_flag = bound.instance.sorts[metric.denominator] == "flag"
    return both([counted, divisor if is_flag else f"{divisor} <> 0"])


def _add_sum(name: str, counted: str, measured: str, sort: Sort, columns: _Columns) -> str:
    if sort == "flag":
        return columns.count(name, both([counted, measured]))
    kept = _where(counted, f"CAST({measured} AS DOUBLE)" if sort == "number" else measured)
    if sort == "whole":
        return columns.add(name, f"CAST(SUM({kept}) AS BIGINT)", f"CAST({kept} AS BIGINT)")
    return columns.add(name, f"SUM({kept})", kept, is_whole=False)


def _where(counted: str, measured: str) -> str:
    return measured if counted == "TRUE" else f"CASE WHEN {counted} THEN {measured} END"


def _add_holistic(metric: Metric, counted: str, measured: str, columns: _Columns) -> str:
    name = f"{metric.name}__value"
    if metric.agg == "count_distinct":
        return columns.add(name, f"COUNT(DISTINCT {_where(counted, measured)})")
    if metric.agg == "survival_median":
        assert metric.event is not None
        waiting = Waiting(f"{metric.name}__waiting", measured, column(FACT, metric.event), counted)
        columns.waiting.append(waiting)
        return columns.add(name, waiting.median, is_whole=False)
    share = 0.5 if metric.agg == "median" else metric.percentile
    assert share is not None
    quantile = Quantile(share, _where(counted, f"CAST({measured} AS DOUBLE)"))
    return columns.add(name, quantile_of([quantile]), is_whole=False, quantile=quantile)


def quantile_of(quantiles: Sequence[Quantile]) -> str:
    """The quantiles of rows in one order: a number for one of them, an array for several."""
    shares = [constant(quantile.share) for quantile in quantiles]
    wanted = shares[0] if len(shares) == 1 else f"ARRAY[{', '.join(shares)}]"
    return f"PERCENTILE_CONT({wanted}) WITHIN GROUP (ORDER BY {quantiles[0].sorted_by})"
