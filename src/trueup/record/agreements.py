"""Agreements on customers' value as they stand: which are in force since when and until when, and what was read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from trueup.goals.library import Kpi, library
from trueup.pay import signed_terms
from trueup.pay.agreements import Change, InvalidAgreement, Terms, measure_key
from trueup.pay.signed_terms import Signable
from trueup.pay.vesting import Reading, Verification
from trueup.record import access
from trueup.record.models import (
    Account,
    Adjustment,
    AgreementPayee,
    AgreementSignature,
    Person,
    User,
    ValueAgreement,
    ValueReading,
    ValueVerification,
)
from trueup.record.reach import rows
from trueup.units.money import exact

_DAY = timedelta(1)


@dataclass(frozen=True)
class Agreed:
    """An agreement in force: ``signed_on``: when the last one signed; ``ends_on``: as trimmed by what supersedes it.

    ``readings``: every revision of those within its term; a verification in them is by somebody unrelated to all of
    its payees.
    """

    terms: Terms
    signed_on: date
    ends_on: date
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Standing:
    """Where an agreement stands: no ``terms`` where they are not what was signed, ``since`` when it is in force, if so.

    ``ends_on``: its last day, which what supersedes it trims; ``payees``: the ids of the people whom it pays.
    """

    terms: Terms | None
    since: datetime | None
    ends_on: date
    payees: frozenset[str]


def agreements_of(viewer: User, account: Account) -> QuerySet[ValueAgreement]:
    """An account's agreements that the viewer may see, the last to begin first."""
    return access.value_agreements(viewer).filter(account=account).order_by("-starts_on", "-locked_at")


def for_pay(*, known_at: datetime) -> tuple[Agreed, ...]:
    """Every agreement in force as was known at a time, with its readings: for calculations, not for a page."""
    known = {each.pk: each for each in rows(ValueAgreement).filter(locked_at__lte=known_at)}
    since = _in_force(known.values(), known_at=known_at)
    ends = _ends([known[key] for key in since])
    readings = _readings(known_at)
    found = [
        Agreed(
            terms=terms_in(known[key]),
            signed_on=signed_at.astimezone(UTC).date(),
            ends_on=ends[key],
            readings=tuple(each for each in readings[key] if each.as_of <= ends[key]),
        )
        for key, signed_at in since.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.terms.customer, each.terms.starts_on, each.terms.agreement_id)))


def terms_in(agreement: ValueAgreement) -> Terms:
    """What was agreed on; InvalidAgreement where it is not what was hashed."""
    return signed_terms.terms_in(_kept(agreement), signed=agreement.content_hash)


def copy_for_the_customer(agreement: ValueAgreement) -> bytes | None:
    """The terms to the byte, as they are signed; None where they name our people's pay."""
    return None if agreement.algorithm == signed_terms.NAMES_PAY else bytes(agreement.body)


def _kept(agreement: ValueAgreement) -> Signable:
    pay = agreement.pay
    return Signable(agreement.algorithm, bytes(agreement.body), None if pay is None else bytes(pay))


def in_force_since(agreement: ValueAgreement) -> datetime | None:
    """When the last one signed; None as long as a signature is missing."""
    return _in_force([agreement]).get(agreement.pk)


def standing(agreements: Iterable[ValueAgreement]) -> dict[UUID, Standing]:
    """Where each of many agreements stands, by as many queries as for one."""
    listed = list(agreements)
    keys = [each.pk for each in listed]
    kept = {each.pk: each for each in rows(ValueAgreement).filter(pk__in=keys)}
    payees: defaultdict[UUID, set[str]] = defaultdict(set)
    for key, payee in rows(AgreementPayee).filter(agreement__in=keys).values_list("agreement_id", "payee"):
        payees[key].add(payee)
    related = list(rows(ValueAgreement).filter(lineage__in={each.lineage for each in listed}).defer("body", "pay"))
    since = _in_force(related)
    by_lineage: defaultdict[UUID, list[ValueAgreement]] = defaultdict(list)
    for each in related:
        if each.pk in since:
            by_lineage[each.lineage].append(each)
    return {
        each.pk: Standing(
            terms=_terms_kept(kept[each.pk]),
            since=since.get(each.pk),
            ends_on=_ends([each, *by_lineage[each.lineage]])[each.pk],
            payees=frozenset(payees[each.pk]),
        )
        for each in listed
    }


def _terms_kept(agreement: ValueAgreement) -> Terms | None:
    try:
        return terms_in(agreement)
    except InvalidAgreement:
        return None


def lineage_in_force(agreement: ValueAgreement) -> list[ValueAgreement]:
    """Those in force of the agreements that supersede one another, of which this is one; the first to begin first."""
    of_lineage = list(rows(ValueAgreement).filter(lineage=agreement.lineage).order_by("starts_on"))
    since = _in_force(of_lineage)
    return [each for each in of_lineage if each.pk in since]


def last_day(agreement: ValueAgreement) -> date:
    """The last day of its term, which what supersedes it trims."""
    return _ends([agreement, *lineage_in_force(agreement)])[agreement.pk]


def spellings(measure: str) -> frozenset[str]:
    """The keys of all that a measure goes by: its own; where our library knows it, its key and its name there.

    No two measures of the library share one, so a name never fits two. Synonyms are too loose to be paid by.
    """
    known = _of_library().get(measure_key(measure))
    return frozenset({measure_key(measure)} if known is None else _names(known))


def resembles(measure: str, other: str) -> bool:
    """Whether one of two names that are not the same measure's is a synonym of the other's in our library."""
    ours, theirs = spellings(measure), spellings(other)
    return not ours & theirs and (_is_synonym(measure, other) or _is_synonym(other, measure))


def _is_synonym(word: str, of: str) -> bool:
    known = _of_library().get(measure_key(of))
    return known is not None and measure_key(word) in {measure_key(each) for each in known.synonyms}


@cache
def _of_library() -> Mapping[str, Kpi]:
    """The library's measures by what they go by."""
    return {name: kpi for kpi in library().kpis for name in _names(kpi)}


def _names(of: Kpi) -> tuple[str, str]:
    return measure_key(of.key), measure_key(of.name)


def overlapping(account: Account, measure: str, starts_on: date, ends_on: date) -> QuerySet[ValueAgreement]:
    """The agreements on a measure of a customer within a term."""
    return rows(ValueAgreement).filter(
        account=account, measure_key__in=spellings(measure), starts_on__lte=ends_on, ends_on__gte=starts_on
    )


def changes_of(agreement: ValueAgreement, *, known_at: datetime) -> tuple[Change, ...]:
    """What the customer itself changed that moves the measure, as was approved by a time."""
    meant = spellings(agreement.measure)
    approved = rows(Adjustment).filter(account=agreement.account_id, status="approved", decided_at__lte=known_at)
    return tuple(
        Change(each.starts_on, each.ends_on, each.amount, is_approved=True)
        for each in approved.order_by("starts_on", "id")
        if measure_key(each.measure) in meant
    )


def payees_of(agreement: ValueAgreement) -> set[str]:
    """The ids of the people who are paid by it."""
    return set(rows(AgreementPayee).filter(agreement=agreement).values_list("payee", flat=True))


def leaders() -> Mapping[str, str | None]:
    """Whom each of our people reports to, by their ids."""
    return dict(rows(Person).values_list("person_id", "manager_id"))


def are_related(person: str, payees: Iterable[str], leads: Mapping[str, str | None] | None = None) -> bool:
    """Whether somebody is one of the payees, leads one or reports to one, through any depth.

    ``leads``: whom each reports to, as ``leaders`` says, for who asks more than once.
    """
    leads = leaders() if leads is None else leads
    paid = set(payees)
    theirs = {above for payee in paid for above in _upwards(payee, leads)}
    return person in paid | theirs or bool(paid & set(_upwards(person, leads)))


def _upwards(person: str, leads: Mapping[str, str | None]) -> Iterator[str]:
    seen = {person}
    above = leads.get(person)
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        above = leads.get(above)


def _in_force(agreements: Iterable[ValueAgreement], *, known_at: datetime | None = None) -> dict[UUID, datetime]:
    """Since when those are in force that everybody signed."""
    wanted = {each.pk: each.signers for each in agreements}
    signed = rows(AgreementSignature).filter(agreement__in=wanted)
    if known_at is not None:
        signed = signed.filter(recorded_at__lte=known_at)
    moments: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for key, signed_at in signed.values_list("agreement_id", "signed_at"):
        moments[key].append(signed_at)
    return {key: max(found) for key, found in moments.items() if len(found) >= wanted[key]}


def _ends(agreements: Iterable[ValueAgreement]) -> dict[UUID, date]:
    """The last days of agreements, trimmed by those in force among them that begin later in the same lineage."""
    listed = list(agreements)
    return {
        each.pk: min(
            (
                other.starts_on - _DAY
                for other in listed
                if other.lineage == each.lineage and each.starts_on < other.starts_on <= each.ends_on
            ),
            default=each.ends_on,
        )
        for each in listed
    }


def _readings(known_at: datetime) -> defaultdict[UUID, list[Reading]]:
    decided = rows(ValueVerification).filter(decided_at__lte=known_at, decision="verified")
    verified = {each.reading_id: each.decided_at.astimezone(UTC).date() for each in decided}
    found: defaultdict[UUID, list[Reading]] = defaultdict(list)
    for row in rows(ValueReading).filter(recorded_at__lte=known_at).order_by("as_of", "revision"):
        on = verified.get(row.pk)
        found[row.agreement_id].append(
            Reading(
                agreement_id=str(row.agreement_id),
                as_of=row.as_of,
                revision=row.revision,
                estimate=exact(row.estimate),
                lower=exact(row.lower),
                lapses_on=row.lapses_on,
                verification=None if on is None else Verification(on, is_independent=True),
            )
        )
    return found
