"""What a plan tempts people to, said before anybody is paid by it."""

from fractions import Fraction

import pytest

from pay.looked_at import plan, rate, target
from simulated_sellers import IN_FORCE, PROPOSED
from trueup.pay.lint import lint
from trueup.pay.lint_findings import Asked, Bounds, Finding, Told, noise_of
from trueup.pay.lint_measures import shares, weighed
from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.units.money import Money


def codes(found: Plan, asked: Asked | None = None) -> list[str]:
    return [f"{each.severity} {each.code}" for each in lint(found, asked)]


def the(found: Plan, code: str, asked: Asked | None = None) -> Finding:
    (one,) = [each for each in lint(found, asked) if each.code == code]
    return one


def test_a_plain_commission_tempts_to_nothing() -> None:
    assert lint(rate("{kind: step, tiers: [{pays: 0.1}]}")) == ()
    assert lint(plan(target("bookings", "1"))) == ()


def test_a_slab_has_a_cliff_as_high_as_the_whole_amount_is_repriced() -> None:
    """5 % of 100 before, 8 % after: 60 % more."""
    found = rate("{kind: slab, of: attainment, tiers: [{up_to: 1, pays: 0.05}, {pays: 0.08}]}")
    cliff = the(found, "cliff")
    assert (cliff.severity, cliff.component, cliff.clause) == ("error", "bookings", "3.1")
    assert cliff.message.startswith("At 100 % of the quota pay jumps by 60 %: one coin decides")
    assert "step table" in cliff.cure


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("{kind: step, tiers: [{up_to: 1000, pays: 0.1}, {pays: 0.1, flat: 6}]}", "At 1,000 pay jumps by 6 %"),
        ("{kind: step, tiers: [{up_to: 1000, pays: 0}, {pays: 0.1, flat: 6}]}", "At 1,000 pay jumps from nothing"),
        (
            "{kind: slab, upper: inclusive, tiers: [{up_to: 1000.5, pays: 0.1}, {pays: 0.11}]}",
            "At 1,000.5 pay jumps by 10 %",
        ),
    ],
)
def test_a_jump_is_told_as_a_share_of_what_is_paid_just_below(table: str, said: str) -> None:
    assert the(rate(table), "cliff").message.startswith(said)


def test_a_small_jump_is_no_cliff_and_a_declared_one_a_note() -> None:
    small = rate("{kind: step, tiers: [{up_to: 1000, pays: 0.1}, {pays: 0.1, flat: 5}]}")
    assert codes(small) == []
    more = "aggregation: cumulative, reset: year, allows_cliffs: true, cap: 900"
    meant = rate("{kind: slab, tiers: [{up_to: 1000, pays: 0.1}, {pays: 0.12}]}", more)
    assert codes(meant) == ["note cliff"]


def test_selling_more_for_less_is_an_error_even_where_cliffs_are_meant() -> None:
    more = "aggregation: cumulative, reset: year, allows_cliffs: true"
    found = rate("{kind: slab, tiers: [{up_to: 1000, pays: 0.1}, {pays: 0.08}]}", more)
    assert the(found, "falls").message.startswith("At 1,000 pay falls by 20 %")


def test_a_slab_with_refunds_by_their_lot_and_an_accelerator_without_end_are_warned_of() -> None:
    more = "aggregation: cumulative, reset: year, refunds: original_lot, allows_cliffs: true"
    found = rate("{kind: slab, tiers: [{up_to: 1000, pays: 0.1}, {pays: 0.12}]}", more)
    assert codes(found) == ["warning no_cap", "warning slab_by_lot", "note cliff"]


@pytest.mark.parametrize("cap", ["cap: {amount: 900, window: year}\n", "cap: 900"])
def test_a_cap_of_the_plan_or_the_component_ends_an_accelerator(cap: str) -> None:
    table = "{kind: step, of: attainment, tiers: [{up_to: 1, pays: 0.1}, {pays: 0.14}]}"
    own = f"name: bookings, kind: rate, credits: bookings, aggregation: cumulative, table: {table}"
    found = plan(own, head=cap) if "window" in cap else plan(f"{own}, {cap}")
    assert codes(found) == []


@pytest.mark.parametrize(
    ("reset", "second", "found"), [("quarter", "0.16", 1), ("quarter", "0.15", 0), ("year", "0.3", 0)]
)
def test_a_steep_table_that_starts_anew_with_the_quarter_moves_deals(reset: str, second: str, found: int) -> None:
    more = f"aggregation: cumulative, reset: {reset}, cap: 900"
    told = rate(f"{{kind: step, of: attainment, tiers: [{{up_to: 1, pays: 0.1}}, {{pays: {second}}}]}}", more)
    assert codes(told).count("warning period_end") == found


def test_a_month_that_misses_a_threshold_gives_its_deals_to_the_next() -> None:
    found = rate("{kind: step, tiers: [{up_to: 100, pays: 0}, {pays: 0.1}]}", "aggregation: per_period")
    assert the(found, "period_end").message.startswith("A month that misses the first bound pays nothing")


def test_carried_excess_is_noted() -> None:
    more = "aggregation: cumulative, reset: year, cap: 900, excess: carried"
    assert codes(rate("{kind: step, tiers: [{pays: 0.1}]}", more)) == ["note carried"]


def test_a_score_that_few_answers_move_is_gameable() -> None:
    score = "name: nps, kind: experience, metric: nps, every: quarter, modifies: [bookings], minimum_n: 5"
    found = plan(target("bookings", "1"), f"{score}, points: [{{at: 0, gives: 0.7}}, {{at: 50, gives: 1.1}}]")
    assert codes(found) == ["warning any_response", "warning small_sample", "warning strong_factor"]
    sound = score.replace("minimum_n: 5", "minimum_n: 30, minimum_response: 0.2")
    assert (
        lint(plan(target("bookings", "1"), f"{sound}, points: [{{at: 0, gives: 0.85}}, {{at: 50, gives: 1.1}}]")) == ()
    )


def test_who_is_paid_neither_enters_nor_verifies_the_measure() -> None:
    found = plan(target("bookings", "1"), "name: value, kind: value, over: all_customers")
    told = {"bookings": Told(reported_by="payee"), "value": Told(verified_by="payee")}
    assert codes(found, Asked(told=told))[:2] == ["error self_reported", "error own_verification"]
    fine = {"value": Told(verified_by="unrelated")}
    assert codes(found, Asked(told=fine, mix={"bookings": Fraction(4, 5), "value": Fraction(1, 5)})) == []


@pytest.mark.parametrize(("share", "found"), [("9/100", 1), ("1/10", 0), ("1/4", 0), ("26/100", 1)])
def test_value_is_a_tenth_to_a_quarter_of_variable_pay_which_is_a_hypothesis(share: str, found: int) -> None:
    asked = Asked(told={"value": Told(verified_by="unrelated")}, mix={"value": Fraction(share)})
    told = [each for each in lint(plan("name: value, kind: value"), asked) if each.code == "value_share"]
    assert len(told) == found
    assert all("hypothesis" in each.message and each.severity == "warning" for each in told)


def test_value_of_those_customers_only_with_whom_somebody_agreed_is_found() -> None:
    chosen = the(plan("name: value, kind: value"), "chosen_customers")
    assert (chosen.severity, chosen.component) == ("warning", "value")
    assert "over: all_customers" in chosen.cure
    assert "chosen_customers" not in {each.code for each in lint(plan("name: value, kind: value, over: all_customers"))}


def test_a_curve_that_goes_on_far_beyond_its_target_is_as_good_as_uncapped() -> None:
    curve = "curve: [{at: 0.25, gives: 0.25}, {at: 5, gives: 5}]"
    assert "5 times the amount" in the(plan(f"name: value, kind: value, {curve}"), "value_uncapped").message


def test_weight_falls_with_noise() -> None:
    """Of reliabilities 0.8 and 0.5 the noise is a quarter and 1, the slopes 4/5 and 1/2: 8 and 5 parts of 13."""
    found = plan(target("bookings", "0.3"), target("renewals", "0.7", "renewals"))
    told = {"bookings": Told(noise=noise_of(Fraction(4, 5))), "renewals": Told(noise=noise_of(Fraction(1, 2)))}
    first, second = weighed(found, Asked(told=told))
    assert (first.noise, second.noise) == (Fraction(1, 4), 1)
    assert (first.by_noise, second.by_noise) == (Fraction(8, 13), Fraction(5, 13))
    assert second.relative == Fraction(7, 10) / Fraction(5, 13)
    assert the(found, "noisy", Asked(told=told)).component == "renewals"
    assert [each.by_noise for each in weighed(found, Asked(told=told, bounds=Bounds(risk=Fraction(0))))] == [
        Fraction(1, 2),
        Fraction(1, 2),
    ]
    with pytest.raises(ValueError, match="reliability of 0 cannot be"):
        noise_of(Fraction(0))


def test_shares_follow_from_weights_only_where_everything_is_a_target() -> None:
    assert shares(plan(target("a", "0.5"), target("b", "0.3", "b")), Asked()) == {
        "a": Fraction(5, 8),
        "b": Fraction(3, 8),
    }
    assert shares(plan(target("a", "0.5"), "name: value, kind: value"), Asked()) == {}
    assert weighed(plan(target("a", "1")), Asked()) == ()


def test_too_many_measures_are_named() -> None:
    many = plan(*(target(name, "1/6", name) for name in "abcdef"))
    assert "6 measures (a, b, c, d, e, f)" in the(many, "many_measures").message


def test_weights_leave_nothing_that_nobody_can_earn() -> None:
    found = plan(target("a", "0.85"), target("b", "0.05", "b"))
    assert codes(found) == ["warning weights", "note weights"]
    assert "come to 90 %" in lint(found)[0].message


@pytest.mark.parametrize(("amount", "severity"), [(1000, "warning"), (900, None)])
def test_a_guarantee_that_reaches_the_target_leaves_nothing_to_earn(amount: int, severity: str | None) -> None:
    found = plan(target("a", "1"), head=f"guarantee: {{amount: {amount}, window: month}}\n")
    told = lint(found, Asked(target=Money.of(12000, "EUR")))
    assert [each.severity for each in told] == ([severity] if severity else [])
    assert codes(found) == ["note guarantee"]


def test_a_guarantee_as_high_as_the_cap_is_an_error() -> None:
    head = "guarantee: {amount: 1000, window: month}\ncap: {amount: 12000, window: year}\n"
    assert codes(plan(target("a", "1"), head=head))[0] == "error guarantee"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("draw: {minimum: 1000, recovers_from: 2026-04, ends: 2026-12}\n", 0),
        ("draw: {minimum: 1000, recovers_from: 2026-04, ends: 2027-01}\n", 1),
        ("valid_to: 2027-01-01\ndraw: {minimum: 1000, recovers_from: 2027-01, ends: 2026-06}\n", 1),
    ],
)
def test_a_draw_ends_and_is_recovered(head: str, found: int) -> None:
    assert codes(plan(target("a", "1"), head=head)).count("warning long_draw") == found


@pytest.mark.parametrize(
    ("policy", "published", "severity"),
    [
        ("only_favourable", "2026-02-01", "warning"),
        ("with_payee_consent", "2026-02-01", "warning"),
        ("forbid", "2026-01-01", None),
        ("only_favourable", None, "warning"),
        ("forbid", None, None),
    ],
)
def test_a_plan_that_changes_what_was_done_already(policy: str, published: str | None, severity: str | None) -> None:
    head = f"policy: {{retro_change: {policy}}}\n" + (f"published_on: {published}\n" if published else "")
    told = lint(plan(target("a", "1"), head=head))
    assert [each.severity for each in told if each.code == "retro"] == ([severity] if severity else [])


def test_the_gravest_come_first_and_every_finding_has_a_cure() -> None:
    for text in (IN_FORCE, PROPOSED):
        (found,) = load([PlanFile("plan.yaml", text)])
        told = lint(found)
        order = [("error", "warning", "note").index(each.severity) for each in told]
        assert order == sorted(order)
        assert all(each.message.endswith(".") and each.cure.endswith(".") for each in told)
