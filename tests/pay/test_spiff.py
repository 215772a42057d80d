from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.spiff import Event, Spiff, awards
from trueup.units.money import InvalidAmount, Money, total

START = datetime(2026, 5, 1, 9)


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


def event(key: str, hour: int, payee: str = "ann", amount: int = 1000) -> Event:
    return Event(key, payee, START + timedelta(hours=hour), Fraction(amount))


def told(spiff: Spiff, events: list[Event], closed: dict[str, Money] | None = None) -> dict[str, Decimal]:
    return {award.natural_key: award.amount.amount for award in awards(spiff, events, closed or {})}


FIXED = Spiff(eur(500), budget=eur(1200))
EVENTS = [event("c", 3), event("b", 1), event("a", 1), event("d", 4)]


def test_the_award_that_reaches_the_end_of_the_budget_takes_the_rest() -> None:
    assert told(FIXED, EVENTS) == {"a": 500, "b": 500, "c": 200, "d": 0}


def test_a_rate_is_paid_on_the_events_amount() -> None:
    rate = Spiff(Fraction("0.025"), budget=eur(40))
    events = [event("a", 1, amount=999), event("b", 2, amount=-50), event("c", 3, amount=900)]
    assert told(rate, events) == {"a": Decimal("24.98"), "b": 0, "c": Decimal("15.02")}


def test_a_payee_has_no_more_awards_than_declared() -> None:
    twice = replace(FIXED, budget=eur(9000), most=2)
    events = [*EVENTS, event("e", 5, "bob")]
    assert told(twice, events) == {"a": 500, "b": 500, "c": 0, "d": 0, "e": 500}


def test_an_event_that_is_awarded_nothing_uses_up_no_award() -> None:
    once = Spiff(Fraction("0.1"), budget=eur(900), most=1)
    assert told(once, [event("a", 1, amount=0), event("b", 2), event("c", 3)]) == {"a": 0, "b": 100, "c": 0}


def test_a_late_event_displaces_no_closed_award() -> None:
    closed = {"b": eur(500), "c": eur(500), "d": eur(200)}
    assert told(FIXED, EVENTS, closed) == {"a": 0, "b": 500, "c": 500, "d": 200}


def test_a_late_event_displaces_nobody_who_has_had_the_most_awards_either() -> None:
    once = replace(FIXED, budget=eur(9000), most=1)
    assert told(once, EVENTS, {"c": eur(500)}) == {"a": 0, "b": 0, "c": 500, "d": 0}


def test_what_a_cancelled_award_frees_goes_to_the_next_in_order() -> None:
    closed = {"a": eur(500), "b": eur(500), "c": eur(200), "d": eur(0)}
    left = [each for each in EVENTS if each.natural_key != "a"]
    assert told(FIXED, left, closed) == {"b": 500, "c": 500, "d": 200}


def test_what_is_freed_raises_an_award_that_the_budget_had_cut_though_it_is_the_payees_last() -> None:
    once = replace(FIXED, most=1)
    events = [event("b", 2, "bob"), event("c", 3, "cyd")]
    closed = {"a": eur(500), "b": eur(500), "c": eur(200)}
    assert told(once, events, closed) == {"b": 500, "c": 500}


def test_an_award_names_who_has_it() -> None:
    found = awards(FIXED, [event("a", 1, "ann"), event("b", 2, "bob")], {})
    assert [(award.natural_key, award.payee) for award in found] == [("a", "ann"), ("b", "bob")]


def test_a_closed_award_falls_with_its_own_event() -> None:
    rate = Spiff(Fraction("0.1"), budget=eur(150))
    closed = {"a": eur(100), "b": eur(50)}
    assert told(rate, [event("a", 1, amount=600), event("b", 2, amount=900)], closed) == {"a": 60, "b": 90}


@pytest.mark.parametrize(
    ("pays", "budget", "most"), [(eur(0), 10, None), (Fraction(0), 10, None), (eur(5), -1, None), (eur(5), 10, 0)]
)
def test_a_contest_that_is_none_is_refused(pays: Money | Fraction, budget: int, most: int | None) -> None:
    says = "^a contest pays more than 0, out of a budget not below 0, and to each payee at least once: not "
    with pytest.raises(InvalidAmount, match=says):
        Spiff(pays, eur(budget), most)


def test_a_budget_below_what_was_closed_is_refused() -> None:
    with pytest.raises(
        InvalidAmount, match=r"closed awards exceed the budget of 1200 EUR by 300 EUR: raise the budget"
    ):
        awards(FIXED, EVENTS, {key: eur(500) for key in "abc"})


events_ = st.lists(
    st.builds(event, st.uuids().map(str), st.integers(0, 50), st.sampled_from(["ann", "bob"]), st.integers(-9, 5000)),
    max_size=12,
)
spiffs = st.builds(
    Spiff,
    st.sampled_from([eur(500), Fraction("0.033")]),
    st.integers(0, 3000).map(eur),
    st.none() | st.integers(1, 4),
)


@whatever(spiffs, events_, st.randoms())
def test_budget_and_counts_are_kept_in_whatever_order_events_arrive(
    spiff: Spiff, events: list[Event], random: Random
) -> None:
    found = awards(spiff, events, {})
    random.shuffle(events)
    assert awards(spiff, events, {}) == found
    assert total((award.amount for award in found), "EUR") <= spiff.budget
    if spiff.most is not None:
        assert all(sum(a.payee == payee and bool(a.amount) for a in found) <= spiff.most for payee in ("ann", "bob"))


@whatever(spiffs, events_, events_)
def test_closing_and_learning_more_takes_nothing_from_closed_awards(
    spiff: Spiff, events: list[Event], later: list[Event]
) -> None:
    closed = {award.natural_key: award.amount for award in awards(spiff, events, {})}
    found = {award.natural_key: award.amount for award in awards(spiff, [*events, *later], closed)}
    assert all(found[key] >= amount for key, amount in closed.items())
    assert total(found.values(), "EUR") <= spiff.budget
