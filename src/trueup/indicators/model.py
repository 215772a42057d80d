"""A score as it is kept: by the names of what it reads, so that any later panel can be scored by it."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trueup.indicators.design import Design, Scale, Term
from trueup.indicators.panel import Column, Panel, Values
from trueup.indicators.score import Line, Score
from trueup.statistics.logit import Floats

Told = Mapping[str, Any]
"""What JSON holds."""


@dataclass(frozen=True)
class Model:
    """A score, and the KPIs and controls whose places its terms name."""

    kpis: tuple[str, ...]
    controls: tuple[Column, ...]
    score: Score

    def reads(self, panel: Panel) -> Panel:
        """The panel with the model's columns in the model's order; what it lacks is not known of any account."""
        known = _picked(panel.known, {column.name: place for place, column in enumerate(panel.kpis)}, self.kpis)
        kpis = {column.name: column for column in panel.kpis}
        controls = np.full((len(panel.as_of), len(self.controls)), np.nan, np.float32)
        theirs = {column.name: place for place, column in enumerate(panel.control_columns)}
        for place, column in enumerate(self.controls):
            if column.name in theirs:
                at = theirs[column.name]
                controls[:, place] = _as_coded(panel.controls[:, at], panel.control_columns[at], column)
        return replace(
            panel,
            kpis=tuple(kpis.get(name, Column(name)) for name in self.kpis),
            known=known,
            control_columns=self.controls,
            controls=controls,
            recent=None,
            restated=None,
        )


def model_of(score: Score, panel: Panel) -> Model:
    """The score that was learned from a panel."""
    return Model(tuple(kpi.name for kpi in panel.kpis), panel.control_columns, score)


def told(model: Model) -> dict[str, Any]:
    """The model as JSON holds it; of the covariance single precision is kept."""
    score = model.score
    design = score.design
    return {
        "kpis": list(model.kpis),
        "controls": [{"name": each.name, "label": each.label, "levels": each.levels} for each in model.controls],
        "terms": [
            {"of": term.of, "scale": None if term.scale is None else vars(term.scale), "level": term.level}
            for term in design.terms
        ],
        "first_day": design.first_day,
        "days": design.days,
        "has_seasons": design.has_seasons,
        "coefficients": score.coefficients.tolist(),
        "covariance": b64encode(score.covariance.astype("<f4").tobytes()).decode("ascii"),
        "line": {"slope": score.line.slope, "offset": score.line.offset},
        "penalty": score.penalty,
    }


def read(said: Told) -> Model:
    """The model that was told."""
    terms = tuple(
        Term(each["of"], None if each["scale"] is None else Scale(**each["scale"]), each["level"])
        for each in said["terms"]
    )
    design = Design(len(said["kpis"]), terms, said["first_day"], said["days"], said["has_seasons"])
    coefficients = np.array(said["coefficients"], np.float64)
    covariance = np.frombuffer(b64decode(said["covariance"]), "<f4").astype(np.float64)
    controls = tuple(
        Column(each["name"], label=each["label"], levels=None if each["levels"] is None else tuple(each["levels"]))
        for each in said["controls"]
    )
    score = Score(
        design, coefficients, _square(covariance, len(coefficients)), Line(**said["line"]), penalty=said["penalty"]
    )
    return Model(tuple(said["kpis"]), controls, score)


def _square(flat: Floats, columns: int) -> Floats:
    return np.asarray(flat.reshape(columns, columns), np.float64)


def _picked(values: Values, places: Mapping[str, int], wanted: tuple[str, ...]) -> Values:
    found = np.full((len(values), len(wanted)), np.nan, np.float32)
    for to, name in enumerate(wanted):
        if name in places:
            found[:, to] = values[:, places[name]]
    return found


def _as_coded(values: Values, column: Column, wanted: Column) -> Values:
    """A text's codes as the model has them; a text that it never saw is none."""
    if wanted.levels is None or column.levels is None:
        return values
    codes = {level: code for code, level in enumerate(wanted.levels)}
    by_code = np.array([codes.get(level, np.nan) for level in column.levels], np.float32)
    found = np.full(len(values), np.nan, np.float32)
    known = ~np.isnan(values)
    found[known] = by_code[values[known].astype(np.int64)]
    return found
