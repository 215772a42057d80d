"""A whole build: what people entered goes in, and what was computed comes back to the record."""

from datetime import UTC, datetime

from trueup.lake.entered import Entries
from trueup.runs.build import Built, build_in_turn
from trueup.runs.closing import closed_grades
from trueup.runs.entered import entries_of, follow_lake, has_record
from trueup.runs.folder import Folder
from trueup.runs.measured import measure_metrics, measure_series
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.runs.turns import taking_turn


def build_whole(folder: Folder, settings: Settings, *, as_of: datetime | None, progress: Progress) -> Built:
    """Build from lake and record as of an instant (None: now, everything measured just before among it).

    Goals that are bound to the data get their readings, those to a metric from what is published here, and the
    record's directory follows the lake. Errors as in ``build``.
    """
    with taking_turn(folder, "build"):
        entries = _measured(folder, settings, progress)
        moment = as_of or datetime.now(UTC)
        closed = closed_grades(folder) if has_record(folder) else ()
        built = build_in_turn(folder, settings, as_of=moment, progress=progress, entries=entries, closed=closed)
        if has_record(folder):
            progress.stage("handing on to the record")
            measure_metrics(built.snapshot, entries)
            follow_lake(folder, settings)
        return built


def _measured(folder: Folder, settings: Settings, progress: Progress) -> Entries:
    """The entries, once goals have the readings that their series say."""
    entries = entries_of(folder)
    if not (entries and folder.lake.is_file()):
        return entries
    progress.stage("reading goals' series")
    return entries_of(folder) if measure_series(folder, settings, entries) else entries
