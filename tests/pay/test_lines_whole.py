"""Lines, whole: of every kind of component, for a year in which everything happens once.

``lines.csv`` is what Ann, Bob (paid in euros) and Cat, to whom both report, are paid in 2026, line by line, in the
dollars of their plan. Who changes what a line says reads it once more.

Ann sells Acme 1,000 in January, and Globex 600 in March together with Bob, half of which is refunded in April. Acme is
invoiced 900, pays a third, is credited a third, and pays the rest. Bob wins a deal in May, and a team divides a prize.
Acme leaves in September and comes back in October; its value is verified in June and in November, Globex's never.
"""

import csv
from dataclasses import fields, replace
from datetime import date
from io import StringIO
from pathlib import Path

from pay.paying import CONTEST, CREDIT, POOL, VALUE, experience, facts, people, plan, returned
from trueup.pay.calculate import calculate
from trueup.pay.lines import PayLine
from trueup.pay.rounding import in_full

FILE = Path(__file__).with_name("lines.csv")
PAID = {
    "to_date",
    "by_lot",
    "capped",
    "carried",
    "attained",
    "target",
    "held",
    "spread",
    "as_paid",
    "held_as_paid",
    "above",
}
WHAT_HAPPENED = facts(
    events="""
        natural_key kind        on         known_on   payee credits  amount currency customer of
        d1          deal        2026-01-10 2026-01-10 ann   bookings 1000   USD      acme     -
        d2          deal        2026-03-05 2026-03-05 ann   bookings 600    USD      globex   -
        d2r         refund      2026-04-02 2026-04-02 -     -        300    USD      globex   d2
        d3          deal        2026-05-20 2026-05-20 bob   bookings 1500   USD      globex   -
        i1          deal        2026-02-01 2026-02-01 ann   invoices 900    USD      acme     -
        i1p         payment     2026-03-01 2026-03-01 -     -        300    USD      -        i1
        i1n         credit_note 2026-03-10 2026-03-10 -     -        300    USD      -        i1
        i1q         payment     2026-04-01 2026-04-01 -     -        300    USD      -        i1
        p1          deal        2026-05-01 2026-05-01 -     pool     100    USD      -        -
        left        churn       2026-09-15 2026-09-15 -     -        -      -        acme     -
        back        reinstate   2026-10-20 2026-10-20 -     -        -      -        acme     -
    """,
    shares="""
        event payee role    fraction
        d2    ann   split   2/3
        d2    bob   split   1/3
        d2    cat   overlay 1/4
        p1    ann   split   4/7
        p1    bob   split   2/7
        p1    cat   split   1/7
    """,
    outcomes="""
        payee metric period  value n   known_on
        ann   csat   2026-Q1 75    40  2026-04-10
        bob   csat   2026-Q2 90    30  2026-07-10
        cat   csat   2026-Q1 60    100 2026-04-10
    """,
    value_readings="""
        agreement_id as_of      estimate lower verified_on lapses_on
        dso          2026-06-10 250      220   2026-06-20  2026-09-30
        dso          2026-11-10 500      420   2026-11-20  2027-03-31
        dso_more     2026-06-10 250      250   2026-06-20  2026-12-31
    """,
)
COMPANY = people(
    events=WHAT_HAPPENED.events,
    shares=WHAT_HAPPENED.shares,
    outcomes=WHAT_HAPPENED.outcomes,
    readings=WHAT_HAPPENED.readings,
)
COLUMNS = [each.name for each in fields(PayLine) if each.name != "plan"]


def written(line: PayLine) -> dict[str, str]:
    told = {name: getattr(line, name) for name in COLUMNS}
    numbers = {name: in_full(told[name]) for name in ("credited", "exact", "cut", "factor")}
    return {**{name: str(value) for name, value in told.items()}, **numbers}


def lines() -> list[dict[str, str]]:
    credit = [replace(each, clause=f"1.{place}") for place, each in enumerate(CREDIT) if each.name in PAID]
    names = [each.name for each in credit]
    others = [replace(each, clause=str(place)) for place, each in enumerate((VALUE, CONTEST, POOL), start=2)]
    pays = plan(*credit, *others, experience(names[:3]), returned(names))
    found = calculate([pays], COMPANY, through=date(2026, 12, 31)).lines
    assert {line.plan for line in found} == {pays.fingerprint}
    return [written(line) for line in found]


def table(rows: list[dict[str, str]]) -> str:
    text = StringIO()
    into = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    into.writeheader()
    into.writerows(rows)
    return text.getvalue()


def test_every_line_says_all_this() -> None:
    assert lines() == list(csv.DictReader(StringIO(FILE.read_text("utf-8"))))


def test_every_kind_of_component_is_among_them() -> None:
    assert {row["component"] for row in lines()} == PAID | {"value", "contest", "pool", "returned"}
