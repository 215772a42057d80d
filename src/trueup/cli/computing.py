"""Answers that have to be computed: loaded only when a snapshot does not hold them."""

from trueup import workspace
from trueup.answers.asking import NotBuiltError, ask
from trueup.answers.cells import Answer, Question, UnknownNameError
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import SnapshotError
from trueup.metrics.declarations import DeclarationsError
from trueup.metrics.instances import DefinitionError
from trueup.runs.entered import entries_of
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.ground import NothingImportedError
from trueup.units.period import InvalidPeriod
from trueup.units.zone import InvalidInstant

ERRORS = (
    WorkspaceError,
    UnknownNameError,
    InvalidPeriod,
    InvalidInstant,
    NotBuiltError,
    NothingImportedError,
    DeclarationsError,
    DefinitionError,
    EngineError,
    SnapshotError,
    OSError,
)
"""What may be wrong with a question or with the workspace that it is asked of."""


def computed(folder: Folder, question: Question) -> Answer:
    """The answer, computed from the lake, with progress shown; errors as one paragraph and exit code 1."""
    with refusing(*ERRORS), progress() as shown:
        return ask(folder, workspace.settings(folder), question, progress=shown, entries=entries_of(folder))
