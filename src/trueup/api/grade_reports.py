"""What grades are worth: held against outcomes, learned anew, both sides of each customer."""

from math import isnan
from typing import Annotated, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from trueup import served
from trueup.answers.asking import NotBuiltError
from trueup.answers.effort import By
from trueup.answers.evidence import of_account
from trueup.answers.gradings import earlier
from trueup.answers.honesty import report
from trueup.answers.learned import learn
from trueup.answers.quadrant import Quadrant, pleasing
from trueup.api.callers import caller
from trueup.api.grades import Period, asked
from trueup.api.pages import Limit, Offset, Page
from trueup.api.shapes import Problem
from trueup.grades.honesty.outcomes import OutcomeReport
from trueup.grades.honesty.rates import Rate
from trueup.grades.worksheet import Cadence
from trueup.grades.worksheet_file import written
from trueup.record import access

router = Router(tags=["grades"])
Outcome = Literal["left", "defaulted", "renewed"]


class RateShape(Schema):
    """What came after a letter; null where nothing was seen."""

    grade: str
    grades: int
    accounts: int
    events: int | None
    rate: float | None
    low: float | None
    high: float | None


class OutcomeShape(Schema):
    """One outcome: whether better grades fared better, with the AUC and its interval."""

    outcome: str
    verdict: str
    why: str
    rates: list[RateShape]
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    baselines: list[str]


class HonestyShape(Schema):
    """Closed grades held against what came within a year."""

    cadence: str
    grades: int
    accounts: int
    outcomes: list[OutcomeShape]


class LearnedShape(Schema):
    """A worksheet learned from outcomes, as the text of its file; ``why`` says why it is the one by hand."""

    cadence: str
    outcome: str
    why: str
    learned_from: list[str]
    tried_on: list[str]
    accounts: int
    bads: int
    worksheet: str
    by_hand: OutcomeShape
    learned: OutcomeShape


class PlaceShape(Schema):
    """Where a customer stands: what it gives our measures and gets for its own; null, with the reason, if unknown."""

    account_id: str
    period: str
    giving: float | None
    receiving: float | None
    quarter: str | None
    revenue: float | None
    attainment: float | None
    moved_from: str | None
    reason: str | None
    touches: int
    calls_and_meetings: int
    lengths_known: int
    hours: Annotated[float | None, Field(description="Of the calls and meetings whose length is known.")]
    hours_reason: str | None


class EffortShape(Schema):
    """What a team, a person or everybody did for the customers of a corner; a meeting counts once for a team."""

    key: str
    name: str
    team: str | None
    period: str
    quarter: str
    touches: int
    calls_and_meetings: int
    lengths_known: int
    hours: Annotated[float | None, Field(description="Of the calls and meetings whose length is known.")]
    hours_reason: str | None


class EvidenceShape(Schema):
    """What an account met of us in a period, beside the median of the customers graded."""

    metric: str
    department: str
    unit: str
    value: float | None
    before: float | None
    median: float | None
    better: Annotated[bool | None, Field(description="Than the median; null where it is the same or unknown.")]


@router.get("/grades/honesty", response={200: HonestyShape, 404: Problem})
def honesty(request: HttpRequest, cadence: Cadence = "quarterly") -> HonestyShape:
    """Whether closed grades of a cadence foretold what came."""
    caller(request)
    snapshot, _ = asked(cadence, None)
    found = report(snapshot, cadence)
    return HonestyShape(
        cadence=cadence,
        grades=found.honesty.rows,
        accounts=found.honesty.accounts,
        outcomes=[_outcome(each) for each in found.outcomes],
    )


@router.get("/grades/learned", response={200: LearnedShape, 404: Problem})
def learned(request: HttpRequest, cadence: Cadence = "quarterly", outcome: Outcome = "left") -> LearnedShape:
    """A worksheet learned from closed grades, tried beside the one by hand on later periods."""
    caller(request)
    snapshot, _ = asked(cadence, None)
    found = learn(snapshot, cadence, outcome)
    return LearnedShape(
        cadence=cadence,
        outcome=outcome,
        why=found.proposal.why,
        learned_from=list(found.learned_from),
        tried_on=list(found.tried_on),
        accounts=found.proposal.accounts,
        bads=found.proposal.bads,
        worksheet=written(found.proposal.sheet),
        by_hand=_outcome(found.by_hand),
        learned=_outcome(found.learned),
    )


@router.get("/grades/pleasing", response={200: Page[PlaceShape], 404: Problem})
def places(request: HttpRequest, period: Period = None, limit: Limit = 50, offset: Offset = 0) -> Page[PlaceShape]:
    """Who gives us and whom we give, of a quarter, of accounts that you may read."""
    rows = _map(request, period).table()
    shown = rows.slice(offset, limit).to_pylist()
    return Page(count=rows.num_rows, items=[PlaceShape(**row) for row in shown])


@router.get("/grades/pleasing/effort", response={200: Page[EffortShape], 404: Problem})
def effort(
    request: HttpRequest, by: By = "team", period: Period = None, limit: Limit = 50, offset: Offset = 0
) -> Page[EffortShape]:
    """Where our effort of a quarter went, for the accounts that you may read."""
    rows = _map(request, period).effort_by(by)
    return Page(count=rows.num_rows, items=[EffortShape(**row) for row in rows.slice(offset, limit).to_pylist()])


@router.get("/accounts/{account_id}/evidence", response={200: list[EvidenceShape], 404: Problem})
def evidence(
    request: HttpRequest, account_id: str, cadence: Cadence = "quarterly", period: Period = None
) -> list[EvidenceShape]:
    """What an account met of us in a graded period, metric by metric."""
    account = get_object_or_404(access.accounts(caller(request)), pk=account_id)
    snapshot, grading = asked(cadence, period)
    before = earlier(snapshot, grading)
    rows = of_account(snapshot, grading, before.period if before else None, account.pk)
    return [
        EvidenceShape(
            metric=row.metric,
            department=row.department,
            unit=row.unit,
            value=row.value,
            before=row.before,
            median=row.median,
            better=row.better,
        )
        for row in rows
    ]


def _map(request: HttpRequest, period: str | None) -> Quadrant:
    """The map of the accounts that the caller may read."""
    by, snapshot = caller(request), served.snapshot()
    if snapshot is None:
        raise NotBuiltError("Nothing was computed yet.")
    seen = None if access.reads_every_account(by) else access.ids(access.accounts(by).order_by("pk"))
    return pleasing(snapshot, period, account_ids=seen)


def _outcome(of: OutcomeReport) -> OutcomeShape:
    return OutcomeShape(
        outcome=of.name,
        verdict=of.verdict,
        why=of.why,
        rates=[_rate(rate) for rate in (*of.rates, *([of.unknown] if of.unknown else []))],
        auc=_known(of.area.value),
        auc_low=_known(of.area.low),
        auc_high=_known(of.area.high),
        baselines=[one.why for one in of.baselines],
    )


def _rate(of: Rate) -> RateShape:
    return RateShape(
        grade=of.letter,
        grades=of.rows,
        accounts=of.accounts,
        events=of.events,
        rate=_known(of.value),
        low=_known(of.low),
        high=_known(of.high),
    )


def _known(value: float) -> float | None:
    return None if isnan(value) else value
