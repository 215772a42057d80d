"""Grades: lists of them, one line by line, what people add to them, and whether they mean something."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from trueup import served
from trueup.answers.asking import NotBuiltError
from trueup.answers.grade import Explained, Line
from trueup.answers.grades import Standing, Wanted, page
from trueup.answers.gradings import Grading, grading_of, sheet_of
from trueup.api.callers import caller
from trueup.api.pages import Limit, Offset, Page
from trueup.api.shapes import Problem
from trueup.grades.worksheet import Cadence
from trueup.mart.snapshot import Snapshot
from trueup.record import access
from trueup.record.actions.grades import About, Answer, answer_questions, end_override, override_grade
from trueup.record.models import GradeOverride
from trueup.record.refusal import Refused
from trueup.served.grades import explained_now, now

router = Router(tags=["grades"])
REFUSALS = {403: Problem, 404: Problem, 422: Problem}
Letter = Literal["A", "B", "C", "D", "E", "F"]
Period = Annotated[str | None, Field(description="Such as 2026-Q2; without it the last one that is over.")]


class GradeShape(Schema):
    """An account's grade; ``computed`` is what the worksheet gives where a person put another letter over it."""

    account_id: str
    cadence: str
    period: str
    score: float | None
    grade: str
    computed: str
    answered_weight: float
    overridden: bool
    worksheet: str
    worksheet_version: str
    closed: bool


class LineShape(Schema):
    """A criterion: what was read, its points, what it adds to the score and to the change since the last grade."""

    criterion: str
    label: str
    weight: float
    value: float | str | None
    facts: int | None
    points: float | None
    most: float
    adds: float | None
    better_than: float | None
    peers: int
    before: float | str | None
    change: float


class ExplainedShape(GradeShape):
    """A grade line by line; ``before`` is the period of the last grade."""

    lines: list[LineShape]
    before: str | None
    grade_before: str | None
    score_before: float | None


class AnswerEntry(Schema):
    """An answer to a worksheet's question: 1 to 5, or null for "cannot say"."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer | None
    note: str = ""


class AnswersEntry(Schema):
    """Answers by question, about a period that is not closed."""

    model_config = ConfigDict(extra="forbid")

    cadence: Cadence
    period: Annotated[str, Field(max_length=20)]
    answers: dict[str, AnswerEntry]


class OverrideEntry(Schema):
    """A letter over the computed one, from a day to a day, and what the data do not know."""

    model_config = ConfigDict(extra="forbid")

    account_id: str
    cadence: Cadence
    letter: Letter
    starts_on: date
    ends_on: date
    reason: str


class OverrideShape(OverrideEntry):
    """The same as kept."""

    override_id: UUID
    author: str


@router.get("/grades", response={200: Page[GradeShape], 404: Problem})
def grades(
    request: HttpRequest,
    cadence: Cadence = "quarterly",
    period: Period = None,
    grade: str | None = None,
    account_id: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[GradeShape]:
    """Grades of a period, the best first, of accounts that you may read."""
    by = caller(request)
    snapshot, grading = asked(cadence, period)
    among = None if access.reads_every_account(by) else access.ids(access.accounts(by))
    if account_id is not None:
        among = [account_id] if among is None or account_id in among else []
    total, found = page(snapshot, grading, Wanted(letter=grade or "", among=among, offset=offset, limit=limit))
    return Page(count=total, items=[_shape(grading, each) for each in now(by, snapshot, grading, found)])


@router.get("/accounts/{account_id}/grade", response={200: ExplainedShape, 404: Problem})
def grade_of(
    request: HttpRequest, account_id: str, cadence: Cadence = "quarterly", period: Period = None
) -> ExplainedShape:
    """An account's grade, line by line, and what changed since the one before."""
    by = caller(request)
    account = get_object_or_404(access.accounts(by), pk=account_id)
    snapshot, grading = asked(cadence, period)
    found = explained_now(by, snapshot, grading, account.pk)
    if found is None:
        raise Http404
    return _explained(found)


@router.put("/accounts/{account_id}/grade-answers", response={200: ExplainedShape, **REFUSALS})
def put_answers(request: HttpRequest, account_id: str, entry: AnswersEntry) -> ExplainedShape:
    """Answer a worksheet's questions about an account and a period; the grade with them."""
    by = caller(request)
    account = get_object_or_404(access.accounts(by), pk=account_id)
    snapshot, grading = asked(entry.cadence, entry.period)
    if explained_now(by, snapshot, grading, account.pk) is None:
        raise Http404
    sheet = sheet_of(snapshot, grading)
    questions = {question.name for question in sheet.questions}
    if unknown := sorted(entry.answers.keys() - questions):
        raise Refused(
            f"The worksheet {sheet.name} does not ask {unknown[0]!r}.",
            field="answers",
            cure=f"It asks {', '.join(sorted(questions)) or 'nothing'}.",
        )
    answers = {name: (each.answer, each.note) for name, each in entry.answers.items()}
    answer_questions(by, About(account, sheet.name, grading.period), answers, at=datetime.now(UTC))
    found = explained_now(by, snapshot, grading, account.pk)
    assert found is not None
    return _explained(found)


@router.get("/grade-overrides", response=Page[OverrideShape])
def overrides(
    request: HttpRequest, account_id: str | None = None, limit: Limit = 50, offset: Offset = 0
) -> Page[OverrideShape]:
    """Letters that people put over computed ones, the newest first."""
    rows = access.grade_overrides(caller(request)).select_related("author").order_by("-starts_on", "pk")
    if account_id is not None:
        rows = rows.filter(account=account_id)
    return Page(count=rows.count(), items=[_override(row) for row in rows[offset : offset + limit]])


@router.put("/grade-overrides/{override_id}", response={200: OverrideShape, **REFUSALS})
def put_override(request: HttpRequest, override_id: UUID, entry: OverrideEntry) -> OverrideShape:
    """Put a letter over the computed one; the same sent twice is one. To change it, end it and put another."""
    by = caller(request)
    account = get_object_or_404(access.accounts(by), pk=entry.account_id)
    kept = access.grade_overrides(by).select_related("author").filter(pk=override_id).first()
    if kept is None:
        facts = entry.dict(exclude={"account_id"})
        kept = override_grade(by, account, at=datetime.now(UTC), id=override_id, **facts)
    elif _override(kept).dict(exclude={"override_id", "author"}) != entry.dict():
        raise Refused("There is another override of this id.", field="override_id", cure="Choose a new id.")
    return _override(kept)


@router.delete("/grade-overrides/{override_id}", response={204: None, **REFUSALS})
def delete_override(request: HttpRequest, override_id: UUID) -> Status[None]:
    """Take an override back: the computed grade holds again."""
    by = caller(request)
    end_override(by, get_object_or_404(access.grade_overrides(by), pk=override_id), at=datetime.now(UTC))
    return Status(204, None)


def asked(cadence: Cadence, period: str | None) -> tuple[Snapshot, Grading]:
    """The snapshot in force, and the grading that somebody asks for."""
    snapshot = served.snapshot()
    if snapshot is None:
        raise NotBuiltError("Nothing was computed yet.")
    return snapshot, grading_of(snapshot, cadence, period)


def _shape(grading: Grading, of: Standing) -> GradeShape:
    return GradeShape(
        account_id=of.account_id,
        cadence=grading.cadence,
        period=grading.period,
        score=of.score,
        grade=of.grade,
        computed=of.computed,
        answered_weight=of.answered_weight,
        overridden=of.is_overridden,
        worksheet=grading.worksheet,
        worksheet_version=grading.worksheet_version,
        closed=grading.closed_at is not None,
    )


def _explained(of: Explained) -> ExplainedShape:
    last = of.last
    standing = Standing(
        of.account_id,
        None if of.score is None else float(of.score),
        of.grade,
        of.computed,
        of.answered_weight,
        of.is_overridden,
    )
    return ExplainedShape(
        **_shape(of.grading, standing).dict(),
        lines=[_line(line) for line in of.lines],
        before=last.period if last else None,
        grade_before=last.grade if last else None,
        score_before=float(last.score) if last and last.score is not None else None,
    )


def _line(of: Line) -> LineShape:
    return LineShape(
        criterion=of.criterion.name,
        label=of.criterion.label,
        weight=float(of.criterion.weight),
        value=of.value,
        facts=of.behind,
        points=None if of.points is None else float(of.points),
        most=float(of.criterion.most),
        adds=None if of.added is None else float(of.added),
        better_than=of.better_than,
        peers=of.peers,
        before=of.before,
        change=float(of.changed),
    )


def _override(row: GradeOverride) -> OverrideShape:
    return OverrideShape.model_validate(
        {
            "override_id": row.pk,
            "account_id": row.account_id,
            "cadence": row.cadence,
            "letter": row.letter,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "reason": row.reason,
            "author": str(row.author),
        }
    )
