"""Logistic regression by Newton's method, with coefficients' covariance for rows that come in groups.

Rows may be many millions: sums over rows are formed block by block, so that no copy of the rows is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64] | npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]
_BLOCK = 1 << 16
_STEPS = 40
_NEAR = 1e-8
_HALVINGS = 20
_FEW = 5_000
_TINY = 1e-9
"""What is added to the information of a fit without a penalty, relative to its size: columns may be nearly alike."""


@dataclass(frozen=True)
class Fit:
    """Coefficients (columns,), the inverse of the penalised information there, and the log likelihood without penalty.

    ``converged``: False where coefficients still moved at the end, as when columns tell outcomes apart without error.
    """

    coefficients: Floats
    inverse: Floats
    log_likelihood: float
    converged: bool

    def log_odds(self, features: Matrix) -> Floats:
        """The log odds of rows x columns."""
        return np.asarray(features @ self.coefficients, np.float64)


def fit(
    features: Matrix, happened: npt.NDArray[np.bool_], *, penalty: Floats | None = None, start: Floats | None = None
) -> Fit:
    """The coefficients b that minimise -log likelihood + b' diag(penalty) b / 2; rows x columns, a constant among them.

    Newton's method with step halving; the likelihood is concave, so the maximum is the only one.
    """
    columns = features.shape[1]
    penalties = np.zeros(columns) if penalty is None else penalty
    coefficients = np.zeros(columns) if start is None else start.copy()
    value, slope, information = _around(features, happened, coefficients)
    value -= float(penalties @ coefficients**2) / 2
    converged = False
    for _ in range(_STEPS):
        penalised = information + np.diag(penalties + _TINY * (np.diag(information).max() + 1))
        factor = cho_factor(penalised)
        step = cho_solve(factor, slope - penalties * coefficients)
        if np.abs(step).max(initial=0) < _NEAR:
            converged = True
            break
        for _ in range(_HALVINGS):
            tried = coefficients + step
            found, slope_there, information_there = _around(features, happened, tried)
            found -= float(penalties @ tried**2) / 2
            if found >= value - _NEAR * (1 + abs(value)):
                break
            step /= 2
        gained = found - value
        coefficients, value, slope, information = tried, found, slope_there, information_there
        if abs(gained) < _NEAR * _NEAR * (1 + abs(value)):
            converged = True
            break
    penalised = information + np.diag(penalties + _TINY * (np.diag(information).max() + 1))
    inverse = cho_solve(cho_factor(penalised), np.eye(columns))
    return Fit(coefficients, inverse, value + float(penalties @ coefficients**2) / 2, converged)


def influence(features: Matrix, happened: npt.NDArray[np.bool_], fitted: Fit, groups: Codes) -> Floats:
    """How the coefficients would change without each group, the sign turned: groups x columns.

    Rows of a group stand together, groups ascending. Of up to ``_FEW`` groups one step of the jackknife, which knows
    that a group pulls the fit towards itself (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023, CV3); of more,
    where that is nothing, the inverse information times the group's scores (Liang and Zeger 1986). Their cross
    product is the coefficients' covariance, and reweighting them is a bootstrap of one step.
    """
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    sizes = np.diff(starts, append=len(groups))
    if len(starts) > _FEW:
        sums = np.zeros((len(starts), features.shape[1]))
        order = np.cumsum(np.diff(groups, prepend=groups[:1]) != 0)
        for rows in _blocks(len(happened)):
            block = np.asarray(features[rows], np.float64)
            scores = block * (happened[rows] - expit(block @ fitted.coefficients))[:, None]
            _add_by_group(sums, order[rows], scores)
        return np.asarray(sums @ fitted.inverse, np.float64)
    found = np.empty((len(starts), features.shape[1]))
    for size in np.unique(sizes):
        which = np.flatnonzero(sizes == size)
        rows_of = starts[which][:, None] + np.arange(size)
        block = np.asarray(features[rows_of], np.float64)
        chance = expit(block @ fitted.coefficients)
        weight = np.sqrt(chance * (1 - chance))
        weighted = block * weight[:, :, None]
        pull = np.eye(size) - weighted @ fitted.inverse @ weighted.transpose(0, 2, 1)
        surprise = (happened[rows_of] - chance) / np.maximum(weight, _TINY)
        freed = np.linalg.solve(pull, surprise[:, :, None])
        found[which] = (weighted.transpose(0, 2, 1) @ freed)[:, :, 0] @ fitted.inverse
    return found


def clustered(influences: Floats) -> Floats:
    """The coefficients' covariance, (columns, columns), from the groups' influences, with the factor (G - 1) / G."""
    groups = len(influences)
    return influences.T @ influences * ((groups - 1) / groups)


def _add_by_group(sums: Floats, groups: Codes, scores: Floats) -> None:
    # Rows of a group mostly stand together: adding runs first makes the scattered addition small.
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    np.add.at(sums, groups[starts], np.add.reduceat(scores, starts, axis=0))


def _around(features: Matrix, happened: npt.NDArray[np.bool_], at: Floats) -> tuple[float, Floats, Floats]:
    """Log likelihood, its slope, and the information, at some coefficients."""
    columns = features.shape[1]
    value, slope, information = 0.0, np.zeros(columns), np.zeros((columns, columns))
    for rows in _blocks(len(happened)):
        block = np.asarray(features[rows], np.float64)
        log_odds = block @ at
        chance = expit(log_odds)
        value += float(log_odds @ happened[rows] - np.logaddexp(0, log_odds).sum())
        slope += (happened[rows] - chance) @ block
        information += (block * (chance * (1 - chance))[:, None]).T @ block
    return value, slope, information


def _blocks(rows: int) -> Iterator[slice]:
    yield from (slice(begin, begin + _BLOCK) for begin in range(0, rows, _BLOCK))
