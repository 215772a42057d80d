"""Six ways to say what would have happened anyway, on panels small enough to work out by hand."""

import numpy as np
import pytest

from trueup.impact.counterfactual import (
    ESTIMATORS,
    Block,
    Estimator,
    carried_on,
    cits_mean,
    cits_synthetic,
    did,
    difp,
    sc,
    sdid,
)


def block(treated: list[float], *donors: list[float], before: int) -> Block:
    return Block(np.array([treated]), np.array(donors, np.float64).reshape(len(donors), len(treated)), before)


def test_difference_in_differences_is_the_change_less_the_change_of_the_others() -> None:
    """Acme falls from 10 to 6, the others from 8 to 7 on average: 3 of the 4 are its own."""
    found = did(block([10, 10, 6, 6], [8, 8, 8, 8], [8, 8, 6, 6], before=2))
    assert found.estimate == -3
    assert found.path.tolist() == [10, 10, 9, 9]


def test_the_synthetic_control_mixes_donors_as_they_come_nearest() -> None:
    found = sc(block([4, 2, 4, 9], [0, 0, 0, 2], [8, 4, 8, 10], [90, 7, 3, 1], before=3))
    assert found.unit_weights == pytest.approx([0.5, 0.5, 0], abs=1e-5)
    assert found.estimate == pytest.approx(3, abs=1e-3)
    assert found.fit == pytest.approx(0, abs=1e-3)


def test_a_customer_on_another_level_has_a_counterfactual_there() -> None:
    """The same moves as the first donor's, 100 higher: SC cannot follow, the de-meaned one can."""
    levels = block([101, 103, 102, 107], [1, 3, 2, 4], [1, 1, 1, 1], before=3)
    assert difp(levels).unit_weights == pytest.approx([1, 0], abs=1e-5)
    assert difp(levels).estimate == pytest.approx(3, abs=1e-3)
    assert sc(levels).estimate > 100


def test_sdid_looks_at_the_times_that_tell_donors_later_level() -> None:
    """Donors after the start are where they were in the last month before: that month alone counts."""
    found = sdid(block([5, 5, 9, 12], [0, 4, 8, 8], [7, 1, 2, 2], [1, 5, 3, 3], before=3))
    assert found.time_weights == pytest.approx([0, 0, 1], abs=1e-4)
    assert found.estimate == pytest.approx(3, abs=1e-3)


def test_a_customer_who_was_improving_already_is_held_to_its_own_line() -> None:
    improving = block([1, 2, 3, 4, 5, 6], [3, 3, 3, 3, 3, 3], [1, 1, 1, 1, 1, 1], before=4)
    assert did(improving).estimate == pytest.approx(3)
    assert cits_mean(improving).estimate == pytest.approx(0)
    assert cits_synthetic(improving).estimate == pytest.approx(0)


def test_a_line_is_carried_on() -> None:
    assert (carried_on(3, 2) @ [1.0, 3.0, 5.0]).tolist() == pytest.approx([1, 3, 5, 7, 9])


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
def test_an_estimate_is_what_was_observed_less_its_path(estimator: Estimator) -> None:
    rng = np.random.default_rng(4)
    drawn = Block(rng.standard_normal((3, 12)), rng.standard_normal((7, 12)), 8)
    found = estimator(drawn)
    assert found.estimate == pytest.approx(float((drawn.observed - found.path)[8:].mean()))
    assert found.unit_weights.sum() == pytest.approx(1)
    assert found.time_weights.sum() == pytest.approx(1)
    assert 1 <= found.effective_donors <= 7 + 1e-9


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
def test_a_customer_who_moves_as_a_donor_gained_nothing(estimator: Estimator) -> None:
    rng = np.random.default_rng(5)
    one = rng.standard_normal(12)
    assert estimator(Block(one[None], one[None], 8)).estimate == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("treated", "donors", "before", "told"),
    [
        ([1, 2, 3], [], 2, "a treated unit and a donor"),
        ([1, 2, 3], [[1, 2, 3]], 1, "two times before"),
        ([1, 2, 3], [[1, 2, 3]], 3, "one after"),
        ([1, float("nan"), 3], [[1, 2, 3]], 2, "A value is missing"),
    ],
)
def test_what_has_no_estimate_is_refused(
    treated: list[float], donors: list[list[float]], before: int, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        block(treated, *donors, before=before)
