"""Planned steps to a customer's first value and later ones."""

from datetime import date, datetime
from typing import TypedDict, Unpack
from uuid import UUID

from trueup.record.access import allow
from trueup.record.keeping import action, amend, check_begun, drop, keep, locked
from trueup.record.models import Account, Goal, Milestone, User


class MilestoneFacts(TypedDict, total=False):
    """What may be said about a milestone."""

    goal: Goal | None
    title: str
    planned_on: date
    is_first_value: bool


class NewMilestone(MilestoneFacts, total=False):
    """The same of a new one, whose id may be chosen: entered twice, it is refused."""

    id: UUID


@action
def plan_milestone(by: User, account: Account, *, at: datetime, **facts: Unpack[NewMilestone]) -> Milestone:
    """Plan a step; a title and a day are needed."""
    allow(by, "change", account)
    goal = facts.get("goal")
    if goal is not None:
        allow(by, "change", goal)
    return keep(Milestone(account=account, **facts), by=by, at=at)


@action
def change_milestone(
    by: User, milestone: Milestone, *, at: datetime, reason: str = "", **facts: Unpack[MilestoneFacts]
) -> Milestone:
    """Plan a step anew."""
    milestone = _mine(by, milestone)
    goal = facts.get("goal")
    if goal is not None:
        allow(by, "change", goal)
    return keep(milestone, by=by, at=at, reason=reason) if amend(milestone, facts) else milestone


@action
def finish_milestone(by: User, milestone: Milestone, *, at: datetime, done_on: date | None) -> Milestone:
    """Say on which day a step was done; None: that it was not after all."""
    milestone = _mine(by, milestone)
    if done_on is not None:
        check_begun(done_on, at, field="done_on")
    return keep(milestone, by=by, at=at) if amend(milestone, {"done_on": done_on}) else milestone


@action
def remove_milestone(by: User, milestone: Milestone, *, at: datetime, reason: str = "") -> None:
    """Delete a step that is not planned any more."""
    drop(_mine(by, milestone), by=by, at=at, reason=reason)


def _mine(by: User, milestone: Milestone) -> Milestone:
    allow(by, "change", milestone)
    return locked(milestone)
