"""Which grades a page is about: the cadence and the period that its address names."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from trueup import served
from trueup.answers.gradings import Grading, NoGradesError, grading_of, gradings
from trueup.mart.snapshot import Snapshot
from trueup.runs.worksheets import CADENCES

LABELS = {"quarterly": "Quarterly", "annual": "Annual", "strategic": "Strategic"}
ABOUT = {
    "quarterly": "How we and they are doing.",
    "annual": "What the relationship is worth, and whether it lasts.",
    "strategic": "Whether we should serve them at all.",
}


@dataclass(frozen=True)
class Chosen:
    """The grading of a page, the snapshot that it is in, and the others that may be chosen, newest first."""

    snapshot: Snapshot
    grading: Grading
    known: tuple[Grading, ...]

    @property
    def address(self) -> str:
        """The query that names it."""
        return f"cadence={self.grading.cadence}&period={self.grading.period}"


def chosen(request: HttpRequest, *, to_fill: bool = False) -> Chosen | None:
    """What the address names; None before the first build. What it names wrongly is not there.

    ``to_fill``: without a period the oldest one that may still be answered for, else the last one that is over.
    """
    snapshot = served.snapshot()
    cadence = request.GET.get("cadence", "quarterly")
    if cadence not in CADENCES:
        raise Http404
    if snapshot is None or not (known := gradings(snapshot, cadence)):
        return None
    period = request.GET.get("period") or None
    if period is None and to_fill:
        period = next((each.period for each in known if each.closed_at is None), None)
    try:
        return Chosen(snapshot, grading_of(snapshot, cadence, period), known[::-1])
    except NoGradesError as error:
        raise Http404(str(error)) from error
