"""What vests with the value of customers, line by line: on first and last days, and in the company's quarters."""

from datetime import date

import pytest

from pay.paying import facts, plans_of
from trueup.pay.calculate import Calculated, calculate
from trueup.units.period import CIVIL, PeriodRules

BY_AGREEMENT = """
    plan: care
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: value, kind: value}
"""
OF_ALL = BY_AGREEMENT.replace("kind: value", "kind: value, over: all_customers")
HALF_HELD = """
    plan: care
    currency: USD
    valid_from: 2026-01-01
    components:
      - {name: sales, kind: rate, credits: bookings, aggregation: per_event, hold: {share: 0.5},
         table: {kind: step, tiers: [{pays: 0.1}]}}
"""
AGREED = """
    agreement_id payee customer component signed_on  ends_on at_target committed currency
    a            ann   acme     value     2026-01-10 -       900       100       USD
"""
READ = "agreement_id as_of      estimate lower verified_on lapses_on"
ON_30_JUNE = date(2026, 6, 30)


def found(
    plan: str,
    through: date = date(2026, 12, 31),
    *,
    start: str = "2026-01-01",
    rules: PeriodRules = CIVIL,
    **tables: str,
) -> Calculated:
    told = facts(assignments=f"payee plan start\n ann care {start}", **{"agreements": AGREED, **tables})
    return calculate(plans_of(plan), told, through=through, rules=rules)


def lines(calculated: Calculated) -> list[str]:
    """Kind, event, period, what is earned and what is held."""
    return [
        f"{line.kind} {line.event} {line.period} {line.amount.amount:.2f} {line.held.amount:.2f}"
        for line in calculated.lines
    ]


def read(*readings: str) -> str:
    """Readings of the agreement a, each a day and the value that is certain by it; somebody verified all of them."""
    rows = (f"a {day} {value} {value} 2027-01-10 2027-06-30" for day, value in map(str.split, readings))
    return "\n".join([READ, *rows])


def among(calculated: Calculated) -> list[tuple[str, int]]:
    """What acme released, and among how many customers the amounts at target are divided."""
    return [
        (f"{line.amount.amount:.2f}", line.among)
        for line in calculated.lines
        if line.kind == "release" and line.customer == "acme"
    ]


# Agreements of a value component


def test_what_is_signed_and_read_on_the_last_day_is_held_and_let_go_on_it() -> None:
    signed = AGREED.replace("2026-01-10", "2026-06-30")
    told = found(BY_AGREEMENT, ON_30_JUNE, agreements=signed, value_readings=read("2026-06-30 50"))
    assert lines(told) == ["held a 2026-06 0.00 900.00", "release acme@2026-06-30 2026-06 450.00 -450.00"]


def test_who_came_onto_the_plan_after_the_customer_signed_is_paid_by_the_plan_they_came_onto() -> None:
    told = found(BY_AGREEMENT, start="2026-03-01", value_readings=read("2026-06-30 100"))
    assert lines(told) == ["held a 2026-01 0.00 900.00", "release acme@2026-06-30 2026-06 900.00 -900.00"]


def test_what_was_read_before_anything_was_signed_vests_nothing() -> None:
    readings = read("2026-01-09 100", "2026-06-30 50")
    assert lines(found(BY_AGREEMENT, value_readings=readings)) == [
        "release acme@2026-01-09 2026-01 0.00 0.00",
        "held a 2026-01 0.00 900.00",
        "release acme@2026-06-30 2026-06 450.00 -450.00",
    ]
    books = "payee customer\n ann acme\n ann globex"
    assert among(found(OF_ALL, value_readings=readings, eligible_customers=books)) == [("0.00", 2), ("225.00", 2)]


def test_what_is_left_when_an_agreement_ends_is_forfeited_and_was_never_earned() -> None:
    told = found(
        BY_AGREEMENT,
        agreements=AGREED.replace("2026-01-10 -", "2026-01-10 2026-06-30"),
        value_readings=read("2026-06-30 50"),
    )
    *_, last = sorted(told.lines, key=lambda line: line.kind == "forfeit")
    assert (last.kind, last.event, str(last.held), str(last.amount)) == ("forfeit", "acme@end", "-450.00 USD", "0 USD")
    assert last.exact == 0


ENDED = """
    agreement_id payee customer component signed_on  ends_on    lapses_on  at_target committed currency
    a            ann   acme     value     2026-01-10 2026-06-30 2026-09-28 900       100       USD
"""


@pytest.mark.parametrize(("through", "forfeited"), [("2026-09-28", []), ("2026-09-29", ["forfeit 2026-09-29 -900"])])
def test_what_nobody_verified_while_one_could_is_forfeited_and_not_held_for_ever(
    through: str, forfeited: list[str]
) -> None:
    told = found(BY_AGREEMENT, date.fromisoformat(through), agreements=ENDED)
    assert endings(told) == forfeited


def test_what_only_the_last_reading_would_have_released_is_forfeited_where_that_lapsed() -> None:
    told = found(BY_AGREEMENT, agreements=ENDED, value_readings=read("2026-03-31 40"))
    assert endings(told) == ["forfeit 2026-09-29 -540"]
    verified = found(BY_AGREEMENT, agreements=ENDED, value_readings=read("2026-03-31 40", "2026-06-30 50"))
    assert endings(verified) == ["forfeit 2026-06-30 -450"]


@pytest.mark.parametrize(
    ("ends_on", "lapses_on", "forfeited"),
    [
        ("2026-12-31", "2027-03-31", []),
        ("-", "-", []),
        ("2026-08-31", "2026-11-29", ["forfeit 2026-11-30 -1000"]),
    ],
)
def test_as_long_as_a_customers_other_agreement_may_release_something_nothing_is_forfeited(
    ends_on: str, lapses_on: str, forfeited: list[str]
) -> None:
    """The value of a customer's agreements is taken together."""
    two = f"{ENDED.rstrip()}\n    b ann acme value 2026-02-10 {ends_on} {lapses_on} 100 100 USD"
    assert endings(found(BY_AGREEMENT, agreements=two)) == forfeited


def endings(calculated: Calculated) -> list[str]:
    """When what is forfeited, of what was held."""
    return [f"forfeit {line.on} {line.held.amount:.0f}" for line in calculated.lines if line.kind == "forfeit"]


QUARTERLY = read("2026-03-31 40", "2026-06-30 10", "2026-09-30 90")
EVENTS = "natural_key kind on payee credits amount currency customer of"


@pytest.mark.parametrize(
    ("happened", "vests"),
    [
        ("", [360, -360, 810]),
        ("gone churn 2026-06-30 - - - - acme -", [360]),
        ("gone churn 2026-07-01 - - - - acme -", [360, -360]),
        ("gone churn 2026-06-15 - - - - acme -; back reinstate 2026-08-01 - - - - acme -", [360, 450]),
        ("gone churn 2026-06-15 - - - - acme -; back reinstate 2026-10-01 - - - - acme -", [360]),
        ("gone churn 2026-06-15 - - - - globex -", [360, -360, 810]),
    ],
    ids=["stayed", "left", "left later", "came back", "came back too late", "another left"],
)
def test_what_is_read_while_a_customer_is_away_neither_vests_nor_takes_back(happened: str, vests: list[int]) -> None:
    events = "\n".join([EVENTS, *happened.split("; ")]) if happened else EVENTS
    told = found(BY_AGREEMENT, events=events, value_readings=QUARTERLY)
    assert [int(line.amount.amount) for line in told.lines if line.kind == "release"] == vests


STAYS, LEAVES, IS_BACK = [360, -360, 810], [360], [360, 450]
BOUGHT = "deal deal 2026-01-05 ann bookings 10 USD acme -"
ENDS = "gone churn 2026-06-15 - - - - - deal"
LEFT = "gone churn 2026-06-15 - - - - acme -"
BUYS_ANEW = "next deal 2026-08-01 ann bookings 5 USD acme -"
ABOUT_DEALS = {
    "stayed": ([BOUGHT], STAYS),
    "its deal ended": ([BOUGHT, ENDS], LEAVES),
    "its deal is back": ([BOUGHT, ENDS, "back reinstate 2026-08-01 - - - - - deal"], IS_BACK),
    "it is back": ([BOUGHT, ENDS, "back reinstate 2026-08-01 - - - - acme -"], IS_BACK),
    "another deal goes on": ([BOUGHT, "more deal 2026-06-15 ann bookings 5 USD acme -", ENDS], STAYS),
    "ended, and it bought anew": ([BOUGHT, ENDS, BUYS_ANEW], IS_BACK),
    "left, and it bought anew": ([BOUGHT, LEFT, BUYS_ANEW], IS_BACK),
    "the newer one ended": (
        [BOUGHT, "more deal 2026-02-01 ann bookings 5 USD acme -", "gone churn 2026-06-15 - - - - - more"],
        STAYS,
    ),
    "back, and then its deal ended": (
        [
            BOUGHT,
            "gone churn 2026-02-01 - - - - acme -",
            "back reinstate 2026-02-15 - - - - acme -",
            "over churn 2026-06-15 - - - - - deal",
        ],
        LEAVES,
    ),
    "back with both, and then one ended": (
        [
            BOUGHT,
            "more deal 2026-01-06 ann bookings 5 USD acme -",
            "gone churn 2026-02-01 - - - - - deal",
            "away churn 2026-02-01 - - - - - more",
            "back reinstate 2026-02-15 - - - - acme -",
            "over churn 2026-06-15 - - - - - more",
        ],
        STAYS,
    ),
    "ended before it was bought": (
        ["gone churn 2026-02-15 - - - - - deal", BOUGHT.replace("2026-01-05", "2026-04-15")],
        STAYS,
    ),
    "a deal that nobody knows ended": ([BOUGHT, "gone churn 2026-06-15 - - - - acme dael"], STAYS),
}


@pytest.mark.parametrize(("happened", "vests"), ABOUT_DEALS.values(), ids=ABOUT_DEALS)
def test_a_customer_all_of_whose_deals_ended_is_away(happened: list[str], vests: list[int]) -> None:
    told = found(BY_AGREEMENT, events="\n".join([EVENTS, *happened]), value_readings=QUARTERLY)
    assert [int(line.amount.amount) for line in told.lines if line.kind == "release"] == vests


def test_held_and_released_are_in_the_quarters_of_the_companys_year() -> None:
    """It begins in February: January is of the year before."""
    by_quarter = BY_AGREEMENT.replace("valid_from:", "period: quarter\n    valid_from:")
    told = found(by_quarter, rules=PeriodRules(fiscal_year_start=2), value_readings=read("2026-06-30 100"))
    assert [(line.kind, line.period) for line in told.lines] == [("held", "FY2026-Q4"), ("release", "FY2027-Q2")]


def test_an_agreement_that_was_delivered_twice_counts_once_whenever_either_came() -> None:
    twice = """
        agreement_id payee customer component signed_on  at_target committed currency known_on
        a            ann   acme     value     2026-01-10 900       100       USD      2026-01-11
        a            ann   acme     value     2026-01-10 900       100       USD      2026-02-20
    """
    told = found(BY_AGREEMENT, agreements=twice, value_readings=read("2026-06-30 100"))
    assert lines(told) == ["held a 2026-01 0.00 900.00", "release acme@2026-06-30 2026-06 900.00 -900.00"]
    assert told.unreckoned == ()


def test_an_agreement_that_says_two_things_is_told() -> None:
    twice = AGREED + AGREED.strip().splitlines()[1].replace("900", "901")
    (told,) = found(BY_AGREEMENT, agreements=twice).unreckoned
    assert told.message == "ann's value: the agreement a of ann is here twice, and says two things: leave one out."


# All customers in a payee's book


def test_a_customer_counts_from_the_first_day_in_the_book_even_if_that_is_the_last_one_reckoned() -> None:
    books = "payee customer start\n ann acme -\n ann globex {}"
    readings = read("2026-06-30 100")
    for start, says in (("2026-06-30", ("450.00", 2)), ("2026-07-01", ("900.00", 1))):
        told = found(OF_ALL, ON_30_JUNE, value_readings=readings, eligible_customers=books.format(start))
        assert among(told) == [says]


def test_a_book_that_begins_on_the_last_day_is_one() -> None:
    told = found(OF_ALL, ON_30_JUNE, eligible_customers="payee customer start\n ann acme 2026-06-30")
    assert told.unreckoned == ()


@pytest.mark.parametrize(
    ("signed", "ends", "pays"),
    [
        ("2026-06-30", "-", "600.00"),
        ("2026-07-01", "-", "450.00"),
        ("2025-01-10", "2026-01-10", "600.00"),
        ("2025-01-10", "2026-01-09", "450.00"),
    ],
)
def test_what_another_pays_at_target_counts_if_it_is_signed_by_the_day_and_did_not_end_before(
    signed: str, ends: str, pays: str
) -> None:
    """Acme signed on 10 January for 900, Globex for 300: each is worth 600 with both, and 450 with Acme's alone."""
    told = found(
        OF_ALL,
        agreements=f"{AGREED}    b ann globex value {signed} {ends} 300 100 USD",
        value_readings=read("2026-06-30 100"),
        eligible_customers="payee customer\n ann acme\n ann globex",
    )
    assert among(told) == [(pays, 2)]


def test_without_a_book_it_is_told_what_to_give() -> None:
    (told,) = found(OF_ALL).unreckoned
    assert told.message == (
        "ann's value: nobody says which customers are ann's from 2026-01-10 on, and all of them count: give them as"
        " eligible customers."
    )


# Held shares of other lines

DEAL = """
    natural_key kind on         payee credits  amount currency customer
    deal        deal 2026-05-04 ann   bookings 1000   USD      acme
"""


def held(*readings: str, agreements: str = AGREED) -> list[str]:
    return lines(found(HALF_HELD, ON_30_JUNE, agreements=agreements, events=DEAL, value_readings=read(*readings)))


def test_half_of_a_commission_is_let_go_by_an_agreement_of_the_last_day() -> None:
    assert held("2026-06-30 100", agreements=AGREED.replace("2026-01-10", "2026-06-30")) == [
        "credit deal 2026-05 50.00 50.00",
        "release acme@2026-06-30 2026-06 50.00 -50.00",
    ]


def test_what_is_sold_after_the_value_was_verified_is_let_go_on_its_own_day() -> None:
    assert held("2026-03-31 50") == [
        "release acme@2026-05-04 2026-05 25.00 -25.00",
        "credit deal 2026-05 50.00 50.00",
    ]


def test_each_reading_lets_go_what_it_adds() -> None:
    assert held("2026-05-10 30", "2026-05-20 50", "2026-05-30 80") == [
        "credit deal 2026-05 50.00 50.00",
        "release acme@2026-05-10 2026-05 15.00 -15.00",
        "release acme@2026-05-20 2026-05 10.00 -10.00",
        "release acme@2026-05-30 2026-05 15.00 -15.00",
    ]


def test_what_vests_beyond_what_is_held_is_paid_and_lets_nothing_go() -> None:
    """1.2 of what was committed vests 1.3 of what is held."""
    assert held("2026-05-20 100", "2026-06-20 120") == [
        "credit deal 2026-05 50.00 50.00",
        "release acme@2026-05-20 2026-05 50.00 -50.00",
        "release acme@2026-06-20 2026-06 15.00 0.00",
    ]


def test_what_was_held_is_released_in_the_quarter_of_the_companys_year() -> None:
    by_quarter = HALF_HELD.replace("valid_from:", "period: quarter\n    valid_from:")
    readings = read("2026-06-30 100")
    told = found(by_quarter, rules=PeriodRules(fiscal_year_start=2), events=DEAL, value_readings=readings)
    assert [line.period for line in told.lines] == ["FY2027-Q2", "FY2027-Q2"]


BOTH = read("2026-06-30 100") + "\nb 2026-06-30 100 100 2026-07-05 2026-09-30"


@pytest.mark.parametrize(
    ("currency", "earned"),
    [
        ("EUR", "1800.00 EUR"),
        ("USD", "1890.00 USD"),
    ],
    ids=["all of them in another currency", "in two"],
)
def test_value_is_paid_in_the_agreements_currency_and_in_the_plans_where_there_are_two(
    currency: str, earned: str
) -> None:
    agreed = AGREED.replace("100       USD", "100       EUR")
    told = found(
        BY_AGREEMENT,
        agreements=f"{agreed.rstrip()}\n    b ann globex value 2026-01-10 - 900 100 {currency}",
        value_readings=BOTH,
        rates="use period of to rate on source\n pay 2026-06 EUR USD 1.1 2026-06-01 bank",
    )
    assert told.unreckoned == ()
    assert [f"{amount.amount:.2f} {amount.currency}" for amount in told.earned.values()] == [earned]
