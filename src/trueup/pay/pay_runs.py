"""A payee's pay runs, one after the other: what each earned run pays, advances, recovers and leaves owed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trueup.pay.draw import Owed, PayRun, RunTerms, pay_run
from trueup.pay.payment import Posting
from trueup.pay.plan import Draw, Policy
from trueup.pay.rounding import rounded_down
from trueup.pay.stints import Stint, stint_on
from trueup.units.money import Money, total
from trueup.units.period import CIVIL, PeriodRules, parse_period


@dataclass(frozen=True)
class Terms:
    """What a run goes by: the draw and the policy of the payee's plan in its period."""

    period: str
    draw: Draw | None
    policy: Policy


def terms_of_runs(own: Sequence[Stint], periods: Iterable[str], *, rules: PeriodRules = CIVIL) -> list[Terms]:
    """The terms of somebody's runs: of the plan at each period's end, or the last they were on; off a plan, no draw."""
    found = []
    for key in periods:
        period = parse_period(key, rules)
        plan = (stint_on(own, period.last) or own[-1]).plan
        is_on = any(stint.within(period.start, period.end) for stint in own)
        found.append(Terms(key, plan.draw if is_on else None, plan.policy))
    return found


def runs_of(
    postings: Iterable[Posting], terms: Sequence[Terms], currency: str, *, rules: PeriodRules = CIVIL
) -> tuple[PayRun, ...]:
    """The runs of somebody's posted amounts, one for each of ``terms`` in its order, by posted period.

    Where differences below 0 are spread over instalments, each is a receivable from its run on, of which every run
    offsets as many parts as have fallen due.
    """
    by_period: dict[str, list[Posting]] = {}
    for posting in postings:
        by_period.setdefault(posting.posted_in, []).append(posting)
    nothing = Money.zero(currency)
    owed = Owed(nothing, nothing)
    spread: list[tuple[int, Money, int]] = []
    runs = []
    for number, each in enumerate(terms):
        own = by_period.get(each.period, [])
        taken = total((posting.amount for posting in own if _is_spread(posting, each)), currency)
        earned = total((posting.amount for posting in own if not _is_spread(posting, each)), currency)
        if taken:
            spread.append((number, -taken, each.policy.instalments))
            owed = Owed(owed.draw, owed.receivable - taken)
        # No run offsets what has not fallen due, so all of that is still owed.
        waiting = total(
            (amount - _fallen_due(amount, number - begun + 1, parts) for begun, amount, parts in spread), currency
        )
        run = pay_run(Owed(owed.draw, owed.receivable - waiting), earned, _run_terms(each, currency, rules))
        owed = Owed(run.owed.draw, run.owed.receivable + waiting)
        runs.append(PayRun(run.earned + taken, run.advanced, run.recovered, run.offset, run.paid, owed))
    return tuple(runs)


def _is_spread(posting: Posting, terms: Terms) -> bool:
    is_later = posting.slot.period != posting.posted_in
    return terms.policy.negative_delta == "instalments" and is_later and posting.amount.amount < 0


def _fallen_due(amount: Money, runs: int, parts: int) -> Money:
    if runs >= parts:
        return amount
    return rounded_down(Fraction(amount.amount) * runs / parts, amount.currency)


def _run_terms(terms: Terms, currency: str, rules: PeriodRules) -> RunTerms:
    nothing = Money.zero(currency)
    floor = nothing if terms.policy.floor is None else Money(terms.policy.floor.amount, currency)
    if terms.draw is None:  # What an earlier plan advanced is owed all the same.
        return RunTerms(nothing, recovers=True, floor=floor, offset_share=terms.policy.offset_share)
    run, ends, recovers = (
        parse_period(key, rules).first for key in (terms.period, terms.draw.ends, terms.draw.recovers_from)
    )
    minimum = Money(terms.draw.minimum.amount, currency) if run <= ends else nothing
    return RunTerms(minimum, recovers=run >= recovers, floor=floor, offset_share=terms.policy.offset_share)
