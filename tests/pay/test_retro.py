"""A plan that changes what was already done: forbidden, by consent, or only where it pays more."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from trueup.pay.facts import Acknowledgement, Assignment, Event, Facts, Quota, Rate, SignedAgreement
from trueup.pay.payment import Slot
from trueup.pay.plan import Plan, RetroChange
from trueup.pay.plan_file import PlanFile, PlanFileError, load
from trueup.pay.retro import calculate_fairly
from trueup.units.money import Money
from trueup.units.period import PeriodRules

TEN_PERCENT = """\
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
  - name: sales
    kind: rate
    credits: bookings
    aggregation: per_event
    table: {kind: step, tiers: [{pays: 0.10}]}
"""


def changed(rate: str, retro: RetroChange) -> tuple[Plan, ...]:
    """A version from February on, of which people were told in the middle of March."""
    text = TEN_PERCENT.replace("valid_from: 2026-01-01", "valid_from: 2026-02-01\npublished_on: 2026-03-15")
    version = text.replace("0.10", rate) + f"policy: {{retro_change: {retro}}}\n"
    return load([PlanFile("first.yaml", TEN_PERCENT), PlanFile("second.yaml", version)])


def sold(*signed: Acknowledgement) -> Facts:
    """Ann and Bob sold 1,000 each in every month from January to April, on the twentieth."""
    days = [date(2026, month, 20) for month in range(1, 5)]
    return Facts(
        events=tuple(
            Event(f"{who}{day:%m}", "deal", day, day, Fraction(1000), "EUR", who, "bookings")
            for who in ("ann", "bob")
            for day in days
        ),
        assignments=tuple(Assignment(who, "sellers", date(2026, 1, 1)) for who in ("ann", "bob")),
        acknowledgements=signed,
    )


def paid(plans: tuple[Plan, ...], facts: Facts, who: str) -> list[int]:
    found = calculate_fairly(plans, facts, through=date(2026, 4, 30))
    assert sorted(line.payee for line in found.lines) == ["ann"] * 4 + ["bob"] * 4
    return [int(found.earned[Slot(who, "sales", f"2026-{month:02}")].amount) for month in range(1, 5)]


def test_a_change_of_the_past_is_refused_where_the_plan_does_not_say_for_whom_it_may() -> None:
    with pytest.raises(PlanFileError, match=r"second.yaml:3: It is valid from 2026-02-01, and people were told on"):
        changed("0.05", "forbid")


@pytest.mark.parametrize(("rate", "months"), [("0.05", [100, 100, 50, 50]), ("0.20", [100, 200, 200, 200])])
def test_of_the_months_before_people_were_told_each_pays_what_is_more(rate: str, months: list[int]) -> None:
    plans = changed(rate, "only_favourable")
    assert paid(plans, sold(), "ann") == paid(plans, sold(), "bob") == months


def test_who_signed_is_paid_by_the_change_from_its_beginning_and_the_others_from_when_they_were_told() -> None:
    plans = changed("0.05", "with_payee_consent")
    signed = Acknowledgement("ann", plans[1].fingerprint, date(2026, 3, 20))
    assert paid(plans, sold(signed), "ann") == [100, 50, 50, 50]
    assert paid(plans, sold(signed), "bob") == [100, 100, 50, 50]
    of_another = replace(signed, fingerprint=plans[0].fingerprint)
    assert paid(plans, sold(of_another), "ann") == [100, 100, 50, 50]


def test_a_change_that_people_were_told_of_before_needs_nobodys_consent() -> None:
    text = TEN_PERCENT.replace("valid_from: 2026-01-01", "valid_from: 2026-02-01\npublished_on: 2026-01-15")
    plans = load([PlanFile("first.yaml", TEN_PERCENT), PlanFile("second.yaml", text.replace("0.10", "0.05"))])
    assert paid(plans, sold(), "ann") == [100, 50, 50, 50]


NO_HOLD = ""
HALF = "    hold: {share: 0.5}\n"


def with_holds(before: str, after: str, rate: str, retro: RetroChange, published_on: str) -> tuple[Plan, ...]:
    """As ``changed``, with what each version holds of its sales."""
    later = TEN_PERCENT.replace("2026-01-01", f"2026-02-01\npublished_on: {published_on}").replace("0.10", rate)
    policy = f"policy: {{retro_change: {retro}}}\n"
    return load([PlanFile("first.yaml", TEN_PERCENT + before), PlanFile("second.yaml", later + after + policy)])


def sold_to_acme(*, pay_currency: str = "", **more: Any) -> Facts:
    """Ann sold Acme 1,000 in each month from January to April, and agreed on value with it."""
    found = sold()
    return replace(
        found,
        events=tuple(replace(each, customer="acme") for each in found.events if each.payee == "ann"),
        assignments=(Assignment("ann", "sellers", date(2026, 1, 1), pay_currency=pay_currency),),
        agreements=(
            SignedAgreement(
                "dso", "ann", "acme", "value", date(2026, 1, 1), Money.of(0, "EUR"), Money.of(100, "EUR"),
                Money.of(0, "EUR"),
            ),
        ),
        **more,
    )  # fmt: skip


def earned_and_held(plans: tuple[Plan, ...], facts: Facts) -> list[tuple[int, int]]:
    found = calculate_fairly(plans, facts, through=date(2026, 4, 30))
    months = [f"2026-{month:02}" for month in range(1, 5)]
    return [
        (
            int(found.earned[Slot("ann", "sales", month)].amount),
            int(found.held.get(Slot("ann", "sales", month, "acme"), Money.of(0, "EUR")).amount),
        )
        for month in months
    ]


@pytest.mark.parametrize(
    ("rate", "months"),
    [
        ("0.06", [(50, 50), (50, 50), (30, 30), (30, 30)]),
        ("0.20", [(50, 50), (100, 100), (100, 100), (100, 100)]),
    ],
)
def test_what_is_held_of_a_month_is_held_by_the_version_that_pays_it(rate: str, months: list[tuple[int, int]]) -> None:
    assert earned_and_held(with_holds(HALF, HALF, rate, "only_favourable", "2026-03-15"), sold_to_acme()) == months


def test_what_is_held_counts_when_two_versions_are_compared() -> None:
    """Of 120, half is held: that is more than 100 of which nothing is."""
    plans = with_holds(NO_HOLD, HALF, "0.12", "only_favourable", "2026-03-15")
    assert earned_and_held(plans, sold_to_acme()) == [(100, 0), (60, 60), (60, 60), (60, 60)]


def test_a_hold_that_is_taken_out_of_the_plan_pays_no_less_where_the_rate_fell_too() -> None:
    """Without the hold 90 is paid at once; with it, 50 at once and 50 once verified: that is more."""
    plans = with_holds(HALF, NO_HOLD, "0.09", "only_favourable", "2026-03-15")
    assert earned_and_held(plans, sold_to_acme()) == [(50, 50), (50, 50), (90, 0), (90, 0)]


def test_in_another_currency_of_pay_what_is_held_is_no_number_to_compare_with() -> None:
    """Held in euros, paid in dollars: of two versions with the same hold, what is paid at once tells which is more."""
    rates = tuple(
        Rate("pay", f"2026-{month:02}", "USD", "EUR", Decimal("0.5"), date(2026, 1, 1), "plan") for month in range(1, 5)
    )
    plans = with_holds(HALF, HALF, "0.06", "only_favourable", "2026-03-15")
    found = calculate_fairly(plans, sold_to_acme(pay_currency="USD", rates=rates), through=date(2026, 4, 30))
    earned = {slot.period: amount for slot, amount in found.earned.items()}
    assert earned == {
        "2026-01": Money.of(100, "USD"),
        "2026-02": Money.of(100, "USD"),
        "2026-03": Money.of(60, "USD"),
        "2026-04": Money.of(60, "USD"),
    }
    assert {(slot.period, str(amount)) for slot, amount in found.held.items()} >= {("2026-02", "50.00 EUR")}


ATTAINED = TEN_PERCENT.replace("per_event", "cumulative").replace("{kind: step,", "{kind: step, of: attainment,")


def test_of_those_who_signed_and_those_who_did_not_all_is_told() -> None:
    text = ATTAINED.replace("2026-01-01", "2026-02-01\npublished_on: 2026-03-15")
    plans = load(
        [
            PlanFile("first.yaml", ATTAINED),
            PlanFile("second.yaml", text + "policy: {retro_change: with_payee_consent}\n"),
        ]
    )
    facts = sold(Acknowledgement("ann", plans[1].fingerprint, date(2026, 3, 20)))
    quotas = tuple(Quota(who, "bookings", "2026", Fraction(8000), "EUR") for who in ("ann", "bob"))
    found = calculate_fairly(plans, replace(facts, quotas=quotas), through=date(2026, 4, 30))
    assert {each.payee for each in found.attained} == {"ann", "bob"}
    without = calculate_fairly(plans, facts, through=date(2026, 4, 30))
    assert {each.payee for each in without.unreckoned} == {"ann", "bob"}
    assert without.earned == {}


def test_a_change_that_pays_more_tells_what_is_attained_and_what_is_missing_as_well() -> None:
    text = ATTAINED.replace("2026-01-01", "2026-02-01\npublished_on: 2026-03-15")
    plans = load(
        [
            PlanFile("first.yaml", ATTAINED),
            PlanFile("second.yaml", text + "policy: {retro_change: only_favourable}\n"),
        ]
    )
    quotas = (Quota("ann", "bookings", "2026", Fraction(8000), "EUR"),)
    found = calculate_fairly(plans, replace(sold(), quotas=quotas), through=date(2026, 4, 30))
    assert [each.payee for each in found.attained] == ["ann"]
    assert [each.payee for each in found.unreckoned] == ["bob"]


def test_months_of_a_fiscal_year_are_compared_by_their_days() -> None:
    """Their first quarter begins in February: of its deals, one was sold before people were told.

    With the change it pays 150, without it 100 in February and 50 in each month after.
    """
    quarters = TEN_PERCENT.replace("valid_from:", "period: quarter\nvalid_from:")
    later = quarters.replace("2026-01-01", "2026-02-01\npublished_on: 2026-03-15").replace("0.10", "0.05")
    plans = load(
        [
            PlanFile("first.yaml", quarters),
            PlanFile("second.yaml", later + "policy: {retro_change: only_favourable}\n"),
        ]
    )
    found = calculate_fairly(plans, sold(), through=date(2026, 4, 30), rules=PeriodRules(fiscal_year_start=2))
    assert int(found.earned[Slot("ann", "sales", "FY2027-Q1")].amount) == 200
