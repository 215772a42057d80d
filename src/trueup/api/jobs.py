"""Builds: ask for one, and see how far it is."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from trueup.api.callers import caller
from trueup.api.pages import Limit, Offset, Page, page_of
from trueup.api.shapes import Problem
from trueup.record import access
from trueup.record.actions.jobs import ask_for_build
from trueup.record.models import Job

router = Router(tags=["builds"])


class JobShape(Schema):
    """A build or import: who asked for it, and how far it is."""

    job_id: UUID
    kind: str
    status: str
    asked_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    stage: str
    step: int
    steps: int
    message: str

    @classmethod
    def of(cls, row: Job) -> "JobShape":
        """The job as kept."""
        return cls(
            job_id=row.pk,
            kind=row.kind,
            status=row.status,
            asked_at=row.asked_at,
            claimed_at=row.claimed_at,
            ended_at=row.ended_at,
            stage=row.stage,
            step=row.step,
            steps=row.steps,
            message=row.message,
        )


@router.get("/builds", response=Page[JobShape])
def builds(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> Page[JobShape]:
    """Builds and imports, the newest first."""
    return page_of(access.jobs(caller(request)).order_by("-asked_at", "id"), JobShape.of, limit=limit, offset=offset)


@router.get("/builds/{job_id}", response={200: JobShape, 404: Problem})
def build(request: HttpRequest, job_id: UUID) -> JobShape:
    """One of them."""
    return JobShape.of(get_object_or_404(access.jobs(caller(request)), pk=job_id))


@router.post("/builds", response={202: JobShape, 403: Problem})
def ask(request: HttpRequest) -> Status[JobShape]:
    """Ask for a build; where one waits already, that one is it."""
    return Status(202, JobShape.of(ask_for_build(caller(request), at=datetime.now(UTC))))
