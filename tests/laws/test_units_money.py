"""The algebra of money: sums are exact, rounding is half-up, splits lose nothing."""

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.units.money import Money, Number, minor_units, total

LAW = settings(deadline=None, max_examples=60)

currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"])
amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6)
euros = st.builds(Money, amounts, st.just("EUR"))
rounded = st.builds(Money, amounts, currencies).map(Money.round)
whole = st.integers(-(10**6), 10**6)
shares: st.SearchStrategy[Number] = (
    st.integers(0, 1000) | st.fractions(0, 1000, max_denominator=97) | st.decimals(0, 1000, places=3)
)
weights = st.lists(shares, min_size=1, max_size=12).filter(any)


@LAW
@given(euros, euros, euros)
def test_addition_is_exact(a: Money, b: Money, c: Money) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a - a == Money.zero("EUR")
    assert a - b == a + -b
    assert a + -a == Money.zero("EUR")
    assert Fraction((a + b).amount) == Fraction(a.amount) + Fraction(b.amount)
    assert total([a, b, c], "EUR") == a + b + c


@LAW
@given(euros, euros, whole, whole)
def test_scaling_distributes(a: Money, b: Money, m: int, n: int) -> None:
    assert (a + b) * m == a * m + b * m
    assert a * (m + n) == a * m + a * n
    assert a * m * n == a * (m * n)
    assert m * a == a * m


@LAW
@given(euros, euros)
def test_order_agrees_with_the_sign_of_the_difference(a: Money, b: Money) -> None:
    assert (a < b) == ((b - a) > Money.zero("EUR"))
    assert (a <= b) == (not a > b)


@LAW
@given(euros, st.fractions(-1000, 1000, max_denominator=10_000))
def test_a_fraction_of_money_rounds_as_the_exact_fraction_does(a: Money, share: Fraction) -> None:
    exact = Fraction(a.amount) * share * 100
    half_up = floor(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
    assert (a * share).round().amount == Decimal(half_up).scaleb(-2)


@LAW
@given(st.builds(Money, amounts, currencies))
def test_rounding_moves_by_half_a_coin_at_most_and_only_once(a: Money) -> None:
    coin = Decimal(1).scaleb(-minor_units(a.currency))
    assert abs(a.round().amount - a.amount) <= coin / 2
    assert a.round().round() == a.round()
    assert (-a).round() == -(a.round())


@LAW
@given(rounded, weights)
def test_a_split_sums_exactly_and_is_fair_within_a_coin(money: Money, weights: list[Number]) -> None:
    parts = money.allocate(weights)
    coin = Fraction(1, 10 ** minor_units(money.currency))
    whole = sum(Fraction(weight) for weight in weights)
    assert total(parts, money.currency) == money
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part.amount) - Fraction(money.amount) * Fraction(weight) / whole) < coin
        assert part.round() == part
        assert weight or not part


@LAW
@given(rounded, weights, st.integers(1, 50))
def test_a_split_mirrors_and_knows_only_proportions(money: Money, weights: list[Number], factor: int) -> None:
    parts = money.allocate(weights)
    assert (-money).allocate(weights) == tuple(-part for part in parts)
    assert money.allocate([Fraction(weight) * factor for weight in weights]) == parts


@LAW
@given(rounded, weights)
def test_a_larger_weight_never_gets_less(money: Money, weights: list[Number]) -> None:
    parts = abs(money).allocate(weights)
    ordered = [part for _, part in sorted(zip(weights, parts, strict=True), key=lambda pair: (pair[0], pair[1].amount))]
    assert ordered == sorted(ordered)


@LAW
@given(euros.map(Money.round), st.fractions("1/1000", 1000, max_denominator=1000))
def test_a_conversion_there_and_back_returns_the_same_cents(a: Money, rate: Fraction) -> None:
    assert a.convert(rate, "USD").convert(1 / rate, "EUR").round() == a
