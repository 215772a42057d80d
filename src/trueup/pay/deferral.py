"""Pay that is spread over years: instalments by declared weights, each due on its day while the lot is in force.

Instalments are in whole coins and sum to the amount; those that fall due once it is no longer in force are forfeited.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from trueup.units.money import Money, Number


@dataclass(frozen=True)
class Instalment:
    """One part of a deferred amount; forfeited where the lot is out of force by its day."""

    due_on: date
    amount: Money
    is_forfeited: bool


def instalments(amount: Money, weights: Mapping[date, Number], *, ended_on: date | None) -> tuple[Instalment, ...]:
    """The instalments by due day; ``ended_on``: the first day on which the lot is not in force any more."""
    days: Iterable[date] = sorted(weights)
    parts = amount.allocate([weights[day] for day in days])
    return tuple(
        Instalment(day, part, is_forfeited=ended_on is not None and day >= ended_on)
        for day, part in zip(days, parts, strict=True)
    )
