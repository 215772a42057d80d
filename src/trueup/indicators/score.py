"""The score: each account's chance of an outcome, by all KPIs known at the time, and what it is made of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri  # type: ignore[import-untyped]

from trueup.indicators.design import Design, learn
from trueup.indicators.evidence import LEVEL, Rows
from trueup.indicators.forward import Folded, Tried, all_columns, quarters, ridge, try_ridge
from trueup.indicators.panel import Codes, Flags, Panel
from trueup.indicators.sample import Sample
from trueup.indicators.skill import offset
from trueup.statistics.logit import Floats, clustered, fit, influence


@dataclass(frozen=True)
class Line:
    """The line from log odds given on later dates to those observed, by which forecasts are put right."""

    slope: float
    offset: float

    def __call__(self, log_odds: Floats) -> Floats:
        """The log odds, put right."""
        return np.asarray(self.offset + self.slope * log_odds, np.float64)


AS_GIVEN = Line(1.0, 0.0)
_PULL = 16.0
"""How strongly a line's slope is pulled to 1, in information: as if it were known to be 1, give or take a quarter."""
_FEWEST = 10


@dataclass(frozen=True)
class Score:
    """A fitted score: its design, coefficients, their covariance over accounts, and the line that puts it right."""

    design: Design
    coefficients: Floats
    covariance: Floats
    line: Line
    penalty: float


@dataclass(frozen=True)
class Scored:
    """Scores of rows of the panel.

    ``chance``, ``low``, ``high`` (rows,). ``reasons`` (rows, kpis + controls + 1): what each KPI, each control and the
    date add to the log odds of an account that is average in everything; they sum to ``log_odds`` less ``base``.
    """

    rows: Codes
    log_odds: Floats
    chance: Floats
    low: Floats
    high: Floats
    base: float
    reasons: Floats


def forecast(some: Sequence[Folded]) -> tuple[Tried, Tried, float]:
    """Forward forecasts as the model gave them, the same put right by what was known before, and the best penalty."""
    raw, penalty = try_ridge(some, all_columns)
    return raw, righted(some, raw), penalty


def righted(some: Sequence[Folded], raw: Tried) -> Tried:
    """Forward forecasts, each fold's put right by those before it whose outcomes were known by then."""
    if not some:
        return raw
    happened = np.concatenate([each.tried.happened for each in some])
    dates = np.concatenate([np.full(len(each.fold.tried), place) for place, each in enumerate(some)])
    parts, begin = [], 0
    for each in some:
        end = begin + len(each.fold.tried)
        # What a fold may learn from was over by its first date.
        known = np.isin(raw.places[:begin], each.fold.learned)
        line = line_of(raw.log_odds[:begin][known], happened[:begin][known], dates[:begin][known])
        parts.append(line(raw.log_odds[begin:end]))
        begin = end
    return Tried(raw.places, np.concatenate(parts), raw.is_kept_back)


def line_of(log_odds: Floats, happened: Flags, dates: Codes) -> Line:
    """The line that puts log odds right; nothing is changed where hardly anything happened, or everything.

    Its slope is that among forecasts for one date, pulled to 1: that some dates were worse than others for all accounts
    says nothing of how well they are told apart.
    """
    if min(happened.sum(), (~happened).sum()) < _FEWEST or not np.ptp(log_odds):
        return AS_GIVEN
    of_date = np.unique(dates, return_inverse=True)[1][:, None] == np.arange(len(np.unique(dates)))
    features = np.column_stack([log_odds, of_date]).astype(np.float64)
    fitted = fit(features, happened, penalty=np.r_[0.0, np.full(of_date.shape[1], 0.1)])
    information = 1 / fitted.inverse[0, 0]
    slope = max(1 + information / (information + _PULL) * (fitted.coefficients[0] - 1), 0.0)
    return Line(slope, offset(slope * log_odds, happened))


def learn_score(panel: Panel, of: Sample, leaks: Collection[int], forecasts: Tried, penalty: float) -> Score:
    """The score learned from the whole sample, put right by its own forward forecasts; KPIs that leak take no part."""
    design = learn(panel, of.rows, without=leaks)
    rows = Rows(design.matrix(panel, of.rows), of.happened, panel.accounts[of.rows], design.owners, design.penalties)
    fitted = ridge(rows, penalty)
    covariance = clustered(influence(rows.features, rows.happened, fitted, rows.accounts))
    dates = quarters(panel.as_of[of.rows[forecasts.places]])
    line = line_of(forecasts.log_odds, of.happened[forecasts.places], dates)
    return Score(design, fitted.coefficients, covariance, line, penalty)


def scored(score: Score, panel: Panel, rows: Codes) -> Scored:
    """The scores of rows of the panel, with intervals for what the sample leaves open of the coefficients."""
    matrix = np.asarray(score.design.matrix(panel, rows), np.float64)
    log_odds = score.line(matrix @ score.coefficients)
    error = score.line.slope * np.sqrt(np.einsum("ij,jk,ik->i", matrix, score.covariance, matrix))
    half = float(ndtri((1 + LEVEL) / 2)) * error
    parts = matrix * score.coefficients * score.line.slope
    places = _places(score.design, len(panel.control_columns))
    reasons = np.zeros((len(rows), len(panel.kpis) + len(panel.control_columns) + 1))
    np.add.at(reasons.T, places[1:], parts[:, 1:].T)
    base = score.line.offset + score.line.slope * float(score.coefficients[0])
    return Scored(
        rows,
        log_odds,
        np.asarray(expit(log_odds), np.float64),
        np.asarray(expit(log_odds - half), np.float64),
        np.asarray(expit(log_odds + half), np.float64),
        base,
        reasons,
    )


def _places(design: Design, controls: int) -> Codes:
    """Of each column whose reason it is: its KPI's (also where it says it is missing), its control's, or the date's."""
    terms = [term.of for term in design.terms]
    dates = len(design.owners) - 1 - len(terms)
    return np.array([design.kpis + controls, *terms, *([design.kpis + controls] * dates)], np.int64)
