"""Classes of a worksheet's criteria: from what is known of accounts to columns, and from learned curves to criteria."""

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

import numpy as np

from trueup.grades.grade import Inputs
from trueup.grades.learned.binning import Floats, Whole, classes_of, fine_ends, flipped
from trueup.grades.learned.curves import Column
from trueup.grades.worksheet import ANSWERS, Band, Criterion

MOST_BANDS = 10


@dataclass(frozen=True)
class Classes:
    """How a criterion's values fall into classes: where numbers end, or its texts, or its answers.

    ``falls``: the first class is the best one, so that the column counts them from the other end.
    """

    criterion: Criterion
    ends: tuple[float, ...]
    column: Column
    falls: bool

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called, in the order of the column."""
        if self.criterion.bands:
            ends = [f"{end:g}" for end in self.ends]
            inner = [f"{low} to {high}" for low, high in pairwise(ends)]
            names = [f"below {ends[0]}", *inner, f"{ends[-1]} and above"] if ends else ["any"]
        else:
            names = [str(name) for name in (self.criterion.values or ANSWERS)]
        return tuple(names[::-1] if self.falls else names)

    def with_points(self, points: Floats, weight: Decimal) -> Criterion:
        """The criterion with these whole points by class of the column; bands of the same points are one."""
        given = [Decimal(int(point)) for point in (points[::-1] if self.falls else points)]
        if self.criterion.values:
            return replace(self.criterion, weight=weight, values=dict(zip(self.criterion.values, given, strict=True)))
        if self.criterion.answers:
            return replace(self.criterion, weight=weight, answers=tuple(given))
        ends = [Decimal(repr(end)) for end in self.ends]
        kept = [Band(one, end) for one, two, end in zip(given, given[1:], ends, strict=False) if one != two]
        return replace(self.criterion, weight=weight, bands=(*kept, Band(given[-1])))


def classes_in(criterion: Criterion, given: Inputs, rows: Whole, *, are_cut: bool) -> Classes:
    """The classes of a criterion and the column of ``rows``; numbers may be cut finer than the bands are."""
    bands = criterion.bands
    ends = tuple(float(band.below) for band in bands if band.below is not None)
    points = np.array([float(criterion.weight * point) for point in criterion.points])
    if bands:
        numbers = np.full(len(rows), np.nan) if given.numbers is None else given.numbers[rows]
        if are_cut:
            fine = tuple(sorted({*ends, *fine_ends(numbers, MOST_BANDS)}))
            points = points[np.searchsorted(ends, [-np.inf, *fine], side="right")]
            ends = fine
        codes = classes_of(numbers, ends)
    else:
        codes = _named_codes(criterion, given, rows)
    is_ordered = not criterion.values
    falls = is_ordered and points[0] > points[-1]
    count = len(points)
    column = Column(
        flipped(codes, count) if falls else codes,
        count,
        points[::-1].copy() if falls else points,
        is_ordered,
        bool(bands) and are_cut,
        criterion.missing,
    )
    return Classes(criterion, ends, column, bool(falls))


def _named_codes(criterion: Criterion, given: Inputs, rows: Whole) -> Whole:
    """The classes of texts or answers; -1 where nothing is known."""
    known = given.texts if criterion.values else given.answers
    names: list[str | int] = [*(criterion.values or ANSWERS)]
    places = {name: at for at, name in enumerate(names)}
    return np.array([-1 if not known or known[row] is None else places.get(known[row], -1) for row in rows.tolist()])
