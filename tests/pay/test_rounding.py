from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.rounding import in_full, rounded, rounded_down, rounded_lines
from trueup.units.money import InvalidAmount, Money, exact, total

amounts = st.fractions(-(10**9), 10**9, max_denominator=10**6)
currencies = st.sampled_from(["EUR", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("amount", "currency", "paid"),
    [
        ("2.345", "EUR", "2.35"),
        ("-2.345", "EUR", "-2.35"),
        ("2.34499999999999999999999999999999999999999999999999999999999", "EUR", "2.34"),
        ("0.5", "JPY", "1"),
        ("-0.004", "EUR", "0.00"),
        ("1.0005", "KWD", "1.001"),
        ("99999999999999999999999999999999.995", "EUR", "100000000000000000000000000000000.00"),
    ],
)
def test_half_a_coin_is_rounded_away_from_zero(amount: str, currency: str, paid: str) -> None:
    assert str(rounded(Fraction(amount), currency).amount) == paid


def test_digits_are_refused_before_any_of_them_is_lost() -> None:
    with pytest.raises(Inexact):
        rounded(Fraction(10**1000 + 1), "EUR")


def test_a_limit_is_rounded_down() -> None:
    assert rounded_down(Fraction("2.349"), "EUR") == Money.of("2.34", "EUR")
    assert rounded_down(Fraction(1, 3), "EUR") == Money.of("0.33", "EUR")
    assert rounded_down(Fraction("-2.349"), "EUR") == Money.of("-2.34", "EUR")


@pytest.mark.parametrize("number", [0.1, Decimal("NaN"), "1"])
def test_no_pay_follows_from_floats(number: object) -> None:
    with pytest.raises(InvalidAmount, match="no exact number"):
        exact(number)  # type: ignore[arg-type]


@whatever(amounts, currencies)
def test_rounding_is_what_money_does_and_mirrors(amount: Fraction, currency: str) -> None:
    made = rounded(amount, currency)
    assert made == (Money.of(1, currency) * amount).round()
    assert rounded(-amount, currency) == -made
    assert abs(rounded_down(amount, currency)) <= abs(made)


def test_half_a_coin_taken_back_comes_back_as_it_was_paid() -> None:
    half = Fraction(1, 200)
    assert rounded_lines([half, -half, -half, half], "EUR") == tuple(
        Money.of(amount, "EUR") for amount in ("0.01", "-0.01", "-0.01", "0.01")
    )


@whatever(st.lists(amounts, max_size=20), currencies)
def test_lines_add_up_to_the_rounded_total(parts: list[Fraction], currency: str) -> None:
    lines = rounded_lines(parts, currency)
    assert len(lines) == len(parts)
    assert total(lines, currency) == rounded(sum(parts, Fraction(0)), currency)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (Fraction(0), "0"),
        (Fraction(120), "120"),
        (Fraction(-61, 2), "-30.5"),
        (Fraction(7, 40), "0.175"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 6), "-1/6"),
        (Fraction(1, 2**40), "0.0000000000009094947017729282379150390625"),
        (Fraction(-1, 10**30), f"-0.{'0' * 29}1"),
    ],
)
def test_what_is_kept_is_told_with_all_its_digits_or_as_a_fraction(number: Fraction, told: str) -> None:
    assert in_full(number) == told


@whatever(st.fractions())
def test_nothing_is_lost_in_what_is_kept(number: Fraction) -> None:
    assert Fraction(in_full(number)) == number
