"""Whether the grades meant something: what came after each letter, with what can be told of it and what cannot."""

from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.gradings import NoGradesError
from trueup.answers.honesty import report
from trueup.grades.honesty.outcomes import OutcomeReport
from trueup.grades.honesty.rates import Rate
from trueup.mart.snapshot import current
from trueup.record import access
from trueup.record.models import User
from trueup.runs.honesty import Report
from trueup.runs.worksheets import CADENCES
from trueup.web.views.entries.rights import viewer
from trueup.web.views.grades.chosen import LABELS

TITLES = {
    "left": "Who left",
    "renewed": "Who renewed",
    "defaulted": "Who defaulted",
    "expanded": "Who bought more",
    "goal attainment": "What they attained of their goals",
}
VERDICTS = {
    "order_kept": "The order held",
    "order_broken": "The order did not hold",
    "no_difference": "No difference",
    "cannot_tell": "Cannot tell",
}
_GOOD = frozenset({"order_kept"})
_BAD = frozenset({"order_broken", "no_difference"})
_ROOM = 1.08
"""How much longer than the longest interval the scale is."""


@dataclass(frozen=True)
class Bar:
    """A letter's rate as a bar: places on the scale in percent of its length."""

    rate: Rate
    is_known: bool
    share: float
    low: float
    high: float


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The report of a cadence."""
    user = viewer(request)
    cadence = request.GET.get("cadence", "quarterly")
    if cadence not in CADENCES:
        raise Http404
    snapshot = served.snapshot()
    if snapshot is None:
        return render(request, "web/nothing_built.html")
    page: dict[str, Any] = {"labels": LABELS, "cadence": cadence, "cadences": CADENCES}
    try:
        found = _report(served.edition(), cadence)
    except NoGradesError as error:
        return render(request, "web/grades/honesty.html", {**page, "because": str(error)})
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    outcomes = sorted(found.outcomes, key=lambda each: order[each.verdict] == order["cannot_tell"])
    page |= {
        "report": found,
        "outcomes": [_shown(each) for each in outcomes],
        "lost": _lost(user, found),
        "migration": _migration(found),
        "drift": [(found.labels[each.before], found.labels[each.after], each) for each in found.honesty.drift],
        "periods": [found.labels[key] for key in found.honesty.periods],
        "years": round(found.horizon_days / 365, 1),
    }
    return render(request, "web/grades/honesty.html", page)


@lru_cache(maxsize=6)
def _report(edition: str, cadence: str) -> Report:
    del edition  # part of the key: after a build it is made anew
    snapshot = current(served.folder().mart)
    assert snapshot is not None
    return report(snapshot, cadence)


def bars_of(outcome: OutcomeReport) -> list[Bar]:
    """Each letter's rate on one scale, from 0 to a little beyond the longest interval."""
    rates = [*outcome.rates, *([outcome.unknown] if outcome.unknown else [])]
    longest = max((each.high for each in rates if not isnan(each.high)), default=1.0)
    scale = 100 / (min(1.0, longest * _ROOM) or 1.0)
    return [
        Bar(
            rate,
            not isnan(rate.value),
            *(0.0 if isnan(place) else min(100.0, place * scale) for place in (rate.value, rate.low, rate.high)),
        )
        for rate in rates
    ]


def _shown(outcome: OutcomeReport) -> dict[str, Any]:
    return {
        "report": outcome,
        "title": TITLES.get(outcome.name, outcome.name),
        "verdict": VERDICTS[outcome.verdict],
        "mood": "better" if outcome.verdict in _GOOD else "worse" if outcome.verdict in _BAD else "",
        "bars": bars_of(outcome),
        "is_level": outcome.kind == "level",
        "area": None if isnan(outcome.area.value) else outcome.area,
        "gini": None if isnan(outcome.gini) else outcome.gini,
        "is_told": outcome.verdict != "cannot_tell",
        "promises": [each for each in outcome.calibration.letters if not isnan(each.expected)],
        "skill": None if isnan(outcome.calibration.skill) else outcome.calibration.skill,
    }


def _lost(user: User, found: Report) -> dict[str, Any] | None:
    """Who left, by their last letter, and those of them with an A whom the viewer may see."""
    lost = next((each.lost for each in found.outcomes if each.lost is not None and each.name == "left"), None)
    if lost is None or not lost.accounts:
        return None
    names = access.accounts(user).in_bulk(list(lost.listed))
    return {
        "all": lost.accounts,
        "best": lost.best,
        "letters": lost.letters,
        "listed": [names[each] for each in lost.listed if each in names],
    }


def _migration(found: Report) -> dict[str, Any]:
    moved = found.honesty.migration
    rows = []
    for state, counts in zip(moved.before, moved.counts, strict=True):
        total = sum(counts)
        shares = [(count, round(100 * count / total) if total else 0) for count in counts]
        rows.append((state, total, [(to, *share) for to, share in zip(moved.after, shares, strict=True)]))
    return {"after": moved.after, "rows": rows, "far": None if isnan(moved.far) else moved.far}
