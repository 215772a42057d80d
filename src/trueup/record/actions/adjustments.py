"""What else moved customers' measures: proposed by those who work on the account, decided by somebody else."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from trueup.record.access import allow, may
from trueup.record.agreements import resembles
from trueup.record.keeping import action, amend, check_begun, drop, keep, locked
from trueup.record.models import Account, Adjustment, AgreementPayee, User, ValueAgreement
from trueup.record.models.adjustments import AdjustmentKind
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused


class AdjustmentFacts(TypedDict, total=False):
    """What may be said about an adjustment; ``reason``: what happened at the customer."""

    measure: str
    kind: AdjustmentKind
    starts_on: date
    ends_on: date | None
    amount: Decimal | None
    reason: str
    evidence: str
    evidence_link: str


class NewAdjustment(AdjustmentFacts, total=False):
    """The same of a new one, whose id may be chosen: entered twice, it is refused."""

    id: UUID


@action
def propose_adjustment(by: User, account: Account, *, at: datetime, **facts: Unpack[NewAdjustment]) -> Adjustment:
    """Say what the customer itself changed; it counts once somebody else approves it."""
    allow(by, "change", account)
    adjustment = Adjustment(account=account, proposed_by=by, proposed_at=at, **_trimmed(facts))
    _check_begun(adjustment, at)
    return keep(adjustment, by=by, at=at)


@action
def change_adjustment(
    by: User, adjustment: Adjustment, *, at: datetime, because: str = "", **facts: Unpack[AdjustmentFacts]
) -> Adjustment:
    """Change what is proposed; whoever does so does not decide it any more. ``because``: why it changes."""
    adjustment = _mine(by, adjustment)
    changes = amend(adjustment, _trimmed(facts))
    _check_begun(adjustment, at)
    return keep(adjustment, by=by, at=at, reason=because) if changes else adjustment


@action
def decide_adjustment(
    by: User, adjustment: Adjustment, *, approve: bool, at: datetime, reason: str = "", seen: int | None = None
) -> Adjustment:
    """Approve or refuse what somebody else proposed; from then on it stays as it is. Refusing takes a reason.

    For analysts and administrators who neither proposed nor ever changed it, and whom no agreement with the customer
    pays: what is adjusted moves the value that they are paid by. Managers do not decide: an adjustment makes the team
    that they lead look better or worse. ``seen``: the version that was looked at, where another one
    should not be decided.
    """
    allow(by, "see", adjustment)
    allow(by, "decide")
    adjustment = _proposed(locked(adjustment))
    if adjustment.pk in _written_by(by, [adjustment.pk]):
        raise NotAllowed(
            "You proposed or changed this adjustment.", cure="Let another analyst or administrator decide it."
        )
    if _paid_at(by, {adjustment.account_id}):
        raise NotAllowed(
            "You are paid by an agreement with this customer.", cure="Let another analyst or administrator decide it."
        )
    if seen is not None and seen != newest_version(adjustment):
        raise Refused("Somebody changed this adjustment meanwhile.", cure="Look at it again, then decide.")
    if approve:
        _check_its_measure(adjustment)
    if not approve and not reason.strip():
        raise Refused("A reason is missing.", field="reason", cure="Say why it does not count; others will read it.")
    adjustment.status = "approved" if approve else "refused"
    adjustment.decided_by, adjustment.decided_at = by, max(at, adjustment.proposed_at)
    return keep(adjustment, by=by, at=at, reason=reason)


@action
def withdraw_adjustment(by: User, adjustment: Adjustment, *, at: datetime, reason: str = "") -> None:
    """Delete what was proposed and should not be decided."""
    drop(_mine(by, adjustment), by=by, at=at, reason=reason)


def newest_version(adjustment: Adjustment) -> int:
    """Which version of an adjustment is in force."""
    kept = Adjustment.versions.filter(id=adjustment.pk).order_by("history_date", "history_id")
    return int(kept.values_list("history_id", flat=True).last())


def decidable(by: User, adjustments: Iterable[Adjustment]) -> set[UUID]:
    """Which of these somebody may decide: those that others proposed and changed, where nothing pays them."""
    if not may(by, "decide"):
        return set()
    waiting = [each for each in adjustments if each.status == "proposed"]
    paid = _paid_at(by, {each.account_id for each in waiting})
    proposed = {each.pk for each in waiting if each.account_id not in paid}
    return proposed - _written_by(by, proposed)


def _paid_at(by: User, accounts: Collection[str]) -> set[str]:
    """With which of these customers an agreement pays somebody, whatever its measure and wherever it stands."""
    if by.person_id is None:
        return set()
    pays = rows(AgreementPayee).filter(payee=by.person_id, agreement__account__in=accounts)
    return set(pays.values_list("agreement__account_id", flat=True))


def _check_its_measure(adjustment: Adjustment) -> None:
    """Refuse what may or may not be about a measure that was agreed on, since nobody would know whether it counts."""
    for agreed in rows(ValueAgreement).filter(account=adjustment.account_id).order_by("-starts_on"):
        if resembles(adjustment.measure, agreed.measure):
            raise Refused(
                f"{adjustment.measure} may be {agreed.measure}, on which there is an agreement, or another measure.",
                cure=f"Let whoever proposed it name it {agreed.measure}, or name the other one more clearly.",
            )


def _written_by(by: User, keys: Collection[UUID]) -> set[UUID]:
    """Of which of these somebody made any version."""
    return set(Adjustment.versions.filter(id__in=keys, history_user=by).values_list("id", flat=True))


def _mine(by: User, adjustment: Adjustment) -> Adjustment:
    allow(by, "change", adjustment)
    return _proposed(locked(adjustment))


def _proposed(adjustment: Adjustment) -> Adjustment:
    if adjustment.status != "proposed":
        raise Refused(
            f"This adjustment is {adjustment.status} already, and stays as it is.",
            cure="Propose another one that puts it right.",
        )
    return adjustment


def _trimmed(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Words without the blanks around them, which would pass for a reason."""
    return {field: said.strip() if isinstance(said, str) else said for field, said in facts.items()}


def _check_begun(adjustment: Adjustment, at: datetime) -> None:
    if adjustment.starts_on is not None:  # else a rule says so
        check_begun(adjustment.starts_on, at, field="starts_on")
