"""What was seen after each letter: rates and mean levels with intervals, and which neighbours can be told apart.

An account has a grade in several periods, and its outcomes resemble each other. Intervals of rates are Jeffreys' on an
effective number of rows; those of mean levels are Student's over accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.special import ndtri, stdtrit  # type: ignore[import-untyped]

from trueup.statistics.discrimination import Flags, Interval, Numbers, Whole
from trueup.statistics.intervals import jeffreys

Told = Literal["apart", "reversed", "not_apart"]
"""The better letter fared better; it fared worse; the two cannot be told apart."""
_POWER, _ONE_SIDED = 0.8, 0.9


@dataclass(frozen=True)
class Rate:
    """What was seen after a letter: ``value`` is the share of rows with the event, or the mean level.

    ``rows``: grades given; ``accounts``: of how many accounts; ``events``: rows with the event, None of a level.
    NaN where nothing was seen.
    """

    letter: str
    rows: int
    accounts: int
    events: int | None
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Neighbours:
    """Two letters next to each other; ``difference`` is the better one's value less the worse one's.

    ``needed``: accounts of each letter that would tell such rates apart (80 % power, one-sided 10 %); None where the
    rates are the same or are levels.
    """

    better: str
    worse: str
    difference: Interval
    told: Told
    needed: int | None


@dataclass(frozen=True)
class Seen:
    """Outcomes of counted rows. ``observed``: 1 or 0, or levels; ``accounts``: codes from 0; all (rows,).

    ``is_good``: whether more of it is better.
    """

    observed: Numbers
    accounts: Whole
    is_level: bool
    is_good: bool
    level: float

    @property
    def is_bad(self) -> Flags:
        """Of an event: whether the row turned out badly."""
        is_bad: Flags = (self.observed > 0) != self.is_good
        return is_bad

    def only(self, rows: Flags) -> "Seen":
        """The outcomes of these rows."""
        return replace(self, observed=self.observed[rows], accounts=self.accounts[rows])

    def rate(self, letter: str, rows: Flags, *, level: float | None = None) -> Rate:
        """What was seen in these rows."""
        observed, accounts = self.observed[rows], self.accounts[rows]
        count = len(observed)
        level = level or self.level
        events = None if self.is_level else int(observed.sum())
        if not count:
            return Rate(letter, 0, 0, events, *[float("nan")] * 3)
        sizes = np.bincount(accounts)
        value = float(observed.mean())
        if events is None:
            low, high = _mean_limits(observed, accounts, sizes, level)
        else:
            trials = effective_trials(observed, accounts, level=level)
            low, high = jeffreys(value * trials, trials, level=level)  # type: ignore[arg-type]  # effective
        return Rate(letter, count, int((sizes > 0).sum()), events, value, low, high)


def effective_trials(observed: Numbers, accounts: Whole, *, level: float) -> float:
    """How many independent rows would say as much about a rate as these rows of fewer accounts do.

    Rows over the design effect, which is the variance of the rate over accounts to that of independent rows (Rao and
    Scott 1992), with the degrees of freedom of accounts (Korn and Graubard 1998); never more than the rows. Where all
    rows say the same, or are one account's, they are taken as one outcome by account (Kish 1965): (sum m)^2 / sum m^2.
    """
    rows = len(observed)
    sizes = np.bincount(accounts)
    groups = int((sizes > 0).sum())
    rate = float(observed.mean())
    if groups == 1 or rate in {0.0, 1.0}:
        return rows**2 / float(sizes @ sizes)
    residues = np.bincount(accounts, observed) - rate * sizes
    variance = float(residues @ residues) / rows**2
    if not variance:
        return float(rows)
    tail = (1 + level) / 2
    freedom = (stdtrit(rows - 1, tail) / stdtrit(groups - 1, tail)) ** 2
    return min(float(rows), float(freedom * rate * (1 - rate) / variance))


def neighbours_of(seen: Seen, rates: Sequence[Rate]) -> tuple[Neighbours, ...]:
    """Each letter with rows against the next; ``rates`` best letter first."""
    filled = [rate for rate in rates if rate.rows]
    return tuple(
        Neighbours(
            one.letter,
            two.letter,
            _difference(one, two),
            _told(one, two, seen),
            None if seen.is_level else _needed(one, two),
        )
        for one, two in pairwise(filled)
    )


def bands_of(seen: Seen, letters: Sequence[str], places: Whole) -> tuple[tuple[Rate, ...], bool]:
    """Letters pooled with their neighbours until all can be told apart, and whether a better one then fares worse.

    The two most alike neighbours are pooled first. Each comparison is at a level that makes a false one among all of
    them as rare as a single one (Bonferroni). ``places``: (rows,), each row's place among ``letters``.
    """
    used = [place for place in range(len(letters)) if (places == place).any()]
    level = 1 - (1 - seen.level) / max(len(used) - 1, 1)

    def rate(members: Sequence[int]) -> Rate:
        name = "".join(letters[place] for place in members)
        return seen.rate(name, np.isin(places, members), level=level)

    groups: list[tuple[int, ...]] = [(place,) for place in used]
    rates = [rate(members) for members in groups]
    while len(groups) > 1:
        told = [_told(one, two, seen) for one, two in pairwise(rates)]
        alike = [at for at, word in enumerate(told) if word == "not_apart"]
        if not alike:
            return tuple(rates), "reversed" in told
        at = min(alike, key=lambda at: _distance(rates[at], rates[at + 1]))
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
        rates[at : at + 2] = [rate(groups[at])]
    return tuple(rates), False


def _told(better: Rate, worse: Rate, seen: Seen) -> Told:
    found = _difference(better, worse)
    if found.low > 0:
        return "apart" if seen.is_good else "reversed"
    if found.high < 0:
        return "reversed" if seen.is_good else "apart"
    return "not_apart"


def _difference(one: Rate, two: Rate) -> Interval:
    """By the limits of both (Zou and Donner 2008); wider than needed where the same accounts are in both."""
    value = one.value - two.value
    low = value - float(np.hypot(one.value - one.low, two.high - two.value))
    high = value + float(np.hypot(one.high - one.value, two.value - two.low))
    return Interval(value, low, high)


def _distance(one: Rate, two: Rate) -> float:
    """The difference in units of its interval."""
    found = _difference(one, two)
    width = found.high - found.low
    return abs(found.value) / width if width > 0 else 0.0


def _needed(one: Rate, two: Rate) -> int | None:
    difference = one.value - two.value
    if not difference:
        return None
    spread = sum(rate.value * (1 - rate.value) for rate in (one, two))
    quantiles = float(ndtri(_POWER) + ndtri(_ONE_SIDED))
    return int(np.ceil(quantiles**2 * spread / difference**2)) or None


def _mean_limits(levels: Numbers, accounts: Whole, sizes: Whole, level: float) -> tuple[float, float]:
    """Limits of a mean by its variance over accounts, with Student's t; not beyond 0 and 1 where no level is."""
    groups = int((sizes > 0).sum())
    if groups == 1:
        return float("nan"), float("nan")
    mean = float(levels.mean())
    residues = np.bincount(accounts, levels) - mean * sizes
    error = np.sqrt(groups / (groups - 1) * float(residues @ residues)) / len(levels)
    half = float(stdtrit(groups - 1, (1 + level) / 2) * error)
    return max(mean - half, min(0.0, float(levels.min()))), min(mean + half, max(1.0, float(levels.max())))
