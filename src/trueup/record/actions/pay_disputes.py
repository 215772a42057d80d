"""Disputes about lines of statements: opened by whom they concern, decided by somebody else; no line changes by it."""

from datetime import datetime

from trueup.record.access import allow
from trueup.record.actions.ledger import check_sha256
from trueup.record.keeping import action, check
from trueup.record.ledger import newest_transaction
from trueup.record.models import Dispute, DisputeOutcome, User
from trueup.record.models.pay_periods import Outcome
from trueup.record.pay_periods import line_hashes, statement_of, undecided
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused


@action
def open_dispute(by: User, payee: str, period: str, line_hash: str, *, claim: str, at: datetime) -> Dispute:
    """Say that a line of a payee's statement is wrong: the payee, their manager, or who pays."""
    newest_transaction()
    statement = statement_of(by, payee, period)
    if statement is None:
        raise NotAllowed("There is no such statement among those that you may see.", cure="Ask finance.")
    if line_hash not in line_hashes(bytes(statement.body)):
        raise Refused("There is no such line in this statement.", field="line_hash", cure="Name a line that it has.")
    dispute = Dispute(payee=payee, period=period, line_hash=line_hash, claim=claim.strip(), opened_by=by, opened_at=at)
    same = rows(Dispute).filter(payee=payee, period=period, line_hash=line_hash)
    if undecided(same).exists():
        raise Refused("This line is disputed already.", field="line_hash", cure="Wait until that is decided.")
    check(dispute)
    dispute.save(force_insert=True)
    return dispute


@action
def decide_dispute(
    by: User,
    dispute: Dispute,
    *,
    outcome: Outcome,
    at: datetime,
    reason: str = "",
    evidence: str = "",
    plan_hash: str = "",
) -> DisputeOutcome:
    """Say what comes of a dispute: for who pays, and not for the payee.

    ``evidence``: the natural key of the event that is put right; ``plan_hash``: of the plan that is. Both change what
    has been earned, and the difference is posted in the period that is open then.
    """
    allow(by, "see", dispute)
    allow(by, "pay")
    if by.person_id == dispute.payee:
        raise NotAllowed("This is about your own pay.", cure="Let somebody else decide it.")
    if plan_hash:
        check_sha256(plan_hash, "a plan", field="plan_hash")
    told = DisputeOutcome(
        dispute=dispute,
        outcome=outcome,
        reason=reason.strip(),
        evidence=evidence.strip(),
        plan_hash=plan_hash,
        decided_by=by,
        decided_at=at,
    )
    check(told)
    told.save(force_insert=True)
    return told
