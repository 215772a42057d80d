"""The queue of jobs as workers see it: claimed by a conditional update, with a beat that says the worker lives."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from trueup.record.actions.jobs import enqueue, job_kind, latest_due
from trueup.record.models import Job, Schedule
from trueup.record.reach import rows

SILENT_AFTER = timedelta(seconds=30)
"""A worker without a beat for so long is taken to be dead."""
_TRIES = 2
"""How often the same work is begun, where its worker dies of it."""
_TOLD = 200
_DIED = "The worker died while this ran."
_AGAIN = f"{_DIED} It was queued again."
_ENOUGH = f"{_DIED} It had been queued again before, so it is not once more: look at the server's log, then ask anew."


def claim(worker: str, *, at: datetime) -> Job | None:
    """The job that has waited longest, now this worker's; None where none waits, or another one runs."""
    waiting = rows(Job).filter(status="queued").order_by("asked_at", "id").first()
    if waiting is None:
        return None
    try:
        with transaction.atomic():
            won = (
                rows(Job)
                .filter(pk=waiting.pk, status="queued")
                .update(status="running", claimed_by=worker, claimed_at=at, beat_at=at, stage="", step=0, steps=0)
            )
    except IntegrityError:  # Another one runs, which a constraint holds.
        return None
    return rows(Job).get(pk=waiting.pk) if won else None


def beat(job: Job, *, at: datetime, stage: str, step: int, steps: int) -> bool:
    """Say that the worker lives, and how far it is; False where the job is no longer its own."""
    return bool(_own(job).update(beat_at=at, stage=stage[:_TOLD], step=step, steps=steps))


def finish(job: Job, *, at: datetime, message: str) -> bool:
    """The job is done; False where it was no longer this worker's."""
    return bool(_own(job).update(status="done", ended_at=at, message=message))


def fail(job: Job, *, at: datetime, message: str) -> bool:
    """The job cannot be done, and ``message`` says why; False where it was no longer this worker's."""
    return bool(_own(job).update(status="failed", ended_at=at, message=message))


def give_back(job: Job, *, at: datetime) -> None:
    """The worker was told to stop: somebody else will do the job, however often it was begun."""
    _abandon(job, at=at, message="The server was stopped while this ran. It was queued again.", again=True)


def bury(worker: str, *, at: datetime) -> list[Job]:
    """A worker is known to be dead: what it was at is abandoned and, the first time, queued again."""
    return _buried(Q(claimed_by=worker), at=at)


def bury_silent(*, at: datetime) -> list[Job]:
    """As ``bury``, for workers that have not given a beat for long."""
    return _buried(Q(beat_at__lt=at - SILENT_AFTER), at=at)


def ask_scheduled(*, at: datetime, zone: str) -> list[Job]:
    """Put what schedules ask for into the queue; what was missed is asked for once."""
    asked = []
    for schedule in rows(Schedule).filter(is_active=True):
        due = latest_due(schedule, now=at, zone=zone)
        if due is None or (schedule.last_asked_on is not None and schedule.last_asked_on >= due):
            continue
        with transaction.atomic():
            before = rows(Schedule).filter(pk=schedule.pk, last_asked_on=schedule.last_asked_on)
            if before.update(last_asked_on=due):
                asked.append(enqueue(job_kind(schedule), by=None, at=at))
    return asked


def _own(job: Job) -> QuerySet[Job]:
    return rows(Job).filter(pk=job.pk, status="running", claimed_by=job.claimed_by)


def _buried(whose: Q, *, at: datetime) -> list[Job]:
    dead = list(rows(Job).filter(whose, status="running"))
    for job in dead:
        # A job that is queued again keeps who asked for it and when: so they are counted.
        begun = rows(Job).filter(kind=job.kind, about=job.about, asked_by=job.asked_by, asked_at=job.asked_at).count()
        is_again = begun < _TRIES
        _abandon(job, at=at, message=_AGAIN if is_again else _ENOUGH, again=is_again)
    return dead


@transaction.atomic
def _abandon(job: Job, *, at: datetime, message: str, again: bool) -> None:
    if _own(job).update(status="abandoned", ended_at=at, message=message) and again:
        enqueue(job_kind(job), by=job.asked_by, at=job.asked_at, about=job.about)
