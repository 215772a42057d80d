"""One door to every number: the board, the command line and the notebook all ask here."""

from datetime import UTC, datetime

from trueup.answers.cells import Answer, Question, read
from trueup.answers.live import compute
from trueup.lake.entered import NO_ENTRIES, Entries
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.units.calendar import parse_as_of


class NotBuiltError(Exception):
    """Nothing was built yet."""


def ask(
    folder: Folder, settings: Settings, question: Question, *, progress: Progress, entries: Entries = NO_ENTRIES
) -> Answer:
    """The answer, from the published snapshot if it holds it, else computed from the lake as of the snapshot's moment.

    ``entries``: as for a build. Raises NotBuiltError before the first build, unless the question has a moment of its
    own; InvalidPeriod, InvalidInstant, UnknownNameError for what does not exist.
    """
    snapshot = current(folder.mart)
    if snapshot is not None and (answer := read(snapshot, question)) is not None:
        return answer
    if question.as_of is not None:
        as_of = parse_as_of(question.as_of, settings.zone)
    elif snapshot is not None:
        as_of = datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
    else:
        raise NotBuiltError(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    return compute(folder, settings, question, as_of=as_of, progress=progress, entries=entries)
