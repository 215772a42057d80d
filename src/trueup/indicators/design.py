"""The design: the panel's columns as numbers that a model can weigh, by what the rows it learns from look like."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trueup.indicators.panel import Codes, Panel, Values

Floats = npt.NDArray[np.float64]
SKEWED = 1.5
"""Numbers from 0 up, skewed more than so, are taken by their logarithm: a doubling counts the same anywhere."""
WIDEST = 4.0
"""Standard deviations beyond which a value counts as that far."""
RARELY = 0.01
"""Shares below this make no column of their own: of missing values, or of a text's value."""
KNOWN = 0.05
"""The share of rows of which a number must be known."""
OTHERS = 0.03
"""The share of those that must differ from its most frequent value: else it tells a few accounts apart, by name."""
FEWEST_OTHERS = 20
HELD = 10.0
"""The penalty on columns that few rows may have."""
ALIKE = 0.98
"""Columns that say when values are missing, and correlate more than so, are one."""
LOOKED_AT = 50_000
_YEAR = 365.25
FEWEST_DATES_FOR_SEASONS = 4


@dataclass(frozen=True)
class Scale:
    """How a number becomes standard deviations from the mean, its logarithm taken if ``unit`` is more than 0."""

    unit: float
    mean: float
    deviation: float

    def __call__(self, values: Values) -> Values:
        """Standardised values; what is missing is 0, the mean."""
        taken = np.log1p(np.maximum(values, 0) / self.unit) if self.unit else values
        found = np.clip((taken - self.mean) / self.deviation, -WIDEST, WIDEST)
        return np.nan_to_num(found, nan=0.0).astype(np.float32)


@dataclass(frozen=True)
class Term:
    """A column of the design: a number's scale, a text's value, or that a value is missing.

    ``of``: the KPI's place; controls count on from the last KPI. ``is_own``: whether it is what its KPI says; False of
    terms that say when it is missing.
    """

    of: int
    scale: Scale | None = None
    level: int | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is what its KPI says, not that it is missing."""
        return self.scale is not None or self.level is not None


@dataclass(frozen=True)
class Design:
    """Terms learned from rows; ``kpis``: how many the panel has. A KPI that hardly ever differs has none."""

    kpis: int
    terms: tuple[Term, ...]
    first_day: int
    days: int
    has_seasons: bool

    @property
    def owners(self) -> Codes:
        """Of each column of the matrix the KPI whose own it is; below 0 whatever else is controlled for.

        -1: the constant, dates, and when something is missing; -2 the first control, -3 the second...
        """
        own = [self._owner(term) for term in self.terms]
        return np.array([-1, *own, *([-1] * self._dates)], np.int64)

    def _owner(self, term: Term) -> int:
        if not term.is_own:
            return -1
        return term.of if term.of < self.kpis else self.kpis - term.of - 2

    @property
    def penalties(self) -> Floats:
        """HELD for columns that few rows may have, 0 for the others: a value's absence, a control's text."""
        rare = [HELD * (not term.is_own or (term.of >= self.kpis and term.scale is None)) for term in self.terms]
        return np.array([0.0, *rare, *([0.0] * self._dates)])

    @property
    def _dates(self) -> int:
        return (1 if self.days else 0) + (2 if self.has_seasons else 0)

    def matrix(self, panel: Panel, rows: Codes) -> Values:
        """Rows x columns: a constant, the terms, the trend, the season."""
        found = np.empty((len(rows), 1 + len(self.terms) + self._dates), np.float32)
        found[:, 0] = 1
        for place, term in enumerate(self.terms, 1):
            values = _values(panel, term.of)[rows]
            if term.scale is not None:
                found[:, place] = term.scale(values)
            elif term.level is not None:
                found[:, place] = values == term.level
            else:
                found[:, place] = np.isnan(values)
        place = 1 + len(self.terms)
        days = panel.as_of[rows]
        if self.days:
            found[:, place] = (days - self.first_day) / self.days - 0.5
        if self.has_seasons:
            angle = 2 * np.pi * (days / _YEAR)
            found[:, place + 1], found[:, place + 2] = np.sin(angle), np.cos(angle)
        return found


def learn(panel: Panel, rows: Codes, *, without: Collection[int] = ()) -> Design:
    """The design by what ``rows`` of the panel look like; KPIs ``without`` take no part."""
    terms: list[Term] = []
    columns = (*panel.kpis, *panel.control_columns)
    absences: list[npt.NDArray[np.bool_]] = []
    some = rows[:: max(1, len(rows) // LOOKED_AT)]
    for place, column in enumerate(columns):
        if place in without:
            continue
        values = _values(panel, place)[rows]
        own = _of_text(values, place) if column.levels is not None else _of_number(values, place)
        terms.extend(own)
        if own and RARELY <= float(np.isnan(values).mean()) <= 1 - RARELY:
            absent = np.isnan(_values(panel, place)[some])
            if not any(_are_alike(absent, other) for other in absences):
                absences.append(absent)
                terms.append(Term(place))
    days = panel.as_of[rows]
    first, last = int(days.min()), int(days.max())
    has_seasons = last - first >= _YEAR and len(np.unique(days)) >= FEWEST_DATES_FOR_SEASONS
    return Design(len(panel.kpis), tuple(terms), first, last - first, has_seasons)


def _values(panel: Panel, place: int) -> Values:
    found = panel.known[:, place] if place < len(panel.kpis) else panel.controls[:, place - len(panel.kpis)]
    return np.asarray(found)


def _of_number(values: Values, place: int) -> list[Term]:
    known = values[~np.isnan(values)].astype(np.float64)
    if len(known) < KNOWN * len(values) or not _differs(known):
        return []
    unit = 0.0
    centred = known - known.mean()
    if known.min() >= 0 and (centred**3).mean() / (centred**2).mean() ** 1.5 > SKEWED:
        unit = float(np.median(known[known > 0]))
        known = np.log1p(known / unit)
    return [Term(place, Scale(unit, float(known.mean()), float(known.std())))]


def _differs(known: Floats) -> bool:
    _, counts = np.unique(known, return_counts=True)
    others = len(known) - int(counts.max(initial=0))
    return others >= max(FEWEST_OTHERS, OTHERS * len(known))


def _of_text(values: Values, place: int) -> list[Term]:
    """A column per value, but for the most frequent; rare ones count as that."""
    known = values[~np.isnan(values)].astype(np.int64)
    levels, counts = np.unique(known, return_counts=True)
    if len(levels) < 2:
        return []
    most = levels[counts.argmax()]
    frequent = levels[counts >= RARELY * len(values)]
    return [Term(place, level=int(level)) for level in frequent if level != most]


def _are_alike(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> bool:
    if (one == other).all():
        return True
    return bool(abs(np.corrcoef(one, other)[0, 1]) > ALIKE)
