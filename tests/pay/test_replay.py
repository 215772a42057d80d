"""Closes one after the other: what each posts, what waits, and what the runs after them pay."""

from datetime import date

from pay.paying import facts, plans_of
from trueup.pay.replay import Close, due_by_policy, replay, runs

CLOSES = [Close("2026-01", date(2026, 2, 5)), Close("2026-02", date(2026, 3, 5)), Close("2026-03", date(2026, 4, 5))]
EUROS = """
    plan: euros
    currency: EUR
    valid_from: 2026-01-01
    components:
      - {name: bookings, kind: rate, credits: bookings, aggregation: per_event,
         table: {kind: step, tiers: [{pays: 0.10}]}}
"""
DOLLARS = EUROS.replace("euros", "dollars").replace("EUR", "USD").replace("name: bookings", "name: sales")


def test_runs_pay_in_the_currency_of_what_was_posted_of_nothing_in_that_of_the_first_plan() -> None:
    """Ann earned nothing on her first plan, in dollars; Bob on none; Cat is paid in pounds and earned nothing yet."""
    plans = plans_of(DOLLARS, EUROS)
    told = facts(
        assignments="""
            payee plan    start      end        pay_currency
            ann   dollars 2026-01-01 2026-02-01 -
            ann   euros   2026-02-01 -          -
            bob   dollars 2026-01-01 -          -
            cat   dollars 2026-01-01 -          GBP
        """,
        events="""
            natural_key kind on         payee credits  amount currency
            one         deal 2026-02-10 ann   bookings 1000   EUR
        """,
    )
    closed = replay(plans, told, CLOSES)
    paid = {
        payee: [(period, f"{run.paid.amount:.0f} {run.paid.currency}") for period, run in own]
        for payee, own in runs(plans, told, closed).items()
    }
    assert paid == {
        "ann": [("2026-01", "0 EUR"), ("2026-02", "100 EUR"), ("2026-03", "0 EUR")],
        "bob": [("2026-01", "0 USD"), ("2026-02", "0 USD"), ("2026-03", "0 USD")],
        "cat": [("2026-01", "0 GBP"), ("2026-02", "0 GBP"), ("2026-03", "0 GBP")],
    }


def test_of_whom_no_plan_says_what_waits_all_that_is_due_is_posted() -> None:
    told = facts(
        assignments="""
            payee plan  start
            ann   euros 2026-01-01
        """,
        events="""
            natural_key kind on         payee credits  amount currency
            one         deal 2026-02-10 ann   bookings 1000   EUR
        """,
    )
    *_, last = replay(plans_of(EUROS), told, CLOSES)
    now, parked = due_by_policy(last.calculated, [], "2026-03", policies={})
    assert [(each.slot.period, each.posted_in, str(each.amount)) for each in now] == [
        ("2026-02", "2026-03", "100.00 EUR")
    ]
    assert parked == ()
