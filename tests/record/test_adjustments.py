"""What else moved customers' measures: proposed by those who work on the account, decided by others, then frozen."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from company import DAY, NOON, Company
from trueup.pay.agreements import PayeeShare, Signer
from trueup.pay.baseline import SeriesValue
from trueup.record import access
from trueup.record.actions.adjustments import (
    change_adjustment,
    decidable,
    decide_adjustment,
    newest_version,
    propose_adjustment,
    withdraw_adjustment,
)
from trueup.record.actions.agreements import agree
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.agreements import changes_of
from trueup.record.export import export
from trueup.record.history import changes, restore
from trueup.record.models import Adjustment, ValueAgreement
from trueup.record.privacy import erase_stakeholder
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import Money

Deed = Callable[[], object]
LATER, LAST = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
WAREHOUSE: dict[str, Any] = {
    "measure": "On-time delivery",
    "starts_on": date(2026, 3, 1),
    "ends_on": date(2026, 5, 31),
    "amount": Decimal("-2.5"),
    "reason": "They moved into the new warehouse.",
    "evidence": "Their newsletter of March.",
}
PEOPLE = """
    who      reads  proposes  decides
    Alice    yes    yes       no
    Bob      yes    yes       no
    Carol    yes    yes       no
    Mia      yes    yes       no
    Ada      yes    yes       yes
    Ana      yes    no        yes
    Fin      yes    no        no
    Vic      yes    no        no
    Charlie  no     no        no
    Nora     no     no        no
"""
TABLE = [line.split() for line in PEOPLE.strip().splitlines()[1:]]


def proposed(company: Company, by: str = "alice", **other: object) -> Adjustment:
    return propose_adjustment(company[by], company.acme, at=NOON, **{**WAREHOUSE, **other})


def approved(company: Company) -> Adjustment:
    return decide_adjustment(company.ana, proposed(company), approve=True, at=LATER)


def test_what_is_proposed_is_kept_with_who_and_when(company: Company) -> None:
    made = proposed(company, reason="  They moved into the new warehouse.\n")
    kept = access.adjustments(company.vic).get()
    assert {name: getattr(kept, name) for name in WAREHOUSE} == WAREHOUSE
    assert (kept.pk, kept.status, kept.kind) == (made.pk, "proposed", "change_of_level")
    assert (kept.proposed_by, kept.proposed_at, kept.decided_by, kept.decided_at) == (company.alice, NOON, None, None)


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"reason": " \n"}, "reason", "It is not said what happened."),
        ({"evidence": " "}, "evidence", "Evidence is missing."),
        ({"evidence": "", "evidence_link": "javascript:alert(1)"}, "evidence_link", "This is no link."),
        ({"amount": None}, "amount", "A change of level says by how much"),
        ({"amount": Decimal(0)}, "amount", "A change of 0 changes nothing."),
        ({"kind": "change_of_definition", "ends_on": None}, "amount", "A change of level says by how much"),
        ({"kind": "change_of_definition", "amount": None}, "ends_on", "A change of definition has no last day."),
        ({"ends_on": date(2026, 2, 28)}, "ends_on", "The last day is before the first."),
        ({"starts_on": DAY + timedelta(2), "ends_on": None}, "starts_on", "This day lies in the future."),
        ({"measure": " "}, "measure", "A measure is missing."),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is_wrong(
    company: Company, facts: dict[str, object], field: str, says: str
) -> None:
    with pytest.raises(Refused) as refused:
        proposed(company, **facts)
    assert (refused.value.field, str(refused.value).startswith(says), bool(refused.value.cure)) == (field, True, True)
    assert not access.adjustments(company.alice).exists()


def test_the_same_is_said_once_and_other_measures_and_days_besides(company: Company) -> None:
    proposed(company)
    proposed(company, measure="Stock cover", evidence="", evidence_link="https://acme.example/news")
    proposed(company, starts_on=date(2026, 3, 2))
    proposed(company, kind="change_of_definition", amount=None, ends_on=None)
    with pytest.raises(Refused, match="There is such an adjustment from that day on"):
        proposed(company, by="bob", amount=Decimal(3))


@pytest.mark.parametrize(("who", "reads", "proposes", "decides"), TABLE, ids=[row[0] for row in TABLE])
def test_those_who_work_on_the_account_propose_and_others_decide(
    company: Company, who: str, reads: str, proposes: str, decides: str
) -> None:
    theirs = proposed(company, by="bob" if who == "Alice" else "alice")
    assert access.adjustments(company[who]).exists() is (reads == "yes")
    deeds = [
        lambda: proposed(company, by=who, measure="Stock cover"),
        lambda: change_adjustment(company[who], theirs, at=LATER, amount=Decimal(-3)),
    ]
    assert (theirs.pk in decidable(company[who], [theirs])) is (decides == "yes")
    if decides == "yes":
        other = proposed(company, by="bob", measure="Order cycle time")
        assert decide_adjustment(company[who], other, approve=True, at=LATER).decided_by == company[who]
    else:
        with pytest.raises(NotAllowed, match="for analysts and administrators" if reads == "yes" else "no such entry"):
            decide_adjustment(company[who], theirs, approve=True, at=LATER)
    for deed in deeds:
        if proposes == "yes":
            deed()
        else:
            with pytest.raises(NotAllowed, match="You may read this" if reads == "yes" else "no such entry"):
                deed()


def test_nobody_decides_what_they_proposed(company: Company) -> None:
    own = proposed(company, by="ada")
    with pytest.raises(NotAllowed, match="You proposed or changed this adjustment") as refused:
        decide_adjustment(company.ada, own, approve=True, at=LATER)
    assert refused.value.cure == "Let another analyst or administrator decide it."
    assert decide_adjustment(company.ana, own, approve=True, at=LATER).status == "approved"


@pytest.mark.parametrize("others_change_it_too", [False, True])
def test_nobody_decides_what_they_changed(company: Company, others_change_it_too: bool) -> None:  # noqa: FBT001
    theirs = proposed(company)
    change_adjustment(company.ada, theirs, at=LATER, amount=Decimal(-3), because="A typo")
    if others_change_it_too:
        change_adjustment(company.bob, theirs, at=LAST, amount=Decimal(-4))
    assert decidable(company.ada, [theirs]) == set()
    with pytest.raises(NotAllowed, match="You proposed or changed this adjustment"):
        decide_adjustment(company.ada, theirs, approve=False, at=LAST, reason="Too much")
    assert decide_adjustment(company.ana, theirs, approve=True, at=LAST).status == "approved"


def test_nor_what_they_restored(company: Company) -> None:
    theirs = proposed(company)
    first = changes(company.alice, Adjustment, theirs.pk)[0]
    change_adjustment(company.alice, theirs, at=LATER, amount=Decimal(-3))
    assert restore(company.ada, Adjustment, theirs.pk, first.version, at=LAST).amount == Decimal("-2.5")
    with pytest.raises(NotAllowed, match="You proposed or changed this adjustment"):
        decide_adjustment(company.ada, theirs, approve=True, at=LAST)


def test_a_refusal_says_why(company: Company) -> None:
    theirs = proposed(company)
    with pytest.raises(Refused, match=r"A reason is missing\.") as refused:
        decide_adjustment(company.ana, theirs, approve=False, at=LATER, reason=" ")
    assert refused.value.field == "reason"
    done = decide_adjustment(company.ana, theirs, approve=False, at=LATER, reason="It was our own move.")
    assert (done.status, done.decided_by, done.decided_at) == ("refused", company.ana, LATER)
    assert changes(company.alice, Adjustment, theirs.pk)[0].reason == "It was our own move."


def test_what_was_looked_at_is_what_is_decided(company: Company) -> None:
    theirs = proposed(company)
    seen = newest_version(theirs)
    change_adjustment(company.alice, theirs, at=LATER, amount=Decimal(-9))
    with pytest.raises(Refused, match="Somebody changed this adjustment meanwhile"):
        decide_adjustment(company.ana, theirs, approve=True, at=LAST, seen=seen)
    again = decide_adjustment(company.ana, theirs, approve=True, at=LAST, seen=newest_version(theirs))
    assert (again.status, again.amount) == ("approved", Decimal(-9))


def test_a_decided_one_stays_as_it_is(company: Company) -> None:
    done = approved(company)
    first = changes(company.alice, Adjustment, done.pk)[-1]
    deeds: list[Deed] = [
        lambda: change_adjustment(company.alice, done, at=LAST, amount=Decimal(-3)),
        lambda: withdraw_adjustment(company.alice, done, at=LAST),
        lambda: decide_adjustment(company.ada, done, approve=False, at=LAST, reason="No"),
        lambda: restore(company.ada, Adjustment, done.pk, first.version, at=LAST),
    ]
    for deed in deeds:
        with pytest.raises(Refused, match=r"stays as it is\.") as refused:
            deed()
        assert refused.value.cure == "Propose another one that puts it right."
    assert Adjustment.versions.filter(id=done.pk).count() == 2
    kept = access.adjustments(company.alice).get()
    assert (kept.status, kept.amount, kept.decided_by) == ("approved", Decimal("-2.5"), company.ana)


def test_what_said_otherwise_before_does_not_come_back_into_a_decided_one(company: Company) -> None:
    theirs = proposed(company)
    first = changes(company.alice, Adjustment, theirs.pk)[0]
    change_adjustment(company.bob, theirs, at=LATER, amount=Decimal(-3))
    decide_adjustment(company.ana, theirs, approve=True, at=LAST)
    with pytest.raises(Refused, match="A decided adjustment stays as it is"):
        restore(company.alice, Adjustment, theirs.pk, first.version, at=LAST)
    assert access.adjustments(company.alice).get().amount == Decimal(-3)


def test_what_was_withdrawn_is_not_decided_and_may_come_back(company: Company) -> None:
    theirs = proposed(company)
    key, version = theirs.pk, newest_version(theirs)
    withdraw_adjustment(company.bob, theirs, at=LATER, reason="It was another customer")
    assert not access.adjustments(company.alice).exists()
    with pytest.raises(NotAllowed, match="no such entry"):
        decide_adjustment(company.ana, Adjustment(id=key), approve=True, at=LAST)
    restore(company.alice, Adjustment, key, version, at=LAST)
    assert access.adjustments(company.alice).get().status == "proposed"


def test_a_build_gets_every_version_and_no_words(company: Company) -> None:
    theirs = proposed(company)
    change_adjustment(company.alice, theirs, at=LATER, evidence="Their newsletter of April.")
    decide_adjustment(company.ana, theirs, approve=True, at=LAST, reason="I saw it.")
    told = export()["adjustments"].to_pylist()
    noon, last = NOON.replace(tzinfo=None), LAST.replace(tzinfo=None)
    assert [(row["status"], row["amount"], row["recorded_at"], row["superseded_at"]) for row in told] == [
        ("proposed", Decimal("-2.5"), noon, last),
        ("approved", Decimal("-2.5"), last, None),
    ]
    assert [word for word in ("warehouse", "newsletter", "Alice", "saw") if word in str(told)] == []


def test_who_is_erased_goes_out_of_decided_ones_too(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane Doe")
    for measure in ("On-time delivery", "Jane Doe's overtime", "jane doe's overtime"):
        theirs = proposed(
            company, measure=measure, reason="Jane Doe moved the warehouse.", evidence="Jane Doe said so."
        )
        decide_adjustment(company.ana, theirs, approve=True, at=LATER, reason="Jane Doe told me too")
    erase_stakeholder(company.ada, jane, at=LAST)
    kept = access.adjustments(company.alice).order_by("measure")
    assert {each.reason for each in kept} == {"(erased) moved the warehouse."}
    assert [each.measure for each in kept if each.measure.startswith("(erased)'s")] == ["(erased)'s overtime"]
    said = str([[str(vars(version)) for version in Adjustment.versions.filter(id=each.pk)] for each in kept])
    assert "jane" not in said.lower()


def test_who_is_paid_by_an_agreement_with_the_customer_decides_no_adjustment_there(company: Company) -> None:
    made = proposed(company)
    assert decidable(company.ana, [made]) == {made.pk}
    agreed_on(company, "Stock cover", payee="ana")
    assert decidable(company.ana, [made]) == set()
    for approve in (True, False):
        with pytest.raises(NotAllowed, match="You are paid by an agreement with this customer"):
            decide_adjustment(company.ana, made, approve=approve, at=LATER, reason="So it was.")
    around = {"status": "approved", "decided_by": company.ana, "decided_at": LATER}
    with pytest.raises(IntegrityError, match="Nobody decides what moves the value"), transaction.atomic():
        QuerySet(Adjustment).filter(pk=made.pk).update(**around)
    assert decide_adjustment(company.ada, made, approve=True, at=LATER).status == "approved"


def test_a_measure_that_was_agreed_on_goes_by_its_key_and_its_name(company: Company) -> None:
    agreement = agreed_on(company, "days_sales_outstanding")
    for measure, day in (("Days sales outstanding", 1), ("DAYS-SALES outstanding", 2), ("On-time delivery", 3)):
        made = proposed(company, measure=measure, starts_on=date(2026, 3, day))
        decide_adjustment(company.ana, made, approve=True, at=LATER)
    assert [each.starts_on.day for each in changes_of(agreement, known_at=LAST)] == [1, 2]


def test_a_name_that_may_be_what_was_agreed_on_or_something_else_is_not_approved(company: Company) -> None:
    agreed_on(company, "Days sales outstanding")
    made = proposed(company, measure="accounts receivable")
    with pytest.raises(Refused, match="accounts receivable may be Days sales outstanding") as refused:
        decide_adjustment(company.ana, made, approve=True, at=LATER)
    assert refused.value.cure == (
        "Let whoever proposed it name it Days sales outstanding, or name the other one more clearly."
    )
    assert decide_adjustment(company.ana, made, approve=False, at=LATER, reason="Which one?").status == "refused"


def agreed_on(company: Company, measure: str, payee: str = "alice") -> ValueAgreement:
    """An agreement with Acme that pays somebody."""
    return agree(
        company.alice,
        company.acme,
        at=NOON,
        series=[SeriesValue(date(2026, month, 15), Decimal(42), "days") for month in range(1, 7)],
        lookback_months=3,
        measure=measure,
        direction="decrease",
        definition="From their ledger",
        value_per_unit=Money.of(1000, "EUR"),
        per="term",
        committed=Money.of(5000, "EUR"),
        band=Money.of(0, "EUR"),
        payees=(PayeeShare(payee, Money.of(300, "EUR"), Fraction(1)),),
        starts_on=DAY,
        ends_on=DAY + timedelta(days=300),
        quantile=Decimal("0.8416"),
        confidence="one-sided, 80 %",
        reading_dates=(DAY + timedelta(days=300),),
        verifier="Our controller",
        signers=(Signer("ours", "Head of Sales"), Signer("customer", "CFO")),
    )
