"""Closes one after the other, each with what was known then: as a backtest, a golden case or an official history goes.

Late events come to a plan when they came; so true-ups, clawbacks and parked differences fall where they would have.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trueup.pay.calculate import Calculated
from trueup.pay.draw import PayRun
from trueup.pay.earn_shared import award_key
from trueup.pay.facts import Facts
from trueup.pay.lines import PayLine
from trueup.pay.pay_runs import runs_of, terms_of_runs
from trueup.pay.payment import Posting, due
from trueup.pay.plan import Plan, Policy, in_order
from trueup.pay.policy import Parked, admitted
from trueup.pay.retro import calculate_fairly
from trueup.pay.stints import Stint, stint_on, stints
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules, parse_period


@dataclass(frozen=True)
class Close:
    """That a period was closed with all that was known on a day."""

    period: str
    closed_on: date


@dataclass(frozen=True)
class Closed:
    """What a close posted: of what was earned, and of what is held; and what waits."""

    close: Close
    calculated: Calculated
    earned: tuple[Posting, ...]
    held: tuple[Posting, ...]
    parked: tuple[Parked, ...]


def replay(
    plans: Iterable[Plan], facts: Facts, closes: Sequence[Close], *, rules: PeriodRules = CIVIL
) -> tuple[Closed, ...]:
    """All closes in their order, each posting what is due by then into its period."""
    versions = tuple(plans)
    done: list[Closed] = []
    earned: list[Posting] = []
    held: list[Posting] = []
    awards: Mapping[str, Mapping[str, Money]] = {}
    for close in closes:
        through = parse_period(close.period, rules).last
        known = facts.known(close.closed_on)
        calculated = calculate_fairly(versions, known, through=through, closed_awards=awards, rules=rules)
        policies = policies_of(versions, known, through)
        now, parked = due_by_policy(calculated, earned, close.period, policies, rules=rules)
        kept = due_of_held(calculated, held, close.period)
        earned += now
        held += kept
        awards = _awarded(calculated.lines)
        done.append(Closed(close, calculated, now, kept, parked))
    return tuple(done)


def due_by_policy(
    calculated: Calculated,
    posted: Iterable[Posting],
    period: str,
    policies: Mapping[str, Policy],
    *,
    rules: PeriodRules = CIVIL,
) -> tuple[tuple[Posting, ...], tuple[Parked, ...]]:
    """What is due of each payee, by their plan's policy; of what was refused nothing is due, nor taken back."""
    earned = {slot: amount for slot, amount in calculated.earned.items() if calculated.may_post(slot)}
    before = [posting for posting in posted if calculated.may_post(posting.slot)]
    known = {posting.slot for posting in before}
    now: list[Posting] = []
    parked: list[Parked] = []
    for posting in due(earned, before, posted_in=period):
        policy = policies.get(posting.slot.payee, Policy())
        admits, waits = admitted([posting], policy, posted_before=known, rules=rules)
        now += admits
        parked += waits
    return tuple(now), tuple(parked)


def due_of_held(calculated: Calculated, posted: Iterable[Posting], period: str) -> tuple[Posting, ...]:
    """What is held anew or let go; of what was refused nothing."""
    return due(
        {slot: amount for slot, amount in calculated.held.items() if calculated.may_post(slot)},
        [posting for posting in posted if calculated.may_post(posting.slot)],
        posted_in=period,
    )


def policies_of(plans: Iterable[Plan], known: Facts, day: date) -> Mapping[str, Policy]:
    """The policy of everybody's plan on a day, or of the last one they were on."""
    found = stints(known.assignments, in_order(plans))
    return {payee: _stint(own, day).plan.policy for payee, own in found.items()}


def runs(
    plans: Iterable[Plan], facts: Facts, closed: Sequence[Closed], *, rules: PeriodRules = CIVIL
) -> Mapping[str, Sequence[tuple[str, PayRun]]]:
    """The pay runs of everybody, one after each close, by payee; with the period of each."""
    by_payee = stints(facts.assignments, in_order(plans))
    found: dict[str, Sequence[tuple[str, PayRun]]] = {}
    for payee, own in sorted(by_payee.items()):
        postings = [posting for each in closed for posting in each.earned if posting.slot.payee == payee]
        terms = terms_of_runs(own, [each.close.period for each in closed], rules=rules)
        currency = postings[0].amount.currency if postings else own[0].assignment.pay_currency or own[0].plan.currency
        made = runs_of(postings, terms, currency, rules=rules)
        found[payee] = [(each.close.period, run) for each, run in zip(closed, made, strict=True)]
    return found


def _awarded(lines: Iterable[PayLine]) -> Mapping[str, Mapping[str, Money]]:
    """By contest what is awarded now. Of what was awarded before, only this is closed: the rest was given to others."""
    found: defaultdict[str, dict[str, Money]] = defaultdict(dict)
    for line in lines:
        if line.kind == "award":
            found[line.component][award_key(line.event, line.payee)] = line.amount
    return found


def _stint(own: Sequence[Stint], day: date) -> Stint:
    return stint_on(own, day) or own[-1]
