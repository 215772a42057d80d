"""``trueup indicators`` of a workspace: loaded only when no panel is given, since it loads what computing needs."""

from datetime import UTC, datetime
from pathlib import Path

from trueup import workspace
from trueup.answers.indicators import Found, found
from trueup.answers.indicators_told import told_whole
from trueup.cli.computing import ERRORS
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.mart.snapshot import current
from trueup.runs.entered import entries_of
from trueup.runs.folder import Folder, find
from trueup.runs.ground import moment_of
from trueup.runs.indicators import NoSuchOutcomeError, outcome_called, study_workspace
from trueup.runs.kept_studies import keep_study, tried_before
from trueup.runs.settings import Settings
from trueup.units.calendar import local_date


def studied(where: Path | None, outcome: str, *, as_of: str | None, lead: int, horizon: int) -> Found:
    """The study, with progress shown, and kept; as of the newest build where nothing else is asked for."""
    with refusing(*ERRORS, NoSuchOutcomeError), progress() as shown:
        folder = find(where)
        settings = workspace.settings(folder)
        moment = _moment(folder, settings, as_of)
        name = outcome_called(outcome)
        study = study_workspace(
            folder,
            settings,
            name,
            as_of=moment,
            progress=shown,
            entries=entries_of(folder),
            lead=lead,
            horizon=horizon,
            tried_before=tried_before(folder, name),
        )
        answer = found(study)
        number = keep_study(folder, told_whole(answer), as_of_on=local_date(moment, settings.zone))
        return found(study, [f"Kept as study {number} of {name}: KPIs tried count in every later one."])


def _moment(folder: Folder, settings: Settings, as_of: str | None) -> datetime:
    snapshot = current(folder.mart)
    if as_of is None and snapshot is not None:
        return datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
    return moment_of(as_of, settings)
