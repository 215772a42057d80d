"""A plan's cap and guarantee, window by window: for the days somebody is on it, in the periods they fall due in."""

from dataclasses import asdict
from datetime import date
from fractions import Fraction

from pay.paying import facts, plans_of
from trueup.pay.calculate import calculate
from trueup.units.period import CIVIL, PeriodRules

PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    cap: {amount: 300, window: quarter}
    guarantee: {amount: 91, window: quarter}
    components:
      - {name: sales, kind: rate, credits: bookings, aggregation: per_event, table: {kind: step, tiers: [{pays: 0.1}]}}
"""
DEALS = """
    natural_key kind on         payee credits  amount currency
    february    deal 2026-02-20 ann   bookings 2000   USD
    march       deal 2026-03-10 ann   bookings 2000   USD
    april       deal 2026-04-10 ann   bookings 300    USD
"""


def own_lines(
    through: date, *on_it: str, plan: str = PLAN, events: str = DEALS, rules: PeriodRules = CIVIL
) -> list[str]:
    """The plan's own lines: kind, period, day and amount."""
    there = "\n".join(f"ann sales {days}" for days in on_it or ["2026-02-15 2026-05-11"])
    told = facts(assignments=f"payee plan start end\n{there}", events=events)
    return [
        f"{line.kind} {line.period} {line.on} {line.amount.amount}"
        for line in calculate(plans_of(plan), told, through=through, rules=rules).lines
        if line.kind in {"plan_cap", "guarantee"}
    ]


CAPPED = "plan_cap 2026-03 2026-03-31 -100.00"
"""February and March earn 400 of at most 300."""


def test_the_cap_cuts_the_month_that_exceeds_it() -> None:
    assert own_lines(date(2026, 2, 28)) == []
    assert own_lines(date(2026, 3, 31)) == [CAPPED]


def test_the_guarantee_falls_due_with_the_last_month_of_its_window_for_the_days_on_the_plan() -> None:
    """Of the second quarter's 91 days, Ann is there on 40: 40.00 is guaranteed, of which she earned 30."""
    assert own_lines(date(2026, 4, 30)) == [CAPPED]
    assert own_lines(date(2026, 6, 30)) == ["guarantee 2026-06 2026-06-30 10.00", CAPPED]


def test_who_is_there_for_one_day_is_guaranteed_a_day() -> None:
    one_day = own_lines(date(2026, 12, 31), "2026-05-20 2026-05-21")
    assert one_day == ["guarantee 2026-06 2026-06-30 1.00"]


def test_every_quarter_has_its_own_whether_anything_was_earned_in_it_or_not() -> None:
    """Of the first quarter's 90 days all are there; of the third nothing is earned."""
    assert own_lines(date(2026, 12, 31), "2026-01-01 -") == [
        "guarantee 2026-06 2026-06-30 61.00",
        "guarantee 2026-09 2026-09-30 91.00",
        "guarantee 2026-12 2026-12-31 91.00",
        CAPPED,
    ]


def test_who_comes_back_is_guaranteed_nothing_for_the_quarter_away_and_all_of_the_next() -> None:
    assert own_lines(date(2026, 9, 30), "2026-01-01 2026-04-01", "2026-07-01 -") == [
        "guarantee 2026-09 2026-09-30 91.00",
        CAPPED,
    ]


def test_what_is_paid_to_somebody_who_left_the_plan_is_under_its_cap_too() -> None:
    """Half of March's 800 falls due in July: each half is 100 more than a quarter pays."""
    in_halves = PLAN.replace(
        "table:", "instalments: [{after_months: 0, share: 0.5}, {after_months: 4, share: 0.5}], table:"
    )
    deal = "natural_key kind on payee credits amount currency\n march deal 2026-03-10 ann bookings 8000 USD"
    assert own_lines(date(2026, 12, 31), "2026-01-01 2026-04-01", plan=in_halves, events=deal) == [
        CAPPED,
        "plan_cap 2026-07 2026-07-31 -100.00",
    ]


def test_a_cap_of_the_year_cuts_the_quarter_of_the_companys_year_that_exceeds_it() -> None:
    by_quarter = PLAN.replace("amount: 300, window: quarter", "amount: 300, window: year")
    by_quarter = by_quarter.replace("valid_from:", "period: quarter\n    valid_from:")
    assert own_lines(date(2026, 4, 30), "2026-02-01 -", plan=by_quarter, rules=PeriodRules(fiscal_year_start=2)) == [
        "plan_cap FY2027-Q1 2026-04-30 -130.00",
    ]


def test_quarters_are_those_of_the_companys_year() -> None:
    """Its first quarter is February to April: 430 are earned in it, and 130 too much by April."""
    assert own_lines(date(2026, 4, 30), "2026-02-01 -", rules=PeriodRules(fiscal_year_start=2)) == [
        "plan_cap 2026-03 2026-03-31 -100.00",
        "plan_cap 2026-04 2026-04-30 -30.00",
    ]


def test_a_line_of_the_plan_says_by_which_version() -> None:
    told = facts(assignments="payee plan start\n ann sales 2026-01-01", events=DEALS)
    plans = plans_of(PLAN)
    (line,) = (each for each in calculate(plans, told, through=date(2026, 3, 31)).lines if each.kind == "plan_cap")
    said = asdict(line)
    assert (said["component"], said["plan"], said["exact"], said["on"]) == (
        "plan_cap",
        plans[0].fingerprint,
        Fraction(-100),
        date(2026, 3, 31),
    )
    assert (said["event"], said["lot"], said["customer"]) == ("plan_cap@2026-Q1", "", "")


def test_each_windows_limit_is_that_of_the_version_with_which_it_begins() -> None:
    """Also where the window begins after somebody left: half of each deal's pay falls due half a year later."""
    in_halves = PLAN.replace(
        "table:", "instalments: [{after_months: 0, share: 0.5}, {after_months: 6, share: 0.5}], table:"
    )
    plans = plans_of(in_halves, in_halves.replace("2026-01-01", "2026-04-01").replace("300", "200"))
    events = """
        natural_key kind on         payee credits  amount currency
        march       deal 2026-03-10 ann   bookings 8000   USD
        april       deal 2026-04-10 ann   bookings 8000   USD
    """
    told = facts(assignments="payee plan start end\n ann sales 2026-01-01 2026-05-01", events=events)
    lines = calculate(plans, told, through=date(2026, 12, 31)).lines
    first, second = (plan.fingerprint for plan in plans)
    assert [(line.period, int(line.amount.amount), line.plan) for line in lines if line.kind == "plan_cap"] == [
        ("2026-03", -100, first),
        ("2026-04", -200, second),
        ("2026-09", -200, second),
        ("2026-10", -200, second),
    ]
