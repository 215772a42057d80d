"""Tests for many KPIs at once: combined, and adjusted for all that were ever tried."""

import numpy as np
import pytest

from trueup.indicators.evidence import combined, q_values


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg() -> None:
    """Table 1 of their paper: of fifteen tests four are rejected at .05, the fourth at .0095 x 15 / 4."""
    p = "0.0001 0.0004 0.0019 0.0095 0.0201 0.0278 0.0298 0.0344 0.0459 0.3240 0.4262 0.5719 0.6528 0.7590 1.0000"
    q = q_values(np.array(p.split(), float), family=15)
    assert int((q <= 0.05).sum()) == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)


def test_kpis_tried_before_make_it_harder() -> None:
    p = np.array([0.01, 0.2])
    assert q_values(p, family=2)[0] == pytest.approx(0.02)
    assert q_values(p, family=40)[0] == pytest.approx(0.4)


def test_what_could_not_be_tested_is_left_out() -> None:
    assert q_values(np.array([np.nan, 0.03]), family=2)[1] == pytest.approx(0.06)


@pytest.mark.parametrize("p", [0.001, 0.3, 0.9])
def test_two_tests_that_say_the_same_combine_to_it(p: float) -> None:
    assert combined(p, p) == pytest.approx(p)
    assert combined(p, float("nan")) == pytest.approx(p)


def test_one_strong_test_is_not_drowned_by_a_weak_one() -> None:
    assert combined(0.001, 0.5) == pytest.approx(0.002, rel=0.01)
