"""What a plan costs on facts that went worse: four ways, each touching what it says and nothing else."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulated_sellers import IN_FORCE, PROPOSED, TABLES
from trueup.pay.case import closes_of
from trueup.pay.fact_tables import TABLES as FACTS
from trueup.pay.fact_tables import facts_of
from trueup.pay.facts import Event, EventKind, EventShare, Facts, SignedAgreement, ValueReading
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close
from trueup.pay.simulate import SimulationError, in_place, simulate
from trueup.pay.simulate_stress import (
    Stressed,
    delayed_verification,
    dropped_customers,
    inflated_baseline,
    moved_deals,
    stressed,
    stresses,
)
from trueup.units.money import Money
from trueup.units.period import PeriodKind, PeriodRules

JUNE = date(2026, 6, 30)


def facts() -> Facts:
    return facts_of({name: text for name, text in TABLES.items() if name in FACTS})


def runs(text: str) -> dict[str, Stressed]:
    current, candidate = (load([PlanFile("plan.yaml", each)]) for each in (IN_FORCE, text))
    plans, closes = in_place(candidate, current), closes_of(TABLES["closes"], Facts(), ())
    plain = simulate(plans, facts(), closes)
    return {run.name: run for run in stressed(plans, facts(), closes, plain=plain)}


def lost(run: Stressed) -> dict[str, str]:
    """Whose pay changes, and by how much."""
    return {each.payee: f"{each.difference.amount:f}" for each in run.changes if each.difference}


def deal(key: str, day: str, amount: int = 100, customer: str = "") -> Event:
    on = date.fromisoformat(day)
    return Event(key, "deal", on, on, Fraction(amount), "EUR", "ann", "bookings", customer)


def agreed(**committed: int) -> tuple[SignedAgreement, ...]:
    """Agreements by their customers, signed on the first day of the year."""
    return tuple(
        SignedAgreement(customer, "ann", customer.rstrip("2"), "value", date(2026, 1, 1), *map(eur, (1000, amount, 0)))
        for customer, amount in committed.items()
    )


def eur(amount: int) -> Money:
    return Money.of(amount, "EUR")


def read(agreement: str, lower: int, as_of: str = "2026-03-31", **more: Any) -> ValueReading:
    """A verified reading."""
    on = date.fromisoformat(as_of)
    sure = {"known_on": on, "verified_on": on, **more}
    return ValueReading(agreement, on, Fraction(lower + 2000), Fraction(lower), date(2027, 1, 1), **sure)


def test_each_stress_tells_what_it_costs_and_whom() -> None:
    """A tenth of 100,000 for 70 of 365 days is 1,917.81 of value, 1.9 % of what was committed, 76.71 of 4,000.

    Ann's deal of 31 March slips into a quarter that is far above its quota, where 41,000 at 9 % are 3,690 and not
    2,090; Cem loses the customer who bought least; Acme's verification comes after the last close.
    """
    found = runs(PROPOSED)
    assert {name: lost(run) for name, run in found.items()} == {
        "baseline_inflated": {"ann": "76.71"},
        "deals_moved": {"ann": "1600.00"},
        "customers_dropped": {"cem": "-1500.00"},
        "verification_delayed": {"ann": "-1600.00"},
    }
    assert [run.touched for run in found.values()] == [2, 1, 2, 2]
    assert {run.because for run in found.values()} == {""}
    assert found["customers_dropped"].cost == {"EUR": Money.of("35390.00", "EUR")}


def test_what_each_stress_means_is_told_with_what_it_does() -> None:
    meant = {
        "baseline_inflated": "every baseline is a tenth too favourable for us",
        "deals_moved": "the last 5 % of deals slip into the next period",
        "customers_dropped": "the worst fifth of customers is gone",
        "verification_delayed": "every verification comes 90 days later",
    }
    assert {name: run.meaning for name, run in runs(IN_FORCE).items()} == meant
    with pytest.raises(SimulationError) as error:
        stresses([])
    assert str(error.value) == (
        "There is no close to simulate: give periods, each with the day on which it was closed."
    )


def test_a_slab_loses_more_from_one_deal_that_slips() -> None:
    """Without it Ann's first quarter is below its quota: 3,000, and no longer 8,080; the second gains 3,280."""
    assert lost(runs(IN_FORCE)["deals_moved"]) == {"ann": "-1800.00"}


def test_a_plan_that_pays_for_no_value_cannot_be_stressed_by_it() -> None:
    found = runs(IN_FORCE)
    assert lost(found["baseline_inflated"]) == lost(found["verification_delayed"]) == {}


def test_an_inflated_baseline_adds_its_share_to_estimate_and_lower_bound_as_the_term_elapses() -> None:
    """Half a term in, a tenth of 80,000 is 4,000 more; and of a baseline worth 400,000 it is 20,000 more."""
    euros = (Money.of(amount, "EUR") for amount in (1000, 80000, 0))
    signed = SignedAgreement("a", "ann", "acme", "value", date(2026, 1, 1), *euros, ends_on=date(2026, 1, 11))
    reading = ValueReading(
        "a", date(2026, 1, 6), Fraction(9000), Fraction(7000), date(2026, 3, 1), known_on=date(2026, 1, 6)
    )
    known = Facts(agreements=(signed,), readings=(reading,))
    (found,) = inflated_baseline(known).facts.readings
    assert (found.estimate, found.lower) == (13000, 11000)
    (found,) = inflated_baseline(known, baselines={"a": Fraction(400000)}).facts.readings
    assert (found.estimate, found.lower) == (29000, 27000)
    endless = replace(known, agreements=(replace(signed, ends_on=None),))
    assert inflated_baseline(endless).facts.readings[0].estimate == 17000
    assert inflated_baseline(Facts()).because == "no value was read"


@pytest.mark.parametrize(
    ("ends_on", "as_of", "elapsed"),
    [
        (None, "2026-01-01", "1"),
        ("2026-01-02", "2026-01-01", "0"),
        ("2026-01-02", "2026-01-02", "1"),
        ("2026-01-05", "2026-01-04", "3/4"),
        ("2026-01-05", "2026-02-04", "1"),
        ("2026-01-05", "2025-12-31", "0"),
        ("2026-01-01", "2026-01-01", "1"),
    ],
)
def test_a_baseline_is_too_favourable_by_as_much_of_its_term_as_is_over(
    ends_on: str | None, as_of: str, elapsed: str
) -> None:
    """An agreement without an end, or that ends as it begins, is over from its first day on."""
    ends = None if ends_on is None else date.fromisoformat(ends_on)
    (signed,) = agreed(acme=80000)
    known = Facts(agreements=(replace(signed, ends_on=ends),), readings=(read("acme", 7000, as_of),))
    (found,) = inflated_baseline(known).facts.readings
    assert (found.estimate, found.lower) == (9000 + 8000 * Fraction(elapsed), 7000 + 8000 * Fraction(elapsed))


def test_a_reading_of_an_agreement_nobody_signed_is_left_alone() -> None:
    readings = facts().readings
    assert inflated_baseline(replace(facts(), agreements=())).facts.readings == readings


def test_the_deals_nearest_to_their_periods_end_slip_into_the_next() -> None:
    """Of forty deals two: those of 31 January and of 27 February; not the one of 2 March."""
    deals = [deal(f"d{day}", f"2026-01-{day:02}") for day in range(1, 29)] + [deal("last", "2026-01-31")]
    deals += [deal("february", "2026-02-27")] + [deal(f"m{day}", f"2026-03-{day:02}") for day in range(2, 12)]
    assert len(deals) == 40
    found = moved_deals(Facts(tuple(deals)), kind=PeriodKind.MONTH, through=JUNE)
    moved = {each.natural_key: (each.on, each.known_on) for each in found.facts.events if each not in deals}
    assert moved == {
        "last": (date(2026, 2, 1), date(2026, 2, 1)),
        "february": (date(2026, 3, 1), date(2026, 3, 1)),
    }
    assert found.touched == 2


def test_which_of_equally_near_deals_slips_follows_from_key_and_seed_alone() -> None:
    deals = [deal(f"d{number}", "2026-01-31") for number in range(30)]

    def slipped(rows: list[Event], **seed: str) -> set[str]:
        found = moved_deals(Facts(tuple(rows)), kind=PeriodKind.MONTH, through=JUNE, **seed)  # type: ignore[arg-type]
        return {each.natural_key for each in found.facts.events if each.on.month == 2}

    assert len(slipped(deals)) == 2
    assert slipped(deals) == slipped(deals[::-1])
    assert slipped(deals) != slipped(deals, seed="another")


def test_a_deal_slips_in_all_its_revisions_and_is_known_no_earlier_than_it_was() -> None:
    late = replace(deal("a", "2026-01-31"), revision=1, known_on=date(2026, 4, 2))
    found = moved_deals(Facts((deal("a", "2026-01-30"), late)), kind=PeriodKind.MONTH, through=JUNE)
    assert [(each.on, each.known_on) for each in found.facts.events] == [
        (date(2026, 2, 1), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 4, 2)),
    ]


def test_only_deals_of_closed_periods_slip_and_without_any_nothing_does() -> None:
    after = moved_deals(Facts((deal("a", "2026-07-31"),)), kind=PeriodKind.MONTH, through=JUNE)
    assert (after.touched, after.because) == (0, "there is no deal")
    on_the_last_day = moved_deals(Facts((deal("a", "2026-06-30"),)), kind=PeriodKind.MONTH, through=JUNE)
    assert (on_the_last_day.touched, on_the_last_day.because) == (1, "")


def test_of_a_deal_that_was_corrected_counts_the_newest_day_in_whatever_order_it_came() -> None:
    known = (replace(deal("a", "2026-07-31"), revision=1), deal("a", "2026-01-31"))
    for events in (known, known[::-1]):
        assert moved_deals(Facts(events), kind=PeriodKind.MONTH, through=JUNE).touched == 0


def test_deals_slip_into_the_companys_own_next_quarter() -> None:
    """Its year begins in February: the quarter ends with April, and the last close is of it."""
    rules = PeriodRules(fiscal_year_start=2)
    known = Facts((deal("a", "2026-04-30"), deal("b", "2026-05-01")))
    for closes in ([Close("FY2027-Q1", JUNE)], [Close("FY2026-Q4", JUNE), Close("FY2027-Q1", JUNE)]):
        (moves,) = [each for each in stresses(closes, rules=rules) if each.name == "deals_moved"]
        assert moves.alters(known) == moved_deals(
            known, kind=PeriodKind.QUARTER, through=date(2026, 4, 30), rules=rules
        )
        assert [each.on for each in moves.alters(known).facts.events] == [date(2026, 5, 1)] * 2


def test_a_company_with_a_year_of_its_own_is_stressed_by_its_own_periods() -> None:
    plans = load([PlanFile("plan.yaml", IN_FORCE.replace("currency: EUR", "currency: EUR\nperiod: quarter"))])
    quotas = TABLES["quotas"].replace("2026-", "FY2026-")
    known = facts_of({name: text for name, text in TABLES.items() if name in FACTS} | {"quotas": quotas})
    closes, rules = [Close("FY2026-Q3", JUNE)], PeriodRules(fiscal_year_start=7)
    plain = simulate(plans, known, closes, rules=rules)
    found = {run.name: run for run in stressed(plans, known, closes, plain=plain, rules=rules)}
    assert found["verification_delayed"].cost == plain.cost()
    assert found["deals_moved"].touched == 1


def test_the_worst_customers_go_with_all_that_is_theirs() -> None:
    """Of five the fifth with least value, then with least credit: Jade, whose refund leaves 10; Acme has value."""
    rows = [deal(name, "2026-01-10", 100, customer=name) for name in ("bolt", "core", "dune")]
    rows += [deal("acme", "2026-01-10", 1, customer="acme"), deal("jade", "2026-01-10", 500, customer="jade")]
    refund = Event("back", "refund", JUNE, JUNE, Fraction(490), of="jade")
    euros = (Money.of(amount, "EUR") for amount in (1000, 80000, 0))
    signed = SignedAgreement("a", "ann", "acme", "value", date(2026, 1, 1), *euros)
    reading = ValueReading("a", JUNE, Fraction(9), Fraction(7), JUNE, known_on=JUNE, verified_on=JUNE)
    known = Facts(events=(*rows, refund), agreements=(signed,), readings=(reading,))
    found = dropped_customers(known)
    assert found.touched == 1
    assert {each.natural_key for each in found.facts.events} == {"bolt", "core", "dune", "acme"}
    assert found.facts.agreements == (signed,)
    all_but_one = dropped_customers(known, share=Fraction(9, 10))
    assert {each.natural_key for each in all_but_one.facts.events} == {"acme"}
    gone = dropped_customers(known, share=Fraction(1))
    assert (gone.facts.events, gone.facts.agreements, gone.facts.readings) == ((), (), ())


def test_of_four_customers_a_fifth_is_nobody() -> None:
    known = Facts(tuple(deal(name, "2026-01-10", customer=name) for name in "abcd"))
    found = dropped_customers(known)
    assert (found.facts, found.touched, found.because) == (known, 0, "1/5 of 4 customers is less than one")


@pytest.mark.parametrize(
    ("deals", "other", "worst"),
    [
        ({"acme": [60], "bolt": [50]}, [], "bolt"),
        ({"acme": [60], "bolt": [50, 20]}, [], "acme"),
        ({"acme": [60], "bolt": [60]}, [], "acme"),
        ({"acme": [60], "bolt": [70]}, [("refund", "bolt0", 20)], "bolt"),
        # What is paid for is credit as before, and what is taken off a deal that nobody knows is of nobody.
        ({"acme": [60], "bolt": [70]}, [("payment", "bolt0", 70)], "acme"),
        ({"acme": [60], "bolt": [70]}, [("refund", "unknown", 70)], "acme"),
    ],
)
def test_without_value_the_worst_customer_is_who_bought_least(
    deals: dict[str, list[int]], other: list[tuple[EventKind, str, int]], worst: str
) -> None:
    """Of two, half are dropped."""
    events = [
        deal(f"{customer}{place}", "2026-01-10", amount, customer)
        for customer, amounts in deals.items()
        for place, amount in enumerate(amounts)
    ]
    events += [Event(f"e{of}", kind, JUNE, JUNE, Fraction(amount), of=of) for kind, of, amount in other]
    found = dropped_customers(Facts(tuple(events)), share=Fraction(1, 2))
    left = {each.customer for each in found.facts.events if each.kind == "deal"}
    assert (found.touched, found.because, left) == (1, "", {"acme", "bolt"} - {worst})


@pytest.mark.parametrize(
    ("agreements", "readings", "worst"),
    [
        ({"acme": 100, "bolt": 100}, [read("acme", 10), read("bolt", 9)], "bolt"),
        ({"acme": 100, "bolt": 100}, [read("acme", 10)], "bolt"),
        # Of one agreement the last that is verified counts, by its day and then by its revision; those of two add up.
        ({"acme": 100, "bolt": 100}, [read("acme", 10), read("acme", 5, "2026-04-30"), read("bolt", 9)], "acme"),
        ({"acme": 100, "bolt": 100}, [read("acme", 10), read("acme", 5, revision=1), read("bolt", 9)], "acme"),
        (
            {"acme": 100, "bolt": 100},
            [read("acme", 5), read("acme", 99, revision=1, verified_on=None), read("bolt", 9)],
            "acme",
        ),
        ({"acme": 100, "bolt": 100, "bolt2": 100}, [read("acme", 10), read("bolt", 6), read("bolt2", 6)], "acme"),
        ({"acme": 100, "bolt": 100}, [], "acme"),
    ],
)
def test_the_worst_customer_is_who_has_least_verified_value(
    agreements: dict[str, int], readings: list[ValueReading], worst: str
) -> None:
    """Of two, half are dropped; who bought nothing yet is among them."""
    known = Facts(agreements=agreed(**agreements), readings=tuple(readings))
    found = dropped_customers(known, share=Fraction(1, 2))
    assert {each.customer for each in found.facts.agreements} == {"acme", "bolt"} - {worst}
    assert {each.agreement_id.rstrip("2") for each in found.facts.readings} <= {"acme", "bolt"} - {worst}


def test_who_agreed_and_bought_nothing_is_worse_than_who_bought_something() -> None:
    known = Facts(events=(deal("a", "2026-01-10", 1, "acme"),), agreements=agreed(bolt=100))
    found = dropped_customers(known, share=Fraction(1, 2))
    assert (found.facts.events, found.facts.agreements) == (known.events, ())


def test_with_a_customer_go_the_shares_of_their_deals_and_what_belongs_to_nobody_stays() -> None:
    shares = tuple(EventShare(key, "ann", "direct", Fraction(1)) for key in ("a", "b", "c"))
    events = (deal("a", "2026-01-10", 1, "acme"), deal("b", "2026-01-10", 9, "bolt"), deal("c", "2026-01-10", 0))
    found = dropped_customers(Facts(events=events, shares=shares), share=Fraction(1, 2))
    assert (found.facts.events, found.facts.shares) == (events[1:], shares[1:])


def test_a_verification_that_comes_later_may_come_after_the_reading_lapsed() -> None:
    found = delayed_verification(facts())
    assert (found.touched, found.because) == (2, "")
    assert [(each.verified_on, each.known_on) for each in found.facts.readings] == [(date(2026, 7, 9),) * 2] * 2
    assert [each.lapses_on for each in found.facts.readings] == [JUNE] * 2
    unverified = replace(facts(), readings=tuple(replace(each, verified_on=None) for each in facts().readings))
    assert delayed_verification(unverified) == replace(
        delayed_verification(unverified), facts=unverified, touched=0, because="nothing was verified"
    )


def test_what_touches_nothing_is_not_run_again_and_says_why() -> None:
    known = replace(facts(), readings=(), agreements=())
    plans, closes = load([PlanFile("plan.yaml", IN_FORCE)]), closes_of(TABLES["closes"], Facts(), ())
    plain = simulate(plans, known, closes)
    found = {run.name: run for run in stressed(plans, known, closes, plain=plain)}
    assert found["verification_delayed"].cost == plain.cost()
    assert found["verification_delayed"].because == "nothing was verified"
    paid_nothing = replace(plain, amounts=())
    again = {run.name: run for run in stressed(plans, known, closes, plain=paid_nothing)}
    assert again["verification_delayed"].cost == {"EUR": Money.zero("EUR")}


@given(st.lists(st.dates(date(2026, 1, 1), JUNE), min_size=1, max_size=60))
def test_a_twentieth_of_deals_slips_rounded_up_and_none_before_its_day(days: list[date]) -> None:
    known = Facts(tuple(deal(f"d{place}", str(day)) for place, day in enumerate(days)))
    found = moved_deals(known, kind=PeriodKind.MONTH, through=JUNE)
    assert found.touched == -(-len(days) // 20)
    before = {each.natural_key: each for each in known.events}
    moved = [each for each in found.facts.events if each.on != before[each.natural_key].on]
    assert len(moved) == found.touched
    assert all(each.on > before[each.natural_key].on and each.on.day == 1 for each in moved)
