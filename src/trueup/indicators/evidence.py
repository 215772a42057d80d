"""Evidence for each KPI: by itself, and beside all others; in rows of quarters, and month by month."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, stdtr, stdtrit  # type: ignore[import-untyped]

from trueup.indicators.design import learn
from trueup.indicators.panel import Codes, Flags, Panel, Values
from trueup.indicators.sample import Sample
from trueup.statistics.logit import Fit, Floats, clustered, fit, influence

LEVEL = 0.9
SAME = 0.5
"""KPIs that correlate more than so, beyond what controls explain, say the same: neither is held against the other."""
UNTOLD = 2.0
"""An error of the log odds beyond which an effect is not told: it may be anything."""
_LOOKED_AT = 200_000


@dataclass(frozen=True)
class Rows:
    """What models are fitted to: (rows, columns), outcomes (rows,), codes of accounts, and whose each column is."""

    features: Values
    happened: Flags
    accounts: Codes
    owners: Codes
    penalties: Floats

    @classmethod
    def of(cls, panel: Panel, of: Sample, *, without: Collection[int] = ()) -> "Rows":
        """The rows of a sample, scaled by what they look like; KPIs ``without`` take no part."""
        design = learn(panel, of.rows, without=without)
        return cls(design.matrix(panel, of.rows), of.happened, panel.accounts[of.rows], design.owners, design.penalties)

    def of_columns(self, columns: Codes) -> "Rows":
        """The same rows with some columns."""
        return Rows(
            self.features[:, columns], self.happened, self.accounts, self.owners[columns], self.penalties[columns]
        )

    def fitted(self, *, start: Floats | None = None) -> Fit:
        """The logit of all columns."""
        return fit(self.features, self.happened, penalty=self.penalties, start=start)


@dataclass(frozen=True)
class Tested:
    """What a model says of a KPI.

    ``effect``: the change of the log odds per standard deviation, with its interval; NaN of texts, which have many.
    ``z``: effect over its standard error; of texts the normal quantile of ``p``.
    """

    p: float
    z: float
    effect: float
    low: float
    high: float


NOTHING = Tested(float("nan"), float("nan"), float("nan"), float("nan"), float("nan"))


def neighbours(rows: Rows, kpis: int) -> list[set[int]]:
    """Of each KPI those that say the same: correlated by more than SAME once controls are taken out."""
    step = max(1, len(rows.happened) // _LOOKED_AT)
    features = rows.features[::step].astype(np.float64)
    of_controls, own = features[:, rows.owners < 0], np.flatnonzero(rows.owners >= 0)
    left = features[:, own] - of_controls @ np.linalg.lstsq(of_controls, features[:, own], rcond=None)[0]
    left /= np.maximum(np.sqrt((left**2).sum(0)), 1e-12)
    alike = np.abs(left.T @ left) > SAME
    found: list[set[int]] = [set() for _ in range(kpis)]
    for one, other in np.argwhere(alike).tolist():
        a, b = int(rows.owners[own[one]]), int(rows.owners[own[other]])
        if a != b:
            found[a].add(b)
    return found


def conditional(rows: Rows, among: Sequence[int], same: Sequence[set[int]]) -> dict[int, Tested]:
    """Each KPI beside all others of ``among`` that do not say the same, and the controls."""
    whole = rows.of_columns(np.flatnonzero((rows.owners < 0) | np.isin(rows.owners, list(among))))
    together = whole.fitted()
    spread = clustered(influence(whole.features, whole.happened, together, whole.accounts))
    found = {}
    for kpi in among:
        if not (whole.owners == kpi).any():
            continue
        beside = same[kpi] & set(among)
        if not beside:
            found[kpi] = _test(whole, together, spread, kpi)
            continue
        columns = np.flatnonzero(~np.isin(whole.owners, list(beside)))
        without = whole.of_columns(columns)
        alone = without.fitted(start=together.coefficients[columns])
        found[kpi] = _test(
            without, alone, clustered(influence(without.features, without.happened, alone, without.accounts)), kpi
        )
    return found


def marginal(rows: Rows, among: Sequence[int]) -> dict[int, Tested]:
    """Each KPI by itself, beside the controls."""
    controls = np.flatnonzero(rows.owners < 0)
    base = rows.of_columns(controls).fitted().coefficients
    found = {}
    for kpi in among:
        own = np.flatnonzero(rows.owners == kpi)
        if not len(own):
            continue
        alone = rows.of_columns(np.r_[controls, own])
        fitted = alone.fitted(start=np.r_[base, np.zeros(len(own))])
        spread = clustered(influence(alone.features, alone.happened, fitted, alone.accounts))
        found[kpi] = _test(alone, fitted, spread, kpi)
    return found


def _test(rows: Rows, fitted: Fit, spread: Floats, kpi: int) -> Tested:
    """Wald's test of a KPI's columns, with Student's t or F for the accounts.

    The larger of the two errors counts, that between accounts or that of the model: where hardly any rows differ, the
    first is next to nothing while nothing is known.
    """
    own = np.flatnonzero(rows.owners == kpi)
    freedom = max(len(np.unique(rows.accounts)) - 1, 1)
    effects, covariance, of_model = fitted.coefficients[own], spread[np.ix_(own, own)], fitted.inverse[np.ix_(own, own)]
    if len(own) == 1:
        effect, error = float(effects[0]), float(np.sqrt(max(covariance[0, 0], of_model[0, 0])))
        p = float(2 * stdtr(freedom, -abs(effect / error)))
        if error > UNTOLD:
            return Tested(p, effect / error, float("nan"), float("nan"), float("nan"))
        half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
        return Tested(p, effect / error, effect, effect - half, effect + half)
    ratio = min(float(effects @ np.linalg.pinv(c, hermitian=True) @ effects) for c in (covariance, of_model)) / len(own)
    p = float(fdtrc(len(own), freedom, ratio))
    nan = float("nan")
    return Tested(p, float(-stdtrit(freedom, p / 2)), nan, nan, nan)


def combined(one: float, other: float) -> float:
    """Cauchy's combination of two p-values, which may depend on each other (Liu and Xie 2020); NaN does not count."""
    known = np.clip([p for p in (one, other) if not np.isnan(p)], 1e-15, 1 - 1e-15)
    if not len(known):
        return float("nan")
    return float(0.5 - np.arctan(np.tan((0.5 - known) * np.pi).mean()) / np.pi)


def q_values(p: npt.NDArray[np.float64], *, family: int) -> npt.NDArray[np.float64]:
    """Benjamini and Hochberg's (1995) adjusted p-values in a family of tests, of which those not here found nothing."""
    found = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * max(family, len(known)) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1)
    return found
