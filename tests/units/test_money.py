from decimal import Decimal
from fractions import Fraction

import pytest

from trueup.units.money import (
    InvalidAmount,
    MixedCurrencies,
    Money,
    Number,
    UnknownCurrency,
    minor_units,
    nearest_currencies,
    total,
)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def test_money_adds_negates_and_scales_exactly() -> None:
    assert eur("0.10") + eur("0.20") == eur("0.30")
    assert eur("1") - eur("2.50") == -eur("1.50")
    assert eur("19.99") * 3 == eur("59.97")
    assert Decimal("0.15") * eur("1000") == eur("150")
    assert eur("90") * Fraction(1, 3) == eur("30")
    assert abs(eur("-3")) == eur("3")


def test_a_third_keeps_enough_digits_to_round_right_later() -> None:
    assert (eur("100") * Fraction(1, 3) * 3).round() == eur("100.00")


def test_amounts_far_beyond_decimals_default_precision_stay_exact() -> None:
    assert eur("1e40") + eur("0.01") - eur("1e40") == eur("0.01")


def test_currencies_do_not_mix() -> None:
    dollars = Money.of("1", "USD")
    for mix in (
        lambda: eur("1") + dollars,
        lambda: eur("1") - dollars,
        lambda: eur("1") < dollars,
        lambda: eur("1") >= dollars,
        lambda: total([eur("1"), dollars], "EUR"),
    ):
        with pytest.raises(MixedCurrencies, match="EUR and USD do not mix: convert"):
            mix()
    assert eur("1") != dollars


def test_money_is_ordered_and_zero_is_false() -> None:
    assert eur("1.0") == eur("1.00")
    assert hash(eur("1.0")) == hash(eur("1.00"))
    assert eur("1") < eur("2") <= eur("2") < eur("3")
    assert eur("3") > eur("2") >= eur("2")
    assert not Money.zero("EUR")
    assert eur("0.001")


@pytest.mark.parametrize("amount", [0.1, "NaN", "Infinity", "12,30", "", "ten"])
def test_no_money_is_made_of_floats_or_of_what_is_no_number(amount: str | float) -> None:
    with pytest.raises(InvalidAmount):
        Money.of(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [0.1, Decimal("NaN"), "2"])
def test_no_money_is_scaled_by_floats_or_by_what_is_no_number(factor: object) -> None:
    with pytest.raises(InvalidAmount, match="no exact number"):
        eur("1") * factor  # type: ignore[operator]


def test_a_float_is_refused_by_the_constructor_with_the_cure() -> None:
    with pytest.raises(InvalidAmount, match=r"0.1 is no exact amount of EUR: write Money.of\('12.30', 'EUR'\)"):
        Money(0.1, "EUR")  # type: ignore[arg-type]


def test_money_and_bare_numbers_do_not_add() -> None:
    with pytest.raises(TypeError):
        eur("1") + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        eur("1") - Decimal(1)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("EURO", "EUR"), ("eur", "EUR"), ("US$", None), ("€", "EUR"), ("£", "GBP"), ("UDS", None), ("", None)],
)
def test_an_unknown_currency_names_the_nearest(written: str, nearest: str | None) -> None:
    with pytest.raises(UnknownCurrency, match="is no currency code: ") as refused:
        Money.of("1", written)
    if nearest:
        assert refused.value.nearest[0] == nearest
    if not written:
        assert "such as EUR" in str(refused.value)
    assert refused.value.nearest == nearest_currencies(written)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("IQD", 3), ("CLF", 4), ("RSD", 2), ("HUF", 2), ("ISK", 0)],
)
def test_minor_units_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_units(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "EUR", "2.35"),
        ("2.344999", "EUR", "2.34"),
        ("-2.345", "EUR", "-2.35"),
        ("0.5", "JPY", "1"),
        ("-0.5", "JPY", "-1"),
        ("1.0005", "KWD", "1.001"),
        ("10", "EUR", "10.00"),
    ],
)
def test_rounding_is_half_up_away_from_zero(amount: str, currency: str, rounded: str) -> None:
    assert str(Money.of(amount, currency).round().amount) == rounded


def test_nothing_rounds_to_minus_zero() -> None:
    assert str(eur("-0.004").round()) == "0.00 EUR"


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("10000.05", [50, 30, 20], ["5000.03", "3000.01", "2000.01"]),
        ("-100.00", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("0.01", [0, 1, 1], ["0", "0.01", "0"]),
        ("0.05", [Decimal("0.7"), Decimal("0.3")], ["0.04", "0.01"]),
        ("7.00", [Fraction(1, 3), Fraction(2, 3)], ["2.33", "4.67"]),
        ("0", [3, 4], ["0", "0"]),
    ],
)
def test_a_split_sums_to_the_whole_and_gives_odd_cents_to_the_largest_remainder(
    amount: str, weights: list[Number], parts: list[str]
) -> None:
    assert eur(amount).allocate(weights) == tuple(eur(part) for part in parts)


def test_a_split_counts_in_the_currencys_own_coins() -> None:
    assert [part.amount for part in Money.of("100", "JPY").allocate([1, 1, 1])] == [34, 33, 33]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [0.5, 0.5]])
def test_a_split_needs_weights(weights: list[Number]) -> None:
    with pytest.raises(InvalidAmount):
        eur("1").allocate(weights)


def test_a_split_of_half_a_cent_is_refused() -> None:
    with pytest.raises(InvalidAmount, match=r"0.005 EUR has fractions of its smallest coin: round\(\) it"):
        eur("0.005").allocate([1, 1])


def test_a_quota_is_prorated_exactly_and_rounded_once() -> None:
    assert (eur("250000") * Fraction(80, 91)).round() == eur("219780.22")
    second_quarter = eur("250000") * Fraction(45, 91) + eur("300000") * Fraction(46, 91)
    assert (second_quarter - eur("250000") * Fraction(0)).round() == eur("275274.73")


def test_conversion_multiplies_by_the_rate_and_does_not_round() -> None:
    assert eur("100000").convert(Decimal("1.10"), "USD") == Money.of("110000", "USD")
    assert Money.of("1", "USD").convert(Fraction(1, 3), "EUR").round() == eur("0.33")
    assert eur("5").convert(1, "EUR") == eur("5")


@pytest.mark.parametrize(("rate", "to"), [(0, "USD"), (Decimal(-1), "USD"), (1.1, "USD"), (Decimal("1.1"), "EUR")])
def test_a_rate_that_cannot_be_is_refused(rate: Number, to: str) -> None:
    with pytest.raises(InvalidAmount):
        eur("1").convert(rate, to)


def test_total_of_nothing_is_zero_in_its_currency() -> None:
    assert total([], "CHF") == Money.zero("CHF")
    assert total([eur("1.10"), eur("2.20")], "EUR") == eur("3.30")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        ("1234.5", "EUR", "en_US", "€1,234.50"),
        ("1234.5", "EUR", "de-DE", "1.234,50\N{NO-BREAK SPACE}€"),
        ("-0.125", "USD", "en_US", "-$0.13"),
        ("1234.5", "JPY", "en_US", "¥1,235"),
        ("1.5", "KWD", "de_DE", "1,500\N{NO-BREAK SPACE}KWD"),
        ("12.3", "RSD", "de_DE", "12,30\N{NO-BREAK SPACE}RSD"),
    ],
)
def test_money_is_written_as_its_readers_do(amount: str, currency: str, locale: str, text: str) -> None:
    assert Money.of(amount, currency).format(locale) == text
