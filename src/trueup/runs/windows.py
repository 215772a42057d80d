"""Accounts and their KPIs at months' ends: the SQL of who they were and of each KPI, and both as panels have them."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from trueup.indicators.panel import Column, Flags, Values
from trueup.metrics.metric import Aggregation, Family, Metric
from trueup.metrics.places import Only, Place, tidy
from trueup.metrics.sql import constant
from trueup.runs.customers import customers_between
from trueup.units.period import Period, PeriodKind, period_of, periods_between

WINDOW, RECENT = 6, 3
"""Months of a KPI's window, and of its last half by which the lead time is found."""
YOUNG_DAYS = 183
FAMILIES: tuple[Family, ...] = ("experience", "activity", "customer_outcome")
"""What may predict results; results themselves are what is to be predicted."""
SIZE = "revenue"
COUNTED: tuple[Aggregation, ...] = ("count", "sum", "count_distinct")
"""Of these KPIs no fact is 0."""


def may_predict(metric: Metric) -> bool:
    """Whether a metric is told of accounts and may predict results.

    What customers gained is told half a year late, and by a comparison over years: no window of months holds it.
    """
    return metric.family in FAMILIES and "account" in metric.grains and metric.fact != "value_claims"


def rows_at(end: date) -> str:
    """Accounts with a running contract or an open deal at the end of a day."""
    day = f"DATE '{end}'"
    return (
        f"SELECT {day} AS as_of, a.account_id, a.segment, a.industry,"
        f" a.account_id IN ({customers_between(end, end)}) AS is_customer,"
        " EXISTS (SELECT 1 FROM state.deals AS d WHERE d.account_id = a.account_id"
        f" AND CAST(d.created_at AS DATE) <= {day} AND (d.outcome = 'open' OR CAST(d.closed_at AS DATE) > {day}))"
        " AS has_open_deal,"
        f" date_diff('day', CAST(coalesce(c.began_on, a.customer_since) AS DATE), {day}) AS tenure"
        " FROM state.accounts AS a LEFT JOIN"
        " (SELECT account_id, min(starts_on) AS began_on FROM state.contracts GROUP BY account_id) AS c"
        " ON c.account_id = a.account_id"
    )


def windows(metrics: Iterable[Metric], places: Iterable[Place], ends: Sequence[date], condition: str = "TRUE") -> str:
    """Each metric over the window of each month's end, long and recent: parts are added up, then divided.

    ``places``: of all metrics; those of accounts are read. ``condition``: on the cells, which are called c.
    """
    wanted = {metric.name: metric for metric in metrics}
    listed = [place for place in places if place.grain == "account" and place.metric in wanted]
    only = Only(kinds=("month",), periods=tuple(month.key for month in months_of(ends)))
    spans = ", ".join(
        f"(DATE '{end}', {constant(month.key)}, {str(place < RECENT).upper()})"
        for end in ends
        for place, month in enumerate(_back(end, WINDOW))
    )
    whole, recent = (_over(condition, months) for condition, months in (("TRUE", WINDOW), ("w.is_recent", RECENT)))
    kinds = ", ".join(
        f"({constant(metric.name)}, {metric.agg == 'ratio'}, {metric.agg in {'count', 'sum'}})"
        for metric in wanted.values()
    )
    return (
        f"SELECT c.metric, c.entity, w.as_of, {whole} AS whole, {recent} AS recent FROM ({tidy(listed, only)}) AS c"
        f" JOIN (VALUES {spans}) AS w(as_of, period, is_recent) ON w.period = c.period"
        f" JOIN (VALUES {kinds}) AS m(metric, is_ratio, is_sum) ON m.metric = c.metric"
        f" WHERE {condition} GROUP BY c.metric, c.entity, w.as_of"
    )


def _over(condition: str, months: int) -> str:
    """A metric over the months that fulfil a condition: numerators over denominators, sums per month, means by n."""

    def total(of: str) -> str:
        return f"sum({of}) FILTER ({condition})"

    measured = total("CASE WHEN c.value IS NOT NULL THEN c.n END")
    return (
        f"CASE WHEN any_value(m.is_ratio) THEN {total('c.numerator')} / nullif({total('c.denominator')}, 0)"
        f" WHEN any_value(m.is_sum) THEN {total('c.value')} / {months}"
        f" ELSE {total('c.value * c.n')} / nullif({measured}, 0) END"
    )


def _back(end: date, many: int) -> list[Period]:
    month = period_of(end, PeriodKind.MONTH)
    return [month.shift(-back) for back in range(many)]


def months_of(ends: Sequence[date]) -> tuple[Period, ...]:
    """The months of the windows of some months' ends."""
    first = period_of(min(ends), PeriodKind.MONTH)
    return tuple(periods_between(first.shift(1 - WINDOW).first, max(ends), PeriodKind.MONTH))


def fill_counts(values: Values, are_counted: Sequence[bool]) -> None:
    """A count without a fact is 0, unless nobody has any: then nothing was delivered that could be counted."""
    for place, is_counted in enumerate(are_counted):
        column = values[:, place]
        if is_counted and np.isfinite(column).any():
            column[np.isnan(column)] = 0


def flags(column: pa.ChunkedArray) -> Flags:
    """Whether; what is not known is not."""
    return np.asarray(column.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)  # noqa: FBT003


def texts_of(column: pa.ChunkedArray, name: str) -> tuple[Column, Values]:
    """A text as a panel has it: its column, and codes into its levels, NaN where there is none."""
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices.cast(pa.float32()).to_numpy(zero_copy_only=False).astype(np.float32)
    return Column(name, label=name, levels=tuple(encoded.dictionary.to_pylist())), codes


def controls_of(
    size: Values, tenure: Values, texts: Sequence[tuple[Column, Values]]
) -> tuple[tuple[Column, ...], Values]:
    """What is controlled for: logarithms of size (revenue a month) and of days with us, and texts; (rows, controls)."""
    columns = (Column("size", label="size"), Column("tenure", label="time with us"), *(column for column, _ in texts))
    numbers = [np.log1p(np.maximum(np.nan_to_num(size), 0)), np.log1p(np.maximum(tenure, 0))]
    return columns, np.column_stack([*numbers, *(values for _, values in texts)]).astype(np.float32)
