"""Amounts of many currencies as amounts of one, at the rate in force on a day."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import CALENDAR_SCHEMA, RATES

AMOUNT = "decimal(38, 16)"
"""Converted money. It has the scale of amount x rate as it is: rescaling wide decimals costs more than all the rest."""
RATE = "decimal(20, 12)"


@ibis.udf.scalar.builtin(database=CALENDAR_SCHEMA, signature=((), "string"))
def own_currency() -> ir.StringValue:
    """The workspace's currency."""
    raise NotImplementedError  # The engine knows it.


def with_rate(rows: Table, *, on: str) -> Table:
    """The rows with ``rate``: units of the workspace's currency per unit of theirs on the day in column ``on``.

    Without a currency an amount is taken to be in the workspace's own; without a rate, ``rate`` is null.
    """
    stated = rows.mutate(currency=rows.currency.fill_null(own_currency()))
    # Rates can be daily and rows many: ranges are searched once per currency and day, rows then join by equality.
    days = stated.select(rate_currency=stated.currency, rate_on=stated[on]).distinct()
    in_force = (days.rate_currency == RATES.currency, RATES.from_on <= days.rate_on, days.rate_on <= RATES.to_on)
    found = days.join(RATES, in_force).select("rate_currency", "rate_on", rate=RATES.rate)
    return stated.left_join(found, [("currency", "rate_currency"), (on, "rate_on")]).drop("rate_currency", "rate_on")


def converted(amount: ir.Value, rate: ir.Value) -> ir.DecimalValue:
    """``amount`` at ``rate``; null without one."""
    product = cast("ir.DecimalValue", amount) * cast("ir.DecimalValue", rate.cast(RATE))
    return cast("ir.DecimalValue", product.cast(AMOUNT))


def as_number(amount: ir.Value, rate: ir.Value) -> ir.FloatingValue:
    """``amount`` at ``rate`` as a float64, to be divided; null without a rate."""
    # On its way through a wide decimal it would cost ten times as much, and be a float64 for the division anyway.
    return cast("ir.FloatingValue", cast("ir.FloatingValue", amount.cast("float64")) * cast("ir.FloatingValue", rate))


def shared_by_days(number: ir.Value, *, days: ir.Value, of_days: ir.Value) -> ir.DecimalValue:
    """The part of an amount (see ``as_number``) that falls on ``days`` of its ``of_days``, straight-line."""
    part = cast("ir.FloatingValue", number) * cast("ir.IntegerValue", days) / cast("ir.IntegerValue", of_days)
    return cast("ir.DecimalValue", part.cast(AMOUNT))
