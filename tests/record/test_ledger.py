"""The ledger of pay in the record: posted once, never altered, closed by period; also by several at once."""

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from company import NOON, Company, founded
from recorded import Place
from trueup.pay.ledger import COMMISSION, EARNED, HELD, Entry, Link, Transaction, balances, reversal, states
from trueup.pay.ledger_chain import Altered, Whole
from trueup.record import access
from trueup.record.access import may
from trueup.record.actions.ledger import close_period, post
from trueup.record.guards import remove
from trueup.record.ledger import kept_closes, kept_transactions, posted, verify_ledger
from trueup.record.migrations import __name__ as migrations_
from trueup.record.models import LedgerEntry, LedgerLink, LedgerTransaction, PeriodEvent, User
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import Money

STATEMENTS = {"alice": "a" * 64}
MANY = 6


def accrual(key: str, amount: int | str = 100, *, account: str = HELD, posted_in: str = "2026-01") -> Transaction:
    euros = Money.of(amount, "EUR")
    entries = (Entry(f"{COMMISSION}quota", "alice", euros), Entry(account, "alice", -euros))
    return Transaction(key, "accrual", "calculated", posted_in, "2026-01", "quota", entries)


def vesting(key: str, of: str, amount: int) -> Transaction:
    euros = Money.of(amount, "EUR")
    entries = (Entry(HELD, "alice", euros), Entry(EARNED, "alice", -euros))
    links = (Link("resolves", of),)
    return Transaction(key, "vesting", "verified", "2026-01", "2026-01", "quota", entries, links)


def undone(of: Transaction, key: str = "undo") -> Transaction:
    return reversal(of, key=key, posted_in="2026-01", reason_code="mistake")


def test_what_is_posted_is_kept_as_it_is(company: Company) -> None:
    first = post(company.ada, [accrual("a"), vesting("v", "a", 60)], at=NOON)
    assert [row.sequence for row in first] == [1, 2]
    before = [row.body for row in kept_transactions()]
    post(company.ada, [accrual("b", "12.34", account=EARNED)], at=NOON + timedelta(1))
    rows = list(kept_transactions())
    assert [row.body for row in rows[:2]] == before
    assert verify_ledger() == Whole(3, 0, rows[2].hash)
    assert [each.transaction.key for each in posted(company.ada)] == ["a", "v", "b"]
    now = states(balances(posted(company.ada)), "alice", "EUR")
    assert (now.held, now.payable) == (Money.of(40, "EUR"), Money.of("72.34", "EUR"))
    summed = sum(LedgerEntry.objects.filter(account=EARNED).values_list("amount", flat=True), start=Decimal(0))
    assert summed == Decimal("-72.34")


def test_posting_again_posts_nothing_and_otherwise_is_refused(company: Company) -> None:
    post(company.ada, [accrual("a")], at=NOON)
    close_period(company.ada, "2026-01", at=NOON, statements=STATEMENTS)
    assert post(company.ada, [accrual("a")], at=NOON + timedelta(9)) == ()
    with pytest.raises(Refused, match="a was posted otherwise") as refused:
        post(company.ada, [accrual("a", 101)], at=NOON)
    assert refused.value.field == "key"
    new = accrual("b", posted_in="2026-02")
    assert len(post(company.ada, [new, new], at=NOON)) == 1
    assert LedgerTransaction.objects.count() == 2


def test_all_is_posted_or_nothing(company: Company) -> None:
    for bad in (vesting("v", "a", 101), vesting("v", "nothing", 1), accrual("a", 5)):
        with pytest.raises(Refused):
            post(company.ada, [accrual("a"), bad], at=NOON)
    assert (LedgerTransaction.objects.count(), LedgerEntry.objects.count()) == (0, 0)
    assert post(company.ada, [], at=NOON) == ()


def test_what_was_posted_before_counts_for_what_is_open(company: Company) -> None:
    hold, vest = accrual("a"), vesting("v", "a", 60)
    post(company.ada, [hold, vest], at=NOON)
    with pytest.raises(Refused, match=r"leaves -1\.00 EUR in contingent:held of a") as refused:
        post(company.ada, [vesting("w", "a", 41)], at=NOON)
    assert refused.value.cure == "Reduce by no more than is open."
    post(company.ada, [undone(vest)], at=NOON)
    post(company.ada, [vesting("w", "a", 100)], at=NOON)
    with pytest.raises(Refused, match="v is reversed already"):
        post(company.ada, [undone(vest, "again")], at=NOON)


def test_nothing_is_posted_into_a_closed_period(company: Company) -> None:
    post(company.ada, [accrual("a")], at=NOON)
    event = close_period(company.ada, "2026-01", at=NOON, statements=STATEMENTS)
    assert (event.transactions, event.last_hash) == (1, LedgerTransaction.objects.get().hash)
    with pytest.raises(Refused, match="2026-01 is closed"):
        post(company.ada, [accrual("b")], at=NOON)
    post(company.ada, [accrual("b", posted_in="2026-02")], at=NOON)
    close_period(company.ada, "2026-02", at=NOON, statements={})
    close_period(company.ada, "2026-03", at=NOON, statements={})
    head = LedgerTransaction.objects.get(sequence=2).hash
    assert verify_ledger() == Whole(2, 3, head)
    with pytest.raises(Refused, match="This period is closed already"):
        close_period(company.ada, "2026-01", at=NOON, statements=STATEMENTS)


@pytest.mark.parametrize(
    ("period", "statements", "told"),
    [("2026-01", {"alice": "A" * 64}, "no SHA-256 of alice's statement"), ("", {}, "blank"), ("p" * 21, {}, "at most")],
)
def test_a_close_that_says_nothing_is_refused(
    company: Company, period: str, statements: dict[str, str], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        close_period(company.ada, period, at=NOON, statements=statements)


def test_the_ledger_is_for_finance_and_administrators_and_a_payee_sees_their_own(company: Company) -> None:
    euros = Money.of(100, "EUR")
    his = tuple(replace(entry, payee="bob") for entry in accrual("b").entries)
    both = (*accrual("c").entries, Entry(f"{COMMISSION}quota", "bob", euros), Entry(EARNED, "bob", -euros))
    links = (Link("cites", "b"),)
    due = [accrual("a"), vesting("v", "a", 1), replace(accrual("b"), entries=his), replace(accrual("c"), entries=both)]
    post(company.fin, [*due, replace(accrual("d"), entries=his, links=links)], at=NOON)
    close_period(company.fin, "2026-01", at=NOON, statements=STATEMENTS)
    questions = (access.ledger, access.ledger_entries, access.ledger_links, access.closed_pay_periods)
    seen = {"Ada": [5, 12, 2, 1], "Fin": [5, 12, 2, 1], "Alice": [2, 6, 1, 1], "Mia": [2, 6, 1, 1], "Bob": [2, 6, 1, 1]}
    seen |= {name: [0, 0, 0, 0] for name in ("Charlie", "Nora", "Ana", "Vic")}
    for name, expected in seen.items():
        assert [question(company[name]).count() for question in questions] == expected, name
        for question in questions:
            for row in question(company[name]):
                assert may(company[name], "see", row)
                assert not may(company[name], "change", row)
        User.objects.filter(pk=company[name].pk).update(is_active=False)
        assert not any(question(User.objects.get(pk=company[name].pk)).exists() for question in questions)
    for name in ("Alice", "Mia", "Ana", "Vic"):
        with pytest.raises(NotAllowed, match="for finance and administrators"):
            post(company[name], [accrual("e", posted_in="2026-02")], at=NOON)
        with pytest.raises(NotAllowed, match="for finance and administrators"):
            close_period(company[name], "2026-02", at=NOON, statements={})


def copy_of(row: LedgerTransaction, **changes: object) -> None:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    after = {"sequence": row.sequence + 1, "previous_hash": row.hash, "hash": "e" * 64, "key": "z", **changes}
    LedgerTransaction(**{**values, **after}).save(force_insert=True)


def first() -> LedgerTransaction:
    return LedgerTransaction.objects.get(sequence=1)


def newest() -> LedgerTransaction:
    return LedgerTransaction.objects.get(sequence=2)


def amount_to(transaction_id: int, place: int) -> None:
    LedgerEntry.objects.create(
        transaction_id=transaction_id, place=place, account=EARNED, payee="alice", amount=Decimal(1), currency="EUR"
    )


def deleted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM record_ledgertransaction WHERE sequence = 2")


def event(**changes: object) -> None:
    given = {
        "sequence": 2,
        "period": "2026-02",
        "transactions": 0,
        "ledger": 2,
        "head": newest().hash,
        "statements": "{}",
        "closed_at": NOON,
        "closed_by": newest().recorded_by,
        "algorithm": "sha256-1",
        "body": b"{}",
        "previous_hash": PeriodEvent.objects.get().hash,
        "hash": "e" * 64,
        **changes,
    }
    PeriodEvent.objects.create(**given)


GUARDED: list[tuple[str, Callable[[], object]]] = [
    ("What was posted is never changed", lambda: LedgerTransaction.objects.update(reason_code="other")),
    ("What was posted is never changed", lambda: LedgerTransaction.objects.update(body=b"{}")),
    ("What was posted is never changed", lambda: LedgerEntry.objects.update(amount=Decimal(1))),
    ("What was posted is never changed", lambda: LedgerLink.objects.update(relation="cites")),
    ("What was posted is never deleted", lambda: LedgerLink.objects.all().delete()),
    ("What was posted is never deleted", lambda: LedgerEntry.objects.all().delete()),
    ("What was posted is never deleted", deleted),
    ("A closed period stays closed", lambda: PeriodEvent.objects.update(period="2026-07")),
    ("A closed period stays closed", lambda: PeriodEvent.objects.all().delete()),
    ("This period is closed", lambda: copy_of(newest())),
    ("Somebody posted at the same moment", lambda: copy_of(newest(), posted_in="2026-02", sequence=4)),
    ("Somebody posted at the same moment", lambda: copy_of(newest(), posted_in="2026-02", previous_hash="f" * 64)),
    ("posted already, as a whole", lambda: amount_to(1, 2)),
    ("(?i)unique", lambda: amount_to(1, 1)),
    (
        "posted already, as a whole",
        lambda: LedgerLink.objects.create(transaction=first(), place=0, relation="cites", key="x"),
    ),
    ("Somebody posted at the same moment", lambda: event(sequence=3)),
    ("Somebody posted at the same moment", lambda: event(previous_hash="")),
    ("Somebody posted at the same moment", lambda: event(ledger=1)),
    ("Somebody posted at the same moment", lambda: event(head="f" * 64)),
    ("(?i)unique", lambda: event(period="2026-01")),
]


@pytest.mark.parametrize(("told", "deed"), GUARDED, ids=[str(number) for number, _ in enumerate(GUARDED)])
def test_what_must_not_be_done_to_the_ledger_cannot_be(company: Company, told: str, deed: Callable[[], object]) -> None:
    post(company.ada, [accrual("a"), vesting("v", "a", 60)], at=NOON)
    close_period(company.ada, "2026-01", at=NOON, statements=STATEMENTS)
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        deed()
    assert isinstance(verify_ledger(), Whole)


def test_a_second_reversal_is_refused_by_the_database_too(company: Company) -> None:
    first = accrual("a", account=EARNED)
    post(company.ada, [first, undone(first)], at=NOON)
    copy_of(newest())
    with pytest.raises(IntegrityError, match=r"(?i)unique"), transaction.atomic():
        LedgerLink.objects.create(transaction_id=3, place=0, relation="reverses", key="a")


ALTERED: list[tuple[str, str, str]] = [
    ("record_ledgertransaction", "SET reason_code = 'gift' WHERE sequence = 2", "columns or entries"),
    ("record_ledgertransaction", "SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE sequence = 2", "columns"),
    ("record_ledgertransaction", "SET posted_in = '2026-02' WHERE sequence = 2", "columns or entries"),
    ("record_ledgertransaction", "SET hash = 'x' WHERE sequence = 2", "not what was hashed"),
    ("record_ledgertransaction", "SET previous_hash = 'x' WHERE sequence = 2", "does not follow the one before"),
    ("record_ledgertransaction", "SET kind = 'payment' WHERE sequence = 2", "columns or entries"),
    ("record_ledgerentry", "SET amount = '61.00000000' WHERE transaction_id = 2 AND place = 0", "columns or entries"),
    ("record_ledgerentry", "SET payee = 'bob' WHERE transaction_id = 2", "columns or entries"),
    ("record_ledgerentry", "SET currency = '???' WHERE transaction_id = 2", "columns or entries"),
    ("record_ledgerlink", "SET \"key\" = 'b' WHERE transaction_id = 2", "columns or entries"),
]


@pytest.mark.parametrize(("table", "change", "because"), ALTERED, ids=[change for _, change, _ in ALTERED])
def test_whatever_is_altered_behind_the_guards_is_located(
    company: Company, table: str, change: str, because: str
) -> None:
    post(company.ada, [accrual("a"), vesting("v", "a", 60), accrual("b")], at=NOON)
    unguarded()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} {change}")
    found = verify_ledger()
    assert isinstance(found, Altered)
    assert (found.what, found.sequence) == ("transaction", 2)
    assert because in found.because


def test_a_body_that_was_replaced_is_located_and_so_is_a_close(company: Company) -> None:
    post(company.ada, [accrual("a")], at=NOON)
    close_period(company.ada, "2026-01", at=NOON, statements=STATEMENTS)
    unguarded()
    PeriodEvent.objects.update(statements='{"alice": "b"}')
    assert verify_ledger() == Altered("close", 1, "2026-01", "its columns or entries are not what was hashed")
    PeriodEvent.objects.update(statements="[")
    assert isinstance(verify_ledger(), Altered)
    LedgerTransaction.objects.update(body=b"\xff")
    assert verify_ledger() == Altered("transaction", 1, "2026-01", "its content is not what was hashed")
    assert [row.sequence for row in kept_closes()] == [1]


def unguarded() -> None:
    guards = importlib.import_module(f"{migrations_}.0019_pay_ledger_guards").GUARDS
    # Not entered: it would want foreign keys unchecked, and takes no table apart here.
    remove(connection.schema_editor(), guards)


def test_those_who_post_at_once_make_one_chain(lasting_record: Place) -> None:
    company = founded()
    start = Barrier(MANY)

    def posts(number: int) -> int:
        start.wait()
        try:
            mine = [accrual(f"{number}-{each}", 1 + number) for each in range(3)]
            return len(post(company.ada, [*mine, accrual("same")], at=NOON))
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        assert sorted(pool.map(posts, range(MANY))) == [3] * (MANY - 1) + [4]
    found = verify_ledger()
    assert isinstance(found, Whole)
    assert found.transactions == 3 * MANY + 1


def test_whoever_closes_while_others_post_leaves_nothing_behind(lasting_record: Place) -> None:
    company = founded()
    start = Barrier(MANY)

    def acts(number: int) -> str:
        start.wait()
        try:
            if number == 0:
                close_period(company.ada, "2026-01", at=NOON, statements={})
            else:
                post(company.ada, [replace(accrual("k"), key=f"k{number}")], at=NOON)
        except Refused as refused:
            return refused.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(MANY) as pool:
        told = list(pool.map(acts, range(MANY)))
    assert set(told) <= {"", "2026-01 is closed."}
    assert verify_ledger() == Whole(told[1:].count(""), 1, next((r.hash for r in list(kept_transactions())[-1:]), ""))
