"""The lab on a workspace: its panel, one of its outcomes, and what can be told of it."""

from collections.abc import Collection
from datetime import datetime

from trueup.indicators.lab import HORIZON, LEAD, NULL_RUNS, Study, study
from trueup.indicators.panel import Outcome, Panel
from trueup.lake.entered import Entries
from trueup.runs.build import definitions
from trueup.runs.folder import Folder
from trueup.runs.laid_panel import Laid
from trueup.runs.outcome_names import DEAL_WON, NoSuchOutcomeError, outcome_called
from trueup.runs.panel import lay_panel
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings


def lay(folder: Folder, settings: Settings, *, as_of: datetime, entries: Entries, progress: Progress) -> Laid:
    """The workspace's panel with its outcomes, as known at an instant (aware); raises what ``lay_panel`` raises."""
    return lay_panel(folder, settings, definitions(folder), as_of=as_of, entries=entries, progress=progress)


def study_laid(
    laid: Laid,
    outcome: str,
    *,
    lead: int = LEAD,
    horizon: int = HORIZON,
    tried_before: Collection[str] = (),
    null_runs: int = NULL_RUNS,
    with_challengers: bool = False,
) -> Study:
    """Which KPIs predict an outcome of a workspace's accounts; NoSuchOutcomeError where nothing tells of it."""
    panel, wanted = question_of(laid, outcome)
    return study(
        panel,
        wanted,
        lead=lead,
        horizon=horizon,
        tried_before=tried_before,
        null_runs=null_runs,
        with_challengers=with_challengers,
    )


def question_of(laid: Laid, name: str) -> tuple[Panel, Outcome]:
    """The rows that an outcome is asked of, and the outcome: of deals those with one open, else those of customers."""
    told = outcome_called(name)
    if told not in laid.outcomes:
        raise NoSuchOutcomeError(
            f"Nothing was imported that tells of the outcome {told}: `trueup readiness` says more."
        )
    rows = laid.has_open_deal if told == DEAL_WON else laid.is_customer
    return laid.panel.of_rows(rows), laid.outcomes[told]
