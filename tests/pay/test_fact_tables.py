"""What tables of facts may say in a cell; what a cell may not say is told with its place and its cure."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from trueup.pay.fact_tables import FactTableError, facts_of
from trueup.pay.facts import Event, SignedAgreement, ValueReading
from trueup.units.money import Money

ROWS = {
    "events": "natural_key,kind,on,known_on,amount,revision\nd1,deal,2026-03-10,2026-03-12,12.30,0\n",
    "shares": "event,payee,role,fraction\nd1,ann,split,1/3\n",
    "rates": "use,period,of,to,rate,on,source\npay,2026,EUR,USD,1.0720,2026-01-01,bank\n",
    "outcomes": "payee,metric,period,value,n,known_on\nann,nps,2026-Q1,40,30,2026-04-05\n",
    "assignments": "payee,plan,start,end,target_incentive\nann,sales,2026-01-01,,\n",
    "agreements": (
        "agreement_id,payee,customer,component,signed_on,at_target,committed,band,currency,ends_on\n"
        "x,ann,acme,value,2026-01-01,0.10,1/4,,USD,\n"
    ),
    "value_readings": (
        "agreement_id,as_of,estimate,lower,lapses_on,verified_on,independent_of\nx,2026-03-31,10,-5,2026-06-30,,\n"
    ),
}


def cells(**changes: str) -> dict[str, str]:
    """The tables with other cells: file__before=after."""
    tables = dict(ROWS)
    for place, (before, after) in ((name, each.split(" -> ")) for name, each in changes.items()):
        assert before in tables[place]
        tables[place] = tables[place].replace(before, after)
    return tables


NUMBER = "write a number such as 12.30, or a fraction such as 1/3"
ROLES = "direct, split, overlay, rollup"
KINDS = "deal, refund, payment, credit_note, churn, reinstate, withdrawn"


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("events", "d1 -> ", "row 2, column natural_key: '' does not do: it is empty: fill it in"),
        (
            "events",
            ",deal -> ,gift",
            f"row 2, column kind: 'gift' does not do: it is one of {KINDS}",
        ),
        (
            "events",
            "2026-03-10 -> 10 March",
            "row 2, column on: '10 March' does not do: write a day as 2026-06-14",
        ),
        ("events", "12.30 -> twelve", f"row 2, column amount: 'twelve' does not do: {NUMBER}"),
        ("events", "12.30 -> 1/0", f"row 2, column amount: '1/0' does not do: {NUMBER}"),
        ("events", ",0 -> ,1.5", "row 2, column revision: '1.5' does not do: write a whole number"),
        (
            "shares",
            "split -> rollupp",
            f"row 2, column role: 'rollupp' does not do: it is one of {ROLES}; did you mean rollup?",
        ),
        ("shares", "1/3 -> ", f"row 2, column fraction: '' does not do: {NUMBER}"),
        ("rates", "1.0720 -> 1,0720", "row 2: it has 8 cells, the header has 7: mend it"),
        ("rates", "1.0720 -> 15/14", "row 2, column rate: '15/14' does not do: write a number such as 1.0720"),
        ("rates", "1.0720 -> NaN", "row 2, column rate: 'NaN' does not do: write a number such as 1.0720"),
        ("outcomes", ",30 -> ,thirty", "row 2, column n: 'thirty' does not do: write a whole number"),
        ("outcomes", "2026-04-05 -> ", "row 2, column known_on: '' does not do: write a day as 2026-06-14"),
        ("outcomes", ",known_on -> ,on", "row 1, column on: no such column; did you mean known_on?"),
        ("agreements", ",USD -> ,", "row 2: '' is no currency code: write an ISO 4217 code such as EUR"),
        (
            "agreements",
            "0.10 -> " + "9" * 50 + "x",
            f"row 2, column at_target: '{'9' * 40}' does not do: {NUMBER}",
        ),
    ],
)
def test_a_cell_that_does_not_do_is_told_with_its_place_and_its_cure(table: str, change: str, told: str) -> None:
    with pytest.raises(FactTableError) as refused:
        facts_of(cells(**{table: change}))
    first = refused.value.faults[0]
    assert str(first) == f"{table}.csv, {told}"
    assert (first.file, first.row) == (f"{table}.csv", int(told[4]))
    assert first.column in told


def test_all_that_is_wrong_is_told_a_line_each() -> None:
    with pytest.raises(FactTableError) as refused:
        facts_of(cells(events="12.30 -> twelve", shares="1/3 -> third", outcomes=",n, -> ,m,"))
    assert str(refused.value).split("\n") == [
        f"events.csv, row 2, column amount: 'twelve' does not do: {NUMBER}",
        "shares.csv, row 2, column fraction: 'third' does not do: " + NUMBER,
        "outcomes.csv, row 1, column m: no such column; did you mean metric?",
        "outcomes.csv, row 1, column n: this column is missing: add it",
    ]


def test_a_table_says_exactly_what_it_says() -> None:
    found = facts_of(ROWS)
    assert found.events == (Event("d1", "deal", date(2026, 3, 10), date(2026, 3, 12), Fraction("12.30")),)
    assert found.shares[0].fraction == Fraction(1, 3)
    assert found.rates[0].rate == Decimal("1.0720")
    assert (found.assignments[0].end, found.assignments[0].target_incentive) == (None, None)
    assert found.agreements == (
        SignedAgreement(
            "x",
            "ann",
            "acme",
            "value",
            date(2026, 1, 1),
            Money.of("0.10", "USD"),
            Money.of("0.25", "USD"),
            Money.of(0, "USD"),
        ),
    )
    assert found.readings == (
        ValueReading("x", date(2026, 3, 31), Fraction(10), Fraction(-5), date(2026, 6, 30), date(2026, 3, 31)),
    )


def test_an_event_without_a_day_of_its_own_was_known_as_it_happened_and_a_reading_once_it_was_verified() -> None:
    tables = cells(events="2026-03-12 -> ", value_readings="2026-06-30,, -> 2026-06-30,2026-05-02,bob cat")
    found = facts_of(tables)
    assert found.events[0].known_on == date(2026, 3, 10)
    (reading,) = found.readings
    assert (reading.known_on, reading.verified_on) == (date(2026, 5, 2), date(2026, 5, 2))
    assert reading.independent_of == {"bob", "cat"}


def test_rows_of_nothing_and_remarks_are_passed_over_and_thousands_may_stand_apart() -> None:
    text = ROWS["shares"].replace("1/3", "1 000.50") + " , ,,\n\n  # not yet,,,\n"
    (share,) = facts_of({"shares": text}).shares
    assert share.fraction == Fraction("1000.5")


def test_agreements_say_in_which_currency_they_pay_and_may_leave_out_what_is_noise() -> None:
    without = "agreement_id,payee,customer,component,signed_on,at_target,committed\nx,ann,acme,value,2026-01-01,1,2\n"
    with pytest.raises(FactTableError) as refused:
        facts_of({"agreements": without})
    assert str(refused.value) == "agreements.csv, row 1, column currency: this column is missing: add it"
