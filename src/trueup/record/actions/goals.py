"""How a customer is measured: drafted, agreed, revised, ended."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypedDict, Unpack
from uuid import UUID

from trueup.record.access import allow
from trueup.record.keeping import action, amend, check, keep, locked, sign
from trueup.record.models import Account, Goal, GoalTerms, Lever, Stakeholder, User
from trueup.record.models.goals import Direction, GoalKind, StatedBy
from trueup.record.reach import rows
from trueup.record.refusal import Refused
from trueup.units.money import UnknownCurrency, minor_units

_MEANING = frozenset({"measure", "kpi", "kind", "weight", "value_per_unit", "currency"})
"""What an agreed goal does not change without a reason."""


class GoalFacts(TypedDict, total=False):
    """What may be said about a goal, besides its terms and its levers."""

    stakeholder: Stakeholder | None
    kind: GoalKind
    measure: str
    kpi: str
    unit: str
    direction: Direction
    weight: Decimal
    cadence_days: int
    stated_by: StatedBy
    stated_on: date | None
    value_per_unit: Decimal | None
    currency: str
    bound_to: str


class NewGoal(GoalFacts, total=False):
    """The same of a new one, whose id may be chosen: entered twice, it is refused."""

    id: UUID


@dataclass(frozen=True)
class Terms:
    """Where a goal starts and where it should be; a draft's may be incomplete."""

    baseline_value: Decimal | None = None
    baseline_on: date | None = None
    target_value: Decimal | None = None
    target_on: date | None = None
    tolerance: Decimal | None = None


@action
def draft_goal(
    by: User,
    account: Account,
    *,
    at: datetime,
    terms: Terms | None = None,
    levers: Sequence[Lever] = (),
    **facts: Unpack[NewGoal],
) -> Goal:
    """Enter a goal that is not agreed yet. A personal one takes somebody of the account's own team."""
    allow(by, "change", account)
    goal = Goal(account=account, **facts)
    goal.stated_on = goal.stated_on or at.date()
    if goal.kind == "personal":
        allow(by, "confide", account)
    _check_currency(goal)
    keep(goal, by=by, at=at)
    goal.levers.set(levers)
    if terms is not None:
        _revise(by, goal, terms, at=at, reason="")
    return goal


@action
def change_goal(
    by: User,
    goal: Goal,
    *,
    at: datetime,
    reason: str = "",
    terms: Terms | None = None,
    levers: Sequence[Lever] | None = None,
    **facts: Unpack[GoalFacts],
) -> Goal:
    """Change what a goal says. A draft that changes its direction takes new terms in the same step."""
    goal = _mine(by, goal)
    before = {field: getattr(goal, field) for field in _MEANING}
    turned = facts.get("direction", goal.direction) != goal.direction
    changes = amend(goal, facts)
    if goal.kind == "personal":
        allow(by, "confide", goal.account)
    if goal.agreed_at and not reason and before != {field: getattr(goal, field) for field in _MEANING}:
        raise Refused("This goal is agreed.", field="reason", cure="Say why it changes.")
    if turned and terms is None and current_terms(goal) is not None:
        raise Refused(
            "The baseline and target point the other way.", field="direction", cure="Give new ones in the same step."
        )
    _check_currency(goal)
    if changes:
        keep(goal, by=by, at=at, reason=reason)
    if levers is not None:
        if not changes:
            sign([goal], by=by, at=at, reason=reason)
        goal.levers.set(levers)
    if terms is not None:
        _revise(by, goal, terms, at=at, reason=reason)
    return goal


@action
def revise_terms(by: User, goal: Goal, terms: Terms, *, at: datetime, reason: str = "") -> GoalTerms:
    """Give a goal a baseline and target; the ones before stay readable. Once it is agreed, a reason is needed."""
    return _revise(by, _mine(by, goal), terms, at=at, reason=reason)


@action
def agree_goal(by: User, goal: Goal, *, at: datetime, agreed_at: datetime | None = None) -> Goal:
    """Agree on a goal with the customer: its baseline locks. ``agreed_at``: when that was, where not now."""
    goal = _mine(by, goal)
    if goal.status != "draft":
        raise Refused(f"This goal is {goal.status} already.", cure="Revise its terms, or draft another one.")
    if not goal.measure:
        raise Refused("An agreed goal has a measure.", field="measure", cure="Say what is measured.")
    _check_complete(current_terms(goal))
    goal.status, goal.agreed_at = "agreed", _not_later(agreed_at, at, "agreed_at")
    return keep(goal, by=by, at=at)


@action
def withdraw_goal(by: User, goal: Goal, *, at: datetime, reason: str) -> Goal:
    """End a goal that does not matter any more."""
    return _end(by, goal, at=at, status="withdrawn", reason=reason, ended_at=None)


@action
def close_goal(
    by: User,
    goal: Goal,
    *,
    at: datetime,
    outcome: Literal["achieved", "missed"],
    reason: str = "",
    ended_at: datetime | None = None,
) -> Goal:
    """End an agreed goal as achieved or missed; ``ended_at``: when that was, where not now."""
    return _end(by, goal, at=at, status=outcome, reason=reason or outcome, ended_at=ended_at)


@action
def reopen_goal(by: User, goal: Goal, *, at: datetime, reason: str) -> Goal:
    """Let a goal that ended run again, agreed or draft as it was."""
    goal = _mine(by, goal)
    if goal.ended_at is None:
        raise Refused("This goal has not ended.", cure="Nothing needs to be done.")
    _check_reason(reason)
    goal.status, goal.ended_at = "agreed" if goal.agreed_at else "draft", None
    return keep(goal, by=by, at=at, reason=reason)


def current_terms(goal: Goal) -> GoalTerms | None:
    """The terms in force: those of the highest revision."""
    return rows(GoalTerms).filter(goal=goal).order_by("-revision").first()


def _mine(by: User, goal: Goal) -> Goal:
    allow(by, "change", goal)
    return locked(goal)


def _revise(by: User, goal: Goal, terms: Terms, *, at: datetime, reason: str) -> GoalTerms:
    before = current_terms(goal)
    if goal.agreed_at:
        if goal.ended_at:
            raise Refused("This goal has ended.", cure="Reopen it before you revise it.")
        _check_complete(terms)
        _check_reason(reason)
    revised = GoalTerms(
        goal=goal,
        revision=1 if before is None else before.revision + 1,
        direction=goal.direction,
        author=by,
        recorded_at=at if before is None else max(at, before.recorded_at),
        reason=reason,
        **asdict(terms),
    )
    check(revised)
    revised.save(force_insert=True)
    return revised


def _end(by: User, goal: Goal, *, at: datetime, status: str, reason: str, ended_at: datetime | None) -> Goal:
    goal = _mine(by, goal)
    _check_reason(reason)
    if goal.ended_at is not None:
        raise Refused(f"This goal is {goal.status} already.", cure="Reopen it first.")
    if status != "withdrawn" and not goal.agreed_at:
        raise Refused("Only an agreed goal is achieved or missed.", field="status", cure="Agree on it, or withdraw it.")
    goal.status, goal.ended_at = status, _not_later(ended_at, at, "ended_at")
    return keep(goal, by=by, at=at, reason=reason)


def _check_complete(terms: Terms | GoalTerms | None) -> None:
    if terms is None or terms.baseline_value is None:
        raise Refused("An agreed goal has a baseline.", field="baseline_value", cure="Say where it starts, and when.")
    if terms.target_value is None:
        raise Refused("An agreed goal has a target.", field="target_value", cure="Say where it should be, and when.")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("A reason is missing.", field="reason", cure="Say why; others will read it later.")


def _check_currency(goal: Goal) -> None:
    if goal.currency:
        try:
            minor_units(goal.currency)
        except UnknownCurrency as error:
            cure = (
                f"Did you mean {' or '.join(error.nearest)}?"
                if error.nearest
                else "Write an ISO 4217 code such as EUR."
            )
            raise Refused("This is no currency.", field="currency", cure=cure) from error


def _not_later(moment: datetime | None, at: datetime, field: str) -> datetime:
    if moment is not None and moment > at:
        raise Refused("This lies in the future.", field=field, cure="Give a moment that has passed.")
    return moment or at
