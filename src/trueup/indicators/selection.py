"""Selection: which KPIs lead to an outcome, which merely warn of it, and which show nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.indicators.audit import Leak
from trueup.indicators.evidence import NOTHING, Rows, Tested, combined, conditional, marginal, q_values
from trueup.indicators.forward import Folded
from trueup.indicators.missed import Gain, gains

Tier = Literal["A", "B", "C", "D", "E"]
Q = 0.10
"""The share of false ones that is borne among those that are named."""
NO_CLAIMS_BELOW, CAREFUL_BELOW = 50, 80
"""Events below which nothing is claimed, and below which only what two ways of asking agree on."""
ALONE = 0.05
"""Of the two tests that are combined neither may miss by itself what the other sees."""
NO_GAIN = Gain(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Judged:
    """What is known of a KPI.

    ``tested``: quarter by quarter beside all others; ``by_month``: month by month; ``alone``: beside the controls only.
    ``p``, ``q``: of the combined test, and adjusted for all KPIs ever tried. ``gain``: what it saves on later dates.
    """

    tier: Tier
    reason: str
    tested: Tested = NOTHING
    by_month: Tested = NOTHING
    alone: Tested = NOTHING
    p: float = float("nan")
    q: float = float("nan")
    q_alone: float = float("nan")
    gain: Gain = NO_GAIN
    leak: Leak | None = None


def judge(
    rows: Rows,
    by_month: Rows,
    folds: Sequence[Folded],
    *,
    kpis: int,
    events: int,
    family: int,
    leaks: Mapping[int, Leak],
    same: Sequence[set[int]],
) -> list[Judged]:
    """Every KPI's tier. ``family``: how many KPIs were ever tried; ``rows``, ``by_month``: designs of both samples."""
    among = [kpi for kpi in range(kpis) if kpi not in leaks]
    if events < NO_CLAIMS_BELOW:
        return [_without_claims(kpi, leaks, events) for kpi in range(kpis)]
    alone = marginal(rows, among)
    beside, monthly = _beside(rows, alone, among, same, events), conditional(by_month, among, same)
    p = np.array([_p(kpi, beside, monthly, alone, events) if kpi in beside else np.nan for kpi in range(kpis)])
    q = q_values(p, family=family)
    q_alone = q_values(np.array([alone[kpi].p if kpi in alone else np.nan for kpi in range(kpis)]), family=family)
    passing = [kpi for kpi in among if q[kpi] <= Q]
    saved = gains(folds, passing, among, same)
    found = []
    for kpi in range(kpis):
        if kpi in leaks:
            found.append(Judged("D", leaks[kpi].why, leak=leaks[kpi]))
            continue
        gain = saved.get(kpi, NO_GAIN)
        tested, month = beside.get(kpi, NOTHING), monthly.get(kpi, NOTHING)
        tier, reason = _tier(float(q[kpi]), float(q_alone[kpi]), tested, month, gain)
        found.append(
            Judged(
                tier,
                reason,
                tested,
                month,
                alone.get(kpi, NOTHING),
                float(p[kpi]),
                float(q[kpi]),
                float(q_alone[kpi]),
                gain,
            )
        )
    return found


def _without_claims(kpi: int, leaks: Mapping[int, Leak], events: int) -> Judged:
    if kpi in leaks:
        return Judged("D", leaks[kpi].why, leak=leaks[kpi])
    return Judged("E", f"{events} events are too few to tell; it takes {NO_CLAIMS_BELOW}")


def _beside(
    rows: Rows, alone: Mapping[int, Tested], among: Sequence[int], same: Sequence[set[int]], events: int
) -> dict[int, Tested]:
    """Beside all others; with few events only beside those that show something by themselves."""
    if events >= CAREFUL_BELOW:
        return conditional(rows, among, same)
    q = q_values(np.array([alone.get(kpi, NOTHING).p for kpi in among]), family=len(among))
    screened = [kpi for kpi, of_it in zip(among, q, strict=True) if of_it <= Q]
    return conditional(rows, screened, same) if screened else {}


def _p(
    kpi: int, beside: Mapping[int, Tested], monthly: Mapping[int, Tested], alone: Mapping[int, Tested], events: int
) -> float:
    if events < CAREFUL_BELOW:
        return float(np.nanmax([beside[kpi].p, alone[kpi].p]))
    return combined(beside[kpi].p, monthly.get(kpi, NOTHING).p)


def _tier(q: float, q_alone: float, tested: Tested, month: Tested, gain: Gain) -> tuple[Tier, str]:
    """The tier, and in words why not a better one."""
    passes, warns = q <= Q, q_alone <= Q
    if passes and not max(tested.p, month.p) <= ALONE:
        why = "seen quarter by quarter only" if tested.p <= ALONE else "seen month by month only"
    elif passes and not gain.value > 0:
        why = (
            "not missed on later dates when it is left out"
            if gain.value <= 0
            else "there are no later dates to try it on"
        )
    elif passes:
        return "A", "predicts beside all others and the controls, and is missed on later dates"
    else:
        why = "explained by other KPIs"
    return (
        ("B", f"warns by itself, but {why}") if warns else ("C", "no evidence that it predicts" if not passes else why)
    )
