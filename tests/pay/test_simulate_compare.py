"""What an approval shows of two plans, word for word, since it is hashed; and of whom by which months."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from pay.paying import facts, plans_of
from simulated_sellers import IN_FORCE, PROPOSED, TABLES
from trueup.pay.case import closes_of
from trueup.pay.fact_tables import TABLES as FACTS
from trueup.pay.fact_tables import facts_of
from trueup.pay.facts import Facts
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close
from trueup.pay.simulate import Simulation, SimulationError, in_place, simulate
from trueup.pay.simulate_compare import Change, Comparison, changes, compared, money_diff
from trueup.units.money import Money
from trueup.units.period import PeriodRules

CURRENT, CANDIDATE = (load([PlanFile("plan.yaml", text)]) for text in (IN_FORCE, PROPOSED))
CLOSES = tuple(closes_of(TABLES["closes"], Facts(), ()))


def run(proposed: bool = False, **tables: str) -> Simulation:  # noqa: FBT001, FBT002
    """Half a year by the plan in force, or by the one that is proposed."""
    known = facts_of({name: tables.get(name, text) for name, text in TABLES.items() if name in FACTS})
    return simulate(in_place(CANDIDATE, CURRENT) if proposed else CURRENT, known, CLOSES)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def test_what_an_approval_keeps_of_a_comparison() -> None:
    """The second quarter: Ann 12,000 and 9,500, Ben 3,500, Cem 2,000 and all of it taken back, Dee 4,000."""
    told = money_diff(run(), run(proposed=True), months=3).said()
    assert told == {
        "first": "2026-04-01",
        "last": "2026-06-30",
        "old_plans": [CURRENT[0].fingerprint],
        "new_plans": [CANDIDATE[0].fingerprint],
        "changes": [
            {"payee": "ann", "currency": "EUR", "old": "12000.00", "new": "9500.00", "difference": "-2500.00"},
            {"payee": "ben", "currency": "EUR", "old": "3500.00", "new": "3500.00", "difference": "0.00"},
            {"payee": "cem", "currency": "EUR", "old": "0.00", "new": "0.00", "difference": "0.00"},
            {"payee": "dee", "currency": "EUR", "old": "4000.00", "new": "4000.00", "difference": "0.00"},
        ],
        "unreckoned": [],
    }
    assert list(told) == ["first", "last", "old_plans", "new_plans", "changes", "unreckoned"]


@pytest.mark.parametrize(
    ("months", "first", "ben"),
    [
        (1, "2026-06-01", "3500.00"),
        (3, "2026-04-01", "3500.00"),
        (4, "2026-03-01", "5900.00"),
        (12, "2025-07-01", "8400.00"),
    ],
)
def test_months_are_those_that_pay_was_earned_for_whenever_it_was_posted(months: int, first: str, ben: str) -> None:
    """Ben's deal of March was known in April, and is of March."""
    diff = money_diff(run(), run(), months=months)
    assert (str(diff.first), diff.changes[1]) == (first, Change("ben", eur(ben), eur(ben)))


def test_a_year_is_compared_where_nobody_says_otherwise_and_no_less_than_a_month() -> None:
    assert money_diff(run(), run()).first == date(2025, 7, 1)
    with pytest.raises(SimulationError, match=r"^0 months cannot be compared: give 1 or more\.$"):
        money_diff(run(), run(), months=0)


def test_what_could_not_be_reckoned_says_by_which_plan() -> None:
    without = run(quotas="\n".join(row for row in TABLES["quotas"].splitlines() if not row.startswith("cem")))
    (message,) = {each.message for each in without.unreckoned if "2026-Q1" in each.message}
    assert f"old: {message}" in money_diff(without, run()).unreckoned
    assert f"new: {message}" in money_diff(run(), without).unreckoned
    assert len(money_diff(run(), without).unreckoned) == len(without.unreckoned)
    assert all(each.startswith("new: ") for each in money_diff(run(), without).unreckoned)


def test_the_versions_compared_are_told_by_plan_and_day_whatever_their_order() -> None:
    texts = [IN_FORCE.replace("sellers", name) for name in ("sellers", "managers")]
    later = PROPOSED.replace("published_on: 2026-06-15\n", "")
    plans = load(PlanFile(f"{place}.yaml", text) for place, text in enumerate([later, *texts]))
    diff = money_diff(replace(run(), plans=plans), run())
    assert diff.old_plans == (plans[2].fingerprint, plans[1].fingerprint, plans[0].fingerprint)


def test_periods_of_a_fiscal_year_are_compared_by_the_days_that_they_have() -> None:
    """Its first quarter ends in April: of the last three months of two quarters it is none."""
    (plan,) = plans_of("""
        plan: sales
        currency: EUR
        valid_from: 2026-02-01
        period: quarter
        components:
          - {name: bookings, kind: rate, credits: bookings, aggregation: per_event,
             table: {kind: step, tiers: [{pays: 0.1}]}}
    """)
    known = facts(
        events="""
            natural_key kind on payee credits amount currency
            d1 deal 2026-04-30 ann bookings 100 EUR
            d2 deal 2026-05-01 ann bookings 1000 EUR
        """,
        assignments="payee plan start\nann sales 2026-02-01\n",
    )
    closes = [Close("FY2027-Q1", date(2026, 5, 5)), Close("FY2027-Q2", date(2026, 8, 5))]
    found = simulate([plan], known, closes, rules=PeriodRules(fiscal_year_start=2))
    for months, first, amount in ((3, date(2026, 5, 1), "100.00"), (4, date(2026, 4, 1), "110.00")):
        diff = money_diff(found, found, months=months)
        assert (diff.first, diff.last) == (first, date(2026, 7, 31))
        assert diff.changes == (Change("ann", eur(amount), eur(amount)),)


def test_both_are_compared_through_the_period_that_both_have_closed() -> None:
    shorter = simulate(CURRENT, run().known, CLOSES[:5])
    assert money_diff(run(), shorter).last == money_diff(shorter, run()).last == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("old", "new", "difference", "share"),
    [
        ("100", "110", "10", Fraction(1, 10)),
        ("100", "75", "-25", Fraction(-1, 4)),
        ("-50", "-100", "-50", -1),
        ("0", "5", "5", None),
    ],
)
def test_a_change_is_a_share_of_what_was_paid(old: str, new: str, difference: str, share: Fraction | None) -> None:
    change = Change("ann", eur(old), eur(new))
    assert (change.difference, change.share) == (eur(difference), share)


def test_who_is_in_one_of_two_plans_only_changes_from_nothing_or_to_nothing() -> None:
    found = changes({"cem": eur("7"), "ann": eur("5")}, {"ben": eur("6"), "ann": eur("5")})
    nothing = Money.zero("EUR")
    assert found == (
        Change("ann", eur("5"), eur("5")),
        Change("ben", nothing, eur("6")),
        Change("cem", eur("7"), nothing),
    )
    told = Comparison(found, None)
    assert ([each.payee for each in told.winners], [each.payee for each in told.losers]) == (["ben"], ["cem"])


def test_pay_in_two_currencies_is_refused_with_the_cure() -> None:
    with pytest.raises(SimulationError) as error:
        changes({"ann": eur("5")}, {"ann": Money.of(5, "USD")})
    assert str(error.value) == (
        "ann is paid in EUR by one plan and in USD by the other: give both the same currency of pay to compare them."
    )


def test_of_how_many_pay_stays_as_near_as_one_asks() -> None:
    """Ann loses 19.4 %, Dee 20.6 %; Ben and Cem stay as they are."""
    shares = {Fraction(1, 10): "1/2", Fraction(1, 5): "3/4", Fraction(1, 4): "1"}
    for within, share in shares.items():
        assert compared(run(), run(proposed=True), within=within).within == Fraction(share)
    nobody = simulate(CURRENT, Facts(), CLOSES)
    assert compared(nobody, nobody) == Comparison((), None)
