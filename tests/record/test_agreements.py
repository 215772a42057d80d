"""Agreements on value: locked, signed by both sides, read on the days agreed on, and verified by somebody unrelated."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from company import NOON, Company
from trueup.pay.agreements import PayeeShare, Signer, as_agreement
from trueup.pay.baseline import SeriesValue
from trueup.pay.vesting import releases
from trueup.record import access
from trueup.record.access import may
from trueup.record.actions.adjustments import decide_adjustment, propose_adjustment
from trueup.record.actions.agreements import (
    agree,
    read_value,
    record_customers_signature,
    sign_for_us,
    verify_value,
)
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.agreements import (
    Agreed,
    agreements_of,
    copy_for_the_customer,
    for_pay,
    in_force_since,
    last_day,
    terms_in,
)
from trueup.record.models import (
    AgreementPayee,
    AgreementSignature,
    Person,
    User,
    ValueAgreement,
    ValueReading,
    ValueVerification,
)
from trueup.record.privacy import erase_stakeholder, person_data
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import Money

Deed = Callable[[], object]
START, END = date(2026, 7, 1), date(2027, 6, 30)
FIRST, SECOND, LAST = date(2026, 9, 30), date(2026, 12, 31), date(2027, 6, 30)
EXTRACT, OTHER = "e" * 64, "f" * 64
SIGNED = NOON + timedelta(hours=1)
TWELVE = [44, 43, 42, 41, 42, 40, 43, 44, 42, 41, 42, 42]


def on(day: date, days: int = 1) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days)


def series(*values: int | str) -> list[SeriesValue]:
    """Values of months, of which the last is May 2026."""
    first = 2026 * 12 + 4 - len(values) + 1
    return [
        SeriesValue(date((first + place) // 12, (first + place) % 12 + 1, 28), Decimal(value), "days")
        for place, value in enumerate(values)
    ]


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


AGREED: dict[str, Any] = {
    "series": series(*TWELVE),
    "lookback_months": 6,
    "measure": "Days sales outstanding",
    "direction": "decrease",
    "definition": "Receivables over sales x 30, from their ledger",
    "value_per_unit": eur(100_000),
    "per": "term",
    "committed": eur(500_000),
    "band": eur(20_000),
    "payees": (PayeeShare("alice", eur(30_000), Fraction(1)),),
    "starts_on": START,
    "ends_on": END,
    "quantile": Decimal("0.8416"),
    "confidence": "one-sided, 80 %",
    "reading_dates": (FIRST, SECOND, LAST),
    "verifier": "Our controller",
    "signers": (Signer("ours", "Head of Sales"), Signer("customer", "CFO")),
}


def agreed(company: Company, by: str = "alice", at: datetime = NOON, **other: Any) -> ValueAgreement:
    return agree(company[by], company.acme, at=at, **{**AGREED, **other})


def signed_by_us(company: Company, agreement: ValueAgreement, at: datetime = SIGNED) -> AgreementSignature:
    return sign_for_us(company.mia, agreement, role="Head of Sales", content_hash=agreement.content_hash, at=at)


def signed_by_them(
    company: Company, agreement: ValueAgreement, at: datetime = SIGNED, **other: Any
) -> AgreementSignature:
    facts = {"role": "CFO", "content_hash": agreement.content_hash, "signed_at": at, "name": "Jane Doe", **other}
    return record_customers_signature(company.alice, agreement, at=at, **facts)


def in_force(company: Company, at: datetime = NOON, **other: Any) -> ValueAgreement:
    agreement = agreed(company, at=at, **other)
    signed_by_us(company, agreement, at + timedelta(hours=1))
    signed_by_them(company, agreement, at + timedelta(hours=1))
    return agreement


def reading(
    company: Company, agreement: ValueAgreement, actual: str = "38", day: date = FIRST, by: str = "ana", **other: Any
) -> ValueReading:
    facts = {"std_error": Decimal("0.5"), "method": "Their extract", "evidence_sha256": EXTRACT, "at": on(day), **other}
    return read_value(company[by], agreement, as_of=day, actual=Decimal(actual), **facts)


def verified(company: Company, of: ValueReading, by: str = "fin", **other: Any) -> ValueVerification:
    facts = {
        "decision": "verified",
        "relation_to_payees": "none",
        "evidence_hash": EXTRACT,
        "at": of.recorded_at + timedelta(5),
        **other,
    }
    return verify_value(company[by], of, **facts)


def released(found: Agreed, payee: str = "alice") -> list[Decimal]:
    agreement = as_agreement(found.terms, payee, signed_on=found.signed_on)
    vested = releases([agreement], found.readings, found.terms.curve, through=date(2030, 1, 1))
    return [release.amount.amount for release in vested]


# Agreed and signed


def test_what_is_agreed_on_is_locked_with_a_computed_baseline(company: Company) -> None:
    made = agreed(company)
    kept = access.value_agreements(company.fin).get()
    assert (kept.baseline, kept.unit, kept.agreed_by, kept.locked_at) == (Decimal(42), "days", company.alice, NOON)
    assert (kept.content_hash, kept.doubts, kept.lineage) == (made.content_hash, "", made.pk)
    terms = terms_in(kept)
    assert (terms.customer, terms.baseline.first, terms.baseline.last, terms.baseline.months) == (
        "acme",
        date(2025, 12, 1),
        date(2026, 5, 31),
        6,
    )
    assert [each.payee for each in access.agreement_payees(company.fin)] == ["alice"]


def test_what_the_customer_is_handed_is_what_is_signed_and_tells_nobodys_pay(company: Company) -> None:
    made, other = agreed(company), agreed(company, measure="Stock cover")
    handed = copy_for_the_customer(made)
    assert handed is not None
    assert sha256(handed).hexdigest() == made.content_hash
    assert b"alice" not in handed
    assert made.pay != other.pay  # each is salted by itself


def test_finance_sees_where_a_baseline_looks_worse_than_ever(company: Company) -> None:
    kept = agreed(company, series=series(*TWELVE[:6], 52, 53, 52, 51, 52, 52), peers=[Decimal(40)] * 3)
    assert kept.doubts.count("Ask why before anybody signs.") == 2
    assert kept.doubts.startswith("The baseline is 52 days; the customer's own earlier months have a median of 42")


def test_without_the_customers_months_nothing_is_agreed_on(company: Company) -> None:
    with pytest.raises(Refused, match="Of the 6 months from 2025-12-01 on 2 have values") as refused:
        agreed(company, series=series(44, 45))
    assert refused.value.cure == "4 are needed; get the missing ones from the customer, or agree on a later day."
    assert not ValueAgreement.objects.exists()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"committed": eur(0)}, r"This agreement commits 0 EUR\. Commit more than 0\."),
        ({"band": Money.of(1, "USD")}, "do not mix"),
        ({"starts_on": date(2026, 6, 29)}, "The term begins on 2026-06-29, before it is agreed on"),
        ({"payees": (PayeeShare("zoe", eur(1), Fraction(1)),)}, "The directory does not know zoe"),
    ],
)
def test_terms_that_make_no_sense_are_refused_with_a_cure(
    company: Company, other: dict[str, object], says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        agreed(company, **other)
    assert refused.value.cure


def test_it_is_in_force_once_both_sides_signed_the_same_terms(company: Company) -> None:
    made = agreed(company)
    assert in_force_since(made) is None
    signed_by_us(company, made)
    assert (in_force_since(made), for_pay(known_at=SIGNED)) == (None, ())
    later = SIGNED + timedelta(1)
    signed_by_them(company, made, later)
    assert in_force_since(made) == later
    assert for_pay(known_at=SIGNED) == ()
    found = for_pay(known_at=later)[0]
    assert (found.signed_on, found.ends_on, found.readings) == (later.date(), END, ())
    assert found.terms.agreement_id == str(made.pk)


def test_other_terms_roles_and_moments_are_not_signed(company: Company) -> None:
    made = agreed(company)
    cases: list[tuple[str, Deed]] = [
        ("Other terms were signed", lambda: signed_by_them(company, made, content_hash=OTHER)),
        ("An intern is not to sign this", lambda: signed_by_them(company, made, role="An intern")),
        ("signed before its baseline was locked", lambda: signed_by_them(company, made, signed_at=NOON - timedelta(1))),
        ("This moment lies in the future", lambda: signed_by_them(company, made, signed_at=SIGNED + timedelta(1))),
        ("It is not said who signed for the customer", lambda: signed_by_them(company, made, name=" ")),
    ]
    for says, deed in cases:
        with pytest.raises(Refused, match=says), transaction.atomic():
            deed()
    signed_by_them(company, made)
    with pytest.raises(Refused, match="This is signed already"):
        signed_by_them(company, made)


def test_who_is_paid_does_not_sign_for_us(company: Company) -> None:
    hers = agreed(company, payees=(PayeeShare("mia", eur(1), Fraction(1)),))
    with pytest.raises(NotAllowed, match="You are paid by this agreement"):
        signed_by_us(company, hers)
    with pytest.raises(NotAllowed, match="Approving pay is for managers"):
        sign_for_us(company.bob, hers, role="Head of Sales", content_hash=hers.content_hash, at=SIGNED)


def test_a_customer_signs_as_a_stakeholder_of_theirs(company: Company) -> None:
    made = agreed(company)
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    john = record_stakeholder(company.charlie, company.globex, at=NOON, name="John")
    with pytest.raises(Refused, match="They are at another account"):
        signed_by_them(company, made, stakeholder=john, name="")
    assert signed_by_them(company, made, stakeholder=jane, name="").stakeholder == jane
    assert person_data(company.ada, jane)["signatures"]


# One agreement at a time


def test_the_same_value_is_agreed_on_once(company: Company) -> None:
    first = agreed(company)
    for name in ("Days sales outstanding", "days-sales outstanding"):
        with pytest.raises(Refused) as refused:
            agreed(company, measure=name, starts_on=END, ends_on=END, reading_dates=(END,))
        assert str(refused.value).startswith(f"There is agreement {first.pk} on Days sales outstanding from 2026-07-01")
    agreed(company, measure="Stock cover")
    after = END + timedelta(1)
    agreed(company, starts_on=after, ends_on=after, reading_dates=(after,))


def test_another_agreement_supersedes_it_and_the_older_one_settles_by_its_own_terms(company: Company) -> None:
    old = in_force(company)
    verified(company, reading(company, old))
    begins, day = date(2026, 12, 1), date(2027, 3, 31)
    at = on(date(2026, 10, 31))
    new = agreed(
        company, at=at, supersedes=old, starts_on=begins, reading_dates=(day,), series=[*AGREED["series"], *later()]
    )
    assert last_day(old) == END
    for sign in (signed_by_us, signed_by_them):
        sign(company, new, at + timedelta(1))
    assert (last_day(old), last_day(new)) == (date(2026, 11, 30), END)
    with pytest.raises(Refused, match="was superseded, and ended on 2026-11-30"):
        reading(company, old, day=SECOND)
    both = {each.terms.agreement_id: each for each in for_pay(known_at=on(day))}
    assert both[str(old.pk)].ends_on == date(2026, 11, 30)
    assert released(both[str(old.pk)]) == [Decimal("21475.20")]
    with pytest.raises(Refused, match="That agreement is superseded already"):
        agreed(company, at=on(day), supersedes=old, starts_on=END, reading_dates=(END,), series=recent(day))


def later() -> list[SeriesValue]:
    return recent(date(2026, 10, 31))


def recent(day: date) -> list[SeriesValue]:
    months = [day.year * 12 + day.month - 1 - back for back in range(1, 7)]
    return [SeriesValue(date(month // 12, month % 12 + 1, 15), Decimal(40), "days") for month in months]


def test_nothing_is_superseded_from_before_it_was_read_nor_wholly_nor_at_another_measure(company: Company) -> None:
    old = in_force(company)
    reading(company, old)
    facts: dict[str, Any] = {"at": on(FIRST), "supersedes": old, "series": recent(FIRST), "reading_dates": (LAST,)}
    with pytest.raises(Refused, match="is on Days sales outstanding of acme"):
        agreed(company, **facts, measure="Stock cover", starts_on=SECOND)
    late = agreed(company, **facts, starts_on=date(2026, 11, 1))
    reading(company, old, day=SECOND)
    with pytest.raises(Refused, match=r"was read as of 2026-12-31 already\. Begin after that"):
        signed_by_us(company, late, on(SECOND))


def test_a_superseded_one_that_nobody_signed_is_not_signed_any_more(company: Company) -> None:
    old = agreed(company)
    agreed(company, supersedes=old, committed=eur(400_000))
    with pytest.raises(Refused, match="This agreement was superseded"):
        signed_by_us(company, old)


# Read and verified


def test_what_is_read_is_kept_with_its_value_and_what_was_vouched_for_is_paid(company: Company) -> None:
    made = in_force(company)
    kept = reading(company, made)
    assert (kept.revision, kept.estimate, kept.lower, kept.adjusted) == (
        1,
        Decimal(400_000),
        Decimal(357_920),
        Decimal(0),
    )
    assert (kept.author, kept.lapses_on) == (company.ana, FIRST + timedelta(90))
    assert released(for_pay(known_at=kept.recorded_at)[0]) == []
    said = verified(company, kept)
    assert released(for_pay(known_at=said.decided_at)[0]) == [Decimal("21475.20")]
    assert released(for_pay(known_at=said.decided_at - timedelta(seconds=1))[0]) == []


def test_a_refused_or_unverified_revision_leaves_the_last_verified_one_in_force(company: Company) -> None:
    made = in_force(company)
    verified(company, reading(company, made))
    second = reading(company, made, "37", at=on(FIRST, 20))
    assert second.revision == 2
    paid = [Decimal("21475.20")]
    assert released(for_pay(known_at=on(FIRST, 21))[0]) == paid
    verified(company, second, decision="refused", at=on(FIRST, 22))
    assert released(for_pay(known_at=on(FIRST, 23))[0]) == paid
    verified(company, reading(company, made, "39", at=on(FIRST, 120)))
    assert released(for_pay(known_at=on(FIRST, 130))[0]) == [Decimal("15475.20")]


def test_what_nobody_verified_in_time_lapses_and_no_revision_revives_it(company: Company) -> None:
    made = in_force(company)
    first = reading(company, made)
    for late in (first, reading(company, made, at=on(FIRST, 100))):
        with pytest.raises(Refused, match=r"revised meanwhile|lapsed on 2026-12-29"), transaction.atomic():
            verified(company, late, at=on(FIRST, 101))


def test_it_is_read_in_force_and_on_the_days_agreed_on_only(company: Company) -> None:
    unsigned = agreed(company)
    with pytest.raises(Refused, match="This agreement is not in force"):
        reading(company, unsigned)
    signed_by_us(company, unsigned)
    signed_by_them(company, unsigned, on(date(2026, 10, 15)))
    cases: list[tuple[str, Deed]] = [
        ("is in force since 2026-10-16", lambda: reading(company, unsigned)),
        ("2026-12-30 is no day on which", lambda: reading(company, unsigned, day=SECOND - timedelta(1))),
        ("This day lies in the future", lambda: reading(company, unsigned, day=SECOND, at=on(SECOND, -2))),
        ("Evidence is missing", lambda: reading(company, unsigned, day=SECOND, evidence_sha256="")),
        ("is no SHA-256", lambda: reading(company, unsigned, day=SECOND, evidence_sha256="E")),
        ("A method is missing", lambda: reading(company, unsigned, day=SECOND, method=" ")),
        ("A standard error of -1", lambda: reading(company, unsigned, day=SECOND, std_error=Decimal(-1))),
    ]  # fmt: skip
    for says, deed in cases:
        with pytest.raises(Refused, match=says), transaction.atomic():
            deed()


def test_what_the_customer_did_itself_counts_once_it_is_approved(company: Company) -> None:
    made = in_force(company)
    change: dict[str, Any] = {"reason": "They changed terms.", "evidence": "Their letter.", "starts_on": START}
    proposed = propose_adjustment(
        company.alice, company.acme, at=on(START), measure="days sales outstanding", amount=Decimal("-1.5"), **change
    )
    assert reading(company, made).estimate == 400_000
    decide_adjustment(company.ana, proposed, approve=True, at=on(FIRST))
    assert ValueReading.objects.get().estimate == 400_000
    again = reading(company, made, at=on(FIRST, 3))
    assert (again.revision, again.adjusted, again.estimate) == (2, Decimal("-1.5"), Decimal(250_000))


def test_after_the_measure_was_redefined_nothing_is_read(company: Company) -> None:
    made = in_force(company)
    redefined = propose_adjustment(
        company.alice,
        company.acme,
        at=on(START),
        measure="Days sales outstanding",
        kind="change_of_definition",
        reason="Another ledger.",
        evidence="Their letter.",
        starts_on=START,
    )
    decide_adjustment(company.ana, redefined, approve=True, at=on(START))
    with pytest.raises(Refused, match="The customer redefined Days sales outstanding on 2026-07-01"):
        reading(company, made)


PEOPLE = """
    who      sees  agrees  measures  verifies  why
    Alice    yes   yes     no        no        payee
    Bob      yes   yes     no        yes       colleague
    Carol    yes   yes     no        yes       colleague
    Mia      yes   yes     no        no        leads_a_payee
    Ana      yes   no      yes       yes       analyst
    Fin      yes   no      yes       yes       finance
    Vic      yes   no      no        yes       unrelated
    Ada      yes   yes     yes       yes       administrator
    Charlie  no    no      no        no        elsewhere
    Nora     no    no      no        no        elsewhere
"""
TABLE = [line.split()[:5] for line in PEOPLE.strip().splitlines()[1:]]


@pytest.mark.parametrize(("who", "sees", "agrees", "measures", "verifies"), TABLE, ids=[row[0] for row in TABLE])
def test_who_may_do_what(company: Company, who: str, sees: str, agrees: str, measures: str, verifies: str) -> None:
    made = in_force(company)
    by = "fin" if who == "Ana" else "ana"
    kept = reading(company, made, by=by)
    assert (may(company[who], "see", made), may(company[who], "see", kept)) == ((sees == "yes"),) * 2
    assert may(company[who], "agree", company.acme) is (agrees == "yes")
    deeds: list[tuple[str, Deed]] = [
        (agrees, lambda: agreed(company, by=who, measure="Stock cover")),
        (measures, lambda: reading(company, made, day=SECOND, by=who)),
        (verifies, lambda: verified(company, kept, by=who)),
    ]
    for right, deed in deeds:
        if right == "yes":
            deed()
        else:
            with pytest.raises(NotAllowed):
                deed()


def test_a_payee_sees_their_agreement_wherever_it_is_and_of_others_nobody_sees_the_pay(company: Company) -> None:
    made = agreed(company, payees=(PayeeShare("charlie", eur(5), Fraction(1)),))
    assert agreements_of(company.charlie, company.acme).get() == made
    assert not agreements_of(company.nora, company.acme).exists()
    assert [access.agreement_payees(company[who]).count() for who in ("Charlie", "Fin", "Vic", "Mia")] == [1, 1, 0, 0]
    assert {"body", "pay"} <= access.value_agreements(company.vic).get().get_deferred_fields()
    User.objects.filter(pk=company.fin.pk).update(is_active=False)
    assert not access.value_agreements(User.objects.get(pk=company.fin.pk)).exists()


def test_nobody_verifies_what_they_measured_nor_for_whom_they_report_to_or_lead_at_any_depth(company: Company) -> None:
    made = in_force(company)
    kept = reading(company, made)
    with pytest.raises(NotAllowed, match="You measured this"):
        verified(company, kept, by="ana")
    Person.objects.filter(pk="alice").update(manager="tom")
    Person.objects.filter(pk="mia").update(manager="vic")
    for who in ("mia", "vic"):
        with pytest.raises(NotAllowed, match="You are paid by this agreement, lead or report to somebody who is"):
            verified(company, kept, by=who)
    Person.objects.filter(pk="tom").update(manager=None)
    Person.objects.filter(pk="bob").update(manager="carol")
    Person.objects.filter(pk="carol").update(manager="alice")
    with pytest.raises(NotAllowed, match="lead or report to"):
        verified(company, kept, by="bob")
    User.objects.filter(pk=company.vic.pk).update(person=None)
    with pytest.raises(NotAllowed, match="nobody knows whether you do"):
        verify_value(
            User.objects.get(pk=company.vic.pk),
            kept,
            decision="verified",
            relation_to_payees="none",
            evidence_hash=EXTRACT,
            at=on(FIRST),
        )


def test_a_verifier_saw_the_evidence_and_says_how_they_stand_to_the_payees(company: Company) -> None:
    kept = reading(company, in_force(company))
    for says, other in (
        ("This is other evidence than the reading rests on", {"evidence_hash": OTHER}),
        ("is no SHA-256", {"evidence_hash": ""}),
        ("It is not said how the verifier stands to the payees", {"relation_to_payees": " "}),
        ("This is not a choice", {"decision": "shrugged"}),
    ):
        with pytest.raises(Refused, match=says), transaction.atomic():
            verified(company, kept, **other)
    verified(company, kept)
    with pytest.raises(Refused, match="This reading is decided about already"):
        verified(company, kept, by="ada")


# Held by the database


def test_what_was_agreed_signed_read_and_verified_stays(company: Company) -> None:
    verified(company, reading(company, in_force(company)))
    stays: list[tuple[type[Any], dict[str, object], str]] = [
        (ValueAgreement, {"baseline": Decimal(60)}, "An agreement stays as it is"),
        (AgreementPayee, {"payee": "bob"}, "Who is paid by an agreement stays so"),
        (AgreementSignature, {"content_hash": OTHER}, "A signature stays"),
        (AgreementSignature, {"name": "Somebody else"}, "A signature stays"),
        (ValueReading, {"actual": Decimal(1)}, "A reading stays as it was made"),
        (ValueReading, {"method": "Another"}, "A reading stays as it was made"),
        (ValueVerification, {"decision": "refused"}, "What a verifier said stays so"),
    ]
    for model, changes, says in stays:
        with pytest.raises(IntegrityError, match=says), transaction.atomic():
            QuerySet(model).update(**changes)
        with pytest.raises(IntegrityError, match=says), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {model._meta.db_table}")


def copy(row: Any, **other: object) -> object:
    """The same row once more, otherwise in some columns, past every action."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if not isinstance(row, ValueAgreement):
        del fields["id"]
    return QuerySet(type(row)).bulk_create([type(row)(**{**fields, **other})])


def test_the_database_lets_nobody_around_the_rules(company: Company) -> None:
    made = in_force(company)
    kept = reading(company, made)
    verified(company, kept)
    unsigned = agreed(company, measure="Stock cover")
    ours, said = AgreementSignature.objects.get(side="ours"), ValueVerification.objects.get()
    second = reading(company, made, at=on(FIRST, 3))
    of_second = {"reading_id": second.pk}
    after, key = dict.fromkeys(("starts_on", "ends_on"), date(2027, 7, 1)), UUID(int=7)
    fresh = {"id": key, "lineage": key, "content_hash": OTHER}
    bob = company.bob.pk
    deeds: list[tuple[str, Deed]] = [
        ("There is an agreement on this measure within that term", lambda: copy(made, **fresh)),
        ("supersedes one on the same measure", lambda: copy(made, **{**fresh, "lineage": made.pk}, **after)),
        ("supersedes one on the same measure", lambda: copy(made, **fresh, **after, supersedes_id=unsigned.pk)),
        ("Who is paid by an agreement stays so", lambda: copy(AgreementPayee.objects.get(agreement=made), place=1)),
        ("Other terms were signed", lambda: copy(ours, role="CEO", content_hash=OTHER)),
        ("before its baseline was locked", lambda: copy(ours, role="CEO", signed_at=NOON - timedelta(seconds=1))),
        ("no day on which the agreement is read", lambda: copy(kept, as_of=FIRST - timedelta(1))),
        ("This agreement is not in force", lambda: copy(kept, agreement_id=unsigned.pk)),
        ("Somebody read this at the same moment", lambda: copy(kept, revision=4)),
        ("Who is paid by an agreement does not read", lambda: copy(kept, revision=3, author_id=company.alice.pk)),
        ("Nobody verifies what they measured", lambda: copy(said, **of_second, verifier_id=second.author_id)),
        ("is a payee, leads one or", lambda: copy(said, **of_second, verifier_id=company.alice.pk)),
        ("is a payee, leads one or", lambda: (report("alice", "bob"), copy(said, **of_second, verifier_id=bob))),
        ("is a payee, leads one or", lambda: (report("bob", "alice"), copy(said, **of_second, verifier_id=bob))),
        ("This reading was revised meanwhile", lambda: copy(said, verifier_id=bob)),
        ("This is other evidence", lambda: copy(said, **of_second, evidence_hash=OTHER)),
    ]  # fmt: skip
    for says, deed in deeds:
        with pytest.raises(IntegrityError, match=says), transaction.atomic():
            deed()
    copy(said, **of_second)


def report(person: str, manager: str) -> object:
    return Person.objects.filter(pk=person).update(manager=manager)


def test_who_is_erased_goes_out_of_signatures_and_readings(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane Doe")
    made = in_force(company)
    reading(company, made, method="Jane Doe sent it")
    assert "Jane Doe" in str(person_data(company.ada, jane)["signatures"])
    erase_stakeholder(company.ada, jane, at=on(FIRST))
    assert AgreementSignature.objects.get(side="customer").name == "(erased)"
    assert ValueReading.objects.get().method == "(erased) sent it"
    assert for_pay(known_at=on(FIRST))[0].terms.agreement_id == str(made.pk)


def test_every_rule_is_held_by_the_database(company: Company) -> None:
    made = in_force(company)
    kept = reading(company, made)
    verified(company, kept)
    second = reading(company, made, at=on(FIRST, 3))
    said = ValueVerification.objects.get()
    payee, ours = AgreementPayee.objects.get(), AgreementSignature.objects.get(side="ours")
    key = UUID(int=7)
    days = dict.fromkeys(("starts_on", "ends_on"), date(2027, 7, 1))
    fresh: dict[str, Any] = {"id": key, "lineage": key, "content_hash": OTHER, **days}
    third = {"revision": 3}
    broken: list[tuple[str, Any, dict[str, Any]]] = [
        ("agreement_direction_known", made, {**fresh, "direction": "maintain"}),
        ("agreement_has_its_measure", made, {**fresh, "measure": ""}),
        ("agreement_commits_more_than_0", made, {**fresh, "committed": Decimal(0)}),
        ("agreement_ends_after_it_began", made, {**fresh, "starts_on": date(2027, 7, 2)}),
        ("content_hash|agreement_once", made, {**fresh, "content_hash": made.content_hash}),
        ("payee|agreement_pays_once", payee, {"place": 0}),
        ("signature_side_known", ours, {"role": "CEO", "side": "nobody"}),
        ("we_sign_as_users", ours, {"role": "CEO", "user_id": None}),
        ("customer_signs_as_one_of_theirs", ours, {"role": "CEO", "side": "customer"}),
        ("signed_before_it_is_recorded", ours, {"role": "CEO", "signed_at": SIGNED + timedelta(1)}),
        ("role|agreement_signed_once", ours, {}),
        ("value_reading_has_its_method", kept, {**third, "method": ""}),
        ("value_reading_has_evidence", kept, {**third, "evidence_sha256": ""}),
        ("std_error_not_below_0", kept, {**third, "std_error": Decimal("-0.00000001")}),
        ("value_decision_known", said, {"reading_id": second.pk, "decision": "shrugged"}),
        ("verifier_declares_their_relation", said, {"reading_id": second.pk, "relation_to_payees": ""}),
    ]
    for name, row, changes in broken:
        with pytest.raises(IntegrityError, match=rf"{name}"), transaction.atomic():
            copy(row, **changes)
    copy(made, **fresh)
    copy(kept, **third)
