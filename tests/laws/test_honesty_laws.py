"""What holds for the honesty report of any grades and outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.grades.honesty.outcomes import NO_LETTER, Baseline, Outcome
from trueup.grades.honesty.rates import Rate, effective_trials
from trueup.grades.honesty.report import Grades, Honesty, honest
from trueup.grades.honesty.verdict import Kind
from trueup.statistics.discrimination import Interval, auc, auc_interval, concordance_interval

QUARTERS = np.array([f"{year}-Q{quarter}" for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4)])
CLOSE = 1e-9


@dataclass(frozen=True)
class Case:
    grades: Grades
    outcome: Outcome
    size: Baseline

    def at(self, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> "Case":
        grades, outcome = self.grades, self.outcome
        assert outcome.applies is not None
        return Case(
            Grades(grades.accounts[order], grades.periods[order], grades.letters[order], grades.scores[order]),
            replace(
                outcome,
                observed=outcome.observed[order],
                known_by=outcome.known_by[order],
                applies=outcome.applies[order],
            ),
            replace(self.size, scores=self.size.scores[order]),
        )

    def report(self) -> Honesty:
        return honest(self.grades, [self.outcome], [self.size])


@st.composite
def cases(draw: st.DrawFn, kinds: Sequence[Kind] = ("bad", "good", "level")) -> Case:
    """Up to 200 accounts in up to four quarters; the better grades fare better, or worse, or it makes no difference."""
    chance = np.random.default_rng(draw(st.integers(0, 10**6)))
    accounts, quarters = draw(st.integers(1, 200)), draw(st.integers(1, 4))
    rows = accounts * quarters
    keep = chance.random(rows) < draw(st.sampled_from((0.3, 1.0)))
    kind = draw(st.sampled_from(kinds))
    scores = np.round(100 * chance.random(rows))
    letters = np.array(list("FDCBA"))[(scores // 20.2).astype(int)]
    letters[chance.random(rows) < 0.1] = "?"
    level = np.clip(chance.random(rows) + draw(st.sampled_from((-0.5, 0.0, 0.5))) * (scores / 100 - 0.5), 0, 1)
    observed = level if kind == "level" else (level < 0.4).astype(float)
    observed[chance.random(rows) < 0.1] = np.nan
    at = np.tile(np.arange(quarters), accounts)
    case = Case(
        Grades(np.repeat(np.arange(accounts), quarters), QUARTERS[at], letters, scores),
        Outcome("left", kind, observed, QUARTERS[at + chance.integers(0, 4, rows)], chance.random(rows) < 0.9),
        Baseline("contract size alone", np.where(chance.random(rows) < 0.1, np.nan, chance.normal(size=rows))),
    )
    return case.at(np.flatnonzero(keep))


def numbers(pairs: Sequence[Interval | Rate]) -> list[float]:
    return [number for one in pairs for number in (one.value, one.low, one.high)]


def figures(found: Honesty) -> list[float]:
    """All that may not change."""
    [left] = found.outcomes
    pairs: list[Interval | Rate] = [left.area, left.calibration.difference, *left.rates, *left.bands]
    pairs += [one.difference for one in left.baselines]
    told = numbers(pairs)
    told += [number for letter in left.calibration.letters for number in (letter.expected, letter.p_value)]
    moves = [float(count) for row in found.migration.counts for count in row]
    return [*told, *moves, left.calibration.skill, float(left.counted), *(one.index for one in found.drift)]


@given(cases(), st.integers(0, 1000))
@settings(max_examples=40)
def test_names_of_accounts_and_the_order_of_rows_make_no_difference(case: Case, seed: int) -> None:
    chance = np.random.default_rng(seed)
    found = case.report()
    shuffled = case.at(chance.permutation(len(case.grades.scores)))
    names = chance.permutation(200)
    other = replace(shuffled, grades=replace(shuffled.grades, accounts=names[shuffled.grades.accounts])).report()
    assert figures(other) == pytest.approx(figures(found), nan_ok=True, abs=CLOSE)
    assert other.outcomes[0].verdict == found.outcomes[0].verdict
    assert other.outcomes[0].why == found.outcomes[0].why


@given(cases())
@settings(max_examples=40)
def test_all_rows_are_counted_or_told_why_not(case: Case) -> None:
    found = case.report()
    [left] = found.outcomes
    assert left.counted + sum(one.rows for one in left.dropped) == found.rows == sum(found.letters.values())
    assert sum(rate.rows for rate in left.rates) == left.counted == sum(band.rows for band in left.bands)
    assert left.calibration.rows + left.calibration.too_early == left.counted
    assert "".join(band.letter for band in left.bands) == "".join(rate.letter for rate in left.rates if rate.rows)
    without_letter = sum(one.rows for one in left.dropped if one.why == NO_LETTER)
    assert (left.unknown.rows if left.unknown else 0) == without_letter


@given(cases())
@settings(max_examples=40)
def test_no_letter_is_never_counted_as_one(case: Case) -> None:
    [left] = case.report().outcomes
    [without] = case.at(np.flatnonzero(case.grades.letters != "?")).report().outcomes
    assert "?" not in {rate.letter for rate in left.rates}
    assert numbers(left.rates) == pytest.approx(numbers(without.rates), nan_ok=True) or not left.counted
    assert (left.why, left.counted) == (without.why, without.counted)
    assert left.area.value == pytest.approx(without.area.value, nan_ok=True)


@given(cases())
@settings(max_examples=40)
def test_moves_between_grades_lose_no_account(case: Case) -> None:
    found = case.report()
    moves, periods = found.migration, case.grades.periods
    if len(found.periods) < 2:
        assert not moves.steps
        return
    left_from = sum(sum(row) for row, state in zip(moves.counts, moves.before, strict=True) if state != "new")
    came_to = sum(row[at] for row in moves.counts for at, state in enumerate(moves.after) if state != "gone")
    assert left_from == (periods != found.periods[-1]).sum()
    assert came_to == (periods != found.periods[0]).sum()
    assert moves.counts[-1][-1] == 0


@given(cases(), st.sampled_from(QUARTERS.tolist()))
@settings(max_examples=40)
def test_an_outcome_that_is_not_over_never_enters(case: Case, as_of: str) -> None:
    is_later = case.outcome.known_by > as_of
    unknown = replace(case.outcome, observed=np.where(is_later, np.nan, case.outcome.observed))
    flipped = replace(case.outcome, observed=np.where(is_later, 1 - case.outcome.observed, case.outcome.observed))
    found = [honest(case.grades, [one], [case.size], as_of=as_of) for one in (case.outcome, unknown, flipped)]
    assert figures(found[0]) == pytest.approx(figures(found[1]), nan_ok=True)
    assert figures(found[0]) == pytest.approx(figures(found[2]), nan_ok=True)


@given(cases(kinds=("bad",)))
@settings(max_examples=40)
def test_what_was_expected_hangs_on_what_was_over_by_then(case: Case) -> None:
    # Outcomes that are over after the last grade was given may be anything.
    last = max(case.grades.periods.tolist(), default="")
    is_later = case.outcome.known_by > last
    flipped = replace(case.outcome, observed=np.where(is_later, 1 - case.outcome.observed, case.outcome.observed))
    one, two = (honest(case.grades, [outcome]).outcomes[0].calibration for outcome in (case.outcome, flipped))
    assert [letter.expected for letter in one.letters] == pytest.approx([letter.expected for letter in two.letters])


@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(2, 5))
def test_telling_the_same_of_an_account_again_narrows_nothing(seed: int, rows: int, times: int) -> None:
    chance = np.random.default_rng(seed)
    scores, is_bad = chance.integers(0, 10, rows).astype(float), chance.random(rows) < 0.4
    accounts = chance.integers(0, rows, rows)
    again = [np.tile(column, times) for column in (scores, is_bad, accounts)]
    one, two = auc_interval(scores, is_bad, accounts), auc_interval(*again)
    assert (two.low, two.high) == pytest.approx((one.low, one.high), nan_ok=True, abs=CLOSE)
    levels = chance.random(rows)
    one = concordance_interval(scores, levels, accounts)
    two = concordance_interval(again[0], np.tile(levels, times), again[2])
    assert (two.low, two.high) == pytest.approx((one.low, one.high), nan_ok=True, abs=CLOSE)


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 5))
def test_an_accounts_outcome_told_again_is_no_other_trial(seed: int, accounts: int, times: int) -> None:
    is_bad = (np.random.default_rng(seed).random(accounts) < 0.3).astype(float)
    trials = effective_trials(np.tile(is_bad, times), np.tile(np.arange(accounts), times), level=0.9)
    assert 0 < trials <= accounts + CLOSE


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40))
def test_reversed_scores_have_the_rest_of_the_area(rows: list[tuple[int, bool]]) -> None:
    scores, is_bad = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows])
    assert auc(-scores, is_bad) == pytest.approx(1 - auc(scores, is_bad), nan_ok=True)
    assert auc(scores, ~is_bad) == pytest.approx(1 - auc(scores, is_bad), nan_ok=True)


@given(cases())
@settings(max_examples=40)
def test_intervals_hold_their_values(case: Case) -> None:
    [left] = case.report().outcomes
    pairs: list[Interval | Rate] = [*left.rates, left.area, *(baseline.difference for baseline in left.baselines)]
    for one in pairs:
        assert np.isnan(one.low) or one.low - CLOSE <= one.value <= one.high + CLOSE
