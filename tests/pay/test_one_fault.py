"""One fault stops what it is of, and nothing else: it is told of whom it touches, and the rest is reckoned."""

from typing import Any

import pytest

from pay.paying import AT_LAST, Company, earns, facts, plans_of
from trueup.pay.calculate import Calculated
from trueup.pay.lines import Unreckoned
from trueup.pay.replay import replay
from trueup.pay.statement import Basis, statements

ON_SALES = """
    payee plan  start
    ann   sales 2026-01-01
    bob   sales 2026-01-01
"""
PAYS = (
    "{name: bookings, kind: rate, credits: bookings, aggregation: per_event,"
    " table: {kind: step, tiers: [{pays: 0.10}]}}"
)
POOL = "{name: pool, kind: pool, credits: pool}"
CONTEST = "{name: contest, kind: spiff, credits: bookings, start: 2026-01-01, end: 2027-01-01, budget: 100, fixed: 30}"


def sales(*components: str, valid_from: str = "2026-01-01") -> str:
    listed = "".join(f"\n  - {each}" for each in components)
    return f"plan: sales\ncurrency: USD\nvalid_from: {valid_from}\ncomponents:{listed}\n"


def of(*plans: str, **tables: str) -> Calculated:
    return earns(Company(plans_of(*plans), facts(**{"assignments": ON_SALES, **tables})))


def earned(found: Calculated) -> dict[tuple[str, str], str]:
    """What may be posted, by payee and component."""
    return {
        (slot.payee, slot.component): str(amount.amount)
        for slot, amount in found.earned.items()
        if amount and found.may_post(slot)
    }


def told(found: Calculated) -> list[tuple[str, str, str]]:
    return [(each.payee, each.component, each.message) for each in found.unreckoned]


def test_a_teams_amount_in_another_currency_is_told_of_the_team_and_its_other_amounts_are_divided() -> None:
    found = of(
        sales(PAYS, POOL),
        events="""
            natural_key kind   on         payee credits  amount currency of
            deal        deal   2026-01-10 ann   bookings 100    USD      -
            francs      deal   2026-01-20 ann   pool     10     CHF      -
            team        deal   2026-02-10 -     pool     10     USD      -
            whole       deal   2026-03-10 bob   pool     7      USD      -
            too_much    refund 2026-03-11 -     -        8      USD      whole
        """,
        shares="""
            event payee role  fraction
            team  ann   split 1/2
            team  bob   split 1/2
        """,
    )
    assert [(payee, component) for payee, component, _ in told(found)] == [("ann", "pool"), ("bob", "pool")]
    assert "francs is in CHF" in told(found)[0][2]
    assert "The refund too_much of whole is not above 0, or takes off more" in told(found)[1][2]
    assert earned(found) == {("ann", "bookings"): "10.00"}
    # Of what is told nothing is posted; it is there as far as it can be reckoned.
    lines = [(line.payee, line.event, str(line.amount.amount)) for line in found.lines if line.component == "pool"]
    assert lines == [("ann", "team", "5.00"), ("bob", "team", "5.00")]


def test_a_contest_that_gave_more_than_its_budget_is_told_of_those_in_it() -> None:
    given: dict[str, Any] = {
        "events": """
            natural_key kind on         payee credits  amount currency
            one         deal 2026-01-10 ann   bookings 100    USD
            two         deal 2026-01-11 bob   bookings 100    USD
        """
    }
    company = Company(plans_of(sales(PAYS, CONTEST.replace("100", "50"))), facts(assignments=ON_SALES, **given))
    awards = {line.event: line.amount for line in of(sales(PAYS, CONTEST), **given).lines if line.kind == "award"}
    closed = {"contest": {"one/ann": awards["one"], "two/bob": awards["two"]}}
    found = earns(company, closed_awards=closed)
    assert [(payee, component) for payee, component, _ in told(found)] == [("ann", "contest"), ("bob", "contest")]
    assert "closed awards exceed the budget of 50.00 USD" in told(found)[0][2]
    assert earned(found) == {("ann", "bookings"): "10.00", ("bob", "bookings"): "10.00"}


def test_a_contest_that_a_later_version_no_longer_has_was_held_all_the_same() -> None:
    found = of(
        sales(PAYS, CONTEST),
        sales(PAYS, valid_from="2026-07-01"),
        events="""
            natural_key kind on         payee credits  amount currency
            before      deal 2026-06-30 ann   bookings 100    USD
            after       deal 2026-07-01 bob   bookings 100    USD
            late        deal 2026-08-01 ann   bookings 100    USD
        """,
    )
    awards = [line for line in found.lines if line.kind == "award"]
    assert [(line.payee, line.event, str(line.amount.amount)) for line in awards] == [("ann", "before", "30.00")]
    (first, _) = plans_of(sales(PAYS, CONTEST), sales(PAYS, valid_from="2026-07-01"))
    assert awards[0].plan == first.fingerprint


def test_a_refund_of_nobody_knows_whose_deal_is_an_exception_and_nobodys_statement() -> None:
    events = """
        natural_key kind   on         payee credits  amount currency of
        deal        deal   2026-01-10 ann   bookings 100    USD      -
        lost        refund 2026-02-10 -     -        50     USD      gone
        shared      refund 2026-02-11 -     -        50     USD      ours
    """
    shares = """
        event payee role  fraction
        ours  ann   split 1/2
        ours  bob   split 1/2
    """
    plans = plans_of(sales(PAYS))
    (close,) = replay(plans, facts(assignments=ON_SALES, events=events, shares=shares), [AT_LAST])
    assert [(each.payee, each.refuses) for each in close.calculated.unreckoned] == [
        ("", False),
        ("ann", False),
        ("bob", False),
    ]
    basis = Basis("2026-12", close.calculated, close.earned, close.held, [], {}, {}, plans)
    assert [(each.payee, len(each.said["not_reckoned"])) for each in statements(basis)] == [("ann", 1), ("bob", 1)]
    assert earned(close.calculated) == {("ann", "bookings"): "10.00"}


@pytest.mark.parametrize(("kind", "named"), [("payment", "payment"), ("credit_note", "credit note")])
def test_a_payment_of_a_deal_that_nobody_knows_earns_nothing_and_is_told(kind: str, named: str) -> None:
    events = f"""
        natural_key kind   on         payee credits  amount currency of
        deal        deal   2026-01-10 ann   bookings 100    USD      -
        wire        {kind} 2026-02-10 -     -        50     USD      dael
    """
    found = of(sales(PAYS), events=events)
    says = (
        f"The {named} wire is of dael, and no such deal is known: nothing is paid for that deal, and nothing earned. "
        "Give the deal, or name the natural key of another."
    )
    assert list(found.unreckoned) == [Unreckoned("", "", says, refuses=False)]
    assert earned(found) == {("ann", "bookings"): "10.00"}


def test_who_is_paid_in_a_second_currency_is_told_and_everybody_else_is_paid() -> None:
    found = of(
        sales(PAYS),
        assignments="""
            payee plan  start      end        pay_currency
            ann   sales 2026-01-01 2026-06-01 EUR
            ann   sales 2026-06-01 -          -
            bob   sales 2026-01-01 -          -
        """,
        events="""
            natural_key kind on         payee credits  amount currency
            may         deal 2026-05-10 ann   bookings 100    USD
            june        deal 2026-06-10 ann   bookings 100    USD
            bobs        deal 2026-06-10 bob   bookings 100    USD
        """,
        rates="""
            use period of  to  rate on         source
            pay 2026   EUR USD 1.25 2026-01-01 plan
        """,
    )
    assert earned(found) == {("bob", "bookings"): "10.00"}
    assert told(found) == [
        (
            "ann",
            "",
            (
                "ann is paid in EUR and USD, and a run pays one currency:"
                " give the days in the later one to a payee of their own, with an id of its own."
            ),
        )
    ]
