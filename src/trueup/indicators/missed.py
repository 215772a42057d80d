"""Whether a KPI is missed when it is left out: forward log loss without it, less that with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri  # type: ignore[import-untyped]

from trueup.indicators.evidence import LEVEL, Rows
from trueup.indicators.forward import LIGHT, Folded, losses, ridge
from trueup.indicators.panel import Codes
from trueup.statistics.logit import Floats


@dataclass(frozen=True)
class Gain:
    """What a KPI gains: log loss per row that it saves on later dates, with an interval over accounts.

    ``helped``: on how many of the ``tries``, runs of later dates one after the other, it saved anything.
    """

    value: float
    low: float
    high: float
    helped: int = 0
    tries: int = 0


def gains(
    some: Sequence[Folded], kpis: Sequence[int], among: Sequence[int], same: Sequence[set[int]]
) -> dict[int, Gain]:
    """The gain of each of ``kpis`` beside all others of ``among`` that do not say the same; NaN without folds."""
    parts: dict[int, list[Floats]] = {kpi: [] for kpi in kpis}
    for each in some:
        base = ridge(each.learned, LIGHT).coefficients
        lost: dict[frozenset[int], Floats] = {}
        for kpi in kpis:
            beside = frozenset(same[kpi])
            with_it = _loss(each, base, among, beside, lost)
            parts[kpi].append(_loss(each, base, among, beside | {kpi}, lost) - with_it)
    accounts = np.concatenate([each.tried.accounts for each in some]) if some else np.empty(0, np.int64)
    return {kpi: _gain_of(parts[kpi], accounts) for kpi in kpis}


def _gain_of(parts: Sequence[Floats], accounts: Codes) -> Gain:
    helped = sum(bool(saved.mean() > 0) for saved in parts)
    whole = gain(np.concatenate(parts) if parts else np.empty(0), accounts)
    return replace(whole, helped=helped, tries=len(parts))


def _loss(
    each: Folded, base: Floats, among: Sequence[int], without: frozenset[int], lost: dict[frozenset[int], Floats]
) -> Floats:
    if without not in lost:
        columns = _columns(each.learned, among, without)
        fitted = ridge(each.learned.of_columns(columns), LIGHT, start=base[columns])
        lost[without] = losses(fitted.log_odds(each.tried.features[:, columns]), each.tried.happened)
    return lost[without]


def _columns(rows: Rows, among: Sequence[int], without: frozenset[int]) -> Codes:
    return np.flatnonzero((rows.owners < 0) | np.isin(rows.owners, [kpi for kpi in among if kpi not in without]))


def gain(saved: Floats, accounts: Codes) -> Gain:
    """The mean of what rows save, and its interval: rows of one account are one observation."""
    if not len(saved):
        return Gain(float("nan"), float("nan"), float("nan"))
    mean = float(saved.mean())
    _, codes = np.unique(accounts, return_inverse=True)
    sums = np.bincount(codes, saved - mean)
    error = float(np.sqrt((sums**2).sum())) / len(saved)
    half = float(ndtri((1 + LEVEL) / 2)) * error
    return Gain(mean, mean - half, mean + half)
