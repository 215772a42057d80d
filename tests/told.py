"""What fact rows tell, in short: columns by key, rows of one period, shares of sums."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain

from given import Value
from trueup.metrics.fact import Fact
from trueup.metrics.facts import active, campaigns, contracts, deals, leads, promotions, quotas, retention, revenue

Row = Mapping[str, Value]
Told = dict[Value, Value | tuple[Value, ...]]

_MODULES = (active, campaigns, contracts, deals, leads, promotions, quotas, retention, revenue)
FACT: Mapping[str, Fact] = {fact.name: fact for fact in chain.from_iterable(module.FACTS for module in _MODULES)}
"""The facts of marketing, sales and results by name; also what they use."""


def told(rows: Iterable[Row], *columns: str) -> Told:
    """A column (or several, as a tuple) by the rows' keys."""
    return {row["fact_key"]: row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns) for row in rows}


def of_period(rows: Iterable[Row], key: str) -> list[Row]:
    """The rows of one period of a period fact."""
    return [row for row in rows if row["period_key"] == key]


def total(rows: Iterable[Row], column: str) -> Decimal:
    """The sum of a column, what is not known left out."""
    values = (row[column] for row in rows)
    return sum((Decimal(str(value)) for value in values if value is not None), Decimal(0))


def share(rows: Iterable[Row], numerator: str, denominator: str) -> float:
    """Sum over sum, as the metrics divide."""
    listed = [{**row, "rows": 1} for row in rows]
    flags_as_numbers = [{k: int(v) if isinstance(v, bool) else v for k, v in row.items()} for row in listed]
    return float(total(flags_as_numbers, numerator)) / float(total(flags_as_numbers, denominator))
