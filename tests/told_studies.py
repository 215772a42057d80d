"""Studies of imagined customers, as they are told and kept."""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from imagined_customers import imagine
from trueup.answers.indicators import Found, found
from trueup.answers.indicators_told import told_whole
from trueup.indicators.lab import study
from trueup.indicators.model import model_of, told

DRIVER, NOISE = "driver_6", "noise_1"
KPIS = (0, 2, 5, 7, 9, 18, 30, 32)


@lru_cache
def answered(*, accounts: int = 400, seed: int = 4, days_ago: int = 0) -> Found:
    """The study of who left, asked today or so many days ago, when nothing of what came later was known."""
    world = imagine(accounts, seed)
    until = int(world.outcome.known_until) - days_ago
    panel, outcome = world.panel.of_kpis(KPIS), world.outcome
    known = outcome.on <= until
    outcome = replace(
        outcome,
        name="churned",
        accounts=outcome.accounts[known],
        on=outcome.on[known],
        happened=outcome.happened[known],
        known_until=until,
    )
    asked = study(panel.of_rows(panel.as_of <= until), outcome, null_runs=2)
    return found(asked, whose="Acme", as_of=date(1970, 1, 1) + timedelta(days=until))


def content(of: Found) -> dict[str, Any]:
    """What is kept of a study."""
    score = of.study.score
    return {**told_whole(of), "model": None if score is None else told(model_of(score, of.study.panel))}
