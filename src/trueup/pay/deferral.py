"""Pay that is spread over years: instalments by declared weights, each due on its day.

Instalments are in whole coins and sum to the amount. Whether one is forfeited, because its customer has left by its
day, is for whoever knows that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from trueup.units.money import Money, Number


@dataclass(frozen=True)
class Instalment:
    """One part of a deferred amount."""

    due_on: date
    amount: Money


def instalments(amount: Money, weights: Mapping[date, Number]) -> tuple[Instalment, ...]:
    """The instalments by due day."""
    days: Iterable[date] = sorted(weights)
    parts = amount.allocate([weights[day] for day in days])
    return tuple(Instalment(day, part) for day, part in zip(days, parts, strict=True))
