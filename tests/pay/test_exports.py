"""What payroll and accounting are given: each entry, to the coin, and nothing that a spreadsheet would run."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from trueup.pay.draw import Owed, PayRun
from trueup.pay.exports import account_name, beancount, journal_csv, payroll_csv
from trueup.pay.ledger import (
    ADVANCE,
    COMMISSION,
    DRAW,
    EARNED,
    HELD,
    PAYROLL,
    RECEIVABLE,
    ROUNDING,
    Entry,
    Posted,
    Transaction,
)
from trueup.units.money import Money
from trueup.units.period import PeriodRules


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


def test_files_are_the_same_on_every_machine() -> None:
    run = PayRun(eur(10), eur(0), eur(0), eur(0), eur(10), Owed(eur(0), eur(0)))
    assert payroll_csv("2026-03", {"cem": run, "ann": run}, {"ann": "Ann"}) == (
        "period,payee,name,currency,earned,advanced,recovered,offset,paid,draw_owed,receivable\n"
        "2026-03,ann,Ann,EUR,10.00,0.00,0.00,0.00,10.00,0.00,0.00\n"
        "2026-03,cem,,EUR,10.00,0.00,0.00,0.00,10.00,0.00,0.00\n"
    )
    assert journal_csv(LEDGER[:1]) == (
        "sequence,key,kind,reason,posted_in,earning_period,component,payee,account,debit,credit,currency\n"
        "1,a,accrual,earned,2026-04,2026-03,new_business,ann,expense:commission:new_business,12.50,,EUR\n"
        "1,a,accrual,earned,2026-04,2026-03,new_business,ann,liability:earned,,12.50,EUR\n"
    )


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_run_by_a_spreadsheet(begins: str) -> None:
    run = PayRun(eur(10), eur(0), eur(0), eur(0), eur(10), Owed(eur(0), eur(0)))
    (row,) = csv.DictReader(StringIO(payroll_csv("2026-03", {"ann": run}, {"ann": f"{begins}1+1"}), newline=""))
    assert row["name"] == f"'{begins}1+1"


def test_a_row_is_one_line_whatever_a_name_has_in_it() -> None:
    run = PayRun(eur(10), eur(0), eur(0), eur(0), eur(10), Owed(eur(0), eur(0)))
    (row,) = csv.DictReader(payroll_csv("2026-03", {"ann": run}, {"ann": "Ann\rMarie\nSmith"}).splitlines())
    assert row["name"] == "Ann Marie Smith"


def of_period(posted_in: str, account: str, payee: str = "ann", key: str = "a") -> Posted:
    """One euro that is moved from an account to what is earned."""
    entries = (Entry(account, payee, eur(1)), Entry(EARNED, payee, eur(-1)))
    return Posted(1, Transaction(key, "accrual", "earned", posted_in, "2026-03", "value", entries))


def test_accounts_open_with_the_first_period_in_which_they_are_used_whatever_is_posted_first() -> None:
    told = beancount([of_period("2026-05", DRAW), of_period("2026-04", HELD), of_period("2026-06", ADVANCE)])
    assert told.splitlines()[:5] == [
        "2026-04-01 open Equity:Held:P-ann",
        "2026-04-01 open Liabilities:Earned:P-ann",
        "2026-05-01 open Assets:Draw:P-ann",
        "2026-06-01 open Assets:Advance:P-ann",
        "",
    ]


def test_fiscal_periods_are_dated_by_the_companys_year() -> None:
    told = beancount([of_period("FY2027-Q1", HELD)], rules=PeriodRules(fiscal_year_start=2)).splitlines()
    assert told[0] == "2026-02-01 open Equity:Held:P-ann"
    assert told[3] == '2026-04-30 * "accrual" "value of 2026-03"'


def test_rounding_is_an_expense_and_a_name_begins_each_part_with_a_capital() -> None:
    assert account_name(Entry(ROUNDING, "ann", eur(1))) == "Expenses:Rounding:P-ann"
    assert account_name(Entry(f"{COMMISSION}new-business_won", "ann", eur(1))) == (
        "Expenses:Commission:NewBusinessWon:P-ann"
    )


def test_quotes_and_backslashes_stay_within_their_text() -> None:
    told = beancount([of_period("2026-04", HELD, key='the "best" \\ deal')])
    assert '  key: "the \\"best\\" \\\\ deal"' in told.splitlines()
