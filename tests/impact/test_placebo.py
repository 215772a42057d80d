"""What is found where nothing was done, and how it bounds what is found where something was."""

import numpy as np
import pytest

from trueup.impact.counterfactual import Block, did
from trueup.impact.panel import Window
from trueup.impact.placebo import (
    Placebos,
    after_best_quarter,
    after_worst_quarter,
    at,
    between,
    fewest_placebos,
    matched,
    placebos,
    possible_starts,
    rank_of,
)

TEN = ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")


def showing(*estimates: float) -> Placebos:
    return Placebos(TEN[: len(estimates)], np.array(estimates), np.zeros(len(estimates)))


def test_the_bound_is_the_estimate_less_a_placebo_that_few_exceed() -> None:
    """Of nine placebos and 90 %, k = 9: the greatest. Of 80 %, k = 8."""
    nine = showing(-3, 2, 0, 1, -1, 4, 0.5, -2, 3)
    assert nine.low(5, 0.9) == 1
    assert nine.low(5, 0.8) == 2
    assert nine.high(5, 0.9) == 8


def test_too_few_donors_have_no_bound() -> None:
    assert showing(1, 2, 3, 4, 5, 6, 7, 8).low(50, 0.9) is None
    assert showing(1, 2, 3, 4, 5, 6, 7, 8).high(50, 0.9) is None


@pytest.mark.parametrize(("confidence", "fewest"), [(0.8, 4), (0.9, 9), (0.95, 19)])
def test_a_level_needs_so_many_donors(confidence: float, fewest: int) -> None:
    assert fewest_placebos(confidence) == fewest
    assert rank_of(confidence, fewest) == fewest


def test_each_donor_stands_in_for_the_customer_once() -> None:
    """Donors change by 0, 2 and 7: beside the mean of the other two by -4.5, -1.5 and 6."""
    block = Block(np.array([[0.0, 0, 9]]), np.array([[1.0, 1, 1], [1, 1, 3], [1, 1, 8]]), 2)
    found = placebos(block, did, ("a", "b", "c"))
    assert found.estimates.tolist() == [-4.5, -1.5, 6]
    assert found.error == pytest.approx(np.std([-4.5, -1.5, 6]))


def test_a_unit_may_start_where_there_is_enough_before_and_after() -> None:
    """A year before and two months after, and no gap in either: the second has one in its fifth month."""
    serves = np.ones((2, 20), np.bool_)
    serves[1, 4] = False
    possible = possible_starts(serves, Window(before=18, after=2))
    assert np.flatnonzero(possible[0]).tolist() == [12, 13, 14, 15, 16, 17, 18]
    assert np.flatnonzero(possible[1]).tolist() == [17, 18]


def test_customers_in_trouble_come_in_after_their_worst_quarter() -> None:
    series = np.array([[5.0, 5, 5, 1, 2, 1, 5, 9, 9, 9, 5, 5]])
    everywhere = np.ones((1, 12), np.bool_)
    assert after_worst_quarter(series, everywhere).tolist() == [6]
    assert after_best_quarter(series, everywhere).tolist() == [10]
    assert at(4)(series, everywhere).tolist() == [4]
    assert after_worst_quarter(series, ~everywhere).tolist() == [-1]


def test_donors_who_come_in_at_their_worst_recover_by_themselves() -> None:
    """Pure chance, no effect: by the calendar donors gain nothing, after their worst quarter they seem to."""
    rng = np.random.default_rng(8)
    noise = rng.standard_normal((40, 36)).cumsum(1) * 0.2 + rng.standard_normal((40, 36))
    names = tuple(f"donor {n}" for n in range(40))
    everywhere = np.ones(noise.shape, np.bool_)
    window = Window(before=12, after=6)
    gained = {
        rule: matched(noise, everywhere, names, window, rule)["sdid"].estimates.mean()
        for rule in (at(20), after_worst_quarter, after_best_quarter)
    }
    calendar, worst, best = gained.values()
    assert abs(calendar) < 0.15
    assert worst > calendar + 0.1
    assert best < calendar - 0.1


def test_whom_the_rule_never_takes_in_has_no_placebo() -> None:
    series = np.random.default_rng(2).standard_normal((6, 24))
    serves = np.ones(series.shape, np.bool_)
    serves[0, 10] = False
    found = matched(series, serves, ("a", "b", "c", "d", "e", "f"), Window(before=12, after=6), at(18))["sdid"]
    assert found.units == ("b", "c", "d", "e", "f")


def test_a_rule_may_be_kept_to_the_time_in_which_customers_were_taken_in() -> None:
    """A measure that rises all along is at its worst at first: within the time of intake, at its beginning."""
    series = np.array([[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    everywhere = np.ones((1, 10), np.bool_)
    assert after_worst_quarter(series, everywhere).tolist() == [3]
    assert between(5, 8, after_worst_quarter)(series, everywhere).tolist() == [5]
    assert between(1, 2, after_worst_quarter)(series, everywhere).tolist() == [-1]
