"""Conditions that people put on the facts behind a number: by a column of the fact, or by what its account is."""

from collections.abc import Mapping, Sequence

from trueup.metrics.aggregates import FACT
from trueup.metrics.fact import STATE_SCHEMA
from trueup.metrics.instances import BoundMetric, DefinitionError
from trueup.metrics.naming import nearest
from trueup.metrics.sql import both, column, constant, table

Where = Mapping[str, Sequence[str]]
"""Column -> the values wanted, as people write them."""
OF_ACCOUNTS = ("segment", "industry", "region", "country", "owner_id", "success_owner_id", "parent_account_id")
"""What an account may be selected by."""


def rows_where(where: Where, of: BoundMetric) -> str:
    """The condition on rows ``f`` of the metric's fact; DefinitionError for what neither it nor an account has.

    Values are compared as text: ``true``, ``4``, ``call``.
    """
    return both(_condition(name, values, of) for name, values in where.items())


def _condition(name: str, values: Sequence[str], of: BoundMetric) -> str:
    wanted = ", ".join(map(constant, values))
    if name in of.instance.sorts:
        return f"CAST({column(FACT, name)} AS VARCHAR) IN ({wanted})"
    if name in OF_ACCOUNTS:
        accounts = table(STATE_SCHEMA, "accounts")
        return (
            f"{FACT}.account_id IN (SELECT a.account_id FROM {accounts} AS a WHERE {column('a', name)} IN ({wanted}))"
        )
    known = (*of.instance.sorts, *OF_ACCOUNTS)
    raise DefinitionError(f"{of.metric.name} cannot be limited by {name!r}{nearest(name, known)}")
