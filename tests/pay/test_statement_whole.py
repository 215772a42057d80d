"""A whole statement, to the letter: all that can be on one, as it is kept, hashed and approved.

The company's fiscal year begins in February. This is April, the last month of the first quarter of its year 2027.
Disputes name lines by their hashes, and what was approved is held against what is calculated again: no word of a
statement may change unnoticed. Who changes one on purpose raises ``VERSION``, and reads ``statement.json`` once more.
"""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pay.paying import plans_of, usd
from trueup.pay.calculate import Calculated
from trueup.pay.draw import Owed, PayRun
from trueup.pay.lines import Attained, PayLine, Unreckoned
from trueup.pay.payment import Posting, Slot
from trueup.pay.policy import Parked
from trueup.pay.statement import Basis, Statement, statements
from trueup.units.money import Money
from trueup.units.period import PeriodRules

FISCAL = PeriodRules(fiscal_year_start=2)
FILE = Path(__file__).with_name("statement.json")

SALES, SERVICES = plans_of(
    """
    plan: sales
    label: Sales 2026
    currency: USD
    valid_from: 2026-02-01
    components:
      - {name: bookings, label: New business, clause: "3.1", kind: rate, credits: bookings, aggregation: cumulative,
         hold: {share: 0.5}, table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 0.10}, {pays: 0.20}]}}
      - {name: training, kind: rate, credits: training, aggregation: per_event,
         table: {kind: step, tiers: [{pays: 1/3}]}}
    """,
    """
    plan: services
    currency: EUR
    quota_currency: CHF
    valid_from: 2026-03-01
    components:
      - {name: hours, label: Hours, kind: target, credits: hours, aggregation: cumulative, reset: quarter,
         table: {kind: step, of: attainment, tiers: [{pays: 1}]}}
    """,
)


def slot(component: str, period: str, lot: str = "") -> Slot:
    return Slot("ann", component, period, lot)


def line(component: str, amount: int | str, **more: Any) -> PayLine:
    given = {"kind": "credit", "period": "2026-04", "on": date(2026, 4, 9), "held": usd(0), "plan": SALES.fingerprint}
    return PayLine("ann", component, amount=usd(amount), **{**given, **more})


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


LINES = (
    line("bookings", "15.00", event="d1", lot="d1", customer="globex", role="direct", held=usd("15.00"), clause="3.1",
         credited=Fraction(300), exact=Fraction(61, 2), cut=Fraction(1, 2), factor=Fraction(21, 20)),
    line("bookings", "20.00", kind="release", lot="dso", customer="acme", held=usd("-20.00"), clause="3.1",
         among=4),
    # Of a month for which nothing is posted.
    line("bookings", "50.00", period="2026-02", on=date(2026, 2, 3), event="d0"),
    # Of one that is trued up.
    line("training", "33.33", period="2026-03", on=date(2026, 3, 3), event="t1", credited=Fraction(100),
         exact=Fraction(100, 3)),
    PayLine("ann", "hours", "credit", "2026-04", date(2026, 4, 30), eur("7.50"), eur(0), SERVICES.fingerprint,
            event="h1", credited=Fraction(5, 2), exact=Fraction(15, 2)),
    # A plan that is no more among the versions.
    line("former", "1.00", plan="f" * 64, event="x"),
    line("guarantee", "2.00", kind="guarantee"),
    PayLine("bob", "bookings", "credit", "2026-04", date(2026, 4, 1), usd(1), usd(0), SALES.fingerprint),
)  # fmt: skip
ATTAINED = (
    Attained("ann", "bookings", "FY2027", Fraction(4000), Fraction(12_000), None, SALES.fingerprint),
    Attained("ann", "hours", "FY2027-Q1", Fraction(5, 2), Fraction(30), Fraction(90), SERVICES.fingerprint),
    Attained("ann", "former", "FY2027-Q1", Fraction(1), Fraction(8), None, "f" * 64),
    Attained("bob", "bookings", "FY2027", Fraction(1), Fraction(2), None, SALES.fingerprint),
)
MISSING = (
    Unreckoned("ann", "accelerator", "ann's accelerator: no quota"),
    Unreckoned("ann", "", "ann's experience: too few answers", refuses=False),
    Unreckoned("cem", "bookings", "cem's bookings: no quota"),
)
EARNED = (
    Posting(slot("bookings", "2026-04"), usd("35.00"), "2026-04"),
    Posting(slot("training", "2026-03"), usd("-3.33"), "2026-04"),
    Posting(slot("guarantee", "2026-04"), usd("2.00"), "2026-04"),
    Posting(slot("hours", "2026-04"), eur("7.50"), "2026-04"),
    Posting(slot("hours", "2026-03"), eur("0.50"), "2026-04"),
    # A late deal of the fiscal year before.
    Posting(slot("training", "2026-01"), usd("4.00"), "2026-04"),
    Posting(Slot("bob", "bookings", "2026-04"), usd("1.00"), "2026-04"),
)
HELD = (
    Posting(slot("bookings", "2026-04", "globex"), usd("15.00"), "2026-04"),
    Posting(slot("bookings", "2026-03", "globex"), usd("-4.00"), "2026-04"),
    Posting(slot("bookings", "2026-04", "acme"), usd("-20.00"), "2026-04"),
    Posting(slot("bookings", "2026-04", "umbrella"), usd("-6.00"), "2026-04"),
)
PARKED = (
    Parked(Posting(slot("plan_cap", "2026-02"), usd("-0.30"), "2026-04"), "de_minimis"),
    Parked(Posting(slot("training", "2026-02"), usd("-1.00"), "2026-04"), "approval"),
)
POSTED_BEFORE = {
    slot("bookings", "2026-02"): usd("50.00"),
    slot("training", "2026-02"): usd("9.00"),
    slot("training", "2026-03"): usd("36.66"),
    # January belongs to the fiscal year before.
    slot("bookings", "2026-01"): usd("1000.00"),
    # What an earlier plan posted by quarters.
    slot("old", "FY2027-Q1"): Money.of("3.00", "GBP"),
    Slot("dan", "bookings", "2026-02"): usd("5.00"),
}
HELD_BEFORE = {
    slot("bookings", "2026-02", "acme"): usd("25.00"),
    slot("bookings", "2026-03", "acme"): usd("30.00"),
    slot("bookings", "2026-03", "globex"): usd("9.00"),
    slot("bookings", "2026-03", "umbrella"): usd("6.00"),
    slot("bookings", "2026-03", "initech"): usd("8.00"),
    slot("bookings", "2026-03", "hooli"): usd("0.00"),
}
RUN = PayRun(*map(usd, ("33.67", "60.00", "1.00", "2.00", "90.67")), Owed(usd("61.00"), usd("7.00")))


def made() -> dict[str, Statement]:
    basis = Basis(
        period="2026-04",
        calculated=Calculated(LINES, ATTAINED, MISSING),
        earned=EARNED,
        held=HELD,
        parked=PARKED,
        posted_before=POSTED_BEFORE,
        held_before=HELD_BEFORE,
        plans=(SALES, SERVICES),
        rules=FISCAL,
    )
    return {each.payee: each for each in statements(basis, runs={"ann": RUN})}


def test_a_statement_says_all_this_and_nothing_else() -> None:
    told = json.loads(FILE.read_text("utf-8"))
    assert made()["ann"].said == told


def of_line(said: PayLine) -> Statement:
    (one,) = statements(Basis("2026-04", Calculated((said,)), (), (), (), {}, {}, (SALES,), FISCAL))
    return one


def test_its_bytes_are_sorted_and_dense_and_keep_letters_as_they_are() -> None:
    body = made()["ann"].body
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert "Würth".encode() in of_line(line("bookings", 1, customer="Würth")).body


def test_whom_something_was_paid_earlier_or_for_whom_something_is_missing_has_a_statement() -> None:
    assert list(made()) == ["ann", "bob", "cem", "dan"]
    assert made()["dan"].said["run"] is None
    assert made()["dan"].said["labels"] == {"bookings": "New business"}
    assert made()["cem"].said["labels"] == {"bookings": "New business"}


def test_a_component_is_told_by_the_newest_label_it_has() -> None:
    renamed = plans_of(
        "{plan: sales, currency: USD, valid_from: 2026-04-01, components: [{name: bookings, label: Sold, kind: rate,"
        " credits: bookings, aggregation: per_event, table: {kind: step, tiers: [{pays: 1}]}}]}"
    )
    basis = Basis("2026-04", Calculated(), EARNED[:1], (), (), {}, {}, (SALES, *renamed), FISCAL)
    (one,) = statements(basis)
    assert one.said["posted"][0]["label"] == "Sold"


@pytest.mark.parametrize(
    ("exact", "told"),
    [(Fraction(61, 2), "30.5"), (Fraction(1, 3), "1/3"), (Fraction(7, 40), "0.175"), (Fraction(1, 6), "1/6")],
)
def test_numbers_are_exact_with_an_end_or_as_a_fraction(exact: Fraction, told: str) -> None:
    assert of_line(line("bookings", 1, exact=exact)).said["lines"][0]["exact"] == told


def test_a_statement_of_a_fiscal_quarter_is_forecast_to_its_last_day() -> None:
    reached = Attained("ann", "hours", "FY2027-Q1", Fraction(15), Fraction(30), Fraction(90), SERVICES.fingerprint)
    earned = Posting(slot("hours", "FY2027-Q1"), eur("45.00"), "FY2027-Q1")
    (one,) = statements(Basis("FY2027-Q1", Calculated((), (reached,)), (earned,), (), (), {}, {}, (SERVICES,), FISCAL))
    assert [(each["window"], each["expected"], each["because"]) for each in one.said["forecast"]] == [
        ("FY2027-Q1", ["45.00", "EUR"], "89 of 89 days passed; credit goes on at the pace so far")
    ]


def test_of_a_year_for_which_nothing_is_posted_nothing_is_the_sum() -> None:
    late = Posting(slot("training", "2026-01"), usd("4.00"), "2026-04")
    (one,) = statements(Basis("2026-04", Calculated(), (late,), (), (), {}, {}, (SALES,), FISCAL))
    assert one.said["totals"] == [
        {"currency": "USD", "posted": ["4.00", "USD"], "true_ups": ["4.00", "USD"], "year_to_date": ["0", "USD"]}
    ]


def test_every_component_that_is_named_has_a_label() -> None:
    """Each of them is named once: by a line, an attainment, what is posted, held or waits, or what stood before."""
    lines = (line("by_line", 1),)
    attained = (Attained("ann", "attained", "FY2027", Fraction(1), Fraction(2), None, SALES.fingerprint),)
    basis = Basis(
        "2026-04",
        Calculated(lines, attained, (Unreckoned("ann", "missing", "no quota"),)),
        earned=(Posting(slot("earned", "2026-04"), usd(1), "2026-04"),),
        held=(Posting(slot("held", "2026-04", "acme"), usd(1), "2026-04"),),
        parked=(Parked(Posting(slot("parked", "2026-04"), usd(1), "2026-04"), "approval"),),
        posted_before={slot("before", "2026-03"): usd(1)},
        held_before={slot("held_before", "2026-03", "acme"): usd(1)},
        plans=(SALES,),
        rules=FISCAL,
    )
    (one,) = statements(basis)
    names = ["attained", "before", "by_line", "earned", "held", "held_before", "missing", "parked"]
    assert one.said["labels"] == {name: name for name in names}
