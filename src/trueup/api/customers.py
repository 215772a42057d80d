"""Accounts, and what is kept of how they are measured."""

from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field

from trueup import served
from trueup.api.callers import caller
from trueup.api.pages import Limit, Offset, Page, page_of
from trueup.api.shapes import AccountShape, GoalShape, MilestoneShape, Problem, ReadingShape, StakeholderShape
from trueup.record import access
from trueup.record.models import Goal, User
from trueup.record.scorecard import line_of, lines_of
from trueup.served.grades import letters

router = Router(tags=["customers"])
OfAccount = Annotated[str | None, Field(description="Only of this account.")]


@router.get("/accounts", response=Page[AccountShape])
def accounts(
    request: HttpRequest, search: str = "", *, customers_only: bool = False, limit: Limit = 50, offset: Offset = 0
) -> Page[AccountShape]:
    """Accounts that you may read, by name; ``search`` looks for part of a name or domain."""
    by = caller(request)
    rows = access.accounts(by).order_by("name", "account_id")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(domain__icontains=search) | Q(account_id=search))
    if customers_only:
        rows = rows.filter(is_customer=True)
    graded = letters(by, access.ids(rows[offset : offset + limit]))
    return page_of(rows, lambda row: AccountShape.of(row, graded.get(row.pk)), limit=limit, offset=offset)


@router.get("/accounts/{account_id}", response={200: AccountShape, 404: Problem})
def account(request: HttpRequest, account_id: str) -> AccountShape:
    """One account."""
    by = caller(request)
    found = get_object_or_404(access.accounts(by), pk=account_id)
    return AccountShape.of(found, letters(by, [account_id]).get(account_id))


@router.get("/stakeholders", response=Page[StakeholderShape])
def stakeholders(
    request: HttpRequest, account_id: OfAccount = None, limit: Limit = 50, offset: Offset = 0
) -> Page[StakeholderShape]:
    """People at customers."""
    rows = access.stakeholders(caller(request)).order_by("account_id", "name", "id")
    if account_id is not None:
        rows = rows.filter(account=account_id)
    return page_of(rows, StakeholderShape.of, limit=limit, offset=offset)


@router.get("/stakeholders/{stakeholder_id}", response={200: StakeholderShape, 404: Problem})
def stakeholder(request: HttpRequest, stakeholder_id: UUID) -> StakeholderShape:
    """One of them."""
    return StakeholderShape.of(get_object_or_404(access.stakeholders(caller(request)), pk=stakeholder_id))


@router.get("/goals", response=Page[GoalShape])
def goals(
    request: HttpRequest,
    account_id: OfAccount = None,
    status: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[GoalShape]:
    """Goals with every revision of their terms, and where they stand today."""
    viewer = caller(request)
    rows = access.goals(viewer).order_by("account_id", "id")
    if account_id is not None:
        rows = rows.filter(account=account_id)
    if status is not None:
        rows = rows.filter(status=status)
    shown = lines_of(viewer, list(rows[offset : offset + limit]), today=served.today(), zone=served.settings().zone)
    return Page(count=rows.count(), items=[GoalShape.of(line) for line in shown])


@router.get("/goals/{goal_id}", response={200: GoalShape, 404: Problem})
def goal(request: HttpRequest, goal_id: UUID) -> GoalShape:
    """One goal."""
    viewer = caller(request)
    return goal_shape(viewer, get_object_or_404(access.goals(viewer), pk=goal_id))


def goal_shape(viewer: User, found: Goal) -> GoalShape:
    """A goal that ``viewer`` may see, as it stands today."""
    return GoalShape.of(line_of(viewer, found, today=served.today(), zone=served.settings().zone))


@router.get("/goals/{goal_id}/readings", response={200: Page[ReadingShape], 404: Problem})
def readings(request: HttpRequest, goal_id: UUID, limit: Limit = 50, offset: Offset = 0) -> Page[ReadingShape]:
    """A goal's readings, newest first."""
    viewer = caller(request)
    found = get_object_or_404(access.goals(viewer), pk=goal_id)
    rows = access.readings(viewer).filter(goal=found).order_by("-observed_on", "-recorded_at", "id")
    return page_of(rows, ReadingShape.of, limit=limit, offset=offset)


@router.get("/milestones", response=Page[MilestoneShape])
def milestones(
    request: HttpRequest, account_id: OfAccount = None, limit: Limit = 50, offset: Offset = 0
) -> Page[MilestoneShape]:
    """Planned steps, the next ones first."""
    rows = access.milestones(caller(request)).order_by("planned_on", "id")
    if account_id is not None:
        rows = rows.filter(account=account_id)
    return page_of(rows, MilestoneShape.of, limit=limit, offset=offset)
