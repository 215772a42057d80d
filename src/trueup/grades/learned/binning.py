"""Binning: into which classes a criterion's values fall, and what each class says about going bad.

The weight of evidence of a class is the log odds of being good there less the log odds overall: above 0 is better than
the average account. Rates of classes with few accounts are shrunk towards the overall rate, and made monotone where the
class has an order, so that chance never makes more of a good thing worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
PSEUDO_ACCOUNTS = 10.0
"""How many accounts of the overall rate are added to each class."""
MOST_CLASSES = 20
_NEARNESS = 0.25
_SAME = 1e-12


@dataclass(frozen=True)
class Evidence:
    """What the classes of one criterion say, worst class first where they have an order.

    ``goods``, ``bads``: accounts by class; ``weights``: weight of evidence by class; ``missing_goods``,
    ``missing_bads``, ``missing_weight``: the same where nothing is known; ``value``: the information value of classes
    pooled where they are ordered.
    """

    goods: Whole
    bads: Whole
    weights: Floats
    missing_goods: int
    missing_bads: int
    missing_weight: float
    value: float


def pooled(values: Floats, weights: Floats) -> Floats:
    """The non-decreasing numbers nearest to ``values`` in weighted squares, by pooling adjacent violators.

    Ayer, Brunk, Ewing, Reid and Silverman 1955.
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while blocks and blocks[-1][0] >= mean:
            before, its_mass, its_size = blocks.pop()
            mean = (before * its_mass + mean * mass) / (its_mass + mass)
            mass, size = its_mass + mass, its_size + size
        blocks.append((mean, mass, size))
    return np.repeat([mean for mean, _, _ in blocks], [size for _, _, size in blocks]).astype(np.float64)


def evidence(
    codes: Whole, is_bad: Flags, classes: int, *, is_ordered: bool = True, is_missing_declared: bool = False
) -> Evidence:
    """What each class says. ``codes``: the class of each row, from 0, the worst where they are ordered; -1 is missing.

    Nothing known is never better than the worst class that is seen, unless what it means is declared.
    """
    bads = summed(codes + 1, is_bad.astype(np.float64), classes + 1)
    goods = summed(codes + 1, (~is_bad).astype(np.float64), classes + 1)
    base = (float(bads.sum()) + 0.5) / (len(codes) + 1)
    weights = _weights(bads[1:], goods[1:], base)
    if is_ordered:
        rates = _shrunk(bads[1:], goods[1:], base)
        rates = 1 - pooled(1 - rates, bads[1:] + goods[1:] + PSEUDO_ACCOUNTS)
        weights = _log_odds(1 - rates) - _log_odds(1 - base)
    missing = float(_weights(bads[:1], goods[:1], base)[0])
    seen = weights[bads[1:] + goods[1:] > 0]
    if not is_missing_declared and len(seen):
        missing = min(missing, float(seen.min()))
    place = np.concatenate([[0], 1 + (neighbours_pooled(weights) if is_ordered else np.arange(classes))])
    return Evidence(
        goods[1:].astype(np.int64),
        bads[1:].astype(np.int64),
        weights,
        int(goods[0]),
        int(bads[0]),
        missing,
        _information_value(summed(place, goods, classes + 1), summed(place, bads, classes + 1)),
    )


def fine_ends(numbers: Floats, most: int = MOST_CLASSES) -> tuple[float, ...]:
    """Where some ``most`` classes of about as many accounts end: below each number; the last class has no end.

    Numbers with few different values have a class for each, and so has a value of enough accounts for one. Other ends
    are round: within a quarter of a class of the quantile.
    """
    known = numbers[~np.isnan(numbers)]
    different, counts = np.unique(known, return_counts=True)
    is_single = (counts * most >= len(known)) | (len(different) <= most)
    apart = is_single[:-1] | is_single[1:]
    lows, highs = different[:-1][apart], different[1:][apart]
    if len(different) > most:
        at = np.arange(1, most) / most
        near = [np.quantile(known, at + shift / most, method="higher") for shift in (-_NEARNESS, _NEARNESS)]
        lows, highs = np.r_[lows, near[0]], np.r_[highs, near[1]]
    ends = {roundest(low, high) for low, high in zip(lows.tolist(), highs.tolist(), strict=True) if low < high}
    return tuple(sorted(ends))


def roundest(low: float, high: float) -> float:
    """A number above ``low`` and up to ``high`` with as few digits as there is one."""
    for digits in range(-12, 16):
        candidate = round(high, digits)
        if candidate > high:
            candidate = round(high - 10.0**-digits, digits)
        if low < candidate <= high:
            return candidate
    return high


def classes_of(numbers: Floats, ends: Sequence[float]) -> Whole:
    """The class of each number by where classes end; -1 where it is not known."""
    return np.where(np.isnan(numbers), -1, np.searchsorted(ends, numbers, side="right")).astype(np.int64)


def is_more_better(codes: Whole, is_bad: Flags, classes: int) -> bool:
    """Whether higher classes are the better ones, by which of the two orders says more."""
    return evidence(codes, is_bad, classes).value >= evidence(flipped(codes, classes), is_bad, classes).value


def flipped(codes: Whole, classes: int) -> Whole:
    """The classes counted from the other end."""
    return np.where(codes < 0, -1, classes - 1 - codes).astype(np.int64)


def summed(codes: Whole, values: Floats, classes: int) -> Floats:
    """The sum of ``values`` of each class."""
    return np.bincount(codes, weights=values, minlength=classes).astype(np.float64)


def neighbours_pooled(weights: Floats) -> Whole:
    """The class that each ordered class belongs to once neighbours of the same weight of evidence are one."""
    rises: Flags = np.diff(weights, prepend=weights[:1]) > _SAME
    return np.cumsum(rises).astype(np.int64)


def _shrunk(bads: Floats, goods: Floats, base: float) -> Floats:
    return (bads + PSEUDO_ACCOUNTS * base) / (bads + goods + PSEUDO_ACCOUNTS)


def _weights(bads: Floats, goods: Floats, base: float) -> Floats:
    return _log_odds(1 - _shrunk(bads, goods, base)) - _log_odds(1 - base)


def _log_odds(shares: Floats | float) -> Floats:
    return np.asarray(np.log(shares) - np.log1p(-np.asarray(shares)), np.float64)


def _information_value(goods: Floats, bads: Floats) -> float:
    """The sum over classes of (share of the good - share of the bad) x ln of their ratio.

    As it was observed, half an account added to each; classes without accounts add nothing; 0 where all are
    good, or bad.
    """
    seen = goods + bads > 0
    if not goods.sum() or not bads.sum():
        return 0.0
    good, bad = (goods[seen] + 0.5) / goods.sum(), (bads[seen] + 0.5) / bads.sum()
    return float(((good - bad) * np.log(good / bad)).sum())
