"""A worksheet learned from what became of customers, beside the one by hand; a person decides which grades."""

from functools import lru_cache
from math import isnan
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.gradings import NoGradesError
from trueup.answers.learned import OUTCOMES, Learned, learn
from trueup.grades.worksheet_file import written
from trueup.mart.snapshot import current
from trueup.runs.worksheets import CADENCES
from trueup.web.views.grades.chosen import LABELS
from trueup.web.views.grades.honesty import bars_of

RULES = {
    "expert": "Too few went bad to learn weights: the points by hand stay as they are.",
    "shrunk": "Few went bad, so the weights stay near those by hand.",
    "evidence": "Enough went bad to learn weights and bands, drawn to those by hand.",
}


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The proposal of a cadence for an outcome."""
    cadence, outcome = _asked(request)
    snapshot = served.snapshot()
    if snapshot is None:
        return render(request, "web/nothing_built.html")
    page: dict[str, Any] = {
        "labels": LABELS,
        "cadence": cadence,
        "cadences": CADENCES,
        "outcome": outcome,
        "outcomes": OUTCOMES,
    }
    try:
        found = _learned(served.edition(), cadence, outcome)
    except NoGradesError as error:
        return render(request, "web/grades/learned.html", {**page, "because": str(error)})
    area = found.learned.area
    page |= {
        "found": found,
        "rule": RULES[found.proposal.rule],
        "criteria": [
            (each, labels.get(each.name, each.name), round(100 * each.expert), round(100 * each.learned))
            for labels in ({c.name: c.label for c in found.hand_made.criteria},)
            for each in found.proposal.criteria
        ],
        "sides": [
            ("By hand", found.by_hand, bars_of(found.by_hand)),
            *([] if found.proposal.why else [("Learned", found.learned, bars_of(found.learned))]),
        ],
        "area": None if isnan(area.value) else area,
    }
    return render(request, "web/grades/learned.html", page)


@require_GET
def give(request: HttpRequest) -> HttpResponse:
    """The proposal as a worksheet's file."""
    cadence, outcome = _asked(request)
    if served.snapshot() is None:
        raise Http404
    try:
        found = _learned(served.edition(), cadence, outcome)
    except NoGradesError as error:
        raise Http404 from error
    response = HttpResponse(f"{written(found.proposal.sheet)}\n", content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="learned_{cadence}.yaml"'
    return response


def _asked(request: HttpRequest) -> tuple[str, str]:
    cadence, outcome = request.GET.get("cadence", "quarterly"), request.GET.get("outcome", OUTCOMES[0])
    if cadence not in CADENCES or outcome not in OUTCOMES:
        raise Http404
    return cadence, outcome


@lru_cache(maxsize=6)
def _learned(edition: str, cadence: str, outcome: str) -> Learned:
    del edition  # part of the key: after a build it is learned anew
    snapshot = current(served.folder().mart)
    assert snapshot is not None
    return learn(snapshot, cadence, outcome)
