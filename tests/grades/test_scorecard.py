"""Scorecards: the regression beneath them, folds, rules by how many went bad, and the master scale."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from trueup.grades.learned.curves import Column
from trueup.grades.learned.folds import FOLDS, folds
from trueup.grades.learned.logistic import logistic, platt
from trueup.grades.learned.master_scale import table, told_apart
from trueup.grades.learned.scorecard import FACTOR, OFFSET, Scorecard, fit, rule_for, scaled
from trueup.statistics.discrimination import auc

STEPS = np.arange(4.0)


def drawn(accounts: int, effects: tuple[float, ...], seed: int = 7) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Answers 0 to 3 by criterion, and who went bad: about one in eight."""
    rng = np.random.default_rng(seed)
    answers = {f"c{at}": rng.integers(0, 4, accounts) for at in range(len(effects))}
    log_odds = 2.2 + sum(effect * (codes - 1.5) for effect, codes in zip(effects, answers.values(), strict=True))
    return answers, rng.random(accounts) < expit(-log_odds)


def columns(answers: dict[str, np.ndarray]) -> dict[str, Column]:
    return {name: Column(codes, 4, STEPS) for name, codes in answers.items()}


def fitted(accounts: int, effects: tuple[float, ...] = (0.8, 0.4, 0.0), seed: int = 7) -> Scorecard:
    answers, is_bad = drawn(accounts, effects, seed)
    return fit(columns(answers), is_bad, np.arange(accounts))


def test_a_ridge_regression_is_the_one_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    features, good = rng.standard_normal((300, 3)), rng.random(300) < 0.6
    intercept, weights = logistic(features, good * 1.0, 2.0 * np.eye(3), may_fall=np.ones(3, np.bool_))
    model = LogisticRegression(C=0.5, tol=1e-10).fit(features, good)
    assert [intercept, *weights] == pytest.approx([model.intercept_[0], *model.coef_[0]], abs=1e-5)


def test_a_weight_that_would_fall_below_0_is_0() -> None:
    rng = np.random.default_rng(1)
    features = rng.standard_normal((300, 2))
    good = rng.random(300) < expit(features @ np.array([1.0, -1.0]))
    _, weights = logistic(features, good * 1.0, np.eye(2), may_fall=np.zeros(2, np.bool_))
    assert weights[0] > 0
    assert weights[1] == 0.0


def test_calibration_finds_the_line_that_made_the_outcomes() -> None:
    rng = np.random.default_rng(2)
    given = rng.standard_normal(40_000)
    found = platt(given, rng.random(40_000) < expit(-(0.5 + 0.7 * given)))
    assert (found.slope, found.intercept) == pytest.approx((0.7, 0.5), abs=0.03)


def test_calibration_stays_finite_where_scores_tell_all_apart_and_flat_where_they_tell_nothing() -> None:
    is_bad = np.array([True, False, False, False])
    assert platt(np.array([0.0, 1.0, 2.0, 3.0]), is_bad).slope < 10
    assert platt(np.zeros(4), is_bad).slope == 0.0
    assert platt(np.array([3.0, 1.0, 2.0, 0.0]), is_bad).slope == 0.0


def test_folds_keep_accounts_whole_and_spread_the_bad_ones() -> None:
    rng = np.random.default_rng(4)
    accounts = rng.integers(0, 60, 200)
    is_bad = accounts % 6 == 0
    fold, _ = folds(rng.integers(0, 3, (200, 2)), is_bad, accounts)
    assert all(len(set(fold[accounts == account])) == 1 for account in set(accounts))
    bad_accounts = [len(set(accounts[is_bad & (fold == number)])) for number in range(FOLDS)]
    assert max(bad_accounts) - min(bad_accounts) <= 1


@pytest.mark.parametrize(
    ("bads", "rule"), [(0, "expert"), (14, "expert"), (15, "shrunk"), (70, "shrunk"), (71, "evidence")]
)
def test_the_rule_goes_by_how_many_went_bad(bads: int, rule: str) -> None:
    assert rule_for(bads) == rule


def test_few_bad_accounts_learn_only_the_scale_of_the_experts_points() -> None:
    found = fitted(60)
    assert found.rule == "expert"
    steps = np.diff([curve.worth for curve in found.curves.values()], axis=1)
    assert steps == pytest.approx(np.full((3, 3), steps[0, 0]))


def test_rows_of_few_accounts_are_few_accounts() -> None:
    answers, is_bad = drawn(900, (0.8, 0.4, 0.0))
    assert fit(columns(answers), is_bad, np.arange(900) // 60).rule == "expert"


@pytest.mark.parametrize("accounts", [400, 2000])
def test_learned_curves_follow_the_effects_and_predict_well(accounts: int) -> None:
    found = fitted(accounts)
    ranges = [curve.worth[-1] for curve in found.curves.values()]
    assert ranges[0] > ranges[1] > ranges[2]
    answers, is_bad = drawn(20_000, (0.8, 0.4, 0.0), seed=8)
    log_odds = found.log_odds(columns(answers))
    assert auc(log_odds, is_bad) > auc(np.sum(list(answers.values()), axis=0).astype(float), is_bad) + 0.02
    assert platt(log_odds, is_bad).slope == pytest.approx(1, abs=0.25)


def test_a_criterion_that_speaks_against_the_expert_gets_nothing_and_is_never_reversed() -> None:
    found = fitted(3000, effects=(0.9, -0.5))
    assert found.curves["c1"].worth == pytest.approx(np.zeros(4), abs=0.15)
    assert (np.diff(found.curves["c1"].worth) >= 0).all()


def test_nothing_known_is_the_worst_class_or_says_nothing() -> None:
    answers, is_bad = drawn(2000, (0.8, 0.4))
    answers["c0"][::5] = -1
    found = {
        missing: fit(
            {name: Column(codes, 4, STEPS, missing=missing) for name, codes in answers.items()},  # type: ignore[arg-type]
            is_bad,
            np.arange(2000),
        ).curves["c0"]
        for missing in ("worst", "unanswered")
    }
    assert found["worst"].missing == 0.0
    assert 0 < found["unanswered"].missing < found["unanswered"].worth[-1]


def test_where_no_expert_gave_points_the_evidence_does() -> None:
    answers, is_bad = drawn(2000, (0.9, 0.5))
    places = np.array([2, 0, 3, 1])
    named = {name: Column(places[codes], 4, is_ordered=False) for name, codes in answers.items()}
    found = fit(named, is_bad, np.arange(2000))
    assert (np.diff(found.curves["c0"].worth[places]) > 0).all()


def test_points_are_scaled_to_600_at_50_to_1_and_20_for_twice_the_odds() -> None:
    assert pytest.approx((28.8539, 487.1229), abs=1e-4) == (FACTOR, OFFSET)
    assert scaled(np.log([50.0, 100.0])).tolist() == pytest.approx([600, 620])


def test_a_grade_expects_the_mean_chance_of_its_accounts() -> None:
    rows = table(
        np.array([0, 0, 2, 2]), np.array([0.01, 0.03, 0.3, 0.5]), np.array([False, False, True, False]), ("A", "B", "F")
    )
    assert [(row.rows, row.bads, row.observed) for row in rows] == [(2, 0, 0.0), (0, 0, None), (2, 1, 0.5)]
    assert [row.expected for row in rows] == pytest.approx([0.02, 0.21, 0.4])
    assert rows[0].at_most <= rows[1].at_most <= rows[2].at_most


def graded(*grades: tuple[int, float]) -> tuple:
    places = np.repeat(np.arange(len(grades)), [count for count, _ in grades])
    chances = np.repeat([chance for _, chance in grades], [count for count, _ in grades])
    return table(places, chances, np.zeros(len(places), np.bool_), "ABCDF"[: len(grades)])


def test_grades_with_enough_accounts_stay_apart() -> None:
    assert told_apart(graded((440, 0.03), (430, 0.06), (210, 0.12), (80, 0.25))) == (((0,), (1,), (2,), (3,)), ())


def test_grades_that_cannot_be_told_apart_are_one_and_it_is_said() -> None:
    merged, words = told_apart(graded((440, 0.03), (100, 0.05), (300, 0.12), (100, 0.4)))
    assert merged == ((0, 1), (2,), (3,))
    assert words == ("A and B are one grade: 3.0% of 440 and 5.0% of 100 cannot be told apart.",)
