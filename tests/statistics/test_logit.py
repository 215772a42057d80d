"""Logistic regression: the maximum others find, and how sure it is when rows come in groups."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from trueup.statistics.logit import clustered, fit, influence


def drawn(rows: int = 400, groups: int = 40, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, groups, rows))
    group = np.unique(group, return_inverse=True)[1]
    features = np.column_stack([np.ones(rows), rng.standard_normal((rows, 3))])
    shared = 0.8 * rng.standard_normal(groups)[group]
    happened = rng.random(rows) < expit(features @ [-0.5, 1.0, -0.7, 0.0] + shared)
    return features, happened, group


def test_the_maximum_is_that_of_others() -> None:
    features, happened, _ = drawn()
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(features[:, 1:], happened)
    ours = fit(features, happened)
    assert ours.converged
    assert ours.coefficients == pytest.approx([theirs.intercept_[0], *theirs.coef_[0]], abs=1e-5)


def test_a_penalty_holds_back_what_it_is_on() -> None:
    features, happened, _ = drawn()
    theirs = LogisticRegression(C=1 / 20, tol=1e-10, max_iter=1000).fit(features[:, 1:], happened)
    ours = fit(features, happened, penalty=np.array([0.0, 20.0, 20.0, 20.0]))
    assert ours.coefficients == pytest.approx([theirs.intercept_[0], *theirs.coef_[0]], abs=1e-5)


def test_influence_is_how_coefficients_change_without_a_group() -> None:
    features, happened, group = drawn()
    whole = fit(features, happened)
    told = influence(features, happened, whole, group)
    for each in (0, 7, 21):
        rest = group != each
        without = fit(features[rest], happened[rest]).coefficients
        assert told[each] == pytest.approx(whole.coefficients - without, abs=0.01)


def test_rows_of_one_group_tell_less_than_as_many_rows_of_many() -> None:
    """Each row ten times over is no more evidence: errors between groups stay, those of the model shrink."""
    features, happened, _ = drawn(rows=300)
    again = np.repeat(np.arange(300), 10)
    once = fit(features, happened)
    often = fit(features[again], happened[again])
    between = np.sqrt(np.diag(clustered(influence(features[again], happened[again], often, again))))
    apart = np.sqrt(np.diag(clustered(influence(features, happened, once, np.arange(300)))))
    assert often.coefficients == pytest.approx(once.coefficients, abs=1e-6)
    assert between == pytest.approx(apart, rel=0.03)
    assert np.sqrt(np.diag(often.inverse)) == pytest.approx(np.sqrt(np.diag(once.inverse)) / np.sqrt(10), rel=1e-6)


def test_many_groups_are_told_without_the_jackknife_and_nearly_alike() -> None:
    features, happened, _ = drawn(rows=6_000, groups=10)
    each = np.arange(6_000)
    whole = fit(features, happened)
    quick = clustered(influence(features, happened, whole, each))
    first = slice(5_000)
    of_first = fit(features[first], happened[first])
    some = clustered(influence(features[first], happened[first], of_first, each[first]))
    assert np.sqrt(np.diag(quick) * 6 / 5) == pytest.approx(np.sqrt(np.diag(some)), rel=0.05)


def test_outcomes_told_apart_without_error_do_not_converge() -> None:
    features = np.column_stack([np.ones(20), np.arange(20.0)])
    assert not fit(features, np.arange(20) > 9).converged
