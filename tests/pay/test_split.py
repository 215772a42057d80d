"""Who is credited for an event, by example, and what always holds of it; and money in whole coins for several."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.split import Credited, InvalidSplit, Share, rolled_up, shared
from trueup.units.money import Money, total


def share(payee: str, percent: int, role: Literal["direct", "split", "overlay"] = "split") -> Share:
    return Share(payee, role, Fraction(percent, 100))


def amounts(credited: Iterable[Credited]) -> dict[str, Fraction]:
    return {each.payee: each.amount for each in credited}


DEAL = Fraction(100_000)
SIXTY_FORTY = shared(DEAL, [share("ann", 60), share("bob", 40)])


@pytest.mark.parametrize(
    ("managers", "above"),
    [
        ({"ann": ["mia"], "bob": ["mia"]}, {"mia": 100_000}),
        (
            {"ann": ["mia"], "bob": ["max"], "mia": ["vera"], "max": ["vera"]},
            {"mia": 60_000, "max": 40_000, "vera": 100_000},
        ),
        ({"ann": ["bob"], "bob": ["mia"]}, {"bob": 60_000, "mia": 100_000}),
        ({"ann": ["mia", "max"], "mia": ["vera"], "max": ["vera"]}, {"mia": 60_000, "max": 60_000, "vera": 60_000}),
        ({}, {}),
    ],
)
def test_a_deal_of_two_counts_once_for_everybody_above(managers: dict[str, list[str]], above: dict[str, int]) -> None:
    assert amounts(rolled_up(SIXTY_FORTY, managers)) == above


def test_overlays_come_on_top_and_are_labelled_so() -> None:
    found = shared(DEAL, [share("ann", 100, "direct"), share("eve", 30, "overlay")])
    assert [(each.payee, each.role, each.amount) for each in found] == [
        ("ann", "direct", 100_000),
        ("eve", "overlay", 30_000),
    ]
    assert rolled_up(found, {"ann": ["mia"], "eve": ["mia"]}) == (Credited("mia", "rollup", DEAL),)


def test_six_shares_that_floats_cannot_add_make_one() -> None:
    shares = [Share(f"p{place}", "split", Fraction("0.1429")) for place in range(6)]
    found = shared(DEAL, [*shares, Share("last", "split", Fraction("0.1426"))])
    assert sum(each.amount for each in found) == DEAL


MAKE_THEM_ONE = "make them 1, as integers over a common denominator if need be; what comes on top is an overlay"


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        (
            [share("ann", 60), share("bob", 39)],
            f"^direct credit and splits come to 0.99 of the event: {MAKE_THEM_ONE}$",
        ),
        ([share("ann", 60), share("bob", 41)], "come to 1.01"),
        ([share("ann", 100, "overlay")], "come to 0 of the event"),
        (
            [share("ann", 100), share("bob", 0)],
            "^somebody's share is not above 0: leave them out, or say what they are to have$",
        ),
    ],
)
def test_shares_that_do_not_share_out_are_refused(shares: list[Share], says: str) -> None:
    with pytest.raises(InvalidSplit, match=says):
        shared(DEAL, shares)


def test_reporting_in_a_circle_is_refused() -> None:
    with pytest.raises(InvalidSplit, match="ann reports to themselves in the end"):
        rolled_up(SIXTY_FORTY, {"ann": ["bob"], "bob": ["ann"]})


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("100.00", (1, 1, 1), ("33.34", "33.33", "33.33")),
        ("-100.00", (1, 1, 1), ("-33.34", "-33.33", "-33.33")),
        ("10000.05", (50, 30, 20), ("5000.03", "3000.01", "2000.01")),
    ],
)
def test_money_for_several_is_divided_to_the_coin(
    amount: str, weights: tuple[int, ...], parts: tuple[str, ...]
) -> None:
    assert Money.of(amount, "EUR").allocate(weights) == tuple(Money.of(part, "EUR") for part in parts)


coins = st.integers(-(10**9), 10**9).map(lambda number: Money(Decimal(number).scaleb(-2), "EUR"))
weights_ = st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any)
people = st.sampled_from("abcdefgh")
ladders = st.dictionaries(people, st.lists(people, max_size=3)).map(
    lambda edges: {low: [high for high in above if high > low] for low, above in edges.items()}
)


@whatever(coins, weights_)
def test_parts_sum_to_the_whole_each_within_a_coin_and_mirror(amount: Money, weights: list[int]) -> None:
    parts = amount.allocate(weights)
    assert total(parts, "EUR") == amount
    assert (-amount).allocate(weights) == tuple(-part for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part.amount) - Fraction(amount.amount) * weight / sum(weights)) < Fraction(1, 100)


@whatever(st.fractions(-(10**6), 10**6), weights_.map(lambda weights: [w for w in weights if w]), ladders)
def test_credit_is_conserved_and_rolls_up_once_to_each_above(
    amount: Fraction, weights: list[int], managers: dict[str, list[str]]
) -> None:
    shares = [
        Share(payee, "split", Fraction(weight, sum(weights[:8])))
        for payee, weight in zip("abcdefgh", weights, strict=False)
    ]
    credited = shared(amount, shares)
    assert sum(each.amount for each in credited) == amount
    for manager in rolled_up(credited, managers):
        below = [each.amount for each in credited if each.payee in under(manager.payee, managers)]
        assert manager.amount == sum(below)
        assert abs(manager.amount) <= abs(amount)


def under(manager: str, managers: dict[str, list[str]]) -> set[str]:
    direct = {low for low, above in managers.items() if manager in above}
    return direct | {each for low in direct for each in under(low, managers)}
