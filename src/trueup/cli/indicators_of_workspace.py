"""``trueup indicators`` of a workspace: loaded only when no panel is given, since it loads what computing needs."""

from datetime import UTC, datetime
from pathlib import Path

from trueup import workspace
from trueup.cli.computing import ERRORS
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.indicators.lab import Study
from trueup.mart.snapshot import current
from trueup.runs.entered import entries_of
from trueup.runs.folder import find
from trueup.runs.ground import moment_of
from trueup.runs.indicators import NoSuchOutcomeError, study_workspace


def studied(folder: Path | None, outcome: str, *, as_of: str | None, lead: int, horizon: int) -> Study:
    """The study, with progress shown; as of the newest build where nothing else is asked for."""
    with refusing(*ERRORS, NoSuchOutcomeError), progress() as shown:
        found = find(folder)
        settings = workspace.settings(found)
        snapshot = current(found.mart)
        if as_of is None and snapshot is not None:
            moment = datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
        else:
            moment = moment_of(as_of, settings)
        return study_workspace(
            found,
            settings,
            outcome,
            as_of=moment,
            progress=shown,
            entries=entries_of(found),
            lead=lead,
            horizon=horizon,
        )
