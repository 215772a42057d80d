"""What a line of credit says: by which version it is paid, what is left of its deal, and from when a rate is."""

from collections.abc import Sequence
from datetime import date

import pytest

from pay.paying import facts, plans_of
from trueup.pay.calculate import Calculated, calculate
from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.units.period import CIVIL, PeriodRules

FISCAL = PeriodRules(fiscal_year_start=2)
TENTH = "table: {kind: step, tiers: [{pays: 0.1}]}"
BOOKED = "natural_key kind on payee credits amount currency customer of"


def plan(component: str, valid_from: str = "2026-01-01", more: str = "") -> str:
    return f"""
    plan: sales
    currency: USD
    valid_from: {valid_from}
    {more}
    components:
      - {{name: sales, kind: rate, credits: bookings, {component}, {TENTH}}}
"""


def paid(plans: Sequence[Plan], *events: str, rules: PeriodRules = CIVIL, **tables: str) -> Calculated:
    told = facts(assignments="payee plan start\n ann sales 2026-01-01", events="\n".join([BOOKED, *events]), **tables)
    return calculate(plans, told, through=date(2026, 12, 31), rules=rules)


def test_of_a_deal_with_several_refunds_the_line_says_what_is_left() -> None:
    found = paid(
        plans_of(plan("aggregation: cumulative, reset: quarter, refunds: restate")),
        "d deal 2026-01-10 ann bookings 100 USD - -",
        "a refund 2026-02-10 - - 20 USD - d",
        "b refund 2026-02-11 - - 25 USD - d",
    )
    assert [int(line.credited) for line in found.lines if line.kind == "credit"] == [55]


def test_excess_that_is_carried_is_paid_by_the_version_of_its_day() -> None:
    carried = "aggregation: cumulative, reset: quarter, cap: 5, excess: carried, refunds: restate"
    versions = [plan(f'{carried}, clause: "{number}"', day) for number, day in ((1, "2026-01-01"), (2, "2026-04-01"))]
    plans = plans_of(*versions)
    found = paid(plans, "d deal 2026-02-10 ann bookings 120 USD - -")
    excess = [(line.period, line.clause, line.plan) for line in found.lines if line.kind == "excess"]
    assert excess[0] == ("2026-04", "2", plans[1].fingerprint)


def test_a_refund_is_converted_by_the_rate_of_its_deals_own_quarter() -> None:
    text = plan("aggregation: per_event, refunds: original_lot", more="period: quarter")
    found = paid(
        load([PlanFile("0.yaml", text)], rules=FISCAL),
        "d deal 2026-02-10 ann bookings 100 USD - -",
        "back refund 2026-05-10 - - 20 USD - d",
        rules=FISCAL,
    )
    assert [(line.period, line.rate_period) for line in found.lines] == [("FY2027-Q1", ""), ("FY2027-Q2", "FY2027-Q1")]


def test_a_deal_of_the_first_day_of_a_version_is_held_by_it() -> None:
    plans = plans_of(
        plan("aggregation: per_event, hold: {share: 0.2}"),
        plan("aggregation: per_event, hold: {share: 0.5}", "2026-03-01"),
    )
    found = paid(
        plans,
        "before deal 2026-02-28 ann bookings 100 USD acme -",
        "on deal 2026-03-01 ann bookings 100 USD acme -",
    )
    assert [str(line.held) for line in found.lines] == ["2.00 USD", "5.00 USD"]


def test_what_is_held_of_a_customers_deals_is_let_go_together() -> None:
    found = paid(
        plans_of(plan("aggregation: per_event, hold: {share: 0.5}")),
        "a deal 2026-02-10 ann bookings 100 USD acme -",
        "b deal 2026-02-11 ann bookings 100 USD acme -",
        agreements="""
            agreement_id payee customer component signed_on  at_target committed currency
            x            bob   acme     value     2026-01-10 900       100       USD
        """,
        value_readings="""
            agreement_id as_of      estimate lower verified_on lapses_on
            x            2026-06-30 100      100   2026-07-05  2026-09-30
        """,
    )
    assert [str(line.amount) for line in found.lines if line.kind == "release"] == ["10.00 USD"]


CAPS = ("aggregation: cumulative, reset: quarter, cap: 5", "aggregation: cumulative, reset: quarter, cap: 9")
QUARTERS = ("2026-01-01", "2026-04-01")


def test_a_cap_may_change_with_the_companys_own_quarter_and_not_within_it() -> None:
    """The fiscal year begins in February, so a quarter of it in May."""
    deal = "d deal 2026-06-10 ann bookings 100 USD - -"
    plans = plans_of(plan(CAPS[0]), plan(CAPS[1], "2026-05-01"))
    assert paid(plans, deal, rules=FISCAL).unreckoned == ()
    (told,) = paid(plans, deal).unreckoned
    assert told.message == (
        "ann's sales: it adds up in another way from 2026-05-01 on, within 2026-Q2:"
        " change cap, reset, refunds or aggregation with the start of a quarter."
    )


@pytest.mark.parametrize("begins", ["2026-04-01", "2026-05-01"])
def test_a_version_that_ended_with_the_quarter_lets_the_next_one_begin_when_it_will(begins: str) -> None:
    plans = plans_of(plan(CAPS[0], more="valid_to: 2026-04-01"), plan(CAPS[1], begins))
    found = paid(plans, "d deal 2026-06-10 ann bookings 100 USD - -")
    assert found.unreckoned == ()
    assert [str(line.amount) for line in found.lines] == ["9.00 USD"]


AS_PAID = "aggregation: per_event, earned_on: payment, reset: quarter"
ON_BOTH_DAYS = (
    "last deal 2026-03-31 ann bookings 100 USD - -",
    "first deal 2026-04-01 ann bookings 100 USD - -",
    "a payment 2026-05-10 - - 100 USD - last",
    "b payment 2026-05-10 - - 100 USD - first",
)


@pytest.mark.parametrize(
    ("versions", "amounts"),
    [
        (CAPS, [("last", "5.00 USD"), ("first", "9.00 USD")]),
        ((AS_PAID, AS_PAID.replace("quarter", "year")), [("last", "10.00 USD"), ("first", "10.00 USD")]),
        ((AS_PAID, CAPS[1]), [("first", "9.00 USD"), ("last", "10.00 USD")]),
    ],
    ids=["booked", "as paid for", "as paid for until March"],
)
def test_each_deal_is_earned_once_by_the_version_of_its_day(
    versions: tuple[str, str], amounts: list[tuple[str, str]]
) -> None:
    plans = plans_of(*(plan(text, day) for text, day in zip(versions, QUARTERS, strict=True)))
    found = paid(plans, *ON_BOTH_DAYS)
    assert found.unreckoned == ()
    assert [(line.lot, str(line.amount)) for line in found.lines] == amounts


def test_every_window_of_every_version_says_how_far_its_quota_was_attained() -> None:
    of_quota = "{kind: step, of: attainment, tiers: [{pays: 0.1}]}"
    texts = [plan(cap, day).replace(TENTH, f"table: {of_quota}") for cap, day in zip(CAPS, QUARTERS, strict=True)]
    quotas = "payee credits period amount currency\n ann bookings 2026-Q1 100 USD\n ann bookings 2026-Q2 100 USD"
    told = facts(
        assignments="payee plan start end\n ann sales 2026-01-01 2026-07-01",
        quotas=quotas,
        events=f"{BOOKED}\nd deal 2026-02-10 ann bookings 50 USD - -",
    )
    found = calculate(plans_of(*texts), told, through=date(2026, 6, 30))
    assert [each.window for each in found.attained] == ["2026-Q1", "2026-Q2"]


def test_a_refund_that_is_not_there_yet_takes_nothing_off_its_deal() -> None:
    told = facts(
        assignments="payee plan start\n ann sales 2026-01-01",
        events=f"{BOOKED}\nd deal 2026-02-10 ann bookings 100 USD - -\nlater refund 2026-04-05 - - 40 USD - d",
    )
    plans = plans_of(plan("aggregation: cumulative, reset: quarter, refunds: restate"))
    for through, credited in ((date(2026, 3, 31), 100), (date(2026, 4, 30), 60)):
        lines = calculate(plans, told, through=through).lines
        assert [int(line.credited) for line in lines if line.kind == "credit"] == [credited]
