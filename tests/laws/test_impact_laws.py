"""What no unit, level, order or name may change in value delivered, and what must turn with the direction."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.impact.counterfactual import ESTIMATORS, Block, sdid
from trueup.impact.effect import Effect, effect_of
from trueup.impact.panel import Panel, Treatment, Window
from trueup.impact.placebo import after_best_quarter, after_worst_quarter

MONTHS = tuple(f"month {n}" for n in range(28))
WINDOW = Window(before=14, after=6)
DONORS = 12
seeds = st.integers(0, 2**16)
names = pytest.mark.parametrize("name", ESTIMATORS)


def drawn(seed: int, donors: int = DONORS, times: int = 20, before: int = 14) -> Block:
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((2, times)).cumsum(1)
    values = rng.standard_normal((donors + 1, 2)) @ common + rng.standard_normal((donors + 1, times))
    return Block(values[:1], values[1:], before)


@cache
def panel(seed: int) -> Panel:
    rng = np.random.default_rng(seed)
    values = 20 + 3 * rng.standard_normal((DONORS + 1, 1)) + rng.standard_normal((DONORS + 1, 28))
    values[0, 18:] += 2
    units = ("acme", *(f"donor {n}" for n in range(DONORS)))
    return Panel(units, MONTHS, values, (Treatment("acme", 18),))


@cache
def plain(seed: int) -> Effect:
    return effect_of(panel(seed), "acme", window=WINDOW)


def told(found: Effect) -> list[float]:
    """All that is said of an effect: estimates, bound, and figures of checks."""
    assert found.bound is not None
    assert found.bound.low is not None
    assert found.bound.high is not None
    estimates = [each.estimate for each in found.estimates.values()]
    return [*estimates, found.bound.low, found.bound.high, *(check.figure for check in found.checks)]


@names
@given(seeds, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_another_unit_and_another_zero_change_the_estimate_as_they_should(
    name: str, seed: int, factor: float, level: float
) -> None:
    block = drawn(seed)
    other = Block(block.treated * factor + level, block.donors * factor + level, block.before)
    found, turned = ESTIMATORS[name](block), ESTIMATORS[name](other)
    assert turned.estimate == pytest.approx(found.estimate * factor, abs=1e-4 * factor + 1e-9 * abs(level))
    assert turned.path == pytest.approx(found.path * factor + level, abs=1e-3 * factor + 1e-9 * abs(level))


@names
@given(seeds, st.floats(-50, 50))
def test_what_is_gained_after_the_start_is_added_to_the_estimate(name: str, seed: int, gain: float) -> None:
    block = drawn(seed)
    treated = block.treated.copy()
    treated[:, block.before :] += gain
    found = ESTIMATORS[name](Block(treated, block.donors, block.before)).estimate
    assert found == pytest.approx(ESTIMATORS[name](block).estimate + gain, abs=1e-9)


@names
@given(seeds, seeds)
def test_the_order_of_donors_changes_nothing(name: str, seed: int, shuffled: int) -> None:
    block = drawn(seed)
    order = np.random.default_rng(shuffled).permutation(DONORS)
    found = ESTIMATORS[name](Block(block.treated, block.donors[order], block.before))
    assert found.estimate == pytest.approx(ESTIMATORS[name](block).estimate, abs=1e-5)
    assert found.unit_weights == pytest.approx(ESTIMATORS[name](block).unit_weights[order], abs=1e-4)


@pytest.mark.parametrize("name", ["sc", "difp"])
@given(seeds, st.floats(-100, 100))
def test_a_donor_whom_nobody_resembles_changes_nothing(name: str, seed: int, later: float) -> None:
    """It goes where the synthetic customer misses the true one, the other way; what it does later does not matter."""
    block = drawn(seed)
    found = ESTIMATORS[name](block)
    stranger = found.path - 5 * (block.observed - found.path)
    stranger[block.before :] = later
    other = ESTIMATORS[name](Block(block.treated, np.vstack((block.donors, stranger)), block.before))
    assert other.unit_weights[-1] == pytest.approx(0, abs=1e-6)
    assert other.estimate == pytest.approx(found.estimate, abs=1e-3)


@given(seeds, st.floats(1, 3))
def test_a_donor_that_goes_the_other_way_weighs_less_than_most(seed: int, factor: float) -> None:
    """SDID spreads its weights, but not to the opposite of the customer."""
    block = drawn(seed)
    opposite = -factor * block.observed
    found = sdid(Block(block.treated, np.vstack((block.donors, opposite)), block.before))
    assert found.unit_weights[-1] < 1 / (DONORS + 1)
    assert found.unit_weights[-1] <= np.quantile(found.unit_weights[:-1], 0.6) + 1e-9


@names
@given(seeds)
def test_the_other_direction_mirrors_the_estimate(name: str, seed: int) -> None:
    block = drawn(seed)
    found = ESTIMATORS[name](Block(-block.treated, -block.donors, block.before))
    assert found.estimate == pytest.approx(-ESTIMATORS[name](block).estimate, abs=1e-6)


@settings(max_examples=8)
@given(st.integers(0, 20), seeds)
def test_names_and_their_order_change_nothing_of_an_effect(seed: int, shuffled: int) -> None:
    order = np.random.default_rng(shuffled).permutation(DONORS + 1)
    renamed = {unit: f"unit {n}" for n, unit in enumerate(panel(seed).units)}
    other = replace(
        panel(seed),
        units=tuple(renamed[panel(seed).units[place]] for place in order),
        values=panel(seed).values[order],
        treatments=(Treatment(renamed["acme"], 18),),
    )
    assert told(effect_of(other, renamed["acme"], window=WINDOW)) == pytest.approx(told(plain(seed)), abs=1e-4)


@settings(max_examples=8)
@given(st.integers(0, 20))
def test_less_is_better_of_the_negative_says_the_same_as_more_is_better(seed: int) -> None:
    other = replace(panel(seed), values=-panel(seed).values, better="lower")
    found = effect_of(other, "acme", window=WINDOW)
    assert told(found) == pytest.approx(told(plain(seed)), abs=1e-9)
    assert found.evidence == plain(seed).evidence


@settings(max_examples=8)
@given(st.integers(0, 20), st.sampled_from([0.01, 60.0, 1000.0]))
def test_the_unit_of_a_measure_scales_what_is_payable(seed: int, factor: float) -> None:
    found = effect_of(replace(panel(seed), values=panel(seed).values * factor), "acme", window=WINDOW)
    assert found.payable == pytest.approx(plain(seed).payable * factor, rel=1e-4)
    assert found.blocked_by == plain(seed).blocked_by


@settings(max_examples=8)
@given(st.integers(0, 20))
def test_a_surer_bound_is_never_above_a_less_sure_one(seed: int) -> None:
    bounds = [effect_of(panel(seed), "acme", window=WINDOW, confidence=level).bound for level in (0.6, 0.8, 0.9)]
    lows = [bound.low for bound in bounds if bound is not None and bound.low is not None]
    assert lows == sorted(lows, reverse=True)
    assert len(lows) == 3


@settings(max_examples=8)
@given(st.integers(0, 20), st.integers(0, 17))
def test_what_comes_after_the_window_and_long_before_it_is_not_looked_at_by_the_calendar(seed: int, month: int) -> None:
    values = panel(seed).values.copy()
    values[:, 24:] += 100
    values[0, :4] -= month
    found = effect_of(replace(panel(seed), values=values), "acme", window=WINDOW)
    assert found.estimates["sdid"].estimate == pytest.approx(plain(seed).estimates["sdid"].estimate)
    assert found.calendar["sdid"].estimates == pytest.approx(plain(seed).calendar["sdid"].estimates)


@given(seeds)
def test_the_worst_quarter_of_the_negative_is_the_best_one(seed: int) -> None:
    series = drawn(seed).donors
    everywhere = np.ones(series.shape, np.bool_)
    assert after_worst_quarter(-series, everywhere).tolist() == after_best_quarter(series, everywhere).tolist()
