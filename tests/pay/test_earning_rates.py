"""Quotas and pay at target by window: which days they are told for, in which currency, and what is refused."""

import pytest

from pay.paying import Company, earns, facts, plans_of
from trueup.pay.calculate import Calculated

BY_QUOTA = """
  - {name: bookings, kind: rate, credits: bookings, aggregation: cumulative, reset: year,
     table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 0.10}, {pays: 0.20}]}}
"""
AT_TARGET = """
  - {name: bookings, kind: target, credits: bookings, aggregation: cumulative, reset: year, weight: 0.5,
     table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 1}, {pays: 2}]}}
"""
BY_CREDIT = """
  - {name: bookings, kind: rate, credits: bookings, aggregation: cumulative, reset: year,
     table: {kind: step, tiers: [{pays: 0.10}]}}
"""
ANN = """
    payee plan  start
    ann   sales 2026-01-01
"""
PAID_AT_TARGET = """
    payee plan  start      target_incentive
    ann   sales 2026-01-01 24000
"""
DEALS = """
    natural_key kind on         payee credits  amount currency
    one         deal 2026-01-31 ann   bookings 600    USD
    two         deal 2026-09-10 ann   bookings 600    USD
"""
A_YEAR = """
    payee credits  period amount currency
    ann   bookings 2026   1200   USD
"""


def sales(components: str, valid_from: str = "2026-01-01", **more: str) -> str:
    others = "".join(f"\n{key}: {value}" for key, value in more.items())
    return f"plan: sales\ncurrency: USD\nvalid_from: {valid_from}{others}\ncomponents:{components}"


def of(*plans: str, **tables: str) -> Calculated:
    return earns(Company(plans_of(*plans), facts(**{"assignments": ANN, "events": DEALS, **tables})))


def windows(found: Calculated) -> list[tuple[str, int, int]]:
    """Of each window its credit and its quota."""
    assert not found.unreckoned
    return [(each.window, int(each.credited), int(each.quota)) for each in found.attained]


def paid(found: Calculated) -> dict[str, str]:
    return {line.event: str(line.amount.amount) for line in found.lines}


def refused(found: Calculated) -> str:
    """The one sentence that tells why nothing of it can be reckoned."""
    assert not found.lines
    (told,) = found.unreckoned
    assert (told.payee, told.component) == ("ann", "bookings")
    return told.message


def test_what_is_paid_per_period_is_held_to_the_quota_of_each_month() -> None:
    monthly = """
        payee credits  period  amount currency
        ann   bookings 2026-01 500    USD
        ann   bookings 2026-02 700    USD
    """
    deals = """
        natural_key kind on         payee credits  amount currency
        one         deal 2026-01-31 ann   bookings 600    USD
        two         deal 2026-02-10 ann   bookings 600    USD
    """
    until_march = """
        payee plan  start      end
        ann   sales 2026-01-01 2026-03-01
    """
    component = BY_QUOTA.replace("cumulative, reset: year", "per_period")
    found = of(sales(component), quotas=monthly, events=deals, assignments=until_march)
    assert windows(found) == [("2026-01", 600, 500), ("2026-02", 600, 700)]
    assert paid(found) == {"one": "70.00", "two": "60.00"}


def test_who_starts_on_the_last_day_is_paid_for_it() -> None:
    last = {
        "assignments": """
            payee plan  start
            ann   sales 2026-12-31
        """,
        "events": """
            natural_key kind on         payee credits  amount currency
            last        deal 2026-12-31 ann   bookings 600    USD
        """,
        "quotas": """
            payee credits  period amount currency
            ann   bookings 2026   365000 USD
        """,
    }
    found = of(sales(BY_QUOTA), **last)
    assert windows(found) == [("2026", 600, 1000)]
    assert paid(found) == {"last": "60.00"}


def test_quotas_of_the_periods_of_a_window_add_up_in_whatever_order_they_are_given() -> None:
    a_quarter_and_months = """
        payee credits  period  amount currency
        ann   bookings 2026-12 70     USD
        ann   bookings 2026-Q3 300    USD
        ann   bookings 2026-10 50     USD
        ann   bookings 2026-11 60     USD
        ann   bookings 2026-Q1 200    USD
        ann   bookings 2026-Q2 400    USD
    """
    assert windows(of(sales(BY_QUOTA), quotas=a_quarter_and_months)) == [("2026", 1200, 1080)]


def test_a_quota_in_another_currency_is_held_in_that_of_credits_at_the_rate_of_its_own_period() -> None:
    by_half = {
        "quotas": """
            payee credits  period  amount currency
            ann   bookings 2026-Q1 100    EUR
            ann   bookings 2026-Q2 100    EUR
            ann   bookings 2026-Q3 100    USD
            ann   bookings 2026-Q4 100    -
        """,
        "rates": """
            use    period  of  to  rate on         source
            credit 2026-Q1 EUR USD 2    2026-01-01 plan
            credit 2026-Q2 EUR USD 4    2026-01-01 plan
            pay    2026    EUR USD 9    2026-01-01 plan
            report 2026    EUR USD 7    2026-01-01 plan
        """,
    }
    assert windows(of(sales(BY_QUOTA), **by_half)) == [("2026", 1200, 800)]


@pytest.mark.parametrize("given", ["1", "1/2"])
def test_a_quota_may_be_of_one_or_less(given: str) -> None:
    found = of(sales(BY_QUOTA), quotas=A_YEAR.replace("1200", given))
    assert [str(each.quota) for each in found.attained] == [given]


@pytest.mark.parametrize("given", ["0", "-5"])
def test_a_quota_that_cannot_be_attained_is_told(given: str) -> None:
    assert refused(of(sales(BY_QUOTA), quotas=A_YEAR.replace("1200", given))) == (
        f"ann's bookings: the quota of ann of bookings for 2026 is {given}, which cannot be attained: give one above 0."
    )


def test_no_quota_is_told() -> None:
    for quotas in (A_YEAR.replace("2026", "2025"), A_YEAR.replace("bookings", "renewals")):
        assert refused(of(sales(BY_QUOTA), quotas=quotas)) == (
            "ann's bookings: ann has no quota of bookings for 2026: give one for it, or for the periods in it."
        )


def test_quotas_for_a_part_of_the_window_only_are_told_with_the_first_day_that_has_none() -> None:
    missing = """
        payee credits  period  amount currency
        ann   bookings 2026-Q1 100    USD
        ann   bookings 2026-Q2 100    USD
        ann   bookings 2026-Q4 100    USD
    """
    why = (
        "ann's bookings: ann has no quota of bookings for 2026-07-01 in 2026, but has for other days of it:"
        " give one for every period of the window."
    )
    assert refused(of(sales(BY_QUOTA), quotas=missing)) == why
    # Of the version that ended in June no day is missing.
    assert refused(of(sales(BY_QUOTA), sales(BY_QUOTA, "2026-07-01"), quotas=missing)) == why


def test_who_left_before_the_days_without_a_quota_lacks_none() -> None:
    first_half = """
        payee credits  period  amount currency
        ann   bookings 2026-Q1 100    USD
        ann   bookings 2026-Q2 100    USD
        ann   bookings 2026-Q4 100    USD
    """
    until_july = """
        payee plan  start      end
        ann   sales 2026-01-01 2026-07-01
    """
    found = of(sales(BY_QUOTA), quotas=first_half, assignments=until_july, events="\n".join(DEALS.splitlines()[:3]))
    assert windows(found) == [("2026", 600, 200)]


def test_the_pay_at_target_is_told_only_of_what_pays_a_share_of_it() -> None:
    at_target = of(sales(AT_TARGET), quotas=A_YEAR, assignments=PAID_AT_TARGET)
    assert [each.target for each in at_target.attained] == [12_000]
    by_rate = of(sales(BY_QUOTA), quotas=A_YEAR, assignments=PAID_AT_TARGET)
    assert [each.target for each in by_rate.attained] == [None]


def test_a_target_counts_for_the_days_of_the_version_that_pays_by_it() -> None:
    first, second = sales(BY_QUOTA), sales(AT_TARGET, "2026-07-01")
    found = of(first, second, quotas=A_YEAR, assignments=PAID_AT_TARGET)
    assert [each.target * 365 for each in found.attained if each.target is not None] == [12_000 * 184]
    assert [each.plan for each in found.attained] == [plans_of(first, second)[1].fingerprint]


def test_what_was_paid_by_credit_is_paid_so_until_a_version_asks_for_a_quota() -> None:
    above_100 = BY_CREDIT.replace("{pays: 0.10}", "{up_to: 100, pays: 0.10}, {pays: 0.20}")
    found = of(sales(above_100), sales(BY_QUOTA, "2026-07-01"), quotas=A_YEAR)
    assert [(each.window, int(each.quota * 365)) for each in found.attained] == [("2026", 1200 * 365)]
    assert paid(found) == {"one": "110.00", "two": "60.00"}


def test_what_is_paid_by_credit_needs_no_quota_and_changes_with_its_version() -> None:
    later = sales(BY_CREDIT.replace("cumulative", "per_event").replace("0.10", "0.20"), "2026-07-01")
    found = of(sales(BY_CREDIT.replace("cumulative", "per_event")), later)
    assert windows(found) == []
    assert paid(found) == {"one": "60.00", "two": "120.00"}


def test_a_quarter_off_the_plan_needs_no_quota() -> None:
    on_and_off = """
        payee plan  start      end
        ann   sales 2026-01-01 2026-04-01
        ann   sales 2026-07-01 -
    """
    quarters = """
        payee credits  period  amount currency
        ann   bookings 2026-Q1 1000   USD
        ann   bookings 2026-Q3 2000   USD
        ann   bookings 2026-Q4 3000   USD
    """
    by_quarter = BY_QUOTA.replace("reset: year", "reset: quarter")
    found = of(sales(by_quarter), assignments=on_and_off, quotas=quarters)
    assert windows(found) == [("2026-Q1", 600, 1000), ("2026-Q3", 600, 2000), ("2026-Q4", 0, 3000)]


def test_who_has_no_pay_at_target_is_told_of_it() -> None:
    assert refused(of(sales(AT_TARGET), quotas=A_YEAR)) == (
        "ann's bookings: ann has no target incentive on sales from 2026-01-01:"
        " give a year's pay at target with the assignment."
    )
