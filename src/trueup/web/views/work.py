"""Builds and imports asked for in pages: now, or by a schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from trueup import served
from trueup.lake.engine import EngineError
from trueup.record import access
from trueup.record.actions.jobs import (
    ScheduleFacts,
    ask_for_build,
    ask_for_import,
    change_schedule,
    make_schedule,
    remove_schedule,
)
from trueup.record.models import Job, Schedule, User
from trueup.record.refusal import Refused
from trueup.runs.turns import UnderWay, under_way
from trueup.web import delivered
from trueup.web.asked import is_part, viewer

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Work:
    """What is done now, what was done last, and what the viewer may ask for.

    ``elsewhere``: a command line is at work. ``is_behind``: data came in after the last build.
    """

    active: Sequence[Job]
    last: Job | None
    elsewhere: UnderWay | None
    is_behind: bool
    has_delivery: bool
    has_live_sources: bool
    may_build: bool
    may_import: bool


@dataclass(frozen=True)
class Shown:
    """A schedule, and the days on which it asks, as people read them."""

    schedule: Schedule
    days: str


@dataclass(frozen=True)
class Day:
    """A day of the week in the form."""

    name: str
    is_on: bool


class ScheduleForm(forms.Form):
    """A time of day, and days of the week."""

    kind = forms.ChoiceField(
        choices=[("build", "build"), ("import", "import"), ("study", "study")], required=False, initial="build"
    )
    at = forms.TimeField(error_messages={"required": "A time is missing.", "invalid": "Write the time as 06:30."})
    weekdays = forms.TypedMultipleChoiceField(
        choices=[(str(place), day) for place, day in enumerate(DAYS)],
        coerce=int,
        error_messages={"required": "A schedule needs a day. Choose at least one."},
    )

    def facts(self) -> ScheduleFacts:
        """What a valid form says."""
        told = self.cleaned_data
        days = sum(1 << day for day in told["weekdays"])
        return {"kind": told["kind"] or "build", "at": told["at"], "weekdays": days}


def work_of(user: User) -> Work:
    """The state of builds and imports, as this viewer may see it."""
    jobs = access.jobs(user).select_related("asked_by").order_by("-asked_at", "-claimed_at")
    active = list(jobs.filter(status__in=("running", "queued")))
    # A running job holds the lock too, or will as soon as its turn comes.
    is_running = any(job.status == "running" for job in active)
    return Work(
        active=sorted(active, key=lambda job: job.status != "running"),
        last=jobs.exclude(status__in=("running", "queued")).order_by("-ended_at").first(),
        elsewhere=None if is_running else under_way(served.folder()),
        is_behind=_is_behind(),
        has_delivery=served.folder().lake.is_file(),
        has_live_sources=any(served.folder().sources.glob("*/source.toml")),
        may_build=access.may(user, "build"),
        may_import=access.may(user, "import"),
    )


def scheduling(user: User, form: ScheduleForm | None) -> dict[str, object]:
    """When builds and imports are asked for by themselves, and the form for another; ``form``: what was refused."""
    listed = access.schedules(user).order_by("at", "kind", "id")
    chosen = set(form["weekdays"].value() or ()) if form else set("01234")
    return {
        "schedules": [Shown(schedule, _days(schedule.weekdays)) for schedule in listed],
        "form": form,
        "days": [Day(name, is_on=str(place) in chosen) for place, name in enumerate(DAYS)],
    }


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """How far the work is, as a part of a page."""
    return render(request, "web/data/work.html", {"work": work_of(viewer(request))})


@require_POST
def build(request: HttpRequest) -> HttpResponse:
    """Ask for a build."""
    return _asked(request, "build")


@require_POST
def import_(request: HttpRequest) -> HttpResponse:
    """Ask for an import of what is new in live sources."""
    return _asked(request, "import")


@require_POST
def add_schedule(request: HttpRequest) -> HttpResponse:
    """Ask for builds or imports from now on."""
    user = viewer(request)
    form = ScheduleForm(request.POST)
    if form.is_valid():
        try:
            make_schedule(user, now=_now(), zone=served.settings().zone, **form.facts())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return _schedules(request, None if form.is_valid() else form)


@require_POST
def alter_schedule(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Pause, go on with, or remove a schedule: the button says which."""
    user = viewer(request)
    schedule = get_object_or_404(access.schedules(user), pk=schedule_id)
    problem = ""
    try:
        if "remove" in request.POST:
            remove_schedule(user, schedule, at=_now())
        else:
            zone = served.settings().zone
            change_schedule(user, schedule, now=_now(), zone=zone, is_active="resume" in request.POST)
    except Refused as refused:
        problem = str(refused)
    return _schedules(request, None, problem)


def _asked(request: HttpRequest, kind: str) -> HttpResponse:
    user = viewer(request)
    ask = ask_for_import if kind == "import" else ask_for_build
    problem = ""
    try:
        ask(user, at=_now())
    except Refused as refused:
        problem = str(refused)
    if is_part(request):
        return render(request, "web/data/work.html", {"work": work_of(user), "problem": problem})
    return _back(request, problem)


def _schedules(request: HttpRequest, form: ScheduleForm | None, problem: str = "") -> HttpResponse:
    user = viewer(request)
    if is_part(request):
        shown = {"work": work_of(user), **scheduling(user, form), "problem": problem}
        return render(request, "web/data/schedules.html", shown)
    errors = [str(each) for of in form.errors.values() for each in of] if form else []
    return _back(request, problem or " ".join(errors))


def _back(request: HttpRequest, problem: str) -> HttpResponse:
    if problem:
        messages.error(request, problem)
    return redirect("data")


def _days(weekdays: int) -> str:
    match weekdays:
        case 0b111_1111:
            return "every day"
        case 0b001_1111:
            return "Monday to Friday"
        case _:
            return ", ".join(day for place, day in enumerate(DAYS) if weekdays & 1 << place)


def _is_behind() -> bool:
    """Whether data came in after the last build."""
    snapshot = served.snapshot()
    try:
        newest = max((source.delivered[0].load for source in delivered.sources()), default=0)
    except EngineError:
        return False
    return newest > (snapshot.manifest.newest_load if snapshot else 0)


def _now() -> datetime:
    return datetime.now(UTC)
