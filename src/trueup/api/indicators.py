"""Which KPIs predict: studies as they were said, and the question anew."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from trueup.answers.study import Study
from trueup.api.callers import caller
from trueup.api.jobs import JobShape
from trueup.api.pages import Limit, Offset, Page
from trueup.api.shapes import Problem
from trueup.record.actions.jobs import ask_for_study
from trueup.served import studies as kept
from trueup.served.studies import Kept

router = Router(tags=["indicators"])
Outcome = Literal["renewed", "churned", "expanded", "deal won", "default", "goal attained"]


class KeptShape(Schema):
    """When a study was made, of what, and by how many events."""

    number: int
    outcome: str
    lead_days: int
    horizon_days: int
    as_of_on: date
    events: int
    studied_at: datetime

    @classmethod
    def of(cls, study: Kept) -> "KeptShape":
        """The study as it is listed."""
        return cls(**vars(study))


class StudyShape(KeptShape):
    """A study, whole."""

    study: Annotated[Study, Field(description="Every KPI's tier and what it rests on, skill, and what cannot be told.")]


@router.get("/indicators", response=Page[KeptShape])
def studies(
    request: HttpRequest, outcome: Outcome | None = None, limit: Limit = 50, offset: Offset = 0
) -> Page[KeptShape]:
    """Studies of which KPIs predict, the newest first."""
    found = kept.listed(caller(request), outcome)
    return Page(count=len(found), items=[KeptShape.of(each) for each in found[offset : offset + limit]])


@router.get("/indicators/newest", response={200: StudyShape, 404: Problem})
def newest(request: HttpRequest, outcome: Outcome = "renewed") -> StudyShape:
    """The newest study of an outcome."""
    found = kept.listed(caller(request), outcome)
    if not found:
        raise Http404
    return study(request, found[0].number)


@router.get("/indicators/{int:number}", response={200: StudyShape, 404: Problem})
def study(request: HttpRequest, number: int) -> StudyShape:
    """A study as it was said then."""
    found = kept.study(caller(request), number)
    if found is None:
        raise Http404
    about, told = found
    return StudyShape(**vars(about), study=told)


@router.post("/indicators", response={202: JobShape, 403: Problem})
def ask(request: HttpRequest) -> Status[JobShape]:
    """Ask which KPIs predict each outcome, by what was built last; where such a question waits, that one is it."""
    return Status(202, JobShape.of(ask_for_study(caller(request), at=datetime.now(UTC))))
