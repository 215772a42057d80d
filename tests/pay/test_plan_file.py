"""Plans as files: what they say, how they are told from each other, and what is wrong with them, in words."""

import hashlib
from datetime import date
from fractions import Fraction

import pytest

from trueup.pay.plan import CreditComponent, in_order
from trueup.pay.plan_file import PlanFile, PlanFileError, fingerprint, load, our_files
from trueup.pay.vesting import DEFAULT_CURVE

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
    assert str(read(PLAN.replace("50000", "50_000.50")).cap) == "50000.50 EUR"


def test_a_hold_vests_along_its_own_curve_or_as_usual() -> None:
    usual = read(f"{PLAN}    hold: {{share: 0.5}}\n").hold
    own = read(f"{PLAN}    hold: {{share: 0.5, curve: [{{at: 0.6, gives: 0.2}}, {{at: 1, gives: 1.5}}]}}\n").hold
    assert usual is not None
    assert own is not None
    assert usual.curve == DEFAULT_CURVE
    assert own.curve.points == ((Fraction(3, 5), Fraction(1, 5)), (Fraction(1), Fraction(3, 2)))


def test_a_plan_is_known_by_what_it_says_and_not_by_how_it_is_written() -> None:
    (plan,) = load([PlanFile("a.yaml", PLAN)])
    (same,) = load([PlanFile("b.yaml", PLAN.replace("# Ten", "# Exactly ten").replace("0.10", "0.1"))])
    (other,) = load([PlanFile("c.yaml", PLAN.replace("0.15", "0.16"))])
    assert plan.fingerprint == same.fingerprint != other.fingerprint


def test_a_plan_with_other_letters_is_known_by_them_as_they_are() -> None:
    assert (
        fingerprint({"plan": "sellers", "label": "Zürich"})
        == hashlib.sha256('{"label":"Zürich","plan":"sellers"}'.encode()).hexdigest()
    )


KINDS = "rate, target, value, experience, spiff, pool, clawback"
SORTED = "clawback, experience, pool, rate, spiff, target, value"
NO_NUMBER = "does not do: write a number such as 0.1, or a fraction such as '1/3'"
WHOLE = "has fractions of its smallest coin: write whole coins."


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("kind: rate", "kind: rat", f"7: kind: 'rat' is not possible; did you mean rate? (of {KINDS})"),
        ("kind: rate", "kind: 3", f"7: kind: 3 is not possible; there are {SORTED}"),
        ("    kind: rate\n", "", f"6: kind is missing; there are {SORTED}"),
        ("reset: quarter", "rset: quarter", "10: unknown key 'rset'; did you mean reset?"),
        ("reset: quarter", "of: attainment", "10: 'of' does not belong here"),
        ("pays: 0.15", "pays: lots", f"17: pays: 'lots' {NO_NUMBER}"),
        ("pays: 0.15", "pays: 1/0", f"17: pays: '1/0' {NO_NUMBER}"),
        ("cap: 50000", "cap: [50000]", f"11: cap: [50000] {NO_NUMBER}"),
        ("cap: 50000", "cap: true", f"11: cap: True {NO_NUMBER}"),
        ("currency: EUR", "currency: EURO", "3: 'EURO' is no currency code: did you mean EUR?"),
        ("valid_from", "quota_currency: USDD\nvalid_from", "4: 'USDD' is no currency code: did you mean USD or SDD?"),
        (
            "up_to: 1,",
            "up_to: -1,",
            "12: Tier 2 starts at -1, below tier 1, which starts at 0: order tiers by their lower bounds",
        ),
        (
            "- {pays: 0.15}",
            "- {up_to: 2, pays: 0.15}",
            "12: Tier 2 ends at 2, and what lies above has no rate: leave its upper bound out",
        ),
        (
            "up_to: 1, ",
            "",
            "16: Tier 1 has no end, yet another follows: say up to what it reaches.",
        ),
        (
            "        - {pays: 0.15}",
            "        - {pays: 0.15}\n        - {pays: 0.2}",
            "17: Tier 2 has no end, yet another follows: say up to what it reaches.",
        ),
        ("cap: 50000", "cap: 50000.005", f"11: 50000.005 EUR {WHOLE}"),
        ("cap: 50000", "cap: 0", "11: 0.00 EUR is no cap: give an amount above 0 in whole coins"),
        (PLAN, f"{PLAN}cap:\n  window: year\n  amount: 0.001\n", f"18: 0.001 EUR {WHOLE}"),
        (
            PLAN,
            f"{PLAN}label: Sellers\nguarantee: {{amount: 0, window: quarter}}\n",
            "19: 0.00 EUR is no cap: give an amount above 0 in whole coins",
        ),
        (PLAN, f"{PLAN}policy:\n  lookback: 1\n  de_minimis: 0.001\n", f"20: 0.001 EUR {WHOLE}"),
        (PLAN, f"{PLAN}policy:\n  lookback: 1\n  floor: 0.001\n", f"20: 0.001 EUR {WHOLE}"),
        (PLAN, f"{PLAN}draw: {{ends: 2026-03,\n  minimum: 0.001, recovers_from: 2026-04}}\n", f"19: 0.001 EUR {WHOLE}"),
        (
            "valid_from: 2026-01-01",
            "valid_from: 2026-01-01\nvalid_to: 2026-01-01",
            "5: It ends before it begins: valid_to is the first day on which it is not in force.",
        ),
        (PLAN, f"{PLAN}draw: 500\n", "18: draw: 500 does not do: it has keys of its own, write them below it"),
        ("reset: quarter", "reset: day", "10: reset: 'day' is not possible; there are month, quarter, year"),
        ("plan: sellers\n", "", "2: plan is missing"),
        (PLAN, "- no plan", "1: no plan: begin with 'plan: ...', 'currency: ...', 'components: ...'"),
        ("  - name", " - name: [", "6: not YAML: expected the node content, but found ':'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_nearest_that_would_do(
    written: str, instead: str, told: str
) -> None:
    assert written in PLAN
    assert faults(PLAN.replace(written, instead)) == [f"plans/0.yaml:{told}"]


def test_credits_are_in_the_plans_currency_or_in_another_and_cliffs_may_be_meant() -> None:
    more = PLAN.replace("currency: EUR", "currency: EUR\nquota_currency: USD").replace(
        "reset: quarter", "reset: quarter\n    allows_cliffs: true"
    )
    (plain,), (other,) = (load([PlanFile("plans/sellers.yaml", text)]) for text in (PLAN, more))
    assert (plain.credited_in, other.credited_in) == ("EUR", "USD")
    assert (read(PLAN).allows_cliffs, read(more).allows_cliffs) == (False, True)


def test_a_number_with_a_unit_of_its_own_is_none() -> None:
    (told,) = faults(PLAN.replace("cap: 50000", "cap: !dollars 50000"))
    assert told.endswith(NO_NUMBER)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("kind: clawback, of: [quota]", "Say over how many months lots are earned, or give steps: one of the two."),
        (
            "kind: clawback, of: [quota], steps: [{before_months: 3, returned: 1}],\n    months: 3",
            "Say over how many months lots are earned, or give steps: one of the two.",
        ),
        (
            "kind: clawback, of: [quota], steps: [{before_months: 3, returned: 2}]",
            "A share to return lies below 0 or above 1: nobody returns more than they were paid",
        ),
        (
            "kind: value, curve: [{at: 0, gives: 1}]",
            "The value curve has no first point above 0: say from what share realised on it vests",
        ),
        ("kind: spiff, credits: a, start: 2026-01-01, end: 2026-02-01,\n    budget: 0.001", f"0.001 EUR {WHOLE}"),
        (
            "kind: spiff, credits: a, start: 2026-01-01, end: 2026-02-01, budget: 1,\n    fixed: 0.001",
            f"0.001 EUR {WHOLE}",
        ),
    ],
)
def test_what_is_wrong_with_a_component_is_told_on_the_line_of_its_last_key(keys: str, told: str) -> None:
    last = 18 + keys.count("\n")
    assert faults(f"{PLAN}  - {{name: more, {keys}}}\n") == [f"plans/0.yaml:{last}: {told}"]


def test_excess_that_is_carried_is_of_no_customer_so_no_share_of_it_is_held() -> None:
    held = PLAN.replace("    cap: 50000\n", "    cap: 50000\n    excess: carried\n    hold: {share: 0.5}\n")
    assert any("is of no customer, whose value could release a held share: forfeit it" in each for each in faults(held))


def test_all_that_is_wrong_with_all_plans_is_told_at_once() -> None:
    found = faults(PLAN.replace("reset", "rset"), PLAN.replace("kind: step", "kind: stairs").replace("0.15", "x"))
    assert [each.partition(":")[0] for each in found] == ["plans/0.yaml", "plans/1.yaml", "plans/1.yaml"]


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
    assert faults(PLAN, PLAN.replace("0.15", "0.2"))[0] == (
        "plans/1.yaml:4: Two versions of sellers are valid from 2026-01-01: nobody can tell which one holds."
        " Leave one out, or let the later one begin later."
    )
    assert faults(PLAN, later("2026-04-01", "2026-07-01"))[0] == (
        "plans/1.yaml:5: The version of sellers from 2026-04-01 ends on 2026-07-01, within the one before, which would"
        " go on afterwards: a version may replace the end of an older one, not its middle."
        " Leave valid_to out, and give what follows as a version of its own."
    )
    assert faults(later("2026-01-01", "2027-01-01"), later("2026-04-01", "2026-07-01"))[0] == (
        "plans/1.yaml:5: The version of sellers from 2026-04-01 ends on 2026-07-01, within the one before, which ends"
        " on 2027-01-01: let it end there too, or later."
    )


def test_a_version_that_cannot_be_is_told_of_its_own_file_whatever_files_there_are_besides() -> None:
    other = PLAN.replace("plan: sellers", "plan: partners")
    (told,) = faults(other, later("2026-04-01", "2026-07-01"), PLAN, other.replace("2026-01-01", "2026-02-01"))
    assert told.startswith("plans/1.yaml:5: The version of sellers from 2026-04-01 ends on 2026-07-01, within")


def days(*versions: str) -> list[tuple[str, str]]:
    """The days on which each version of the plan is in force."""
    loaded = load([PlanFile(f"{number}.yaml", each) for number, each in enumerate(versions)])
    return [(str(each.valid_from), str(each.valid_to)) for each in in_order(loaded)["sellers"]]


def test_versions_follow_each_other_in_whatever_order_their_files_are() -> None:
    ends_with_it, autumn = later("2026-04-01", "2027-01-01"), later("2026-09-01")
    assert days(autumn, ends_with_it, later("2026-01-01", "2027-01-01")) == [
        ("2026-01-01", "2026-04-01"),
        ("2026-04-01", "2026-09-01"),
        ("2026-09-01", "None"),
    ]
    # One that begins as the one before ends, or after a gap, changes nothing of it.
    assert days(later("2026-01-01", "2026-04-01"), later("2026-04-01", "2026-05-01"), autumn) == [
        ("2026-01-01", "2026-04-01"),
        ("2026-04-01", "2026-05-01"),
        ("2026-09-01", "None"),
    ]


def test_our_plans_hold_and_name_the_clauses_that_they_pay_by() -> None:
    assert [file.path for file in our_files()] == ["classic_quota.yaml", "customer_first.yaml", "half_and_half.yaml"]
    plans = load(our_files())
    assert [plan.plan_id for plan in plans] == ["classic_quota", "customer_first", "half_and_half"]
    assert all(component.clause for plan in plans for component in plan.components)
