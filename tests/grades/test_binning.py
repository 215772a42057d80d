"""Classes of a criterion's values, and what each says about going bad."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from trueup.grades.learned.binning import classes_of, evidence, fine_ends, is_more_better, pooled, roundest

NOTHING = float("nan")


def test_neighbours_in_the_wrong_order_become_their_mean() -> None:
    found = pooled(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.0, 1.0, 3.0, 1.0]))
    assert found.tolist() == [1.0, 2.25, 2.25, 4.0]


def test_pooling_is_isotonic_regression() -> None:
    rng = np.random.default_rng(3)
    values, weights = rng.standard_normal(60), rng.integers(1, 9, 60).astype(float)
    expected = IsotonicRegression().fit_transform(np.arange(60), values, sample_weight=weights)
    assert pooled(values, weights) == pytest.approx(expected, abs=1e-12)


def outcomes(*goods_and_bads: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of classes 0, 1, ... with so many goods and bads; the last of them are missing."""
    codes = [
        at if at < len(goods_and_bads) - 1 else -1 for at, both in enumerate(goods_and_bads) for _ in range(sum(both))
    ]
    is_bad = [flag for goods, bads in goods_and_bads for flag in [False] * goods + [True] * bads]
    return np.array(codes), np.array(is_bad)


def test_weight_of_evidence_is_that_of_a_rate_with_ten_more_accounts_of_the_overall_one() -> None:
    found = evidence(*outcomes((20, 20), (39, 1), (0, 0)), 2)
    base = 21.5 / 81
    log_odds = [np.log(1 / rate - 1) for rate in ((20 + 10 * base) / 50, (1 + 10 * base) / 50, base)]
    assert found.weights == pytest.approx([log_odds[0] - log_odds[2], log_odds[1] - log_odds[2]])
    assert (found.goods.tolist(), found.bads.tolist()) == ([20, 39], [20, 1])


def test_information_value_is_the_one_worked_by_hand() -> None:
    # Goods .8 and .2, bads .4 and .6, half an account added to each of 100: (.805 - .405) ln(.805 / .405) + ...
    found = evidence(*outcomes((20, 60), (80, 40), (0, 0)), 2)
    by_hand = (0.805 - 0.405) * np.log(0.805 / 0.405) + (0.205 - 0.605) * np.log(0.205 / 0.605)
    assert found.value == pytest.approx(by_hand)


def test_an_ordered_class_is_never_worse_than_the_one_below_it() -> None:
    found = evidence(*outcomes((10, 10), (30, 2), (20, 12), (0, 0)), 3)
    assert found.weights[1] == found.weights[2]
    free = evidence(*outcomes((10, 10), (30, 2), (20, 12), (0, 0)), 3, is_ordered=False)
    assert free.weights[1] > free.weights[2]


def test_nothing_known_is_never_better_than_the_worst_class_seen_unless_it_is_declared() -> None:
    rows = outcomes((10, 10), (30, 2), (50, 0))
    strict, declared = evidence(*rows, 2), evidence(*rows, 2, is_missing_declared=True)
    assert strict.missing_weight == strict.weights[0]
    assert declared.missing_weight > declared.weights[1]
    bad = evidence(*outcomes((10, 10), (30, 2), (0, 50)), 2)
    assert bad.missing_weight < bad.weights[0]


def test_no_outcomes_of_one_kind_say_nothing() -> None:
    found = evidence(*outcomes((10, 0), (30, 0), (0, 0)), 2)
    assert found.value == 0.0
    assert np.isfinite(found.weights).all()


def test_few_different_numbers_have_a_class_each_and_many_about_as_many_accounts() -> None:
    assert fine_ends(np.array([0.0, 1.0, 1.0, 3.0, NOTHING])) == (1.0, 3.0)
    ends = fine_ends(np.arange(1000.0), 4)
    assert np.bincount(classes_of(np.arange(1000.0), ends)).tolist() == [300, 200, 300, 200]
    assert fine_ends(np.array([NOTHING, 2.0, 2.0])) == ()


def test_a_value_of_many_accounts_has_its_own_class() -> None:
    numbers = np.r_[np.zeros(900), np.arange(1.0, 101), np.full(200, 50.0)]
    ends = fine_ends(numbers, 10)
    assert ends[0] == 1.0
    assert {50.0, 51.0} <= set(ends)


@pytest.mark.parametrize(
    ("low", "high", "round_one"),
    [(0.1234, 0.1391, 0.13), (1812.0, 2210.5, 2000.0), (3.0, 4.0, 4.0), (-1.5, -0.2, -1.0), (-0.4, 0.7, 0.0)],
)
def test_classes_end_at_round_numbers(low: float, high: float, round_one: float) -> None:
    assert roundest(low, high) == round_one


def test_a_number_is_in_the_class_that_ends_above_it() -> None:
    assert classes_of(np.array([0.9, 1.0, 5.0, NOTHING]), (1.0, 2.0)).tolist() == [0, 1, 2, -1]


def test_the_direction_is_the_one_that_says_more() -> None:
    assert is_more_better(*outcomes((10, 10), (30, 2), (0, 0)), 2)
    assert not is_more_better(*outcomes((30, 2), (10, 10), (0, 0)), 2)
