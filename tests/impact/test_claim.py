"""What a gain is worth: as estimated, as far as it may be paid on, and who vouches for it."""

from collections.abc import Collection
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.impact.claim import Claim, State, claim, state_of, worth

CENTS, YEN = 2, 0
improvements = st.floats(min_value=-1e6, max_value=1e6).map(lambda value: round(value, 9))
prices = st.decimals(min_value=0, max_value=100_000, places=4)
minors = st.sampled_from([0, 2, 3])


def made(
    attributable: float = 2.0,
    payable: float = 1.0,
    *,
    per_unit: str | Decimal = "100",
    minor: int = CENTS,
    vouched: Collection[str] = ("confirmed",),
    is_sound: bool = True,
    blocked_by: Collection[str] = (),
) -> Claim:
    return claim(
        attributable=attributable,
        payable=payable,
        value_per_unit=Decimal(per_unit),
        minor=minor,
        vouched=vouched,
        is_sound=is_sound,
        blocked_by=blocked_by,
    )


def test_a_gain_is_worth_so_much_a_unit_as_estimated_and_as_far_as_it_is_certain() -> None:
    found = made(2.5, 1.25, per_unit="1200.50")
    assert (found.point, found.low) == (Decimal("3001.25"), Decimal("1500.62"))
    assert (found.state, found.counts, found.blocked_by) == ("confirmed", True, ())


@pytest.mark.parametrize(
    ("improvement", "minor", "amount"),
    [
        (0.125, CENTS, "0.12"),
        (0.135, CENTS, "0.14"),
        (0.1350001, CENTS, "0.14"),
        (-0.125, CENTS, "-0.12"),
        (-0.135, CENTS, "-0.14"),
        (2.5, YEN, "2"),
        (3.5, YEN, "4"),
        (0.0125, 3, "0.012"),
        (1e-13, CENTS, "0.00"),
    ],
)
def test_half_of_the_smallest_coin_goes_to_the_even_one(improvement: float, minor: int, amount: str) -> None:
    found = worth(improvement, Decimal(1), minor)
    assert str(found) == amount


def test_only_the_product_is_rounded() -> None:
    assert worth(1 / 3, Decimal(3_000_000), CENTS) == Decimal("1000000.00")
    assert worth(0.004, Decimal(1000), CENTS) == Decimal("4.00")


def test_a_claim_that_something_forbids_pays_nothing_but_is_still_worth_what_was_estimated() -> None:
    found = made(2.0, 1.0, blocked_by=["fit", "sign", "fit"])
    assert (found.point, str(found.low)) == (Decimal(200), "0.00")
    assert found.blocked_by == ("fit", "sign")
    assert str(made(minor=YEN, blocked_by=["fit"]).low) == "0"


def test_a_loss_is_told_and_nothing_of_it_is_taken_back() -> None:
    found = made(-2.0, -3.0)
    assert (found.point, found.low) == (Decimal(-200), Decimal(0))


def test_what_does_not_stand_by_itself_is_not_added_up() -> None:
    assert made(is_sound=False).counts is False


@pytest.mark.parametrize(
    ("vouched", "state"),
    [
        ((), "claimed"),
        (("confirmed",), "confirmed"),
        (("system",), "confirmed"),
        (("confirmed", "system"), "confirmed"),
        (("claimed",), "claimed"),
        (("confirmed", "system", "claimed"), "claimed"),
        (("disputed",), "disputed"),
        (("confirmed", "claimed", "disputed"), "disputed"),
    ],
)
def test_one_value_in_dispute_puts_all_of_it_in_dispute_and_one_claimed_makes_it_a_claim(
    vouched: Collection[str], state: State
) -> None:
    assert state_of(vouched) == state
    assert made(vouched=vouched).state == state


@given(improvement=improvements, per_unit=prices, minor=minors, times=st.integers(2, 1000))
def test_a_unit_worth_so_many_times_as_much_makes_the_value_so_many_times_as_great(
    improvement: float, per_unit: Decimal, minor: int, times: int
) -> None:
    coin = Decimal(1).scaleb(-minor)
    once, often = (worth(improvement, price, minor) for price in (per_unit, per_unit * times))
    assert abs(often - once * times) <= coin / 2 * (times + 1)


@given(improvement=improvements, per_unit=prices, minor=minors)
def test_a_loss_is_worth_as_much_as_the_same_gain(improvement: float, per_unit: Decimal, minor: int) -> None:
    assert worth(-improvement, per_unit, minor) == -worth(improvement, per_unit, minor)


@given(attributable=improvements, payable=improvements, per_unit=prices, minor=minors, blocks=st.sets(st.just("fit")))
def test_what_is_paid_on_is_never_less_than_nothing_nor_more_than_what_is_payable_is_worth(
    attributable: float, payable: float, per_unit: Decimal, minor: int, blocks: set[str]
) -> None:
    found = made(attributable, min(payable, attributable), per_unit=per_unit, minor=minor, blocked_by=blocks)
    assert 0 <= found.low <= max(found.point, Decimal(0))
    assert found.low == 0 or not blocks
    # Every amount is one of whole coins.
    assert {-each.as_tuple().exponent for each in (found.point, found.low)} == {minor}  # type: ignore[operator]


@given(improvement=improvements, more=st.floats(min_value=0, max_value=1e6), per_unit=prices, minor=minors)
def test_who_gained_more_has_no_less(improvement: float, more: float, per_unit: Decimal, minor: int) -> None:
    assert worth(improvement + more, per_unit, minor) >= worth(improvement, per_unit, minor)
