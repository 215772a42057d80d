"""Calibration, forward only: what a grade promised by what had been seen of it, against what then came.

The expected rate of a letter in a period is the rate of that letter's earlier rows whose outcome was over by then;
a later outcome never enters. Both sides are uncertain and share accounts: the variance of observed less expected sums
what each account adds to either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, stdtr, stdtrit  # type: ignore[import-untyped]

from trueup.grades.honesty.rates import Seen
from trueup.statistics.discrimination import Flags, Interval, Numbers, Whole

FEWEST_EARLIER = 30
"""Outcomes of a letter that must be over before it promises anything."""
OFF = 0.05


@dataclass(frozen=True)
class Promise:
    """A letter's expected rate (or level) and the observed one, in the rows that could be compared.

    ``p_value``: two-sided, that the letter's rate is the expected one; of a rate by Jeffreys' posterior.
    """

    letter: str
    rows: int
    expected: float
    observed: float
    low: float
    high: float
    p_value: float

    @property
    def is_off(self) -> bool:
        """Whether what came is more than chance away from what was expected."""
        return self.p_value < OFF


@dataclass(frozen=True)
class Calibration:
    """Expected against observed: by letter, and in the large (observed less expected).

    ``rows``: those compared; ``too_early``: those given when too little of their letter was over. ``skill``: Brier
    skill, 1 - the mean squared error of the letters' rates over that of the earlier rate of all letters together.
    """

    rows: int
    too_early: int
    letters: tuple[Promise, ...]
    difference: Interval
    skill: float


@dataclass(frozen=True)
class _Earlier:
    """By letter and period: rows over by then (with the prior's), their rate, and rows of then that are compared."""

    rows: Numbers
    rate: Numbers
    overall: Numbers
    compared: Numbers


def calibrate(seen: Seen, letters: Sequence[str], places: Whole, periods: Whole, known: Whole) -> Calibration:
    """Compare what came with what was expected.

    ``places``: (rows,), each row's place among ``letters``; ``periods``, ``known``: codes on one scale of the period
    at whose end the grade was given, and of the one at whose end its outcome was over.
    """
    earlier = _earlier(seen, len(letters), places, periods, known)
    compares = earlier.compared[places, periods] > 0 if len(places) else np.zeros(0, np.bool_)
    rows = int(compares.sum())
    nothing = float("nan")
    if not rows:
        return Calibration(0, len(places), (), Interval(nothing, nothing, nothing), nothing)
    promises = [
        _promise(seen, letter, compares & (places == place), earlier, (places, periods, known))
        for place, letter in enumerate(letters)
        if earlier.compared[place].any()
    ]
    value, error, accounts = _surplus(seen, compares, earlier, (places, periods, known))
    half = float(stdtrit(accounts - 1, (1 + seen.level) / 2)) * error if accounts > 1 else nothing
    came = seen.observed[compares]
    plain = float(((came - earlier.overall[periods[compares]]) ** 2).sum())
    by_letter = float(((came - earlier.rate[places[compares], periods[compares]]) ** 2).sum())
    skill = 1 - by_letter / plain if plain else nothing
    return Calibration(rows, len(places) - rows, tuple(promises), Interval(value, value - half, value + half), skill)


def _earlier(seen: Seen, letters: int, places: Whole, periods: Whole, known: Whole) -> _Earlier:
    keys = int(max(periods.max(), known.max())) + 1 if len(places) else 0
    shape = letters, keys
    prior = 0.0 if seen.is_level else 0.5
    cells = places * keys + known
    rows = np.bincount(cells, minlength=letters * keys).reshape(shape).cumsum(axis=1)
    sums = np.bincount(cells, seen.observed, letters * keys).reshape(shape).cumsum(axis=1)
    given = np.bincount(places * keys + periods, minlength=letters * keys).reshape(shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = (sums + prior) / (rows + 2 * prior)
        overall = (sums.sum(axis=0) + prior) / (rows.sum(axis=0) + 2 * prior)
    return _Earlier(rows + 2 * prior, rate, overall, np.where(rows >= FEWEST_EARLIER, given, 0).astype(np.float64))


def _promise(seen: Seen, letter: str, chosen: Flags, earlier: _Earlier, at: tuple[Whole, Whole, Whole]) -> Promise:
    found = seen.rate(letter, chosen)
    value, error, accounts = _surplus(seen, chosen, earlier, at)
    expected = found.value - value
    p_value = float("nan")
    if seen.is_level:
        p_value = 2 * float(stdtr(accounts - 1, -abs(value) / error)) if error and accounts > 1 else p_value
    elif found.events is not None:
        sizes = np.bincount(seen.accounts[chosen])
        is_one_sided = found.events in {0, found.rows}
        most = found.rows**2 / float(sizes @ sizes) if is_one_sided else found.rows
        spread = expected * (1 - expected)
        trials = spread / max(error**2, spread / most)
        below = float(betainc(found.value * trials + 0.5, (1 - found.value) * trials + 0.5, expected))
        p_value = min(1.0, 2 * min(below, 1 - below))
    return Promise(letter, found.rows, expected, found.value, found.low, found.high, p_value)


def _surplus(seen: Seen, chosen: Flags, earlier: _Earlier, at: tuple[Whole, Whole, Whole]) -> tuple[float, float, int]:
    """Mean of observed less expected in the chosen rows, its standard error over accounts, and their number.

    An account adds its own deviations, and moves the expected rates of later periods by those of its earlier rows.
    """
    places, periods, known = at
    rows = int(chosen.sum())
    deviations = seen.observed[chosen] - earlier.rate[places[chosen], periods[chosen]]
    value = float(deviations.mean())
    weights = np.zeros_like(earlier.compared)
    np.add.at(weights, (places[chosen], periods[chosen]), 1 / rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(weights > 0, weights / earlier.rows, 0)
        rates = np.where(weights > 0, shares * earlier.rate, 0)
    later = shares[:, ::-1].cumsum(axis=1)[:, ::-1]
    later_rates = rates[:, ::-1].cumsum(axis=1)[:, ::-1]
    adds = later_rates[places, known] - seen.observed * later[places, known]
    touches = later[places, known] > 0
    adds[chosen] += (deviations - value) / rows
    sums = np.bincount(seen.accounts, adds)
    accounts = int((np.bincount(seen.accounts[chosen | touches]) > 0).sum())
    corrected = accounts / (accounts - 1) if accounts > 1 else 1.0
    return value, float(np.sqrt(corrected * (sums @ sums))), accounts
