"""What became of a score that was kept: its forecasts on dates whose outcome nobody knew when it was learned."""

from dataclasses import dataclass

import numpy as np

from trueup.indicators.forward import Tried
from trueup.indicators.model import Model
from trueup.indicators.panel import Panel
from trueup.indicators.sample import Sample
from trueup.indicators.score import scored
from trueup.indicators.skill import Skill, skill


@dataclass(frozen=True)
class Came:
    """How a kept score fared. ``rows``, ``happened``: account-dates since; ``expected``: how many it expected."""

    rows: int
    happened: int
    expected: float
    skill: Skill


def came_of(model: Model, panel: Panel, of: Sample, *, learned_on: int, lead: int, horizon: int) -> Came | None:
    """How the score that knew what was known on the day ``learned_on`` fared since; None before anything came."""
    as_of = panel.as_of[of.rows]
    places = np.flatnonzero(as_of + lead + horizon > learned_on)
    if not len(places):
        return None
    made = scored(model.score, model.reads(panel), of.rows[places])
    tried = Tried(places, made.log_odds, np.ones(len(places), np.bool_))
    happened = int(of.happened[places].sum())
    worth = skill(tried, of.happened, panel.accounts[of.rows], as_of)
    return Came(len(places), happened, float(made.chance.sum()), worth)
