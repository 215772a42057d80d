"""What a few observed outcomes say about a rate: intervals, bounds, and whether two rates can be told apart."""

from collections.abc import Sequence
from itertools import accumulate
from math import sqrt

from scipy.special import betaincinv, ndtr, ndtri  # type: ignore[import-untyped]

LEVEL = 0.9
_POWER = 0.8


def jeffreys(events: int, trials: int, *, level: float = LEVEL) -> tuple[float, float]:
    """The equal-tailed interval of a rate after ``events`` in ``trials``: quantiles of Beta(D + 1/2, N - D + 1/2).

    It starts at 0 without events and ends at 1 without anything else (Brown, Cai and DasGupta 2001, section 3.1).
    """
    if not 0 <= events <= trials:
        raise ValueError(f"There cannot be {events} events in {trials} trials.")
    tail = (1 - level) / 2
    posterior = events + 0.5, trials - events + 0.5  # a beta distribution
    low = 0.0 if events == 0 else float(betaincinv(*posterior, tail))
    high = 1.0 if events == trials else float(betaincinv(*posterior, 1 - tail))
    return low, high


def pluto_tasche(bads: Sequence[int], counts: Sequence[int], *, confidence: float) -> tuple[float, ...]:
    """The most prudent default probability of each grade, best first, by its defaults in so many accounts.

    Each grade is pooled with all worse ones, and its upper bound is Clopper and Pearson's: never lower than the
    bound of a better grade (Pluto and Tasche 2005, sections 3 and 4, independent defaults).
    """
    pooled_bads = reversed(list(accumulate(reversed(bads))))
    pooled_counts = reversed(list(accumulate(reversed(counts))))
    found = [_clopper_pearson_upper(*pooled, confidence) for pooled in zip(pooled_bads, pooled_counts, strict=True)]
    return tuple(accumulate(found, max))


def power(rates: tuple[float, float], counts: tuple[int, int], *, level: float = LEVEL) -> float:
    """The chance that a one-sided test at ``level`` tells two rates of so many accounts apart.

    Normal approximation of two independent shares (Fleiss, Levin and Paik 2003, section 4.2), unpooled.
    """
    if not all(counts):
        return 0.0
    spread = sqrt(sum(rate * (1 - rate) / count for rate, count in zip(rates, counts, strict=True)))
    difference = abs(rates[0] - rates[1])
    if spread == 0:
        return float(difference > 0)
    return float(ndtr(difference / spread - ndtri(level)))


def can_be_told_apart(rates: tuple[float, float], counts: tuple[int, int]) -> bool:
    """Whether there is enough power, 80 %, to say that two grades differ."""
    return power(rates, counts) >= _POWER


def _clopper_pearson_upper(events: int, trials: int, confidence: float) -> float:
    return 1.0 if events == trials else float(betaincinv(events + 1, trials - events, confidence))
