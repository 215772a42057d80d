"""When a customer was away: it left, or all its deals ended, and it did not come back yet.

What is read of its value meanwhile neither vests nor takes anything back: the agreement stays, and what we did for it
is not undone by what it does without us.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from trueup.pay.facts import Event

_ORDER = ("deal", "reinstate", "churn")
"""What happens first on a day: a deal that ends on its own day has ended."""


class Absences:
    """When the ``customers`` were away, by what happened to them and to their deals."""

    def __init__(self, events: Iterable[Event], customers: Collection[str]) -> None:
        told = [event for event in events if event.kind in _ORDER] if customers else []
        deals = {
            event.natural_key: event.customer for event in told if event.kind == "deal" and event.customer in customers
        }
        of_customer: defaultdict[str, list[Event]] = defaultdict(list)
        for event in told:
            customer = deals.get(event.of, "") if event.of else event.customer
            if customer in customers:
                of_customer[customer].append(event)
        self._turns: Mapping[str, Sequence[tuple[date, bool]]] = {
            customer: _turns(own) for customer, own in of_customer.items()
        }

    def is_away(self, customer: str, day: date) -> bool:
        """Whether the customer was away at the end of a day."""
        turns = self._turns.get(customer, ())
        place = bisect_right(turns, (day, True))
        return place > 0 and turns[place - 1][1]


def _turns(events: Iterable[Event]) -> Sequence[tuple[date, bool]]:
    """The days of a customer's events, each with whether it was away after it."""
    bought: set[str] = set()
    there: set[str] = set()
    has_left = False
    found: dict[date, bool] = {}
    for event in sorted(events, key=lambda event: (event.on, _ORDER.index(event.kind), event.natural_key)):
        deals = {event.natural_key} if event.kind == "deal" else {event.of} if event.of else set(bought)
        if event.kind == "churn":
            there -= deals
            has_left = has_left or not event.of
        else:
            has_left = False
            bought |= deals
            there |= deals
        found[event.on] = has_left or (bool(bought) and not there)
    return sorted(found.items())
