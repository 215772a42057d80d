"""A plan that changes what was already done: forbidden, by consent, or only where it pays more."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from trueup.pay.facts import Acknowledgement, Assignment, Event, Facts
from trueup.pay.payment import Slot
from trueup.pay.plan import Plan, RetroChange
from trueup.pay.plan_file import PlanFile, PlanFileError, load
from trueup.pay.retro import calculate_fairly

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
