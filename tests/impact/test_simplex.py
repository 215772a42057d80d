"""Weights that add up to one: the nearest mixture, found exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.impact.simplex import nearest


@pytest.mark.parametrize(
    ("columns", "target", "expected"),
    [
        ([[0.0, 10.0]], [4.0], [0.6, 0.4]),
        ([[0.0, 10.0]], [12.0], [0.0, 1.0]),
        ([[0.0, 10.0]], [-3.0], [1.0, 0.0]),
        ([[0.0, 4.0, 0.0], [0.0, 0.0, 4.0]], [1.0, 2.0], [0.25, 0.25, 0.5]),
        ([[1.0, 5.0], [1.0, 5.0]], [2.0, 4.0], [0.5, 0.5]),
    ],
)
def test_small_mixtures_are_those_worked_out_by_hand(
    columns: list[list[float]], target: list[float], expected: list[float]
) -> None:
    assert nearest(np.array(columns), np.array(target)) == pytest.approx(expected, abs=1e-9)


def test_a_ridge_spreads_the_weights() -> None:
    """Of 10 w - 4 squared and 25 (w^2 + (1 - w)^2), the sum is least at w = 65 / 150."""
    assert nearest(np.array([[0.0, 10.0]]), np.array([4.0]), ridge=25.0)[1] == pytest.approx(65 / 150)


def test_where_nothing_differs_all_weigh_the_same() -> None:
    assert nearest(np.full((5, 4), 3.0), np.full(5, 3.0)).tolist() == [0.25] * 4


@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 40), st.sampled_from([0.0, 0.01, 3.0]))
def test_no_other_weights_are_nearer(seed: int, rows: int, n: int, ridge: float) -> None:
    """The conditions of Karush, Kuhn and Tucker: no slope is below that of the donors that weigh something."""
    rng = np.random.default_rng(seed)
    columns, target = rng.standard_normal((rows, n)), rng.standard_normal(rows)
    weights = nearest(columns, target, ridge=ridge)
    slope = columns.T @ (columns @ weights - target) + ridge * weights
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    assert (slope - weights @ slope).min() > -1e-6
    assert np.abs((slope - weights @ slope)[weights > 1e-9]).max() < 1e-6
