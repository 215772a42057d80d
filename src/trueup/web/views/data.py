"""What was delivered, what can be computed from it, what is wrong with it, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.delivery import Marks
from trueup.lake.engine import EngineError
from trueup.metrics.declarations import DeclarationsError
from trueup.metrics.readiness import Readiness
from trueup.record import access
from trueup.runs.folder import WorkspaceError
from trueup.web import delivered
from trueup.web.asked import is_part, page_asked, viewer
from trueup.web.views.work import scheduling, work_of

_CANNOT_BE_READ = (EngineError, DeclarationsError, WorkspaceError)
RUNS_SHOWN = 50


@dataclass(frozen=True)
class Department:
    """What a department's metrics lack."""

    name: str
    ready: tuple[Readiness, ...]
    lacking: tuple[Readiness, ...]
    is_open: bool
    """It is the first that lacks something."""


@dataclass(frozen=True)
class Choice:
    """A value that findings may be narrowed to."""

    value: str
    count: int
    is_chosen: bool


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The state of the data: builds, schedules, and what can be computed."""
    user = viewer(request)
    is_asked = "count" in request.GET or delivered.has_readiness()
    shown = {"work": work_of(user), **scheduling(user, None), "is_counted": is_asked}
    return render(request, "web/data/overview.html", {**shown, **(_readiness() if is_asked else {})})


@require_GET
def readiness(request: HttpRequest) -> HttpResponse:
    """What can be computed, as a part of the overview."""
    return render(request, "web/data/readiness.html", {"is_counted": True, **_readiness()})


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """What is wrong or doubtful, the worst first."""
    marks = Marks(*(request.GET.get(name) or None for name in ("severity", "source", "code")))
    try:
        tally = delivered.tally()
        total = tally.total(marks)
        pages = max(1, -(-total // delivered.PAGE))
        page = min(page_asked(request), pages)
        found = delivered.findings(marks, page=page)
    except EngineError as error:
        return render(request, "web/data/findings.html", {"cannot_be_read": str(error)})
    asked = {"severity": marks.severity, "source": marks.source, "code": marks.code}
    shown = {
        "found": found,
        "total": total,
        "everything": tally.total(Marks()),
        "page": page,
        "pages": pages,
        "earlier": _address(asked, page - 1) if page > 1 else "",
        "later": _address(asked, page + 1) if page < pages else "",
        "severities": _choices(tally.by(0, Marks(None, marks.source, marks.code)), marks.severity),
        "sources": _choices(tally.by(1, Marks(marks.severity, None, marks.code)), marks.source),
        "codes": _choices(tally.by(2, Marks(marks.severity, marks.source, None)), marks.code),
    }
    return render(request, "web/data/found.html" if is_part(request) else "web/data/findings.html", shown)


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Who asked for which build or import, and how it went."""
    user = viewer(request)
    jobs = access.jobs(user).select_related("asked_by").order_by("-asked_at", "-claimed_at", "id")
    total = jobs.count()
    pages = max(1, -(-total // RUNS_SHOWN))
    page = min(page_asked(request), pages)
    base = reverse("data_runs")
    shown = {
        "work": work_of(user),
        "jobs": jobs[(page - 1) * RUNS_SHOWN : page * RUNS_SHOWN],
        "page": page,
        "pages": pages,
        "earlier": f"{base}?page={page - 1}" if page > 1 else "",
        "later": f"{base}?page={page + 1}" if page < pages else "",
    }
    return render(request, "web/data/runs.html", shown)


@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """What was delivered, by source."""
    try:
        return render(request, "web/data/sources.html", {"sources": delivered.sources()})
    except EngineError as error:
        return render(request, "web/data/sources.html", {"cannot_be_read": str(error)})


def _readiness() -> dict[str, object]:
    try:
        told = delivered.readiness()
    except _CANNOT_BE_READ as error:
        return {"cannot_be_read": str(error)}
    by_department = sorted(told, key=lambda each: _order(told, each))
    departments: list[Department] = []
    for name, of in groupby(by_department, lambda each: each.metric.department):
        is_first = not any(department.lacking for department in departments)
        departments.append(_department(name, list(of), is_first=is_first))
    return {
        "departments": departments,
        "ready": sum(len(each.ready) for each in departments),
        "metrics": len(told),
        "has_delivery": served.folder().lake.is_file(),
    }


def _department(name: str, told: Sequence[Readiness], *, is_first: bool) -> Department:
    ready = tuple(each for each in told if each.state == "ready")
    missing_first = sorted((each for each in told if each.state != "ready"), key=lambda each: each.state != "missing")
    return Department(name, ready, tuple(missing_first), is_open=is_first and bool(missing_first))


def _order(told: Sequence[Readiness], each: Readiness) -> int:
    """Departments in the order of the catalogue."""
    departments = list(dict.fromkeys(other.metric.department for other in told))
    return departments.index(each.metric.department)


def _choices(counts: Sequence[tuple[str, int]], chosen: str | None) -> list[Choice]:
    listed = [Choice(value, count, value == chosen) for value, count in counts if value]
    if chosen is not None and not any(each.is_chosen for each in listed):
        listed.append(Choice(chosen, 0, is_chosen=True))
    return listed


def _address(asked: dict[str, str | None], page: int) -> str:
    narrowed = {name: value for name, value in asked.items() if value}
    return f"{reverse('data_findings')}?{urlencode({**narrowed, 'page': page})}"
