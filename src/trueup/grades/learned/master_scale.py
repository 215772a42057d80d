"""The master scale: grades as fixed bands of the chance to go bad, what was observed in each, and which are one.

Moving a band is a decision of its own: the letters are not quantiles, and a bad year has fewer A.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from trueup.grades.learned.binning import Flags, Floats, Whole, summed
from trueup.statistics.intervals import can_be_told_apart, jeffreys, pluto_tasche, power

BANDS = (0.03, 0.06, 0.12, 0.25)
"""The chances to go bad at which a grade ends; the last has no end."""
CONFIDENCE = 0.9


@dataclass(frozen=True)
class GradeRow:
    """What was observed in one grade.

    ``ends``: the chances to go bad between which it lies, where it is a band of them. ``expected``: the mean of the
    calibrated chances, never lower than a better grade's. ``low``, ``high``: Jeffreys' 90 % interval of the observed
    share. ``at_most``: Pluto and Tasche's 90 % bound.
    """

    letter: str
    rows: int
    bads: int
    expected: float
    low: float
    high: float
    at_most: float
    ends: tuple[float, float] | None = None

    @property
    def observed(self) -> float | None:
        """The share that went bad; None where there was none."""
        return self.bads / self.rows if self.rows else None


def table(places: Whole, chances: Floats, is_bad: Flags, letters: Sequence[str]) -> tuple[GradeRow, ...]:
    """What was observed in each grade.

    ``places``: the grade of each row, 0 the best. ``chances``: its calibrated chance to go bad, lower in better grades.
    What is expected is their mean. The published protocol expects what was observed, pooled to rise: that was
    further off in the worlds of bench/learned_worksheets.py, by a quarter to a half with 36 bad accounts and by a tenth
    to a fifth with 180. Rows count as independent in intervals and bounds.
    """
    grades = len(letters)
    rows, bads, chance = (
        summed(places, values, grades) for values in (np.ones(len(places)), is_bad.astype(np.float64), chances)
    )
    mean = np.divide(chance, rows, out=np.full(grades, np.nan), where=rows > 0)
    expected = np.maximum.accumulate(_filled(mean))
    counts, events = rows.astype(int).tolist(), bads.astype(int).tolist()
    bounds = pluto_tasche(events, counts, confidence=CONFIDENCE)
    return tuple(
        GradeRow(
            letters[at], counts[at], events[at], float(expected[at]), *jeffreys(events[at], counts[at]), bounds[at]
        )
        for at in range(grades)
    )


def told_apart(rows: Sequence[GradeRow]) -> tuple[tuple[tuple[int, ...], ...], tuple[str, ...]]:
    """Which grades are one until all neighbours can be told apart, and why in words.

    Those that can be told apart the least become one first. Two rates can be told apart where a one-sided test at 90 %
    would show it in 80 of 100 cases: 3 % against 6 % with some 430 accounts each, 12 % against 25 % with 80.
    """
    merged: list[tuple[int, ...]] = [(at,) for at in range(len(rows))]
    words = []
    while len(merged) > 1:
        chances = [_rate(rows, group) for group in merged]
        powers = [power((one, two), (count, other)) for (one, count), (two, other) in pairwise(chances)]
        weakest = int(np.argmin(powers))
        (one, count), (two, other) = chances[weakest], chances[weakest + 1]
        if can_be_told_apart((one, two), (count, other)):
            break
        better, worse = merged[weakest : weakest + 2]
        words.append(
            f"{_named(rows, better)} and {_named(rows, worse)} are one grade: {one:.1%} of {count} and {two:.1%} of"
            f" {other} cannot be told apart."
        )
        merged[weakest : weakest + 2] = [better + worse]
    return tuple(merged), tuple(words)


def _rate(rows: Sequence[GradeRow], group: tuple[int, ...]) -> tuple[float, int]:
    """The expected rate of some grades taken together, and how many rows they have."""
    count = sum(rows[at].rows for at in group)
    weights = [rows[at].rows if count else 1 for at in group]
    return sum(rows[at].expected * weight for at, weight in zip(group, weights, strict=True)) / sum(weights), count


def _named(rows: Sequence[GradeRow], group: tuple[int, ...]) -> str:
    return "".join(rows[at].letter for at in group)


def _filled(means: Floats) -> Floats:
    """Grades without accounts are taken to be as their neighbours."""
    known = np.flatnonzero(~np.isnan(means))
    return np.interp(np.arange(len(means)), known, means[known]) if len(known) else np.zeros(len(means))
