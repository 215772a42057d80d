"""Which KPIs predict: the newest study of each outcome, earlier ones, and the button that asks anew."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from trueup import served
from trueup.answers.outcome_words import words_of
from trueup.record import access
from trueup.record.actions.jobs import ask_for_study
from trueup.record.models import Job, User
from trueup.record.refusal import Refused
from trueup.reports.indicators import body, page
from trueup.runs.panel_outcomes import OUTCOMES
from trueup.served import studies as kept
from trueup.served.studies import Kept
from trueup.web.asked import is_part, viewer

_ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Asking:
    """Whether somebody asks now, how the last time went, and whether the viewer may ask."""

    active: Job | None
    last: Job | None
    may_ask: bool
    has_delivery: bool
    is_behind: bool


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The newest study of an outcome; without one, what it takes to have one."""
    user = viewer(request)
    newest = kept.newest(user)
    asked = request.GET.get("outcome", next(iter(newest), OUTCOMES[0]))
    if asked not in OUTCOMES:
        raise Http404
    shown = _page(user, asked, newest)
    if asked not in newest:
        return render(request, "web/indicators/none.html", shown)
    return _study(request, newest[asked].number, shown)


@require_GET
def study(request: HttpRequest, number: int) -> HttpResponse:
    """A study by its number, as it was said then."""
    user = viewer(request)
    found = kept.study(user, number)
    if found is None:
        raise Http404
    return _study(request, number, _page(user, found[0].outcome, kept.newest(user)))


@require_GET
def studies(request: HttpRequest) -> HttpResponse:
    """Every study there is."""
    user = viewer(request)
    shown = {**_page(user, "", kept.newest(user)), "here": "studies"}
    listed = [(each, words_of(each.outcome).short) for each in kept.listed(user)]
    return render(request, "web/indicators/studies.html", {**shown, "studies": listed})


@require_GET
def give(request: HttpRequest, number: int) -> HttpResponse:
    """A study as a file that needs nothing else."""
    found = kept.study(viewer(request), number)
    if found is None:
        raise Http404
    answer = HttpResponse(page(found[1], number=number), content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="study-{number}.html"'
    return answer


@require_GET
def asking(request: HttpRequest) -> HttpResponse:
    """How far the asking is, as a part of a page; when it is over the page is asked for anew."""
    now = _asking(viewer(request))
    answer = render(request, "web/indicators/asking.html", {"asking": now})
    if now.active is None:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask which KPIs predict."""
    user = viewer(request)
    problem = ""
    try:
        ask_for_study(user, at=datetime.now(UTC))
    except Refused as refused:
        problem = str(refused)
    if is_part(request):
        return render(request, "web/indicators/asking.html", {"asking": _asking(user), "problem": problem})
    if problem:
        messages.error(request, problem)
    return redirect("indicators")


def _study(request: HttpRequest, number: int, shown: dict[str, Any]) -> HttpResponse:
    found = kept.study(viewer(request), number)
    assert found is not None
    about, told = found
    earlier = [each for each in kept.listed(viewer(request), about.outcome) if each.number != number]
    newest = shown["newest"].get(about.outcome)
    return render(
        request,
        "web/indicators/study.html",
        {
            **shown,
            "study": about,
            "report": body(told, number=number),
            "earlier": earlier,
            "is_newest": newest is not None and newest.number == number,
        },
    )


def _page(user: User, outcome: str, newest: dict[str, Kept]) -> dict[str, Any]:
    return {
        "here": outcome,
        "newest": newest,
        "words": words_of(outcome) if outcome else None,
        "outcomes": [(each, words_of(each).short, each in newest) for each in OUTCOMES],
        "asking": _asking(user),
    }


def _asking(user: User) -> Asking:
    jobs = access.jobs(user).filter(kind="study").order_by("-asked_at", "-claimed_at", "id")
    snapshot, newest = served.snapshot(), kept.newest(user)
    dates = [each.as_of_on.isoformat() for each in newest.values()]
    return Asking(
        active=jobs.filter(status__in=_ACTIVE).first(),
        last=jobs.exclude(status__in=_ACTIVE).first(),
        may_ask=access.may(user, "build"),
        has_delivery=served.folder().lake.is_file(),
        is_behind=snapshot is not None and bool(dates) and max(dates) < snapshot.manifest.as_of_on,
    )
