"""What is earned later than it is sold: as it is paid for, and in instalments, by the company's quarters."""

from collections.abc import Sequence
from datetime import date

import pytest

from pay.paying import facts, plans_of
from trueup.pay.calculate import Calculated, calculate
from trueup.pay.plan import Plan
from trueup.units.period import CIVIL, PeriodRules

FISCAL = PeriodRules(fiscal_year_start=2)
TENTH = "aggregation: per_event, table: {kind: step, tiers: [{pays: 0.1}]}"
AS_PAID = f"""
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {{name: paid, kind: rate, credits: invoices, earned_on: payment, roles: [direct, split, overlay], {TENTH}}}
      - {{name: cx, kind: experience, metric: csat, every: quarter, modifies: [paid], minimum_n: 1,
         points: [{{at: 0, gives: 0.5}}, {{at: 1, gives: 2}}]}}
"""
SPREAD = f"""
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {{name: sales, kind: rate, credits: bookings, {TENTH},
         instalments: [{{after_months: 0, share: 0.5}}, {{after_months: 1, share: 0.3}},
                       {{after_months: 13, share: 0.2}}]}}
"""


def found(plan: str, through: date, *, rules: PeriodRules = CIVIL, **tables: str) -> Calculated:
    told = facts(assignments="payee plan start\n ann sales 2026-01-01", **tables)
    return calculate(plans_of(plan), told, through=through, rules=rules)


def lines(calculated: Calculated) -> list[str]:
    return [f"{line.event} {line.on} {line.period} {line.amount.amount} {line.role}" for line in calculated.lines]


INVOICES = """
    natural_key kind        on         payee credits  amount currency of
    bill        deal        2026-01-10 ann   invoices 1000   USD      -
    first       payment     2026-02-10 -     -        400    USD      bill
    note        credit_note 2026-03-10 -     -        200    USD      bill
    second      payment     2026-03-11 -     -        400    USD      bill
    other       deal        2026-01-10 ann   invoices 50     USD      -
    unpaid      deal        2026-01-11 ann   invoices 70     USD      -
    its         payment     2026-03-12 -     -        50     USD      other
"""


def test_pay_comes_with_the_day_of_the_money() -> None:
    assert lines(found(AS_PAID, date(2026, 2, 9), events=INVOICES)) == []
    assert lines(found(AS_PAID, date(2026, 2, 10), events=INVOICES)) == ["first 2026-02-10 2026-02 40.00 direct"]


def test_a_credit_note_takes_off_what_is_never_paid() -> None:
    told = found(AS_PAID, date(2026, 12, 31), events=INVOICES)
    assert lines(told) == [
        "first 2026-02-10 2026-02 40.00 direct",
        "note 2026-03-10 2026-03 20.00 direct",
        "note 2026-03-10 2026-03 -20.00 direct",
        "second 2026-03-11 2026-03 40.00 direct",
        "its 2026-03-12 2026-03 5.00 direct",
    ]


def test_what_customers_experienced_in_the_quarter_of_the_invoice_moves_all_that_is_paid_on_it() -> None:
    outcomes = (
        "payee metric period value n known_on\n ann csat 2026-Q1 1 9 2026-04-10\n ann csat 2026-Q2 0 9 2026-07-10"
    )
    events = INVOICES.replace("2026-03-12 -     -        50 ", "2026-05-12 -     -        50 ")
    told = found(AS_PAID, date(2026, 12, 31), events=events, outcomes=outcomes)
    by_event = {line.event: (str(line.amount.amount), line.factor) for line in told.lines}
    assert by_event["first"] == ("80.00", 2)
    assert by_event["its"] == ("10.00", 2)


def test_several_roles_in_one_invoice_are_told_together() -> None:
    shares = "event payee role fraction\n bill ann split 1\n bill ann overlay 1/2"
    told = found(AS_PAID, date(2026, 2, 28), events=INVOICES, shares=shares)
    assert lines(told) == ["first 2026-02-10 2026-02 60.00 split+overlay"]


def test_fiscal_quarters_are_those_of_the_company() -> None:
    by_quarter = AS_PAID.replace("valid_from:", "period: quarter\n    valid_from:")
    told = found(by_quarter, date(2026, 2, 28), events=INVOICES, rules=FISCAL)
    assert lines(told) == ["first 2026-02-10 FY2027-Q1 40.00 direct"]
    spread = SPREAD.replace("valid_from:", "period: quarter\n    valid_from:")
    assert [line.period for line in found(spread, date(2026, 4, 30), events=DEAL, rules=FISCAL).lines] == [
        "FY2026-Q4",
        "FY2027-Q1",
    ]


DEAL = """
    natural_key kind on         payee credits  amount currency customer
    deal        deal 2026-01-31 ann   bookings 1000   USD      acme
"""


def test_an_instalment_is_due_on_the_day_of_its_month_or_its_last() -> None:
    assert lines(found(SPREAD, date(2026, 2, 27), events=DEAL)) == ["deal 2026-01-31 2026-01 50.00 direct"]
    told = found(SPREAD, date(2027, 2, 28), events=DEAL)
    assert lines(told) == [
        "deal 2026-01-31 2026-01 50.00 direct",
        "deal 2026-02-28 2026-02 30.00 direct",
        "deal 2027-02-28 2027-02 20.00 direct",
    ]
    assert {line.kind for line in told.lines} == {"instalment"}


def churned(on: str, back: str = "") -> str:
    rows = [DEAL.rstrip(), f"    left churn {on} - - - - acme"]
    return "\n".join([*rows, f"    back reinstate {back} - - - - acme"] if back else rows)


def amounts(events: str) -> list[int]:
    return [int(line.amount.amount) for line in found(SPREAD, date(2026, 12, 31), events=events).lines]


def test_of_a_customer_who_left_on_the_day_or_before_nothing_more_falls_due() -> None:
    assert amounts(churned("2026-02-28")) == [50, 0]
    assert amounts(churned("2026-03-01")) == [50, 30]
    assert amounts(churned("2026-02-10", "2026-02-20")) == [50, 30]


def test_who_left_before_the_deal_is_none_of_its_business_and_who_left_on_its_day_is() -> None:
    assert amounts(churned("2026-01-30")) == [50, 30]
    assert amounts(churned("2026-01-31")) == [0, 0]


def test_what_falls_due_in_a_leap_year_is_due_on_its_29_february() -> None:
    in_2027 = DEAL.replace("2026-01-31", "2027-01-31")
    assert [str(line.on) for line in found(SPREAD, date(2028, 12, 31), events=in_2027).lines] == [
        "2027-01-31",
        "2027-02-28",
        "2028-02-29",
    ]


def test_of_a_deal_that_names_no_customer_no_customer_has_left() -> None:
    rows = DEAL.replace("acme", "-").rstrip() + "\n    left churn 2026-02-10 - - - - -"
    assert amounts(rows) == [50, 30]


# Clawbacks

RETURNED = f"""
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {{name: sales, kind: rate, credits: bookings, {TENTH}}}
      - {{name: returned, kind: clawback, clause: "9", of: [sales], months: 12}}
"""
TWO_DEALS = """
    natural_key kind  on         payee credits  amount currency customer
    first       deal  2026-01-15 ann   bookings 1200   USD      acme
    second      deal  2026-04-15 ann   bookings 1200   USD      acme
"""


def returned(left: str, plan: str = RETURNED, *, through: str = "2026-12-31", rules: PeriodRules = CIVIL) -> list[str]:
    rows = f"{TWO_DEALS.rstrip()}\n    left churn {left} - - - - acme"
    told = found(plan, date.fromisoformat(through), events=rows, rules=rules)
    return [
        f"{line.lot} {line.on} {line.period} {line.amount.amount:.2f}" for line in told.lines if line.kind == "clawback"
    ]


def test_each_deal_of_a_customer_is_earned_out_from_its_own_day() -> None:
    """Of 120 over twelve months, six of the first deal are not complete, and nine of the second."""
    assert returned("2026-07-15") == ["first 2026-07-15 2026-07 -60.00", "second 2026-07-15 2026-07 -90.00"]


def test_a_customer_who_leaves_on_the_day_of_the_deal_returns_all_and_who_left_before_it_nothing() -> None:
    assert returned("2026-01-15") == ["first 2026-01-15 2026-01 -120.00"]
    assert returned("2026-01-14") == []


def test_who_leaves_on_the_last_day_reckoned_has_left() -> None:
    assert returned("2026-03-15", through="2026-03-15") == ["first 2026-03-15 2026-03 -100.00"]
    assert returned("2026-03-15", through="2026-03-14") == []


def test_a_clawback_is_in_the_quarter_of_the_companys_year() -> None:
    by_quarter = RETURNED.replace("valid_from:", "period: quarter\n    valid_from:")
    assert returned("2026-03-15", by_quarter, rules=FISCAL) == ["first 2026-03-15 FY2027-Q1 -100.00"]


def test_a_deal_is_clawed_back_by_the_version_it_was_sold_under_whatever_later_ones_say() -> None:
    """The first deal is of 15 January, the second of 15 April: 120 each, over 12 months, and from March over 24."""
    softer = RETURNED.replace("2026-01-01", "2026-03-01").replace("months: 12", "months: 24").replace('"9"', '"10"')
    first, second = plans = plans_of(RETURNED, softer)
    assert versions_returned(plans, "2026-02-15") == [("first", -110, "9", first.fingerprint)]
    assert versions_returned(plans, "2026-07-15") == [
        ("first", -60, "9", first.fingerprint),
        ("second", -105, "10", second.fingerprint),
    ]


@pytest.mark.parametrize(("without", "lot"), [(0, "second"), (1, "first")], ids=["later", "no longer"])
def test_what_was_sold_while_a_plan_claws_nothing_back_is_not_clawed_back(without: int, lot: str) -> None:
    versions = [RETURNED, RETURNED.replace("2026-01-01", "2026-03-01")]
    versions[without] = versions[without].partition("      - {name: returned")[0]
    assert [each[0] for each in versions_returned(plans_of(*versions), "2026-07-15")] == [lot]


def versions_returned(plans: Sequence[Plan], left: str) -> list[tuple[str, int, str, str]]:
    """Of each lot what is clawed back when the customer leaves on a day, by which clause of which version."""
    rows = f"{TWO_DEALS.rstrip()}\n    left churn {left} - - - - acme"
    told = facts(assignments="payee plan start\n ann sales 2026-01-01", events=rows)
    lines = calculate(plans, told, through=date(2026, 12, 31)).lines
    return [(line.lot, int(line.amount.amount), line.clause, line.plan) for line in lines if line.kind == "clawback"]


def test_who_has_left_the_plan_returns_of_it_all_the_same() -> None:
    told = facts(
        assignments="payee plan start end\n ann sales 2026-01-01 2026-05-01",
        events=f"{TWO_DEALS.rstrip()}\n left churn 2026-07-15 - - - - acme",
    )
    back = [
        line for line in calculate(plans_of(RETURNED), told, through=date(2026, 12, 31)).lines if line.amount.amount < 0
    ]
    assert [(line.lot, line.period, str(line.amount)) for line in back] == [
        ("first", "2026-07", "-60.00 USD"),
        ("second", "2026-07", "-90.00 USD"),
    ]


def test_what_is_carried_over_a_cap_is_of_no_customer_and_nobody_returns_it() -> None:
    carried = RETURNED.replace("per_event", "cumulative, reset: quarter, cap: 100, excess: carried")
    events = (
        "natural_key kind on payee credits amount currency customer\n first deal 2026-01-15 ann bookings 1200 USD -"
    )
    rows = f"{events}\n nobody churn 2026-07-15 - - - - -"
    told = found(carried, date(2026, 12, 31), events=rows)
    assert [(line.kind, str(line.amount)) for line in told.lines] == [("credit", "100.00 USD"), ("excess", "20.00 USD")]
