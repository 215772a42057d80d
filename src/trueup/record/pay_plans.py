"""Where a version of a plan stands: in review, rejected, approved, active, superseded or ended.

Nothing of this is kept: it follows from what was submitted, decided and signed, and from the day.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Literal, get_args

from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.record.models import PayApproval, PlanAcknowledgement, PlanPayee, PlanReview
from trueup.record.reach import rows

PlanState = Literal["draft", "in review", "rejected", "approved", "active", "superseded", "ended"]
PLAN_STATES: tuple[PlanState, ...] = get_args(PlanState)
"""``draft``: a file that nobody submitted. ``approved``: it begins later. ``superseded``: another version holds now."""
_NAMED = 12


def decisions_on_plans(plan_hashes: Collection[str] | None = None) -> Mapping[str, PayApproval]:
    """What was decided last about each plan, by its hash; about all where none are named."""
    found = rows(PayApproval).filter(object_kind="plan").select_related("actor").order_by("pk")
    if plan_hashes is not None:
        found = found.filter(object_hash__in=plan_hashes)
    return {each.object_hash: each for each in found}


def is_plan_approved(plan_hash: str) -> bool:
    """Whether what was decided last about the plan is that it may be used."""
    last = decisions_on_plans([plan_hash]).get(plan_hash)
    return last is not None and last.decision == "approved"


def review_of(plan_hash: str) -> PlanReview | None:
    """The version as it was submitted."""
    return rows(PlanReview).select_related("submitted_by").filter(plan_hash=plan_hash).first()


def plan_said(review: PlanReview) -> Plan:
    """The version as its bytes have it."""
    (plan,) = load([PlanFile(review.path, bytes(review.body).decode())])
    return plan


def plan_states(on: date) -> Mapping[str, PlanState]:
    """Where every version that was submitted stands on a day, by its hash."""
    decided = decisions_on_plans()
    reviews = list(rows(PlanReview).defer("body", "money_diff"))
    holds: dict[str, PlanReview] = {}
    for review in reviews:
        if _is_approved(decided, review) and review.valid_from <= on:
            before = holds.get(review.plan_id)
            if before is None or _place(decided, review) > _place(decided, before):
                holds[review.plan_id] = review
    return {review.plan_hash: _state(review, decided, holds, on) for review in reviews}


def approved_version(plan_id: str, *, by: date, but: str = "") -> PlanReview | None:
    """The approved version of a plan that holds on a day; ``but``: a hash that does not count."""
    decided = decisions_on_plans()
    known = rows(PlanReview).filter(plan_id=plan_id, valid_from__lte=by).exclude(plan_hash=but)
    approved = [review for review in known if _is_approved(decided, review)]
    return max(approved, key=lambda review: _place(decided, review), default=None)


def unapproved(plan_hashes: Iterable[str]) -> list[str]:
    """Which of these plans nobody let pass, in plain sentences."""
    hashes = sorted(set(plan_hashes))
    decided = decisions_on_plans(hashes)
    reviews = {
        each.plan_hash: each for each in rows(PlanReview).filter(plan_hash__in=hashes).defer("body", "money_diff")
    }
    told = []
    for plan_hash in hashes:
        review, decision = reviews.get(plan_hash), decided.get(plan_hash)
        if review is None:
            told.append(f"The plan {plan_hash[:_NAMED]} was not submitted for review.")
        elif decision is None:
            told.append(f"Nobody has approved the plan {review}.")
        elif decision.decision == "rejected":
            told.append(f"The plan {review} was rejected.")
    return told


def payees_of_plan(review: PlanReview) -> frozenset[str]:
    """Whom the version pays, as far as the record was told."""
    return frozenset(rows(PlanPayee).filter(review=review).values_list("payee", flat=True))


def unsigned(plan_hashes: Collection[str], payees: Collection[str]) -> frozenset[str]:
    """Who of these payees has not signed the newest approved version that pays them."""
    decided = decisions_on_plans(plan_hashes)
    newest: dict[str, PlanReview] = {}
    of_them = rows(PlanPayee).filter(review__plan_hash__in=plan_hashes, payee__in=payees).select_related("review")
    for each in of_them.defer("review__body", "review__money_diff"):
        review, before = each.review, newest.get(each.payee)
        if _is_approved(decided, review) and (before is None or _place(decided, review) > _place(decided, before)):
            newest[each.payee] = review
    signed = set(rows(PlanAcknowledgement).filter(plan_hash__in=plan_hashes).values_list("payee", "review_id"))
    return frozenset(payee for payee, review in newest.items() if (payee, review.pk) not in signed)


def acknowledgements(plan_hashes: Collection[str]) -> list[tuple[str, str, date]]:
    """Who signed which of these plans on which day, UTC."""
    found = rows(PlanAcknowledgement).filter(plan_hash__in=plan_hashes).order_by("pk")
    return [
        (payee, plan_hash, at.date()) for payee, plan_hash, at in found.values_list("payee", "plan_hash", "signed_at")
    ]


def _state(
    review: PlanReview, decided: Mapping[str, PayApproval], holds: Mapping[str, PlanReview], on: date
) -> PlanState:
    decision = decided.get(review.plan_hash)
    if decision is None:
        return "in review"
    if decision.decision == "rejected":
        return "rejected"
    if review.valid_from > on:
        return "approved"
    if holds[review.plan_id].pk != review.pk:
        return "superseded"
    return "ended" if review.valid_to is not None and review.valid_to <= on else "active"


def _is_approved(decided: Mapping[str, PayApproval], review: PlanReview) -> bool:
    decision = decided.get(review.plan_hash)
    return decision is not None and decision.decision == "approved"


def _place(decided: Mapping[str, PayApproval], review: PlanReview) -> tuple[date, int]:
    """Versions hold one after another by their first days; of one day, the one that was approved last."""
    return review.valid_from, decided[review.plan_hash].pk
