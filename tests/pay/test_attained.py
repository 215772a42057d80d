"""How far quotas were attained: credit in the period, less what refunds take off the deals that were made in it."""

from datetime import date
from fractions import Fraction

import pytest

from pay.paying import facts, plans_of
from trueup.pay.calculate import calculate

PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: sales, kind: rate, credits: bookings, aggregation: cumulative, reset: quarter, refunds: restate,
         table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 0.1}, {pays: 0.2}]}}
"""
DEALS = """
    natural_key kind   on         payee credits      amount currency of
    last_day    deal   2026-03-31 ann   bookings     600    USD      -
    first_day   deal   2026-04-01 ann   bookings     300    EUR      -
    new         deal   2026-06-30 ann   bookings_new 100    USD      -
    other       deal   2026-05-01 ann   services     999    USD      -
    off         refund 2026-05-02 -     -            250    USD      last_day
    more_off    refund 2026-05-03 -     -            50     EUR      first_day
"""


@pytest.mark.parametrize(("refunds", "credited"), [("restate", (350, 600)), ("original_lot", (600, 700))])
def test_a_refund_takes_off_the_quarter_of_its_deal_where_quarters_are_restated(
    refunds: str, credited: tuple[int, int]
) -> None:
    known = facts(
        assignments="payee plan start target_incentive\n ann sales 2026-01-01 2400",
        quotas="""
            payee credits  period  amount
            ann   bookings 2026-Q1 500
            ann   bookings 2026-Q2 2000
        """,
        rates="use period of to rate on source\n credit 2026-Q2 EUR USD 2 2026-01-01 plan",
        events=DEALS,
    )
    plans = plans_of(PLAN.replace("restate", refunds))
    found = calculate(plans, known, through=date(2026, 6, 30))
    assert found.unreckoned == ()
    assert [(each.payee, each.component, each.window) for each in found.attained] == [
        ("ann", "sales", "2026-Q1"),
        ("ann", "sales", "2026-Q2"),
    ]
    assert [each.quota for each in found.attained] == [500, 2000]
    assert [each.credited for each in found.attained] == [*map(Fraction, credited)]
    assert {each.plan for each in found.attained} == {plans[0].fingerprint}
