"""Which KPIs predict: studies as they were said, and the question anew."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import Field

from trueup.answers.scores import AccountScore, Scores
from trueup.answers.study import Study
from trueup.api.callers import caller
from trueup.api.jobs import JobShape
from trueup.api.pages import Limit, Offset, Page
from trueup.api.shapes import Problem
from trueup.record import access
from trueup.record.actions.jobs import ask_for_study
from trueup.served import scores as told
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


class ChanceShape(Schema):
    """An account's chance of an outcome, as of the last month that is over; ``before``: three months earlier."""

    account_id: str
    outcome: str
    study: int
    as_of: date
    from_days: int
    to_days: int
    chance: float | None
    low: float | None
    high: float | None
    before: float | None
    reason: Annotated[str | None, Field(description="Why there is no chance.")]

    @classmethod
    def of(cls, found: Scores, of: AccountScore) -> "ChanceShape":
        """The chance as it is listed."""
        return cls(**_chance(found, of))


class ReasonShape(Schema):
    """What a KPI, a control or the date adds to the log odds of an account that is average in everything."""

    name: str
    label: str
    adds: float
    before: float | None


class WholeChanceShape(ChanceShape):
    """A chance with all that it is made of: ``base`` and what is added sum to the log odds."""

    base: float
    reasons: list[ReasonShape]

    @classmethod
    def whole(cls, found: Scores, of: AccountScore) -> "WholeChanceShape":
        """The chance with its reasons, the strongest first."""
        return cls(**_chance(found, of), base=of.base, reasons=[ReasonShape(**vars(each)) for each in of.reasons])


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


@router.get("/indicators/scores", response={200: Page[ChanceShape], 404: Problem})
def chances(
    request: HttpRequest, outcome: Outcome = "renewed", limit: Limit = 50, offset: Offset = 0
) -> Page[ChanceShape]:
    """Chances of accounts that you may read, whom to worry about first; null, with the reason, where there is none."""
    by = caller(request)
    found = told.of_outcome(by, outcome)
    seen = None if access.reads_every_account(by) else set(access.ids(access.accounts(by)))
    order = [place for place in found.order if seen is None or found.account_ids[place] in seen]
    items = [ChanceShape.of(found, found.at(place)) for place in order[offset : offset + limit]]
    return Page(count=len(order), items=items)


@router.get("/accounts/{account_id}/scores", response={200: list[WholeChanceShape], 404: Problem})
def chances_of(request: HttpRequest, account_id: str) -> list[WholeChanceShape]:
    """An account's chance of each outcome, with every reason: they add up to its log odds."""
    account = get_object_or_404(access.accounts(caller(request)), pk=account_id)
    return [WholeChanceShape.whole(*of) for of in told.of_account(caller(request), account.pk).values()]


@router.get("/indicators/{int:number}", response={200: StudyShape, 404: Problem})
def study(request: HttpRequest, number: int) -> StudyShape:
    """A study as it was said then."""
    found = kept.study(caller(request), number)
    if found is None:
        raise Http404
    about, said = found
    return StudyShape(**vars(about), study=said)


@router.post("/indicators", response={202: JobShape, 403: Problem})
def ask(request: HttpRequest) -> Status[JobShape]:
    """Ask which KPIs predict each outcome, by what was built last; where such a question waits, that one is it."""
    return Status(202, JobShape.of(ask_for_study(caller(request), at=datetime.now(UTC))))


def _chance(found: Scores, of: AccountScore) -> dict[str, Any]:
    return {
        "account_id": of.account_id,
        "outcome": found.outcome,
        "study": found.study,
        "as_of": found.on,
        "from_days": found.lead_days,
        "to_days": found.lead_days + found.horizon_days,
        "chance": of.chance,
        "low": of.low,
        "high": of.high,
        "before": of.before,
        "reason": of.reason or None,
    }
