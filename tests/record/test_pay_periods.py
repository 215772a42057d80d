"""The life of a pay period: calculated, reviewed, approved by somebody else, closed as a whole, and paid."""

import hashlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet
from killed_close import MANY

from company import NOON, Company, founded
from planned import submitted
from recorded import Place
from trueup.pay.ledger import COMMISSION, EARNED, PAYROLL, Entry, Kind, Transaction
from trueup.pay.ledger_chain import Whole
from trueup.record.actions.ledger import close_period, post
from trueup.record.actions.pay_disputes import open_dispute
from trueup.record.actions.pay_periods import (
    Calculated,
    close,
    decide_calculation,
    keep_calculation,
    own_exception,
    pay,
    submit,
)
from trueup.record.guards import remove
from trueup.record.keeping import check
from trueup.record.ledger import verify_ledger
from trueup.record.models import (
    Dispute,
    DisputeOutcome,
    ForcedClose,
    LedgerTransaction,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
    PeriodEvent,
    User,
)
from trueup.record.pay_periods import (
    Standing,
    exceptions,
    gates,
    periods,
    plan_hashes,
    state_of,
    statement_of,
)
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import Money

HERE = Path(__file__).parent
INPUTS = "1" * 64
PLAN = "2" * 64
FILE = "3" * 64
LINE = "4" * 64
BODIES = {
    "alice": json.dumps({"payee": "alice", "lines": [{"hash": LINE, "amount": "100.00 EUR"}]}).encode(),
    "bob": b'{"lines": []}',
}
JANUARY = Calculated("2026-01", INPUTS, [], "1", NOON, BODIES)


def posting(key: str, *, posted_in: str = "2026-01", kind: Kind = "accrual", payee: str = "alice") -> Transaction:
    accounts = (EARNED, PAYROLL) if kind == "payment" else (f"{COMMISSION}quota", EARNED)
    euros = Money.of(100, "EUR")
    entries = (Entry(accounts[0], payee, euros), Entry(accounts[1], payee, -euros))
    return Transaction(key, kind, "calculated", posted_in, "2026-01", "quota", entries)


def reviewed(company: Company, calculated: Calculated = JANUARY) -> PayCalculation:
    calculation = keep_calculation(company.fin, calculated, at=NOON)
    submit(company.fin, calculation, at=NOON)
    return calculation


def approved(company: Company, calculated: Calculated = JANUARY) -> PayCalculation:
    calculation = reviewed(company, calculated)
    decide_calculation(company.ada, calculation, decision="approved", at=NOON)
    return calculation


def closed(company: Company) -> PeriodEvent:
    approved(company)
    return close(company.fin, "2026-01", [posting("a")], at=NOON, inputs_hash=INPUTS)


def test_a_period_goes_from_open_to_paid(company: Company) -> None:
    assert state_of("2026-01") == Standing("open", ("Nothing was calculated for 2026-01.",))
    calculation = keep_calculation(company.fin, JANUARY, at=NOON)
    assert state_of("2026-01") == Standing("calculated", ("The calculation was not submitted for review.",))
    submit(company.fin, calculation, at=NOON)
    assert state_of("2026-01") == Standing("in review", ("Nobody has approved the calculation.",))
    decide_calculation(company.ada, calculation, decision="approved", at=NOON)
    assert state_of("2026-01", inputs_hash=INPUTS) == Standing("approved")
    close(company.fin, "2026-01", [posting("a")], at=NOON, inputs_hash=INPUTS)
    assert state_of("2026-01", inputs_hash=FILE) == Standing("closed")
    pay(company.fin, "2026-01", [posting("p", kind="payment")], at=NOON, file_sha256=FILE)
    assert state_of("2026-01") == Standing("paid")
    assert periods() == ("2026-01", "2026-02")
    assert isinstance(verify_ledger(), Whole)


def test_a_calculation_is_kept_with_its_statements_to_the_byte(company: Company) -> None:
    by_plan = replace(JANUARY, plan_hashes=[PLAN])
    first = keep_calculation(company.fin, by_plan, at=NOON)
    again = keep_calculation(company.ada, replace(by_plan, known_at=NOON + timedelta(1)), at=NOON)
    assert (first.sequence, again.sequence, plan_hashes(again)) == (1, 2, (PLAN,))
    assert first.hash == again.hash
    kept = {s.payee: (bytes(s.body), s.hash) for s in PayStatement.objects.filter(calculation=first)}
    assert kept == {payee: (body, hashlib.sha256(body).hexdigest()) for payee, body in BODIES.items()}
    others = [
        replace(by_plan, inputs_hash=FILE),
        replace(by_plan, plan_hashes=[FILE]),
        replace(by_plan, engine="2"),
        replace(by_plan, period="2026-02"),
        replace(by_plan, statements={"alice": BODIES["alice"]}),
        replace(by_plan, statements={**BODIES, "bob": b'{"lines":[]}'}),
        replace(by_plan, statements={"alice": BODIES["alice"], "carol": BODIES["bob"]}),
    ]
    assert len({first.hash, *(keep_calculation(company.fin, other, at=NOON).hash for other in others)}) == 8


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"period": ""}, "blank"),
        ({"period": "p" * 21}, "at most"),
        ({"engine": ""}, "blank"),
        ({"inputs_hash": "A" * 64}, "no SHA-256 of the inputs"),
        ({"plan_hashes": ["x"]}, "no SHA-256 of a plan"),
        ({"statements": {" ": b"{}"}}, "no payee"),
        ({"statements": {"alice": b"\xff"}}, "statement of alice cannot be read"),
        ({"statements": {"alice": b'{"lines": [1]}'}}, "statement of alice cannot be read"),
        ({"statements": {"alice": b"[]"}}, "statement of alice cannot be read"),
        ({"statements": {"alice": b'{"lines": [{}]}'}}, "statement of alice cannot be read"),
    ],
)
def test_a_calculation_that_says_nothing_is_refused(company: Company, changes: dict[str, object], told: str) -> None:
    with pytest.raises(Refused, match=told):
        keep_calculation(company.fin, replace(JANUARY, **changes), at=NOON)
    assert not PayCalculation.objects.exists()


def test_calculating_again_makes_what_was_decided_void(company: Company) -> None:
    first = approved(company)
    second = keep_calculation(company.fin, JANUARY, at=NOON)
    assert state_of("2026-01").state == "calculated"
    for deed in (
        lambda: submit(company.fin, first, at=NOON),
        lambda: decide_calculation(company.mia, first, decision="approved", at=NOON),
    ):
        with pytest.raises(Refused, match="2026-01 was calculated again meanwhile"):
            deed()
    with pytest.raises(Refused, match="was not submitted for review"):
        decide_calculation(company.ada, second, decision="approved", at=NOON)
    with pytest.raises(Refused, match=r"2026-01 cannot be closed\. The calculation was not submitted"):
        close(company.fin, "2026-01", [], at=NOON, inputs_hash=INPUTS)


def test_whoever_calculated_or_submitted_does_not_approve(company: Company) -> None:
    calculation = keep_calculation(company.fin, JANUARY, at=NOON)
    submit(company.ada, calculation, at=NOON)
    for who in (company.fin, company.ada):
        with pytest.raises(NotAllowed, match="You calculated or submitted this"):
            decide_calculation(who, calculation, decision="approved", at=NOON)
    leads = reviewed(company, replace(JANUARY, statements={"alice": BODIES["alice"]}))
    assert decide_calculation(company.mia, leads, decision="approved", at=NOON).actor_role == "manager"


def test_whom_it_pays_does_not_approve(company: Company) -> None:
    calculation = reviewed(company, replace(JANUARY, statements={**BODIES, "mia": b'{"lines": []}'}))
    with pytest.raises(NotAllowed, match="This pays you"):
        decide_calculation(company.mia, calculation, decision="approved", at=NOON)
    for who in ("Alice", "Ana", "Vic"):
        with pytest.raises(NotAllowed, match="Approving pay is for managers, finance and administrators"):
            decide_calculation(company[who], calculation, decision="approved", at=NOON)


def test_a_manager_does_not_approve_what_they_cannot_see(company: Company) -> None:
    calculation = reviewed(company, replace(JANUARY, statements={"bob": BODIES["bob"]}))
    with pytest.raises(NotAllowed, match="no such entry"):
        decide_calculation(company.mia, calculation, decision="approved", at=NOON)
    calculation = reviewed(company)
    for decision in ("approved", "rejected"):
        with pytest.raises(NotAllowed, match=r"some of its people only\. Let finance or an administrator decide it"):
            decide_calculation(company.mia, calculation, decision=decision, at=NOON, reason="?")


def test_a_rejection_has_a_reason_and_takes_a_new_calculation(company: Company) -> None:
    calculation = reviewed(company)
    with pytest.raises(Refused, match="A reason is missing"):
        decide_calculation(company.ada, calculation, decision="rejected", at=NOON, reason=" ")
    decide_calculation(company.ada, calculation, decision="rejected", at=NOON, reason="Bob's quota is last year's.")
    assert state_of("2026-01") == Standing("calculated", ("The calculation was rejected.",))
    with pytest.raises(Refused, match=r"This calculation was rejected\. Calculate again"):
        decide_calculation(company.ada, calculation, decision="approved", at=NOON)
    with pytest.raises(Refused, match="submitted already"):
        submit(company.fin, calculation, at=NOON)
    approved(company)
    assert state_of("2026-01").state == "approved"


def test_refused_lines_are_owned_before_a_close(company: Company) -> None:
    calculation = approved(company, replace(JANUARY, exceptions={"deal-7": "No rate for JPY.", "deal-8": "No quota."}))
    assert exceptions(calculation) == {"deal-7": "No rate for JPY.", "deal-8": "No quota."}
    assert gates("2026-01") == ["2 exceptions have no owner."]
    own_exception(company.fin, calculation, "deal-7", note="Treasury sends it.", at=NOON)
    assert gates("2026-01") == ["1 exception has no owner."]
    for key, note, told in (
        ("deal-9", "?", "No line 'deal-9' was refused"),
        ("deal-8", " ", "It is not said what comes of it"),
        ("deal-7", "?", "Somebody looks after this already"),
    ):
        with pytest.raises(Refused, match=told):
            own_exception(company.fin, calculation, key, note=note, at=NOON)
    own_exception(company.ada, calculation, "deal-8", note="They begin in May.", at=NOON)
    assert gates("2026-01") == []


def test_what_changed_since_it_was_calculated_stops_a_close(company: Company) -> None:
    approved(company)
    assert gates("2026-01", inputs_hash=FILE) == ["What it is calculated from has changed since."]
    with pytest.raises(Refused, match="has changed since"):
        close(company.fin, "2026-01", [], at=NOON, inputs_hash=FILE)


def test_periods_are_closed_in_their_order(company: Company) -> None:
    keep_calculation(company.fin, JANUARY, at=NOON)
    post(company.fin, [posting("d", posted_in="2025-12"), posting("q", posted_in="2025-Q4")], at=NOON)
    approved(company, replace(JANUARY, period="2026-02"))
    told = ["2025-12 comes before it and is not closed.", "2026-01 comes before it and is not closed."]
    assert gates("2026-02") == told
    assert gates("2026-03") == [
        "Nothing was calculated for 2026-03.",
        *told,
        "2026-02 comes before it and is not closed.",
    ]
    close_period(company.fin, "2025-12", at=NOON, statements={})
    approved(company)
    close(company.fin, "2026-01", [], at=NOON, inputs_hash=INPUTS)
    assert gates("2026-02") == []


def test_a_statement_that_was_altered_or_lost_stops_a_close(company: Company) -> None:
    approved(company)
    unguarded()
    for change in ({"body": b'{"lines": [] }'}, {"payee": "carol"}, {"hash": FILE}):
        with transaction.atomic():
            PayStatement.objects.filter(payee="bob").update(**change)
            assert gates("2026-01") == ["The statements are not those that were calculated."]
            transaction.set_rollback(True)
    PayStatement.objects.filter(payee="bob").delete()
    assert gates("2026-01") == ["The statements are not those that were calculated."]


def unguarded() -> None:
    guards = importlib.import_module("trueup.record.migrations.0021_pay_period_guards").GUARDS
    remove(connection.schema_editor(), guards)


def test_a_close_posts_everything_and_holds_the_statements(company: Company) -> None:
    event = closed(company)
    assert json.loads(event.statements) == {p: hashlib.sha256(body).hexdigest() for p, body in BODIES.items()}
    assert (event.transactions, event.ledger, event.closed_by) == (1, 1, company.fin)
    assert not ForcedClose.objects.exists()
    for deed in (
        lambda: close(company.fin, "2026-01", [posting("a")], at=NOON, inputs_hash=INPUTS),
        lambda: keep_calculation(company.fin, JANUARY, at=NOON),
        lambda: decide_calculation(company.ada, PayCalculation.objects.get(), decision="rejected", at=NOON),
    ):
        with pytest.raises(Refused, match="2026-01 is closed already"):
            deed()


def test_a_closed_statement_is_the_same_whatever_comes_later(company: Company) -> None:
    event = closed(company)
    approved(company, replace(JANUARY, period="2026-02", statements={"alice": b'{"lines": []}'}, inputs_hash=FILE))
    open_dispute(company.alice, "alice", "2026-01", LINE, claim="It was 120.", at=NOON)
    close(company.fin, "2026-02", [posting("b", posted_in="2026-02")], at=NOON, inputs_hash=FILE)
    kept = statement_of(company.alice, "alice", "2026-01")
    assert kept is not None
    assert bytes(kept.body) == BODIES["alice"]
    assert json.loads(event.statements)["alice"] == hashlib.sha256(bytes(kept.body)).hexdigest()
    assert isinstance(verify_ledger(), Whole)


def test_what_cannot_be_posted_keeps_the_period_open(company: Company) -> None:
    approved(company)
    with pytest.raises(Refused, match="b is for the statement of 2026-02"):
        close(company.fin, "2026-01", [posting("a"), posting("b", posted_in="2026-02")], at=NOON, inputs_hash=INPUTS)
    with pytest.raises(Refused, match="a was posted otherwise"):
        close(company.fin, "2026-01", [posting("a"), posting("a", payee="bob")], at=NOON, inputs_hash=INPUTS)
    assert (LedgerTransaction.objects.count(), PeriodEvent.objects.count()) == (0, 0)
    assert state_of("2026-01").state == "approved"


def test_an_administrator_closes_nevertheless_and_says_why(company: Company) -> None:
    reviewed(company)
    with pytest.raises(NotAllowed, match="for administrators"):
        close(company.fin, "2026-01", [], at=NOON, inputs_hash=FILE, forced_reason="Payday")
    with pytest.raises(Refused, match="A reason is missing"):
        close(company.ada, "2026-01", [], at=NOON, inputs_hash=FILE, forced_reason=" ")
    close(company.ada, "2026-01", [posting("a")], at=NOON, inputs_hash=FILE, forced_reason="Payday is today.")
    forced = ForcedClose.objects.get()
    assert (forced.period, forced.reason, forced.forced_by) == ("2026-01", "Payday is today.", company.ada)
    assert json.loads(forced.gates) == [
        "What it is calculated from has changed since.",
        "Nobody has approved the calculation.",
    ]
    close(company.ada, "2026-02", [], at=NOON, inputs_hash=FILE, forced_reason="Nobody earned anything.")
    assert json.loads(PeriodEvent.objects.get(period="2026-02").statements) == {}


def test_where_nothing_stands_in_the_way_nothing_is_forced(company: Company) -> None:
    approved(company)
    close(company.ada, "2026-01", [], at=NOON, inputs_hash=INPUTS, forced_reason="To be sure")
    assert not ForcedClose.objects.exists()


def test_disputes_are_told_and_stop_no_close(company: Company) -> None:
    approved(company)
    open_dispute(company.alice, "alice", "2026-01", LINE, claim="It was 120.", at=NOON)
    assert state_of("2026-01") == Standing("approved", (), ("1 dispute is open.",))
    close(company.fin, "2026-01", [], at=NOON, inputs_hash=INPUTS)
    assert state_of("2026-01") == Standing("closed", (), ("1 dispute is open.",))


def test_a_period_is_paid_by_numbered_runs(company: Company) -> None:
    closed(company)
    first = pay(company.fin, "2026-01", [posting("p", kind="payment")], at=NOON, file_sha256=FILE)
    second = pay(company.ada, "2026-01", [posting("q", kind="payment")], at=NOON, file_sha256=LINE, posted_in="2026-03")
    nothing = pay(company.fin, "2026-01", [], at=NOON, file_sha256=hashlib.sha256(b"csv").hexdigest(), file=b"csv")
    assert [run.file and bytes(run.file) for run in PayRun.objects.order_by("number")] == [None, None, b"csv"]
    with pytest.raises(Refused, match="The file has another SHA-256"):
        pay(company.fin, "2026-01", [], at=NOON, file_sha256=PLAN, file=b"csv")
    assert [(r.number, r.first, r.last, r.posted_in) for r in (first, second, nothing)] == [
        (1, 2, 2, "2026-02"),
        (2, 3, 3, "2026-03"),
        (3, None, None, "2026-02"),
    ]
    assert list(LedgerTransaction.objects.values_list("posted_in", flat=True)) == ["2026-01", "2026-02", "2026-03"]


def test_what_is_no_run_is_refused(company: Company) -> None:
    closed(company)
    payment = posting("p", kind="payment")
    pay(company.fin, "2026-01", [payment], at=NOON, file_sha256=FILE)
    for period, due, digest, into, told in (
        ("2026-02", [], LINE, "", "2026-02 is not closed"),
        ("2026-01", [posting("x")], LINE, "", "x is no payment"),
        ("2026-01", [payment], LINE, "", "Some of this was paid already"),
        ("2026-01", [payment, posting("r", kind="payment")], LINE, "", "Some of this was paid already"),
        ("2026-01", [posting("q", kind="payment")], FILE, "", "This file was handed over already"),
        ("2026-01", [posting("q", kind="payment")], "file", "", "no SHA-256 of the file"),
        ("2026-01", [posting("q", kind="payment")], LINE, "2026-01", "2026-01 is closed"),
    ):
        with pytest.raises(Refused, match=told):
            pay(company.fin, period, due, at=NOON, file_sha256=digest, posted_in=into)
    assert LedgerTransaction.objects.count() == 2


def test_where_no_period_is_known_to_follow_the_payer_names_it(company: Company) -> None:
    close_period(company.fin, "bonus", at=NOON, statements={})
    with pytest.raises(Refused, match="Nobody knows which period follows bonus"):
        pay(company.fin, "bonus", [], at=NOON, file_sha256=FILE)
    assert pay(company.fin, "bonus", [], at=NOON, file_sha256=FILE, posted_in="2026-02").number == 1


def test_pay_is_for_finance_and_administrators(company: Company) -> None:
    calculation = approved(company)
    deeds: list[Callable[[User], object]] = [
        lambda who: keep_calculation(who, JANUARY, at=NOON),
        lambda who: submit(who, calculation, at=NOON),
        lambda who: own_exception(who, calculation, "k", note="?", at=NOON),
        lambda who: close(who, "2026-01", [], at=NOON, inputs_hash=INPUTS),
        lambda who: pay(who, "2026-01", [], at=NOON, file_sha256=FILE),
    ]
    for who in ("Alice", "Mia", "Ana", "Vic"):
        for deed in deeds:
            with pytest.raises(NotAllowed, match="Calculating and paying is for finance and administrators"):
                deed(company[who])


def about(calculation: PayCalculation, actor: User, **changes: object) -> None:
    given = {
        "object_kind": "calculation",
        "object_hash": calculation.hash,
        "calculation": calculation,
        "decision": "approved",
        "actor": actor,
        "actor_role": actor.role,
        "decided_at": NOON,
        **changes,
    }
    PayApproval.objects.create(**given)


def copied(row: Model, **changes: object) -> None:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"}
    type(row)(**{**values, **changes}).save(force_insert=True)


def reviewing(company: Company) -> PayCalculation:
    """February's calculation, in review; it pays Mia too."""
    return reviewed(company, replace(JANUARY, period="2026-02", statements={**BODIES, "mia": b'{"lines": []}'}))


def overtaken(company: Company) -> PayCalculation:
    calculation = reviewing(company)
    keep_calculation(company.fin, replace(JANUARY, period="2026-02"), at=NOON)
    return calculation


def old(company: Company) -> PayCalculation:
    return PayCalculation.objects.get(period="2026-01")


def closes_anyway(company: Company, calculation: PayCalculation) -> None:
    close_period(company.fin, calculation.period, at=NOON, statements={})


CLOSED = "This period is closed already"
GUARDED: list[tuple[str, Callable[[Company], object]]] = [
    ("Somebody calculated at the same moment", lambda c: copied(old(c), sequence=7, period="2026-02")),
    (CLOSED, lambda c: copied(old(c), sequence=2)),
    ("calculated already, as a whole", lambda c: copied(reviewing_statement(c), place=3, payee="carol")),
    ("(?i)unique", lambda c: copied(reviewing_statement(c), payee="carol")),
    (CLOSED, lambda c: copied(PayReview.objects.get())),
    (CLOSED, lambda c: about(old(c), c.mia)),
    (CLOSED, lambda c: copied(PayException.objects.get(), key="other")),
    (CLOSED, lambda c: ForcedClose.objects.create(period="2026-01", reason="?", forced_by=c.ada, forced_at=NOON)),
    (
        "for administrators",
        lambda c: ForcedClose.objects.create(period="p", reason="?", forced_by=c.fin, forced_at=NOON),
    ),
    ("calculated again meanwhile", lambda c: about(overtaken(c), c.ada)),
    ("another calculation than was decided", lambda c: about(reviewing(c), c.ada, object_hash=FILE)),
    (
        "was not submitted for review",
        lambda c: about(keep_calculation(c.fin, replace(JANUARY, period="2026-02"), at=NOON), c.ada),
    ),
    ("approved by managers", lambda c: about(reviewing(c), c.ana)),
    ("approved by managers", lambda c: about(reviewing(c), c.ada, actor_role="finance")),
    ("calculated or submitted this", lambda c: about(reviewing(c), c.fin)),
    ("This pays you", lambda c: about(reviewing(c), c.mia)),
    (
        "approved by managers",
        lambda c: (User.objects.filter(pk=c.ada.pk).update(is_active=False), about(reviewing(c), c.ada)),
    ),
    (
        "This calculation was rejected",
        lambda c: (
            decide_calculation(c.ada, reviewing(c), decision="rejected", reason="?", at=NOON),
            about(PayCalculation.objects.get(period="2026-02"), c.ada),
        ),
    ),
    ("not closed", lambda c: copied(PayRun.objects.get(), period="2026-02", first=None, last=None)),
    ("paid at the same moment", lambda c: copied(PayRun.objects.get(), number=3, file_sha256=LINE)),
    ("paid at the same moment", lambda c: copied(PayRun.objects.get(), number=2, file_sha256=LINE)),
    ("paid at the same moment", lambda c: copied(PayRun.objects.get(), number=2, file_sha256=LINE, first=3, last=4)),
    (
        "about their own pay",
        lambda c: DisputeOutcome.objects.create(
            dispute=Dispute.objects.get(), outcome="rejected", reason="?", decided_by=c.alice, decided_at=NOON
        ),
    ),
]


def reviewing_statement(company: Company) -> PayStatement:
    return PayStatement.objects.get(calculation=reviewing(company), payee="alice")


@pytest.fixture
def paid(company: Company) -> Company:
    """January, closed and paid, with one of everything."""
    calculation = approved(company, replace(JANUARY, exceptions={"deal-7": "No quota."}))
    own_exception(company.fin, calculation, "deal-7", note="It comes.", at=NOON)
    close(company.fin, "2026-01", [posting("a")], at=NOON, inputs_hash=INPUTS)
    pay(company.fin, "2026-01", [posting("p", kind="payment")], at=NOON, file_sha256=FILE)
    open_dispute(company.alice, "alice", "2026-01", LINE, claim="It was 120.", at=NOON)
    return company


@pytest.mark.parametrize(("told", "deed"), GUARDED, ids=[str(number) for number, _ in enumerate(GUARDED)])
def test_what_must_not_be_done_to_a_period_cannot_be(
    paid: Company, told: str, deed: Callable[[Company], object]
) -> None:
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        deed(paid)


@pytest.mark.parametrize("forced", [False, True])
def test_a_period_that_was_calculated_is_closed_only_when_approved_or_forced(paid: Company, forced: bool) -> None:  # noqa: FBT001
    calculation = reviewing(paid)
    if forced:
        ForcedClose.objects.create(period="2026-02", reason="?", gates="[]", forced_by=paid.ada, forced_at=NOON)
        closes_anyway(paid, calculation)
        return
    with pytest.raises(Refused, match="Nobody has approved the calculation of this period"):
        closes_anyway(paid, calculation)
    decide_calculation(paid.ada, calculation, decision="approved", at=NOON)
    decide_calculation(paid.ada, calculation, decision="rejected", reason="Wait.", at=NOON)
    with pytest.raises(Refused, match="Nobody has approved the calculation of this period"):
        closes_anyway(paid, calculation)


KEPT: dict[type[Model], str] = {
    PayCalculation: "period",
    PayStatement: "payee",
    PayReview: "submitted_at",
    PayApproval: "reason",
    PayException: "note",
    ForcedClose: "reason",
    PayRun: "number",
    Dispute: "claim",
    DisputeOutcome: "reason",
}


@pytest.mark.parametrize("model", KEPT)
def test_what_was_written_of_a_period_is_never_changed_nor_deleted(paid: Company, model: type[Model]) -> None:
    if model is DisputeOutcome:
        dispute = Dispute.objects.get()
        DisputeOutcome.objects.create(
            dispute=dispute, outcome="rejected", reason="?", decided_by=paid.fin, decided_at=NOON
        )
    if model is ForcedClose:
        close(paid.ada, "2026-02", [], at=NOON, inputs_hash=INPUTS, forced_reason="Payday")
    table = model._meta.db_table
    for sql in (f"UPDATE {table} SET {KEPT[model]} = {KEPT[model]}", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match=r"stay"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


BROKEN: list[tuple[type[Model], dict[str, object], str]] = [
    (PayApproval, {"object_kind": "wish"}, "object_kind: This is not a choice."),
    (PayApproval, {"decision": "shrugged"}, "decision: This is not a choice."),
    (PayApproval, {"decision": "rejected"}, "reason: A reason is missing. Say what has to be put right."),
    (PayApproval, {"object_kind": "calculation"}, "calculation: A calculation is approved by itself"),
    (PayException, {"note": ""}, "note: It is not said what comes of it."),
    (ForcedClose, {"reason": ""}, "reason: A reason is missing. Say why the period is closed nevertheless."),
    (PayRun, {"first": 1}, "last: A run has a first and a last transaction, or none."),
    (Dispute, {"claim": ""}, "claim: It is not said what is wrong."),
    (DisputeOutcome, {"outcome": "shrugged"}, "outcome: This is not a choice."),
    (DisputeOutcome, {"reason": ""}, "reason: A reason is missing. Say why the line is right"),
    (DisputeOutcome, {"evidence": "deal-7"}, "evidence: New evidence has the key of its event"),
    (DisputeOutcome, {"outcome": "evidence"}, "evidence: New evidence has the key of its event"),
    (DisputeOutcome, {"plan_hash": PLAN}, "plan_hash: A correction of the plan has that plan's hash"),
    (DisputeOutcome, {"outcome": "plan_correction"}, "plan_hash: A correction of the plan has that plan's hash"),
]


def valid(company: Company, model: type[Model]) -> Model:
    made: dict[type[Model], Callable[[], Model]] = {
        PayApproval: lambda: PayApproval(
            object_kind="plan",
            object_hash=submitted(company.fin).plan_hash,
            decision="approved",
            actor=company.ada,
            actor_role="administrator",
            decided_at=NOON,
        ),
        PayException: lambda: PayException(
            calculation=reviewing(company), key="deal-8", note="It comes.", owner=company.fin, owned_at=NOON
        ),
        ForcedClose: lambda: ForcedClose(
            period="2026-02", reason="Payday", gates="[]", forced_by=company.ada, forced_at=NOON
        ),
        PayRun: lambda: PayRun(
            period="2026-01", number=2, posted_in="2026-02", file_sha256=LINE, paid_at=NOON, paid_by=company.fin
        ),
        Dispute: lambda: Dispute(
            payee="bob", period="2026-01", line_hash=LINE, claim="It was 120.", opened_by=company.bob, opened_at=NOON
        ),
        DisputeOutcome: lambda: DisputeOutcome(
            dispute=Dispute.objects.get(), outcome="rejected", reason="No.", decided_by=company.fin, decided_at=NOON
        ),
    }
    return made[model]()


@pytest.mark.parametrize("model", sorted({model for model, _, _ in BROKEN}, key=lambda model: model.__name__))
def test_a_broken_rule_of_pay_is_told_and_held(paid: Company, model: type[Model]) -> None:
    row = valid(paid, model)
    for changes, told in [(changes, told) for of, changes, told in BROKEN if of is model]:
        broken = type(row)(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
        for field, value in changes.items():
            setattr(broken, field, value)
        with pytest.raises(Refused) as refused:
            check(broken)
        assert f"{refused.value.field}: {refused.value}".startswith(told)
        with pytest.raises(IntegrityError), transaction.atomic():
            QuerySet(model).bulk_create([broken])
    check(row)
    row.save(force_insert=True)


def test_of_those_who_close_at_once_one_wins(lasting_record: Place) -> None:
    company = founded()
    approved(company)
    start = Barrier(2)

    def closes(who: User) -> str:
        start.wait()
        try:
            close(who, "2026-01", [posting(f"a{number}") for number in range(50)], at=NOON, inputs_hash=INPUTS)
        except Refused as refused:
            return refused.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(closes, (company.fin, company.ada))) == ["", "2026-01 is closed already."]
    assert (LedgerTransaction.objects.count(), PeriodEvent.objects.count()) == (50, 1)
    assert isinstance(verify_ledger(), Whole)


def test_killed_at_any_moment_a_close_leaves_nothing_or_all(lasting_record: Place) -> None:
    company = founded()
    reviewed(company)
    connection.close()
    environment = {**os.environ, "TRUEUP_WORKSPACE": str(lasting_record.root), "TRUEUP_RECORD": lasting_record.address}
    run = subprocess.run(
        [sys.executable, "-c", RUN], env=environment, cwd=HERE, capture_output=True, text=True, check=True
    )
    *killed, last = json.loads(run.stdout)
    assert killed == [[[0, 0, 0, 0], "Whole"]] * len(killed)
    assert len(killed) > 5
    assert last == [[MANY, 2 * MANY, 1, 1], "Whole"]


RUN = """
import os
from pathlib import Path
from trueup.record.opening import open_record
open_record(Path(os.environ["TRUEUP_WORKSPACE"]))
import killed_close
killed_close.main()
"""
