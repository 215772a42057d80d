"""From events to everybody's credit: owners or shares, and managers above them, as reporting lines were that day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from trueup.pay.facts import Event, EventShare, FactError, Facts, ReportingLine
from trueup.pay.split import Credited, Share, rolled_up, shared

OF_A_DEAL: Mapping[str, str] = {"refund": "refund", "payment": "payment", "credit_note": "credit note"}
"""What happens to a deal that has to be known, and how people call it."""


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody's credit for an event; of a refund ``deal`` is what it takes off, and ``amount`` is above 0."""

    event: Event
    deal: Event
    role: str
    amount: Fraction


class ReportingLines:
    """Who reports to whom, by day."""

    def __init__(self, lines: Iterable[ReportingLine]) -> None:
        self._lines = tuple(lines)
        ends = {line.end for line in self._lines if line.end is not None}
        self._turns = sorted({line.start for line in self._lines} | ends)
        self._known: dict[int, Mapping[str, tuple[str, ...]]] = {}

    def managers(self, day: date) -> Mapping[str, tuple[str, ...]]:
        """Those whom each person reports to on a day."""
        span = bisect_right(self._turns, day)
        if span not in self._known:
            found: defaultdict[str, list[str]] = defaultdict(list)
            for line in self._lines:
                if line.start <= day and (line.end is None or day < line.end):
                    found[line.person].append(line.manager)
            self._known[span] = {person: tuple(bosses) for person, bosses in found.items()}
        return self._known[span]


def credit(facts: Facts) -> Mapping[str, list[Due]]:
    """The credit of everybody, by the days of events; refunds follow the shares of their deals.

    A refund of a deal that is not known takes off nothing, and nothing is credited that it could take off.
    """
    shares: defaultdict[str, list[EventShare]] = defaultdict(list)
    for share in facts.shares:
        shares[share.event].append(share)
    lines = ReportingLines(facts.reporting_lines)
    deals = {event.natural_key: event for event in facts.events if event.kind == "deal"}
    found: defaultdict[str, list[Due]] = defaultdict(list)
    for event in sorted(facts.events, key=_in_order):
        deal = event if event.kind == "deal" else deals.get(event.of) if event.kind == "refund" else None
        if deal is None:
            continue
        for credited in _credited(event, deal, shares.get(deal.natural_key, ()), lines):
            found[credited.payee].append(Due(event, deal, credited.role, credited.amount))
    return found


def of_no_deal(facts: Facts) -> list[tuple[str, Event]]:
    """Refunds and payments whose deal is not known, in their order, each with whose it is as far as anybody says."""
    deals = {event.natural_key for event in facts.events if event.kind == "deal"}
    lost = [event for event in facts.events if event.kind in OF_A_DEAL and event.of not in deals]
    named = {event.of: [event.payee] for event in lost}
    for share in facts.shares:
        if share.event in named:
            named[share.event].append(share.payee)
    return [
        (payee, event)
        for event in sorted(lost, key=_in_order)
        for payee in dict.fromkeys(filter(None, [event.payee, *named[event.of]])) or [""]
    ]


def _in_order(event: Event) -> tuple[date, str]:
    return event.on, event.natural_key


def _credited(event: Event, deal: Event, shares: Iterable[EventShare], lines: ReportingLines) -> Iterator[Credited]:
    given = tuple(shares)
    if given:
        own = shared(event.amount, [Share(each.payee, _given_role(each), each.fraction) for each in given])
    elif deal.payee:
        own = (Credited(deal.payee, "direct", event.amount),)
    else:
        raise FactError(f"{deal.natural_key} is nobody's: give its payee, or its shares.")
    yield from own
    yield from rolled_up(own, lines.managers(deal.on))


def _given_role(share: EventShare) -> Literal["direct", "split", "overlay"]:
    if share.role == "rollup":
        raise FactError(
            f"{share.payee} has a share of {share.event} as a rollup, which follows from reporting lines:"
            " make it direct, split or overlay."
        )
    return share.role
