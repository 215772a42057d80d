"""Logistic regression with weights that may not fall below 0 and a quadratic penalty; Platt's calibration."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

from trueup.grades.learned.binning import Flags, Floats

_PRECISION = {"maxiter": 2000, "maxfun": 4000, "maxcor": 40, "ftol": 1e-11, "gtol": 1e-6}


@dataclass(frozen=True)
class Calibration:
    """The line from given log odds of being good to those observed; slope 1 and intercept 0 change nothing."""

    slope: float
    intercept: float

    def __call__(self, log_odds: Floats) -> Floats:
        """The calibrated log odds."""
        return self.intercept + self.slope * log_odds


def logistic(features: Floats, good: Floats, penalty: Floats, *, may_fall: Flags) -> tuple[float, Floats]:
    """The intercept and weights b of the log odds of being good that minimise -log likelihood + b' penalty b / 2.

    ``features``: rows x weights; ``good``: 1 or 0, or a chance between; ``may_fall``: which weights may be below 0.
    """

    def loss(parameters: Floats) -> tuple[float, Floats]:
        intercept, weights = parameters[0], parameters[1:]
        log_odds = intercept + features @ weights
        pull = penalty @ weights
        value = np.logaddexp(0, log_odds).sum() - good @ log_odds + weights @ pull / 2
        off = expit(log_odds) - good
        return float(value), np.r_[off.sum(), features.T @ off + pull]

    bounds = [(None, None), *((None if free else 0.0, None) for free in may_fall.tolist())]
    share = float(np.clip(good.mean(), 1e-6, 1 - 1e-6))
    start = np.r_[np.log(share / (1 - share)), np.zeros(features.shape[1])]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_PRECISION).x
    return float(found[0]), found[1:]


def platt(log_odds: Floats, is_bad: Flags) -> Calibration:
    """The calibration of log odds against outcomes; its slope is never below 0.

    Platt 1999, section 2.1: outcomes count as (goods + 1) / (goods + 2) and 1 / (bads + 2), so that few of them that
    are told apart without error do not make it certain.
    """
    bads = int(is_bad.sum())
    goods = len(is_bad) - bads
    good = np.where(is_bad, 1 / (bads + 2), (goods + 1) / (goods + 2))
    spread = float(log_odds.std())
    if spread == 0:
        return Calibration(0.0, float(np.log((goods + 1) / (bads + 1))))
    centre = float(log_odds.mean())
    features = ((log_odds - centre) / spread)[:, None]
    intercept, weights = logistic(features, good, np.zeros((1, 1)), may_fall=np.array([False]))
    slope = float(weights[0]) / spread
    return Calibration(slope, intercept - slope * centre)
