"""The payment equation: what is posted is what has been earned by all that is known now, less all posted before.

A slot is a payee, a component and an earning period. What it has earned is money in whole coins, below 0 where it owes.
First calculations, true-ups, corrections and clawbacks all are such differences, booked in the open period; running it
twice posts nothing, and whatever the order in which things were learned, what was posted sums to what was earned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trueup.units.money import InvalidAmount, Money


@dataclass(frozen=True, order=True)
class Slot:
    """What a payee earns by a component in an earning period, by its key; of what is held, also by its ``lot``."""

    payee: str
    component: str
    period: str
    lot: str = ""


@dataclass(frozen=True)
class Posting:
    """An amount posted for a slot, in the period that was open then."""

    slot: Slot
    amount: Money
    posted_in: str


def due(earned: Mapping[Slot, Money], posted: Iterable[Posting], *, posted_in: str) -> tuple[Posting, ...]:
    """The postings that are due in the open period, in the order of slots; a slot no longer earned is taken back."""
    before: dict[Slot, Money] = {}
    for posting in posted:
        before[posting.slot] = before[posting.slot] + posting.amount if posting.slot in before else posting.amount
    found = []
    for slot in sorted({*earned, *before}):
        now = earned.get(slot)
        if now is not None and now != now.round():
            raise InvalidAmount(f"{slot.payee} earned {now} by {slot.component}: round it before it is posted")
        difference = _difference(now, before.get(slot))
        if difference:
            found.append(Posting(slot, difference, posted_in))
    return tuple(found)


def _difference(now: Money | None, before: Money | None) -> Money | None:
    if now is None:
        return None if before is None else -before
    return now if before is None else now - before
