"""The collection: the few KPIs that together tell nearly as much as all that were found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata  # type: ignore[import-untyped]

from trueup.indicators.evidence import Rows
from trueup.indicators.forward import LIGHT, Folded, all_columns, losses, only, ridge, try_on
from trueup.indicators.missed import Gain, gain
from trueup.indicators.panel import Codes
from trueup.indicators.selection import Judged
from trueup.statistics.logit import Floats

FEWEST, MOST, MOST_ALIKE = 3, 8, 2
SHUFFLES = 5
_SEED = 41
_HARDLY = 1.0
"""The penalty under which nested models of few KPIs are fitted."""


@dataclass(frozen=True)
class Nested:
    """The forward log loss of the first KPIs of the ranking: a row each, and how much more than the best it is."""

    kpis: tuple[int, ...]
    loss: float
    behind: Gain


@dataclass(frozen=True)
class Collection:
    """The KPIs to watch and reward, most telling first, and the nested models that they were chosen from."""

    kpis: tuple[int, ...]
    nested: tuple[Nested, ...]


NO_COLLECTION = Collection((), ())


def collect(judged: Sequence[Judged], some: Sequence[Folded], same: Sequence[set[int]]) -> Collection:
    """The smallest set whose forward loss is within a standard error of the best, of the KPIs of tier A.

    KPIs are ranked by the mean of four ranks: the strength in quarters and by month, the gain, and what shuffling the
    KPI costs. At least three, where there are so many; at most eight, and two that say the same.
    """
    ranked = _ranked(judged, some)
    order: list[int] = []
    for kpi in ranked:
        if len(order) < MOST and sum(other in same[kpi] for other in order) < MOST_ALIKE:
            order.append(kpi)
    if not order or not some:
        return Collection(tuple(order[:FEWEST]), ())
    lost = [_lost(some, only(order[:many])) for many in range(1, len(order) + 1)]
    best = int(np.argmin([each.mean() for each in lost]))
    accounts = np.concatenate([each.tried.accounts for each in some])
    nested = tuple(
        Nested(tuple(order[: many + 1]), float(each.mean()), gain(each - lost[best], accounts))
        for many, each in enumerate(lost)
    )
    enough = next(many for many, each in enumerate(lost) if _is_near(each - lost[best], accounts)) + 1
    return Collection(tuple(order[: max(enough, min(FEWEST, len(order)))]), nested)


def _is_near(behind: Floats, accounts: Codes) -> bool:
    codes = np.unique(accounts, return_inverse=True)[1]
    error = np.sqrt((np.bincount(codes, behind - behind.mean()) ** 2).sum()) / len(behind)
    return bool(behind.mean() <= error)


def _lost(some: Sequence[Folded], columns: Callable[[Rows], Codes]) -> Floats:
    tried = try_on(some, columns, _HARDLY)
    happened = np.concatenate([each.tried.happened for each in some])
    return losses(tried.log_odds, happened)


def _ranked(judged: Sequence[Judged], some: Sequence[Folded]) -> list[int]:
    found = [kpi for kpi, each in enumerate(judged) if each.tier == "A"]
    if not found:
        return []
    costs = _shuffled(some, found)
    told = np.array(
        [[abs(judged[k].tested.z), abs(judged[k].by_month.z), judged[k].gain.value, costs[k]] for k in found]
    )
    ranks = rankdata(-told, axis=0).mean(1)
    return [found[place] for place in np.argsort(ranks, kind="stable")]


def _shuffled(some: Sequence[Folded], kpis: Sequence[int]) -> Mapping[int, float]:
    """What forecasts lose when a KPI's values are dealt to other accounts."""
    rng = np.random.default_rng(_SEED)
    costs = dict.fromkeys(kpis, 0.0)
    for each in some:
        columns = all_columns(each.learned)
        fitted = ridge(each.learned, LIGHT)
        features = each.tried.features[:, columns]
        for kpi in kpis:
            own = np.flatnonzero(each.learned.owners == kpi)
            part = features[:, own] @ fitted.coefficients[own]
            base = fitted.log_odds(features)
            for _ in range(SHUFFLES):
                shuffled = base - part + rng.permutation(part)
                costs[kpi] += float((losses(shuffled, each.tried.happened) - losses(base, each.tried.happened)).sum())
    return costs
