"""What plans would have paid: past closes replayed with what was known at each, and never anything that can be posted.

Late events come to a plan when they came. What comes out is of a type of its own, which no ledger takes: a simulation
is asked, compared and thrown away. A payee's pay is what the closes posted as earned, in the currency of their pay;
draws and receivables move when it reaches them, not how much it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from trueup.pay.facts import Event, Facts
from trueup.pay.lines import Attained, PayLine, Unreckoned
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import Plan, in_order
from trueup.pay.replay import Close, Closed, replay
from trueup.pay.stints import Stint, stints
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules, parse_period

State = Literal["earned", "held", "parked"]


class SimulationError(ValueError):
    """Plans or facts that nothing can be simulated by; ``str()`` names them and the cure."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """An amount that a close would have posted for an earning period (``earned``, ``held``), or let wait (``parked``).

    It is no posting: it has no slot and no key, and nothing books it.
    """

    payee: str
    component: str
    earned_for: str
    falls_in: str
    amount: Money
    state: State


@dataclass(frozen=True)
class Simulation:
    """What plans would have paid over closes.

    ``currencies``: everybody who was on a plan, with the currency of their pay. ``lines``, ``attained``,
    ``unreckoned`` and ``events``: as the last close knew them; what was refused before it is in ``unreckoned`` too.
    ``days``: by event and payee, the days from the event to the close that first paid the payee for it; a close
    without a day counts for none.
    """

    plans: tuple[Plan, ...]
    closes: tuple[Close, ...]
    currencies: Mapping[str, str]
    amounts: tuple[Simulated, ...]
    lines: tuple[PayLine, ...]
    attained: tuple[Attained, ...]
    unreckoned: tuple[Unreckoned, ...]
    events: Mapping[str, Event]
    known: Facts
    days: Mapping[tuple[str, str], int]
    rules: PeriodRules = CIVIL

    @property
    def through(self) -> date:
        """The last day of what was closed."""
        return max(parse_period(close.period, self.rules).last for close in self.closes)

    @property
    def refused(self) -> frozenset[str]:
        """Those of whose pay something could not be reckoned, so that it counts as nothing."""
        return frozenset(told.payee for told in self.unreckoned if told.refuses)

    def of(self, state: State) -> Iterator[Simulated]:
        """The amounts of a state, in the order of the closes."""
        return (each for each in self.amounts if each.state == state)

    def pay(self) -> Mapping[str, Money]:
        """What everybody is paid in all, by payee; MixedCurrencies where somebody's pay changed its currency."""
        paid = {payee: Money.zero(currency) for payee, currency in sorted(self.currencies.items())}
        for each in self.of("earned"):
            paid[each.payee] = paid[each.payee] + each.amount if each.payee in paid else each.amount
        return paid

    def cost(self) -> Mapping[str, Money]:
        """What all are paid together, by currency."""
        cost: dict[str, Money] = {}
        for amount in self.pay().values():
            cost[amount.currency] = cost.get(amount.currency, Money.zero(amount.currency)) + amount
        return cost


def simulate(plans: Iterable[Plan], facts: Facts, closes: Sequence[Close], *, rules: PeriodRules = CIVIL) -> Simulation:
    """What plans would have paid for facts, close by close; errors that touch everybody are raised."""
    versions = tuple(plans)
    if not closes:
        raise SimulationError("There is no close to simulate: give periods, each with the day on which it was closed.")
    closed = replay(versions, facts, closes, rules=rules)
    known = facts.known(closes[-1].closed_on)
    events = {event.natural_key: event for event in known.events}
    last = closed[-1].calculated
    through = parse_period(closes[-1].period, rules).last
    found = stints(known.assignments, in_order(versions))
    begun = {payee: own for payee, own in found.items() if own and own[0].start <= through}
    return Simulation(
        plans=versions,
        closes=tuple(closes),
        currencies={payee: _currency(own) for payee, own in sorted(begun.items())},
        amounts=tuple(_amounts(closed)),
        lines=last.lines,
        attained=last.attained,
        unreckoned=tuple(dict.fromkeys(told for each in reversed(closed) for told in each.calculated.unreckoned)),
        events=events,
        known=known,
        days=_days(closed, events),
        rules=rules,
    )


def in_place(candidate: Iterable[Plan], current: Iterable[Plan]) -> tuple[Plan, ...]:
    """The versions of a candidate instead of those of the same plan, with the other plans as they are.

    A first version that begins later counts as in force from the start of what it replaces: else the past would not
    be paid by it. Days that it names itself, of contests and draws, stay as they are.
    """
    given, proposed = in_order(current), in_order(candidate)
    unknown = [plan_id for plan_id in proposed if plan_id not in given]
    if unknown:
        raise SimulationError(
            f"The candidate is called {unknown[0]}, and nobody is on a plan of that name:"
            f" call it as what it is to replace ({', '.join(given) or 'there is no plan'})."
        )
    found: list[Plan] = []
    for plan_id, versions in given.items():
        instead = list(proposed.get(plan_id, versions))
        if plan_id in proposed and instead[0].valid_from > versions[0].valid_from:
            instead[0] = replace(instead[0], valid_from=versions[0].valid_from, published_on=None)
        found += instead
    return tuple(found)


def _currency(own: Sequence[Stint]) -> str:
    return own[-1].assignment.pay_currency or own[-1].plan.currency


def _amounts(closed: Iterable[Closed]) -> Iterator[Simulated]:
    for each in closed:
        yield from (_simulated(posting, "earned") for posting in each.earned)
        yield from (_simulated(posting, "held") for posting in each.held)
        yield from (_simulated(parked.posting, "parked") for parked in each.parked)


def _simulated(posting: Posting, state: State) -> Simulated:
    slot = posting.slot
    return Simulated(slot.payee, slot.component, slot.period, posting.posted_in, posting.amount, state)


def _days(closed: Iterable[Closed], events: Mapping[str, Event]) -> Mapping[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for each in closed:
        if each.close.closed_on == date.max:
            continue
        waits = {parked.posting.slot for parked in each.parked}
        refused = each.calculated.refused
        for line in each.calculated.lines:
            event, key = events.get(line.event), (line.event, line.payee)
            if (
                event is None
                or key in found
                or not line.amount
                or {(line.payee, line.component), (line.payee, "")} & (refused)
            ):
                continue
            if not waits or Slot(line.payee, line.component, line.period) not in waits:
                found[key] = (each.close.closed_on - event.on).days
    return found
