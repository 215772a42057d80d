"""Scores tried on what became of the company's customers, by the newest panel that was kept: seconds, not minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import get_args

from trueup import served
from trueup.indicators.backtest import Backtested
from trueup.record import access
from trueup.record.models import User
from trueup.runs.backtests import (
    Given,
    KeptPanel,
    Kind,
    ids_today,
    newest_kept,
    of_file,
    of_grades,
    of_kpi,
    of_own_score,
    tried,
)
from trueup.runs.laid_panel import Laid
from trueup.runs.outcome_names import outcome_called
from trueup.runs.panel_outcomes import OUTCOMES
from trueup.runs.score_file import SCORE, scores_in

KINDS: tuple[Kind, ...] = get_args(Kind)
NOT_ASKED = "Nothing is kept yet of what was known at each quarter's end. Ask the data once: `trueup indicators`."


class NotAskedError(Exception):
    """Nobody has asked the data yet, so that nothing is kept that scores could be tried on."""


@dataclass(frozen=True)
class Wanted:
    """What to try on which outcome. ``name``: grades' cadence or a KPI's; ``lead``, ``horizon``: days."""

    kind: Kind
    name: str
    outcome: str
    lead: int
    horizon: int


@dataclass(frozen=True)
class Sent:
    """Scores that somebody sent: a file's name and content, and what a higher one means."""

    name: str
    content: bytes
    is_higher_safer: bool = True
    column: str = SCORE


@dataclass(frozen=True)
class Ground:
    """What scores can be tried on: outcomes that are told of, KPIs with a direction by name, when it was kept."""

    outcomes: tuple[str, ...]
    kpis: Mapping[str, str]
    kept_at: datetime
    known_until: date


def ground() -> Ground | None:
    """What there is; None where nobody has asked the data yet."""
    kept = newest_kept(served.folder())
    if kept is None:
        return None
    kpis = {each.name: each.label or each.name for each in kept.laid.panel.kpis if each.better != "neither"}
    outcomes = tuple(each for each in OUTCOMES if each in kept.laid.outcomes)
    return Ground(outcomes, kpis, kept.kept_at, kept.known_until)


def of_ours(wanted: Wanted) -> Backtested:
    """The backtest of grades, a KPI or the score of our own.

    Raises NotAskedError, NothingToTryError, NoSuchOutcomeError.
    """
    kept = _kept()
    outcome = outcome_called(wanted.outcome)
    return tried(kept.laid, _given(kept, wanted, outcome), outcome, lead=wanted.lead, horizon=wanted.horizon)


def of_sent(user: User, sent: Sent, *, outcome: str, lead: int, horizon: int) -> Backtested:
    """The backtest of a file's scores of accounts that the viewer may read; others are as if nobody knew them.

    Raises DeliveryError, NotAskedError, NoSuchOutcomeError.
    """
    laid = _kept().laid
    name = outcome_called(outcome)
    scores = scores_in(sent.content, sent.name, is_higher_safer=sent.is_higher_safer, column=sent.column)
    given = of_file(scores, laid, _today(user, laid))
    return tried(laid, given, name, lead=lead, horizon=horizon)


def _kept() -> KeptPanel:
    kept = newest_kept(served.folder())
    if kept is None:
        raise NotAskedError(NOT_ASKED)
    return kept


def _given(kept: KeptPanel, wanted: Wanted, outcome: str) -> Given:
    match wanted.kind:
        case "grades":
            return of_grades(served.folder(), wanted.name, kept.laid, ids_today(served.snapshot(), kept.laid))
        case "kpi":
            return of_kpi(wanted.name, kept.laid, outcome)
        case "own":
            return _own_score(kept.kept_at, outcome, wanted.lead, wanted.horizon)


@lru_cache(maxsize=12)
def _own_score(kept_at: datetime, outcome: str, lead: int, horizon: int) -> Given:
    """Forecasting anew at every quarter's end takes seconds, and says the same until the next panel is kept."""
    del kept_at  # part of the key
    return of_own_score(_kept().laid, outcome, lead=lead, horizon=horizon)


def _today(user: User, laid: Laid) -> Mapping[str, str]:
    today = ids_today(served.snapshot(), laid)
    if access.reads_every_account(user):
        return today
    seen = frozenset(access.ids(access.accounts(user)))
    return {name: entity for name, entity in today.items() if entity in seen}
