"""Of whom a calculation is, and to whom it tells what could not be reckoned."""

from datetime import date

from pay.paying import facts, plans_of
from trueup.pay.calculate import Calculated, calculate

TENTH = "aggregation: per_event, table: {kind: step, tiers: [{pays: 0.1}]}"
QUOTA = "aggregation: cumulative, reset: quarter, table: {kind: step, of: attainment, tiers: [{pays: 0.1}]}"
EVENTS = "natural_key kind on payee credits amount currency customer of"
DEALS = f"""
    {EVENTS}
    first deal 2026-01-01 cy  bookings 100 USD acme -
    a     deal 2026-02-10 ann bookings 100 USD acme -
    b     deal 2026-02-10 bob bookings 100 USD acme -
    lost  refund 2026-12-31 -  -       10  USD -    gone
"""
ON_SALES = "payee plan start pay_currency\n ann sales 2026-01-01 -\n bob sales 2026-01-01 EUR"


def plan(*components: str, more: str = "") -> str:
    listed = "\n".join(f"      - {{{each}}}" for each in components)
    return f"\n    plan: sales\n    currency: USD\n    valid_from: 2026-01-01\n{more}    components:\n{listed}\n"


SALES = plan(f"name: sales, kind: rate, credits: bookings, {TENTH}")


def of(text: str, *payees: str, **tables: str) -> Calculated:
    known = facts(**{"assignments": ON_SALES, "events": DEALS, **tables})
    return calculate(plans_of(text), known, through=date(2026, 12, 31), payees=payees or None)


def told(found: Calculated) -> list[tuple[str, str]]:
    return [(each.payee, each.component) for each in found.unreckoned]


def test_of_some_people_only_what_touches_them_is_told_and_what_is_nobodys() -> None:
    """Bob is paid in euros, of which there is no rate; Cy is on no plan; a refund is of a deal that nobody knows."""
    assert told(of(SALES)) == [("cy", ""), ("", ""), ("bob", "sales")]
    assert told(of(SALES, "ann")) == [("", "")]
    assert told(of(SALES, "bob")) == [("", ""), ("bob", "sales")]
    assert told(of(SALES, "cy")) == [("cy", ""), ("", "")]


def test_where_nobody_is_on_any_plan_nobody_is_told_that_they_are_on_none() -> None:
    found = of(SALES, assignments="payee plan start")
    assert (told(found), found.earned) == ([("", "")], {})


def test_every_component_says_how_far_its_quota_was_attained() -> None:
    two = plan(*(f"name: of_{kind}, kind: rate, credits: {kind}, {QUOTA}" for kind in ("a", "b")))
    quotas = "payee credits period amount currency\n ann a 2026-Q1 100 USD\n ann b 2026-Q1 100 USD"
    on_it = "payee plan start end\n ann sales 2026-01-01 2026-04-01"
    found = of(two, assignments=on_it, quotas=quotas, events=EVENTS)
    assert [(each.component, each.window) for each in found.attained] == [("of_a", "2026-Q1"), ("of_b", "2026-Q1")]


def test_a_clawback_that_waits_holds_up_no_other() -> None:
    text = plan(
        f"name: by_quota, kind: rate, credits: services, {QUOTA}",
        f"name: sales, kind: rate, credits: bookings, {TENTH}",
        "name: waits, kind: clawback, of: [by_quota], months: 12",
        "name: returned, kind: clawback, of: [sales], months: 12",
    )
    events = f"""
        {EVENTS}
        s deal 2026-02-10 ann services 100 USD acme -
        a deal 2026-02-10 ann bookings 100 USD acme -
        gone churn 2026-02-20 - - - - acme -
    """
    found = of(text, assignments="payee plan start\n ann sales 2026-01-01", events=events)
    assert told(found) == [("ann", "by_quota"), ("ann", "waits")]
    assert [(line.component, str(line.amount)) for line in found.lines if line.kind == "clawback"] == [
        ("returned", "-10.00 USD")
    ]


def test_a_cap_that_would_add_up_two_currencies_is_told_as_the_plans() -> None:
    text = plan("name: value, kind: value", more="    cap: {amount: 300, window: quarter}\n")
    found = of(
        text,
        assignments="payee plan start\n ann sales 2026-01-01",
        events=EVENTS,
        agreements="""
            agreement_id payee customer component signed_on  at_target committed currency
            a            ann   acme     value     2026-01-10 900       100       EUR
        """,
        value_readings="""
            agreement_id as_of      estimate lower verified_on lapses_on
            a            2026-06-30 100      100   2026-07-05  2026-09-30
        """,
    )
    assert set(told(found)) == {("ann", "plan_cap")}


def test_a_refund_of_the_last_day_is_told_and_one_of_the_day_after_not_yet() -> None:
    for through, payees in ((date(2026, 12, 30), []), (date(2026, 12, 31), [""])):
        known = facts(
            assignments="payee plan start\n ann sales 2026-01-01", events=f"{EVENTS}\n{DEALS.splitlines()[-1]}"
        )
        assert [each.payee for each in calculate(plans_of(SALES), known, through=through).unreckoned] == payees
