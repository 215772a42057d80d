"""The numbers that finance compares plans by: each of them, why one is missing, and what counts in it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from pay.paying import facts, plans_of
from simulated_sellers import IN_FORCE, TABLES
from trueup.pay.case import closes_of
from trueup.pay.fact_tables import TABLES as FACTS
from trueup.pay.fact_tables import facts_of
from trueup.pay.facts import Facts
from trueup.pay.lines import Attained
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close
from trueup.pay.simulate import Simulated, Simulation, State, simulate
from trueup.pay.simulate_measures import Measured, attainment, gini, measures, mix, quantile
from trueup.units.money import Money
from trueup.units.period import PeriodRules

HALF_YEAR = tuple(closes_of(TABLES["closes"], Facts(), ()))
JUNE = Close("2026-06", date(2026, 7, 5))
NO_DAYS = "nothing was paid by a close with a day"


def told(simulation: Simulation, **more: Mapping[str, Fraction]) -> Mapping[str, tuple[object, str]]:
    """All numbers by their names, each with why there is none."""
    return {name: (each.value, each.because) for name, each in measures(simulation, **more).numbers.items()}  # type: ignore[arg-type]


def nothing(**more: object) -> Simulation:
    """A simulation of nobody and nothing over half a year."""
    return replace(simulate(load([PlanFile("plan.yaml", IN_FORCE)]), Facts(), HALF_YEAR), **more)  # type: ignore[arg-type]


def paid(*rows: str, **more: object) -> Simulation:
    """A simulation of amounts, each as 'ann bookings 2026-01 2026-02 12.00 EUR earned'."""
    amounts = []
    for row in rows:
        payee, component, earned_for, falls_in, amount, currency, state = row.split()
        of: State = "earned" if state == "earned" else "held" if state == "held" else "parked"
        amounts.append(Simulated(payee, component, earned_for, falls_in, Money.of(amount, currency), of))
    currencies = {each.payee: each.amount.currency for each in amounts if each.state == "earned"}
    return nothing(amounts=tuple(amounts), currencies=currencies, **more)


def earned(*amounts: str) -> Simulation:
    """A simulation of what people are paid, one after the other."""
    return paid(*(f"p{place} bookings 2026-06 2026-06 {amount} EUR earned" for place, amount in enumerate(amounts)))


def test_all_numbers_of_half_a_year() -> None:
    """Four people are paid 43,580 for deals of 689,000; none has a value here, nothing is held and nothing waits."""
    known = facts_of({name: text for name, text in TABLES.items() if name in FACTS})
    found = simulate(load([PlanFile("plan.yaml", IN_FORCE)]), known, HALF_YEAR)
    assert told(found) == {
        "cost": (43580, ""),
        "held": (0, ""),
        "parked": (0, ""),
        "credited": (689000, ""),
        "per_unit": (Fraction(43580, 689000), ""),
        "with_value": (None, "no value by payee was given"),
        "with_attainment": (1, ""),
        "gini": (Fraction(60940, 174320), ""),
        "p90_to_p10": (Fraction(18136, 3570), ""),
        "variation": (pytest.approx(46543075**0.5 / 10895), ""),
        "trued_up": (2400, ""),
        "trued_up_share": (Fraction(2400, 43580), ""),
        "clawed_back": (2000, ""),
        "clawed_back_share": (Fraction(2000, 43580), ""),
        "median_days": (25, ""),
        "p90_days": (34, ""),
    }
    all_of_it = measures(found)
    assert (all_of_it.currency, all_of_it.payees, len(all_of_it.cliffs)) == ("EUR", 4, 2)
    assert [met.payee for met in measures(found, near=Fraction(1, 100)).cliffs] == ["ann"]


def test_where_nobody_is_on_a_plan_nothing_can_be_said() -> None:
    nobody = (None, "nobody is on a plan")
    assert told(nothing(), value={}) == {
        "cost": nobody,
        "held": (0, ""),
        "parked": (0, ""),
        "credited": (0, ""),
        "per_unit": nobody,
        "with_value": (None, "nobody is on a plan: 0 have both numbers, and it takes 3"),
        "with_attainment": (None, "nobody is on a plan: 0 have both numbers, and it takes 3"),
        "gini": nobody,
        "p90_to_p10": nobody,
        "variation": nobody,
        "trued_up": nobody,
        "trued_up_share": nobody,
        "clawed_back": nobody,
        "clawed_back_share": nobody,
        "median_days": (None, NO_DAYS),
        "p90_days": (None, NO_DAYS),
    }
    assert (measures(nothing()).currency, measures(nothing()).payees) == ("", 0)


def test_where_people_are_paid_nothing_shares_of_it_are_not_told() -> None:
    assert told(nothing(currencies={"ann": "EUR", "ben": "EUR"}), value={"ann": Fraction(1)}) == {
        "cost": (0, ""),
        "held": (0, ""),
        "parked": (0, ""),
        "credited": (0, ""),
        "per_unit": (None, "nothing was credited"),
        "with_value": (None, "too few payees have a value: 1 have both numbers, and it takes 3"),
        "with_attainment": (None, "too few payees have a quota: 0 have both numbers, and it takes 3"),
        "gini": (None, "nothing is paid"),
        "p90_to_p10": (None, "the first decile of pay is not above 0"),
        "variation": (None, "nothing is paid"),
        "trued_up": (0, ""),
        "trued_up_share": (None, "nothing is paid"),
        "clawed_back": (0, ""),
        "clawed_back_share": (None, "nothing is paid"),
        "median_days": (None, NO_DAYS),
        "p90_days": (None, NO_DAYS),
    }


@pytest.mark.parametrize(
    ("amounts", "gini_of", "tenths", "variation"),
    [
        (("0.50",), 0, 1, 0),
        (("0.50", "0.50"), 0, 1, 0),
        (("0", "0", "0"), None, None, None),
        (("0", "0", "1"), Fraction(2, 3), None, pytest.approx(2**0.5)),
        (("2", "4"), Fraction(1, 6), Fraction(38, 22), pytest.approx(1 / 3)),
        (("-1", "3"), None, None, 2),
    ],
)
def test_spread_of_few_and_of_little(
    amounts: tuple[str, ...], gini_of: object, tenths: object, variation: object
) -> None:
    found = measures(earned(*amounts))
    assert (found.gini.value, found.p90_to_p10.value, found.variation.value) == (gini_of, tenths, variation)


def test_a_share_of_little_is_a_share() -> None:
    found = measures(
        paid("ann bookings 2026-05 2026-06 0.25 EUR earned", "ann bookings 2026-06 2026-06 0.25 EUR earned")
    )
    assert found.trued_up_share.value == Fraction(1, 2)


def test_of_nothing_and_of_less_than_nothing_there_is_no_coefficient() -> None:
    assert gini([Fraction(0), Fraction(0)]) == Measured(None, "nothing is paid")
    assert gini([Fraction(-1), Fraction(1)]) == Measured(None, "somebody's pay is below 0")


def test_what_is_held_is_all_that_is_not_let_go_and_what_waits_is_what_the_last_close_let_wait() -> None:
    found = measures(
        paid(
            "ann bookings 2026-01 2026-01 10 EUR earned",
            "ann bookings 2026-01 2026-01 10 EUR held",
            "ben bookings 2026-02 2026-02 5 EUR held",
            "ann bookings 2026-01 2026-04 -4 EUR held",
            "ann bookings 2026-01 2026-02 2 EUR parked",
            "ann bookings 2026-01 2026-05 2 EUR parked",
            "ann bookings 2026-01 2026-06 3 EUR parked",
            "ben bookings 2026-02 2026-06 -1 EUR parked",
        )
    )
    assert (found.cost.value, found.held.value, found.parked.value) == (10, 11, 2)


def test_what_is_held_or_waits_in_two_currencies_is_not_added_up() -> None:
    rows = [
        f"{payee} bookings 2026-06 2026-06 5 {currency} {state}"
        for payee, currency in (("ann", "EUR"), ("ben", "USD"))
        for state in ("earned", "held", "parked")
    ]
    found = measures(paid(*rows))
    assert found.held == Measured(None, "what is held is in several currencies")
    assert found.parked == Measured(None, "people are paid in EUR and USD, which are not added up")
    assert (found.currency, found.per_unit.because) == ("", found.parked.because)


def test_the_mix_is_of_components_that_paid_something() -> None:
    found = paid(
        "ann bookings 2026-01 2026-01 0.30 EUR earned",
        "ben bookings 2026-02 2026-02 0.45 EUR earned",
        "ann value 2026-01 2026-01 0.25 EUR earned",
        "ann renewals 2026-01 2026-01 7 EUR earned",
        "ann renewals 2026-01 2026-02 -7 EUR earned",
        "ann returned 2026-02 2026-02 -1 EUR earned",
    )
    assert mix(found) == {"bookings": Fraction(3, 4), "value": Fraction(1, 4)}
    assert mix(paid("ann returned 2026-02 2026-02 -1 EUR earned")) == {}


@pytest.mark.parametrize(
    ("row", "trued_up", "clawed_back"),
    [
        ("bookings 2026-06 2026-06 5", 0, 0),
        ("bookings 2026-05 2026-06 5", 5, 0),
        ("bookings 2026-05 2026-06 -5", 5, 0),
        ("bookings 2026-Q1 2026-04 5", 5, 0),
        ("bookings 2026-Q2 2026-06 5", 0, 0),
        ("left_early 2026-06 2026-06 -5", 0, 5),
        ("left_early 2026-05 2026-06 5", 0, 5),
        ("value 2026-05 2026-06 5", 5, 0),
        ("value 2026-05 2026-06 0.50", Fraction(1, 2), 0),
        ("value 2026-06 2026-06 -5", 0, 5),
        ("value 2026-05 2026-06 -5", 0, 5),
        ("value 2026-06 2026-06 0", 0, 0),
    ],
)
def test_what_an_earlier_close_had_closed_is_trued_up_and_what_is_taken_back_is_clawed_back(
    row: str, trued_up: Fraction, clawed_back: int
) -> None:
    plans = plans_of("""
        plan: sales
        currency: EUR
        valid_from: 2026-01-01
        components:
          - {name: bookings, kind: rate, credits: bookings, aggregation: per_event,
             table: {kind: step, tiers: [{pays: 0.1}]}}
          - {name: value, kind: value}
          - {name: left_early, kind: clawback, of: [bookings], months: 12}
    """)
    found = measures(paid(f"ann {row} EUR earned", plans=plans))
    assert (found.trued_up.value, found.clawed_back.value) == (trued_up, clawed_back)


def test_a_period_that_is_closed_twice_is_late_for_what_was_closed_before_its_first_close() -> None:
    closes = (Close("2026-05", date(2026, 6, 5)), JUNE, Close("2026-06", date(2026, 8, 1)))
    found = measures(paid("ann bookings 2026-06 2026-06 5 EUR earned", closes=closes))
    assert found.trued_up.value == 0
    back = (JUNE, Close("2026-05", date(2026, 7, 9)), Close("2026-07", date(2026, 8, 5)))
    assert measures(paid("ann bookings 2026-06 2026-07 5 EUR earned", closes=back)).trued_up.value == 5


@pytest.mark.parametrize(
    ("days", "median", "ninth"),
    [({}, None, None), ({"a": 10}, 10, 10), ({"a": 10, "b": 20}, 15, 19), ({"a": 30, "b": 10, "c": 20}, 20, 28)],
)
def test_days_to_money_lie_in_between(days: Mapping[str, int], median: object, ninth: object) -> None:
    found = measures(nothing(days={(event, "ann"): number for event, number in days.items()}))
    assert (found.median_days.value, found.p90_days.value) == (median, ninth)


@pytest.mark.parametrize(
    ("share", "expected"), [("0", 1), ("1/4", 2), ("3/8", Fraction(5, 2)), ("1/2", 3), ("7/8", 15), ("1", 20)]
)
def test_a_quantile_goes_from_the_least_to_the_most(share: str, expected: Fraction) -> None:
    assert quantile([Fraction(each) for each in (1, 2, 3, 10, 20)], Fraction(share)) == expected


def test_attainment_is_the_mean_of_components_each_over_all_its_windows() -> None:
    """Bookings: 150 of 200 over two quarters; renewals: 30 of 20. Ben has a quota of nothing, and no attainment."""

    def attained(payee: str, component: str, window: str, credited: int, quota: int) -> Attained:
        return Attained(payee, component, window, Fraction(credited), Fraction(quota), None, "f" * 64)

    found = nothing(
        attained=(
            attained("ann", "bookings", "2026-Q1", 50, 100),
            attained("ann", "bookings", "2026-Q2", 100, 100),
            attained("ann", "renewals", "2026-Q1", 30, 20),
            attained("ben", "bookings", "2026-Q1", 50, 0),
            attained("cem", "bookings", "2026-Q1", 0, 100),
        )
    )
    assert attainment(found) == {"ann": Fraction(9, 8), "cem": 0}


SALES = """
    plan: sales
    currency: EUR
    quota_currency: USD
    valid_from: 2026-01-01
    components:
      - {name: bookings, kind: rate, credits: bookings, aggregation: per_event,
         table: {kind: step, tiers: [{pays: 0.1}]}}
"""
RATES = (
    "use period of to rate on source\ncredit 2026 EUR USD 1.25 2026-01-01 plan\npay 2026 EUR USD 1 2026-01-01 plan\n"
)


def credited(*events: str, of_kind: str | None = None, rates: str = RATES, **tables: str) -> Measured:
    """What is credited of events, each as 'd1 deal 2026-01-20 ann bookings 100 EUR acme -'."""
    header = "natural_key kind on payee credits amount currency customer of\n"
    people = "payee plan start end\nann sales 2026-01-01 -\nben sales 2026-03-01 2026-05-01\n"
    known = facts(events=header + "\n".join(events), assignments=people, rates=rates, **tables)
    return measures(simulate(plans_of(SALES), known, [JUNE]), of_kind=of_kind).credited


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["d1 deal 2026-01-20 ann bookings 100 USD acme -"], 100),
        (["d1 deal 2026-01-20 ann bookings 100 EUR acme -"], 125),
        (["d1 deal 2026-01-20 ann bookings 100 - acme -"], 100),
        (["d1 deal 2026-01-20 ann bookings 100 USD acme -", "d2 deal 2026-02-20 ann bookings 50 USD acme -"], 150),
        (["d1 deal 2026-01-20 ann bookings 100 EUR acme -", "r1 refund 2026-02-20 - - 40 EUR acme d1"], 75),
        # What comes after the last day that was closed is not looked at.
        (["d1 deal 2026-01-20 ann bookings 100 USD acme -", "r1 refund 2026-06-30 - - 40 USD acme d1"], 60),
        (["d1 deal 2026-01-20 ann bookings 100 USD acme -", "r1 refund 2026-07-01 - - 40 USD acme d1"], 100),
        (["d1 deal 2026-06-30 ann bookings 100 USD acme -"], 100),
        (["d1 deal 2026-07-01 ann bookings 100 USD acme -", "r1 refund 2026-06-01 - - 40 USD acme d1"], 0),
        # Cat is on no plan; Ben comes in March, and leaves in May.
        (
            [
                "c0 deal 2026-01-28 cat bookings 7 USD acme -",
                "d0 deal 2026-02-28 ben bookings 1 USD acme -",
                "d1 deal 2026-03-01 ben bookings 10 USD acme -",
                "d2 deal 2026-04-30 ben bookings 100 USD acme -",
                "d3 deal 2026-05-01 ben bookings 1000 USD acme -",
                "d4 deal 2026-05-02 ann bookings 10000 USD acme -",
            ],
            10110,
        ),
    ],
)
def test_what_counts_as_credited(events: list[str], expected: int) -> None:
    assert credited(*events) == Measured(Fraction(expected))


def test_what_is_shared_counts_once_and_whoever_helps_beside_it_not_at_all() -> None:
    shares = "event payee role fraction\nd1 ben overlay 1/2\nd1 ann split 3/4\nd1 ben split 1/4\n"
    lines = "person manager\nann ben\n"
    deals = ["d1 deal 2026-03-20 - bookings 100 USD acme -", "d2 deal 2026-03-21 ben bookings 10 USD acme -"]
    assert credited(*deals, shares=shares, reporting_lines=lines) == Measured(Fraction(110))


def test_credit_of_one_kind_takes_in_those_whose_names_go_on_from_it() -> None:
    events = [
        "d1 deal 2026-03-20 ann renewals 1 USD acme -",
        "d2 deal 2026-03-20 ann bookings_new 10 USD acme -",
        "d3 deal 2026-03-20 ann bookings_all 100 USD acme -",
    ]
    assert credited(*events, of_kind="bookings") == Measured(Fraction(110))
    assert credited(*events) == Measured(
        None,
        "credit is of several kinds, which are not added up: bookings_all in USD, bookings_new in USD, renewals in USD",
    )


def test_credit_in_a_currency_without_a_rate_is_not_told_and_says_for_which_day() -> None:
    found = credited("d1 deal 2026-03-20 ann renewals 100 GBP acme -")
    assert found.because.startswith("there is no credit rate of GBP in USD for 2026-03-20: give one")
    assert found.value is None


def test_a_company_whose_year_begins_in_february_is_measured_by_its_own_quarters() -> None:
    """Closed are its quarters of February to April, and of May to July; the first is trued up in the second."""
    rules = PeriodRules(fiscal_year_start=2)
    (plan,) = plans_of(SALES.replace("quota_currency: USD", "period: quarter").replace("01-01", "02-01"))
    known = facts(
        events="""
            natural_key kind on known_on payee credits amount currency
            d1 deal 2026-04-30 2026-04-30 ann bookings 100 EUR
            d2 deal 2026-04-30 2026-06-30 ann bookings 500 EUR
            d3 deal 2026-07-31 2026-07-31 ann bookings 1000 USD
        """,
        assignments="payee plan start\nann sales 2026-01-01\n",
        rates="use period of to rate on source\ncredit FY2027-Q2 EUR USD 1.25 2026-01-01 plan\n",
    )
    closes = [Close("FY2027-Q1", date(2026, 5, 5)), Close("FY2027-Q2", date(2026, 8, 5))]
    found = measures(simulate([plan], known, closes, rules=rules))
    assert (found.cost.value, found.credited.value, found.trued_up.value) == (140, 1400, 50)
