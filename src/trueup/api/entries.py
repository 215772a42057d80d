"""Entering: ``PUT`` to an id of your own choosing, so that the same call sent twice enters one thing.

The first call makes the entry, a later one changes it to what it says; everything goes through the same actions and
rights as the pages. The addresses are those of ``customers``, which is why they share its router.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import ConfigDict, Field

from trueup.api.callers import caller
from trueup.api.customers import goal_shape, router
from trueup.api.shapes import Amount, GoalShape, MilestoneShape, Problem, ReadingShape, StakeholderShape
from trueup.record import access
from trueup.record.actions.goals import (
    Terms,
    agree_goal,
    change_goal,
    close_goal,
    current_terms,
    draft_goal,
    withdraw_goal,
)
from trueup.record.actions.milestones import change_milestone, finish_milestone, plan_milestone
from trueup.record.actions.readings import add_reading, correct_reading
from trueup.record.actions.stakeholders import change_stakeholder, record_stakeholder
from trueup.record.models import Account, Goal, Milestone, Stakeholder, User
from trueup.record.models.goals import Direction, GoalKind, StatedBy
from trueup.record.models.stakeholders import RoleInDecisions
from trueup.record.refusal import Refused

__all__ = ["router"]
_Entry = TypeVar("_Entry", Stakeholder, Goal, Milestone)
Line = Annotated[str, Field(max_length=200)]
REFUSALS = {403: Problem, 404: Problem, 422: Problem}


class Entry(Schema):
    """What is sent to be entered; a field that is misspelt is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class StakeholderEntry(Entry):
    """Somebody at a customer, as they shall be."""

    account_id: str
    name: Line
    email: Annotated[str, Field(max_length=254)] = ""
    title: Line = ""
    department: Line = ""
    role_in_decisions: RoleInDecisions = "unknown"
    influence: Annotated[int | None, Field(ge=1, le=5)] = None
    reports_to_id: UUID | None = None
    departed_on: date | None = None
    contact_id: str = ""
    reason: str = ""


class TermsEntry(Entry):
    """A baseline and a target; a draft's may be incomplete."""

    baseline_value: Amount | None = None
    baseline_on: date | None = None
    target_value: Amount | None = None
    target_on: date | None = None
    tolerance: Amount | None = None


class GoalEntry(Entry):
    """A goal, as it shall be; other terms than those in force are a new revision."""

    account_id: str
    stakeholder_id: UUID | None = None
    kind: GoalKind = "business"
    measure: Line = ""
    kpi: Annotated[str, Field(max_length=100)] = ""
    unit: Annotated[str, Field(max_length=50)] = ""
    direction: Direction = "increase"
    weight: Amount = Decimal(1)
    cadence_days: Annotated[int, Field(ge=1, le=3_660)] = 45
    stated_by: StatedBy = "customer"
    stated_on: date | None = None
    value_per_unit: Amount | None = None
    currency: Annotated[str, Field(max_length=3)] = ""
    bound_to: Annotated[str, Field(max_length=300)] = ""
    terms: TermsEntry | None = None
    reason: str = ""


class Ending(Entry):
    """How a goal ends, and why."""

    outcome: Literal["achieved", "missed", "withdrawn"]
    reason: str = ""


class ReadingEntry(Entry):
    """What a goal's measure was; ``reason``: why it is another value than before."""

    value: Amount
    evidence: str = ""
    evidence_link: str = ""
    reason: str = ""


class MilestoneEntry(Entry):
    """A planned step, as it shall be."""

    account_id: str
    goal_id: UUID | None = None
    title: Line
    planned_on: date
    done_on: date | None = None
    is_first_value: bool = False
    reason: str = ""


@router.put("/stakeholders/{stakeholder_id}", response={200: StakeholderShape, **REFUSALS})
def put_stakeholder(request: HttpRequest, stakeholder_id: UUID, entry: StakeholderEntry) -> StakeholderShape:
    """Enter or change somebody at a customer."""
    by, at = caller(request), datetime.now(UTC)
    known = access.stakeholders(by)
    facts = entry.dict(exclude={"account_id", "reports_to_id", "reason"})
    facts["reports_to"] = _named(known, entry.reports_to_id, "reports_to_id")
    found = _found(known, stakeholder_id, entry.account_id)
    if found is None:
        account = _account(by, entry.account_id)
        return StakeholderShape.of(record_stakeholder(by, account, at=at, id=stakeholder_id, **facts))
    return StakeholderShape.of(change_stakeholder(by, found, at=at, reason=entry.reason, **facts))


@router.put("/goals/{goal_id}", response={200: GoalShape, **REFUSALS})
def put_goal(request: HttpRequest, goal_id: UUID, entry: GoalEntry) -> GoalShape:
    """Draft a goal, or change it; of an agreed one only with a reason."""
    by, at = caller(request), datetime.now(UTC)
    facts = entry.dict(exclude={"account_id", "stakeholder_id", "terms", "reason"})
    facts["stakeholder"] = _named(access.stakeholders(by), entry.stakeholder_id, "stakeholder_id")
    terms = Terms(**entry.terms.dict()) if entry.terms else None
    found = _found(access.goals(by), goal_id, entry.account_id)
    if found is None:
        return goal_shape(by, draft_goal(by, _account(by, entry.account_id), at=at, terms=terms, id=goal_id, **facts))
    if entry.stated_on is None:
        del facts["stated_on"]
    news = None if terms is None or _same(terms, found) else terms
    return goal_shape(by, change_goal(by, found, at=at, reason=entry.reason, terms=news, **facts))


@router.post("/goals/{goal_id}/agreement", response={200: GoalShape, **REFUSALS})
def agree(request: HttpRequest, goal_id: UUID) -> GoalShape:
    """Agree on a goal with the customer: its baseline locks. Agreed already, it stays so."""
    by = caller(request)
    found = get_object_or_404(access.goals(by), pk=goal_id)
    return goal_shape(by, found if found.status == "agreed" else agree_goal(by, found, at=datetime.now(UTC)))


@router.post("/goals/{goal_id}/ending", response={200: GoalShape, **REFUSALS})
def end(request: HttpRequest, goal_id: UUID, ending: Ending) -> GoalShape:
    """End a goal. Ended so already, it stays so."""
    by, at = caller(request), datetime.now(UTC)
    found = get_object_or_404(access.goals(by), pk=goal_id)
    if found.status != ending.outcome:
        if ending.outcome == "withdrawn":
            found = withdraw_goal(by, found, at=at, reason=ending.reason)
        else:
            found = close_goal(by, found, at=at, outcome=ending.outcome, reason=ending.reason)
    return goal_shape(by, found)


@router.put("/goals/{goal_id}/readings/{observed_on}", response={200: ReadingShape, **REFUSALS})
def put_reading(
    request: HttpRequest, goal_id: UUID, observed_on: date, entry: ReadingEntry, source: Line = ""
) -> ReadingShape:
    """Enter what a goal's measure was on a day according to ``source``, or correct it."""
    by, at = caller(request), datetime.now(UTC)
    goal = get_object_or_404(access.goals(by), pk=goal_id)
    evidence = {"evidence": entry.evidence, "evidence_link": entry.evidence_link}
    found = access.readings(by).filter(goal=goal, observed_on=observed_on, source=source).first()
    if found is None:
        made = add_reading(
            by,
            goal,
            at=at,
            observed_on=observed_on,
            value=entry.value,
            source=source,
            evidence=entry.evidence,
            evidence_link=entry.evidence_link,
        )
        return ReadingShape.of(made)
    if found.value == entry.value and all(getattr(found, name) == text for name, text in evidence.items()):
        return ReadingShape.of(found)
    corrected = correct_reading(
        by,
        found,
        at=at,
        reason=entry.reason,
        value=entry.value,
        evidence=entry.evidence,
        evidence_link=entry.evidence_link,
    )
    return ReadingShape.of(corrected)


@router.put("/milestones/{milestone_id}", response={200: MilestoneShape, **REFUSALS})
def put_milestone(request: HttpRequest, milestone_id: UUID, entry: MilestoneEntry) -> MilestoneShape:
    """Plan a step, plan it anew, or say when it was done."""
    by, at = caller(request), datetime.now(UTC)
    facts = entry.dict(exclude={"account_id", "goal_id", "done_on", "reason"})
    facts["goal"] = _named(access.goals(by), entry.goal_id, "goal_id")
    found = _found(access.milestones(by), milestone_id, entry.account_id)
    if found is None:
        found = plan_milestone(by, _account(by, entry.account_id), at=at, id=milestone_id, **facts)
    else:
        found = change_milestone(by, found, at=at, reason=entry.reason, **facts)
    if entry.done_on != found.done_on:
        found = finish_milestone(by, found, at=at, done_on=entry.done_on)
    return MilestoneShape.of(found)


def _account(by: User, account_id: str) -> Account:
    return get_object_or_404(access.accounts(by), pk=account_id)


def _found(rows: QuerySet[_Entry], identity: UUID, account_id: str) -> _Entry | None:
    """The entry that has the id already; an entry does not move to another account."""
    found = rows.filter(pk=identity).first()
    if found is not None and found.account_id != account_id:
        raise Refused("This entry is of another account.", field="account_id", cure="Enter it there under a new id.")
    return found


def _named(rows: QuerySet[_Entry], identity: UUID | None, field: str) -> _Entry | None:
    """The entry that another one refers to."""
    if identity is None:
        return None
    found = rows.filter(pk=identity).first()
    if found is None:
        raise Refused("There is no such entry among those that you may see.", field=field, cure="Enter it first.")
    return found


def _same(terms: Terms, goal: Goal) -> bool:
    """Whether these are the terms in force."""
    now = current_terms(goal)
    return now is not None and terms == Terms(
        now.baseline_value, now.baseline_on, now.target_value, now.target_on, now.tolerance
    )
