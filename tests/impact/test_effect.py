"""Value delivered to one customer: what is shown, what is paid on, and what forbids to pay."""

from dataclasses import replace

import numpy as np
import pytest

from trueup.impact.effect import Effect, effect_of
from trueup.impact.panel import Panel, Treatment, Window
from trueup.impact.placebo import at

MONTHS = tuple(f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13))
START = MONTHS.index("2026-01")
NAN = float("nan")


def adoption(*, gain: float = 0.0, donors: int = 30, seed: int = 1, earlier: float = 0.0, drift: float = 0.0) -> Panel:
    """Percent of users active: Acme, which started in January 2026 and gained so much, and others that did not.

    ``earlier``: what Acme gained three months before; ``drift``: by how much it rose each month all along.
    """
    rng = np.random.default_rng(seed)
    season = 2 * np.sin(2 * np.pi * np.arange(36) / 12)
    values = 50 + 5 * rng.standard_normal((donors + 1, 1)) + season + rng.standard_normal((donors + 1, 36))
    values[0, START:] += gain
    values[0, START - 3 :] += earlier
    values[0] += drift * np.arange(36)
    names = ("acme", *(f"donor {n}" for n in range(donors)))
    return Panel(names, MONTHS, values, (Treatment("acme", START),))


def acme(panel: Panel, **asked: object) -> Effect:
    return effect_of(panel, "acme", **asked)  # type: ignore[arg-type]


def test_what_was_gained_is_found_and_less_is_paid_on() -> None:
    found = acme(adoption(gain=8))
    assert found.estimate == pytest.approx(8, abs=1.2)
    assert 4 < found.payable < 8
    assert found.evidence == "strong"
    assert found.blocked_by == ()
    assert set(found.estimates) == {"did", "sc", "difp", "sdid", "cits_synthetic", "cits_mean"}


def test_the_bound_is_the_least_of_three() -> None:
    bound = acme(adoption(gain=8)).bound
    assert bound is not None
    lows = {member.name: member.low for member in bound.members}
    assert set(lows) == {"sdid_calendar", "sdid_matched", "cits_synthetic"}
    assert bound.low == min(low for low in lows.values() if low is not None)
    assert bound.high == max(member.high for member in bound.members if member.high is not None)


def test_where_nothing_was_gained_nothing_is_paid() -> None:
    paid = [acme(adoption(seed=seed)).payable for seed in range(20)]
    assert sum(value > 0 for value in paid) <= 2


def test_of_measures_where_less_is_better_a_fall_is_the_gain() -> None:
    rising = acme(adoption(gain=8))
    panel = adoption(gain=8)
    falling = acme(replace(panel, values=100 - panel.values, better="lower"))
    assert falling.estimate == pytest.approx(rising.estimate)
    assert falling.payable == pytest.approx(rising.payable)
    assert falling.estimates["sdid"].path == pytest.approx(100 - rising.estimates["sdid"].path)


def test_with_eight_donors_there_are_estimates_and_no_bound() -> None:
    found = acme(adoption(gain=8, donors=8))
    assert found.estimate == pytest.approx(8, abs=2)
    assert found.bound is not None
    assert (found.bound.low, found.bound.why, found.payable) == (None, "too_few_donors", 0)
    assert found.evidence == "weak"


def test_with_nine_donors_evidence_is_moderate() -> None:
    found = acme(adoption(gain=12, donors=9, seed=2))
    assert found.payable > 0
    assert found.evidence == "moderate"


def test_a_higher_level_needs_more_donors() -> None:
    bound = acme(adoption(gain=12, donors=12), confidence=0.95).bound
    assert bound is not None
    assert bound.why == "too_few_donors"


def test_a_rule_that_takes_in_few_donors_leaves_no_bound() -> None:
    bound = acme(adoption(gain=8), rule=at(2)).bound
    assert bound is not None
    assert bound.why == "too_few_matched"


def test_without_donors_the_own_line_is_evidence_only() -> None:
    found = acme(adoption(gain=30, donors=2))
    assert found.why == "no_donors"
    assert found.alone is not None
    assert found.alone.low < found.alone.estimate < found.alone.high
    assert (found.payable, found.evidence) == (0, "weak")


def without(panel: Panel, unit: str, month: str) -> Panel:
    values = panel.values.copy()
    values[panel.place(unit), panel.times.index(month)] = NAN
    return replace(panel, values=values)


@pytest.mark.parametrize(
    ("month", "why", "before"),
    [
        ("2026-03", "customer_gaps", 18),
        ("2025-06", "too_short", 6),
        ("2024-09", "", 15),
        ("2024-03", "", 18),
    ],
)
def test_a_gap_of_the_customer_is_never_filled(month: str, why: str, before: int) -> None:
    found = acme(without(adoption(gain=8), "acme", month))
    assert (found.why, found.window.before) == (why, before)


def test_a_donor_with_a_gap_is_left_out_and_named() -> None:
    found = acme(without(adoption(gain=8), "donor 4", "2025-06"))
    assert [(each.unit, each.code) for each in found.left_out] == [("donor 4", "gaps")]
    assert len(found.donors) == 29


def test_before_its_time_has_come_there_is_no_effect() -> None:
    found = acme(adoption(gain=8), window=Window(before=18, after=13))
    assert (found.why, found.estimate, found.payable, found.evidence) == ("not_over", None, 0, "none")


def test_a_unit_without_a_start_is_no_customer() -> None:
    with pytest.raises(ValueError, match="donor 3 has no start"):
        effect_of(adoption(), "donor 3")


def test_a_changed_definition_blocks_payment() -> None:
    changed = replace(adoption(gain=8), definition_changes=(MONTHS.index("2025-10"),))
    found = acme(changed)
    assert found.blocked_by == ("definition_changed",)
    assert (found.payable, found.evidence) == (0, "weak")
    long_ago = replace(adoption(gain=8), definition_changes=(MONTHS.index("2024-02"),))
    assert acme(long_ago).payable > 0


def test_what_came_before_the_start_blocks_payment() -> None:
    assert "effect_before_start" in acme(adoption(gain=4, earlier=6)).blocked_by


def test_a_customer_unlike_all_donors_blocks_payment() -> None:
    panel = adoption(gain=8)
    panel.values[0, :START] += 6 * np.cos(np.arange(START) * 1.1)
    assert "poor_fit" in acme(panel).blocked_by


def test_an_estimate_that_rests_on_one_donor_blocks_payment() -> None:
    found = acme(adoption(gain=0.0, seed=3))
    check = next(each for each in found.checks if each.name == "rests_on_one_donor")
    assert check.about.startswith("donor")
    assert check.blocks == (np.sign(check.figure) != np.sign(found.estimates["sdid"].estimate))


def test_a_synthetic_customer_of_two_donors_blocks_payment() -> None:
    """Ten donors of whom two move as Acme does, up and down, and the others the other way."""
    panel = adoption(gain=8, donors=10)
    swing = 25 * np.cos(2 * np.pi * np.arange(36) / 24)
    panel.values[:3] += swing
    panel.values[3:] -= swing
    assert "few_effective_donors" in acme(panel).blocked_by


def test_a_donor_that_jumps_at_the_start_blocks_payment() -> None:
    """The donor is all but Acme's twin before, so it weighs much."""
    panel = adoption(gain=8)
    panel.values[1] = panel.values[0]
    panel.values[1, START:] -= 20
    found = acme(panel)
    shock = next(each for each in found.checks if each.name == "donor_shock")
    assert shock.blocks
    assert shock.about == "donor 0"


def test_who_was_improving_already_is_not_paid_for_it() -> None:
    """A quarter of a point a month all along: 3 more than a year before, none of it ours."""
    paid = [acme(adoption(drift=0.25, seed=seed)).payable for seed in range(20)]
    assert sum(value > 0 for value in paid) <= 3


def test_where_nothing_ever_changes_rounding_is_no_evidence() -> None:
    found = acme(replace(adoption(), values=np.full((31, 36), 0.1) * 3 + np.arange(31)[:, None] / 7))
    assert {each.estimate for each in found.estimates.values()} - {found.estimates["sc"].estimate} == {0}
    assert found.bound is not None
    assert (found.bound.low, found.payable, found.evidence) == (0, 0, "none")
