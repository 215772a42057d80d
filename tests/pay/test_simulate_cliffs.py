"""Who stands near a bound at which pay jumps: by what was credited once, in the windows that a table runs over."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from pay.paying import facts, plans_of
from trueup.pay.facts import Facts
from trueup.pay.lines import Attained
from trueup.pay.replay import Close
from trueup.pay.simulate import simulate
from trueup.pay.simulate_cliffs import CliffMet, cliffs_met
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules

SLAB = "table: {kind: slab, tiers: [{up_to: 1000, pays: 0.1}, {pays: 0.2}]}"
EACH = "aggregation: per_event"
OVER_ALL = "aggregation: cumulative"
TWO_DEALS = """
    d1 deal 2026-01-10 ann bookings 500 EUR acme -
    d2 deal 2026-01-20 ann bookings 480 EUR acme -
"""


def met(
    how: str,
    events: str,
    *,
    kind: str = "rate",
    table: str = SLAB,
    head: str = "",
    rules: PeriodRules = CIVIL,
    close: str = "2026-06",
    **tables: str,
) -> list[CliffMet]:
    """Who stands at cliffs of one component, half a year being closed."""
    plans = plans_of(f"""
        plan: sales
        currency: EUR
        valid_from: 2026-01-01
        {head}
        components:
          - {{name: bookings, kind: {kind}, credits: bookings, {how}, {table}}}
          - {{name: left_early, kind: clawback, of: [bookings], months: 12}}
    """)
    known = facts(
        events=f"natural_key kind on payee credits amount currency customer of\n{events}",
        assignments="payee plan start target_incentive\nann sales 2026-01-01 12000\nben sales 2026-01-01 6000\n",
        **tables,
    )
    return list(cliffs_met(simulate(plans, known, [Close(close, date(2026, 8, 5))], rules=rules)))


def at(window: str, stands: int, jump: int = 100, payee: str = "ann") -> CliffMet:
    return CliffMet(payee, "bookings", window, Fraction(stands), Fraction(1000), Money.of(jump, "EUR"))


@pytest.mark.parametrize(
    ("how", "events"),
    [
        (OVER_ALL, TWO_DEALS),
        (f"{OVER_ALL}, hold: {{share: 0.5}}", TWO_DEALS),
        (f"{OVER_ALL}, instalments: [{{after_months: 0, share: 0.5}}, {{after_months: 1, share: 0.5}}]", TWO_DEALS),
        # What is returned by its lot leaves credit as it was.
        (
            f"{OVER_ALL}, refunds: original_lot",
            "r1 refund 2026-01-15 - - 100 EUR acme d1\n" + TWO_DEALS + "r2 refund 2026-01-30 - - 80 EUR acme d2\n",
        ),
        (
            OVER_ALL,
            TWO_DEALS + "d3 deal 2026-01-21 ann bookings 60 EUR acme -\nr1 refund 2026-02-01 - - 60 EUR acme d3\n",
        ),
        # Who leaves early returns pay, not credit.
        (OVER_ALL, TWO_DEALS + "c1 churn 2026-03-20 - - - - acme d1\n"),
        (f"{OVER_ALL}, cap: 60", TWO_DEALS),
    ],
)
def test_each_deal_is_counted_once_whatever_becomes_of_its_pay(how: str, events: str) -> None:
    assert met(how, events) == [at("2026", 980)]


@pytest.mark.parametrize(("amount", "is_near"), [(949, False), (950, True), (1000, True), (1050, True), (1051, False)])
def test_a_twentieth_away_is_near(amount: int, is_near: bool) -> None:  # noqa: FBT001
    found = met(EACH, f"d1 deal 2026-01-10 ann bookings {amount} EUR acme -\n")
    assert found == ([at("d1", amount)] if is_near else [])
    assert [each.is_reached for each in found] == ([amount >= 1000] if is_near else [])


@pytest.mark.parametrize(
    ("how", "head", "windows"),
    [
        (EACH, "", ["d1", "d2"]),
        ("aggregation: per_period", "", ["2026-04", "2026-05"]),
        ("aggregation: per_period", "period: quarter", ["FY2027-Q1", "FY2027-Q2"]),
        (f"{OVER_ALL}, reset: quarter", "", ["FY2027-Q1", "FY2027-Q2"]),
    ],
)
def test_windows_are_those_of_the_companys_own_year(how: str, head: str, windows: list[str]) -> None:
    """It begins in February: April and May lie in two of its quarters."""
    deals = "d1 deal 2026-04-30 ann bookings 990 EUR acme -\nd2 deal 2026-05-01 ann bookings 990 EUR bolt -\n"
    rules = PeriodRules(fiscal_year_start=2)
    assert met(how, deals, head=head, rules=rules, close="FY2027-Q2") == [at(window, 990) for window in windows]


def test_what_is_earned_as_it_is_paid_for_stands_nowhere() -> None:
    deals = "d1 deal 2026-01-10 ann bookings 990 EUR acme -\np1 payment 2026-01-20 - - 990 EUR - d1\n"
    assert met(f"{EACH}, earned_on: payment", deals) == []


def test_everybody_is_told_of_in_order_and_of_every_bound() -> None:
    tiers = "{up_to: 1000, pays: 0.1}, {up_to: 1020, pays: 0.1, flat: 7}, {pays: 0.1, flat: 9}"
    deals = "d2 deal 2026-01-10 ben bookings 1010 EUR acme -\nd1 deal 2026-01-10 ann bookings 1005 EUR acme -\n"
    found = met(EACH, deals, table=f"table: {{kind: step, tiers: [{tiers}]}}")
    assert [(each.payee, each.window, each.bound, each.jump.amount) for each in found] == [
        ("ann", "d1", 1000, 7),
        ("ann", "d1", 1020, 9),
        ("ben", "d2", 1000, 7),
        ("ben", "d2", 1020, 9),
    ]


QUOTAS = """
    payee credits period amount currency
    ann bookings 2026-Q1 10000 EUR
    ann bookings 2026-Q2 10000 EUR
    ben bookings 2026-Q1 10000 EUR
    ben bookings 2026-Q2 10000 EUR
"""
ATTAINED = "table: {kind: slab, of: attainment, tiers: [{up_to: 1, pays: 0.5}, {pays: 1}]}"


@pytest.mark.parametrize(("kind", "jump"), [("rate", 5000), ("target", 1500)])
def test_a_bound_of_attainment_is_worth_its_share_of_the_quota_or_of_the_target(kind: str, jump: int) -> None:
    """At all of a quota of 10,000 half of it more; or half of a quarter of the 12,000 of a year at target."""
    deals = "d1 deal 2026-01-10 ann bookings 9900 EUR acme -\nd2 deal 2026-05-10 ann bookings 9000 EUR acme -\n"
    found = met(f"{OVER_ALL}, reset: quarter", deals, kind=kind, table=ATTAINED, quotas=QUOTAS)
    assert found == [CliffMet("ann", "bookings", "2026-Q1", Fraction(99, 100), Fraction(1), Money.of(jump, "EUR"))]


def test_of_a_quota_of_nothing_nobody_is_near_anything_nor_of_a_target_that_nobody_gave() -> None:
    plans = plans_of(f"""
        plan: sales
        currency: EUR
        valid_from: 2026-01-01
        components:
          - {{name: bookings, kind: target, credits: bookings, {OVER_ALL}, {ATTAINED}}}
    """)
    found = simulate(plans, Facts(), [Close("2026-06", date(2026, 8, 5))])
    for quota, target in ((0, 3000), (10000, None)):
        goal = None if target is None else Fraction(target)
        attained = Attained("ann", "bookings", "2026", Fraction(9900), Fraction(quota), goal, plans[0].fingerprint)
        assert cliffs_met(replace(found, attained=(attained,))) == ()
