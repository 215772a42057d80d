"""The life of a pay period: calculated, submitted, approved, closed and paid, each by whom it may be."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from trueup.pay.ledger import TEXT_LENGTH, Transaction
from trueup.record.access import allow
from trueup.record.actions.ledger import check_sha256, close_period, post
from trueup.record.keeping import action, check
from trueup.record.ledger import newest_transaction
from trueup.record.models import (
    ForcedClose,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
    PeriodEvent,
    User,
)
from trueup.record.models.pay_periods import Decision
from trueup.record.pay_periods import (
    decision_on,
    exceptions,
    gates,
    hash_of,
    is_closed,
    line_hashes,
    newest_calculation,
    sees_all_of,
    statement_hashes,
)
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.period import InvalidPeriod, parse_period

PAID_BY: Final = ("payment", "draw", "recovery", "clawback")
"""The kinds of transaction that a pay run posts; ``clawback``: what a run below 0 leaves to be paid back."""
_PART = 500


@dataclass(frozen=True)
class Calculated:
    """What was reckoned of a period: statements by payee, and why lines were refused, by their keys."""

    period: str
    inputs_hash: str
    plan_hashes: Sequence[str]
    engine: str
    known_at: datetime
    statements: Mapping[str, bytes]
    exceptions: Mapping[str, str] = field(default_factory=dict)


@action
def keep_calculation(by: User, calculated: Calculated, *, at: datetime) -> PayCalculation:
    """Keep an official calculation of an open period; whatever was decided about an earlier one counts no more."""
    allow(by, "pay")
    _held(calculated.period)
    check_sha256(calculated.inputs_hash, "the inputs", field="inputs_hash")
    for plan_hash in calculated.plan_hashes:
        check_sha256(plan_hash, "a plan", field="plan_hashes")
    _check_statements(calculated.statements)
    hashes = {payee: hashlib.sha256(body).hexdigest() for payee, body in sorted(calculated.statements.items())}
    refused = [{"key": key, "message": message} for key, message in sorted(calculated.exceptions.items())]
    newest = rows(PayCalculation).order_by("-sequence").first()
    calculation = PayCalculation(
        sequence=1 if newest is None else newest.sequence + 1,
        period=calculated.period,
        inputs_hash=calculated.inputs_hash,
        plan_hashes=json.dumps(sorted(calculated.plan_hashes)),
        engine=calculated.engine,
        known_at=calculated.known_at,
        calculated_at=at,
        calculated_by=by,
        exceptions=json.dumps(refused),
        statements=len(hashes),
        hash=hash_of(
            calculated.period,
            inputs_hash=calculated.inputs_hash,
            plan_hashes=calculated.plan_hashes,
            engine=calculated.engine,
            statements=hashes,
        ),
    )
    check(calculation)
    calculation.save(force_insert=True)
    rows(PayStatement).bulk_create(
        (
            PayStatement(
                calculation=calculation, place=place, payee=payee, body=calculated.statements[payee], hash=digest
            )
            for place, (payee, digest) in enumerate(hashes.items())
        ),
        batch_size=_PART,
    )
    return calculation


@action
def submit(by: User, calculation: PayCalculation, *, at: datetime) -> PayReview:
    """Submit a period's newest calculation for review."""
    allow(by, "pay")
    _check_newest(calculation)
    review = PayReview(calculation=calculation, submitted_by=by, submitted_at=at)
    check(review)
    review.save(force_insert=True)
    return review


@action
def decide_calculation(
    by: User, calculation: PayCalculation, *, decision: Decision, at: datetime, reason: str = ""
) -> PayApproval:
    """Approve or reject what was submitted; rejecting takes a reason, and a new calculation.

    By somebody who neither calculated nor submitted it, whom it does not pay, and who sees every statement of it.
    """
    allow(by, "approve_pay")
    allow(by, "see", calculation)
    _check_newest(calculation)
    review = rows(PayReview).filter(calculation=calculation).first()
    if review is None:
        raise Refused("This calculation was not submitted for review.", cure="Let somebody submit it first.")
    if by.pk in {calculation.calculated_by_id, review.submitted_by_id}:
        raise NotAllowed("You calculated or submitted this.", cure="Let somebody else approve it.")
    if by.person_id is not None and by.person_id in statement_hashes(calculation):
        raise NotAllowed("This pays you.", cure="Let somebody approve it whom it does not pay.")
    if not sees_all_of(by, calculation):
        raise NotAllowed(
            "You see the statements of some of its people only.", cure="Let finance or an administrator decide it."
        )
    before = decision_on(calculation)
    if before is not None and before.decision == "rejected":
        raise Refused("This calculation was rejected.", cure="Calculate again, and submit that.")
    digest = calculation.hash
    return keep_decision(by, "calculation", digest, decision=decision, at=at, reason=reason, about=calculation)


@action
def own_exception(by: User, calculation: PayCalculation, key: str, *, note: str, at: datetime) -> PayException:
    """Look after a line that was refused; ``note``: what is done about it."""
    allow(by, "pay")
    _check_newest(calculation)
    if key not in exceptions(calculation):
        raise Refused(f"No line {key!r} was refused.", field="key", cure="Name one of the calculation's exceptions.")
    exception = PayException(calculation=calculation, key=key, note=note.strip(), owner=by, owned_at=at)
    check(exception)
    exception.save(force_insert=True)
    return exception


@action
def close(
    by: User,
    period: str,
    transactions: Iterable[Transaction],
    *,
    at: datetime,
    inputs_hash: str,
    forced_reason: str = "",
) -> PeriodEvent:
    """Post the period's transactions and end it, all of it or nothing; Refused where something stands in the way.

    ``inputs_hash``: of what it would be calculated from now. ``forced_reason``: why an administrator closes the period
    nevertheless; it is kept together with what stood in the way.
    """
    allow(by, "pay")
    if forced_reason:
        allow(by, "administer")
    _held(period)
    due = list(transactions)
    for transaction in due:
        if transaction.posted_in != period:
            raise Refused(
                f"{transaction.key} is for the statement of {transaction.posted_in}.",
                field="posted_in",
                cure=f"Post it in {period}, or leave it.",
            )
    found = gates(period, inputs_hash=inputs_hash)
    if found and not forced_reason:
        raise Refused(f"{period} cannot be closed. {' '.join(found)}", cure="See to this first.")
    post(by, due, at=at)
    if found:
        forced = ForcedClose(
            period=period, reason=forced_reason.strip(), gates=json.dumps(found), forced_by=by, forced_at=at
        )
        check(forced)
        forced.save(force_insert=True)
    calculation = newest_calculation(period)
    return close_period(by, period, at=at, statements={} if calculation is None else statement_hashes(calculation))


@action
def pay(
    by: User,
    period: str,
    transactions: Iterable[Transaction],
    *,
    at: datetime,
    file_sha256: str,
    file: bytes | None = None,
    posted_in: str = "",
) -> PayRun:
    """Pay a closed period, once more where it was paid before; ``file_sha256`` is of the ``file`` for payroll.

    The transactions are posted in ``posted_in``, or else in the next period that is open, whatever they say themselves.
    """
    allow(by, "pay")
    newest_transaction()
    if not is_closed(period):
        raise Refused(f"{period} is not closed.", field="period", cure="Close it, then pay it.")
    check_sha256(file_sha256, "the file", field="file_sha256")
    if file is not None and hashlib.sha256(file).hexdigest() != file_sha256:
        raise Refused("The file has another SHA-256.", field="file_sha256", cure="Give that of this file.")
    into = posted_in or _next_open(period)
    due = [replace(transaction, posted_in=into) for transaction in transactions]
    for transaction in due:
        if transaction.kind not in PAID_BY:
            raise Refused(f"{transaction.key} is no payment.", field="kind", cure=f"Use one of {', '.join(PAID_BY)}.")
    posted = post(by, due, at=at)
    if len(posted) < len(due):
        raise Refused("Some of this was paid already.", field="key", cure="Pay only what was not paid yet.")
    run = PayRun(
        period=period,
        number=rows(PayRun).filter(period=period).count() + 1,
        posted_in=into,
        first=posted[0].sequence if posted else None,
        last=posted[-1].sequence if posted else None,
        file_sha256=file_sha256,
        file=file,
        paid_at=at,
        paid_by=by,
    )
    check(run)
    run.save(force_insert=True)
    return run


def keep_decision(
    by: User,
    kind: str,
    digest: str,
    *,
    decision: Decision,
    at: datetime,
    reason: str,
    about: PayCalculation | None = None,
) -> PayApproval:
    """Keep what somebody decided, who may: within an action, which asked."""
    approval = PayApproval(
        object_kind=kind,
        object_hash=digest,
        calculation=about,
        decision=decision,
        reason=reason.strip(),
        actor=by,
        actor_role=by.role,
        decided_at=at,
    )
    check(approval)
    approval.save(force_insert=True)
    return approval


def _held(period: str) -> None:
    """Keep everybody else from calculating, deciding and closing meanwhile; Refused where the period is closed."""
    newest_transaction()
    if is_closed(period):
        raise Refused(
            f"{period} is closed already.", field="period", cure="Put what is right into the period that is open."
        )


def _check_newest(calculation: PayCalculation) -> None:
    _held(calculation.period)
    newest = newest_calculation(calculation.period)
    if newest is None or newest.pk != calculation.pk:
        raise Refused(
            f"{calculation.period} was calculated again meanwhile.", cure="Look at the newest calculation of it."
        )


def _check_statements(statements: Mapping[str, bytes]) -> None:
    for payee, body in statements.items():
        if not 0 < len(payee) <= TEXT_LENGTH or not payee.isprintable() or payee != payee.strip():
            raise Refused(f"{payee!r} is no payee.", field="payee", cure="Give a person's id.")
        try:
            line_hashes(body)
        except ValueError as error:
            raise Refused(
                f"The statement of {payee} cannot be read.",
                field="statements",
                cure="Give JSON with lines, which have a hash each.",
            ) from error


def _next_open(period: str) -> str:
    """The first period after this one that is not closed."""
    try:
        following = parse_period(period).next()
    except InvalidPeriod as error:
        raise Refused(
            f"Nobody knows which period follows {period}.", field="posted_in", cure="Say into which one it is posted."
        ) from error
    while is_closed(str(following)):
        following = following.next()
    return str(following)
