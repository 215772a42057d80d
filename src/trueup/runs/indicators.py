"""The lab on a workspace: its panel, one of its outcomes, and what can be told of it."""

from collections.abc import Collection
from datetime import datetime

from trueup.indicators.lab import HORIZON, LEAD, NULL_RUNS, Study, study
from trueup.indicators.panel import Outcome, Panel
from trueup.lake.entered import NO_ENTRIES, Entries
from trueup.metrics.naming import nearest
from trueup.runs.build import definitions
from trueup.runs.folder import Folder
from trueup.runs.laid_panel import Laid
from trueup.runs.panel import lay_panel
from trueup.runs.panel_outcomes import OUTCOMES
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings

DEAL_WON = "deal won"


class NoSuchOutcomeError(Exception):
    """Nobody knows an outcome of that name; the message names those there are."""


def study_workspace(
    folder: Folder,
    settings: Settings,
    outcome: str,
    *,
    as_of: datetime,
    progress: Progress,
    entries: Entries = NO_ENTRIES,
    lead: int = LEAD,
    horizon: int = HORIZON,
    tried_before: Collection[str] = (),
    null_runs: int = NULL_RUNS,
) -> Study:
    """Which KPIs predict an outcome of the workspace's accounts, as known at an instant (aware).

    Raises NoSuchOutcomeError, and what ``lay_panel`` raises.
    """
    laid = lay_panel(folder, settings, definitions(folder), as_of=as_of, entries=entries, progress=progress)
    panel, wanted = question_of(laid, outcome)
    progress.stage("asking which KPIs predict")
    return study(panel, wanted, lead=lead, horizon=horizon, tried_before=tried_before, null_runs=null_runs)


def outcome_called(name: str) -> str:
    """The outcome that a person means; NoSuchOutcomeError tells the nearest."""
    told = " ".join(name.replace("_", " ").split()).lower()
    if told not in OUTCOMES:
        raise NoSuchOutcomeError(f"There is no outcome {name!r}{nearest(told, OUTCOMES)}")
    return told


def question_of(laid: Laid, name: str) -> tuple[Panel, Outcome]:
    """The rows that an outcome is asked of, and the outcome: of deals those with one open, else those of customers."""
    told = outcome_called(name)
    if told not in laid.outcomes:
        raise NoSuchOutcomeError(
            f"Nothing was imported that tells of the outcome {told}: `trueup readiness` says more."
        )
    rows = laid.has_open_deal if told == DEAL_WON else laid.is_customer
    return laid.panel.of_rows(rows), laid.outcomes[told]
