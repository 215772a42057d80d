"""One door to every number: the board, the command line and the notebook all ask here."""

import importlib
from datetime import UTC, datetime

from trueup.answers.cells import Answer, Question, from_snapshot, in_snapshot
from trueup.mart.snapshot import current
from trueup.runs.progress import Progress
from trueup.runs.settings import Folder, Settings


class NotBuiltError(Exception):
    """Nothing was built yet."""


def ask(folder: Folder, settings: Settings, question: Question, *, progress: Progress) -> Answer:
    """The answer, from the published snapshot if it holds it, else computed from the lake as of the snapshot's moment.

    Raises NotBuiltError before the first build, unless the question has a moment of its own.
    """
    snapshot = current(folder.mart)
    if snapshot is not None and in_snapshot(snapshot, question):
        return from_snapshot(snapshot, question)
    if snapshot is None and question.as_of is None:
        raise NotBuiltError(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    # Computing loads the compiler, which a plain reading must not wait for.
    live = importlib.import_module("trueup.answers.live")
    as_of = question.as_of or datetime.fromisoformat(snapshot.manifest.as_of if snapshot else "").replace(tzinfo=UTC)
    answer: Answer = live.compute(folder, settings, question, as_of=as_of, progress=progress)
    return answer
