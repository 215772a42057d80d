"""Placebos: what an estimator finds where nothing was done, each donor standing in for the customer in turn.

All donors are enumerated, so nothing is drawn and the same data give the same bound. A *calendar* placebo starts when
the customer did. A *matched* one starts when the rule by which the customer came in would have taken the donor in:
customers who come in after a bad quarter recover by themselves, and so do donors after theirs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from trueup.impact.counterfactual import Block, Counterfactual, Estimator, cits_mean, cits_synthetic, sdid
from trueup.impact.panel import Flags, Places, Window
from trueup.impact.simplex import Numbers

Rule = Callable[[Numbers, Flags], Places]
"""Series (units, times), more is better, and which starts are possible (units, times), to starts (units,); -1: none."""
QUARTER = 3
FEWEST_BEFORE = 12
"""Times before a start without which nothing is concluded."""
FEWEST_DONORS = 3
"""Donors without which nothing is compared."""
SDID, CITS_SYNTHETIC, CITS_MEAN = "sdid", "cits_synthetic", "cits_mean"


@dataclass(frozen=True)
class Placebos:
    """What an estimator found with each of ``units`` in the customer's place: ``estimates``, ``fits`` (units,)."""

    units: tuple[str, ...]
    estimates: Numbers
    fits: Numbers

    @property
    def error(self) -> float:
        """Standard error by placebos: their standard deviation (Arkhangelsky et al. 2021, algorithm 4), exact."""
        return float(self.estimates.std()) if len(self.estimates) else float("nan")

    def low(self, estimate: float, confidence: float) -> float | None:
        """The estimate less the k-th smallest placebo, k = ceil(confidence (n + 1)); None of fewer than k placebos.

        Under exchangeability it is below the truth with at least the confidence, in samples of any size.
        """
        found = _ranked(self.estimates, rank_of(confidence, len(self.estimates)))
        return None if found is None else estimate - found

    def high(self, estimate: float, confidence: float) -> float | None:
        """The upper bound of the same confidence: the estimate less the k-th greatest placebo."""
        found = _ranked(-self.estimates, rank_of(confidence, len(self.estimates)))
        return None if found is None else estimate + found


def rank_of(confidence: float, placebos: int) -> int:
    """The k of the k-th smallest placebo; more than there are where the level needs more of them."""
    return ceil(confidence * (placebos + 1) - 1e-9)


def fewest_placebos(confidence: float) -> int:
    """How many placebos a bound of the confidence needs: 9 of 90 %, 19 of 95 %."""
    count = 1
    while rank_of(confidence, count) > count:
        count += 1
    return count


def placebos(block: Block, estimator: Estimator, names: tuple[str, ...]) -> Placebos:
    """Calendar placebos of any estimator; ``names`` of the donors. None of fewer than two donors."""
    count = len(block.donors) if len(block.donors) > 1 else 0
    return _told(names[:count], [estimator(block.placebo(donor)) for donor in range(count)])


def reckoned(block: Block) -> dict[str, Counterfactual]:
    """The estimators that bounds are made of, by name."""
    return {SDID: sdid(block), CITS_SYNTHETIC: cits_synthetic(block), CITS_MEAN: cits_mean(block)}


def calendar(block: Block, names: tuple[str, ...]) -> dict[str, Placebos]:
    """Calendar placebos of the estimators that bounds are made of, by name; of two donors or more."""
    return _by_estimator(names, [reckoned(block.placebo(donor)) for donor in range(len(block.donors))])


def matched(series: Numbers, serves: Flags, names: tuple[str, ...], window: Window, rule: Rule) -> dict[str, Placebos]:
    """The same with each donor's start as the rule takes it in; donors whom it never does are left out.

    series, serves: (donors, times), more is better. Where there is less history than the window before a start, down
    to FEWEST_BEFORE, the placebo has less: it spreads more, so the bound is lower.
    """
    starts = rule(series, possible_starts(serves, window))
    told, found = [], []
    for unit, block in _matched_blocks(series, serves, window, starts):
        told.append(names[unit])
        found.append(reckoned(block))
    return _by_estimator(tuple(told), found)


def after_worst_quarter(series: Numbers, possible: Flags) -> Places:
    """Starts right after the quarter with the lowest mean: how customers in trouble come in."""
    return _least(_trailing(series), possible)


def after_best_quarter(series: Numbers, possible: Flags) -> Places:
    """Starts right after the quarter with the highest mean: how customers in full swing come in."""
    return _least(-_trailing(series), possible)


def at(start: int) -> Rule:
    """Everyone starts at the same time, whatever their series."""

    def _at(_series: Numbers, possible: Flags) -> Places:
        return np.where(possible[:, start], start, -1)

    return _at


def between(first: int, last: int, rule: Rule) -> Rule:
    """The rule, among starts from ``first`` to ``last`` only: the time in which customers like this one were taken in.

    It matters where the measure has a trend: over a longer time the worst quarter is an early one, and no bad luck.
    """

    def _between(series: Numbers, possible: Flags) -> Places:
        places = np.arange(series.shape[1])
        return rule(series, possible & (places >= first) & (places <= last))

    return _between


def possible_starts(serves: Flags, window: Window) -> Flags:
    """(units, times): whether a unit has enough times before and after a start there."""
    behind = np.pad(_run(serves)[:, :-1], ((0, 0), (1, 0)))
    ahead = _run(serves[:, ::-1])[:, ::-1]
    return np.asarray((behind >= min(FEWEST_BEFORE, window.before)) & (ahead >= window.after), np.bool_)


def _matched_blocks(series: Numbers, serves: Flags, window: Window, starts: Places) -> Iterator[tuple[int, Block]]:
    behind = _run(serves)
    for unit in np.flatnonzero(starts > 0).tolist():
        start = int(starts[unit])
        before = int(min(window.before, behind[unit, start - 1]))
        times = slice(start - before, start + window.after)
        others = serves[:, times].all(1) & (np.arange(len(serves)) != unit)
        if others.sum() >= FEWEST_DONORS:
            yield unit, Block(series[unit : unit + 1, times], series[others, times], before)


def _trailing(series: Numbers) -> Numbers:
    """Mean of the quarter before each time; infinite where there is none."""
    found = np.full(series.shape, np.inf)
    sums = sum(series[:, lag : series.shape[1] - QUARTER + lag] for lag in range(QUARTER))
    found[:, QUARTER:] = np.asarray(sums) / QUARTER
    return found


def _least(values: Numbers, possible: Flags) -> Places:
    can = possible & np.isfinite(values)
    place = np.where(can, values, np.inf).argmin(1)
    return np.where(can.any(1), place, -1)


def _run(flags: Flags) -> Places:
    """(units, times): how many times in a row, up to and with each, are true."""
    places = np.arange(flags.shape[1])
    last_false = np.maximum.accumulate(np.where(flags, -1, places), axis=1)
    return np.asarray(places - last_false, np.int64)


def _ranked(values: Numbers, k: int) -> float | None:
    return None if k > len(values) or k < 1 else float(np.partition(values, k - 1)[k - 1])


def _by_estimator(names: tuple[str, ...], found: list[dict[str, Counterfactual]]) -> dict[str, Placebos]:
    return {name: _told(names, [each[name] for each in found]) for name in (SDID, CITS_SYNTHETIC, CITS_MEAN)}


def _told(names: tuple[str, ...], found: list[Counterfactual]) -> Placebos:
    return Placebos(names, np.array([each.estimate for each in found]), np.array([each.fit for each in found]))
