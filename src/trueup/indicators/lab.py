"""The lab: a panel and an outcome in, and what the data can tell of it out."""

from collections.abc import Collection as Some
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from trueup.indicators import lot
from trueup.indicators.audit import Leak, audit
from trueup.indicators.challengers import challenge
from trueup.indicators.collection import NO_COLLECTION, Collection, collect
from trueup.indicators.evidence import Rows, neighbours
from trueup.indicators.forward import Tried, folded, folds
from trueup.indicators.lead import Lead, leads
from trueup.indicators.null import NOT_RUN, Designs, Null, Question, null_runs_of
from trueup.indicators.panel import Outcome, Panel
from trueup.indicators.sample import Sample, every, quarterly, sample
from trueup.indicators.score import Score, forecast, learn_score
from trueup.indicators.selection import CAREFUL_BELOW, NO_CLAIMS_BELOW, Judged
from trueup.indicators.skills import NO_CHALLENGERS, Adds, Skills, adds_of, skills_of

LEAD, HORIZON = 90, 180
NULL_RUNS = 20
SMALL = 200_000
"""Rows below which several threads cost more than they save."""
_SEED = 7


@dataclass(frozen=True)
class Study:
    """What the data can tell. ``panel``: of the accounts that were looked at; ``sample``: its rows that count.

    ``tried``: how many KPIs were ever tried. ``judged``, ``leads``: by a KPI's place; nothing is judged where nothing
    happened, or everything. ``skills``: the score's first, then those of the
    KPIs found, of the controls and of the baselines. ``score``: None without later dates to try it on.
    """

    panel: Panel
    outcome: Outcome
    lead: int
    horizon: int
    sample: Sample
    by_month: Sample
    tried: int
    judged: tuple[Judged, ...] = ()
    same: tuple[frozenset[int], ...] = ()
    leads: Mapping[int, Lead] = field(default_factory=dict)
    collection: Collection = NO_COLLECTION
    adds: tuple[Adds, ...] = ()
    skills: tuple[Skills, ...] = ()
    null: Null = NOT_RUN
    score: Score | None = None
    forecasts: Tried | None = None

    @property
    def can_tell(self) -> bool:
        """Whether enough happened for any claim."""
        return self.sample.events >= NO_CLAIMS_BELOW

    @property
    def is_careful(self) -> bool:
        """Whether so little happened that only what two ways of asking agree on is named."""
        return self.can_tell and self.sample.events < CAREFUL_BELOW


def study(
    panel: Panel,
    outcome: Outcome,
    *,
    lead: int = LEAD,
    horizon: int = HORIZON,
    tried_before: Some[str] = (),
    null_runs: int = NULL_RUNS,
    with_challengers: bool = False,
) -> Study:
    """What the panel can tell of the outcome. ``lead``, ``horizon``: days; ``tried_before``: KPIs tried earlier.

    ``with_challengers``: also what models are worth that see more than sums; MissingChallengersError without them.
    """
    looked_at = lot.drawn(panel, outcome, _SEED)
    with threadpool_limits(1 if len(looked_at.as_of) < SMALL else None):
        tried = len({kpi.name for kpi in panel.kpis} | set(tried_before))
        return _studied(_begun(looked_at, outcome, lead, horizon, tried), null_runs, with_challengers=with_challengers)


def _begun(panel: Panel, outcome: Outcome, lead: int, horizon: int, tried: int) -> Study:
    of = sample(panel, outcome, quarterly(panel), lead=lead, horizon=horizon)
    by_month = sample(panel, outcome, every(panel), lead=lead, horizon=_step(panel, horizon))
    return Study(panel, outcome, lead, horizon, of, by_month, tried)


def _studied(begun: Study, null_runs: int, *, with_challengers: bool) -> Study:
    panel, outcome, of, by_month = begun.panel, begun.outcome, begun.sample, begun.by_month
    lead, horizon = begun.lead, begun.horizon
    if not _has_both(of) or not _has_both(by_month):
        return begun
    kpis = len(panel.kpis)
    leaks = _leaks(panel, outcome, of, horizon)
    rows, months = Rows.of(panel, of, without=leaks), Rows.of(panel, by_month, without=leaks)
    same = neighbours(rows, kpis)
    some = folded(panel, of, folds(panel, of, lead=lead, horizon=horizon), without=leaks)
    question = Question(kpis, begun.tried, leaks, same)
    judged = question.judged(rows, months, some, of.events)
    found = [kpi for kpi, each in enumerate(judged) if each.tier == "A"]
    raw, forecasts, penalty = forecast(some)
    return replace(
        begun,
        judged=judged,
        same=tuple(frozenset(each) for each in same),
        leads=leads(panel, by_month, months, found, same, middle=lead + _step(panel, horizon) / 2),
        collection=collect(judged, some, same),
        adds=adds_of(panel, some, penalty),
        skills=skills_of(
            panel, of, some, forecasts, same=same, challengers=challenge(some) if with_challengers else NO_CHALLENGERS
        ),
        null=null_runs_of(question, panel, Designs(of, by_month, rows, months, some), null_runs),
        score=learn_score(panel, of, leaks, raw, penalty) if some else None,
        forecasts=forecasts,
    )


def _has_both(of: Sample) -> bool:
    return bool(of.happened.any() and not of.happened.all())


def _step(panel: Panel, horizon: int) -> int:
    """Days between an account's as-of dates, as they mostly are; the whole horizon where accounts have but one."""
    days = np.diff(panel.as_of)[panel.accounts[1:] == panel.accounts[:-1]]
    return max(int(np.ceil(np.median(days))), 1) if len(days) else horizon


def _leaks(panel: Panel, outcome: Outcome, of: Sample, horizon: int) -> dict[int, Leak]:
    at_once = sample(panel, outcome, quarterly(panel), lead=0, horizon=horizon)
    return audit(panel, outcome, of, Rows.of(panel, of), Rows.of(panel, at_once))
