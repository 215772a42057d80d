"""A plan that changes what was already done: forbidden, by consent, or only where it pays more."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from trueup.pay.facts import Acknowledgement, Assignment, Event, EventShare, Facts, Quota, Rate, SignedAgreement
from trueup.pay.payment import Slot
from trueup.pay.plan import Limit, Plan, RetroChange
from trueup.pay.plan_file import PlanFile, PlanFileError, load
from trueup.pay.retro import calculate_fairly
from trueup.units.money import Money
from trueup.units.period import PeriodKind, PeriodRules

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
    with pytest.raises(PlanFileError) as told:
        changed("0.05", "forbid")
    assert str(told.value) == (
        "second.yaml:3: It is valid from 2026-02-01, and people were told on 2026-03-15: what was done already is not"
        " changed. Let it begin then, or say by the policy's retro_change for whom it may."
    )


def test_a_change_that_people_are_told_of_on_its_first_day_changes_nothing_that_was_done() -> None:
    plans = with_holds(NO_HOLD, NO_HOLD, "0.05", "forbid", "2026-02-01")
    assert paid(plans, sold(), "ann") == [100, 50, 50, 50]


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


def test_a_version_that_people_were_told_of_in_time_begins_when_it_says_for_those_who_did_not_sign_another() -> None:
    before = changed("0.05", "with_payee_consent")
    in_time = TEN_PERCENT.replace("0.10", "0.30").replace("2026-01-01", "2026-04-01\npublished_on: 2026-03-01")
    (third,) = load([PlanFile("third.yaml", in_time)])
    assert paid((*before, third), sold(), "bob") == [100, 100, 50, 300]


def test_a_month_that_both_versions_pay_alike_is_told_by_the_changed_one() -> None:
    first, second = plans = changed("0.10", "only_favourable")
    found = calculate_fairly(plans, sold(), through=date(2026, 4, 30))
    by_month = [line.plan for line in found.lines if line.payee == "ann"]
    assert by_month == [first.fingerprint, *[second.fingerprint] * 3]


def test_what_the_change_no_longer_pays_at_all_is_paid_till_people_were_told() -> None:
    first, _ = changed("0.10", "only_favourable")
    other = (
        TEN_PERCENT.replace("2026-01-01", "2026-02-01\npublished_on: 2026-03-15")
        .replace("name: sales", "name: renewals")
        .replace("credits: bookings", "credits: renewals")
    )
    (second,) = load([PlanFile("second.yaml", other + "policy: {retro_change: only_favourable}\n")])
    few = replace(sold(), events=tuple(replace(each, amount=Fraction(5)) for each in sold().events))
    found = calculate_fairly((first, second), few, through=date(2026, 4, 30))
    assert {(slot.payee, slot.period, str(amount)) for slot, amount in found.earned.items() if amount} == {
        (who, month, "0.50 EUR") for who in ("ann", "bob") for month in ("2026-01", "2026-02")
    }


def test_the_month_on_whose_first_day_people_were_told_is_paid_by_the_change() -> None:
    """Half of each sale is paid a month later: what February leaves to March is no part of February."""
    in_two = "    instalments: [{after_months: 0, share: 0.5}, {after_months: 1, share: 0.5}]\n"
    plans = with_holds(in_two, in_two, "0.05", "only_favourable", "2026-03-01")
    assert [earned for earned, _ in earned_and_held(plans, sold_to_acme())] == [50, 100, 50, 50]


def test_what_the_change_holds_is_not_held_of_a_month_that_pays_more_without_it() -> None:
    plans = with_holds(NO_HOLD, HALF, "0.06", "only_favourable", "2026-03-15")
    assert earned_and_held(plans, sold_to_acme()) == [(100, 0), (100, 0), (30, 30), (30, 30)]


def test_all_of_it_held_is_compared_too() -> None:
    held = "    hold: {share: 1}\n"
    plans = with_holds(held, held, "0.06", "only_favourable", "2026-03-15")
    found = calculate_fairly(plans, sold_to_acme(), through=date(2026, 4, 30))
    assert [(slot.period, int(amount.amount)) for slot, amount in sorted(found.held.items())] == [
        ("2026-01", 100), ("2026-02", 100), ("2026-03", 60), ("2026-04", 60),
    ]  # fmt: skip


def test_in_another_currency_of_pay_what_is_paid_at_once_decides() -> None:
    """200 dollars at once are more than 140 with 70 euros held."""
    rates = (Rate("pay", "2026", "EUR", "USD", Decimal(2), date(2026, 1, 1), "plan"),)
    plans = with_holds(NO_HOLD, HALF, "0.14", "only_favourable", "2026-03-15")
    facts = sold_to_acme(pay_currency="USD", rates=rates)
    assert earned_and_held(plans, facts) == [(200, 0), (200, 0), (140, 70), (140, 70)]


def test_what_is_held_of_those_who_signed_and_of_those_who_did_not_is_told() -> None:
    plans = with_holds(HALF, HALF, "0.06", "with_payee_consent", "2026-03-15")
    of_ann = sold_to_acme(acknowledgements=(Acknowledgement("ann", plans[1].fingerprint, date(2026, 3, 20)),))
    of_bob = tuple(replace(each, natural_key=f"{each.natural_key} of bob", payee="bob") for each in of_ann.events)
    both = replace(
        of_ann,
        events=(*of_ann.events, *of_bob),
        assignments=tuple(Assignment(who, "sellers", date(2026, 1, 1)) for who in ("ann", "bob")),
        agreements=(
            *of_ann.agreements,
            *(replace(each, agreement_id="dpo", payee="bob") for each in of_ann.agreements),
        ),
    )
    found = calculate_fairly(plans, both, through=date(2026, 2, 28))
    assert {(slot.payee, slot.period): int(amount.amount) for slot, amount in found.held.items()} == {
        ("ann", "2026-01"): 50, ("ann", "2026-02"): 30, ("bob", "2026-01"): 50, ("bob", "2026-02"): 50,
    }  # fmt: skip


def test_value_that_is_held_is_compared_too() -> None:
    """Both versions hold 0.20 till the customer's value is verified; only the first pays a commission, of 0.50."""
    later = TEN_PERCENT.partition("components:")[0].replace("2026-01-01", "2026-02-01\npublished_on: 2026-03-15")
    plans = load(
        [
            PlanFile("first.yaml", TEN_PERCENT.replace("0.10", "0.0005")),
            PlanFile(
                "second.yaml",
                later + "policy: {retro_change: only_favourable}\ncomponents:\n  - {name: sales, kind: value}\n",
            ),
        ]
    )
    facts = sold_to_acme()
    signed = replace(
        facts.agreements[0], component="sales", signed_on=date(2026, 2, 5), at_target=Money.of("0.20", "EUR")
    )
    found = calculate_fairly(plans, replace(facts, agreements=(signed,)), through=date(2026, 2, 28))
    assert {slot.period: str(amount) for slot, amount in found.earned.items()} == {
        "2026-01": "0.50 EUR",
        "2026-02": "0.50 EUR",
    }
    assert list(map(str, found.held.values())) == ["0.20 EUR"]


def test_what_a_contest_awarded_before_stays_closed() -> None:
    contest = (
        "  - {name: race, kind: spiff, credits: bookings, start: 2026-01-01, end: 2027-01-01, budget: 30, fixed: 30}\n"
    )
    plans = load([PlanFile("first.yaml", TEN_PERCENT + contest)])
    closed = {"race": {"bob01/bob": Money.of(30, "EUR")}}
    found = calculate_fairly(plans, sold(), through=date(2026, 1, 31), closed_awards=closed)
    assert [(line.payee, int(line.amount.amount)) for line in found.lines if line.kind == "award"] == [
        ("ann", 0),
        ("bob", 30),
    ]


@pytest.mark.parametrize("retro", ["with_payee_consent", "only_favourable"])
def test_who_is_credited_and_on_no_plan_is_told_whatever_the_others_signed(retro: RetroChange) -> None:
    on = date(2026, 2, 20)
    of_cat = Event("cats", "deal", on, on, Fraction(1000), "EUR", "cat", "bookings")
    shared = replace(of_cat, natural_key="shared", payee="")
    shares = (
        EventShare("shared", "ann", "split", Fraction(1, 2)),
        EventShare("shared", "dan", "split", Fraction(1, 2)),
    )
    facts = replace(sold(), events=(*sold().events, of_cat, shared), shares=shares)
    found = calculate_fairly(changed("0.05", retro), facts, through=date(2026, 4, 30))
    assert [each.message for each in found.unreckoned] == [
        f"{who} is credited for {event} on 2026-02-20, but is on no plan then:"
        " assign them to one, or credit somebody else."
        for who, event in (("cat", "cats"), ("dan", "shared"))
    ]


@pytest.mark.parametrize("retro", ["with_payee_consent", "only_favourable"])
def test_who_sold_nothing_has_the_plans_guarantee_whatever_the_others_signed(retro: RetroChange) -> None:
    plans = tuple(
        replace(each, guarantee=Limit(Money.of(70, "EUR"), PeriodKind.MONTH)) for each in changed("0.05", retro)
    )
    facts = sold()
    eve = Assignment("eve", "sellers", date(2026, 1, 1))
    found = calculate_fairly(plans, replace(facts, assignments=(*facts.assignments, eve)), through=date(2026, 4, 30))
    assert [int(line.amount.amount) for line in found.lines if line.payee == "eve"] == [70] * 4


@pytest.mark.parametrize("retro", ["with_payee_consent", "only_favourable"])
@pytest.mark.parametrize("signs", ["ann", "bob"])
def test_what_one_person_earns_can_be_asked_for_alone(retro: RetroChange, signs: str) -> None:
    plans = changed("0.05", retro)
    signed = (Acknowledgement(signs, plans[1].fingerprint, date(2026, 3, 20)),)
    for versions in (plans, plans[:1]):
        everybody = calculate_fairly(versions, sold(*signed), through=date(2026, 4, 30))
        alone = calculate_fairly(versions, sold(*signed), through=date(2026, 4, 30), payees=["ann"])
        assert alone.lines == tuple(line for line in everybody.lines if line.payee == "ann")
        assert alone.earned == {slot: amount for slot, amount in everybody.earned.items() if slot.payee == "ann"}
