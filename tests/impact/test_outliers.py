"""Values far from those around them, and units of measures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.impact.measure_units import factor
from trueup.impact.outliers import outliers

STEADY = [48.0, 48.4, 47.9, 48.2, 48.1, 47.8, 48.3, 48.0, 48.5, 47.7]


def test_a_typing_error_is_told() -> None:
    told = list(STEADY)
    told[4] = 481.0
    assert outliers(np.array(told)) == (4,)


def test_a_new_level_is_no_outlier() -> None:
    assert outliers(np.array([*STEADY, *(each + 5 for each in STEADY)])) == ()


def test_gaps_are_passed_over() -> None:
    told = [*STEADY[:3], float("nan"), *STEADY[3:]]
    told[6] = 0.5
    assert outliers(np.array(told)) == (6,)


@pytest.mark.parametrize("series", [[], [1.0, 9.0], [3.0] * 12])
def test_where_nothing_can_be_told_apart_nothing_is(series: list[float]) -> None:
    assert outliers(np.array(series)) == ()


@given(st.floats(-1e3, 1e3), st.floats(0.1, 1e3))
def test_another_level_or_unit_changes_nothing(level: float, by: float) -> None:
    told = list(STEADY)
    told[4] = 300.0
    assert outliers(np.array(told) * by + level) == (4,)


@pytest.mark.parametrize(
    ("unit", "into", "times"),
    [
        ("hours", "days", 1 / 24),
        ("share", "%", 100.0),
        ("Percent", "%", 1.0),
        ("", "days", 1.0),
        ("days", "", 1.0),
        ("tickets", "Tickets ", 1.0),
        ("days", "%", None),
        ("EUR", "USD", None),
    ],
)
def test_units_are_converted_where_they_can_be(unit: str, into: str, times: float | None) -> None:
    assert factor(unit, into) == (None if times is None else pytest.approx(times))
