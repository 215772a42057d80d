"""Plans as they are told to who is signed in: all to who pays, to others those that pay them or whom they lead."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trueup import served
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.fact_tables import FactTableError
from trueup.pay.facts import FactError
from trueup.pay.plan import Plan
from trueup.pay.simulate_compare import Change
from trueup.record import access, pay_plans
from trueup.record.models import PayApproval, PlanReview, User
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError
from trueup.runs.pay_backtest import held_plans
from trueup.runs.pay_plans import PlanStanding, Version, plan_versions, standings
from trueup.served.pay import Step, desk_of
from trueup.units.money import Money

_ERRORS = (WorkspaceError, DeclarationsError, FactTableError, FactError)


@dataclass(frozen=True)
class ChangeTold:
    """What a version changes in the pay of those whom one may see, over the months [first, last].

    ``hidden``: how many others there are. ``unreckoned``: for who pays.
    """

    first: date
    last: date
    changes: tuple[Change, ...]
    hidden: int
    unreckoned: tuple[str, ...]


@dataclass(frozen=True)
class PlanTold:
    """A version with what it says, and what one may do with it: ``submit``, ``approve``, ``reject`` and ``sign``."""

    standing: PlanStanding
    plan: Plan
    change: ChangeTold | None
    not_compared: str
    history: tuple[PayApproval, ...]
    steps: Mapping[str, Step]


def plans(viewer: User) -> tuple[list[PlanStanding], str]:
    """Every version that the viewer may see; and what is wrong with the files, for who pays: then there is no draft."""
    found, why = _files(viewer)
    return standings(viewer, found, on=served.today()), why


def plan(viewer: User, plan_hash: str) -> PlanTold | None:
    """A version by its hash; None where there is none that the viewer may see."""
    found, _ = _files(viewer)
    standing = next((each for each in standings(viewer, found, on=served.today()) if each.plan_hash == plan_hash), None)
    if standing is None:
        return None
    review = standing.review
    if review is None:
        said = next(each.plan for each in found if each.plan.fingerprint == plan_hash)
    else:
        said = pay_plans.plan_said(review)
    made = access.pay_approvals(viewer).filter(object_kind="plan", object_hash=plan_hash)
    return PlanTold(
        standing=standing,
        plan=said,
        change=_change(viewer, review, standing.payees) if review is not None and review.money_diff else None,
        not_compared=review.not_compared if review is not None else "",
        history=tuple(made.select_related("actor").order_by("-pk")),
        steps=_steps(viewer, standing),
    )


def to_sign(viewer: User) -> list[PlanStanding]:
    """The plans in force, or soon, that pay the viewer and wait for their signature."""
    return [each for each in standings(viewer, (), on=served.today()) if _waits(viewer, each)]


def others(viewer: User, plan_id: str) -> Sequence[str]:
    """The other plans that people are on: a new plan may come instead of one of them. None where that is not known."""
    try:
        return [each for each in held_plans(desk_of(viewer, "submit it").inputs) if each != plan_id]
    except (*_ERRORS, Refused):
        # Submitting says what is wrong; the choice is there without.
        return []


def submit(viewer: User, plan_hash: str, *, at: datetime, instead_of: str = "") -> PlanReview:
    """Submit a draft, compared with what it replaces; Refused where its file says something else by now."""
    access.allow(viewer, "pay")
    try:
        version = next((each for each in plan_versions(served.folder()) if each.plan.fingerprint == plan_hash), None)
        if version is None:
            raise Refused("The plan's file says something else by now.", cure="Read it again, then submit it.")
        return desk_of(viewer, "submit it").submit_plan(version, at=at, instead_of=instead_of)
    except _ERRORS as error:
        raise Refused(str(error)) from error


def _files(viewer: User) -> tuple[Sequence[Version], str]:
    """What files say is told to who pays; others read what was submitted."""
    if not access.may(viewer, "pay"):
        return (), ""
    try:
        return plan_versions(served.folder()), ""
    except (WorkspaceError, DeclarationsError) as error:
        return (), str(error)


def _change(viewer: User, review: PlanReview, payees: frozenset[str]) -> ChangeTold:
    said: dict[str, Any] = json.loads(review.money_diff)
    changes = tuple(
        Change(each["payee"], Money.of(each["old"], each["currency"]), Money.of(each["new"], each["currency"]))
        for each in said["changes"]
    )
    everything = access.may(viewer, "pay")
    seen = changes if everything else tuple(each for each in changes if each.payee in payees)
    return ChangeTold(
        first=date.fromisoformat(said["first"]),
        last=date.fromisoformat(said["last"]),
        changes=seen,
        hidden=len(changes) - len(seen),
        unreckoned=tuple(said["unreckoned"]) if everything else (),
    )


def _steps(viewer: User, standing: PlanStanding) -> Mapping[str, Step]:
    no = Step(may=False)
    if standing.review is None:
        return {"submit": Step(may=True), "approve": no, "reject": no, "sign": no}
    may_decide = _may_decide(viewer, standing, standing.review)
    is_approved = standing.decision is not None and standing.decision.decision == "approved"
    return {
        "submit": no,
        "approve": may_decide if not is_approved else no,
        "reject": may_decide if may_decide.may and standing.state != "rejected" else no,
        "sign": Step(may=_waits(viewer, standing)),
    }


def _may_decide(viewer: User, standing: PlanStanding, review: PlanReview) -> Step:
    if not access.may(viewer, "approve_pay"):
        return Step(may=False)
    payees = pay_plans.payees_of_plan(review)
    if viewer.pk == review.submitted_by_id:
        return Step(may=False, why="You submitted this plan: somebody else approves it.")
    if viewer.person_id is not None and viewer.person_id in payees:
        return Step(may=False, why="This plan pays you: somebody approves it whom it does not pay.")
    if not access.may(viewer, "pay") and standing.payees != payees:
        return Step(may=False, why="It pays people whom you do not lead: finance or an administrator approves it.")
    return Step(may=True)


def _waits(viewer: User, standing: PlanStanding) -> bool:
    """Whether the viewer is to sign: it pays them, somebody approved it, and no other version took its place."""
    is_theirs = viewer.person_id is not None and viewer.person_id in standing.payees - standing.signed
    return is_theirs and standing.state in {"approved", "active"}
