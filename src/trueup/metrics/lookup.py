"""Looking things up in tables with one row per key."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table


def looked_up(rows: Table, table: Table, *, by: str | tuple[str, ...]) -> Table:
    """Every row, with the other columns of the ``table`` row of the same key; null where there is none."""
    keys = (by,) if isinstance(by, str) else by
    return rows.left_join(table, keys).drop(*(f"{key}_right" for key in keys))


def holds(condition: ir.Value) -> ir.BooleanValue:
    """``condition``, and no where it cannot be told."""
    return cast("ir.BooleanValue", condition.fill_null(ibis.literal(value=False)))
