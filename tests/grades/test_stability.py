"""How accounts moved between grades, and whether scores drifted: small tables by hand."""

import numpy as np
import pytest

from trueup.grades.honesty.report import Grades, honest
from trueup.grades.honesty.stability import Migration, drift, stability_index


def moves_of(text: str) -> Migration:
    accounts, periods, letters = (np.array(column) for column in zip(*map(str.split, text.splitlines()), strict=True))
    return honest(Grades(accounts, periods, letters, np.zeros(len(letters))), []).migration


def test_accounts_move_between_grades() -> None:
    moves = moves_of("""acme    2024-Q1  A
                        acme    2024-Q2  A
                        acme    2024-Q3  D
                        globex  2024-Q1  B
                        globex  2024-Q2  A
                        umbra   2024-Q2  ?
                        umbra   2024-Q3  B""")
    assert moves.before == ("A", "B", "D", "?", "new")
    assert moves.after == ("A", "B", "D", "?", "gone")
    assert moves.counts == (
        (1, 0, 1, 0, 1),  # acme stays, acme falls, globex is gone
        (1, 0, 0, 0, 0),
        (0, 0, 0, 0, 0),
        (0, 1, 0, 0, 0),
        (0, 0, 0, 1, 0),
    )
    assert moves.far == pytest.approx(1 / 3)
    assert [(step.both, step.better, step.worse, step.far) for step in moves.steps] == [(2, 1, 0, 0), (1, 0, 1, 1)]


def test_who_skips_a_period_is_gone_and_comes_anew() -> None:
    moves = moves_of("""acme    2024-Q1  A
                        acme    2024-Q3  B
                        globex  2024-Q1  A
                        globex  2024-Q2  A""")
    assert moves.counts == ((1, 0, 2), (0, 0, 0), (0, 1, 0))


def test_the_stability_of_scores_is_a_sum_over_bins() -> None:
    before, after = np.repeat([10.0, 90.0], [10, 10]), np.repeat([10.0, 90.0], [5, 15])
    # Half a score is added to each bin: 10.5 and 10.5 of 21, then 5.5 and 15.5.
    old, new = np.array([10.5, 10.5]) / 21, np.array([5.5, 15.5]) / 21
    assert stability_index(before, after)[0] == pytest.approx(((new - old) * np.log(new / old)).sum())


@pytest.mark.parametrize(
    ("moved", "count", "verdict"), [(0, 400, "stable"), (5, 400, "watch"), (15, 400, "act"), (15, 20, "cannot_tell")]
)
def test_a_drift_of_scores_is_watched_and_acted_upon(moved: float, count: int, verdict: str) -> None:
    scores = 15 * np.random.default_rng(5).normal(size=count)
    [found] = drift(np.concatenate([scores, scores + moved]), np.repeat([0, 1], count), ("2024-Q1", "2024-Q2"))
    assert (found.before, found.after, found.rows, found.verdict) == ("2024-Q1", "2024-Q2", (count, count), verdict)


def test_few_scores_that_differ_by_chance_have_not_drifted() -> None:
    chance = np.random.default_rng(6)
    one, two = chance.normal(size=(2, 40))
    index, by_chance = stability_index(one, two)
    assert 0.1 < index < by_chance
    [found] = drift(np.concatenate([one, two]), np.repeat([0, 1], 40), ("2024-Q1", "2024-Q2"))
    assert found.verdict == "stable"
