"""What is shared among people of a plan: who takes part in a contest, what a team divides, and what each line says."""

from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from pay.paying import END, facts, plans_of, usd
from pay.paying import plan as plan_of
from trueup.pay.calculate import Calculated, calculate
from trueup.pay.plan import SpiffComponent
from trueup.units.money import InvalidAmount
from trueup.units.period import PeriodRules

CONTEST = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: launch, kind: spiff, clause: "7", credits: launch, start: 2026-02-01, end: 2026-04-01, budget: 1000,
         fixed: 100}
"""
POOL = """
    plan: sales
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: prize, kind: pool, clause: "8", credits: prize}
"""
OTHERS = """
    plan: services
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: own, kind: rate, credits: services, aggregation: per_event, table: {kind: step, tiers: [{pays: 0.1}]}}
"""
PEOPLE = """
    payee plan     start
    ann   sales    2026-01-01
    bob   services 2026-01-01
    cem   sales    2026-01-01
"""
TAKES = "natural_key kind on payee credits amount currency customer"


def found(plan: str, through: date = date(2026, 6, 30), **tables: str) -> Calculated:
    told = facts(**{"assignments": PEOPLE, **tables})
    return calculate(plans_of(plan, OTHERS), told, through=through)


def paid(calculated: Calculated, component: str) -> list[tuple[str, str, str]]:
    return [
        (line.payee, line.event, f"{line.amount.amount.normalize():f}")
        for line in calculated.lines
        if line.component == component
    ]  # fmt: skip


def whole(line: object) -> dict[str, Any]:
    return {key: value for key, value in asdict(line).items() if value not in ("", 0)}  # type: ignore[call-overload]


def test_a_contest_is_open_from_its_first_day_to_the_one_before_its_end() -> None:
    told = found(
        CONTEST,
        events="""
            natural_key kind on         payee credits  amount currency
            too_early   deal 2026-01-31 ann   launch   5      USD
            first_day   deal 2026-02-01 ann   launch   5      USD
            last_day    deal 2026-03-31 cem   launch   5      USD
            too_late    deal 2026-04-01 cem   launch   5      USD
            other       deal 2026-03-01 cem   services 5      USD
        """,
    )
    assert paid(told, "launch") == [("ann", "first_day", "100"), ("cem", "last_day", "100")]


def test_what_comes_after_the_day_is_not_awarded_yet_and_what_comes_on_it_is() -> None:
    events = """
        natural_key kind on         payee credits amount currency
        on_it       deal 2026-02-28 ann   launch  5      USD
        after       deal 2026-03-01 ann   launch  5      USD
    """
    assert paid(found(CONTEST, date(2026, 2, 28), events=events), "launch") == [("ann", "on_it", "100")]


def test_who_sold_or_shares_the_sale_takes_part_if_their_plan_has_the_contest() -> None:
    told = found(
        CONTEST,
        events="""
            natural_key kind on         payee credits amount currency
            of_bob      deal 2026-02-02 bob   launch  5      USD
            alone       deal 2026-02-03 ann   launch  5      USD
            shared      deal 2026-02-04 ann   launch  5      USD
        """,
        shares="""
            event  payee role    fraction
            shared ann   split   1/2
            shared bob   split   1/4
            shared cem   split   1/4
            alone  ann   direct  1
            alone  cem   overlay 1
        """,
    )
    assert paid(told, "launch") == [("ann", "alone", "100"), ("ann", "shared", "100"), ("cem", "shared", "100")]


def test_an_award_says_for_what_it_is() -> None:
    told = found(
        CONTEST,
        events="natural_key kind on payee credits amount currency customer\n d deal 2026-02-03 ann launch 0.5 USD acme",
    )
    (line,) = told.lines
    (fingerprint,) = {plan.fingerprint for plan in plans_of(CONTEST)}
    assert whole(line) == {
        "payee": "ann",
        "component": "launch",
        "kind": "award",
        "period": "2026-02",
        "on": date(2026, 2, 3),
        "amount": {"amount": 100, "currency": "USD"},
        "held": {"amount": 0, "currency": "USD"},
        "plan": fingerprint,
        "clause": "7",
        "event": "d",
        "lot": "d",
        "customer": "acme",
        "role": "direct",
        "credited": Fraction(1, 2),
        "exact": Fraction(100),
        "factor": Fraction(1),
    }


def test_each_may_win_only_as_often_as_the_contest_allows() -> None:
    events = """
        natural_key kind on         payee credits amount currency
        one         deal 2026-02-03 ann   launch  5      USD
        two         deal 2026-02-04 ann   launch  5      USD
        three       deal 2026-02-05 cem   launch  5      USD
    """
    once = CONTEST.replace("fixed: 100", "fixed: 100, most: 1")
    assert paid(found(once, events=events), "launch") == [
        ("ann", "one", "100"),
        ("ann", "two", "0"),
        ("cem", "three", "100"),
    ]


def test_a_contest_may_pay_a_rate_of_what_was_sold_at_the_rate_of_the_day() -> None:
    told = found(
        CONTEST.replace("fixed: 100", "rate: 0.10"),
        events="""
            natural_key kind   on         payee credits amount currency of
            in_francs   deal   2026-02-03 ann   launch  1000   CHF      -
            in_dollars  deal   2026-03-03 ann   launch  1000   USD      -
            back        refund 2026-03-10 -     -       400    USD      in_dollars
        """,
        rates="""
            use    period of  to  rate on         source
            credit 2026   CHF USD 1.25 2026-01-01 plan
        """,
    )
    assert [(line.event, str(line.amount.amount), line.credited) for line in told.lines] == [
        ("in_francs", "125.00", 1250),
        ("in_dollars", "60.00", 600),
    ]


def test_a_sale_in_a_currency_without_a_rate_is_told_and_takes_nothing_of_the_budget() -> None:
    """Of 250, Ann wins 100 for what she sold in dollars all the same, and Cem what is left."""
    told = found(
        CONTEST.replace("budget: 1000", "budget: 250"),
        events="""
            natural_key kind on         payee credits amount currency
            in_francs   deal 2026-02-03 ann   launch  1000   CHF
            in_dollars  deal 2026-02-04 ann   launch  1000   USD
            of_cem      deal 2026-02-05 cem   launch  1000   USD
            more        deal 2026-02-06 cem   launch  1000   USD
        """,
    )
    assert paid(told, "launch") == [("ann", "in_dollars", "100"), ("cem", "of_cem", "100"), ("cem", "more", "50")]
    assert [each.message for each in told.unreckoned] == [
        "ann's launch: there is no credit rate of CHF in USD for 2026-02-03: give one for 2026-02, 2026-Q1, 2026."
    ]


def test_who_is_on_no_plan_takes_no_part_and_stops_nobody() -> None:
    told = found(
        CONTEST,
        events="""
            natural_key kind on         payee credits amount currency
            of_eve      deal 2026-02-02 eve   launch  5      USD
            of_ann      deal 2026-02-03 ann   launch  5      USD
        """,
    )
    assert paid(told, "launch") == [("ann", "of_ann", "100")]


def test_a_contest_that_says_nothing_of_what_it_pays_is_none() -> None:
    nothing = SpiffComponent("launch", "launch", date(2026, 2, 1), date(2026, 4, 1), usd(100))
    with pytest.raises(InvalidAmount) as told:
        calculate([plan_of(nothing)], facts(assignments="payee plan start\n ann sales 2026-01-01"), through=END)
    assert str(told.value) == (
        "a contest pays more than 0, out of a budget not below 0, and to each payee at least once: "
        "not 0 out of 100 USD, None times"
    )


def test_the_days_order_decides_whatever_order_deals_come_in() -> None:
    events = """
        natural_key kind on         payee credits amount currency
        last        deal 2026-03-05 ann   launch  5      USD
        first       deal 2026-02-03 cem   launch  5      USD
        second      deal 2026-02-03 ann   launch  5      USD
    """
    poor = CONTEST.replace("budget: 1000", "budget: 150")
    assert paid(found(poor, events=events), "launch") == [
        ("ann", "second", "50"),
        ("ann", "last", "0"),
        ("cem", "first", "100"),
    ]


def test_awards_and_parts_are_earned_in_the_companys_own_quarters() -> None:
    events = "natural_key kind on payee credits amount currency\n a deal 2026-02-03 ann {} 10 USD"
    fiscal = PeriodRules(fiscal_year_start=2)
    for plan, kind in ((CONTEST, "launch"), (POOL, "prize")):
        plans = plans_of(plan.replace("valid_from:", "period: quarter\n    valid_from:"))
        told = facts(assignments="payee plan start\n ann sales 2026-01-01", events=events.format(kind))
        (line,) = calculate(plans, told, through=date(2026, 4, 30), rules=fiscal).lines
        assert line.period == "FY2027-Q1"


TEAM = """
    event payee role  fraction
    award cem   split 1/3
    award ann   split 2/3
"""


def test_a_part_says_of_what_it_is_and_a_refund_what_it_takes_back() -> None:
    told = found(
        POOL,
        events="""
            natural_key kind   on         credits amount currency customer of
            award       deal   2026-02-10 prize   100    USD      acme     -
            other       deal   2026-02-10 launch  100    USD      acme     -
            back        refund 2026-03-10 -       10     USD      acme     award
            later       refund 2026-07-01 -       10     USD      acme     award
        """,
        shares=TEAM + "    other cem split 1\n",
    )
    (fingerprint,) = {plan.fingerprint for plan in plans_of(POOL)}
    anns = [whole(line) for line in told.lines if line.payee == "ann"]
    given = {
        "payee": "ann",
        "component": "prize",
        "kind": "share",
        "held": {"amount": 0, "currency": "USD"},
        "plan": fingerprint,
        "clause": "8",
        "lot": "award",
        "customer": "acme",
        "role": "split",
        "factor": Fraction(1),
    }
    assert anns == [
        {
            **given,
            "period": "2026-02",
            "on": date(2026, 2, 10),
            "event": "award",
            "amount": asdict(usd("66.67")),
            "credited": Fraction(200, 3),
            "exact": Fraction("66.67"),
        },
        {
            **given,
            "period": "2026-03",
            "on": date(2026, 3, 10),
            "event": "back",
            "amount": asdict(usd("-6.67")),
            "credited": Fraction(-20, 3),
            "exact": Fraction("-6.67"),
        },
    ]


def test_what_nobody_shares_is_its_payees_alone() -> None:
    told = found(POOL, events="natural_key kind on payee credits amount currency\n a deal 2026-02-10 ann prize 10 USD")
    (line,) = told.lines
    assert (line.payee, line.role, str(line.amount), line.credited) == ("ann", "direct", "10.00 USD", 10)


def test_parts_are_due_on_the_day_and_not_before() -> None:
    events = """
        natural_key kind   on         payee credits amount currency of
        first       deal   2026-02-10 ann   prize   10     USD      -
        second      deal   2026-02-11 ann   prize   20     USD      -
        back        refund 2026-02-11 -     -       5      USD      first
    """
    assert paid(found(POOL, date(2026, 2, 10), events=events), "prize") == [("ann", "first", "10")]
    assert paid(found(POOL, date(2026, 2, 11), events=events), "prize") == [
        ("ann", "first", "10"),
        ("ann", "back", "-5"),
        ("ann", "second", "20"),
    ]


def test_a_team_of_whom_nobody_is_on_the_plan_is_none_of_its_business_and_those_after_it_are() -> None:
    told = found(
        POOL,
        events="""
            natural_key kind on         credits amount currency
            theirs      deal 2026-02-10 prize   10     USD
            award       deal 2026-02-11 prize   30     USD
        """,
        shares="""
            event  payee role  fraction
            theirs bob   split 1
            award  ann   split 1/2
            award  cem   split 1/2
        """,
    )
    assert paid(told, "prize") == [("ann", "award", "15"), ("cem", "award", "15")]
    assert [each for each in told.unreckoned if each.component == "prize"] == []


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            ["award deal 2026-02-10 prize 10 EUR -"],
            "award is in EUR, and what a team divides is in its plan's USD: give it in that.",
        ),
        (
            ["award deal 2026-02-10 prize 10 USD -", "back refund 2026-02-11 - 11 USD award"],
            "The refund back of award is not above 0, or takes off more than is left of it: mend its amount.",
        ),
        (
            ["award deal 2026-02-10 prize 10 USD -", "back refund 2026-02-11 - 0 USD award"],
            "The refund back of award is not above 0, or takes off more than is left of it: mend its amount.",
        ),
        (
            ["award deal 2026-02-10 prize 10.005 USD -"],
            "award has fractions of a coin, which nobody can divide: round it first.",
        ),
    ],
)
def test_what_cannot_be_divided_is_told_to_each_of_the_team_with_its_cure(events: list[str], told: str) -> None:
    table = "\n".join(["natural_key kind on credits amount currency of", *events])
    calculated = found(POOL, events=table, shares=TEAM)
    assert {each.payee: each.message for each in calculated.unreckoned} == {
        "ann": f"ann's prize: {told}",
        "cem": f"cem's prize: {told}",
    }
    assert paid(calculated, "prize") == []


def test_a_refund_of_the_last_cent_leaves_nothing_and_of_less_than_one_dollar_is_one() -> None:
    events = """
        natural_key kind   on         credits amount currency of
        award       deal   2026-02-10 prize   10     USD      -
        little      refund 2026-02-11 -       0.30   USD      award
        rest        refund 2026-02-12 -       9.70   USD      award
    """
    told = found(POOL, events=events, shares=TEAM)
    assert sum(line.amount.amount for line in told.lines) == 0
    assert told.unreckoned == ()


def test_who_shares_an_amount_but_is_on_another_plan_or_on_none_is_told_and_the_others_get_their_parts() -> None:
    """Bob's plan is another's, in euros; Eve has none."""
    in_euros = OTHERS.replace("USD", "EUR")
    told = facts(
        assignments=PEOPLE,
        events="natural_key kind on credits amount currency\n award deal 2026-02-10 prize 100 USD",
        shares="""
            event payee role  fraction
            award bob   split 1/4
            award eve   split 1/4
            award ann   split 1/4
            award cem   split 1/4
        """,
    )
    calculated = calculate(plans_of(POOL, in_euros), told, through=date(2026, 6, 30))
    assert paid(calculated, "prize") == [("ann", "award", "25"), ("cem", "award", "25")]
    assert [each.message for each in calculated.unreckoned if each.component == "prize"] == [
        f"{payee}'s prize: they share award on 2026-02-10 but are not on sales that day: put them on the plan, or leave"
        " them out of the shares."
        for payee in ("bob", "eve")
    ]
