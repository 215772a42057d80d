"""``trueup backtest`` of a workspace: loaded only where outcomes are its own, since it loads what computing needs."""

from datetime import UTC, datetime
from pathlib import Path

from trueup import workspace
from trueup.cli.computing import ERRORS
from trueup.cli.output import refuse, refusing
from trueup.cli.progress import progress
from trueup.indicators.backtest import Backtested
from trueup.mart.snapshot import current
from trueup.runs.backtests import Kind, NothingToTryError, Ours, backtest_workspace
from trueup.runs.entered import entries_of
from trueup.runs.folder import Folder, WorkspaceError, find
from trueup.runs.ground import moment_of
from trueup.runs.outcome_names import NoSuchOutcomeError, outcome_called
from trueup.runs.score_file import Scores, read_scores
from trueup.runs.settings import Settings
from trueup.sources.delivery import DeliveryError

_ERRORS = (*ERRORS, NoSuchOutcomeError, NothingToTryError, DeliveryError)


def of_file(file: Path, column: str, *, is_higher_safer: bool) -> Scores:
    """A file's scores: a mistake in it is told at once, not after the panel was laid."""
    with refusing(DeliveryError, OSError):
        return read_scores(file, is_higher_safer=is_higher_safer, column=column)


def of_ours(kind: Kind, name: str, *, is_higher_better: bool | None) -> Ours:
    """A score of the workspace."""
    return Ours(kind, name, is_higher_better)


def found(where: Path | None, *, has_file: bool) -> Folder:
    """The workspace; who has a file is told what to do without one."""
    try:
        return find(where)
    except WorkspaceError as error:
        hint = " Name a file of what happened with --events FILE: the columns account and event_on."
        refuse(f"{error}{hint if has_file else ''}")


def backtested(
    folder: Folder, wanted: Ours | Scores, outcome: str, *, as_of: str | None, lead: int, horizon: int
) -> Backtested:
    """The backtest, with progress shown; as of the newest build where nothing else is asked for."""
    with refusing(*_ERRORS), progress() as shown:
        settings = workspace.settings(folder)
        return backtest_workspace(
            folder,
            settings,
            wanted,
            outcome_called(outcome),
            as_of=_moment(folder, settings, as_of),
            entries=entries_of(folder),
            progress=shown,
            lead=lead,
            horizon=horizon,
        )


def _moment(folder: Folder, settings: Settings, as_of: str | None) -> datetime:
    snapshot = current(folder.mart)
    if as_of is None and snapshot is not None:
        return datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
    return moment_of(as_of, settings)
