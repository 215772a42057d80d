"""What facts may not say together: all of it refused in the same words, or told of the payee whom it touches."""

from datetime import date
from typing import Any

import pytest

from pay.paying import AT_LAST, facts, plans_of
from trueup.pay.calculate import Calculated, calculate

PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: sales, kind: rate, credits: bookings, aggregation: per_event, roles: [direct, split, rollup],
         table: {kind: step, tiers: [{pays: 0.1}]}}
"""
RIGHT = {
    "assignments": "payee plan start end\n ann sales 2026-01-01 -",
    "events": "natural_key kind on payee credits amount currency of\n a deal 2026-03-10 ann bookings 1000 USD -",
}
HEAD = "natural_key kind on payee credits amount currency of\n"


def found(plan: str = PLAN, **tables: str) -> Calculated:
    known = facts(**{**RIGHT, **tables}).known(AT_LAST.closed_on)
    return calculate(plans_of(*plan.split("---")), known, through=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (
            {"assignments": "payee plan start\n ann partners 2026-01-01"},
            "ann is on the plan partners, which is not there. There are sales.",
        ),
        (
            {"assignments": "payee plan start end\n ann sales 2026-01-01 2026-06-02\n ann sales 2026-06-01 -"},
            (
                "ann is on two plans from 2026-06-01 on, sales and sales: end the first assignment there; its end is"
                " the first day without it."
            ),
        ),
        (
            {"events": f"{HEAD} a deal 2026-03-10 - bookings 1000 USD -"},
            "a is nobody's: give its payee, or its shares.",
        ),
        (
            {"shares": "event payee role fraction\n a ann direct 1\n a bob rollup 1"},
            ("bob has a share of a as a rollup, which follows from reporting lines: make it direct, split or overlay."),
        ),
        (
            {"shares": "event payee role fraction\n a ann direct 1/2"},
            (
                "direct credit and splits come to 0.5 of the event: make them 1, as integers over a common denominator"
                " if need be; what comes on top is an overlay"
            ),
        ),
        (
            {"shares": "event payee role fraction\n a ann direct 1\n a bob overlay 0"},
            "somebody's share is not above 0: leave them out, or say what they are to have",
        ),
        (
            {"reporting_lines": "person manager\n ann bob\n bob ann"},
            "ann reports to themselves in the end: mend the reporting lines of that day",
        ),
        (
            {"events": f"{RIGHT['events']}\n a deal 2026-03-10 ann bookings 900 USD -"},
            "a is here twice with revision 0, and says two things: give the correction a higher revision.",
        ),
        (
            {
                "outcomes": "payee metric period value n known_on\n"
                " ann nps 2026-Q1 40 30 2026-04-05\n ann nps 2026-Q1 41 30 2026-04-05"
            },
            (
                "nps of ann for 2026-Q1 is here twice, known on 2026-04-05, and says two things: leave one out, or say"
                " that it was known later."
            ),
        ),
        (
            {"rates": "use period of to rate on source\n pay 2026-Q1 EUR USD 0 2026-01-01 bank"},
            "0 USD for one EUR is no rate: give one above 0",
        ),
        (
            {
                "rates": "use period of to rate on source\n"
                " pay 2026-Q1 EUR USD 1.25 2026-01-01 bank\n pay 2026-Q1 EUR USD 1.2 2026-01-01 bank"
            },
            "there are two pay rates of EUR in USD for 2026-Q1, 1.25 and 1.2: leave one out",
        ),
    ],
)
def test_what_touches_everybody_is_refused(tables: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=" ") as refused:
        found(PLAN, **tables)
    assert str(refused.value) == told


def test_a_company_without_plans_has_none_to_be_on() -> None:
    with pytest.raises(ValueError, match=" ") as refused:
        calculate((), facts(**RIGHT), through=date(2026, 12, 31))
    assert str(refused.value) == "ann is on the plan sales, which is not there. There are none."
    with pytest.raises(ValueError, match=" ") as refused:
        found(
            f"{PLAN}---{PLAN.replace('plan: sales', 'plan: partners')}",
            assignments="payee plan start\n ann x 2026-01-01",
        )
    assert str(refused.value) == "ann is on the plan x, which is not there. There are partners, sales."


CAPPED = PLAN.replace("table:", "cap: 500, reset: quarter, table:")
PAID = PLAN.replace("table:", "earned_on: payment, table:")
EXPERIENCE = """\
      - {name: cx, kind: experience, metric: nps, every: quarter, modifies: [sales], minimum_n: 5,
         points: [{at: 1, gives: 0.9}]}
"""
WAITS = "waits for what could not be reckoned: mend that first."
FRANCS = {"events": f"{HEAD} a deal 2026-03-10 ann bookings 1000 CHF -"}
NO_RATE = "there is no credit rate of CHF in USD for 2026-03-10: give one for 2026-03, 2026-Q1, 2026."
OFF_PLAN = "but is on no plan then: assign them to one, or credit somebody else."
LOST = "and no such deal is known: nothing is paid for that deal, and nothing taken off."


@pytest.mark.parametrize(
    ("plan", "tables", "told"),
    [
        (PLAN, FRANCS, [("ann", "sales", f"ann's sales: {NO_RATE}", True)]),
        (
            f"{PLAN}    cap: {{amount: 9, window: quarter}}\n    guarantee: {{amount: 5, window: quarter}}\n",
            FRANCS,
            [
                ("ann", "sales", f"ann's sales: {NO_RATE}", True),
                ("ann", "plan_cap", f"ann's plan_cap {WAITS}", True),
                ("ann", "guarantee", f"ann's guarantee {WAITS}", True),
            ],
        ),
        (
            f"{PLAN}      - {{name: back, kind: clawback, of: [sales], months: 12}}\n",
            FRANCS,
            [
                ("ann", "sales", f"ann's sales: {NO_RATE}", True),
                ("ann", "back", "ann's back waits for what it takes back of: mend that first.", True),
            ],
        ),
        (
            PAID,
            {"events": f"{RIGHT['events']}\n b refund 2026-03-11 - - 100 USD a"},
            [
                (
                    "ann",
                    "sales",
                    (
                        "ann's sales: b is a refund of a, which is earned as it is paid for: give a credit note, or a"
                        " payment below 0."
                    ),
                    True,
                )
            ],
        ),
        (
            PAID,
            {"events": f"{HEAD} a deal 2026-03-10 ann bookings 0 USD -"},
            [
                (
                    "ann",
                    "sales",
                    "ann's sales: a is of 0, so no payment settles a share of it: leave it out.",
                    True,
                )
            ],
        ),
        (
            PAID,
            {"events": f"{RIGHT['events']}\n n credit_note 2026-03-11 - - 0 USD a"},
            [
                (
                    "ann",
                    "sales",
                    "ann's sales: n is of 0, so no payment settles a share of it: leave it out.",
                    True,
                )
            ],
        ),
        (
            f"{PLAN}---{CAPPED.replace('2026-01-01', '2026-05-01')}",
            {},
            [
                (
                    "ann",
                    "sales",
                    (
                        "ann's sales: it adds up in another way from 2026-05-01 on, within 2026-Q2: change cap,"
                        " reset, refunds or aggregation with the start of a quarter."
                    ),
                    True,
                )
            ],
        ),
        (
            PLAN,
            {"events": f"{RIGHT['events']}\n b refund 2026-03-11 ann - 100 USD gone\n c refund 2026-04-01 - - 5 USD -"},
            [
                (
                    "ann",
                    "",
                    f"The refund b is of gone, {LOST} Give the deal, or name the natural key of another.",
                    False,
                ),
                (
                    "",
                    "",
                    f"The refund c is of nothing, {LOST} Give the deal, or name the natural key of another.",
                    False,
                ),
            ],
        ),
        (
            PLAN,
            {"events": f"{RIGHT['events']}\n b deal 2026-03-11 bob bookings 100 USD -"},
            [("bob", "", f"bob is credited for b on 2026-03-11, {OFF_PLAN}", False)],
        ),
        (
            PLAN,
            {
                "events": f"{RIGHT['events']}\n b deal 2026-03-11 bob bookings 100 USD -\n"
                " c deal 2026-03-12 bob bookings 100 USD -\n d deal 2025-12-31 bob bookings 100 USD -\n"
                " e deal 2027-01-01 bob bookings 100 USD -\n f deal 2026-12-31 bob bookings 100 USD -\n"
                " g refund 2026-12-31 - - 100 USD f"
            },
            [("bob", "", f"bob is credited for b on 2026-03-11, and 2 more, {OFF_PLAN}", False)],
        ),
        (
            PLAN,
            {
                "events": f"{RIGHT['events']}\n b deal 2026-03-11 bob bookings 100 USD -",
                "shares": "event payee role fraction\n a ann split 1/2\n a bob split 1/2",
            },
            [("bob", "", f"bob is credited for a on 2026-03-10, and 1 more, {OFF_PLAN}", False)],
        ),
        (
            PLAN,
            {
                "shares": "event payee role fraction\n a ann direct 1\n a bob overlay 1/2",
                "reporting_lines": "person manager\n ann cat",
            },
            [],
        ),
        (
            PLAN.replace("table:", "hold: {share: 0.5}, table:"),
            {},
            [
                (
                    "ann",
                    "sales",
                    (
                        "ann's sales: a names no customer, whose value could release what is held of it; it stays held."
                        " Name the customer."
                    ),
                    False,
                )
            ],
        ),
        (
            PLAN + EXPERIENCE,
            {},
            [
                (
                    "ann",
                    "cx",
                    "There is no reading of nps of ann for 2026-Q1: reckoned as neutral until there is one.",
                    False,
                )
            ],
        ),
    ],
)
def test_what_touches_one_payee_is_told_of_them(
    plan: str, tables: dict[str, Any], told: list[tuple[str, str, str, bool]]
) -> None:
    unreckoned = found(plan, **tables).unreckoned
    assert [(each.payee, each.component, each.message, each.refuses) for each in unreckoned] == told
