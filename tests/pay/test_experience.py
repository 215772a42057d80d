"""What customers experience moves pay a little, where enough of them answered; else it counts as neutral."""

from datetime import date
from fractions import Fraction

import pytest

from pay.paying import facts, plans_of
from trueup.pay.calculate import Calculated, calculate
from trueup.units.period import CIVIL, PeriodRules

PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: sales, kind: rate, credits: bookings, aggregation: per_event, table: {kind: step, tiers: [{pays: 0.1}]}}
      - {name: cx, kind: experience, metric: csat, every: quarter, modifies: [sales], minimum_n: 30,
         points: [{at: 60, gives: 0.85}, {at: 75, gives: 1}, {at: 90, gives: 1.10}]}
"""
ASKED = PLAN.replace("minimum_n: 30", "minimum_n: 30, minimum_response: 0.2")


def found(
    *outcomes: str, plan: str = PLAN, through: date = date(2026, 3, 31), rules: PeriodRules = CIVIL
) -> Calculated:
    told = facts(
        assignments="payee plan start\n ann sales 2026-01-01",
        events="natural_key kind on payee credits amount currency\n a deal 2026-02-10 ann bookings 1000 USD",
        outcomes="\n".join(["payee metric period value n response known_on", *outcomes]),
    )
    return calculate(plans_of(plan), told, through=through, rules=rules)


def factor(*outcomes: str, plan: str = PLAN) -> Fraction:
    (line,) = found(*outcomes, plan=plan).lines
    assert line.exact == 100 * line.factor
    return line.factor


@pytest.mark.parametrize(
    ("csat", "gives"),
    [
        ("59", "0.85"),
        ("60", "0.85"),
        ("61", "0.86"),
        ("74.5", "0.995"),
        ("75", "1"),
        ("76.5", "1.01"),
        ("89.25", "1.095"),
        ("90", "1.10"),
        ("100", "1.10"),
    ],
)
def test_pay_moves_along_the_points_and_not_beyond_them(csat: str, gives: str) -> None:
    assert factor(f"ann csat 2026-Q1 {csat} 30 - 2026-04-10") == Fraction(gives)


@pytest.mark.parametrize(
    ("n", "response", "gives"),
    [(30, "-", "0.85"), (29, "-", "1"), (31, "0.01", "0.85")],
)
def test_from_the_smallest_sample_on_it_counts(n: int, response: str, gives: str) -> None:
    assert factor(f"ann csat 2026-Q1 50 {n} {response} 2026-04-10") == Fraction(gives)


@pytest.mark.parametrize(
    ("n", "response", "gives"),
    [(30, "0.2", "0.85"), (30, "0.21", "0.85"), (30, "0.19", "1"), (300, "-", "1"), (29, "0.9", "1")],
)
def test_where_a_share_must_have_answered_it_counts_from_that_share_on(n: int, response: str, gives: str) -> None:
    assert factor(f"ann csat 2026-Q1 50 {n} {response} 2026-04-10", plan=ASKED) == Fraction(gives)


def told(calculated: Calculated) -> list[tuple[str, str, str, bool]]:
    return [(each.payee, each.component, each.message, each.refuses) for each in calculated.unreckoned]


def test_a_quarter_without_a_reading_is_told_on_its_last_day_and_pays_as_if_nothing_had_moved() -> None:
    assert told(found(through=date(2026, 3, 30))) == []
    missing = found(through=date(2026, 3, 31))
    said = "There is no reading of csat of ann for 2026-Q1: reckoned as neutral until there is one."
    assert told(missing) == [("ann", "cx", said, False)]
    assert [str(line.amount) for line in missing.lines] == ["100.00 USD"]


def test_a_reading_of_somebody_else_or_of_another_quarter_is_none() -> None:
    calculated = found("bob csat 2026-Q1 50 30 - 2026-04-10", "ann csat 2026-Q2 50 30 - 2026-04-10")
    assert len(told(calculated)) == 1
    assert calculated.lines[0].factor == 1


def test_quarters_are_those_of_the_companys_year() -> None:
    calculated = found("ann csat FY2027-Q1 60 30 - 2026-05-10", rules=PeriodRules(fiscal_year_start=2))
    assert calculated.lines[0].factor == Fraction("0.85")
