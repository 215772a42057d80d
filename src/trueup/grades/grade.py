"""Grading: scores and letters of many accounts at once, exactly, and what each criterion adds to them.

A score is the weighted points of the answered criteria over the most they could have been, times 100. Points and
weights are decimals with few digits: they are reckoned as whole numbers, so that a score on a cut-off is on it, and
what the criteria add sums to the score without a rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from trueup.grades.worksheet import LETTERS, OTHER, UNKNOWN, Criterion, Worksheet

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_ENTIRE = 100


@dataclass(frozen=True)
class Inputs:
    """What is known of accounts for one criterion: numbers with NaN where nothing is, or texts or answers with None."""

    numbers: npt.NDArray[np.float64] | None = None
    texts: Sequence[str | None] = ()
    answers: Sequence[int | None] = ()


@dataclass(frozen=True)
class Graded:
    """The grades of accounts in the order of their inputs.

    ``earned``, ``possible``, ``answered``: whole numbers in units of ``unit`` (points x weight) and ``weight_unit``.
    ``points``: by criterion, the weighted points in units of ``unit``; ``known``: whether it was answered.
    """

    sheet: Worksheet
    letters: npt.NDArray[np.str_]
    earned: Whole
    possible: Whole
    answered: Whole
    points: Mapping[str, Whole]
    most: Mapping[str, int]
    known: Mapping[str, Flags]
    weight: int
    unit: int
    """How many whole numbers one weighted point is."""

    def score(self, at: int) -> Fraction | None:
        """The exact score of one account, 0 to 100; None where nothing was answered."""
        possible = int(self.possible[at])
        return Fraction(_ENTIRE * int(self.earned[at]), possible) if possible else None

    def scores(self) -> npt.NDArray[np.float64]:
        """The scores as floating-point numbers; NaN where nothing was answered."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.possible > 0, _ENTIRE * self.earned / self.possible, np.nan)

    def answered_weight(self) -> npt.NDArray[np.float64]:
        """The share of the weight that was answered."""
        share: npt.NDArray[np.float64] = self.answered / self.weight
        return share

    def points_of(self, criterion: str, at: int) -> Decimal:
        """The points, without weight, of one account."""
        weight = next(each.weight for each in self.sheet.criteria if each.name == criterion)
        return Decimal(int(self.points[criterion][at])) / (weight * self.unit)

    def added(self, at: int) -> Mapping[str, Fraction]:
        """What each answered criterion adds to the score of one account; they sum to it exactly."""
        possible = int(self.possible[at])
        return {
            name: Fraction(_ENTIRE * int(points[at]), possible)
            for name, points in self.points.items()
            if self.known[name][at]
        }


def grade(sheet: Worksheet, inputs: Mapping[str, Inputs], *, accounts: int) -> Graded:
    """Grade ``accounts`` accounts; ``inputs`` by criterion, each as long. A criterion without inputs is unanswered."""
    scale = _scale(criterion.weight * point for criterion in sheet.criteria for point in criterion.points)
    weights = _scale(criterion.weight for criterion in sheet.criteria)
    earned, possible, answered = (np.zeros(accounts, np.int64) for _ in range(3))
    points, most, known = {}, {}, {}
    for criterion in sheet.criteria:
        got, is_known = _points(criterion, inputs.get(criterion.name, Inputs()), scale, accounts)
        is_counted = is_known if criterion.missing == "unanswered" else np.ones(accounts, np.bool_)
        most[criterion.name] = int(criterion.weight * criterion.most * scale)
        points[criterion.name], known[criterion.name] = got, is_counted
        earned += got
        possible += is_counted * most[criterion.name]
        answered += is_known * int(criterion.weight * weights)
    weight = int(sheet.weight * weights)
    letters = _letters(sheet, earned, possible)
    needed = Fraction(sheet.answered_at_least)
    letters[(needed.denominator * answered < needed.numerator * weight) | (possible == 0)] = UNKNOWN
    return Graded(sheet, letters, earned, possible, answered, points, most, known, weight, scale)


def change(before: Graded, after: Graded, at_before: int, at_after: int) -> Mapping[str, Fraction]:
    """What each criterion adds to the change of a score; they sum to it exactly, also where others were answered."""
    old, new = before.added(at_before), after.added(at_after)
    names = dict.fromkeys([*old, *new])
    return {name: new.get(name, Fraction(0)) - old.get(name, Fraction(0)) for name in names}


def _points(criterion: Criterion, given: Inputs, scale: int, accounts: int) -> tuple[Whole, Flags]:
    """The weighted points of each account, and whether it was answered."""
    worth = [int(criterion.weight * point * scale) for point in criterion.points]
    least = int(criterion.weight * criterion.least * scale)
    places = _places(criterion, given, accounts)
    is_known: Flags = places >= 0
    missing = least if criterion.missing == "worst" else 0
    return np.where(is_known, np.array(worth, np.int64)[np.maximum(places, 0)], missing), is_known


def _places(criterion: Criterion, given: Inputs, accounts: int) -> Whole:
    """Which of its points each account gets; -1 where nothing is known."""
    if criterion.bands and given.numbers is not None:
        ends = np.array([float(band.below) for band in criterion.bands[:-1] if band.below is not None])
        places = np.searchsorted(ends, given.numbers, side="right")
        return np.where(np.isnan(given.numbers), -1, places).astype(np.int64)
    if criterion.values and given.texts:
        place_of = {text: place for place, text in enumerate(criterion.values)}
        other = place_of.get(OTHER, -1)
        return np.array([-1 if text is None else place_of.get(text, other) for text in given.texts], np.int64)
    if criterion.answers and given.answers:
        return np.array([-1 if answer is None else answer - 1 for answer in given.answers], np.int64)
    return np.full(accounts, -1, np.int64)


def _letters(sheet: Worksheet, earned: Whole, possible: Whole) -> npt.NDArray[np.str_]:
    """The letter of each score; compared as whole numbers, so that a score on a cut-off has its letter."""
    letters = np.full(len(earned), LETTERS[-1], "<U1")
    for letter, cutoff in reversed(list(sheet.cutoffs.items())):
        cut = Fraction(cutoff)
        letters[_ENTIRE * cut.denominator * earned >= cut.numerator * possible] = letter
    return letters


def _scale(numbers: Iterable[Decimal]) -> int:
    """The least whole number by which all of them become whole."""
    return lcm(*(Fraction(number).denominator for number in numbers))
