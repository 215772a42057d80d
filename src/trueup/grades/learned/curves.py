"""Curves: what the classes of each criterion add to the log odds of being good, drawn to given curves."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trueup.grades.learned.binning import Flags, Floats, Whole, evidence, neighbours_pooled, summed
from trueup.grades.learned.logistic import logistic
from trueup.grades.worksheet import Missing

_ALMOST_NONE = 1e-9
"""The weight of a class that no row is in."""


@dataclass(frozen=True)
class Column:
    """What is known of the rows for one criterion.

    ``codes``: the class of each row, 0 the worst where ``is_ordered``; -1 where nothing is known. ``expert``: the
    expert's points by class, in the same unit in all columns, never falling where ordered. ``can_be_cut``: whether
    neighbouring classes may be made one. ``missing``: nothing known is the worst class, or says nothing.
    """

    codes: Whole
    classes: int
    expert: Floats | None = None
    is_ordered: bool = True
    can_be_cut: bool = False
    missing: Missing = "unanswered"

    def of(self, rows: Whole | Flags) -> "Column":
        """The same of some rows."""
        return Column(self.codes[rows], self.classes, self.expert, self.is_ordered, self.can_be_cut, self.missing)


@dataclass(frozen=True)
class Curve:
    """What each class of a criterion adds to the log odds of being good, 0 the least; and what nothing known adds."""

    worth: Floats
    missing: float

    def added(self, codes: Whole) -> Floats:
        """What is added for rows of these classes."""
        return np.where(codes < 0, self.missing, self.worth[np.maximum(codes, 0)])


class Design:
    """Rows as the steps of their criteria, and the steps that they are drawn to.

    Of an ordered criterion each step from one class to the next is a weight, not below 0; of another, each class is.
    ``are_cut``: classes that may be cut anew are, by monotone weight of evidence.
    """

    def __init__(self, columns: Mapping[str, Column], is_bad: Flags, *, are_cut: bool) -> None:
        self.blocks = {name: _Block(column, is_bad, are_cut=are_cut) for name, column in columns.items()}
        blocks = self.blocks.values()
        self.features = np.column_stack([block.features for block in blocks])
        self.may_fall = np.concatenate([np.full(block.features.shape[1], block.may_fall) for block in blocks])
        self.good = (~is_bad).astype(np.float64)
        given = np.concatenate([block.given for block in blocks])
        norm = given @ given
        along = np.outer(given, given) / (norm if norm > 0 else 1.0)
        self.distance: Floats = np.eye(len(given)) - along

    def fitted(self, penalty: float) -> tuple[float, Mapping[str, Curve]]:
        """The intercept and curves; ``penalty`` per squared distance from the given steps, whose scale is free."""
        intercept, weights = logistic(self.features, self.good, penalty * self.distance, may_fall=self.may_fall)
        curves = {}
        ends = np.cumsum([block.features.shape[1] for block in self.blocks.values()])[:-1]
        for (name, block), mine in zip(self.blocks.items(), np.split(weights, ends), strict=True):
            worth = block.worth(mine)
            least = float(worth.min())
            intercept += least
            curves[name] = Curve(worth - least, block.missing(mine) - least)
        return intercept, curves


class _Block:
    """The part of the design that is one criterion."""

    def __init__(self, column: Column, is_bad: Flags, *, are_cut: bool) -> None:
        found = evidence(column.codes, is_bad, column.classes, is_ordered=column.is_ordered)
        seen = (found.goods + found.bads).astype(np.float64)
        curve = found.weights if column.expert is None else column.expert
        known = column.codes >= 0
        self.may_fall = not column.is_ordered
        self.place = np.arange(column.classes)
        if are_cut and column.can_be_cut:
            self.place = neighbours_pooled(found.weights)
            curve = _averages(curve, seen + _ALMOST_NONE, self.place)
        steps = self._steps(self.place[column.codes[known]], len(curve))
        self.given = curve - np.average(curve, weights=seen + _ALMOST_NONE) if self.may_fall else np.diff(curve)
        self.unknown = np.zeros(len(self.given))
        if column.missing == "unanswered" and known.any():
            self.unknown = steps.mean(axis=0)
        elif self.may_fall:
            self.unknown[curve.argmin()] = 1
        self.features = np.tile(self.unknown, (len(known), 1))
        self.features[known] = steps

    def _steps(self, places: Whole, count: int) -> Floats:
        if self.may_fall:
            return np.eye(count)[places]
        return (places[:, None] >= np.arange(1, count)).astype(np.float64)

    def worth(self, weights: Floats) -> Floats:
        """By class, what it adds."""
        return (weights if self.may_fall else np.r_[0.0, np.cumsum(weights)])[self.place]

    def missing(self, weights: Floats) -> float:
        """What nothing known adds."""
        return float(self.unknown @ weights)


def _averages(values: Floats, weights: Floats, place: Whole) -> Floats:
    classes = int(place.max()) + 1
    return summed(place, values * weights, classes) / summed(place, weights, classes)
