"""A customer's own line carried on: evidence where nobody can stand for the customer, and never paid on."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import toeplitz  # type: ignore[import-untyped]
from scipy.special import stdtrit  # type: ignore[import-untyped]

from trueup.impact.counterfactual import carried_on
from trueup.impact.simplex import Numbers

OWN_TREND = "own_trend"
"""What this is called among the methods."""
WIDER = 2.0
"""What the model's interval is widened by: it knows neither seasons nor shocks (decision 20 has what it covers)."""
_MOST_ALIKE = 0.9
_PARAMETERS = 2


@dataclass(frozen=True)
class OwnTrend:
    """Improvement over the customer's own line; ``path`` (times,): the line.

    ``low``, ``high``: one-sided ends, each with the confidence (of 90 %, nine times in ten the truth is above ``low``).
    """

    estimate: float
    low: float
    high: float
    path: Numbers


def own_trend(series: Numbers, before: int, confidence: float) -> OwnTrend:
    """The mean after the start less the line through the times before it; series (times,), three or more before.

    Errors follow an AR(1), whose correlation is corrected for its bias about a line (Kendall 1954; Marriott and Pope
    1954); the residuals' variance for the line that was fitted; Student's t; then times WIDER.
    """
    after = len(series) - before
    to_line = carried_on(before, after)
    path = to_line @ series[:before]
    left = (series - path)[:before]
    rho = _alike(left)
    alike = toeplitz(rho ** np.arange(before + after))
    contrast = np.concatenate((-to_line[before:].mean(0), np.full(after, 1 / after)))
    apart = np.eye(before) - to_line[:before]
    freedom = float(np.trace(apart @ alike[:before, :before]))
    variance = float(left @ left) / freedom if freedom > 0 else 0.0
    error = float(np.sqrt(variance * (contrast @ alike @ contrast)))
    half = WIDER * error * float(stdtrit(max(before - _PARAMETERS, 1), confidence))
    estimate = float((series - path)[before:].mean())
    return OwnTrend(estimate, estimate - half, estimate + half, path)


def _alike(left: Numbers) -> float:
    size = float(left @ left)
    if size <= 0:
        return 0.0
    n = len(left)
    found = float(left[1:] @ left[:-1]) / size
    return float(np.clip((n * found + _PARAMETERS) / max(n - 2 * _PARAMETERS, 1), 0.0, _MOST_ALIKE))
