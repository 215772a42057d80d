"""``trueup indicators`` of a workspace: loaded only when no panel is given, since it loads what computing needs."""

from dataclasses import replace
from pathlib import Path

from trueup import workspace
from trueup.answers.indicators import Found
from trueup.answers.studying import study_and_keep
from trueup.cli.computing import ERRORS
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.indicators.challengers import MissingChallengersError
from trueup.runs.folder import find
from trueup.runs.outcome_names import NoSuchOutcomeError


def studied(
    where: Path | None, outcome: str, *, as_of: str | None, lead: int, horizon: int, with_challengers: bool
) -> Found:
    """The study, with progress shown, and kept; as of the newest build where nothing else is asked for."""
    with refusing(*ERRORS, NoSuchOutcomeError, MissingChallengersError), progress() as shown:
        folder = find(where)
        answer, number = study_and_keep(
            folder,
            workspace.settings(folder),
            outcome,
            progress=shown,
            as_of=as_of,
            lead=lead,
            horizon=horizon,
            with_challengers=with_challengers,
        )
    name = answer.study.outcome.name
    return replace(answer, notes=(f"Kept as study {number} of {name}: KPIs tried count in every later one.",))
