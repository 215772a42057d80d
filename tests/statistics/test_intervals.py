"""Intervals of rates against published tables and closed forms."""

import pytest

from trueup.statistics.intervals import can_be_told_apart, jeffreys, pluto_tasche, power


@pytest.mark.parametrize(
    ("events", "trials", "level", "low", "high"),
    [
        # Brown, Cai and DasGupta 2001, table 5, n = 7 to 30 at 95 %.
        (0, 7, 0.95, 0.0, 0.292),
        (1, 7, 0.95, 0.016, 0.501),
        (2, 10, 0.95, 0.044, 0.503),
        (10, 10, 0.95, 0.783, 1.0),
        (15, 30, 0.95, 0.328, 0.672),
    ],
)
def test_the_jeffreys_interval_is_the_published_one(
    events: int, trials: int, level: float, low: float, high: float
) -> None:
    assert jeffreys(events, trials, level=level) == pytest.approx((low, high), abs=6e-4)


def test_nothing_tried_says_nothing_and_impossible_counts_are_refused() -> None:
    assert jeffreys(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 events in 2"):
        jeffreys(3, 2)


@pytest.mark.parametrize(
    ("confidence", "a", "b", "c"),
    [
        # Pluto and Tasche 2005: 100, 400 and 300 accounts without a default, in per cent.
        (0.5, 0.09, 0.10, 0.23),
        (0.75, 0.17, 0.20, 0.46),
        (0.9, 0.29, 0.33, 0.76),
        (0.95, 0.37, 0.43, 0.99),
        (0.99, 0.57, 0.66, 1.52),
        (0.999, 0.86, 0.98, 2.28),
    ],
)
def test_grades_without_defaults_have_the_published_bounds(confidence: float, a: float, b: float, c: float) -> None:
    found = [100 * bound for bound in pluto_tasche((0, 0, 0), (100, 400, 300), confidence=confidence)]
    assert found == pytest.approx([a, b, c], abs=0.0051)


@pytest.mark.parametrize(
    ("confidence", "a", "b", "c"),
    [
        # The same paper: no default in A, two in B, one in C.
        (0.5, 0.46, 0.52, 0.56),
        (0.9, 0.83, 0.95, 1.29),
    ],
)
def test_grades_with_few_defaults_have_the_published_bounds(confidence: float, a: float, b: float, c: float) -> None:
    found = [100 * bound for bound in pluto_tasche((0, 2, 1), (100, 400, 300), confidence=confidence)]
    assert found == pytest.approx([a, b, c], abs=0.0051)


def test_a_worse_grades_bound_is_never_lower_even_where_it_had_fewer_defaults() -> None:
    assert pluto_tasche((5, 0), (10, 100), confidence=0.9)[1] >= pluto_tasche((5, 0), (10, 100), confidence=0.9)[0]
    assert pluto_tasche((0, 3), (10, 3), confidence=0.9)[1] == 1.0


@pytest.mark.parametrize(("rates", "needed"), [((0.06, 0.12), 203), ((0.03, 0.06), 429), ((0.12, 0.25), 79)])
def test_so_many_accounts_tell_two_rates_apart(rates: tuple[float, float], needed: int) -> None:
    assert can_be_told_apart(rates, (needed, needed))
    assert not can_be_told_apart(rates, (needed - 3, needed - 3))


def test_power_of_nothing_and_of_certainty() -> None:
    assert power((0.1, 0.5), (0, 10)) == 0.0
    assert power((0.0, 1.0), (5, 5)) == 1.0
    assert power((0.0, 0.0), (5, 5)) == 0.0
