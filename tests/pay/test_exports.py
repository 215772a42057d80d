"""What payroll and accounting are given: each entry, to the coin, and nothing that a spreadsheet would run."""

import csv
from decimal import Decimal

from trueup.pay.draw import Owed, PayRun
from trueup.pay.exports import account_name, beancount, journal_csv, payroll_csv
from trueup.pay.ledger import ADVANCE, COMMISSION, DRAW, EARNED, HELD, PAYROLL, RECEIVABLE, Entry, Posted, Transaction
from trueup.units.money import Money


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


def posted(sequence: int, key: str, *entries: Entry) -> Posted:
    return Posted(sequence, Transaction(key, "accrual", "earned", "2026-04", "2026-03", "new_business", entries))


LEDGER = [
    posted(1, "a", Entry(f"{COMMISSION}new_business", "ann", eur("12.50")), Entry(EARNED, "ann", eur("-12.50"))),
    posted(2, "b", Entry(EARNED, "=bob", eur(-3)), Entry(PAYROLL, "=bob", eur(3))),
]


def test_the_journal_has_every_entry_as_debit_or_credit() -> None:
    rows = list(csv.DictReader(journal_csv(LEDGER).splitlines()))
    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("expense:commission:new_business", "12.50", ""),
        ("liability:earned", "", "12.50"),
        ("liability:earned", "", "3.00"),
        ("clearing:payroll", "3.00", ""),
    ]
    for side in ("debit", "credit"):
        assert sum(Decimal(row[side] or 0) for row in rows) == Decimal("15.50")
    assert rows[2]["payee"] == "'=bob"


def test_beancount_opens_accounts_with_their_first_period_and_dates_entries_on_its_last_day() -> None:
    assert beancount(LEDGER[:1]).splitlines() == [
        "2026-04-01 open Expenses:Commission:NewBusiness:P-ann",
        "2026-04-01 open Liabilities:Earned:P-ann",
        "",
        '2026-04-30 * "accrual" "new_business of 2026-03"',
        '  key: "a"',
        "  sequence: 1",
        "  Expenses:Commission:NewBusiness:P-ann  12.50 EUR",
        "  Liabilities:Earned:P-ann  -12.50 EUR",
    ]


def test_every_account_has_its_group_and_no_two_payees_share_one() -> None:
    groups = [account_name(Entry(each, "ann", eur(1))) for each in (HELD, ADVANCE, DRAW, RECEIVABLE, PAYROLL)]
    assert groups == [
        "Equity:Held:P-ann",
        "Assets:Advance:P-ann",
        "Assets:Draw:P-ann",
        "Assets:Receivable:P-ann",
        "Assets:Clearing:Payroll:P-ann",
    ]
    ids = ["a b", "a-20-b", "a-b", "A b", "ab"]
    assert len({account_name(Entry(EARNED, each, eur(1))) for each in ids}) == len(ids)


def test_payroll_is_told_what_each_run_earned_advanced_took_and_pays() -> None:
    run = PayRun(eur(-5), eur(0), eur(0), eur(0), eur(0), Owed(eur(0), eur(5)))
    (row,) = csv.DictReader(payroll_csv("2026-03", {"ann": run}, {"ann": "+Ann"}).splitlines())
    assert row == {
        "period": "2026-03",
        "payee": "ann",
        "name": "'+Ann",
        "currency": "EUR",
        "earned": "-5.00",
        "advanced": "0.00",
        "recovered": "0.00",
        "offset": "0.00",
        "paid": "0.00",
        "draw_owed": "0.00",
        "receivable": "5.00",
    }
