"""What no naming or order may change in a backtest, and what a perfect score and a constant one are worth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trueup.indicators.backtest import Backtest, backtest
from trueup.indicators.panel import Outcome
from trueup.statistics.discrimination import auc_within

DATES, LEAD, HORIZON = 14, 60, 120
MONTH = 30


class Company:
    """Accounts scored every month, and when they left; made of one seed."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        many = int(rng.integers(4, 30))
        self.names = [f"c{place}" for place in range(many)]
        self.accounts = np.repeat(np.arange(many), DATES)
        self.on = 20_000 + MONTH * np.tile(np.arange(DATES), many)
        self.safe = np.round(rng.standard_normal(many * DATES), 1)
        leaves = rng.random(many) < 0.5
        left = np.flatnonzero(leaves)
        when = 20_000 + rng.integers(30, MONTH * (DATES + 4), len(left))
        self.outcome = Outcome("left", left, when, known_until=20_000 + MONTH * (DATES + 6))

    def tried(self, safe: np.ndarray | None = None) -> Backtest:
        scores = self.safe if safe is None else safe
        return backtest(self.names, self.accounts, self.on, scores, self.outcome, lead=LEAD, horizon=HORIZON)

    def comes(self) -> np.ndarray:
        """Days from each row to the account's event; far away where there is none."""
        when = np.full(len(self.names), 10**6)
        when[self.outcome.accounts] = self.outcome.on
        return when[self.accounts] - self.on


seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=40, deadline=None)


def told(found: Backtest) -> list[float]:
    area = found.area
    skill = found.calibration.skill if found.calibration else None
    return [
        *(area.value, area.low, area.high, found.base, found.rows, found.events, found.accounts),
        *(value for top in found.tops for value in (top.rows, top.precision, top.chance, top.lift)),
        *(found.warned.events, found.warned.in_time, len(found.warned.missed), found.warned.share),
        *found.warned.days,
        *((skill.slope, skill.offset, skill.brier) if skill else ()),
    ]


@few
@given(seeds)
def test_other_names_and_another_order_of_rows_change_nothing(seed: int) -> None:
    plain, other = Company(seed), Company(seed)
    rng = np.random.default_rng(seed)
    codes = rng.permutation(len(plain.names))
    other.accounts = codes[plain.accounts]
    other.outcome = replace(plain.outcome, accounts=codes[plain.outcome.accounts])
    rows = rng.permutation(len(plain.on))
    other.accounts, other.on, other.safe = other.accounts[rows], plain.on[rows], plain.safe[rows]
    assert told(other.tried()) == pytest.approx(told(plain.tried()), nan_ok=True)


@few
@given(seeds)
def test_a_score_that_knows_the_future_is_never_wrong(seed: int) -> None:
    company = Company(seed)
    comes = company.comes()
    will = (comes > LEAD) & (comes <= LEAD + HORIZON)
    found = company.tried(np.where(will, -5.0, 5.0) + 3 * (company.on % 7))
    assume(found.area.value == found.area.value)
    assert found.area.value == 1
    assert not found.area.high < 1
    assert found.tops[0].precision >= found.tops[0].chance


@few
@given(seeds)
def test_a_constant_score_is_a_coin_and_warns_of_nothing(seed: int) -> None:
    company = Company(seed)
    found = company.tried(np.full(len(company.on), 7.0))
    assume(found.happened and found.happened < found.rows)
    assert np.isnan(found.area.value) or found.area.value == pytest.approx(0.5)
    assert [top.lift for top in found.tops] == pytest.approx([1.0] * len(found.tops))
    assert found.warned.share == 0
    assert len(found.warned.missed) == found.warned.events


@few
@given(seeds)
def test_a_score_turned_round_is_as_wrong_as_it_was_right(seed: int) -> None:
    company = Company(seed)
    found, turned = company.tried(), company.tried(-company.safe)
    assert turned.area.value == pytest.approx(1 - found.area.value, nan_ok=True)
    assert turned.area.low == pytest.approx(1 - found.area.high, nan_ok=True)


@few
@given(seeds)
def test_pairs_of_one_date_are_counted_as_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(2, 40))
    scores, is_bad = rng.integers(0, 5, rows).astype(float), rng.random(rows) < 0.4
    dates, groups = rng.integers(0, 4, rows), rng.integers(0, 9, rows)
    pairs = [
        (scores[good] > scores[bad]) + 0.5 * (scores[good] == scores[bad])
        for good in np.flatnonzero(~is_bad)
        for bad in np.flatnonzero(is_bad)
        if dates[good] == dates[bad]
    ]
    found = auc_within(scores, is_bad, dates, groups)
    assert found.value == pytest.approx(np.mean(pairs) if pairs else np.nan, nan_ok=True)
    assert not found.low > found.value
    assert not found.high < found.value
