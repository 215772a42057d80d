"""What a quarter would pay if it went on as it went so far."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from trueup.pay.calculate import calculate
from trueup.pay.facts import Assignment, Event, Facts, Quota
from trueup.pay.forecast import Forecast, forecast_of
from trueup.pay.lines import Attained
from trueup.pay.plan_file import PlanFile, load
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules

PLAN = """\
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
  - name: quota
    kind: target
    credits: bookings
    aggregation: cumulative
    reset: quarter
    cap: 4000
    table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 1}, {pays: 2}]}
"""
(SELLERS,) = load([PlanFile("sellers.yaml", PLAN)])


def forecast(sold: int, day: date) -> list[Forecast]:
    """Of somebody with 12,000 a year at target and a quota of 9,000 for the first quarter, who sold on 10 January."""
    facts = Facts(
        events=(Event("d", "deal", date(2026, 1, 10), date(2026, 1, 10), Fraction(sold), "EUR", "ann", "bookings"),),
        assignments=(Assignment("ann", "sellers", date(2026, 1, 1), target_incentive=Fraction(12_000)),),
        quotas=(Quota("ann", "bookings", "2026-Q1", Fraction(9_000), "EUR"),),
    )
    found = calculate([SELLERS], facts, through=day)
    return list(forecast_of(found.lines, found.attained, [SELLERS], day, CIVIL))


@pytest.mark.parametrize(
    ("sold", "day", "now", "expected"),
    [
        (3_000, date(2026, 1, 30), "1000", "3000"),
        (3_000, date(2026, 3, 31), "1000", "1000"),
        (4_500, date(2026, 1, 30), "1500", "4000"),
    ],
)
def test_a_quarter_goes_on_at_the_pace_of_its_days_so_far_up_to_the_cap(
    sold: int, day: date, now: str, expected: str
) -> None:
    (one,) = forecast(sold, day)
    assert (one.window, one.at_target) == ("2026-Q1", Money.of("3000.00", "EUR"))
    assert (one.now, one.expected) == (Money.of(f"{now}.00", "EUR"), Money.of(f"{expected}.00", "EUR"))


def test_a_quarter_that_is_over_is_not_forecast() -> None:
    facts_of_april = forecast(3_000, date(2026, 3, 31))
    assert [each.because for each in facts_of_april] == ["90 of 90 days passed; credit goes on at the pace so far"]


def test_each_window_that_holds_the_day_is_forecast_and_of_each_component_its_own_lines() -> None:
    """Ann has a quarter that is over, one that is not, and a quota of training, which pays by rate."""
    (plan,) = load(
        [
            PlanFile(
                "sellers.yaml",
                PLAN
                + """\
  - {name: training, kind: rate, credits: training, aggregation: cumulative,
     table: {kind: step, of: attainment, tiers: [{pays: 0.10}]}}
""",
            )
        ]
    )
    facts = Facts(
        events=tuple(
            Event(key, "deal", on, on, Fraction(amount), "EUR", "ann", of)
            for key, on, amount, of in (
                ("first", date(2026, 1, 10), 3_000, "bookings"),
                ("second", date(2026, 4, 10), 1_500, "bookings"),
                ("third", date(2026, 4, 11), 730, "training"),
            )
        ),
        assignments=(Assignment("ann", "sellers", date(2026, 1, 1), target_incentive=Fraction(12_000)),),
        quotas=(
            Quota("ann", "bookings", "2026-Q1", Fraction(9_000), "EUR"),
            Quota("ann", "bookings", "2026-Q2", Fraction(9_000), "EUR"),
            Quota("ann", "training", "2026", Fraction(2_000), "EUR"),
        ),
    )
    day = date(2026, 4, 30)
    found = calculate([plan], facts, through=day)
    told = list(forecast_of(found.lines, found.attained, [SELLERS, plan], day, CIVIL))
    assert [(each.component, each.window, str(each.now.amount)) for each in told] == [
        ("quota", "2026-Q2", "500.00"),
        ("training", "2026", "73.00"),
    ]
    # 730 in 120 of 365 days.
    assert str(told[1].expected) == "222.04 EUR"
    assert list(forecast_of(found.lines, found.attained, [SELLERS], day, CIVIL)) == []


def test_quarters_of_a_fiscal_year_are_forecast_by_their_own_days() -> None:
    """The first quarter of the fiscal year 2027 is February to April 2026: 89 days, of which 28 passed."""
    rules = PeriodRules(fiscal_year_start=2)
    on = date(2026, 2, 10)
    facts = Facts(
        events=(Event("d", "deal", on, on, Fraction(2_800), "EUR", "ann", "bookings"),),
        assignments=(Assignment("ann", "sellers", date(2026, 2, 1), target_incentive=Fraction(12_000)),),
        quotas=(Quota("ann", "bookings", "FY2027-Q1", Fraction(8_900), "EUR"),),
    )
    day = date(2026, 2, 28)
    found = calculate([SELLERS], facts, through=day, rules=rules)
    (one,) = forecast_of(found.lines, found.attained, [SELLERS], day, rules)
    assert (one.component, one.window, one.because[:19]) == ("quota", "FY2027-Q1", "28 of 89 days passe")
    assert one.expected == one.at_target


def test_earning_periods_of_a_fiscal_year_are_found_in_their_windows() -> None:
    rules = PeriodRules(fiscal_year_start=2)
    (plan,) = load([PlanFile("sellers.yaml", PLAN.replace("valid_from:", "period: quarter\nvalid_from:"))])
    on, day = date(2026, 2, 10), date(2026, 4, 30)
    facts = Facts(
        events=(Event("d", "deal", on, on, Fraction(3_000), "EUR", "ann", "bookings"),),
        assignments=(Assignment("ann", "sellers", date(2026, 2, 1), target_incentive=Fraction(12_000)),),
        quotas=(Quota("ann", "bookings", "FY2027-Q1", Fraction(9_000), "EUR"),),
    )
    found = calculate([plan], facts, through=day, rules=rules)
    (one,) = forecast_of(found.lines, found.attained, [plan], day, rules)
    assert (one.window, one.now) == ("FY2027-Q1", Money.of("1000.00", "EUR"))


def test_what_is_of_a_plan_that_is_no_more_or_has_no_target_is_passed_over() -> None:
    of_quota = Attained(
        "ann", "quota", "2026-Q1", Fraction(3_000), Fraction(9_000), Fraction(3_000), SELLERS.fingerprint
    )
    told = [
        replace(of_quota, plan="f" * 64),
        replace(of_quota, target=None),
        of_quota,
    ]
    (one,) = forecast_of([], told, [SELLERS], date(2026, 3, 31), CIVIL)
    assert (one.now, one.expected) == (Money.of("0.00", "EUR"), Money.of("1000.00", "EUR"))
