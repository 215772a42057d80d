"""Short contests with a budget: a fixed award or a rate on each event, in the order of (effective_at, natural_key).

Awards are money, 0 or above. The award that reaches the budget's end takes what is left. Closed awards are never
displaced: what they were given is set aside first, as far as their event is still worth it, and what a cancelled award
frees goes to the next in order. So what an event is awarded depends on what was closed when; such components are
declared path-dependent.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from trueup.pay.rounding import rounded
from trueup.units.money import InvalidAmount, Money, total


@dataclass(frozen=True)
class Spiff:
    """``pays``: money for each event, or a rate on its amount. ``most``: how many awards a payee has at most."""

    pays: Money | Fraction
    budget: Money
    most: int | None = None

    def __post_init__(self) -> None:
        least = self.pays.amount if isinstance(self.pays, Money) else self.pays
        if least <= 0 or self.budget < Money.zero(self.budget.currency) or (self.most is not None and self.most < 1):
            raise InvalidAmount(
                "a contest pays more than 0, out of a budget not below 0, and to each payee at least once: "
                f"not {self.pays} out of {self.budget}, {self.most} times"
            )

    def full(self, event: "Event") -> Money:
        """The award of an event while the budget lasts."""
        pays = self.pays if isinstance(self.pays, Money) else rounded(self.pays * event.amount, self.budget.currency)
        return max(pays, Money.zero(self.budget.currency))


@dataclass(frozen=True)
class Event:
    """What somebody may be awarded for; ``amount`` in the budget's currency, of which a rate is paid."""

    natural_key: str
    payee: str
    effective_at: datetime
    amount: Fraction


@dataclass(frozen=True)
class Award:
    """What an event is awarded; 0 where the budget is used up or the payee has had the most awards."""

    natural_key: str
    payee: str
    amount: Money


def awards(spiff: Spiff, events: Iterable[Event], closed: Mapping[str, Money]) -> tuple[Award, ...]:
    """The award of each event in order; ``closed``: what was awarded in closed periods, by natural key."""
    ordered = sorted(events, key=lambda event: (event.effective_at, event.natural_key))
    nothing = Money.zero(spiff.budget.currency)
    set_aside = {event.natural_key: min(closed.get(event.natural_key, nothing), spiff.full(event)) for event in ordered}
    left = spiff.budget - total(set_aside.values(), spiff.budget.currency)
    if left < nothing:
        raise InvalidAmount(f"closed awards exceed the budget of {spiff.budget} by {-left}: raise the budget")
    had = Counter(event.payee for event in ordered if set_aside[event.natural_key])
    found = []
    for event in ordered:
        given = set_aside[event.natural_key]
        may = bool(given) or spiff.most is None or had[event.payee] < spiff.most
        more = min(spiff.full(event) - given, left) if may else nothing
        had[event.payee] += bool(more) and not given
        left -= more
        found.append(Award(event.natural_key, event.payee, given + more))
    return tuple(found)
