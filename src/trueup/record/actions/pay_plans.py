"""The life of a plan's version: submitted for review, approved or rejected by somebody else, signed by whom it pays."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from trueup.pay.ledger import TEXT_LENGTH
from trueup.pay.plan_file import PlanFile, PlanFileError, load
from trueup.pay.simulate_compare import MoneyDiff
from trueup.record.access import allow
from trueup.record.actions.pay_periods import keep_decision
from trueup.record.keeping import action, check
from trueup.record.ledger import newest_transaction
from trueup.record.models import PayApproval, PlanAcknowledgement, PlanPayee, PlanReview, User
from trueup.record.models.pay_periods import Decision
from trueup.record.pay_access import plan_payees
from trueup.record.pay_plans import is_plan_approved, payees_of_plan
from trueup.record.pay_reach import pays
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused

_PART = 500


@dataclass(frozen=True)
class SubmittedPlan:
    """A version's file as it is submitted: its path and text, whom it pays, and what it changes.

    ``money_diff``: everybody's pay by what it replaces and by it; None with ``not_compared``: why there is none.
    """

    path: str
    text: str
    payees: Collection[str]
    money_diff: MoneyDiff | None = None
    not_compared: str = ""


@action
def submit_plan(by: User, submitted: SubmittedPlan, *, at: datetime) -> PlanReview:
    """Submit a version of a plan for review; who submits it answers for it as its writer, and does not approve it."""
    allow(by, "pay")
    try:
        (plan,) = load([PlanFile(submitted.path, submitted.text)])
    except PlanFileError as error:
        raise Refused(str(error), field="body") from error
    diff = submitted.money_diff
    review = PlanReview(
        plan_hash=plan.fingerprint,
        plan_id=plan.plan_id,
        label=plan.label,
        valid_from=plan.valid_from,
        valid_to=plan.valid_to,
        path=submitted.path,
        body=submitted.text.encode(),
        money_diff="" if diff is None else json.dumps(diff.said(), sort_keys=True, separators=(",", ":")),
        not_compared=submitted.not_compared,
        submitted_by=by,
        submitted_at=at,
    )
    check(review)
    review.save(force_insert=True)
    _put(review, submitted.payees, at)
    return review


@action
def put_on_plan(by: User, plan_hash: str, payees: Iterable[str], *, at: datetime) -> int:
    """Put people on a version that was submitted before they came: they may read and sign it. How many there were."""
    allow(by, "pay")
    review = rows(PlanReview).filter(plan_hash=plan_hash).first()
    if review is None:
        return 0
    return _put(review, set(payees) - payees_of_plan(review), at)


@action
def decide_plan(by: User, review: PlanReview, *, decision: Decision, at: datetime, reason: str = "") -> PayApproval:
    """Approve or reject a plan, by its hash; not by who submitted it, nor by one of those whom it pays.

    What is decided last counts: a plan that was approved may be rejected, and be approved again.
    """
    allow(by, "approve_pay")
    allow(by, "see", review)
    # Held, so that no period is closed by it meanwhile.
    newest_transaction()
    if by.pk == review.submitted_by_id:
        raise NotAllowed("You submitted this plan.", cure="Let somebody else approve it.")
    payees = payees_of_plan(review)
    if by.person_id is not None and by.person_id in payees:
        raise NotAllowed("This plan pays you.", cure="Let somebody approve it whom it does not pay.")
    if not pays(by) and plan_payees(by).filter(review=review).count() < len(payees):
        raise NotAllowed(
            "This plan pays people whom you do not lead.", cure="Let finance or an administrator approve it."
        )
    return keep_decision(by, "plan", review.plan_hash, decision=decision, at=at, reason=reason)


@action
def sign_plan(by: User, review: PlanReview, *, plan_hash: str, at: datetime) -> PlanAcknowledgement:
    """Sign what a plan says, by its hash; as somebody whom it pays, once it is approved."""
    allow(by, "see", review)
    if by.person_id is None or by.person_id not in payees_of_plan(review):
        raise NotAllowed("This plan does not pay you.", cure="Let those sign it whom it pays.")
    if plan_hash != review.plan_hash:
        raise Refused("This is another plan than was read.", field="plan_hash", cure="Read it again, then sign.")
    if not is_plan_approved(plan_hash):
        raise Refused("Nobody has approved this plan.", cure="Sign it once somebody has.")
    signed = PlanAcknowledgement(review=review, payee=by.person_id, plan_hash=plan_hash, signed_by=by, signed_at=at)
    check(signed)
    signed.save(force_insert=True)
    return signed


def _put(review: PlanReview, payees: Iterable[str], at: datetime) -> int:
    listed = sorted(set(payees))
    for payee in listed:
        if not 0 < len(payee) <= TEXT_LENGTH or not payee.isprintable() or payee != payee.strip():
            raise Refused(f"{payee!r} is no payee.", field="payee", cure="Give a person's id.")
    made = (PlanPayee(review=review, payee=payee, put_at=at) for payee in listed)
    rows(PlanPayee).bulk_create(made, batch_size=_PART)
    return len(listed)
