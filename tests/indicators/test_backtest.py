"""The backtest of a score, by hand."""

import numpy as np
import pytest

from imagined_customers import imagine
from trueup.indicators.backtest import backtest
from trueup.indicators.held_out import parts_of
from trueup.indicators.panel import Outcome
from trueup.indicators.sample import every, sample
from trueup.statistics.discrimination import auc_interval, auc_within

FIRST = 20_000


def ten_accounts(scores: list[list[float]], left: dict[int, int]) -> dict[str, object]:
    """Scores of ten accounts on dates 30 days apart, and on which day some left."""
    dates = len(scores[0])
    return {
        "names": [f"c{place}" for place in range(len(scores))],
        "accounts": np.repeat(np.arange(len(scores)), dates),
        "on": FIRST + 30 * np.tile(np.arange(dates), len(scores)),
        "scores": np.array(scores, float).ravel(),
        "outcome": Outcome("left", np.array(list(left)), np.array(list(left.values())), known_until=FIRST + 1000),
    }


def test_the_riskiest_are_counted_date_by_date_beside_drawing_by_lot() -> None:
    scores = [[10.0 + account, 10.0 + account] for account in range(40)]
    # Accounts 0 and 5 leave 100 days after the first date; 30 leaves too soon to act, seen from the second.
    found = backtest(**ten_accounts(scores, {0: FIRST + 100, 5: FIRST + 100, 30: FIRST + 65}), lead=60, horizon=120)
    assert (found.accounts, found.dates) == (40, 2)
    assert (found.rows, found.happened, found.events) == (79, 5, 3)
    assert [each.rows for each in found.dropped] == [1]
    # Of ten on either date two left; 3 of 40 and 2 of 39 by lot.
    top = found.tops[0]
    assert (top.many, top.rows, top.precision) == (10, 20, 4 / 20)
    assert top.chance == pytest.approx((3 / 40 + 2 / 39) / 2)
    assert top.lift == pytest.approx(top.precision / top.chance)
    tenth = found.tops[-1]
    assert (tenth.many, tenth.rows, tenth.precision) == (None, 8, 2 / 8)
    # Pairs of the first date: 37 with each of 0, 5 (which has 4 worse beside 0), 30; of the second 37 with two.
    right = (37 + (37 - 4) + (37 - 28)) + (37 + 37 - 4)
    assert found.area.value == pytest.approx(right / (3 * 37 + 2 * 37))


def test_warnings_have_days_and_missed_events_have_names() -> None:
    scores = [[50.0 + account] * 3 for account in range(20)]
    scores[3] = [70.0, 1.0, 1.0]
    found = backtest(**ten_accounts(scores, {3: FIRST + 130, 9: FIRST + 130, 0: FIRST + 20}), lead=60, horizon=120)
    warned = found.warned
    # Account 3 is among the two riskiest from the second date on, 100 days before; 0 was from the first on, too late.
    assert warned.days == (20, 100)
    assert (warned.events, warned.in_time, warned.missed) == (3, 1, (9,))
    assert warned.share == pytest.approx(0.1)


def test_an_account_that_left_before_its_first_score_is_told_apart() -> None:
    found = backtest(**ten_accounts([[1.0]] * 25, {4: FIRST - 5, 6: FIRST + 90}), lead=60, horizon=120)
    assert (found.warned.events, found.warned.unscored) == (1, 1)


def test_chances_are_held_against_what_came_and_other_scores_first_become_chances() -> None:
    made = imagine(500, 3)
    panel, safe = made.panel, -made.risk
    given = {"names": panel.names, "accounts": panel.accounts, "on": panel.as_of, "outcome": made.outcome}
    plain = backtest(**given, scores=safe, lead=90, horizon=180)
    chances = backtest(**given, scores=1 - 1 / (1 + np.exp(-made.risk)), lead=90, horizon=180)
    assert plain.area == chances.area
    assert plain.tops == chances.tops
    assert plain.calibration is not None
    assert chances.calibration is not None
    assert not plain.calibration.is_as_given
    assert chances.calibration.is_as_given
    # A line learned on earlier dates is about right; a month's chance is too low for half a year's.
    assert plain.calibration.skill.slope == pytest.approx(1, abs=0.35)
    assert abs(plain.calibration.skill.offset) < 0.4
    assert plain.calibration.skill.brier > 0
    assert chances.calibration.skill.offset > 1
    assert chances.calibration.skill.rows > plain.calibration.skill.rows


def test_of_one_date_pairs_within_it_are_all_pairs() -> None:
    rng = np.random.default_rng(5)
    scores, is_bad = rng.standard_normal(300), rng.random(300) < 0.2
    groups = np.arange(300)
    within, all_pairs = auc_within(scores, is_bad, np.zeros(300), groups), auc_interval(scores, is_bad, groups)
    assert within.value == pytest.approx(all_pairs.value)
    assert within.low == pytest.approx(all_pairs.low, abs=0.003)
    assert within.high == pytest.approx(all_pairs.high, abs=0.003)


def test_parts_hold_whole_accounts_and_as_many_that_left() -> None:
    made = imagine(300, 2)
    of = sample(made.panel, made.outcome, every(made.panel), lead=90, horizon=180)
    accounts = made.panel.accounts[of.rows]
    parts = parts_of(made.panel, of, 5)
    left = [len(np.unique(accounts[part.tried][of.happened[part.tried]])) for part in parts]
    assert max(left) - min(left) <= 1
    assert sorted(np.concatenate([part.tried for part in parts]).tolist()) == list(range(len(of.rows)))
    assert not any(set(accounts[part.tried]) & set(accounts[part.learned]) for part in parts)
