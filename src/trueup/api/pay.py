"""Pay: one's own statements, those of whom one leads, all for who pays; periods, and questions about lines."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from trueup.answers.pay_corrections import Corrected
from trueup.answers.pay_told import Posted, Total
from trueup.api.callers import caller
from trueup.api.pages import Limit, Offset, Page, slice_of
from trueup.api.shapes import Amount, Problem
from trueup.record.actions.pay_disputes import open_dispute
from trueup.record.models import DisputeOutcome
from trueup.record.models.pay_periods import OUTCOMES, Outcome
from trueup.record.pay_periods import State
from trueup.record.refusal import Refused
from trueup.reports.statement import UnprintableStatementError
from trueup.served import pay as told
from trueup.served import pay_statement as paper
from trueup.served.pay import DisputeTold, Headline, Kept, PeriodTold
from trueup.served.pay_statement import Followed, Form, led_to

router = Router(tags=["pay"])
_FILES = {media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in paper.MEDIA.values()}


class SumsShape(Schema):
    """Sums of statements in one currency."""

    currency: str
    posted: Annotated[Amount, Field(description="What the statement posts, below 0 where it takes back.")]
    true_ups: Annotated[Amount, Field(description="What of it puts right what earlier statements posted.")]
    year_to_date: Annotated[Amount, Field(description="Of the year's earning periods, with what is posted now.")]
    held: Annotated[Amount, Field(description="Not earned yet: it waits for customers' value.")]

    @classmethod
    def of(cls, found: Total) -> "SumsShape":
        """The sums as they are listed."""
        amounts = {
            "posted": found.posted.amount,
            "true_ups": found.true_ups.amount,
            "year_to_date": found.year_to_date.amount,
            "held": found.held.amount,
        }
        return cls(currency=found.currency, **amounts)


class HeadlineShape(Schema):
    """A payee's newest statement of a period; final once the period is closed."""

    period: str
    state: State
    payee: str
    name: Annotated[str, Field(description="The payee's, or their id where the directory does not know them.")]
    hash: Annotated[str, Field(description="SHA-256 of the statement's bytes.")]
    totals: list[SumsShape]

    @classmethod
    def of(cls, found: Headline) -> "HeadlineShape":
        """The statement as it is listed."""
        return cls(**{**vars(found), "totals": _sums(found.totals)})


class AfterDisputeShape(Schema):
    """A line that a dispute led to."""

    line_hash: str
    dispute_id: int


class StatementShape(HeadlineShape):
    """A statement in full; ``statement`` is what its bytes say, amounts being exact decimals as text."""

    statement: dict[str, Any]
    after_disputes: Annotated[list[AfterDisputeShape], Field(description="Its lines that disputes led to.")]

    @classmethod
    def whole(cls, found: Kept, after: Corrected) -> "StatementShape":
        """The statement as it was kept."""
        return cls(
            period=found.period,
            state=found.state,
            payee=found.payee,
            name=found.name,
            hash=found.told.hash,
            totals=_sums(found.told.totals),
            statement=found.said,
            after_disputes=[
                AfterDisputeShape(line_hash=line, dispute_id=number)
                for line, numbers in after.lines.items()
                for number in numbers
            ],
        )


class StepShape(Schema):
    """Whether you may do something with a period now, and why not where one might think so."""

    may: bool
    why: str


class RefusedLineShape(Schema):
    """A line that could not be reckoned, and who looks after it."""

    key: str
    message: str
    owner: str | None
    note: str | None


class PeriodShape(Schema):
    """A pay period and where it stands."""

    period: str
    state: State


class WholePeriodShape(PeriodShape):
    """A pay period with what stands in the way of its close, for managers and who pays."""

    gates: list[str]
    told: list[str]
    calculation: Annotated[str | None, Field(description="SHA-256 of the newest calculation.")]
    calculated_at: datetime | None
    known_at: datetime | None
    exceptions: Annotated[list[RefusedLineShape], Field(description="For who pays; empty for others.")]
    steps: Annotated[dict[str, StepShape], Field(description="Of submit, approve, reject, own and close.")]
    totals: Annotated[list[SumsShape], Field(description="Of the statements that you may see.")]

    @classmethod
    def whole(cls, found: PeriodTold, headlines: Sequence[Headline]) -> "WholePeriodShape":
        """The period as it stands."""
        calculation = found.calculation
        return cls(
            period=found.period,
            state=found.state,
            gates=list(found.gates),
            told=list(found.told),
            calculation=calculation.hash if calculation else None,
            calculated_at=calculation.calculated_at if calculation else None,
            known_at=calculation.known_at if calculation else None,
            exceptions=[
                RefusedLineShape(
                    key=each.key,
                    message=each.message,
                    owner=str(each.owned.owner) if each.owned else None,
                    note=each.owned.note if each.owned else None,
                )
                for each in found.exceptions
            ],
            steps={name: StepShape(may=step.may, why=step.why) for name, step in found.steps.items()},
            totals=_sums(told.totals(headlines)),
        )


class OutcomeShape(Schema):
    """What came of a question."""

    outcome: Outcome
    reason: str
    evidence: str
    plan_hash: str
    decided_at: datetime

    @classmethod
    def of(cls, found: DisputeOutcome) -> "OutcomeShape":
        """The outcome as kept."""
        return cls(
            outcome=next(each for each in OUTCOMES if each == found.outcome),
            reason=found.reason,
            evidence=found.evidence,
            plan_hash=found.plan_hash,
            decided_at=found.decided_at,
        )


class PostedShape(Schema):
    """An amount that a statement posts."""

    component: str
    earning_period: str
    amount: Amount
    currency: str
    is_true_up: bool

    @classmethod
    def of(cls, found: Posted) -> "PostedShape":
        """The amount as it is listed."""
        return cls(
            component=found.component,
            earning_period=found.earning_period,
            amount=found.amount.amount,
            currency=found.amount.currency,
            is_true_up=found.is_true_up,
        )


class DisputeShape(Schema):
    """Somebody says that a line of a statement is wrong; the line stays as it is."""

    dispute_id: int
    payee: str
    period: str
    line_hash: str
    claim: str
    opened_at: datetime
    days: Annotated[int, Field(description="Whole days that it is open, or was until it was decided.")]
    outcome: OutcomeShape | None

    @classmethod
    def of(cls, found: DisputeTold) -> "DisputeShape":
        """The dispute as it is listed."""
        return cls(
            dispute_id=found.dispute.pk,
            payee=found.dispute.payee,
            period=found.dispute.period,
            line_hash=found.dispute.line_hash,
            claim=found.dispute.claim,
            opened_at=found.dispute.opened_at,
            days=found.days,
            outcome=OutcomeShape.of(found.outcome) if found.outcome else None,
        )


class LedToShape(Schema):
    """What a later statement has of a dispute."""

    period: str
    lines: Annotated[list[str], Field(description="Hashes of its lines that go back to the dispute.")]
    posted: Annotated[list[PostedShape], Field(description="What was posted by it.")]

    @classmethod
    def of(cls, found: Followed) -> "LedToShape":
        """What is found in a statement."""
        return cls(
            period=found.period,
            lines=[line.hash for line in found.lines],
            posted=[PostedShape.of(each) for each in found.posted],
        )


class WholeDisputeShape(DisputeShape):
    """A dispute with what it led to."""

    led_to: list[LedToShape]

    @classmethod
    def whole(cls, found: DisputeTold, led: Sequence[Followed]) -> "WholeDisputeShape":
        """The dispute in full."""
        return cls(**vars(DisputeShape.of(found)), led_to=[LedToShape.of(each) for each in led])


class DisputeEntry(Schema):
    """A line of a statement that is wrong: which one, by its hash, and what you expected."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[str, Field(max_length=200)]
    payee: Annotated[str, Field(max_length=200)]
    line_hash: Annotated[str, Field(max_length=64)]
    claim: Annotated[str, Field(max_length=10_000)]


@router.get("/pay/periods", response={200: Page[PeriodShape]})
def periods(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> Page[PeriodShape]:
    """Pay periods of which you may see a statement, the newest first."""
    page = slice_of(told.periods(caller(request)), limit=limit, offset=offset)
    return Page(count=page.count, items=[PeriodShape(period=each, state=told.state(each)) for each in page.items])


@router.get("/pay/periods/{period}", response={200: WholePeriodShape, 404: Problem})
def period(request: HttpRequest, period: str) -> WholePeriodShape:
    """A pay period and what stands in the way of its close; for managers and who pays."""
    by = caller(request)
    found = told.period(by, period)
    if found is None:
        raise Http404
    return WholePeriodShape.whole(found, told.people(by, period))


@router.get("/pay/statements", response={200: Page[HeadlineShape]})
def statements(
    request: HttpRequest, period: str | None = None, limit: Limit = 50, offset: Offset = 0
) -> Page[HeadlineShape]:
    """The newest statements of a period that you may see, by name; without a period, your own of all periods."""
    by = caller(request)
    found = told.own(by) if period is None else told.people(by, period)
    page = slice_of(found, limit=limit, offset=offset)
    return Page(count=page.count, items=[HeadlineShape.of(each) for each in page.items])


@router.get("/pay/statements/{period}/{payee}", response={200: StatementShape, 404: Problem})
def statement(request: HttpRequest, period: str, payee: str) -> StatementShape:
    """A statement in full, every line with what it follows from."""
    by = caller(request)
    found = told.statement(by, payee, period)
    if found is None:
        raise Http404
    return StatementShape.whole(found, paper.follows(by, found))


@router.get(
    "/pay/statements/{period}/{payee}/file",
    response={404: Problem, 422: Problem},
    openapi_extra={"responses": {200: {"description": "The file", "content": _FILES}}},
)
def statement_file(request: HttpRequest, period: str, payee: str, format: Form = "pdf") -> HttpResponse:  # noqa: A002
    """A statement as a file to print and keep: PDF or HTML, names beside its ids."""
    by = caller(request)
    found = told.statement(by, payee, period)
    if found is None:
        raise Http404
    try:
        content = paper.file_of(by, found, format)
    except UnprintableStatementError as error:
        raise Refused(str(error)) from error
    answer = HttpResponse(content, content_type=paper.MEDIA[format])
    name = paper.file_name(found, format)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer


@router.get("/pay/disputes", response={200: Page[DisputeShape]})
def disputes(
    request: HttpRequest, state: Literal["open", "decided"] = "open", limit: Limit = 50, offset: Offset = 0
) -> Page[DisputeShape]:
    """Questions about lines that you may see: open ones, the oldest first, or decided ones."""
    by = caller(request)
    found = told.open_disputes(by, datetime.now(UTC)) if state == "open" else told.decided_disputes(by)
    page = slice_of(found, limit=limit, offset=offset)
    return Page(count=page.count, items=[DisputeShape.of(each) for each in page.items])


@router.get("/pay/disputes/{dispute_id}", response={200: WholeDisputeShape, 404: Problem})
def one_dispute(request: HttpRequest, dispute_id: int) -> WholeDisputeShape:
    """A question about a line, what came of it, and the lines that it led to."""
    by = caller(request)
    found = told.dispute(by, dispute_id, datetime.now(UTC))
    if found is None:
        raise Http404
    return WholeDisputeShape.whole(found, led_to(by, found.outcome) if found.outcome else [])


@router.post("/pay/disputes", response={201: DisputeShape, 403: Problem, 404: Problem, 422: Problem})
def dispute(request: HttpRequest, entry: DisputeEntry) -> Status[DisputeShape]:
    """Say that a line of a statement is wrong: the payee, their manager, or who pays."""
    by, now = caller(request), datetime.now(UTC)
    if told.statement(by, entry.payee, entry.period) is None:
        raise Http404
    opened = open_dispute(by, entry.payee, entry.period, entry.line_hash, claim=entry.claim, at=now)
    return Status(201, DisputeShape.of(DisputeTold(opened, opened.payee, 0, None, None, None)))


def _sums(totals: Sequence[Total]) -> list[SumsShape]:
    return [SumsShape.of(each) for each in totals]
