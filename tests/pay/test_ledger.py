"""The ledger of pay: what it refuses, what balances say, and that no byte of it is altered unnoticed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.pay.ledger import (
    ADVANCE,
    COMMISSION,
    DRAW,
    EARNED,
    HELD,
    PAYROLL,
    RECEIVABLE,
    Entry,
    Kind,
    LedgerError,
    Link,
    Posted,
    States,
    Transaction,
    balances,
    check_added,
    reversal,
    states,
)
from trueup.pay.ledger_chain import (
    Altered,
    Close,
    Row,
    Whole,
    body_of,
    canonical,
    close_body,
    lines_of,
    rows_of,
    sealed,
    transaction_of,
    verify,
)
from trueup.units.money import Money

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
QUOTA = f"{COMMISSION}quota"
AMOUNTS = st.integers(1, 10**9).map(lambda coins: Decimal(coins).scaleb(-2))
PAYEES = st.sampled_from(("ann", "ben", "Zoë 3"))
MONTHS = st.sampled_from(("2026-01", "2026-02", "2026-03"))


def euros(amount: Decimal | int | str) -> Money:
    return Money.of(amount, "EUR")


def moved(
    key: str,
    kind: Kind,
    amount: Money,
    to: str,
    out_of: str,
    *links: Link,
    payee: str = "ann",
    posted_in: str = "2026-01",
) -> Transaction:
    """An amount debited to one account and credited to another."""
    entries = (Entry(to, payee, amount), Entry(out_of, payee, -amount))
    return Transaction(key, kind, "calculated", posted_in, "2026-01", "quota", entries, links)


def held(key: str, amount: int | str = 100, **other: str) -> Transaction:
    return moved(key, "accrual", euros(amount), QUOTA, HELD, **other)


def vested(key: str, of: str, amount: int | str) -> Transaction:
    return moved(key, "vesting", euros(amount), HELD, EARNED, Link("resolves", of))


def forfeited(key: str, of: str, amount: int | str) -> Transaction:
    return moved(key, "forfeit", euros(amount), HELD, QUOTA, Link("resolves", of))


@st.composite
def transactions(draw: st.DrawFn) -> list[Transaction]:
    """Anything that may be posted, in an order in which it may."""
    made: list[Transaction] = []
    reversible: list[Transaction] = []
    for number in range(draw(st.integers(1, 12))):
        key = f"t{number}"
        if reversible and draw(st.booleans()):
            of = reversible.pop(draw(st.integers(0, len(reversible) - 1)))
            made.append(reversal(of, key=key, posted_in=draw(MONTHS), reason_code="mistake"))
            continue
        amount = Money.of(draw(AMOUNTS).quantize(Decimal(1)) + 1, draw(st.sampled_from(("EUR", "JPY", "USD"))))
        to, out_of = draw(st.sampled_from(((QUOTA, HELD), (QUOTA, EARNED), (ADVANCE, PAYROLL), (EARNED, PAYROLL))))
        made.append(moved(key, "accrual", amount, to, out_of, payee=draw(PAYEES), posted_in=draw(MONTHS)))
        reversible.append(made[-1])
    return made


def chained(ledger: Sequence[Transaction]) -> list[Row]:
    rows: list[Row] = []
    for number, transaction in enumerate(ledger, start=1):
        body = body_of(transaction, sequence=number, recorded_at=NOON, recorded_by="ada")
        rows.append(sealed(number, transaction.posted_in, body, previous_hash=rows[-1].hash if rows else ""))
    return rows


def closed(rows: Sequence[Row], period: str, before: str = "", number: int = 1) -> Row:
    of_period = [row.hash for row in rows if row.period == period]
    last, head = (of_period or [""])[-1], rows[-1].hash if rows else ""
    close = Close(period, len(of_period), last, len(rows), head, {"ann": "a" * 64})
    body = close_body(close, sequence=number, closed_at=NOON, closed_by="ada")
    return sealed(number, period, body, previous_hash=before)


@given(transactions())
def test_every_transaction_sums_to_nothing_in_each_currency(ledger: list[Transaction]) -> None:
    for currency in ("EUR", "JPY", "USD"):
        entries = [entry for transaction in ledger for entry in transaction.entries]
        assert not sum((e.amount for e in entries if e.amount.currency == currency), start=Money.zero(currency))
    check_added([], ledger)


@given(transactions(), st.data())
def test_what_was_posted_is_to_the_byte_what_it_was_after_anything_is_added(
    ledger: list[Transaction], data: st.DataObject
) -> None:
    short = data.draw(st.integers(0, len(ledger)))
    assert chained(ledger)[:short] == chained(ledger[:short])


@given(transactions(), st.data())
def test_a_flipped_bit_anywhere_is_located(ledger: list[Transaction], data: st.DataObject) -> None:
    rows = chained(ledger)
    place = data.draw(st.integers(0, len(rows) - 1))
    row = rows[place]
    part = data.draw(st.sampled_from(("body", "hash", "previous_hash")))
    whole = row.body if part == "body" else vars(row)[part].encode()
    if whole:
        at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 6))
        flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
        rows[place] = replace(row, told=None, **{part: flipped if part == "body" else flipped.decode()})
        found = verify(rows)
        assert isinstance(found, Altered)
        assert (found.sequence, found.period) == (row.sequence, row.period)


@given(transactions(), st.data())
def test_a_balance_after_so_many_is_the_sum_of_the_first_whatever_their_order_in_store(
    ledger: list[Transaction], data: st.DataObject
) -> None:
    posted = [Posted(number, transaction) for number, transaction in enumerate(ledger, start=1)]
    first = data.draw(st.integers(0, len(posted)))
    assert balances(data.draw(st.permutations(posted)), as_of=first) == balances(posted[:first])


@given(transactions())
def test_a_transaction_is_read_as_it_was_written_in_one_way_only(ledger: list[Transaction]) -> None:
    for transaction, row in zip(ledger, chained(ledger), strict=True):
        read = transaction_of(row.body)
        turned = replace(transaction, entries=transaction.entries[::-1], links=transaction.links[::-1])
        assert canonical(read) == canonical(transaction) == canonical(turned)
        assert body_of(read, sequence=row.sequence, recorded_at=NOON, recorded_by="ada") == row.body


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=8))
def test_of_what_is_held_each_coin_vests_or_is_forfeited_once(steps: list[tuple[bool, int]]) -> None:
    ledger = [held("hold")]
    for number, (vests, amount) in enumerate(steps):
        left = states(balances(map(Posted, range(99), ledger)), "ann", "EUR").held
        step = (vested if vests else forfeited)(f"s{number}", "hold", amount)
        if euros(amount) > left:
            with pytest.raises(LedgerError, match="Reduce by no more than is open"):
                check_added(ledger, [step])
        else:
            check_added(ledger, [step])
            ledger.append(step)
    now = states(balances(map(Posted, range(99), ledger)), "ann", "EUR")
    gone = [step.entries[0].amount for step in ledger if step.kind == "forfeit"]
    assert now.held + now.earned + sum(gone, start=euros(0)) == euros(100)


def test_states_follow_from_balances() -> None:
    ledger = [
        held("hold", 100),
        moved("draw", "draw", euros(50), DRAW, PAYROLL),
        moved("advance", "advance", euros(20), ADVANCE, PAYROLL),
        vested("vest", "hold", 70),
        moved("back", "recovery", euros(30), EARNED, DRAW, Link("resolves", "draw")),
        moved("pay", "payment", euros(40), EARNED, PAYROLL),
        moved("claw", "clawback", euros(60), EARNED, QUOTA, Link("resolves", "hold")),
        moved("owed", "clawback", euros(60), RECEIVABLE, EARNED, Link("cites", "claw")),
    ]
    check_added([], ledger)
    sums = balances(map(Posted, range(1, 9), ledger))
    told = States(euros(30), euros(10), euros(0), euros(110), euros(20), euros(20), euros(60))
    assert states(sums, "ann", "EUR") == told
    paid, given_, back = euros(40), euros(50) + euros(20), euros(0)
    assert told.paid == paid + given_ - back
    assert states(sums, "ben", "EUR") == States(*[euros(0)] * 7)
    with pytest.raises(LedgerError, match=r"leaves -30.* Reduce by no more than is open"):
        check_added(ledger, [moved("claw again", "clawback", euros(70), EARNED, QUOTA, Link("resolves", "hold"))])


def test_every_entry_counts_also_of_what_was_reversed() -> None:
    first = moved("first", "accrual", euros(1_890_000), QUOTA, EARNED)
    again = moved("again", "accrual", euros(1_755_000), QUOTA, EARNED)
    ledger = [first, reversal(first, key="undo", posted_in="2026-02", reason_code="mistake"), again]
    check_added([], ledger)
    assert states(balances(map(Posted, range(3), ledger)), "ann", "EUR").payable == euros(1_755_000)


def test_a_reversed_vesting_is_held_again_and_what_vested_is_not_reversed_beneath_it() -> None:
    hold, vest = held("hold"), vested("vest", "hold", 60)
    undo = reversal(vest, key="undo", posted_in="2026-02", reason_code="mistake")
    check_added([hold, vest], [undo, vested("all", "hold", 100)])
    with pytest.raises(LedgerError, match="leaves -60 EUR in contingent:held of hold"):
        check_added([hold, vest], [reversal(hold, key="gone", posted_in="2026-02", reason_code="mistake")])
    check_added([hold, vest, undo], [reversal(hold, key="gone", posted_in="2026-02", reason_code="mistake")])


UNDO = reversal(held("hold"), key="undo", posted_in="2026-02", reason_code="mistake")
UNLAWFUL: list[tuple[str, list[Transaction]]] = [
    ("hold is reversed already", [UNDO, replace(UNDO, key="twice")]),
    (
        "undo2 reverses nothing, which was not posted",
        [replace(UNDO, key="undo2", links=(Link("reverses", "nothing"),))],
    ),
    ("does not take back what hold posted", [replace(UNDO, component="other")]),
    ("does not take back what hold posted", [replace(UNDO, entries=held("hold", -60).entries)]),
    ("does not take back what hold posted", [replace(UNDO, links=(Link("reverses", "hold"),))]),
    (
        "reduces contingent:held of ann, but not what was opened",
        [moved("vest", "vesting", euros(1), HELD, EARNED)],
    ),
    *(
        (
            f"reduces {opened} of ann, but not what was opened",
            [moved("out", "advance", euros(9), opened, PAYROLL), moved("back", "recovery", euros(1), EARNED, opened)],
        )
        for opened in (ADVANCE, DRAW, RECEIVABLE)
    ),
    (
        "resolves hold, which opened nothing that it reduces",
        [moved("vest", "payment", euros(1), EARNED, PAYROLL, Link("resolves", "hold"))],
    ),
    (
        "resolves v, which opened nothing",
        [vested("v", "hold", 1), vested("w", "v", 1)],
    ),
    (
        "both leaves 1 EUR in asset:draw of hold, of 0 that it opened. Reduce by no more than is open.$",
        [
            Transaction(
                "both",
                "vesting",
                "calculated",
                "2026-01",
                "2026-01",
                "quota",
                (Entry(HELD, "ann", euros(1)), Entry(EARNED, "ann", euros(-2)), Entry(DRAW, "ann", euros(1))),
                (Link("resolves", "hold"),),
            )
        ],
    ),
    (
        "^v leaves -1 EUR in contingent:held of hold, of 100 that it opened. Reduce by no more than is open.$",
        [vested("v", "hold", 101)],
    ),
]


@pytest.mark.parametrize(("told", "added"), UNLAWFUL, ids=[told for told, _ in UNLAWFUL])
def test_what_does_not_follow_from_what_was_posted_is_refused(told: str, added: list[Transaction]) -> None:
    with pytest.raises(LedgerError, match=told):
        check_added([held("hold")], added)


KNOWN_KINDS = "accrual, vesting, forfeit, advance, draw, recovery, clawback, payment, reversal"
KNOWN_ACCOUNTS = (
    "contingent:held, liability:earned, asset:advance, asset:draw, asset:receivable, clearing:payroll, rounding"
)
MALFORMED: list[tuple[str, dict[str, object]]] = [
    ("for ann do not sum to nothing: 1.00 EUR is left over", {"entries": (Entry(EARNED, "ann", euros("1.00")),)}),
    (
        "for ann do not sum to nothing",
        {"entries": (Entry(EARNED, "ann", euros(1)), Entry(EARNED, "ben", euros(-1)))},
    ),
    (
        "do not sum to nothing",
        {"entries": (Entry(EARNED, "ann", euros(1)), Entry(EARNED, "ann", Money.of(-1, "USD")))},
    ),
    ("has no entries", {"entries": ()}),
    ("The reason 'No reason' of hold is no code", {"reason_code": "No reason"}),
    ("The reason 'Mistake' of hold is no code", {"reason_code": "Mistake"}),
    ("The component '' of hold is no code", {"component": ""}),
    (
        f"of no kind that is known, 'gift'. Use one of {KNOWN_KINDS}.$",
        {"kind": "gift"},
    ),
    ("is no posted period", {"posted_in": "2026-01 "}),
    ("is no posted period. Write 1 to 20 letters", {"posted_in": "p" * 21}),
    ("is no earning period", {"earning_period": ""}),
    ("is no key", {"key": "k" * 201}),
    ("is no key", {"key": "a\x00b"}),
    (
        "linked by 'likes', which nobody knows. Use one of reverses, resolves, cites.$",
        {"links": (Link("likes", "a"),)},  # type: ignore[arg-type]
    ),
    ("^'a ' is no key of a link. Write 1 to 200 letters", {"links": (Link("resolves", "a "),)}),
    ("linked twice", {"links": (Link("resolves", "a"), Link("resolves", "b"))}),
    ("linked twice", {"links": (Link("cites", "a"), Link("cites", "a"))}),
    ("reverses or reduces itself", {"links": (Link("resolves", "hold"),)}),
    ("half a reversal", {"kind": "reversal"}),
    ("half a reversal", {"links": (Link("reverses", "a"),)}),
]


@pytest.mark.parametrize(("told", "changes"), MALFORMED)
def test_what_is_no_transaction_is_refused(told: str, changes: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match=told):
        replace(held("hold"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "account", "payee", "amount"),
    [
        (
            f"There is no account 'bank'. Use one of {KNOWN_ACCOUNTS}, or expense:commission:COMPONENT.$",
            "bank",
            "ann",
            "1",
        ),
        ("There is no account 'expense:commission:'", COMMISSION, "ann", "1"),
        ("' ann' is no payee", EARNED, " ann", "1"),
        ("fractions of its smallest coin", EARNED, "ann", "1.001"),
        ("is no amount to post", EARNED, "ann", "0"),
        ("is no amount to post", EARNED, "ann", "1e16"),
    ],
)
def test_what_is_no_entry_is_refused(told: str, account: str, payee: str, amount: str) -> None:
    with pytest.raises(LedgerError, match=told):
        Entry(account, payee, euros(amount))


def test_keys_and_codes_may_be_as_long_as_is_said() -> None:
    longest = replace(held("k" * 200), reason_code="r" * 60, component="c" * 60, posted_in="p" * 20)
    assert (len(longest.key), len(longest.reason_code)) == (200, 60)
    with pytest.raises(LedgerError, match=r"is no code\. Write up to 60 small letters"):
        replace(longest, reason_code="r" * 61)


def test_codes_have_small_letters_digits_dots_dashes_and_underscores() -> None:
    entries = held("hold").entries
    coded = Transaction("hold", "accrual", "4th_try-2.b", "2026-01", "2026-01", "new.deals", entries)
    assert (coded.reason_code, coded.component, coded.links) == ("4th_try-2.b", "new.deals", ())


def test_amounts_may_have_sixteen_digits_before_the_point() -> None:
    largest = Entry(EARNED, "ann", euros("9999999999999999.99"))
    check_added([], [replace(held("hold"), entries=(largest, replace(largest, amount=-largest.amount)))])


def test_what_is_cited_binds_to_nothing() -> None:
    remarks = (Link("cites", "a deal elsewhere"), Link("cites", "hold"), Link("cites", "another"))
    check_added([], [replace(held("hold"), links=remarks)])
    check_added([held("hold")], [replace(UNDO, links=(*UNDO.links, Link("cites", "dispute 7")))])


def test_half_a_euro_is_held_like_a_hundred() -> None:
    check_added([], [held("hold", "0.50"), vested("vest", "hold", "0.50")])


def test_what_is_held_in_two_entries_is_held_together() -> None:
    parts = (Entry(QUOTA, "ann", euros(100)), Entry(HELD, "ann", euros(-60)), Entry(HELD, "ann", euros(-40)))
    check_added([], [replace(held("hold"), entries=parts), vested("vest", "hold", 100)])


LEDGER = [held("a"), held("b"), held("c", posted_in="2026-02")]


def test_closed_periods_are_held_to_the_ledger_and_the_ledger_to_them() -> None:
    rows = chained(LEDGER)
    january = closed(rows[:2], "2026-01")
    february = closed(rows, "2026-02", january.hash, 2)
    assert verify(rows, [january, february]) == Whole(3, 2, rows[2].hash)
    late = chained([*LEDGER, held("d")])
    assert verify(late, [january, february]) == Altered("transaction", 4, "2026-01", "its period was closed before it")
    cut = verify(rows[:2], [january, february])
    assert cut == Altered("transaction", 3, "2026-02", "it is missing: there were 3 when 2026-02 was closed")
    anew = chained([held("a"), held("b", 101), LEDGER[2]])
    because = "the transactions of the period are other ones"
    assert verify(anew, [january, february]) == Altered("close", 1, "2026-01", because)
    forged = replace(january, body=january.body.replace(b"aaaa", b"bbbb"))
    assert verify(rows, [forged, february]) == Altered("close", 1, "2026-01", "its content is not what was hashed")
    twice = closed(rows, "2026-01", january.hash, 2)
    because = "it is of another period, or of one that was closed before"
    assert verify(rows, [january, twice]) == Altered("close", 2, "2026-01", because)


def test_a_period_in_which_nothing_was_posted_is_closed_with_nothing_in_it() -> None:
    assert verify([]) == Whole(0, 0, "")
    assert verify([], [closed([], "2026-01")]) == Whole(0, 1, "")
    rows = chained(LEDGER[:2])
    assert verify(rows, [closed(rows, "2026-02")]) == Whole(2, 1, rows[1].hash)


def test_how_a_row_is_not_as_it_was_is_told() -> None:
    rows = chained(LEDGER)
    assert [after.previous_hash == before.hash for before, after in pairwise(rows)] == [True, True]
    for changes, told in (
        ({"algorithm": "md5"}, "nobody knows the algorithm md5"),
        ({"told": b"{}"}, "its columns or entries are not what was hashed"),
        ({"period": "2026-03"}, "it was posted in 2026-01"),
        ({"sequence": 5}, "number 2 is missing before it"),
        ({"previous_hash": rows[1].hash}, "it does not follow the one before"),
    ):
        altered = replace(rows[1], **changes)  # type: ignore[arg-type]
        found = verify([rows[0], altered, rows[2]])
        assert isinstance(found, Altered)
        assert found.because == told
    unreadable = sealed(1, "2026-01", b"[]", previous_hash="")
    assert verify([unreadable]) == Altered("transaction", 1, "2026-01", "its content cannot be read")
    moved_ = sealed(1, "2026-01", rows[1].body, previous_hash="")
    assert verify([moved_]) == Altered("transaction", 1, "2026-01", "it stood elsewhere")
    says = "^This is no transaction's body. Put back a copy of the record, or an export.$"
    with pytest.raises(LedgerError, match=says):
        transaction_of(b"[]")


def test_what_was_noted_tells_later_whether_the_newest_were_cut_off() -> None:
    rows = chained(LEDGER)
    noted = Whole(3, 0, rows[2].hash)
    assert verify(chained([*LEDGER, held("d")]), noted=noted) == Whole(4, 0, chained([*LEDGER, held("d")])[3].hash)
    assert verify(rows[:2], noted=noted) == Altered("transaction", 3, "", "it is missing: 3 were noted")
    assert verify(rows[:1], noted=noted) == Altered("transaction", 2, "", "it is missing: 3 were noted")
    assert verify(rows[:2], noted=Whole(3, 0, "")) == verify(rows[:2], noted=noted)
    assert verify(rows, noted=Whole(0, 0, "")) == Whole(3, 0, rows[2].hash)
    other = verify(chained([*LEDGER[:2], held("x")]), noted=noted)
    assert other == Altered("transaction", 3, "", "it is another one than was noted")


def test_the_ledger_as_a_file_is_read_back_to_the_byte() -> None:
    rows = chained(LEDGER)
    rows[0] = replace(rows[0], body=rows[0].body + b"\xff")
    ends = [closed(rows, "2026-01")]
    kept, closes = rows_of(lines_of(rows, ends), "pay.jsonl")
    assert kept == [replace(row, told=None) for row in rows]
    assert closes == [replace(row, told=None) for row in ends]
    for line in ("[]", "{", json.dumps({"what": "else"})):
        with pytest.raises(LedgerError, match=r"pay.jsonl, line 1: This is no line of an exported ledger"):
            rows_of([line], "pay.jsonl")
