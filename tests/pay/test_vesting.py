"""Pay on verified outcome: the reference cases, then what no evidence, revision or slicing may do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from trueup.pay.vesting import (
    DEFAULT_CURVE,
    Adjustment,
    Agreement,
    InvalidValue,
    Reading,
    Release,
    ValueCurve,
    Verification,
    improvement,
    lower_bound,
    releases,
)
from trueup.units.money import Money, total

SIGNED = date(2026, 1, 1)
END = date(2028, 12, 31)


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


def agreement(name: str = "a", target: int = 30_000, committed: int = 500_000, band: int = 0) -> Agreement:
    return Agreement(name, SIGNED, eur(target), eur(committed), eur(band))


def month(number: int) -> date:
    return date(2026 + (number - 1) // 12, (number - 1) % 12 + 1, 28)


def read(number: int, lower: int, of: str = "a", *, revision: int = 1, verified_after: int | None = 10) -> Reading:
    """A reading as of a month's 28th, verified some days later, or not at all."""
    as_of = month(number)
    verification = None if verified_after is None else Verification(as_of + timedelta(days=verified_after), True)  # noqa: FBT003  a case
    return Reading(of, as_of, revision, Fraction(lower), Fraction(lower), as_of + timedelta(days=90), verification)


def vest(*readings: Reading, of: Sequence[Agreement] = (agreement(),), through: date = END) -> tuple[Release, ...]:
    return releases(of, readings, DEFAULT_CURVE, through=through)


def amounts(found: Sequence[Release]) -> list[Decimal]:
    return [release.amount.amount for release in found]


THREE = (read(6, 180_000), read(12, 460_000), read(15, 400_000))


def test_30000_on_500000_vests_as_value_is_verified_and_falls_when_it_is_restated() -> None:
    found = vest(*THREE)
    assert amounts(found) == [10_800, 16_800, -3_600]
    assert found[-1].vested == 24_000
    assert [release.on for release in found] == [month(6), month(12), month(15)]


def test_pay_rests_on_what_is_certain_and_not_on_the_estimate() -> None:
    bound = lower_bound(Fraction(500_000), Fraction(90_000), quantile=Fraction("0.8416"))
    assert bound == 424_256
    found = vest(replace(read(6, 500_000), lower=bound))
    assert found[0].amount == eur("25455.36")


def test_what_the_customer_changed_itself_is_no_improvement_of_ours() -> None:
    dso = {"actual": Fraction("37.2"), "direction": "decrease"}
    terms_changed = Adjustment(Fraction("-1.5"), is_approved=True)
    made = improvement(Fraction(42), [terms_changed], **dso)  # type: ignore[arg-type]
    assert made.amount == Fraction("3.3")
    assert made.share is not None
    assert round(made.share * 100, 1) == Fraction("8.1")
    naive = improvement(Fraction(42), [replace(terms_changed, is_approved=False)], **dso)  # type: ignore[arg-type]
    assert naive.amount == Fraction("4.8")
    assert improvement(Fraction(0), [], Fraction(3), direction="increase").share is None
    assert improvement(Fraction(40), [terms_changed], Fraction(44), direction="increase").amount == Fraction("5.5")


def test_slices_of_one_customers_value_are_taken_together() -> None:
    slices = [agreement("a", 15_000, 250_000), agreement("b", 15_000, 250_000)]
    readings = [read(12, 350_000, "a"), read(12, 100_000, "b")]
    assert amounts(vest(*readings, of=slices)) == [27_000]
    apart = [vest(reading, of=[each])[0].amount for reading, each in zip(readings, slices, strict=True)]
    assert total(apart, "EUR") == eur(30_000)


@pytest.mark.parametrize(
    ("realised", "vests"),
    [("-1", "0"), ("0.2499", "0"), ("0.25", "0.25"), ("0.8", "0.8"), ("1", "1"), ("1.2", "1.3"), ("1.4", "1.6"),
     ("9", "1.6")],
)  # fmt: skip
def test_the_default_curve(realised: str, vests: str) -> None:
    assert DEFAULT_CURVE.vests(Fraction(realised)) == Fraction(vests)


NO_FIRST_POINT = "^the value curve has no first point above 0: say from what share realised on it vests$"


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([], NO_FIRST_POINT),
        ([(0, 0)], NO_FIRST_POINT),
        ([(1, -1)], NO_FIRST_POINT),
        ([(1, 1), (1, 2)], "goes from 1 realised, 1 vested, to 1, 2: order points"),
        ([(1, 1), (2, 0)], "let none vest less"),
    ],
)
def test_a_curve_that_is_none_is_refused(points: list[tuple[int, int]], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        ValueCurve.of(*points)


def test_a_curve_may_be_flat_and_start_with_nothing() -> None:
    flat = ValueCurve.of((1, 0), (2, 1), (3, 1))
    assert [flat.vests(Fraction(realised)) for realised in ("1", "1.5", "2", "2.5", "4")] == [
        0,
        Fraction(1, 2),
        1,
        1,
        1,
    ]


def test_nothing_vests_before_the_first_point_even_where_it_vests_less_than_it_realises() -> None:
    late = ValueCurve.of((2, 0), (4, 1))
    assert [late.vests(Fraction(realised)) for realised in (1, 2, 3)] == [0, 0, Fraction(1, 2)]


def test_a_curve_of_one_point_pays_all_or_nothing() -> None:
    cliff = ValueCurve.of((1, 1))
    assert [cliff.vests(Fraction(realised)) for realised in ("0.99", "1", "5")] == [0, 1, 1]


def test_a_customer_without_agreements_releases_nothing() -> None:
    assert vest(of=[]) == ()


def test_agreements_and_bounds_that_are_none_are_refused() -> None:
    says = "^a commits 0 EUR with a band of 0 EUR: commit more than 0, and give a band of 0 where there is none$"
    with pytest.raises(InvalidValue, match=says):
        agreement(committed=0)
    with pytest.raises(InvalidValue, match="neither lies below 0"):
        lower_bound(Fraction(5), Fraction(-1), quantile=Fraction(1))
    with pytest.raises(InvalidValue, match="a reading is of z, which is not among the agreements"):
        vest(read(6, 5, "z"))


def test_an_unverified_or_lapsed_reading_freezes_what_has_vested() -> None:
    first = read(6, 180_000)
    for frozen in (
        read(12, 460_000, verified_after=None),
        read(12, 10_000, verified_after=None),
        read(12, 460_000, verified_after=91),
        replace(read(12, 460_000), verification=Verification(month(12), is_independent=False)),
    ):
        assert vest(first, frozen) == vest(first)


def test_a_reading_counts_from_the_day_it_is_verified_and_pays_in_its_own_period() -> None:
    late = read(6, 180_000, verified_after=40)
    assert vest(late, through=month(6) + timedelta(days=39)) == ()
    assert [(release.on, release.amount) for release in vest(late)] == [(month(6), eur(10_800))]
    assert amounts(vest(late, read(7, 200_000))) == [10_800, 1_200]
    assert amounts(vest(replace(late, verification=None), read(7, 200_000))) == [12_000]


def test_a_reading_counts_when_verified_on_its_last_day_and_for_an_agreement_signed_on_its_own() -> None:
    last_day = read(6, 180_000, verified_after=90)
    assert amounts(vest(last_day)) == [10_800]
    assert amounts(vest(last_day, through=month(6) + timedelta(days=90))) == [10_800]
    assert amounts(vest(read(6, 180_000), of=[replace(agreement(), signed_on=month(6))])) == [10_800]
    assert lower_bound(Fraction(7), Fraction(3), quantile=Fraction(0)) == 7


def test_what_was_read_before_the_agreement_was_signed_vests_nothing() -> None:
    assert amounts(vest(read(6, 180_000), of=[replace(agreement(), signed_on=month(7))])) == [0]


def test_an_unverified_revision_leaves_the_last_verified_one_in_force() -> None:
    first, second = read(6, 180_000), read(6, 250_000, revision=2, verified_after=None)
    assert amounts(vest(first, second)) == [10_800]
    assert amounts(vest(first, read(6, 250_000, revision=2))) == [15_000]
    assert amounts(vest(first, read(6, 100_000, revision=2))) == [0]


def test_an_agreement_joins_its_customers_others_when_it_is_signed() -> None:
    later = replace(agreement("b", 15_000, 250_000), signed_on=month(10))
    assert amounts(vest(read(6, 300_000), read(12, 600_000), of=[agreement(), later])) == [18_000, 18_000]


@pytest.mark.parametrize(("estimate", "paid"), [(20_000, 0), (20_001, 200), (-20_001, 0)])
def test_an_improvement_inside_the_band_pays_nothing(estimate: int, paid: int) -> None:
    small = agreement(target=10_000, committed=20_000, band=20_000)
    reading = replace(read(6, 5_000), estimate=Fraction(estimate))
    assert amounts(vest(reading, of=[small])) == [2_500 if paid else 0]


# Laws

few = settings(max_examples=100, deadline=None)
values = st.integers(-100_000, 900_000)
quantile = Fraction("0.8416")


@st.composite
def histories(draw: st.DrawFn) -> list[Reading]:
    months = draw(st.lists(st.integers(1, 24), max_size=6, unique=True))
    found = []
    for number in months:
        verified_after = draw(st.none() | st.integers(0, 120))
        found.append(read(number, draw(values), draw(st.sampled_from("ab")), verified_after=verified_after))
    return found


TWO = [agreement("a", band=10_000), agreement("b", 7_000, 90_000, band=500)]


@few
@whatever(histories(), st.booleans())
def test_nothing_is_released_without_a_word_of_somebody_unrelated(readings: list[Reading], related: bool) -> None:  # noqa: FBT001  a case
    unvouched = [
        replace(each, verification=Verification(each.as_of, is_independent=False) if related else None)
        for each in readings
    ]
    assert vest(*unvouched, of=TWO) == ()
    vouched = {each.as_of for each in readings if each.counts_on(END)}
    assert {release.on for release in vest(*readings, of=TWO)} == vouched


@few
@whatever(histories())
def test_what_has_vested_is_of_the_latest_verified_state_only(readings: list[Reading]) -> None:
    found = vest(*readings, of=TWO)
    counting = sorted((each for each in readings if each.counts_on(END)), key=lambda each: each.as_of)
    latest = {each.agreement_id: each for each in counting}
    alone = vest(*(replace(each, as_of=END, lapses_on=END) for each in latest.values()), of=TWO)
    assert [release.vested for release in found[-1:]] == [release.vested for release in alone]
    assert total((release.amount for release in found), "EUR") == total((release.amount for release in alone), "EUR")
    assert vest(*readings[::-1], of=TWO) == found
    assert all(0 <= release.vested <= Fraction("1.6") * 37_000 for release in found)


@whatever(
    st.fractions(-100, 100, max_denominator=10),
    st.lists(st.fractions(-10, 10, max_denominator=10), max_size=5),
    st.fractions(-100, 100, max_denominator=10),
    st.sampled_from(["increase", "decrease"]),
)
def test_no_baseline_moves_before_its_adjustment_is_approved(
    locked: Fraction, moves: list[Fraction], actual: Fraction, direction: str
) -> None:
    proposed = [Adjustment(move, is_approved=False) for move in moves]
    bare = improvement(locked, [], actual, direction=direction)  # type: ignore[arg-type]
    assert improvement(locked, proposed, actual, direction=direction) == bare  # type: ignore[arg-type]
    approved = [replace(each, is_approved=True) for each in proposed]
    moved = improvement(locked, approved, actual, direction=direction)  # type: ignore[arg-type]
    assert moved == improvement(locked + sum(moves), [], actual, direction=direction)  # type: ignore[arg-type]


@few
@whatever(values, st.integers(0, 300_000), st.integers(0, 300_000), st.integers(0, 100_000))
def test_a_wider_standard_error_never_pays_more(estimate: int, error: int, wider: int, band: int) -> None:
    paid = [
        vest(
            replace(read(6, estimate), lower=lower_bound(Fraction(estimate), Fraction(spread), quantile=quantile)),
            of=[agreement(band=band)],
        )[0].vested
        for spread in (error, error + wider)
    ]
    assert paid[1] <= paid[0]


@few
@whatever(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_whatever_is_inside_the_band_pays_nothing(band: int, within: int, committed: int) -> None:
    inside = min(band, within)
    assert vest(read(6, inside), of=[agreement(committed=committed, band=band)])[0].vested == 0


slices_ = st.lists(
    st.tuples(values, st.integers(0, 90_000), st.integers(1, 300_000), st.integers(0, 30_000)), min_size=1, max_size=5
)


@few
@whatever(slices_, st.integers(100, 60_000), st.fractions(0, 1))
def test_slicing_an_agreement_pays_no_more(
    slices: list[tuple[int, int, int, int]], target: int, diversified: Fraction
) -> None:
    """The whole's standard error is at most the sum of its slices', whatever their correlation."""

    def at(name: str, estimate: int, error: Fraction) -> Reading:
        return replace(read(6, estimate, name), lower=lower_bound(Fraction(estimate), error, quantile=quantile))

    estimate, error, committed, band = (sum(column) for column in zip(*slices, strict=True))
    whole = [agreement("whole", target * len(slices), committed, band)]
    cut = [agreement(f"s{place}", target, share, noise) for place, (_, _, share, noise) in enumerate(slices)]
    readings = [at(f"s{place}", part, Fraction(spread)) for place, (part, spread, _, _) in enumerate(slices)]
    of_whole = vest(at("whole", estimate, error * diversified), of=whole)
    assert vest(*readings, of=cut)[0].vested <= of_whole[0].vested
