"""Which metrics the imported data allow, and what is missing for the others."""

from trueup.canon.tables import TABLES
from trueup.lake.entered import NO_ENTRIES, Entries, filled_counts
from trueup.lake.store import open_lake
from trueup.metrics.readiness import Delivered, Readiness, readiness
from trueup.runs.build import definitions
from trueup.runs.folder import Folder


def readiness_of(folder: Folder, entries: Entries = NO_ENTRIES) -> tuple[Readiness, ...]:
    """What can be said of each metric, in the order of the catalogue; without a lake, everything delivered is missing.

    ``entries``: as for a build.
    """
    known = definitions(folder)
    return readiness(known.metrics.values(), known.facts, {**_delivered(folder), **_entered(entries)})


def _entered(entries: Entries) -> dict[str, Delivered]:
    return {name: Delivered(*counts) for name, counts in filled_counts(entries).items()}


def _delivered(folder: Folder) -> dict[str, Delivered]:
    if not folder.lake.is_file():
        return {}
    with open_lake(folder.lake, read_only=True) as lake:
        rows = lake.row_counts()
        return {table.name: Delivered(rows[table.name], lake.filled_counts(table)) for table in TABLES}
