"""The audit of leaks: KPIs that know the outcome, before anything is fitted."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.indicators.evidence import Rows, marginal
from trueup.indicators.panel import Codes, Flags, Outcome, Panel, Values
from trueup.indicators.sample import Sample
from trueup.statistics.discrimination import auc
from trueup.statistics.logit import Floats

Code = Literal[
    "not_auditable",
    "recorded_late",
    "restated",
    "only_at_once",
    "too_good",
    "tells_when",
    "counter",
    "filled_for_some",
    "unknown",
]
RECORDED_LATE = "its values were recorded only after their as-of dates: nobody knew them then"
"""What a column says whose history is not auditable for that reason."""
WHY: dict[Code, str] = {
    "not_auditable": "its past values are not kept: today's may know how it ended",
    "recorded_late": RECORDED_LATE,
    "restated": "values of the half year before the outcome were changed afterwards",
    "only_at_once": "it speaks when it is too late to act, and not at the lead",
    "too_good": "by itself it tells the outcomes apart nearly without error: it knows how it ended",
    "tells_when": "it says how long it took until the outcome, which nobody knew then",
    "counter": "it only ever counts up: it says how long they stayed",
    "filled_for_some": "it is filled for those of one outcome only",
    "unknown": "it is hardly ever known at an as-of date, or hardly ever different",
}
Z_AT_ONCE, TIMES_WEAKER = 3.0, 2.0
Z_RESTATED, LEAST_RESTATED = 3.0, 0.2
"""How sure, and in standard deviations how large, the change of values before an outcome is that is no accident."""
HALF_A_YEAR = 183
TOO_GOOD = 0.9
TELLS_WHEN = 0.9
ALWAYS, OFTEN = 0.95, 0.3
"""A counter rises or stays in nearly all steps, and rises in many."""
FILLED, EMPTY = 0.9, 0.1
_FEWEST = 10


@dataclass(frozen=True)
class Leak:
    """Why a KPI is out: the code, and the figure that gave it away."""

    code: Code
    figure: float

    @property
    def why(self) -> str:
        """In words."""
        return WHY[self.code]


def audit(panel: Panel, outcome: Outcome, at_lead: Sample, rows: Rows, rows_at_once: Rows) -> dict[int, Leak]:
    """The KPIs that leak, by place, each with the first reason found.

    ``at_lead``, ``rows``: the sample at the chosen lead, and its rows; ``rows_at_once``: those without any lead.
    """
    some = range(len(panel.kpis))
    lead, once = marginal(rows, _owned(rows)), marginal(rows_at_once, _owned(rows_at_once))
    wait = _days_until(panel, outcome, at_lead)
    found = {}
    for kpi in some:
        values = panel.known[at_lead.rows, kpi]
        z_lead = lead[kpi].z if kpi in lead else float("nan")
        z_once = once[kpi].z if kpi in once else float("nan")
        leak = (
            _never_known(panel, kpi, rows)
            or _is_filled_for_some(values, at_lead)
            or _is_too_good(panel, kpi, values, at_lead)
            or _tells_when(panel, kpi, values, wait)
            or _is_restated(panel, outcome, kpi)
            or _is_a_counter(panel, kpi)
            or _speaks_only_at_once(z_lead, z_once)
        )
        if leak is not None:
            found[kpi] = leak
    return found


def _owned(rows: Rows) -> list[int]:
    return sorted({int(owner) for owner in rows.owners if owner >= 0})


def _never_known(panel: Panel, kpi: int, rows: Rows) -> Leak | None:
    if panel.kpis[kpi].history == "not auditable":
        is_late = panel.kpis[kpi].why_not_exact == RECORDED_LATE
        return Leak("recorded_late" if is_late else "not_auditable", float("nan"))
    return None if (rows.owners == kpi).any() else Leak("unknown", float("nan"))


def _is_filled_for_some(values: Values, of: Sample) -> Leak | None:
    is_filled = ~np.isnan(values)
    if not of.happened.any() or of.happened.all():
        return None
    with_it, without = float(is_filled[of.happened].mean()), float(is_filled[~of.happened].mean())
    if max(with_it, without) >= FILLED and min(with_it, without) <= EMPTY:
        return Leak("filled_for_some", min(with_it, without))
    return None


def _is_too_good(panel: Panel, kpi: int, values: Values, of: Sample) -> Leak | None:
    """By order alone; of a text, by how often each of its values was followed by the outcome."""
    known = ~np.isnan(values)
    scores, happened = values[known].astype(np.float64), of.happened[known]
    if happened.sum() < _FEWEST or (~happened).sum() < _FEWEST:
        return None
    if panel.kpis[kpi].levels is not None:
        codes = scores.astype(np.int64)
        counts, came = np.bincount(codes), np.bincount(codes, happened)
        scores = (came / np.maximum(counts, 1))[codes]
    area = auc(-scores, happened)
    area = max(area, 1 - area)
    return Leak("too_good", area) if area > TOO_GOOD else None


def _days_until(panel: Panel, outcome: Outcome, of: Sample) -> Floats:
    """Days from each row's as-of date to the next thing that came due or happened; NaN where nothing did."""
    order = np.lexsort((outcome.on, outcome.accounts))
    accounts, on = outcome.accounts[order], outcome.on[order]
    span = int(max(on.max(initial=0), panel.as_of.max())) + 2
    key = accounts * span + on
    wanted = panel.accounts[of.rows] * span + panel.as_of[of.rows]
    at = np.searchsorted(key, wanted, side="right")
    inside = np.minimum(at, len(key) - 1)
    is_theirs = (at < len(key)) & (accounts[inside] == panel.accounts[of.rows])
    return np.where(is_theirs, on[inside] - panel.as_of[of.rows], np.nan)


def _tells_when(panel: Panel, kpi: int, values: Values, wait: Floats) -> Leak | None:
    known = ~np.isnan(values) & ~np.isnan(wait)
    if panel.kpis[kpi].levels is not None or known.sum() < _FEWEST:
        return None
    level, days = values[known].astype(np.float64), wait[known]
    if not level.std() or not days.std():
        return None
    alike = float(np.corrcoef(level, days)[0, 1])
    return Leak("tells_when", alike) if abs(alike) > TELLS_WHEN else None


def _is_restated(panel: Panel, outcome: Outcome, kpi: int) -> Leak | None:
    """Whether today's values differ from those known then, more so in the half year before an outcome."""
    if panel.restated is None or panel.kpis[kpi].levels is not None:
        return None
    known, today = panel.known[:, kpi].astype(np.float64), panel.restated[:, kpi].astype(np.float64)
    both = ~np.isnan(known) & ~np.isnan(today)
    deviation = float(known[both].std()) if both.any() else 0.0
    if not deviation:
        return None
    changed = (today[both] - known[both]) / deviation
    came = Sample(np.flatnonzero(both), both[both], 0, ())
    happened = Outcome(
        outcome.name, outcome.accounts[outcome.happened], outcome.on[outcome.happened], outcome.known_until
    )
    wait = _days_until(panel, happened, came)
    is_before = wait <= HALF_A_YEAR
    if is_before.sum() < _FEWEST or (~is_before).sum() < _FEWEST:
        return None
    accounts = panel.accounts[both]
    before, means = _by_account(changed, accounts, is_before), _by_account(changed, accounts, ~is_before)
    if len(before) < 2 or len(means) < 2:
        return None
    difference = float(before.mean() - means.mean())
    error = float(np.sqrt(before.var(ddof=1) / len(before) + means.var(ddof=1) / len(means)))
    if abs(difference) > LEAST_RESTATED and abs(difference) > Z_RESTATED * error:
        return Leak("restated", difference)
    return None


def _by_account(changed: Floats, accounts: Codes, which: Flags) -> Floats:
    """The mean change of each account that has such rows."""
    codes = np.unique(accounts[which], return_inverse=True)[1]
    return np.bincount(codes, changed[which]) / np.bincount(codes)


def _is_a_counter(panel: Panel, kpi: int) -> Leak | None:
    if panel.kpis[kpi].levels is not None:
        return None
    values = panel.known[:, kpi]
    step = np.diff(values)[panel.accounts[1:] == panel.accounts[:-1]]
    step = step[~np.isnan(step)]
    if len(step) < _FEWEST:
        return None
    rises, stays = float((step > 0).mean()), float((step >= 0).mean())
    falls = float((step < 0).mean())
    if (stays >= ALWAYS and rises >= OFTEN) or (1 - rises >= ALWAYS and falls >= OFTEN):
        return Leak("counter", max(rises, falls))
    return None


def _speaks_only_at_once(z_lead: float, z_once: float) -> Leak | None:
    if np.isnan(z_lead) or np.isnan(z_once):
        return None
    if abs(z_once) >= Z_AT_ONCE and abs(z_once) > TIMES_WEAKER * abs(z_lead):
        return Leak("only_at_once", abs(z_once) / max(abs(z_lead), 0.01))
    return None
