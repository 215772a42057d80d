"""Discrimination: whether those who fared well had the better scores; with intervals that know rows of one account.

AUC is the probability that a good account scores above a bad one, ties counting half; of a level (attainment) the
probability of concordance is the same for two accounts whose levels differ. Higher scores mean better accounts. A row
without a score (NaN) is left out. Rows of one account are not independent: variances sum over accounts first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, stdtrit  # type: ignore[import-untyped]

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.generic]
Keys = npt.NDArray[np.str_]
LEVEL = 0.9


@dataclass(frozen=True)
class Interval:
    """A value and where it may lie; ``low`` and ``high`` are NaN where too little is known to say."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Paired:
    """How well two scores order the same rows, and how much better the first does."""

    one: Interval
    other: Interval
    difference: Interval


@dataclass(frozen=True)
class _Ordered:
    """How well scores order outcomes: the value, what each row adds to it, and the rows' weights.

    ``parts``: by row, its deviation from the value, in units of the value (DeLong's structural components over the
    number of rows of their class). ``variance``: of the sum of parts, over accounts. ``pairs``: how many independent
    pairs of accounts there are at least.
    """

    value: float
    parts: Numbers
    variance: Callable[[Numbers], float]
    pairs: int
    freedom: int


def auc(scores: Numbers, is_bad: Flags) -> float:
    """Probability that a good account scores above a bad one, ties half; NaN where a class is missing.

    scores: (rows,), higher is better. is_bad: (rows,). By ranks (Mann and Whitney 1947), O(n log n).
    """
    known = ~np.isnan(scores)
    scores, is_good = scores[known], ~is_bad[known]
    goods = int(is_good.sum())
    bads = len(scores) - goods
    if not goods or not bads:
        return float("nan")
    above = _ranks(scores)[is_good].sum() - goods * (goods + 1) / 2
    return float(above / (goods * bads))


def gini(area: float) -> float:
    """Gini coefficient (accuracy ratio) of an AUC: 0 for a coin, 1 for perfect order, below 0 for a reversed one."""
    return 2 * area - 1


def auc_interval(scores: Numbers, is_bad: Flags, groups: Ids, *, level: float = LEVEL) -> Interval:
    """AUC with its interval; rows of one of ``groups`` (accounts) are one observation.

    Variance by placements summed within accounts (DeLong et al. 1988, clustered: Obuchowski 1997, formulas 3 to 6);
    the interval on the logit scale, with Student's t for the accounts of the rarer class. Without any misplaced pair
    the bound is that of so many independent pairs, all won: AUC^pairs = (1 - level) / 2.
    """
    known = ~np.isnan(scores)
    return _interval(_by_class(scores[known], is_bad[known], groups[known]), level)


def auc_paired(scores: Numbers, others: Numbers, is_bad: Flags, groups: Ids, *, level: float = LEVEL) -> Paired:
    """Both AUCs on the rows that have both scores, and the first less the second.

    The variance is that of the differences of placements (DeLong et al. 1988), clustered as in ``auc_interval``.
    """
    known = ~np.isnan(scores) & ~np.isnan(others)
    is_bad, groups = is_bad[known], groups[known]
    return _paired(_by_class(scores[known], is_bad, groups), _by_class(others[known], is_bad, groups), level)


def auc_within(scores: Numbers, is_bad: Flags, strata: Ids, groups: Ids, *, level: float = LEVEL) -> Interval:
    """AUC of pairs of one of ``strata`` (dates) only, all pairs alike; rows of one of ``groups`` are one observation.

    Perfect order within every stratum is 1, whatever the scores of one are beside those of another. Variance and
    interval as of ``auc_interval``: what a row adds is what its own stratum's rows of the other class say of it.
    """
    known = ~np.isnan(scores)
    scores, is_bad, strata, groups = scores[known], is_bad[known], strata[known], groups[known]
    won, pairs = np.zeros(len(scores)), np.zeros(len(scores))
    of_stratum, many = _codes(strata)
    order = np.argsort(of_stratum, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(of_stratum, minlength=many))[:-1]):
        won[rows], pairs[rows] = _won(scores[rows], is_bad[rows])
    total = pairs.sum() / 2
    if not total:
        return Interval(float("nan"), float("nan"), float("nan"))
    value = float(won.sum() / 2 / total)
    codes, accounts = _codes(groups)

    def variance(parts: Numbers) -> float:
        sums = np.bincount(codes, parts, accounts)
        return float(_corrected(accounts) * (sums @ sums))

    compared = pairs > 0
    fewest = min(len(np.unique(groups[compared & which])) for which in (is_bad, ~is_bad))
    return _interval(_Ordered(value, (won - value * pairs) / total, variance, fewest, fewest - 1), level)


def _ranks(scores: Numbers) -> Numbers:
    """Each score's place from 1 on in ascending order; the mean of their places where scores are tied."""
    _, which, tied = np.unique(scores, return_inverse=True, return_counts=True)
    return np.asarray((tied.cumsum() - (tied - 1) / 2)[which], np.float64)


def _won(scores: Numbers, is_bad: Flags) -> tuple[Numbers, Numbers]:
    """Of each row how many rows of the other class it stands rightly beside, ties half; and how many there are."""
    goods, bads = int((~is_bad).sum()), int(is_bad.sum())
    ranks = _ranks(scores)
    won = np.empty(len(scores))
    won[~is_bad] = ranks[~is_bad] - (_ranks(scores[~is_bad]) if goods else 0)
    won[is_bad] = goods - (ranks[is_bad] - (_ranks(scores[is_bad]) if bads else 0))
    return won, np.where(is_bad, goods, bads).astype(np.float64)


def concordance_interval(scores: Numbers, levels: Numbers, groups: Ids, *, level: float = LEVEL) -> Interval:
    """Probability that, of two rows whose levels differ, the higher level has the higher score; ties of scores half.

    It is (1 + Somers' D) / 2, and the AUC where there are but two levels. Variance by the infinitesimal jackknife over
    accounts (Newson 2006, Confidence intervals for rank statistics), the interval as of ``auc_interval``.
    """
    known = ~np.isnan(scores)
    return _interval(_by_level(scores[known], levels[known], groups[known]), level)


def concordance_paired(
    scores: Numbers, others: Numbers, levels: Numbers, groups: Ids, *, level: float = LEVEL
) -> Paired:
    """Both concordances on the rows that have both scores, and their difference; see ``concordance_interval``."""
    known = ~np.isnan(scores) & ~np.isnan(others)
    levels, groups = levels[known], groups[known]
    return _paired(_by_level(scores[known], levels, groups), _by_level(others[known], levels, groups), level)


def _by_class(scores: Numbers, is_bad: Flags, groups: Ids) -> _Ordered:
    """Placements of goods among bads, and of bads among goods: by ranks (Sun and Xu 2014)."""
    is_good = ~is_bad
    goods, bads = int(is_good.sum()), int(is_bad.sum())
    value = auc(scores, is_bad)
    codes, accounts = _codes(groups)
    with_good, with_bad = (int((np.bincount(codes[rows], minlength=1) > 0).sum()) for rows in (is_good, is_bad))
    parts = np.full(len(scores), np.nan)
    if goods and bads:
        ranks = _ranks(scores)
        parts[is_good] = ((ranks[is_good] - _ranks(scores[is_good])) / bads - value) / goods
        parts[is_bad] = (1 - (ranks[is_bad] - _ranks(scores[is_bad])) / goods - value) / bads

    def variance(parts: Numbers) -> float:
        good = np.bincount(codes, np.where(is_good, parts, 0), accounts)
        bad = np.bincount(codes, np.where(is_bad, parts, 0), accounts)
        own = _corrected(with_good) * (good @ good) + _corrected(with_bad) * (bad @ bad)
        return float(own + 2 * _corrected(accounts) * (good @ bad))

    fewest = min(with_good, with_bad)
    return _Ordered(value, parts, variance, fewest, fewest - 1)


def _by_level(scores: Numbers, levels: Numbers, groups: Ids) -> _Ordered:
    """What each row's comparisons with all others add to the concordance."""
    codes, accounts = _codes(groups)
    surplus, compared = _comparisons(scores, levels)
    pairs = int(compared.sum())
    somers = int(surplus.sum()) / pairs if pairs else float("nan")
    parts = (surplus - somers * compared) / pairs if pairs else np.full(len(levels), np.nan)

    def variance(parts: Numbers) -> float:
        sums = np.bincount(codes, parts, accounts)
        return float(_corrected(accounts) * (sums @ sums))

    return _Ordered((1 + somers) / 2, parts, variance, accounts // 2, accounts - 1)


def _interval(ordered: _Ordered, level: float) -> Interval:
    value = ordered.value
    if np.isnan(value) or ordered.freedom < 1:
        return Interval(value, float("nan"), float("nan"))
    if value in {0.0, 1.0}:
        edge = float(((1 - level) / 2) ** (1 / ordered.pairs))
        return Interval(value, edge, 1.0) if value else Interval(value, 0.0, 1 - edge)
    error = float(np.sqrt(max(ordered.variance(ordered.parts), 0)))
    half = stdtrit(ordered.freedom, (1 + level) / 2) * error / (value * (1 - value))
    return Interval(value, float(expit(logit(value) - half)), float(expit(logit(value) + half)))


def _paired(one: _Ordered, other: _Ordered, level: float) -> Paired:
    mine, theirs = _interval(one, level), _interval(other, level)
    value = one.value - other.value
    if np.isnan(value) or one.freedom < 1:
        return Paired(mine, theirs, Interval(value, float("nan"), float("nan")))
    variance = max(one.variance(one.parts - other.parts), 0)
    half = float(stdtrit(one.freedom, (1 + level) / 2) * np.sqrt(variance))
    low, high = value - half, value + half
    if not variance and value:
        # Perfect order has no variance of its own: the limits of the two then, as if independent (Zou, Donner 2008).
        low = value - float(np.hypot(mine.value - mine.low, theirs.high - theirs.value))
        high = value + float(np.hypot(mine.high - mine.value, theirs.value - theirs.low))
    return Paired(mine, theirs, Interval(value, max(low, -1.0), min(high, 1.0)))


def _comparisons(scores: Numbers, levels: Numbers) -> tuple[Whole, Whole]:
    """Of each row with all others: concordant pairs less discordant ones, and pairs whose levels differ."""
    rows = len(scores)
    score, lower_score, same_score = _ranked(scores)
    grade, lower_level, same_level = _ranked(levels)
    by_level, by_score = grade * rows + score, score * rows + grade
    _, before_in_level, same = _ranked(by_level)
    _, before_in_score, _ = _ranked(by_score)
    # Both lower; then lower in one and higher in the other is what ties leave of being lower in one.
    both = _below(score, grade) if _distinct(grade) <= _distinct(score) else _below(grade, score)
    discordant = (lower_score - both - (before_in_level - lower_level)) + (
        lower_level - both - (before_in_score - lower_score)
    )
    return rows - (same_score + same_level - same) - 2 * discordant, rows - same_level


def _ranked(values: npt.NDArray[np.float64] | Whole) -> tuple[Whole, Whole, Whole]:
    """Each row's place among the distinct values, how many rows are lower, and how many are the same (with itself)."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    lower = np.cumsum(times) - times
    return place.astype(np.int64), lower[place].astype(np.int64), times[place].astype(np.int64)


def _distinct(places: Whole) -> int:
    return int(places.max(initial=-1)) + 1


def _below(scores: Whole, places: Whole) -> Whole:
    """For each row, how many rows lie below it in both; O(n log k) for k places, without a loop over rows.

    In the order of scores, a row's place is compared bit by bit from the highest: of those before it whose higher bits
    are the same, the ones with a 0 where it has a 1 are below it (a wavelet tree, counted bit by bit).
    """
    found = np.zeros(len(scores), np.int64)
    # Equal scores in falling order of place: none of them counts for another.
    order = np.lexsort((-places, scores))
    bits = (_distinct(places) - 1).bit_length() if len(places) else 0
    for bit in reversed(range(bits)):
        at = places[order]
        is_one = (at >> bit) & 1
        starts = np.flatnonzero(np.diff(at >> (bit + 1), prepend=-1))
        begin = np.repeat(starts, np.diff(starts, append=len(at)))
        zeros = np.concatenate(([0], np.cumsum(1 - is_one)))
        found[order] += is_one * (zeros[:-1] - zeros[begin])
        order = order[np.argsort(at >> bit, kind="stable")] if bit else order
    return found


def _codes(groups: Ids) -> tuple[Whole, int]:
    """Groups as whole numbers from 0, and how many there are."""
    names, codes = np.unique(groups, return_inverse=True)
    return codes.astype(np.int64), len(names)


def _corrected(accounts: int) -> float:
    """The factor n / (n - 1) of a variance about an estimated mean."""
    return accounts / (accounts - 1) if accounts > 1 else float("nan")
