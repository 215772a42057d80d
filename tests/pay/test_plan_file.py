"""Plans as files: what they say, how they are told from each other, and what is wrong with them, in words."""

from datetime import date
from fractions import Fraction

import pytest

from trueup.pay.plan import CreditComponent, in_order
from trueup.pay.plan_file import PlanFile, PlanFileError, load, our_files

PLAN = """\
# Ten percent of what is sold, fifteen beyond the quota.
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
  - name: quota
    kind: rate
    credits: bookings
    aggregation: cumulative
    reset: quarter
    cap: 50000
    table:
      kind: step
      of: attainment
      tiers:
        - {up_to: 1, pays: 0.10}
        - {pays: 0.15}
"""


def read(text: str) -> CreditComponent:
    (plan,) = load([PlanFile("plans/sellers.yaml", text)])
    component = plan.components[0]
    assert isinstance(component, CreditComponent)
    return component


def faults(text: str, *more: str) -> list[str]:
    with pytest.raises(PlanFileError) as raised:
        load([PlanFile(f"plans/{number}.yaml", each) for number, each in enumerate((text, *more))])
    return [str(problem) for problem in raised.value.problems]


def test_a_plan_says_what_is_paid_exactly() -> None:
    component = read(PLAN)
    assert [tier.pays for tier in component.table.tiers] == [Fraction(1, 10), Fraction(3, 20)]
    assert component.table.tiers[0].upper == 1
    assert str(component.cap) == "50000.00 EUR"
    assert read(PLAN.replace("0.10", "1/3")).table.tiers[0].pays == Fraction(1, 3)


def test_a_plan_is_known_by_what_it_says_and_not_by_how_it_is_written() -> None:
    (plan,) = load([PlanFile("a.yaml", PLAN)])
    (same,) = load([PlanFile("b.yaml", PLAN.replace("# Ten", "# Exactly ten").replace("0.10", "0.1"))])
    (other,) = load([PlanFile("c.yaml", PLAN.replace("0.15", "0.16"))])
    assert plan.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("kind: rate", "kind: rat", "plans/0.yaml:7: kind: 'rat' is not possible; did you mean rate?"),
        ("    kind: rate\n", "", "plans/0.yaml:6: kind is missing"),
        ("reset: quarter", "rset: quarter", "plans/0.yaml:10: unknown key 'rset'; did you mean reset?"),
        ("reset: quarter", "of: attainment", "plans/0.yaml:10: 'of' does not belong here"),
        ("pays: 0.15", "pays: lots", "plans/0.yaml:17: pays: 'lots' does not do: write a number such as 0.1"),
        ("currency: EUR", "currency: EURO", "plans/0.yaml:3: 'EURO' is no currency code: did you mean EUR"),
        ("up_to: 1,", "up_to: -1,", "plans/0.yaml:12: Tier 2 starts at -1, below tier 1, which starts at 0"),
        ("- {pays: 0.15}", "- {up_to: 2, pays: 0.15}", "what lies above has no rate: leave its upper bound out"),
        ("cap: 50000", "cap: 50000.005", "50000.005 EUR has fractions of its smallest coin"),
        ("cap: 50000", "cap: 0", "0.00 EUR is no cap: give an amount above 0 in whole coins"),
        ("aggregation: cumulative", "aggregation: per_event", "Attainment is told of a window"),
        ("plan: sellers\n", "", "plans/0.yaml:2: plan is missing"),
        (PLAN, "- no plan", "plans/0.yaml:1: no plan: begin with 'plan: ...'"),
        ("  - name", " - name: [", "plans/0.yaml:"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_nearest_that_would_do(
    written: str, instead: str, told: str
) -> None:
    assert written in PLAN
    assert any(told in each for each in faults(PLAN.replace(written, instead)))


def test_excess_that_is_carried_is_of_no_customer_so_no_share_of_it_is_held() -> None:
    held = PLAN.replace("    cap: 50000\n", "    cap: 50000\n    excess: carried\n    hold: {share: 0.5}\n")
    assert any("is of no customer, whose value could release a held share: forfeit it" in each for each in faults(held))


def test_all_that_is_wrong_with_all_plans_is_told_at_once() -> None:
    found = faults(PLAN.replace("reset", "rset"), PLAN.replace("kind: step", "kind: stairs").replace("0.15", "x"))
    assert [each.partition(":")[0] for each in found] == ["plans/0.yaml", "plans/1.yaml", "plans/1.yaml"]


EXPERIENCE = """\
  - {name: cx, kind: experience, metric: nps, every: quarter, modifies: [quota], minimum_n: 5,
     points: [{at: 2, gives: 1}, {at: 1, gives: 1.1}]}
"""
RACE = """\
  - {name: race, kind: spiff, credits: bookings, start: 2026-04-01, end: 2026-04-01, budget: 10, fixed: 1}
"""


def later(valid_from: str, valid_to: str = "") -> str:
    ends = f"\nvalid_to: {valid_to}" if valid_to else ""
    return PLAN.replace("valid_from: 2026-01-01", f"valid_from: {valid_from}{ends}")


def test_a_later_version_ends_the_one_before_and_changes_nothing_of_it() -> None:
    first, second = in_order(load([PlanFile("a", PLAN), PlanFile("b", later("2026-07-01"))]))["sellers"]
    assert (first.valid_to, second.valid_to) == (date(2026, 7, 1), None)
    assert first.holds(date(2026, 6, 30))
    assert not first.holds(date(2026, 7, 1))
    assert second.holds(date(2026, 7, 1))


def test_two_versions_that_both_hold_are_refused_and_so_is_one_that_splits_an_older_one() -> None:
    assert "Two versions of sellers are valid from 2026-01-01" in faults(PLAN, PLAN.replace("0.15", "0.2"))[0]
    assert "may replace the end of an older one, not its middle" in faults(PLAN, later("2026-04-01", "2026-07-01"))[0]
    assert (
        "let it end there too, or later"
        in faults(later("2026-01-01", "2027-01-01"), later("2026-04-01", "2026-07-01"))[0]
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("  - {name: quota, kind: pool, credits: bookings}\n", "There are two components called quota."),
        ("  - {name: plan_cap, kind: pool, credits: bookings}\n", "plan_cap is the name of the plan's own line."),
        (
            "  - {name: back, kind: clawback, of: [quotas], months: 12}\n",
            "It takes back of quotas, which is no component",
        ),
        ("  - {name: back, kind: clawback, of: [quota]}\n", "Say over how many months lots are earned, or give steps"),
        (EXPERIENCE, "Its points rise by value"),
        (RACE, "It ends before it begins"),
        ("draw: {minimum: 100, recovers_from: 2026-Q2, ends: 2026-06}\n", "2026-Q2 is no month"),
        ("policy: {offset_share: 2}\n", "offset_share is a share from 0 to 1."),
        ("guarantee: {amount: 0, window: quarter}\n", "0.00 EUR is no cap"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(more: str, told: str) -> None:
    assert told in faults(PLAN + more)[0]


def test_our_plans_hold_and_name_the_clauses_that_they_pay_by() -> None:
    plans = load(our_files())
    assert [plan.plan_id for plan in plans] == ["classic_quota", "customer_first", "half_and_half"]
    assert all(component.clause for plan in plans for component in plan.components)
