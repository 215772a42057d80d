"""Builds, imports and studies that somebody asks for, now or by a schedule; and plans tried on worse facts."""

from datetime import date, datetime, time, timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from trueup.record.access import allow
from trueup.record.keeping import action, amend, check, drop, keep, locked
from trueup.record.models import Job, Schedule, User
from trueup.record.models.work import JOB_KINDS, JobKind, ScheduledKind
from trueup.record.reach import rows

A_WEEK = 7


class ScheduleFacts(TypedDict, total=False):
    """What a schedule says; ``weekdays`` has a bit for each day, Monday's being 1."""

    kind: ScheduledKind
    at: time
    weekdays: int
    is_active: bool


@action
def ask_for_build(by: User, *, at: datetime) -> Job:
    """Ask for a build; where one waits already, that one is it."""
    allow(by, "build")
    return enqueue("build", by=by, at=at)


@action
def ask_for_import(by: User, *, at: datetime) -> Job:
    """Ask to fetch what is new from live sources and to map again what is mapped otherwise now."""
    allow(by, "import")
    return enqueue("import", by=by, at=at)


@action
def ask_for_study(by: User, *, at: datetime) -> Job:
    """Ask which KPIs predict each outcome, by what was built last."""
    allow(by, "build")
    return enqueue("study", by=by, at=at)


@action
def ask_for_stress(by: User, about: str, *, at: datetime) -> Job:
    """Ask what plans would have cost on facts that went worse; ``about``: which plans."""
    allow(by, "pay")
    return enqueue("stress", by=by, at=at, about=about)


@action
def make_schedule(by: User, *, now: datetime, zone: str, **facts: Unpack[ScheduleFacts]) -> Schedule:
    """Ask for a build, an import or a study again and again, from the next time on."""
    schedule = Schedule(**facts)
    _allow_schedule(by, schedule)
    check(schedule)
    schedule.last_asked_on = latest_due(schedule, now=now, zone=zone)
    return keep(schedule, by=by, at=now)


@action
def change_schedule(
    by: User, schedule: Schedule, *, now: datetime, zone: str, **facts: Unpack[ScheduleFacts]
) -> Schedule:
    """Change a schedule; what would have been due by now is not asked for."""
    _allow_schedule(by, schedule)
    schedule = locked(schedule)
    if not amend(schedule, facts):
        return schedule
    _allow_schedule(by, schedule)
    check(schedule)
    schedule.last_asked_on = latest_due(schedule, now=now, zone=zone)
    return keep(schedule, by=by, at=now)


@action
def remove_schedule(by: User, schedule: Schedule, *, at: datetime) -> None:
    """Ask no more."""
    _allow_schedule(by, schedule)
    drop(locked(schedule), by=by, at=at)


def enqueue(kind: JobKind, *, by: User | None, at: datetime, about: str = "") -> Job:
    """The job of a kind that waits, put into the queue unless one does; ``by`` None: nobody asked, a schedule did."""
    waiting = rows(Job).filter(kind=kind, about=about, status="queued").first()
    if waiting is not None:
        return waiting
    job = Job(kind=kind, about=about, asked_by=by, asked_at=at)
    check(job)
    job.save(force_insert=True)
    return job


def latest_due(schedule: Schedule, *, now: datetime, zone: str) -> date | None:
    """The latest local day for which the schedule has asked or should have; None where it names no day."""
    local = now.astimezone(ZoneInfo(zone))
    newest = local.date() if local.time() >= schedule.at else local.date() - timedelta(days=1)
    days = (newest - timedelta(days=back) for back in range(A_WEEK))
    return next((day for day in days if schedule.weekdays & 1 << day.weekday()), None)


def job_kind(asked: Job | Schedule) -> JobKind:
    """What is to be done."""
    return next(kind for kind in JOB_KINDS if kind == asked.kind)


def _allow_schedule(by: User, schedule: Schedule) -> None:
    allow(by, "import" if schedule.kind == "import" else "build")
