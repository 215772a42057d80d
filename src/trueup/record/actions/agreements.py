"""Agreeing on what a customer's value is, signing that, reading it on the days agreed on, and verifying what was read.

Whoever is paid by an agreement neither signs for us nor reads nor verifies. Nothing of it is ever changed: other terms
are another agreement, and a better reading is a revision.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from secrets import token_hex
from typing import NotRequired, TypedDict, TypeVar, Unpack
from uuid import UUID, uuid4

from django.db.models import Model

from trueup.pay.agreements import (
    InvalidAgreement,
    PayeeShare,
    Per,
    Signer,
    Terms,
    adjustments_on,
    measure_key,
    realisation,
)
from trueup.pay.baseline import PLACES, Direction, NoBaseline, SeriesValue, Statistic, baseline, sandbagging
from trueup.pay.signed_terms import signable
from trueup.pay.vesting import InvalidValue, ValueCurve
from trueup.record.access import allow
from trueup.record.actions.ledger import check_sha256
from trueup.record.agreements import (
    are_related,
    changes_of,
    in_force_since,
    last_day,
    lineage_in_force,
    overlapping,
    payees_of,
    terms_in,
)
from trueup.record.keeping import action, check, check_begun, locked
from trueup.record.models import (
    Account,
    AgreementPayee,
    AgreementSignature,
    Person,
    Stakeholder,
    User,
    ValueAgreement,
    ValueReading,
    ValueVerification,
)
from trueup.record.models.agreements import ValueDecision
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import MixedCurrencies, Money

_Row = TypeVar("_Row", bound=Model)
_STEP = Decimal(1).scaleb(-PLACES)


class AgreedOn(TypedDict):
    """What is agreed on, as ``Terms`` says; the baseline is computed."""

    measure: str
    direction: Direction
    definition: str
    value_per_unit: Money
    per: Per
    committed: Money
    band: Money
    payees: tuple[PayeeShare, ...]
    starts_on: date
    ends_on: date
    quantile: Decimal
    confidence: str
    reading_dates: tuple[date, ...]
    verifier: str
    signers: tuple[Signer, ...]
    cap: NotRequired[Money | None]
    curve: NotRequired[ValueCurve]
    verify_within_days: NotRequired[int]


@action
def agree(
    by: User,
    account: Account,
    *,
    at: datetime,
    series: Iterable[SeriesValue],
    lookback_months: int,
    statistic: Statistic = "median",
    peers: Collection[Decimal] = (),
    supersedes: ValueAgreement | None = None,
    **agreed: Unpack[AgreedOn],
) -> ValueAgreement:
    """Write down what is agreed on, with a baseline of the months before, computed from the customer's ``series``.

    It is locked from now on, and in force once both sides have signed. ``peers``: baselines of customers like it.
    ``supersedes``: the agreement on the same measure that ends where this one begins.
    """
    allow(by, "agree", account)
    # Held, so that nobody agrees on the same meanwhile.
    account = locked(account)
    values = tuple(series)
    key = uuid4()
    today = at.astimezone(UTC).date()
    try:
        before = baseline(values, ends=today, lookback_months=lookback_months, statistic=statistic)
        seen = sandbagging(before, values, peers, direction=agreed["direction"])
        terms = Terms(agreement_id=str(key), customer=account.pk, baseline=before, **agreed)
    except (InvalidAgreement, NoBaseline, MixedCurrencies) as error:
        raise _told(error) from error
    _check_term(terms, today)
    _check_payees(terms)
    lineage = key if supersedes is None else _superseding(by, supersedes, account, terms)
    _check_free(account, terms, supersedes)
    written = signable(terms, salt=token_hex())
    agreement = _kept(
        ValueAgreement(
            id=key,
            account=account,
            measure=terms.measure,
            measure_key=measure_key(terms.measure),
            unit=terms.unit,
            direction=terms.direction,
            baseline=before.value,
            committed=terms.committed.amount,
            currency=terms.committed.currency,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            reading_dates=" ".join(map(str, terms.reading_dates)),
            payees=len(terms.payees),
            signers=len(terms.signers),
            doubts="\n".join(each.words for each in seen if each.is_suspicious),
            lineage=lineage,
            supersedes=supersedes,
            agreed_by=by,
            locked_at=at,
            algorithm=written.algorithm,
            body=written.terms,
            pay=written.pay,
            content_hash=written.hash,
        )
    )
    for place, each in enumerate(terms.payees):
        _kept(AgreementPayee(agreement=agreement, place=place, payee=each.payee))
    return agreement


@action
def sign_for_us(
    by: User, agreement: ValueAgreement, *, role: str, content_hash: str, at: datetime
) -> AgreementSignature:
    """Sign the terms that have this hash: for managers, finance and administrators who are not paid by them."""
    allow(by, "see", agreement)
    allow(by, "approve_pay")
    agreement = _signable(agreement, "ours", role, content_hash)
    if by.person_id in payees_of(agreement):
        raise NotAllowed("You are paid by this agreement.", cure="Let somebody else sign it for us.")
    signature = AgreementSignature(side="ours", user=by, signed_at=at)
    return _signed(signature, agreement, role=role, content_hash=content_hash, by=by, at=at)


@action
def record_customers_signature(
    by: User,
    agreement: ValueAgreement,
    *,
    role: str,
    content_hash: str,
    signed_at: datetime,
    at: datetime,
    stakeholder: Stakeholder | None = None,
    name: str = "",
) -> AgreementSignature:
    """Write down that the customer signed the terms that have this hash: a stakeholder of theirs, or else a name."""
    allow(by, "agree", agreement)
    agreement = _signable(agreement, "customer", role, content_hash)
    if stakeholder is not None and stakeholder.account_id != agreement.account_id:
        raise Refused("They are at another account.", field="stakeholder", cure="Name somebody at this customer.")
    signature = AgreementSignature(side="customer", stakeholder=stakeholder, name=name.strip(), signed_at=signed_at)
    return _signed(signature, agreement, role=role, content_hash=content_hash, by=by, at=at)


@action
def read_value(
    by: User,
    agreement: ValueAgreement,
    *,
    as_of: date,
    actual: Decimal,
    std_error: Decimal,
    method: str,
    at: datetime,
    evidence_sha256: str = "",
    evidence_link: str = "",
) -> ValueReading:
    """Say what the measure was over the term to one of the days agreed on; once more, it is a revision.

    For analysts, finance and administrators who are not paid by the agreement. Adjustments count that are approved now.
    """
    allow(by, "see", agreement)
    allow(by, "measure")
    if by.person_id in payees_of(agreement):
        raise NotAllowed("You are paid by this agreement.", cure="Let somebody else measure it.")
    locked(agreement.account)
    _check_readable(agreement, as_of, at)
    if evidence_sha256:
        check_sha256(evidence_sha256, "the evidence", field="evidence_sha256")
    terms = terms_in(agreement)
    try:
        moved = adjustments_on(terms, changes_of(agreement, known_at=at), as_of=as_of)
        found = realisation(terms, moved, actual, std_error, as_of=as_of)
    except (InvalidValue, MixedCurrencies) as error:
        raise _told(error) from error
    before = rows(ValueReading).filter(agreement=agreement, as_of=as_of)
    is_correction = rows(ValueVerification).filter(reading__in=before, decision="verified").exists()
    return _kept(
        ValueReading(
            agreement=agreement,
            as_of=as_of,
            revision=before.count() + 1,
            actual=actual,
            std_error=std_error,
            adjusted=_rounded(sum((each.amount for each in moved), Fraction(0))),
            estimate=_rounded(found.estimate),
            lower=_rounded(found.lower),
            # What nobody verified in time is not revived by a revision; what was verified may be put right later.
            lapses_on=_lapse(at, terms) if is_correction else found.lapses_on,
            method=method.strip(),
            evidence_sha256=evidence_sha256,
            evidence_link=evidence_link.strip(),
            author=by,
            recorded_at=at,
        )
    )


@action
def verify_value(
    by: User,
    reading: ValueReading,
    *,
    decision: ValueDecision,
    relation_to_payees: str,
    evidence_hash: str,
    at: datetime,
) -> ValueVerification:
    """Say whether a reading is right, by the evidence that has this hash.

    For whoever neither is paid by the agreement, nor leads or reports to somebody who is, nor measured it.
    """
    allow(by, "see", reading)
    if reading.author_id == by.pk:
        raise NotAllowed("You measured this.", cure="Let somebody else verify it.")
    if by.person_id is None or are_related(by.person_id, payees_of(reading.agreement)):
        raise NotAllowed(
            "You are paid by this agreement, lead or report to somebody who is, or nobody knows whether you do.",
            cure="Let somebody unrelated verify it, whom the directory knows.",
        )
    check_sha256(evidence_hash, "the evidence", field="evidence_hash")
    if decision == "verified" and at.astimezone(UTC).date() > reading.lapses_on:
        raise Refused(
            f"This reading lapsed on {reading.lapses_on}.", field="decision", cure="Verify the next one in time."
        )
    return _kept(
        ValueVerification(
            reading=reading,
            verifier=by,
            relation_to_payees=relation_to_payees.strip(),
            decision=decision,
            evidence_hash=evidence_hash,
            decided_at=at,
        )
    )


def _check_term(terms: Terms, today: date) -> None:
    if terms.starts_on < today:
        raise Refused(
            f"The term begins on {terms.starts_on}, before it is agreed on.",
            field="starts_on",
            cure="Begin today or later: one could see already how it goes.",
        )


def _check_payees(terms: Terms) -> None:
    names = [each.payee for each in terms.payees]
    known = set(rows(Person).filter(pk__in=names).values_list("pk", flat=True))
    unknown = sorted(set(names) - known)
    if unknown:
        raise Refused(
            f"The directory does not know {unknown[0]}.", field="payees", cure="Name payees by their ids in it."
        )


def _superseding(by: User, older: ValueAgreement, account: Account, terms: Terms) -> UUID:
    """The lineage of an agreement that supersedes an older one."""
    allow(by, "see", older)
    if older.account_id != account.pk or older.measure_key != measure_key(terms.measure):
        raise Refused(
            f"Agreement {older.pk} is on {older.measure} of {older.account_id}.",
            field="supersedes",
            cure="Supersede one on the same measure of the same customer.",
        )
    _check_begins_later(older, terms.starts_on)
    return older.lineage


def _check_begins_later(older: ValueAgreement, starts_on: date) -> None:
    """Refuse to trim an agreement to nothing, or before a day on which it was read already."""
    for each in lineage_in_force(older):
        if each.starts_on >= starts_on:
            raise Refused(
                f"Agreement {each.pk} begins on {each.starts_on} itself.", field="starts_on", cure="Begin after it."
            )
        read = rows(ValueReading).filter(agreement=each, as_of__gte=starts_on).order_by("as_of").last()
        if read is not None:
            raise Refused(
                f"Agreement {each.pk} was read as of {read.as_of} already.", field="starts_on", cure="Begin after that."
            )


def _check_free(account: Account, terms: Terms, supersedes: ValueAgreement | None) -> None:
    others = overlapping(account, terms.measure, terms.starts_on, terms.ends_on)
    if supersedes is not None:
        others = others.exclude(lineage=supersedes.lineage)
    other = others.order_by("starts_on").first()
    if other is not None:
        raise Refused(
            f"There is agreement {other.pk} on {other.measure} from {other.starts_on} to {other.ends_on}.",
            field="measure",
            cure="Supersede it, or agree on another term: the same value is paid once.",
        )


def _signable(agreement: ValueAgreement, side: str, role: str, signed: str) -> ValueAgreement:
    """The agreement, held, if its terms are what is signed and ask for this signer."""
    locked(agreement.account)
    if signed != agreement.content_hash:
        raise Refused(
            "Other terms were signed than those of this agreement.",
            field="content_hash",
            cure="Sign these, or agree on those.",
        )
    roles = [each.role for each in terms_in(agreement).signers if each.side == side]
    if role.strip() not in roles:
        raise Refused(
            f"{role.strip()} is not to sign this.", field="role", cure=f"Let it be signed by {' and '.join(roles)}."
        )
    if agreement.supersedes is not None:
        _check_begins_later(agreement.supersedes, agreement.starts_on)
    return agreement


def _signed(
    signature: AgreementSignature, agreement: ValueAgreement, *, role: str, content_hash: str, by: User, at: datetime
) -> AgreementSignature:
    signature.agreement, signature.role, signature.content_hash = agreement, role.strip(), content_hash
    signature.recorded_by, signature.recorded_at = by, at
    return _kept(signature)


def _check_readable(agreement: ValueAgreement, as_of: date, at: datetime) -> None:
    since = in_force_since(agreement)
    if since is None:
        raise Refused("This agreement is not in force.", cure="Let both sides sign it first.")
    check_begun(as_of, at, field="as_of")
    signed_on = since.astimezone(UTC).date()
    if as_of < signed_on:
        raise Refused(f"This agreement is in force since {signed_on}.", field="as_of", cure="Read it on its next day.")
    last = last_day(agreement)
    if as_of > last:
        raise Refused(f"This agreement was superseded, and ended on {last}.", field="as_of", cure="Read the newer one.")


def _lapse(at: datetime, terms: Terms) -> date:
    return at.astimezone(UTC).date() + timedelta(days=terms.verify_within_days)


def _rounded(value: Fraction) -> Decimal:
    """To as many places as are kept, towards less."""
    return Decimal(value.numerator * 10**PLACES // value.denominator) * _STEP


def _kept(row: _Row) -> _Row:
    check(row)
    row.save(force_insert=True)
    return row


def _told(error: ValueError) -> Refused:
    message, _, cure = str(error).partition(": ")
    return Refused(f"{message[:1].upper()}{message[1:]}.", cure=f"{cure[:1].upper()}{cure[1:]}." if cure else "")
