"""Whether grades meant something, as the build found."""

from trueup.answers.gradings import NoGradesError
from trueup.answers.opened import opened
from trueup.mart.snapshot import Snapshot
from trueup.runs.honesty import HONESTY, Report, kept_report


def report(snapshot: Snapshot, cadence: str) -> Report:
    """The report from the closed grades of a snapshot; NoGradesError where none is closed."""
    if HONESTY not in snapshot.manifest.rows:
        raise NoGradesError("This was built by an earlier Trueup. Run `trueup build`.")
    with opened(snapshot) as mart:
        found = kept_report(mart, cadence)
    if found is None:
        raise NoGradesError(
            f"No {cadence} grades are closed yet, and only closed ones can be held against what came after."
            " Run `trueup grades close`, then `trueup build`."
        )
    return found
