"""A customer's own line carried on, where nobody can be compared with it."""

import numpy as np
import pytest

from trueup.impact.trend import own_trend


def test_what_is_above_the_line_is_the_estimate() -> None:
    """The line through 1, 3, 2, 4 is 1.3 + 0.8 t: at the fifth and sixth time 4.5 and 5.3, where 9 was observed."""
    found = own_trend(np.array([1.0, 3, 2, 4, 9, 9]), 4, 0.9)
    assert found.path == pytest.approx([1.3, 2.1, 2.9, 3.7, 4.5, 5.3])
    assert found.estimate == pytest.approx(4.1)
    assert found.low < 4.1 < found.high


def test_a_line_without_noise_is_known_for_sure() -> None:
    found = own_trend(np.array([1.0, 2, 3, 4, 6]), 4, 0.9)
    assert (found.low, found.high) == pytest.approx((1, 1))


def test_its_interval_holds_where_errors_go_together() -> None:
    """AR(1) of .6, no effect: the interval's lower end is below 0 in nine of ten at least."""
    rng = np.random.default_rng(12)
    shocks = rng.standard_normal((300, 24))
    series = np.zeros((300, 24))
    for month in range(1, 24):
        series[:, month] = 0.6 * series[:, month - 1] + shocks[:, month]
    assert np.mean([own_trend(each, 18, 0.9).low <= 0 for each in series]) >= 0.9
