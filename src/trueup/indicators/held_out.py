"""Skill on other accounts of the same dates, where there are no later dates: a weaker promise than forward skill."""

from dataclasses import dataclass

import numpy as np

from trueup.indicators.forward import (
    FEWEST_EVENTS,
    Fold,
    Tried,
    all_columns,
    controls_only,
    folded,
    one_control,
    try_on,
    try_ridge,
)
from trueup.indicators.lab import Study
from trueup.indicators.panel import Panel
from trueup.indicators.sample import Sample
from trueup.indicators.skill import Skill, skill
from trueup.indicators.skills import BASELINES, CONTROLS, SCORE

PARTS = 5
_SEED = 1337


@dataclass(frozen=True)
class HeldOut:
    """What forecasts of accounts were worth that the model had not seen, by models of the others, same dates.

    ``skills``: the score's first, then those of the controls and of the baselines, by name.
    """

    parts: int
    skills: tuple[tuple[str, Skill], ...]


def held_out(of: Study) -> HeldOut | None:
    """Every account forecast once, by models of the other parts; None where too little happened, or was judged."""
    leaks = [kpi for kpi, judged in enumerate(of.judged) if judged.leak is not None]
    parts = parts_of(of.panel, of.sample, PARTS)
    if not of.judged or not parts:
        return None
    panel, sample = of.panel, of.sample
    some = folded(panel, sample, parts, without=leaks)
    as_of = panel.as_of[sample.rows]
    forecasts = {SCORE: try_ridge(some, all_columns)[0], CONTROLS: try_on(some, controls_only, 0.0)}
    for place, control in enumerate(panel.control_columns[:BASELINES]):
        forecasts[f"{control.label or control.name} alone"] = try_on(some, one_control(place), 0.0)

    def worth(tried: Tried) -> Skill:
        beside = None if tried is forecasts[CONTROLS] else forecasts[CONTROLS]
        return skill(tried, sample.happened, panel.accounts[sample.rows], as_of, beside=beside)

    return HeldOut(len(parts), tuple((name, worth(tried)) for name, tried in forecasts.items()))


def parts_of(panel: Panel, of: Sample, parts: int) -> list[Fold]:
    """Accounts dealt into parts, as many with the outcome in each; each part is tried on models of all others.

    No parts where models would learn from too few accounts with the outcome, or without.
    """
    accounts, codes = np.unique(panel.accounts[of.rows], return_inverse=True)
    came = np.bincount(codes, of.happened) > 0
    if min(came.sum(), (~came).sum()) * (parts - 1) < FEWEST_EVENTS * parts:
        return []
    order = np.random.default_rng(_SEED).permutation(len(accounts))
    dealt = np.empty(len(accounts), np.int64)
    for which in (came, ~came):
        some = order[which[order]]
        dealt[some] = np.arange(len(some)) % parts
    of_row = dealt[codes]
    return [
        Fold(np.flatnonzero(of_row != part), np.flatnonzero(of_row == part), is_kept_back=False)
        for part in range(parts)
    ]
