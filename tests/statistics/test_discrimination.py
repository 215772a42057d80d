"""Whether good accounts score above bad ones: small tables by hand, and others' programs."""

import numpy as np
import pytest
from scipy.special import logit  # type: ignore[import-untyped]
from scipy.stats import somersd, t  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score

from trueup.statistics.discrimination import (
    Flags,
    Interval,
    Numbers,
    auc,
    auc_interval,
    auc_paired,
    concordance_interval,
    concordance_paired,
    gini,
)

NOTHING = float("nan")


def accounts(good: list[float], bad: list[float]) -> tuple[Numbers, Flags]:
    return np.array([*good, *bad], np.float64), np.array([False] * len(good) + [True] * len(bad), np.bool_)


def each_its_own(scores: Numbers) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(len(scores))


def error_of(found: Interval, freedom: int) -> float:
    """The standard error from which a 90 % interval was made."""
    half = (logit(found.high) - logit(found.low)) / 2
    return float(half / t.ppf(0.95, freedom) * found.value * (1 - found.value))


@pytest.mark.parametrize(
    ("good", "bad", "area"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([3, 4], [1, 3], 0.875),  # three pairs won, one tied
        ([5, 5], [5], 0.5),
        ([3, NOTHING], [1, NOTHING], 1.0),
        ([3], [], NOTHING),
        ([], [1], NOTHING),
        ([], [], NOTHING),
    ],
)
def test_the_area_is_the_share_of_pairs_won_and_half_of_those_tied(
    good: list[float], bad: list[float], area: float
) -> None:
    assert auc(*accounts(good, bad)) == pytest.approx(area, nan_ok=True)


def test_the_gini_coefficient_of_a_coin_is_nothing() -> None:
    assert [gini(area) for area in (0.5, 1.0, 0.0)] == [0, 1, -1]


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_finds_the_same_area(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores, is_bad = chance.integers(0, 20, 300).astype(float), chance.random(300) < 0.2
    assert auc(scores, is_bad) == pytest.approx(roc_auc_score(~is_bad, scores))


def test_the_variance_is_that_of_the_placements() -> None:
    # Goods among bads: 1/2, 3/4, 1, of variance 1/16; bads among goods: 1, 1/2, of variance 1/8.
    scores, is_bad = accounts([3, 4, 5], [1, 4])
    found = auc_interval(scores, is_bad, each_its_own(scores))
    assert found.value == pytest.approx(0.75)
    assert error_of(found, freedom=1) ** 2 == pytest.approx(1 / 16 / 3 + 1 / 8 / 2)


def test_placements_of_one_account_are_summed() -> None:
    # By account: (3, 4 good), (5 good), (1, 4 bad), (3 bad); deviations from the area as hand-made sums.
    scores, is_bad = accounts([3, 4, 5], [1, 4, 3])
    found = auc_interval(scores, is_bad, np.array(["a", "a", "b", "c", "c", "d"]))
    placed_good, placed_bad = np.array([1.5, 2.5, 3]) / 3, np.array([3, 1.5, 2.5]) / 3
    area = placed_good.mean()
    good = np.array([placed_good[:2].sum() - 2 * area, placed_good[2] - area])
    bad = np.array([placed_bad[:2].sum() - 2 * area, placed_bad[2] - area])
    # Two accounts on each side: the correction n / (n - 1) is 2.
    variance = 2 * (good @ good) / 9 + 2 * (bad @ bad) / 9
    assert error_of(found, freedom=1) ** 2 == pytest.approx(variance)


def test_more_rows_of_the_same_accounts_tell_no_more() -> None:
    chance = np.random.default_rng(1)
    scores, is_bad = chance.normal(size=80), chance.random(80) < 0.4
    ids = each_its_own(scores)
    once = auc_interval(scores, is_bad, ids)
    many, are_bad = np.tile(scores, 4), np.tile(is_bad, 4)
    same_accounts = auc_interval(many, are_bad, np.tile(ids, 4))
    others = auc_interval(many, are_bad, np.arange(320))
    assert (same_accounts.low, same_accounts.high) == pytest.approx((once.low, once.high))
    assert others.high - others.low < 0.6 * (once.high - once.low)


def test_without_a_misplaced_pair_the_bound_is_that_of_independent_pairs_all_won() -> None:
    scores, is_bad = accounts([4, 5, 6], [1, 2, 3])
    found = auc_interval(scores, is_bad, each_its_own(scores))
    assert (found.value, found.low, found.high) == pytest.approx((1, 0.05 ** (1 / 3), 1))
    turned = auc_interval(-scores, is_bad, each_its_own(scores))
    assert (turned.low, turned.high) == pytest.approx((0, 1 - 0.05 ** (1 / 3)))


def test_one_bad_account_has_no_interval_however_many_its_rows() -> None:
    scores, is_bad = accounts([4, 5, 1], [1, 2, 3])
    found = auc_interval(scores, is_bad, np.array(["a", "b", "c", "d", "d", "d"]))
    assert np.isnan([found.low, found.high]).all()
    assert not np.isnan(found.value)


def test_a_score_does_not_differ_from_itself_and_does_from_noise() -> None:
    chance = np.random.default_rng(2)
    is_bad = chance.random(400) < 0.3
    scores, noise = chance.normal(size=400) - 2 * is_bad, chance.normal(size=400)
    ids = each_its_own(scores)
    assert auc_paired(scores, scores, is_bad, ids).difference == Interval(0, 0, 0)
    found = auc_paired(scores, noise, is_bad, ids).difference
    assert found.value == pytest.approx(auc(scores, is_bad) - auc(noise, is_bad))
    assert found.low > 0.25
    turned = auc_paired(noise, scores, is_bad, ids).difference
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_the_paired_variance_is_that_of_the_differences_of_placements() -> None:
    scores, is_bad = accounts([3, 4, 5], [1, 4])
    others, _ = accounts([1, 2, 3], [2, 0])
    found = auc_paired(scores, others, is_bad, each_its_own(scores)).difference
    # Placements of the other: goods 1/2, 3/4, 1 again, bads 1/2, 1: only the bads differ, by 1/2 and -1/2.
    assert found.value == pytest.approx(0)
    assert found.high == pytest.approx(min(1, t.ppf(0.95, 1) * np.sqrt(0.5 / 2)))


def test_a_perfect_score_is_better_than_a_constant_one_by_what_its_own_interval_says() -> None:
    scores, is_bad = accounts(list(range(50, 90)), list(range(40)))
    found = auc_paired(scores, np.zeros(80), is_bad, each_its_own(scores)).difference
    assert (found.value, found.low) == pytest.approx((0.5, 0.05 ** (1 / 40) - 0.5))


@pytest.mark.parametrize("seed", range(5))
def test_the_concordance_of_levels_is_somers_d_and_of_two_levels_the_area(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, 12, 90).astype(float)
    levels = np.round(scores / 20 + chance.random(90), 1)
    ids = chance.integers(0, 40, 90)
    found = concordance_interval(scores, levels, ids)
    assert gini(found.value) == pytest.approx(somersd(levels, scores).statistic)
    is_bad = levels < 0.7
    two = concordance_interval(scores, np.where(is_bad, 0.2, 0.9), ids)
    area = auc_interval(scores, is_bad, ids)
    assert two.value == pytest.approx(area.value)
    assert (two.low, two.high) == pytest.approx((area.low, area.high), abs=0.01)


def test_levels_that_are_all_the_same_have_no_order() -> None:
    found = concordance_interval(np.arange(5.0), np.ones(5), np.arange(5))
    assert np.isnan([found.value, found.low, found.high]).all()


def test_the_better_of_two_scores_of_a_level_is_told() -> None:
    chance = np.random.default_rng(3)
    levels = chance.random(300)
    noise = chance.normal(size=300)
    paired = concordance_paired(levels + 0.3 * noise, noise, levels, np.arange(300))
    assert paired.difference.value == pytest.approx(paired.one.value - paired.other.value)
    assert paired.difference.low > 0
