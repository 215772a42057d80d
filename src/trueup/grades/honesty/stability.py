"""Stability: how accounts moved between grades from one period to the next, and whether scores drifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.special import gammaincinv  # type: ignore[import-untyped]

from trueup.grades.worksheet import LETTERS, UNKNOWN
from trueup.statistics.discrimination import Numbers, Whole

NEW, GONE = "new", "gone"
WATCH, ACT = 0.10, 0.25
"""From which population stability index on a shift is to be watched, and acted upon."""
FEWEST_SCORES = 30
Drifted = Literal["stable", "watch", "act", "cannot_tell"]
_STATES = (*LETTERS, UNKNOWN)
_OUTSIDE = len(_STATES)
_FAR = 2
_BINS, _ROWS_PER_BIN = 10, 10
_CHANCE = 0.95


@dataclass(frozen=True)
class Step:
    """From one period to the next: of ``both`` accounts with a letter in both, how many moved up and down.

    ``far``: how many of them moved by two letters or more.
    """

    before: str
    after: str
    both: int
    better: int
    worse: int
    far: int


@dataclass(frozen=True)
class Migration:
    """Moves between consecutive periods: ``counts[i][j]`` from state ``before[i]`` to state ``after[j]``.

    States are the letters that occur, ``?``, ``new`` (no grade the period before) and ``gone`` (none the period
    after). ``far``: share of moves from letter to letter by two letters or more; NaN without any.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]
    far: float


@dataclass(frozen=True)
class Drift:
    """Population stability index of scores from one period to the next; rows are scores in each."""

    before: str
    after: str
    rows: tuple[int, int]
    index: float
    verdict: Drifted


def migration(accounts: Whole, periods: Whole, places: Whole, names: Sequence[str]) -> Migration:
    """Migration matrix of grades; all (rows,): codes of accounts, of periods, and places among the letters and ``?``.

    ``names``: of the periods, in order. An account has one grade a period.
    """
    order = np.lexsort((periods, accounts))
    account, period, place = accounts[order], periods[order], places[order]
    follows = (account[1:] == account[:-1]) & (period[1:] == period[:-1] + 1)
    is_followed, has_before = np.zeros((2, len(order)), np.bool_)
    is_followed[:-1] = has_before[1:] = follows
    goes = ~is_followed & (period < len(names) - 1)
    comes = ~has_before & (period > 0)
    size = _OUTSIDE + 1
    moves = np.concatenate(
        [
            _cells(period[is_followed], place[is_followed], place[has_before]),
            _cells(period[goes], place[goes], np.full(int(goes.sum()), _OUTSIDE)),
            _cells(period[comes] - 1, np.full(int(comes.sum()), _OUTSIDE), place[comes]),
        ]
    )
    steps = max(len(names) - 1, 0)
    tables = np.bincount(moves, minlength=steps * size**2).reshape(steps, size, size)
    used = [state for state in range(_OUTSIDE) if (places == state).any()]
    table = tables.sum(axis=0)[np.ix_([*used, _OUTSIDE], [*used, _OUTSIDE])]
    told = tuple(_step(*pair, tables[at]) for at, pair in enumerate(pairwise(names)))
    both = sum(step.both for step in told)
    return Migration(
        before=(*(_STATES[state] for state in used), NEW),
        after=(*(_STATES[state] for state in used), GONE),
        counts=tuple(tuple(int(count) for count in row) for row in table),
        steps=told,
        far=sum(step.far for step in told) / both if both else float("nan"),
    )


def drift(scores: Numbers, periods: Whole, names: Sequence[str]) -> tuple[Drift, ...]:
    """Population stability of scores (rows,) from each period to the next; rows without a score (NaN) are left out."""
    known = ~np.isnan(scores)
    order = np.argsort(periods[known], kind="stable")
    ends = np.cumsum(np.bincount(periods[known], minlength=len(names)))
    by_period = np.split(scores[known][order], ends[:-1])
    return tuple(
        _drift(one, two, before, after)
        for (one, two), (before, after) in zip(pairwise(by_period), pairwise(names), strict=False)
    )


def stability_index(before: Numbers, after: Numbers) -> tuple[float, float]:
    """Population stability index, sum of (q - p) ln(q / p) over bins, and what it may be by chance alone (95 %).

    Bins are quantiles of ``before``: ten, or fewer so that each is expected to hold ten scores. Half a score is added
    to each bin, so that an empty one has a logarithm. By chance it is (1/n + 1/m) chi-square with bins - 1 degrees of
    freedom (Yurdakul and Naranjo 2020).
    """
    bins = int(min(_BINS, max(2, min(len(before), len(after)) // _ROWS_PER_BIN)))
    edges = np.unique(np.quantile(before, np.arange(1, bins) / bins))
    shares = []
    for scores in (before, after):
        counts = np.bincount(np.searchsorted(edges, scores, side="left"), minlength=len(edges) + 1) + 0.5
        shares.append(counts / counts.sum())
    old, new = shares
    index = float(((new - old) * np.log(new / old)).sum())
    quantile = 2 * gammaincinv(len(edges) / 2, _CHANCE)  # of chi squared with a degree of freedom for each edge
    return index, float((1 / len(before) + 1 / len(after)) * quantile)


def _drift(one: Numbers, two: Numbers, before: str, after: str) -> Drift:
    rows = len(one), len(two)
    if min(rows) < FEWEST_SCORES:
        return Drift(before, after, rows, float("nan"), "cannot_tell")
    index, chance = stability_index(one, two)
    return Drift(before, after, rows, index, _drifted(index, chance))


def _drifted(index: float, chance: float) -> Drifted:
    """A shift that chance alone would explain is none, however large the index of so few scores."""
    if index < max(WATCH, chance):
        return "stable"
    return "act" if index >= ACT else "watch"


def _cells(steps: Whole, before: Whole, after: Whole) -> Whole:
    return (steps * (_OUTSIDE + 1) + before) * (_OUTSIDE + 1) + after


def _step(before: str, after: str, table: Whole) -> Step:
    letters = table[: len(LETTERS), : len(LETTERS)]
    far = np.triu(letters, _FAR).sum() + np.tril(letters, -_FAR).sum()
    better, worse = np.tril(letters, -1).sum(), np.triu(letters, 1).sum()
    return Step(before, after, int(letters.sum()), int(better), int(worse), int(far))
