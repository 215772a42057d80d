"""A company whose fiscal year begins in February is paid by its own quarters: quotas, draws, policies and runs."""

from datetime import date
from decimal import Decimal

import pytest

from pay.paying import facts
from trueup.pay.lint import lint
from trueup.pay.lint_findings import Asked
from trueup.pay.plan_file import PlanFile, PlanFileError, load
from trueup.pay.replay import Close, replay, runs
from trueup.units.period import CIVIL, PeriodRules

FISCAL = PeriodRules(fiscal_year_start=2)
"""FY2027 is February 2026 to January 2027."""
CLOSES = [
    Close("FY2027-Q1", date(2026, 5, 5)),
    Close("FY2027-Q2", date(2026, 8, 5)),
    Close("FY2027-Q3", date(2026, 11, 5)),
    Close("FY2027-Q4", date(2027, 2, 5)),
]
DRAW = """
    plan: sales
    currency: EUR
    valid_from: 2026-02-01
    period: quarter
    draw: {minimum: 1000, recovers_from: FY2027-Q3, ends: FY2027-Q2}
    policy: {lookback: 6}
    components:
      - {name: bookings, kind: rate, credits: bookings, aggregation: cumulative, reset: quarter,
         table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 0.10}, {pays: 0.20}]}}
    """
PLANS = load([PlanFile("0.yaml", DRAW)])
FACTS = facts(
    assignments="""
        payee plan  start
        ann   sales 2026-02-01
    """,
    quotas="""
        payee credits  period    amount currency
        ann   bookings FY2027-Q1 5000   EUR
        ann   bookings FY2027-Q2 5000   EUR
        ann   bookings FY2027-Q3 9000   EUR
        ann   bookings FY2027-Q4 9000   EUR
    """,
    events="""
        natural_key kind on         known_on   payee credits  amount currency revision
        april       deal 2026-04-30 2026-04-30 ann   bookings 6000   EUR      0
        may         deal 2026-05-01 2026-05-01 ann   bookings 4000   EUR      0
        september   deal 2026-09-01 2026-09-01 ann   bookings 30000  EUR      0
        may         deal 2026-05-01 2026-12-01 ann   bookings 4500   EUR      1
        april       deal 2026-04-30 2026-12-01 ann   bookings 7000   EUR      1
    """,
)


def test_quarters_are_earned_and_posted_as_the_company_has_them_and_looked_back_on_by_their_months() -> None:
    closed = replay(PLANS, FACTS, CLOSES, rules=FISCAL)
    assert [[(each.slot.period, str(each.amount)) for each in close.earned] for close in closed] == [
        [("FY2027-Q1", "700.00 EUR")],
        [("FY2027-Q2", "400.00 EUR")],
        [("FY2027-Q3", "5100.00 EUR")],
        # The first quarter ended nine months before the last one, the second six.
        [("FY2027-Q2", "50.00 EUR")],
    ]
    assert [(each.posting.slot.period, each.because) for each in closed[-1].parked] == [("FY2027-Q1", "lookback")]


def test_a_draw_lifts_pay_to_its_last_quarter_and_is_recovered_from_the_one_after() -> None:
    closed = replay(PLANS, FACTS, CLOSES, rules=FISCAL)
    told = [
        [int(each.amount) for each in (run.earned, run.advanced, run.recovered, run.paid, run.owed.draw)]
        for _, run in runs(PLANS, FACTS, closed, rules=FISCAL)["ann"]
    ]
    assert told == [[700, 300, 0, 1000, 300], [400, 600, 0, 1000, 900], [5100, 0, 900, 4200, 0], [50, 0, 0, 50, 0]]


def test_rates_of_a_fiscal_quarter_convert_what_is_earned_in_it() -> None:
    dollars = facts(
        assignments="""
            payee plan  start      pay_currency
            ann   sales 2026-02-01 USD
        """,
        events="""
            natural_key kind on         payee credits  amount currency
            april       deal 2026-04-30 ann   bookings 5000   EUR
        """,
        quotas="""
            payee credits  period    amount currency
            ann   bookings FY2027-Q1 5000   EUR
        """,
        rates="""
            use period    of  to  rate on         source
            pay FY2027-Q1 EUR USD 1.10 2026-01-01 plan
        """,
    )
    (closed,) = replay(PLANS, dollars, CLOSES[:1], rules=FISCAL)
    assert [each.amount.amount for each in closed.earned] == [Decimal("550.00")]


def test_a_plan_of_a_fiscal_year_is_refused_where_the_company_has_none() -> None:
    with pytest.raises(PlanFileError, match=r"0.yaml:6: 'FY2027-Q3' is no period here"):
        load([PlanFile("0.yaml", DRAW)], rules=CIVIL)
    assert load([PlanFile("0.yaml", DRAW)], rules=FISCAL) == PLANS


def test_how_long_a_draw_runs_is_told_by_the_companys_calendar_or_not_at_all() -> None:
    (plan,) = load([PlanFile("0.yaml", DRAW.replace("ends: FY2027-Q2", "ends: FY2029-Q2"))])
    told = {
        rules.fiscal_year_start: next(each for each in lint(plan, Asked(rules=rules)) if each.code == "long_draw")
        for rules in (FISCAL, CIVIL)
    }
    assert told[2].message.startswith("The draw runs for 30 months")
    assert (told[1].severity, told[1].message) == (
        "note",
        "How long the draw runs cannot be told: FY2029-Q2 is of another calendar than the company's.",
    )
