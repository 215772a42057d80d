"""What everybody earns, whatever the plan and whatever happened: laws of the whole calculation."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from pay.paying import (
    AGREEMENTS,
    AT_LAST,
    CONTEST,
    CREDIT,
    CUSTOMERS,
    PEOPLE,
    POOL,
    QUARTER,
    SHARED,
    VALUE,
    Company,
    amounts,
    companies,
    day_of,
    earns,
    facts,
    nonzero,
    plans_of,
    some_days,
    usd,
)
from trueup.pay.calculate import Calculated
from trueup.pay.crediting import credit
from trueup.pay.facts import Event, ValueReading
from trueup.pay.lines import PayLine
from trueup.pay.payment import Slot, due
from trueup.pay.plan import OWN_NAMES, Component, CreditComponent, Limit, Plan
from trueup.pay.prorate import Segment, prorated
from trueup.pay.rounding import rounded
from trueup.pay.statement import Basis, statements
from trueup.units.money import Money, total
from trueup.units.period import parse_period, period_of

few = settings(max_examples=45, deadline=None)
some = companies()
changing = companies(may_change=True)


def shown(company: Company) -> Sequence[bytes]:
    """Everybody's statement of the year, to the byte."""
    calculated = earns(company)
    earned = due(calculated.earned, [], posted_in=AT_LAST.period)
    held = due(calculated.held, [], posted_in=AT_LAST.period)
    return [each.body for each in statements(Basis("2026-12", calculated, earned, held, [], {}, {}, company.plans))]


# Determinism


def shuffled(company: Company, random: Random) -> Company:
    """The same facts in another order; only what a team divides goes by the order of its shares, where they tie."""
    of_pool = [share for share in company.facts.shares if share.event.startswith("p")]
    parts = {
        **vars(company.facts),
        "shares": [share for share in company.facts.shares if not share.event.startswith("p")],
    }
    for name, rows in parts.items():
        parts[name] = tuple(random.sample(rows, len(rows)))
    return company.knowing(**{**parts, "shares": (*parts["shares"], *of_pool)})


@few
@whatever(changing, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_changes_no_byte(company: Company, random: Random) -> None:
    assert shown(shuffled(company, random)) == shown(company)


@few
@whatever(changing, st.randoms(use_true_random=False))
def test_what_is_delivered_twice_counts_once(company: Company, random: Random) -> None:
    told = company.facts
    again = [replace(event, known_on=day_of(random.randint(0, 400))) for event in told.events]
    twice = company.knowing(
        events=tuple(random.sample([*told.events, *again], 2 * len(again))),
        readings=told.readings * 2,
        reporting_lines=told.reporting_lines * 2,
        rates=told.rates * 2,
        outcomes=told.outcomes * 2,
        agreements=told.agreements * 2,
        eligible_customers=told.eligible_customers * 2,
    )
    assert shown(twice) == shown(company)


SHOWN = """
from pay.test_laws_of_calculation import an_old_company, shown
from hashlib import sha256
print(sha256(b"".join(shown(an_old_company()))).hexdigest())
"""


def an_old_company() -> Company:
    """A company with something of everything."""
    (plan,) = plans_of("""
        plan: sales
        currency: USD
        valid_from: 2026-01-01
        guarantee: {amount: 100, window: quarter}
        components:
          - {name: bookings, kind: rate, credits: bookings, roles: [direct, split, rollup], aggregation: cumulative,
             hold: {share: 0.5}, table: {kind: step, tiers: [{pays: '1/3'}]}}
          - {name: value, kind: value}
          - {name: contest, kind: spiff, credits: bookings, start: 2026-01-01, end: 2027-01-01, budget: 9, fixed: 5}
          - {name: returned, kind: clawback, of: [bookings], months: 12}
    """)
    told = facts(
        events="""
            natural_key kind  on         known_on   amount currency payee credits  customer
            a           deal  2026-01-10 2026-01-10 100    USD      ann   bookings acme
            b           deal  2026-02-10 2026-02-10 100    USD      bob   bookings globex
            gone        churn 2026-05-10 2026-05-10 0      -        -     -        acme
        """,
        assignments="""
            payee plan  start
            ann   sales 2026-01-01
            bob   sales 2026-01-01
            cat   sales 2026-01-01
        """,
        reporting_lines="""
            person manager
            ann    cat
            bob    cat
        """,
    )
    return Company((plan,), replace(told, agreements=AGREEMENTS))


def test_the_same_inputs_give_the_same_bytes_in_every_process() -> None:
    tests = Path(__file__).resolve().parents[1]
    told = {
        subprocess.run(
            [sys.executable, "-c", SHOWN],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(tests), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


# Cancellation

RESTATED = [each for each in CREDIT if each.refunds == "restate"]


@few
@whatever(companies(paying=RESTATED), amounts, some_days, st.sampled_from(PEOPLE), st.sampled_from(CUSTOMERS))
def test_a_deal_and_its_whole_refund_leave_nothing(
    company: Company, amount: Fraction, day: int, payee: str, customer: str
) -> None:
    on = day_of(day)
    sold = Event("x", "deal", on, on, amount, "USD", payee, "bookings", customer)
    back = Event("xr", "refund", on, on, amount, "USD", of="x")
    both = earns(company.knowing(events=(*company.facts.events, sold, back)))
    without = earns(company)
    assert nonzero(both.earned) == nonzero(without.earned)
    assert both.held == without.held


@few
@whatever(changing, amounts, some_days)
def test_what_never_happened_leaves_nothing(company: Company, amount: Fraction, day: int) -> None:
    on = day_of(day)
    sold = Event("x", "deal", on, on, amount, "USD", "ann", "bookings", "acme")
    never = replace(sold, kind="withdrawn", revision=1)
    assert shown(company.knowing(events=(*company.facts.events, never, sold))) == shown(company)


# Caps and floors


def by_window(lines: Iterable[PayLine], kind: Any) -> Mapping[tuple[str, str], Sequence[Money]]:
    """What each payee is paid in each window, earning period by earning period."""
    found: defaultdict[tuple[str, str], defaultdict[str, Money]] = defaultdict(lambda: defaultdict(lambda: usd(0)))
    for line in lines:
        window = period_of(parse_period(line.period).first, kind).key
        found[line.payee, window][line.period] += line.amount + line.held
    return {key: [of_window[period] for period in sorted(of_window)] for key, of_window in found.items()}


CAPPED = [each for each in CREDIT if each.cap is not None]


@few
@whatever(companies(paying=CAPPED))
def test_no_window_pays_more_than_its_components_cap(company: Company) -> None:
    lines = earns(company).lines
    for component in company.plans[0].components:
        if isinstance(component, CreditComponent):
            assert component.cap is not None
            own = [line for line in lines if line.component == component.name]
            for paid in by_window(own, component.reset).values():
                assert max(accumulate(paid)) <= component.cap


def plain(lines: Iterable[PayLine]) -> list[PayLine]:
    """The lines with nothing held, as limits count them."""
    return [replace(line, held=usd(0)) for line in lines]


@few
@whatever(companies(cap=Limit(usd(120), QUARTER)))
def test_no_window_pays_more_than_its_plans_cap(company: Company) -> None:
    lines = [line for line in plain(earns(company).lines) if line.component != "guarantee"]
    for paid in by_window(lines, QUARTER).values():
        assert max(accumulate(paid)) <= usd(120)


@few
@whatever(companies(guarantee=Limit(usd(300), QUARTER)))
def test_every_window_that_is_over_pays_what_is_guaranteed(company: Company) -> None:
    lines = earns(company).lines
    for assignment in company.facts.assignments:
        own = by_window([line for line in plain(lines) if line.payee == assignment.payee], QUARTER)
        for key in ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"):
            quarter = parse_period(key)
            (least,) = prorated(quarter, [Segment(max(assignment.start, quarter.start), quarter.end, Fraction(300))])
            assert total(own[assignment.payee, key], "USD") >= rounded(least, "USD")


# Credit


@few
@whatever(some)
def test_credit_is_conserved_and_rolls_up_once(company: Company) -> None:
    known = company.facts.known(AT_LAST.closed_on)
    for event in known.events:
        if event.kind not in {"deal", "refund"}:
            continue
        own = {payee: [each for each in found if each.event is event] for payee, found in credit(known).items()}
        credited = [each for found in own.values() for each in found]
        assert sum(each.amount for each in credited if each.role in {"direct", "split"}) == event.amount
        assert all(sum(each.role == "rollup" for each in found) <= 1 for found in own.values())


# Scaling


def scaled(company: Company, by: int) -> Company:
    """The same company, where every amount, bound and cap is so many times as large."""

    def plan_of(plan: Plan) -> Plan:
        parts = []
        for each in plan.components:
            assert isinstance(each, CreditComponent)
            bounds = 1 if each.of == "attainment" else by
            larger = each.table if each.of == "attainment" else each.table.scaled(Fraction(bounds), Fraction(by))
            parts.append(replace(each, table=larger, cap=None if each.cap is None else each.cap * by))
        return replace(plan, components=tuple(parts))

    told = company.facts
    larger = company.knowing(
        events=tuple(replace(each, amount=each.amount * by) for each in told.events),
        quotas=tuple(replace(each, amount=each.amount * by) for each in told.quotas),
        assignments=tuple(
            replace(each, target_incentive=each.target_incentive and each.target_incentive * by)
            for each in told.assignments
        ),
    )
    return replace(larger, plans=tuple(plan_of(plan) for plan in company.plans))


BY_CREDIT_ALONE = [
    each for each in CREDIT if each.hold is None and not each.instalments and each.earned_on == "booking"
]


@few
@whatever(
    some, st.lists(st.sampled_from(BY_CREDIT_ALONE), min_size=1, unique_by=lambda each: each.name), st.integers(2, 9)
)
def test_pay_grows_with_amounts_and_bounds(company: Company, paying: list[CreditComponent], by: int) -> None:
    alone = replace(company, plans=(replace(company.plans[0], components=tuple(paying), cap=None, guarantee=None),))
    larger = earns(scaled(alone, by)).lines
    assert [line.exact for line in larger] == [line.exact * by for line in earns(alone).lines]


# Isolation


@few
@whatever(companies(beside=[VALUE, POOL]), st.sampled_from([*CREDIT, CONTEST]))
def test_a_component_changes_no_other_components_lines(company: Company, another: Component) -> None:
    (plan,) = company.plans
    without = tuple(component for component in plan.components if component.name != another.name)

    def others(*components: Component) -> list[PayLine]:
        found = earns(replace(company, plans=(replace(plan, components=components),))).lines
        return [line for line in found if line.component not in {another.name, *OWN_NAMES}]

    assert others(*without, another) == others(*without)


def of(calculated: Calculated, payee: str) -> tuple[list[PayLine], dict[Slot, Money], dict[Slot, Money]]:
    """All that somebody earns alone."""
    lines = [line for line in calculated.lines if line.payee == payee and line.component not in {*SHARED, *OWN_NAMES}]
    own = [
        {
            slot: amount
            for slot, amount in found.items()
            if slot.payee == payee and slot.component not in {*SHARED, *OWN_NAMES}
        }
        for found in (calculated.earned, calculated.held)
    ]
    return lines, own[0], own[1]


@few
@whatever(some, st.booleans())
def test_what_is_bobs_own_changes_nothing_of_anns(company: Company, has_quota: bool) -> None:  # noqa: FBT001
    """Not even that something of his cannot be reckoned any more."""
    told = company.facts
    shared = {share.event for share in told.shares}
    own = {event.natural_key for event in told.events if event.payee == "bob" and event.natural_key not in shared}
    quotas = tuple(replace(each, amount=each.amount * 3) for each in told.quotas if each.payee == "bob")
    changed = company.knowing(
        events=tuple(each for each in told.events if each.natural_key not in own and each.of not in own),
        quotas=(*(each for each in told.quotas if each.payee != "bob"), *(quotas if has_quota else ())),
        assignments=tuple(
            replace(each, target_incentive=Fraction(1), pay_currency="USD") if each.payee == "bob" else each
            for each in told.assignments
        ),
        agreements=tuple(
            replace(each, at_target=each.at_target * 2) if each.payee == "bob" else each for each in told.agreements
        ),
        outcomes=tuple(each for each in told.outcomes if each.payee != "bob"),
    )
    before, after = (of(earns(each), "ann") for each in (company, changed))
    assert before == after


# Value


def with_readings(company: Company, **changes: Any) -> Company:
    return company.knowing(readings=tuple(replace(each, **changes) for each in company.facts.readings))


def released(company: Company) -> Mapping[tuple[str, str], Money]:
    """What vested by payee and component."""
    found: defaultdict[tuple[str, str], Money] = defaultdict(lambda: usd(0))
    for line in earns(company).lines:
        if line.kind == "release":
            found[line.payee, line.component] += line.amount
    return found


VALUED = [each for each in CREDIT if each.hold is not None]
valued = companies(paying=VALUED).map(
    lambda company: replace(
        company, plans=(replace(company.plans[0], components=(*{*company.plans[0].components, VALUE},)),)
    )
)


@few
@whatever(valued)
def test_nothing_vests_that_nobody_unrelated_verified_in_time(company: Company) -> None:
    nobody = {"verified_on": None}
    related = {"independent_of": frozenset({"somebody else"})}
    late = {"lapses_on": date(2025, 12, 31)}
    for changes in (nobody, related, late):
        assert not any(released(with_readings(company, **changes)).values())


def with_events(company: Company, events: Iterable[Event]) -> Company:
    return company.knowing(events=tuple(events))


@few
@whatever(valued)
def test_what_has_vested_depends_on_the_last_verified_reading_only(company: Company) -> None:
    """Of customers who stayed: what is read of one while it is away counts for nothing."""
    stayed = with_events(company, (event for event in company.facts.events if event.kind != "churn"))
    verified = with_readings(stayed, verified_on=day_of(0), independent_of=None)
    last: dict[str, ValueReading] = {}
    for each in sorted(verified.facts.readings, key=lambda reading: reading.as_of):
        last[each.agreement_id] = each
    alone = verified.knowing(readings=tuple(last.values()))
    assert {k: v for k, v in released(alone).items() if v} == {k: v for k, v in released(verified).items() if v}


@few
@whatever(valued, st.integers(0, 400).map(day_of))
def test_what_is_read_after_a_customer_left_for_good_neither_vests_nor_takes_back(company: Company, day: date) -> None:
    left = [Event(f"left/{customer}", "churn", day, day, customer=customer) for customer in CUSTOMERS]
    gone = with_events(company, [*(event for event in company.facts.events if event.on < day), *left])
    before = gone.knowing(readings=tuple(each for each in company.facts.readings if each.as_of < day))
    assert released(gone) == released(before)


@few
@whatever(valued, st.integers(0, 500))
def test_less_certain_value_never_pays_more(company: Company, less: int) -> None:
    wider = company.knowing(readings=tuple(replace(each, lower=each.lower - less) for each in company.facts.readings))
    sure = released(company)
    assert all(amount <= sure[key] for key, amount in released(wider).items())


@few
@whatever(valued)
def test_value_within_the_noise_pays_nothing(company: Company) -> None:
    bands = {each.agreement_id: Fraction(each.band.amount) for each in AGREEMENTS}
    noise = tuple(
        replace(each, estimate=bands[each.agreement_id], lower=bands[each.agreement_id])
        for each in company.facts.readings
    )
    assert not any(released(company.knowing(readings=noise)).values())


@few
@whatever(valued)
def test_slices_of_an_agreement_pay_no_more_than_the_whole(company: Company) -> None:
    def halves(row: Any, *names: str) -> list[Any]:
        half = {name: getattr(row, name) * Fraction(1, 2) for name in names}
        return [replace(row, agreement_id=f"{row.agreement_id}{part}", **half) for part in (1, 2)]

    sliced = company.knowing(
        agreements=tuple(
            half for each in company.facts.agreements for half in halves(each, "at_target", "committed", "band")
        ),
        readings=tuple(half for each in company.facts.readings for half in halves(each, "estimate", "lower")),
    )
    whole = released(company)
    assert all(amount <= whole[key] for key, amount in released(sliced).items())


# What is held, and what is taken back


@few
@whatever(valued, st.integers(1, 12))
def test_no_more_is_let_go_than_was_held(company: Company, months: int) -> None:
    through = parse_period(f"2026-{months:02}").last
    for known_on in (through, AT_LAST.closed_on):
        left: defaultdict[tuple[str, str, str], Money] = defaultdict(lambda: usd(0))
        for slot, amount in earns(company, known_on, through).held.items():
            left[slot.payee, slot.component, slot.lot] += amount
        assert all(amount >= usd(0) for amount in left.values())


@few
@whatever(some)
def test_no_more_is_clawed_back_of_a_lot_than_was_paid_on_it(company: Company) -> None:
    (plan,) = company.plans
    lines = earns(company).lines
    paid: defaultdict[tuple[str, str], Money] = defaultdict(lambda: usd(0))
    for line in lines:
        if isinstance(plan.component(line.component), CreditComponent):
            paid[line.payee, line.lot] += line.amount
    taken: defaultdict[tuple[str, str], list[Money]] = defaultdict(list)
    for line in lines:
        if line.kind == "clawback":
            taken[line.payee, line.lot].append(line.amount)
    for lot, turns in taken.items():
        assert all(usd(0) >= so_far >= -max(paid[lot], usd(0)) for so_far in accumulate(turns))


# Evidence


@few
@whatever(changing)
def test_every_line_cites_a_plan_and_something_that_is_there(company: Company) -> None:
    known = company.facts.known(AT_LAST.closed_on)
    there = {event.natural_key for event in known.events} | {each.agreement_id for each in known.agreements}
    for line in earns(company).lines:
        assert line.plan in {plan.fingerprint for plan in company.plans}
        assert line.component in {*OWN_NAMES, *(c.name for plan in company.plans for c in plan.components)}
        what, _, where = line.event.partition("@")
        if line.component in OWN_NAMES:
            assert (what, parse_period(where).key) == (line.component, where)
        elif line.kind in {"release", "forfeit"}:
            assert what in CUSTOMERS
        else:
            assert line.kind == "excess" or line.event in there


# What is written about the laws


def test_every_law_names_tests_that_are_there() -> None:
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "why" / "laws-of-pay.md").read_text(encoding="utf-8")
    there = {
        name
        for path in [*(root / "tests" / "pay").glob("test_*.py"), *(root / "tests" / "record").glob("test_*.py")]
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    laws = re.findall(r"^\| (\d+) \|.*(`test_\w+`)", page, re.MULTILINE)
    assert [int(number) for number, _ in laws] == list(range(1, 38))
    assert set(re.findall(r"`(test_\w+)`", page)) <= there


# By example: what the laws found


def commission(terms: str = "", **more: str) -> str:
    """A plan of one component, a tenth of bookings."""
    said = {"plan": "sales", "currency": "USD", "valid_from": "2026-01-01", **more}
    head = "\n".join(f"{key}: {value}" for key, value in said.items())
    return f"""
{head}
components:
  - {{name: bookings, kind: rate, credits: bookings, aggregation: cumulative,
     table: {{kind: step, tiers: [{{pays: 0.10}}]}}{terms}}}
"""


ON_SALES = """
    payee plan  start
    ann   sales 2026-01-01
"""


def earned(company: Company, **more: Any) -> dict[tuple[str, str], str]:
    """What is earned by component and earning period."""
    found = earns(company, **more).earned
    return {(slot.component, slot.period): str(amount) for slot, amount in found.items() if amount}


def test_an_agreement_that_is_delivered_twice_is_held_once_and_of_two_terms_none() -> None:
    plan = replace(plans_of(commission())[0], components=(VALUE,))
    once = AGREEMENTS[0]
    company = Company((plan,), replace(facts(assignments=ON_SALES), agreements=(once, once)))
    assert [str(amount) for amount in earns(company).held.values()] == ["300 USD"]
    (told,) = earns(company.knowing(agreements=(once, replace(once, at_target=usd(9))))).unreckoned
    assert told.message == "ann's value: the agreement dso of ann is here twice, and says two things: leave one out."


def test_nothing_is_guaranteed_for_the_quarter_that_somebody_was_on_another_plan() -> None:
    plans = plans_of(
        commission(guarantee="{amount: 300, window: quarter}"),
        commission(plan="care").replace("bookings, kind", "care, kind"),
    )
    told = facts(
        assignments="""
            payee plan  start      end
            ann   sales 2026-01-01 2026-04-01
            ann   care  2026-04-01 2026-07-01
            ann   sales 2026-07-01 -
        """
    )
    quarters = {("guarantee", f"2026-{month}"): "300.00 USD" for month in ("03", "09", "12")}
    assert earned(Company(plans, told)) == quarters


def test_who_began_within_a_month_is_paid_for_it_in_the_currency_of_that_month() -> None:
    told = facts(
        events="""
            natural_key kind on         payee credits  amount currency
            one         deal 2026-01-20 ann   bookings 1000   USD
        """,
        assignments="""
            payee plan  start      end        pay_currency
            ann   sales 2026-01-12 2026-07-01 EUR
            ann   sales 2026-07-01 -          USD
        """,
        rates="""
            use period of  to  rate on         source
            pay 2026   EUR USD 1.25 2026-01-01 plan
        """,
    )
    assert earned(Company(plans_of(commission()), told)) == {("bookings", "2026-01"): "80.00 EUR"}


def test_an_instalment_in_the_old_currency_is_paid_beside_what_is_in_the_new_one() -> None:
    in_two = ", instalments: [{after_months: 0, share: 0.5}, {after_months: 1, share: 0.5}]"
    plans = plans_of(commission(in_two), commission(in_two, currency="EUR", valid_from="2027-01-01"))
    told = facts(
        events="""
            natural_key kind on         payee credits  amount currency
            old         deal 2026-12-10 ann   bookings 1000   USD
            new         deal 2027-01-10 ann   bookings 1000   EUR
        """,
        assignments=ON_SALES,
        rates="""
            use period of  to  rate on         source
            pay 2027   EUR USD 1.25 2027-01-01 plan
        """,
    )
    january = date(2027, 1, 31)
    assert earned(Company(plans, told), through=january) == {
        ("bookings", "2026-12"): "50.00 USD",
        ("bookings", "2027-01"): "90.00 EUR",
    }


def test_a_customer_who_left_and_buys_again_pays_the_new_deals_instalments() -> None:
    in_two = ", instalments: [{after_months: 0, share: 0.5}, {after_months: 2, share: 0.5}]"
    told = facts(
        events="""
            natural_key kind  on         payee credits  amount currency customer
            gone        churn 2026-01-31 -     -        0      -        acme
            again       deal  2026-03-10 ann   bookings 1000   USD      acme
        """,
        assignments=ON_SALES,
    )
    assert earned(Company(plans_of(commission(in_two)), told)) == {
        ("bookings", "2026-03"): "50.00 USD",
        ("bookings", "2026-05"): "50.00 USD",
    }


def test_less_than_nothing_is_never_held() -> None:
    """Lines are parts of one rounded total: Acme's deal is paid nothing, and its refund takes back a cent."""
    told = facts(
        events="""
            natural_key kind   on         payee credits  amount currency customer of
            a           deal   2026-01-01 ann   bookings 0.06   USD      globex   -
            b           deal   2026-01-02 ann   bookings 0.04   USD      acme     -
            c           deal   2026-01-03 ann   bookings 0.05   USD      globex   -
            d           refund 2026-01-04 -     -        0.04   USD      -        b
        """,
        assignments=ON_SALES,
    )
    terms = ", refunds: original_lot, hold: {share: 0.5}"
    company = Company(plans_of(commission(terms)), told)
    acmes = [line for line in earns(company).lines if line.customer == "acme"]
    assert [(line.kind, str(line.amount), str(line.held)) for line in acmes] == [
        ("credit", "0.00 USD", "0.00 USD"),
        ("refund", "-0.01 USD", "0.00 USD"),
    ]


def test_limits_in_a_currency_that_is_no_more_are_told_and_stop_nobody_else() -> None:
    """Ann's plan went from dollars to euros within a year that has one cap; Bob is on another plan."""
    cap = "{amount: 500, window: year}"
    monthly = ", reset: month"
    plans = plans_of(
        commission(monthly, cap=cap),
        commission(monthly, cap=cap, currency="EUR", valid_from="2026-07-01"),
        commission(plan="care"),
    )
    told = facts(
        events="""
            natural_key kind on         payee credits  amount currency
            one         deal 2026-06-20 ann   bookings 1000   USD
            two         deal 2026-07-20 ann   bookings 1000   EUR
            bobs        deal 2026-07-20 bob   bookings 1000   USD
        """,
        assignments="""
            payee plan  start
            ann   sales 2026-01-01
            bob   care  2026-01-01
        """,
    )
    calculated = earns(Company(plans, told))
    assert ("ann", "plan_cap") in calculated.refused
    assert [str(amount) for slot, amount in calculated.earned.items() if slot.payee == "bob"] == ["100.00 USD"]


def test_roles_and_what_is_told_go_by_what_they_are_and_not_by_the_order_they_came_in() -> None:
    roles = ", roles: [direct, split, overlay]"
    told = facts(
        events="""
            natural_key kind on         payee credits  amount currency
            late        deal 2026-03-20 ann   bookings 1000   USD
            soon        deal 2025-02-20 bob   bookings 1000   USD
            first       deal 2025-01-20 bob   bookings 1000   USD
        """,
        shares="""
            event payee role    fraction
            late  ann   overlay 1
            late  ann   split   1
        """,
        assignments="""
            payee plan  start
            ann   sales 2026-01-01
            bob   sales 2026-01-01
            cat   sales 2024-01-01
        """,
    )
    plans = plans_of(commission(roles, valid_from="2024-01-01"))
    calculated = earns(Company(plans, told))
    assert [line.role for line in calculated.lines] == ["split+overlay"]
    (of_bob,) = calculated.unreckoned
    assert of_bob.message.startswith("bob is credited for first on 2025-01-20, and 1 more")
