"""What closes post one after the other, whatever was learned when: laws of the payment equation, whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from pay.paying import (
    AT_LAST,
    CONTEST,
    CREDIT,
    PATH_DEPENDENT,
    QUARTER,
    Company,
    amounts,
    closes_of,
    companies,
    day_of,
    earns,
    facts,
    nonzero,
    plans_of,
    some_closes,
    some_days,
    some_draws,
    some_policies,
    sums,
    usd,
)
from trueup.pay.facts import Event, Facts
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import CreditComponent, Draw, Limit, Plan, Policy
from trueup.pay.replay import Close, Closed, replay, runs
from trueup.pay.statement import Basis, statements
from trueup.units.money import Money, total
from trueup.units.period import PeriodKind, parse_period, period_of

few = settings(max_examples=40, deadline=None)
some = companies(may_change=True)


def with_policy(company: Company, policy: Policy) -> Company:
    return replace(company, plans=tuple(replace(plan, policy=policy) for plan in company.plans))


def posted(closed: Sequence[Closed]) -> list[Posting]:
    return [posting for each in closed for posting in each.earned]


def held(closed: Sequence[Closed]) -> list[Posting]:
    return [posting for each in closed for posting in each.held]


def shown(company: Company, closed: Sequence[Closed]) -> list[list[bytes]]:
    """The statements of each close, to the byte."""
    found = []
    for place, each in enumerate(closed):
        before = closed[:place]
        basis = Basis(
            each.close.period,
            each.calculated,
            each.earned,
            each.held,
            each.parked,
            sums(posted(before)),
            sums(held(before)),
            company.plans,
        )
        run = {payee: own[place][1] for payee, own in runs(company.plans, company.facts, closed[: place + 1]).items()}
        found.append([statement.body for statement in statements(basis, runs=run)])
    return found


@few
@whatever(some, some_closes, some_policies)
def test_closing_twice_posts_nothing_more(company: Company, closes: list[Close], policy: Policy) -> None:
    company = with_policy(company, policy)
    once, twice = (replay(company.plans, company.facts, [*closes, *again]) for again in ([], [closes[-1]]))
    assert twice[: len(once)] == once
    assert (twice[-1].earned, twice[-1].held) == ((), ())
    assert [each.posting for each in twice[-1].parked] == [each.posting for each in once[-1].parked]


@few
@whatever(companies(may_change=True), some_closes, some_policies)
def test_whatever_was_learned_when_posted_and_parked_come_to_what_is_earned(
    company: Company, closes: list[Close], policy: Policy
) -> None:
    """Of all that is not path-dependent by its rules; one close that knew everything would have posted the same."""
    has_contest = any(plan.component("contest") for plan in company.plans)
    exempt = PATH_DEPENDENT if has_contest else frozenset()

    def independent(amounts: Mapping[Slot, Money]) -> Mapping[Slot, Money]:
        return {slot: amount for slot, amount in amounts.items() if slot.component not in exempt}

    at_once = sums(posted(replay(company.plans, company.facts, [AT_LAST])))
    company = with_policy(company, policy)
    closed = replay(company.plans, company.facts, closes)
    now = earns(company)
    waits = [each.posting for each in closed[-1].parked]
    assert not now.refused
    assert independent(sums([*posted(closed), *waits])) == independent(nonzero(now.earned)) == independent(at_once)
    assert sums(held(closed)) == now.held


@few
@whatever(some, some_closes)
def test_without_a_policy_even_what_depends_on_the_path_is_posted_as_it_was_reckoned_last(
    company: Company, closes: list[Close]
) -> None:
    closed = replay(company.plans, company.facts, closes)
    if not closed[-1].calculated.refused:
        assert sums(posted(closed)) == nonzero(closed[-1].calculated.earned)


@few
@whatever(some, some_closes, amounts, some_days)
def test_what_is_learned_later_touches_no_closed_statement(
    company: Company, closes: list[Close], amount: Fraction, day: int
) -> None:
    on, after = day_of(day), closes[-1].closed_on
    late = Event("late", "deal", on, after, amount, "USD", "ann", "bookings", "acme")
    later = company.knowing(events=(late, *company.facts.events))
    before, now = (shown(each, replay(each.plans, each.facts, closes)) for each in (company, later))
    assert now[:-1] == before[:-1]


@few
@whatever(some, some_closes, st.integers(0, 4))
def test_replaying_what_was_known_posts_what_was_posted(company: Company, closes: list[Close], place: int) -> None:
    """The facts as they were known at a close are all that it and those before it need."""
    closed = replay(company.plans, company.facts, closes)
    at = min(place, len(closes) - 1)
    told = company.facts
    events = tuple(event for event in told.events if event.known_on <= closes[at].closed_on)
    readings = tuple(reading for reading in told.readings if reading.known_on <= closes[at].closed_on)
    outcomes = tuple(outcome for outcome in told.outcomes if outcome.known_on <= closes[at].closed_on)
    then = company.knowing(events=events, readings=readings, outcomes=outcomes)
    assert replay(then.plans, then.facts, closes[: at + 1]) == closed[: at + 1]


@few
@whatever(companies(cap=Limit(usd(120), QUARTER)), some_closes)
def test_what_was_posted_keeps_to_caps_after_every_close(company: Company, closes: list[Close]) -> None:
    closed = replay(company.plans, company.facts, closes)
    for place in range(1, len(closed) + 1):
        if any(each.calculated.refused for each in closed[:place]):
            break
        sofar = sums(posted(closed[:place]))
        lots = sums(held(closed[:place]))
        for component in company.plans[0].components:
            if isinstance(component, CreditComponent) and component.cap is not None:
                _check_within([sofar, lots], component.name, component.reset, component.cap)
        paid = {slot: amount for slot, amount in sofar.items() if slot.component != "guarantee"}
        whole = {Slot(slot.payee, "whole", slot.period, slot.component): amount for slot, amount in paid.items()}
        _check_within([whole], "whole", QUARTER, usd(120))


def _check_within(found: Iterable[Mapping[Slot, Money]], name: str, window: PeriodKind, cap: Money) -> None:
    paid: dict[tuple[str, str], list[Money]] = {}
    for amounts_ in found:
        for slot, amount in amounts_.items():
            if slot.component == name and amount.currency == "USD":
                key = (slot.payee, period_of(parse_period(slot.period).first, window).key)
                paid.setdefault(key, []).append(amount)
    assert all(total(each, "USD") <= cap for each in paid.values())


@few
@whatever(companies(beside=[CONTEST]), some_closes)
def test_a_contest_never_gives_more_than_its_budget_whatever_was_closed_when(
    company: Company, closes: list[Close]
) -> None:
    for each in replay(company.plans, company.facts, closes):
        awards = [line.amount for line in each.calculated.lines if line.kind == "award"]
        assert total(awards, "USD") <= CONTEST.budget


# What cannot be reckoned

BY_QUOTA = [each for each in CREDIT if each.of == "attainment" or each.hold is not None]


def forgotten(company: Company, known_on: date) -> tuple[Sequence[Plan], Facts]:
    """The same, where Ann's quota is of the first half, and that of the second is known on a day."""
    halves = [
        replace(quota, period=f"2026-Q{number}", amount=quota.amount / 4, known_on=known_on if number > 2 else date.min)
        for quota in company.facts.quotas
        for number in (1, 2, 3, 4)
        if quota.payee == "ann"
    ]
    others = [quota for quota in company.facts.quotas if quota.payee != "ann"]
    return company.plans, replace(company.facts, quotas=(*others, *halves))


@few
@whatever(companies(paying=BY_QUOTA), some_closes)
def test_of_what_is_refused_nothing_is_posted_nor_taken_back_and_all_of_it_once_it_is_mended(
    company: Company, closes: list[Close]
) -> None:
    """Ann's quota of the second half was forgotten, so that none holds for the year, and is given before the last."""
    closed = replay(*forgotten(company, known_on=closes[-1].closed_on), closes)
    for each in closed:
        refused = [slot for slot in sums(posted(closed)) if not each.calculated.may_post(slot)]
        assert {slot.payee for slot in refused} <= {"ann"}
        assert not {posting.slot for posting in (*each.earned, *each.held)} & set(refused)
    assert not closed[-1].calculated.refused
    assert sums(posted(closed)) == nonzero(closed[-1].calculated.earned)
    assert sums(held(closed)) == closed[-1].calculated.held


# Draws and pay runs


@few
@whatever(some, some_closes, some_policies, some_draws)
def test_runs_pay_what_was_posted_and_lend_and_recover_the_rest(
    company: Company, closes: list[Close], policy: Policy, draw: Draw | None
) -> None:
    plans = tuple(replace(plan, policy=policy, draw=draw) for plan in company.plans)
    closed = replay(plans, company.facts, closes)
    for payee, made in runs(plans, company.facts, closed).items():
        own = [posting.amount for posting in posted(closed) if posting.slot.payee == payee]
        advanced = recovered = earned = paid = Money.zero(made[0][1].paid.currency)
        nothing = advanced
        for _, run in made:
            advanced += run.advanced
            recovered += run.recovered
            earned += run.earned
            paid += run.paid
            assert min(run.advanced, run.recovered, run.offset, run.paid, run.owed.draw, run.owed.receivable) >= nothing
            assert recovered <= advanced
            assert run.owed.draw == advanced - recovered
            assert paid == earned + run.owed.draw + run.owed.receivable
        assert earned == total(own, earned.currency)
        if plans[0].draw is not None:
            least = plans[0].draw.minimum.amount
            ends = plans[0].draw.ends
            assert all(run.paid.amount >= least for period, run in made if period <= ends)


# By example: what the laws found


def test_an_award_that_comes_back_finds_its_budget_given_to_another() -> None:
    """Ann's deal is withdrawn in February, so the award is Bob's; that it was right after all displaces nobody."""
    plans = plans_of("""
        plan: sales
        currency: USD
        valid_from: 2026-01-01
        components:
          - {name: contest, kind: spiff, credits: bookings, start: 2026-01-01, end: 2027-01-01, budget: 100, fixed: 100}
    """)
    told = facts(
        events="""
            natural_key kind      on         known_on   payee credits  amount currency revision
            anns        deal      2026-01-10 2026-01-10 ann   bookings 10     USD      0
            bobs        deal      2026-01-20 2026-01-20 bob   bookings 10     USD      0
            anns        withdrawn 2026-01-10 2026-02-10 ann   bookings 10     USD      1
            anns        deal      2026-01-10 2026-03-10 ann   bookings 10     USD      2
        """,
        assignments="""
            payee plan  start
            ann   sales 2026-01-01
            bob   sales 2026-01-01
        """,
    )
    closed = replay(plans, told, closes_of([1, 2, 3]))
    paid = [[(each.slot.payee, str(each.amount)) for each in close.earned] for close in closed]
    assert paid == [[("ann", "100.00 USD")], [("ann", "-100.00 USD"), ("bob", "100.00 USD")], [], []]
