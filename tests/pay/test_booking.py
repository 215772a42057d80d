"""From postings to the ledger: what is earned and held, what of it is let go, and what pay runs move."""

from collections.abc import Sequence

import pytest

from pay.paying import Company, closes_of, facts, plans_of, usd
from trueup.pay.booking import Book, accruals, holds, lot_of, paid
from trueup.pay.draw import Owed, PayRun
from trueup.pay.ledger import (
    DRAW,
    EARNED,
    HELD,
    PAYROLL,
    RECEIVABLE,
    TEXT_LENGTH,
    LedgerError,
    Posted,
    Transaction,
    balances,
    check_added,
    reversal,
    states,
)
from trueup.pay.payment import Posting, Slot
from trueup.pay.replay import Close, replay
from trueup.units.money import Money

NOBODY = frozenset[tuple[str, str, str]]()
ACME = ("ann", "bookings", "acme")


def posting(amount: int | str, period: str = "2026-01", posted_in: str = "", component: str = "bookings") -> Posting:
    return Posting(Slot("ann", component, period), usd(amount), posted_in or period)


def of_acme(amount: int | str, period: str = "2026-01", posted_in: str = "") -> Posting:
    return Posting(Slot("ann", "bookings", period, "acme"), usd(amount), posted_in or period)


def moved(transaction: Transaction) -> list[tuple[str, str]]:
    return [(entry.account, str(entry.amount)) for entry in transaction.entries]


def booked(company: Company, closes: Sequence[Close]) -> list[Transaction]:
    ledger: list[Transaction] = []
    for each in replay(company.plans, company.facts, closes):
        book = Book(ledger)
        lines = each.calculated.lines
        vested = frozenset((line.payee, line.component, line.customer) for line in lines if line.kind == "release")
        ledger += [*accruals(each.earned), *holds(each.held, book, vested=vested)]
    check_added([], ledger)
    return ledger


def test_what_is_earned_is_a_cost_and_a_debt_and_later_differences_are_true_ups() -> None:
    first, later = accruals([posting(100), posting(-20, posted_in="2026-03")])
    assert moved(first) == [("expense:commission:bookings", "100 USD"), (EARNED, "-100 USD")]
    assert moved(later) == [("expense:commission:bookings", "-20 USD"), (EARNED, "20 USD")]
    assert (first.reason_code, later.reason_code) == ("earned", "true-up")
    assert (later.earning_period, later.posted_in) == ("2026-01", "2026-03")


def test_a_disputes_difference_has_its_own_reason() -> None:
    (told,) = accruals([posting(5)], reason={"bookings": "dispute"})
    assert told.reason_code == "dispute"


def test_what_is_let_go_reduces_the_oldest_hold_of_its_customer_first() -> None:
    book = Book([])
    held = list(holds([of_acme(30), of_acme(50, "2026-02")], book, vested=NOBODY))
    gone = list(holds([of_acme(-40, "2026-03")], book, vested=frozenset({ACME})))
    assert [(each.kind, each.resolves, moved(each)[1]) for each in gone] == [
        ("vesting", held[0].key, (HELD, "30 USD")),
        ("vesting", held[1].key, (HELD, "10 USD")),
    ]
    assert {lot_of(each) for each in (*held, *gone)} == {"acme"}
    check_added([], [*held, *gone])


def test_what_is_forfeited_is_told_from_what_vests() -> None:
    book = Book([])
    list(holds([of_acme(30)], book, vested=NOBODY))
    (gone,) = holds([of_acme(-30, "2026-06")], book, vested=frozenset({ACME}), forfeited=frozenset({ACME}))
    assert (gone.kind, gone.reason_code) == ("forfeit", "forfeit")


def test_what_was_held_by_mistake_and_reversed_is_no_longer_there_to_be_let_go() -> None:
    book = Book([])
    first, second = holds([of_acme(30), of_acme(50, "2026-02")], book, vested=NOBODY)
    book.take(reversal(first, key="undo", posted_in="2026-02", reason_code="mistake"))
    assert [(lot.key, lot.left) for lot in book.open_lots(HELD, *ACME)] == [(second.key, usd(50))]


def test_what_is_held_anew_comes_before_what_of_it_is_let_go_however_small() -> None:
    held, gone = holds([of_acme("-0.30", "2026-03"), of_acme("0.50", "2026-02", "2026-03")], Book([]), vested=NOBODY)
    assert [moved(each)[1] for each in (held, gone)] == [(HELD, "-0.50 USD"), (HELD, "0.30 USD")]


def test_more_than_is_held_is_not_let_go() -> None:
    book = Book([])
    list(holds([of_acme(30)], book, vested=NOBODY))
    with pytest.raises(LedgerError, match="ann lets go 10 USD of bookings more than is held for acme"):
        list(holds([of_acme(-40, "2026-06")], book, vested=NOBODY))


HELD_PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: NAME, kind: rate, credits: bookings, aggregation: cumulative, hold: {share: 0.5},
         table: {kind: step, tiers: [{pays: 0.10}]}}
"""
ON_SALES = """
    payee plan  start
    ann   sales 2026-01-01
"""


def test_a_deal_that_is_withdrawn_after_it_vested_takes_back_what_was_held_and_what_was_let_go() -> None:
    """January holds 50 less and June lets go 50 less: what is held anew comes first, so that it can be let go."""
    told = facts(
        events="""
            natural_key kind      on         known_on   payee credits  amount currency customer revision
            one         deal      2026-01-10 2026-01-10 ann   bookings 1000   USD      acme     0
            one         withdrawn 2026-01-10 2026-08-10 ann   bookings 1000   USD      acme     1
        """,
        assignments=ON_SALES,
        agreements="""
            agreement_id payee customer component signed_on  at_target committed currency
            dso          ann   acme     value     2026-01-10 0         500       USD
        """,
        value_readings="""
            agreement_id as_of      estimate lower verified_on lapses_on
            dso          2026-06-10 500      500   2026-06-20  2026-12-31
        """,
    )
    ledger = booked(Company(plans_of(HELD_PLAN.replace("NAME", "bookings")), told), closes_of([1, 6, 8]))
    accounts = balances(Posted(place, each) for place, each in enumerate(ledger, start=1))
    assert accounts == {}
    in_august = [each for each in ledger if each.posted_in == "2026-08"]
    assert [(each.earning_period, moved(each)[1]) for each in in_august if moved(each)[1][0] == HELD] == [
        ("2026-06", (HELD, "-50.00 USD")),
        ("2026-01", (HELD, "50.00 USD")),
    ]


def test_a_component_that_is_called_pay_is_counted_like_any_other() -> None:
    earned, held = [posting(100, component="pay")], [Posting(Slot("ann", "pay", "2026-01", "acme"), usd(50), "2026-01")]
    book = Book([*accruals(earned), *holds(held, Book([]), vested=NOBODY)])
    assert book.posted == {earned[0].slot: usd(100)}
    assert book.held == {held[0].slot: usd(50)}


def run(earned: int, *, advanced: int = 0, recovered: int = 0, offset: int = 0) -> PayRun:
    paid_out = max(earned, 0) + advanced - recovered - offset
    return PayRun(*map(usd, (earned, advanced, recovered, offset, paid_out)), Owed(usd(0), usd(0)))


def of_run(made: PayRun, book: Book, period: str) -> list[Transaction]:
    return list(paid({"ann": made}, book, period=period, posted_in=period, number=1))


def test_a_run_pays_what_was_earned_and_nothing_is_left() -> None:
    (made,) = of_run(run(100), Book([]), "2026-01")
    assert moved(made) == [(EARNED, "100 USD"), (PAYROLL, "-100 USD")]
    assert (made.kind, made.component) == ("payment", "pay")


def test_what_was_drawn_is_recovered_of_the_oldest_draw_first() -> None:
    book = Book([])
    lent = [*of_run(run(40, advanced=60), book, "2026-01"), *of_run(run(70, advanced=30), book, "2026-02")]
    back = of_run(run(200, recovered=80), book, "2026-03")
    draws = [each for each in lent if each.kind == "draw"]
    assert [(each.resolves, moved(each)) for each in back if each.kind == "recovery"] == [
        (draws[0].key, [(EARNED, "60 USD"), (DRAW, "-60 USD")]),
        (draws[1].key, [(EARNED, "20 USD"), (DRAW, "-20 USD")]),
    ]
    accruals_ = list(accruals(posting(amount, f"2026-0{at}") for at, amount in enumerate((40, 70, 200), start=1)))
    ledger = [Posted(place, each) for place, each in enumerate([*accruals_, *lent, *back], start=1)]
    found = states(balances(ledger), "ann", "USD")
    assert (found.paid, found.drawn, found.payable) == (usd(320), usd(10), usd(0))


def test_a_run_below_nothing_leaves_a_receivable_that_later_runs_offset() -> None:
    book = Book([])
    (owed,) = of_run(run(-30), book, "2026-01")
    assert moved(owed) == [(RECEIVABLE, "30 USD"), (EARNED, "-30 USD")]
    offset, payment = of_run(run(100, offset=30), book, "2026-02")
    assert (offset.resolves, moved(offset)) == (owed.key, [(EARNED, "30 USD"), (RECEIVABLE, "-30 USD")])
    assert moved(payment) == [(EARNED, "70 USD"), (PAYROLL, "-70 USD")]


def test_no_run_recovers_what_was_never_lent() -> None:
    with pytest.raises(LedgerError, match="ann's run takes 80 USD of asset:draw more than is open"):
        of_run(run(200, recovered=80), Book([]), "2026-03")


def test_a_key_says_what_a_transaction_is_for_however_long_that_is() -> None:
    long = "x" * (TEXT_LENGTH - 1)
    keys = {
        transaction.key
        for period in ("2026-01", "2026-02")
        for transaction in accruals([Posting(Slot(long, "bookings", period), Money.of(1, "USD"), "2026-02")])
    }
    assert len(keys) == 2
    assert all(len(key) <= TEXT_LENGTH for key in keys)
    (short,) = accruals([posting(1)])
    assert short.key == "earned|ann|bookings|2026-01|2026-01"


def test_keys_say_what_is_held_and_let_go_of_which_month_when_and_how() -> None:
    book = Book([])
    held = list(holds([of_acme(30), of_acme(50, "2026-02"), of_acme(5, "2026-01", "2026-02")], book, vested=NOBODY))
    gone = list(holds([of_acme(-40, "2026-03"), of_acme(-2, "2026-02", "2026-04")], book, vested=frozenset({ACME})))
    assert [(each.key, each.kind, each.reason_code) for each in (*held, *gone)] == [
        ("held|ann|bookings|2026-01|acme|2026-01|accrual|0", "accrual", "held"),
        ("held|ann|bookings|2026-02|acme|2026-02|accrual|0", "accrual", "held"),
        ("held|ann|bookings|2026-01|acme|2026-02|accrual|0", "accrual", "held"),
        ("held|ann|bookings|2026-03|acme|2026-03|vesting|0", "vesting", "vesting"),
        ("held|ann|bookings|2026-03|acme|2026-03|vesting|1", "vesting", "vesting"),
        ("held|ann|bookings|2026-02|acme|2026-04|vesting|0", "vesting", "vesting"),
    ]


def test_less_that_is_to_be_held_is_a_true_up_of_its_month() -> None:
    book = Book([])
    (held,) = holds([of_acme(30)], book, vested=NOBODY)
    (less,) = holds([of_acme(-10, "2026-01", "2026-02")], book, vested=NOBODY)
    assert (less.kind, less.reason_code, less.resolves) == ("accrual", "true-up", held.key)
    assert book.held == {of_acme(30).slot: usd(20)}


def test_what_is_held_of_no_customer_cites_none() -> None:
    (held,) = holds([posting(30)], Book([]), vested=NOBODY)
    assert (held.links, lot_of(held)) == ((), "")


def test_a_hold_of_nothing_moves_nothing_and_of_a_cent_does() -> None:
    book = Book([])
    assert list(holds([of_acme(0)], book, vested=NOBODY)) == []
    (cent,) = holds([of_acme("0.01")], book, vested=NOBODY)
    assert moved(cent)[1] == (HELD, "-0.01 USD")
    (gone,) = holds([of_acme("-0.01", "2026-02")], book, vested=NOBODY)
    assert gone.resolves == cent.key


def test_what_is_let_go_of_several_customers_is_of_each_ones_own_holds() -> None:
    globex = Slot("ann", "bookings", "2026-02", "globex")
    book = Book([])
    list(holds([of_acme(30), Posting(globex, usd(20), "2026-02")], book, vested=NOBODY))
    gone = list(holds([of_acme(-30, "2026-03"), Posting(globex, usd(-20), "2026-03")], book, vested=frozenset({ACME})))
    assert [(lot_of(each), each.kind, moved(each)[1]) for each in gone] == [
        ("acme", "vesting", (HELD, "30 USD")),
        ("globex", "accrual", (HELD, "20 USD")),
    ]


def test_what_is_let_go_too_much_says_what_to_compare() -> None:
    with pytest.raises(LedgerError) as raised:
        list(holds([of_acme(-40, "2026-06")], Book([]), vested=NOBODY))
    assert str(raised.value) == (
        "ann lets go 40 USD of bookings more than is held for acme. Compare the ledger with what was calculated before."
    )


def test_what_was_earned_adds_up_by_slot_and_not_across_them() -> None:
    earned = [posting(100), posting(-20, posted_in="2026-03"), posting(7, "2026-02"), posting(3, component="value")]
    assert Book(accruals(earned)).posted == {
        Slot("ann", "bookings", "2026-01"): usd(80),
        Slot("ann", "bookings", "2026-02"): usd(7),
        Slot("ann", "value", "2026-01"): usd(3),
    }
    held = [of_acme(30), of_acme(-10, posted_in="2026-03"), of_acme(5, "2026-02")]
    assert Book(holds(held, Book([]), vested=NOBODY)).held == {
        of_acme(0).slot: usd(20),
        of_acme(0, "2026-02").slot: usd(5),
    }


def test_every_move_of_a_run_has_a_key_of_its_own() -> None:
    book = Book([])
    lent = list(paid({"ann": run(-30, advanced=60)}, book, period="2026-01", posted_in="2026-02", number=1))
    more = list(paid({"ann": run(40, advanced=20)}, book, period="2026-01", posted_in="2026-02", number=2))
    back = list(paid({"ann": run(200, recovered=70, offset=30)}, book, period="2026-02", posted_in="2026-03", number=3))
    assert [each.key for each in (*lent, *more, *back)] == [
        "run|ann|2026-01|1|owed",
        "run|ann|2026-01|1|draw",
        "run|ann|2026-01|2|draw",
        "run|ann|2026-01|2|paid",
        "run|ann|2026-02|3|draw-0",
        "run|ann|2026-02|3|draw-1",
        "run|ann|2026-02|3|receivable-0",
        "run|ann|2026-02|3|paid",
    ]
    assert [moved(each)[0] for each in back] == [
        (EARNED, "60 USD"), (EARNED, "10 USD"), (EARNED, "30 USD"), (EARNED, "100 USD"),
    ]  # fmt: skip


def test_a_receivable_that_is_counted_again_from_the_ledger_is_open_by_what_is_left() -> None:
    book = Book([])
    made = of_run(run(-30), book, "2026-01")
    made += of_run(run(100, offset=10), book, "2026-02")
    made += of_run(run(100, offset=5), book, "2026-03")
    (open_,) = Book(made).open_lots(RECEIVABLE, "ann")
    assert (open_.key, open_.left) == (made[0].key, usd(15))


def test_a_key_that_is_just_long_enough_is_told_whole_and_a_longer_one_fills_its_place() -> None:
    rest = len("earned||bookings|2026-01|2026-01")
    (whole,) = accruals([Posting(Slot("x" * (TEXT_LENGTH - rest), "bookings", "2026-01"), usd(1), "2026-01")])
    assert len(whole.key) == TEXT_LENGTH
    assert whole.key.endswith("|2026-01|2026-01")
    (cut,) = accruals([Posting(Slot("x" * (TEXT_LENGTH - rest + 1), "bookings", "2026-01"), usd(1), "2026-01")])
    assert len(cut.key) == TEXT_LENGTH
    assert not cut.key.endswith("|2026-01|2026-01")
