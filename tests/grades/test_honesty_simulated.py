"""How often the honesty report is right where the truth is known: fixed seeds, rows of an account alike."""

import numpy as np
import pytest

from trueup.grades.honesty.outcomes import Outcome
from trueup.grades.honesty.report import Grades, Honesty, honest
from trueup.statistics.discrimination import Flags, Numbers, Whole, auc, auc_interval

QUARTERS = np.array(["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"])
SEEDS = 200


def imagined(seed: int, accounts: int, effect: float) -> tuple[Whole, Numbers, Flags]:
    """Four scores of each account, and whether it was lost: accounts differ in both, and stay what they are."""
    chance = np.random.default_rng(seed)
    health = chance.normal(size=(accounts, 1)) + 0.5 * chance.normal(size=(accounts, 4))
    own = 1.5 * chance.normal(size=(accounts, 1))
    is_lost = own - effect * health + chance.logistic(size=health.shape) > 1
    return np.repeat(np.arange(accounts), 4), np.clip(np.round(55 + 15 * health), 0, 100).ravel(), is_lost.ravel()


def report(seed: int, *, is_shuffled: bool = False) -> Honesty:
    """Grades that bear on losses; or the same with the losses of other accounts."""
    accounts, scores, is_lost = imagined(seed, 150, 1.5)
    if is_shuffled:
        is_lost = np.random.default_rng(seed + 1000).permutation(is_lost.reshape(-1, 4)).ravel()
    letters = np.array(list("ABCDF"))[np.searchsorted([-75, -60, -45, -30], -scores)]
    left = Outcome("left", "bad", is_lost.astype(np.float64), np.tile(QUARTERS[1:5], 150))
    return honest(Grades(accounts, np.tile(QUARTERS[:4], 150), letters, scores), [left])


@pytest.mark.parametrize("effect", [0.0, 1.0])
def test_the_interval_of_the_area_holds_the_truth_nine_times_in_ten(effect: float) -> None:
    _, many, are_lost = imagined(10**6, 100_000, effect)
    truth = auc(many, are_lost)
    found = [
        auc_interval(scores, is_lost, ids) for ids, scores, is_lost in (imagined(n, 80, effect) for n in range(SEEDS))
    ]
    assert np.mean([one.low <= truth <= one.high for one in found]) == pytest.approx(0.9, abs=0.045)


def test_taking_rows_for_accounts_would_hold_it_too_rarely() -> None:
    _, many, are_lost = imagined(10**6, 100_000, 0.0)
    truth = auc(many, are_lost)
    found = [
        auc_interval(scores, is_lost, np.arange(len(scores)))
        for _, scores, is_lost in (imagined(n, 80, 0.0) for n in range(SEEDS))
    ]
    assert np.mean([one.low <= truth <= one.high for one in found]) < 0.85


def test_of_shuffled_losses_grades_are_said_to_make_no_difference() -> None:
    told = [report(seed, is_shuffled=True).outcomes[0].verdict for seed in range(100)]
    assert sum(verdict in {"no_difference", "cannot_tell"} for verdict in told) >= 90


def test_grades_that_bear_are_said_to_keep_the_order() -> None:
    assert {report(seed).outcomes[0].verdict for seed in range(30)} == {"order_kept"}
