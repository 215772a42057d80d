"""People at customers, and what hangs on goals for them."""

from datetime import date, datetime
from typing import TypedDict, Unpack
from uuid import UUID

from trueup.record.access import allow
from trueup.record.keeping import action, amend, drop, keep, locked
from trueup.record.models import Account, Goal, Stake, Stakeholder, User
from trueup.record.models.stakeholders import RoleInDecisions
from trueup.record.models.stakes import StakeTag
from trueup.record.reach import rows
from trueup.record.refusal import Refused


class StakeholderFacts(TypedDict, total=False):
    """What may be said about a stakeholder."""

    name: str
    email: str
    title: str
    department: str
    role_in_decisions: RoleInDecisions
    influence: int | None
    reports_to: Stakeholder | None
    departed_on: date | None
    contact_id: str


class NewStakeholder(StakeholderFacts, total=False):
    """The same of a new one, whose id may be chosen: entered twice, it is refused."""

    id: UUID


class StakeFacts(TypedDict, total=False):
    """What may be said about a stake."""

    goal: Goal | None
    tag: StakeTag
    text: str


@action
def record_stakeholder(by: User, account: Account, *, at: datetime, **facts: Unpack[NewStakeholder]) -> Stakeholder:
    """Enter somebody at a customer; a name is all that is needed."""
    allow(by, "change", account)
    stakeholder = Stakeholder(account=account, **facts)
    return keep(stakeholder, by=by, at=at)


@action
def change_stakeholder(
    by: User, stakeholder: Stakeholder, *, at: datetime, reason: str = "", **facts: Unpack[StakeholderFacts]
) -> Stakeholder:
    """Change what is known about somebody at a customer."""
    allow(by, "change", stakeholder)
    stakeholder = locked(stakeholder)
    if stakeholder.erased_at is not None:
        raise Refused("This person's data were erased.", cure="Record them anew, if they agree.")
    if not amend(stakeholder, facts):
        return stakeholder
    if "reports_to" in facts:
        _check_line(stakeholder)
    return keep(stakeholder, by=by, at=at, reason=reason)


@action
def remove_stakeholder(by: User, stakeholder: Stakeholder, *, at: datetime, reason: str = "") -> None:
    """Delete somebody who was entered by mistake; who left has a day of departure instead."""
    allow(by, "change", stakeholder)
    drop(locked(stakeholder), by=by, at=at, reason=reason)


@action
def add_stake(by: User, stakeholder: Stakeholder, *, at: datetime, **facts: Unpack[StakeFacts]) -> Stake:
    """Enter what hangs for somebody on a goal, or on all of them."""
    allow(by, "confide", stakeholder)
    return keep(Stake(stakeholder=stakeholder, **facts), by=by, at=at)


@action
def change_stake(by: User, stake: Stake, *, at: datetime, reason: str = "", **facts: Unpack[StakeFacts]) -> Stake:
    """Change what hangs for somebody on a goal."""
    allow(by, "confide", stake)
    stake = locked(stake)
    return keep(stake, by=by, at=at, reason=reason) if amend(stake, facts) else stake


@action
def remove_stake(by: User, stake: Stake, *, at: datetime, reason: str = "") -> None:
    """Delete a stake."""
    allow(by, "confide", stake)
    drop(locked(stake), by=by, at=at, reason=reason)


def _check_line(stakeholder: Stakeholder) -> None:
    """Nobody reports to themselves through others."""
    locked(stakeholder.account)
    lines = dict(rows(Stakeholder).filter(account=stakeholder.account).values_list("pk", "reports_to"))
    above, seen = stakeholder.reports_to_id, {stakeholder.pk}
    while above is not None:
        if above in seen:
            raise Refused("They would report to themselves.", field="reports_to", cure="Choose somebody else.")
        seen.add(above)
        above = lines.get(above)
