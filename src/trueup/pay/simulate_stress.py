"""Stress: the same closes on facts that went worse, and what that does to cost and to everybody's pay."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from trueup.pay.facts import Event, Facts, SignedAgreement, ValueReading
from trueup.pay.plan import Plan
from trueup.pay.replay import Close
from trueup.pay.simulate import Simulation, SimulationError, simulate
from trueup.pay.simulate_compare import Change, changes
from trueup.units.money import Money
from trueup.units.period import CIVIL, Kind, PeriodRules, parse_period, period_of

INFLATED = Fraction(1, 10)
MOVED = Fraction(1, 20)
DROPPED = Fraction(1, 5)
DELAY = 90
SEED = "trueup stress 1"
"""Breaks ties among deals of one distance to their period's end; another seed moves others."""
_NOTHING = Fraction(0)
_WHOLE = Fraction(1)


@dataclass(frozen=True)
class Altered:
    """Facts as a stress has them, how many rows it touched, and why none where it touched none."""

    facts: Facts
    touched: int
    because: str = ""


@dataclass(frozen=True)
class Stressed:
    """What a stress does: ``cost`` by currency, and everybody's pay without it (old) and with it (new)."""

    name: str
    meaning: str
    touched: int
    because: str
    cost: Mapping[str, Money]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Stress:
    """A stress by its name, what it means, and what it does to facts."""

    name: str
    meaning: str
    alters: Callable[[Facts], Altered]


def inflated_baseline(
    facts: Facts, *, share: Fraction = INFLATED, baselines: Mapping[str, Fraction] | None = None
) -> Altered:
    """Readings as they would be had every baseline been drawn a share too favourably for us.

    A reading is money gained to date against a baseline; a baseline that much too high adds that share of itself to
    what is gained, evenly over the term, to the estimate and to the lower bound alike (how sure we are does not
    change). ``baselines``: what each agreement's baseline is worth in money over its term. Without it the value
    committed stands for it, as if all of the baseline were to be gained: by the end of its term an agreement seems to
    have realised a tenth more of what it committed. Where less was to be gained, the true effect is larger.
    """
    agreements = {each.agreement_id: each for each in facts.agreements}
    given = baselines or {}
    readings = []
    for reading in facts.readings:
        agreement = agreements.get(reading.agreement_id)
        if agreement is None:
            readings.append(reading)
            continue
        worth = given.get(reading.agreement_id, Fraction(agreement.committed.amount))
        more = share * worth * _elapsed(agreement, reading.as_of)
        readings.append(replace(reading, estimate=reading.estimate + more, lower=reading.lower + more))
    because = "" if readings else "no value was read"
    return Altered(replace(facts, readings=tuple(readings)), len(readings), because)


def moved_deals(
    facts: Facts,
    *,
    kind: Kind,
    through: date,
    share: Fraction = MOVED,
    seed: str = SEED,
    rules: PeriodRules = CIVIL,
) -> Altered:
    """A share of the deals slips to the first day of the next period: those nearest to the end of theirs.

    Counted are deals dated through a day, in their newest revision; the number is rounded up. Of deals equally near
    to their period's end go those whose key has the lowest SHA-256 with the seed. A deal is known when it was, but not
    before its new day.
    """
    newest: dict[str, Event] = {}
    for event in facts.events:
        before = newest.get(event.natural_key)
        if before is None or before.revision < event.revision:
            newest[event.natural_key] = event
    deals = [event for event in newest.values() if event.kind == "deal" and event.on <= through]
    count = -int(-share * len(deals) // 1)
    ends = {day: period_of(day, kind, rules).end for day in {deal.on for deal in deals}}
    nearest = sorted(deals, key=lambda deal: ((ends[deal.on] - deal.on).days, _drawn(seed, deal.natural_key)))
    slips = {deal.natural_key: ends[deal.on] for deal in nearest[:count]}
    events = tuple(
        replace(event, on=slips[event.natural_key], known_on=max(event.known_on, slips[event.natural_key]))
        if event.kind == "deal" and event.natural_key in slips
        else event
        for event in facts.events
    )
    return Altered(replace(facts, events=events), len(slips), "" if slips else "there is no deal")


def dropped_customers(facts: Facts, *, share: Fraction = DROPPED) -> Altered:
    """Without the worst share of customers: their events, what is of their deals, agreements and readings.

    Worst is who has least verified value (the last verified lower bounds of their agreements), among equals least
    credit (deals less refunds), then the first by key. The number is rounded down; events without a customer stay.
    """
    known = facts.known(date.max)
    customers = sorted(
        ({event.customer for event in known.events} | {agreement.customer for agreement in known.agreements}) - {""}
    )
    count = int(share * len(customers))
    if not count:
        return Altered(facts, 0, f"{share} of {len(customers)} customers is less than one")
    credit, value = _credit_by_customer(known), _value_by_customer(known)
    worst = sorted(customers, key=lambda each: (value.get(each, _NOTHING), credit.get(each, _NOTHING), each))
    return Altered(_without(facts, set(worst[:count])), count)


def delayed_verification(facts: Facts, *, days: int = DELAY) -> Altered:
    """Every verification comes, and is known, so many days later; readings lapse when they would have.

    One that now comes after its reading lapsed counts for nothing, as a plan says.
    """
    later = timedelta(days)
    readings = tuple(
        reading
        if reading.verified_on is None
        else replace(reading, verified_on=reading.verified_on + later, known_on=reading.known_on + later)
        for reading in facts.readings
    )
    touched = sum(reading.verified_on is not None for reading in facts.readings)
    return Altered(replace(facts, readings=readings), touched, "" if touched else "nothing was verified")


def stresses(closes: Sequence[Close], *, rules: PeriodRules = CIVIL) -> tuple[Stress, ...]:
    """The stresses that every plan is put to, for deals in periods as they are closed."""
    if not closes:
        raise SimulationError("There is no close to simulate: give periods, each with the day on which it was closed.")
    last = parse_period(closes[-1].period, rules)
    moved = partial(moved_deals, kind=last.kind, through=last.last, rules=rules)
    return (
        Stress("baseline_inflated", "every baseline is a tenth too favourable for us", inflated_baseline),
        Stress("deals_moved", "the last 5 % of deals slip into the next period", moved),
        Stress("customers_dropped", "the worst fifth of customers is gone", dropped_customers),
        Stress("verification_delayed", f"every verification comes {DELAY} days later", delayed_verification),
    )


def stressed(
    plans: Iterable[Plan], facts: Facts, closes: Sequence[Close], *, plain: Simulation, rules: PeriodRules = CIVIL
) -> tuple[Stressed, ...]:
    """All stresses of plans, against the ``plain`` simulation of the same; what touches nothing is not run."""
    versions = tuple(plans)
    pay = plain.pay()
    found = []
    for stress in stresses(closes, rules=rules):
        altered = stress.alters(facts)
        run = simulate(versions, altered.facts, closes, rules=rules) if altered.touched else plain
        found.append(
            Stressed(stress.name, stress.meaning, altered.touched, altered.because, run.cost(), changes(pay, run.pay()))
        )
    return tuple(found)


def _elapsed(agreement: SignedAgreement, day: date) -> Fraction:
    """How much of an agreement's term is over, from 0 to 1; all of one that never ends."""
    term = (agreement.ends_on - agreement.signed_on).days if agreement.ends_on is not None else 0
    if term <= 0:
        return _WHOLE
    return min(max(Fraction((day - agreement.signed_on).days, term), _NOTHING), _WHOLE)


def _drawn(seed: str, key: str) -> str:
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def _credit_by_customer(known: Facts) -> Mapping[str, Fraction]:
    deals = {event.natural_key: event for event in known.events if event.kind == "deal"}
    found: defaultdict[str, Fraction] = defaultdict(Fraction)
    for event in known.events:
        if event.kind == "deal":
            found[event.customer] += event.amount
        elif event.kind == "refund" and event.of in deals:
            found[deals[event.of].customer] -= event.amount
    return found


def _value_by_customer(known: Facts) -> Mapping[str, Fraction]:
    last: dict[str, ValueReading] = {}
    for reading in sorted(known.readings, key=lambda each: (each.as_of, each.revision)):
        if reading.verified_on is not None:
            last[reading.agreement_id] = reading
    found: defaultdict[str, Fraction] = defaultdict(Fraction)
    for agreement in {each.agreement_id: each for each in known.agreements}.values():
        if agreement.agreement_id in last:
            found[agreement.customer] += last[agreement.agreement_id].lower
    return found


def _without(facts: Facts, customers: Collection[str]) -> Facts:
    """Who pays over all customers goes on dividing by those who are gone: a book is told by others than its payee."""
    gone = {event.natural_key for event in facts.events if event.customer in customers}
    gone |= {event.natural_key for event in facts.events if event.of in gone}
    ended = {each.agreement_id for each in facts.agreements if each.customer in customers}
    return replace(
        facts,
        events=tuple(event for event in facts.events if event.natural_key not in gone),
        shares=tuple(share for share in facts.shares if share.event not in gone),
        agreements=tuple(each for each in facts.agreements if each.agreement_id not in ended),
        readings=tuple(each for each in facts.readings if each.agreement_id not in ended),
    )
