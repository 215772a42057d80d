"""What would have happened anyway: six estimators of it, from the same block of treated units and donors.

Each is exact and deterministic. Values are in the measure's own unit; nothing here knows which direction is better.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trueup.impact.simplex import Numbers, nearest

_SLIGHT = 1e-6
"""Of the noise: the ridge that makes weights unique and changes nothing else (Arkhangelsky et al. 2021, section I)."""

_ROUNDING = 1e-11
"""Of the greatest value: an estimate below it is what rounding left over, and nothing."""


@dataclass(frozen=True)
class Block:
    """Units treated at one time, and donors: ``treated`` (treated, times), ``donors`` (donors, times).

    ``before``: how many of the times lie before the start. ValueError where there are no donors, less than two times
    before the start or none after it, or where a value is missing.
    """

    treated: Numbers
    donors: Numbers
    before: int

    def __post_init__(self) -> None:
        """Refuse what has no estimate."""
        times = self.treated.shape[1]
        if not len(self.donors) or not len(self.treated):
            raise ValueError("An estimate needs a treated unit and a donor.")
        if not 2 <= self.before < times:
            raise ValueError(f"An estimate needs two times before the start and one after: {self.before} of {times}.")
        if np.isnan(self.treated).any() or np.isnan(self.donors).any():
            raise ValueError("A value is missing: leave the unit out, or shorten the window.")

    @property
    def after(self) -> int:
        """How many times lie after the start."""
        return int(self.treated.shape[1]) - self.before

    @property
    def observed(self) -> Numbers:
        """The mean of the treated units: (times,)."""
        return np.asarray(self.treated.mean(0), np.float64)

    @property
    def noise(self) -> float:
        """Standard deviation of donors' changes from one time to the next, before the start (ibid., section I)."""
        changes = np.diff(self.donors[:, : self.before], axis=1)
        return float(changes.std(ddof=1)) if changes.size > 1 else 0.0

    def told(self, estimate: float) -> float:
        """The estimate; 0 where it is but what rounding left over."""
        greatest = max(float(np.abs(self.treated).max()), float(np.abs(self.donors).max()))
        return estimate if abs(estimate) > _ROUNDING * greatest else 0.0

    def without(self, donor: int) -> "Block":
        """The block without one of its donors."""
        return Block(self.treated, np.delete(self.donors, donor, axis=0), self.before)

    def placebo(self, donor: int) -> "Block":
        """The block in which a donor takes the place of the treated units, at the same start."""
        return Block(self.donors[donor : donor + 1], np.delete(self.donors, donor, axis=0), self.before)


@dataclass(frozen=True)
class Counterfactual:
    """An estimate and the path behind it.

    ``estimate``: mean over the times after the start of observed less ``path`` (times,). ``unit_weights`` (donors,),
    ``time_weights`` (before,): each adds up to one. ``fit``: root mean square of observed less path before the start,
    up to the level (or line) the estimator allows between them.
    """

    estimate: float
    path: Numbers
    unit_weights: Numbers
    time_weights: Numbers
    fit: float

    @property
    def effective_donors(self) -> float:
        """One over the sum of squared unit weights."""
        return float(1 / (self.unit_weights @ self.unit_weights))


Estimator = Callable[[Block], Counterfactual]


def did(block: Block) -> Counterfactual:
    """Difference in differences: all donors and all times alike."""
    return double_difference(block, uniform(len(block.donors)), uniform(block.before))


def sc(block: Block) -> Counterfactual:
    """Synthetic control by outcomes before the start (Abadie, Diamond and Hainmueller 2010): no level is allowed."""
    before = block.before
    weights = nearest(block.donors[:, :before].T, block.observed[:before], ridge=before * (_SLIGHT * block.noise) ** 2)
    path = weights @ block.donors
    gap = block.observed - path
    fit = float(np.sqrt(np.mean(gap[:before] ** 2)))
    return Counterfactual(block.told(float(gap[before:].mean())), path, weights, uniform(before), fit)


def difp(block: Block) -> Counterfactual:
    """De-meaned synthetic control (Doudchenko and Imbens 2016; Ferman and Pinto 2021): up to a constant level."""
    weights = _unit_weights(block, _SLIGHT * block.noise)
    return double_difference(block, weights, uniform(block.before))


def sdid(block: Block) -> Counterfactual:
    """Synthetic difference in differences (Arkhangelsky et al. 2021, algorithm 1)."""
    return double_difference(block, unit_weights(block), time_weights(block))


def cits_synthetic(block: Block) -> Counterfactual:
    """Comparative interrupted time series beside the de-meaned synthetic unit: its gap's line is carried on.

    Linden and Adams (2011), with unit weights that come nearest apart from everyone's own line before the start:
    weights that bend to the customer's trend would hide it from the line.
    """
    return interrupted(block, unit_weights(block, trendless=True))


def cits_mean(block: Block) -> Counterfactual:
    """Comparative interrupted time series beside the plain mean of donors (Bloom 2003)."""
    return interrupted(block, uniform(len(block.donors)))


ESTIMATORS: dict[str, Estimator] = {
    "did": did,
    "sc": sc,
    "difp": difp,
    "sdid": sdid,
    "cits_synthetic": cits_synthetic,
    "cits_mean": cits_mean,
}


def unit_weights(block: Block, *, trendless: bool = False) -> Numbers:
    """Weights (donors,) of ``sdid``, with zeta = (treated x after)^(1/4) x noise (ibid., section I).

    ``trendless``: by what is left of each series beside its own line before the start, instead of its own mean.
    """
    return _unit_weights(block, (len(block.treated) * block.after) ** 0.25 * block.noise, trendless=trendless)


def time_weights(block: Block) -> Numbers:
    """Weights (before,) by which donors' times before the start come nearest to those after (ibid.)."""
    before = block.before
    early, late = block.donors[:, :before], block.donors[:, before:].mean(1)
    ridge = len(early) * (_SLIGHT * block.noise) ** 2
    return nearest(early - early.mean(0), late - late.mean(), ridge=ridge)


def _unit_weights(block: Block, zeta: float, *, trendless: bool = False) -> Numbers:
    before = block.before
    early, own = block.donors[:, :before].T, block.observed[:before]
    if trendless:
        line = carried_on(before, block.after)[:before]
        early, own = early - line @ early, own - line @ own
    return nearest(early - early.mean(0), own - own.mean(), ridge=before * zeta**2)


def double_difference(block: Block, units: Numbers, times: Numbers) -> Counterfactual:
    """Change of the treated less that of donors, with weights for donors and for times before the start."""
    synthetic = units @ block.donors
    gap = block.observed - synthetic
    level = float(times @ gap[: block.before])
    fit = float(gap[: block.before].std())
    estimate = block.told(float(gap[block.before :].mean()) - level)
    return Counterfactual(estimate, synthetic + level, units, times, fit)


def interrupted(block: Block, units: Numbers) -> Counterfactual:
    """The gap to the weighted donors, less the line through it before the start."""
    before = block.before
    synthetic = units @ block.donors
    gap = block.observed - synthetic
    line = carried_on(before, block.after) @ gap[:before]
    fit = float(np.sqrt(np.mean((gap - line)[:before] ** 2)))
    estimate = block.told(float((gap - line)[before:].mean()))
    return Counterfactual(estimate, synthetic + line, units, uniform(before), fit)


@lru_cache(maxsize=64)
def carried_on(before: int, after: int) -> Numbers:
    """(before + after, before): what takes values before the start to the line through them, at all times."""
    at = np.arange(before + after) - (before - 1) / 2
    spread = float((at[:before] ** 2).sum())
    return np.asarray(1 / before + np.outer(at, at[:before]) / spread, np.float64)


def uniform(n: int) -> Numbers:
    """Weights (n,), all alike."""
    return np.full(n, 1 / n)
