"""The worksheets as pages: what is asked, what it is worth, and why."""

from collections.abc import Mapping
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.gradings import metric_names
from trueup.grades.worksheet import Criterion
from trueup.grades.worksheet_file import WorksheetFileError, load, our_files, version_of
from trueup.runs.folder import WorkspaceError
from trueup.runs.worksheets import worksheets
from trueup.web.views.grades.chosen import ABOUT, LABELS


@require_GET
def show(request: HttpRequest, name: str = "") -> HttpResponse:
    """One worksheet, by default the quarterly one in force, and which others there are."""
    folder, used = served.folder(), served.settings().worksheets
    faults: tuple[str, ...] = ()
    try:
        known = worksheets(folder, metrics=None)
    except (WorksheetFileError, WorkspaceError) as error:
        known, faults = load(our_files()), tuple(str(error).splitlines())
    wanted = name or used["quarterly"]
    if wanted not in known:
        raise Http404
    own = {file.stem for file in folder.worksheets.glob("*.yaml")}
    listed = [(sheet, used[sheet.cadence] == sheet.name, sheet.name in own) for sheet in known.values()]
    sheet = known[wanted]
    snapshot = served.snapshot()
    metrics = metric_names(snapshot) if snapshot else {}
    page = {
        "sheet": sheet,
        "version": version_of(sheet),
        "sheets": listed,
        "faults": faults,
        "about": ABOUT[sheet.cadence],
        "label": LABELS[sheet.cadence],
        "is_used": used[sheet.cadence] == sheet.name,
        "total": sheet.weight,
        "labels": LABELS,
        "lines": [
            (c, round(100 * c.weight / sheet.weight), metrics.get(c.reads, ("", ""))[0], _worth(c, metrics))
            for c in sheet.criteria
        ],
        "needed": round(100 * sheet.answered_at_least),
    }
    return render(request, "web/grades/worksheet.html", page)


def _worth(criterion: Criterion, metrics: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """What each value or answer is worth, in words; ``metrics``: the labels and units of those that were built."""
    unit = metrics.get(criterion.reads, ("", ""))[1] if criterion.source == "metric" else ""
    if criterion.answers:
        return [
            (f"{place}: {means}", f"{points.normalize():f}")
            for place, (points, means) in enumerate(zip(criterion.answers, criterion.meanings, strict=True), start=1)
        ]
    if criterion.values:
        return [(text, f"{points.normalize():f}") for text, points in criterion.values.items()]
    told, begins = [], ""
    for band in criterion.bands:
        ends = "" if band.below is None else _in_unit(band.below, unit)
        says = f"from {begins} to below {ends}" if begins and ends else f"below {ends}" if ends else f"{begins} or more"
        told.append((says, f"{band.points.normalize():f}"))
        begins = ends
    return told


def _in_unit(value: Decimal, unit: str) -> str:
    return f"{(100 * value).normalize():f} %" if unit == "ratio" else f"{value.normalize():f}{_BEHIND.get(unit, '')}"


_BEHIND = {"hours": " h", "days": " days"}
