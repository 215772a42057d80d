"""What was before: computed from the customer's own months, and held against what would make it look worse."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.baseline import Baseline, Direction, NoBaseline, SeriesValue, baseline, sandbagging

SIGNED = date(2026, 7, 14)


def monthly(*values: int | str | None, last: int = 5, unit: str = "days") -> list[SeriesValue]:
    """Values of months, of which the last is June 2026; None where the customer told nothing."""
    first = 2026 * 12 + last - len(values) + 1
    return [
        SeriesValue(date((first + place) // 12, (first + place) % 12 + 1, 28), Decimal(value), unit)
        for place, value in enumerate(values)
        if value is not None
    ]


def before(*values: int | str | None, months: int = 6) -> Baseline:
    return baseline(monthly(*values), ends=SIGNED, lookback_months=months)


def test_the_baseline_is_the_median_of_the_months_before_the_signature() -> None:
    found = before(90, 44, 41, 42, 40, 43, 42)
    assert (found.value, found.unit, found.months) == (42, "days", 6)
    assert (found.first, found.last) == (date(2026, 1, 1), date(2026, 6, 30))
    mean = baseline(monthly(44, 41, 42, 40, 43, 43), ends=SIGNED, lookback_months=6, statistic="mean")
    assert mean.value == Decimal("42.16666667")
    assert baseline(monthly(-1, -1, 0), ends=SIGNED, lookback_months=3, statistic="mean").value == Decimal(
        "-0.66666667"
    )


def test_a_months_values_count_once_and_the_month_of_the_signature_not_at_all() -> None:
    daily = [SeriesValue(date(2026, 6, day), Decimal(100), "days") for day in range(1, 29)]
    in_july = SeriesValue(date(2026, 7, 1), Decimal(1), "days")
    found = baseline([*monthly(10, 20, last=4), *daily, in_july], ends=SIGNED, lookback_months=3)
    assert (found.value, found.months) == (20, 3)


def test_of_a_month_with_several_values_their_mean_counts() -> None:
    weekly = [SeriesValue(date(2026, 6, day), Decimal(value), "days") for day, value in ((7, 10), (14, 20), (21, 60))]
    assert baseline(weekly, ends=SIGNED, lookback_months=1).value == 30


def test_where_too_few_months_are_there_nothing_is_said_least_of_all_0() -> None:
    assert before(44, None, 42, None, 40, 42).value == 42
    with pytest.raises(NoBaseline, match="of the 6 months from 2026-01-01 on 3 have values: 4 are needed; get the"):
        before(44, None, 42, None, None, 42)
    with pytest.raises(NoBaseline, match="0 have values"):
        before()
    with pytest.raises(NoBaseline, match="0 months are no time to look back on"):
        before(44, months=0)


def test_values_in_two_units_are_no_series() -> None:
    with pytest.raises(NoBaseline, match="in 'days' and in 'weeks': convert them"):
        baseline([*monthly(40, 41, last=4), *monthly(6, unit="weeks")], ends=SIGNED, lookback_months=3)


def test_the_digest_is_of_the_values_that_were_used_in_whatever_order() -> None:
    series = monthly(90, 44, 41, 42)
    found = baseline(series, ends=SIGNED, lookback_months=3)
    assert baseline(series[::-1], ends=SIGNED, lookback_months=3) == found
    assert baseline(monthly(7, 44, 41, 42), ends=SIGNED, lookback_months=3).digest == found.digest
    assert baseline(monthly(90, 44, 41, 43), ends=SIGNED, lookback_months=3).digest != found.digest


EARLIER = (38, 40, 42, 39, 41, 40)
"""A median of 40 and a MAD of 1."""


@pytest.mark.parametrize(
    ("value", "direction", "is_suspicious"),
    [
        (43, "decrease", False),
        (44, "decrease", True),
        (30, "decrease", False),
        (37, "increase", False),
        (36, "increase", True),
        (50, "increase", False),
    ],
)
def test_a_before_that_looks_worse_than_ever_is_flagged(value: int, direction: Direction, is_suspicious: bool) -> None:  # noqa: FBT001  a case
    series = monthly(*EARLIER, value, value, value)
    locked = baseline(series, ends=SIGNED, lookback_months=3)
    history, peers = sandbagging(locked, series, direction=direction)
    assert history.is_suspicious is is_suspicious
    assert history.distance == (value - 40) * (1 if direction == "decrease" else -1)
    assert (peers.is_suspicious, peers.distance) == (False, None)
    assert peers.words == "Not compared with the baselines of its peers: 0 of 3 needed."


def test_finance_is_told_in_words() -> None:
    series = monthly(*EARLIER, 45, 45, 45)
    locked = baseline(series, ends=SIGNED, lookback_months=3)
    history, peers = sandbagging(locked, series, [Decimal(44), Decimal(46), Decimal(45)], direction="decrease")
    assert history.words == (
        "The baseline is 45 days; the customer's own earlier months have a median of 40 and a MAD of 1: "
        "it is more than 3 MAD worse. Ask why before anybody signs."
    )
    assert peers.words.endswith("the baselines of its peers have a median of 45 and a MAD of 1: it is not more than 3"
                                " MAD worse.")  # fmt: skip
    assert not sandbagging(locked, series, direction="decrease", k=Fraction(5))[0].is_suspicious
    with pytest.raises(NoBaseline, match="-1 MAD flag everything"):
        sandbagging(locked, series, direction="decrease", k=Fraction(-1))


def test_beside_months_that_are_all_alike_any_worse_one_is_suspicious() -> None:
    series = monthly(*(40,) * 6, 41, 41, 41)
    locked = baseline(series, ends=SIGNED, lookback_months=3)
    history = sandbagging(locked, series, direction="decrease")[0]
    assert (history.distance, history.is_suspicious) == (None, True)
    assert not sandbagging(locked, series, direction="increase")[0].is_suspicious


def test_too_few_earlier_months_tell_nothing() -> None:
    series = monthly(40, 40, 40, 40, 40, 90, 90, 90)
    locked = baseline(series, ends=SIGNED, lookback_months=3)
    assert sandbagging(locked, series, direction="decrease")[0].words == (
        "Not compared with the customer's own earlier months: 5 of 6 needed."
    )


@whatever(
    st.lists(st.integers(-1000, 1000), min_size=3, max_size=30), st.integers(1, 12), st.sampled_from(["median", "mean"])
)
def test_a_baseline_lies_among_its_months_and_knows_nothing_of_later_ones(
    values: list[int], lookback: int, statistic: str
) -> None:
    series = monthly(*values)
    try:
        found = baseline(series, ends=SIGNED, lookback_months=lookback, statistic=statistic)  # type: ignore[arg-type]
    except NoBaseline:
        assert len(values) * 3 < lookback * 2
        return
    used = values[-lookback:]
    assert min(used) <= found.value <= max(used)
    later = [*series, SeriesValue(SIGNED, Decimal(10**6), "days")]
    assert baseline(later, ends=SIGNED, lookback_months=lookback, statistic=statistic) == found  # type: ignore[arg-type]


def test_a_mean_of_halves_is_exact_and_what_is_told_stays_the_same_between_versions() -> None:
    found = baseline(monthly("1.5", 2, "2.5", "4"), ends=SIGNED, lookback_months=4, statistic="mean")
    assert (found.value, found.statistic) == (Decimal("2.5"), "mean")
    assert baseline(monthly(1, 2), ends=SIGNED, lookback_months=2).statistic == "median"
    # Agreements that were signed hold this digest: it may not change.
    told = "2026-05-28 1 days\n2026-06-28 2 days"
    assert baseline(monthly(1, 2), ends=SIGNED, lookback_months=2).digest == sha256(told.encode()).hexdigest()


def test_a_unit_that_no_encoding_has_is_told_all_the_same() -> None:
    assert baseline(monthly(1, 2, unit="\ud800"), ends=SIGNED, lookback_months=2).value == Decimal("1.5")


@pytest.mark.parametrize(
    ("thirds", "value"),
    [
        ((0, 0, "0.00000001"), "0"),
        ((0, 0, "0.000000015"), "0.00000001"),
        ((0, 0, "0.00000002"), "0.00000001"),
        ((0, 0, "-0.000000015"), "-0.00000001"),
        ((0, 0, "-0.00000001"), "0"),
        ((0, 0, 0), "0"),
        ((0, 0, 1), "0.33333333"),
    ],
)
def test_a_baseline_is_rounded_half_up_to_eight_digits(thirds: tuple[int | str, ...], value: str) -> None:
    found = baseline(monthly(*thirds), ends=SIGNED, lookback_months=3, statistic="mean").value
    assert (found, found.is_signed()) == (Decimal(value), value.startswith("-"))


def held_against(locked: str, history: Sequence[int | str], *peers: int | str, k: Fraction = Fraction(3)) -> list[str]:
    """In words, how a baseline looks beside earlier months (they end in 2025) and beside its peers."""
    kept = Baseline(Decimal(locked), "days", "median", date(2026, 1, 1), date(2026, 6, 30), 6, "d" * 64)
    series = [SeriesValue(date(2025, 12 - place, 28), Decimal(value), "days") for place, value in enumerate(history)]
    series.append(SeriesValue(date(2026, 1, 1), Decimal(9999), "days"))
    told = sandbagging(kept, series, [Decimal(each) for each in peers], direction="decrease", k=k)
    assert [each.beside for each in told] == ["history", "peers"]
    return [f"{each.words} {each.distance}" for each in told]


def test_a_baseline_beside_what_was_before_is_told_in_whole_sentences() -> None:
    assert held_against("50", (40, 42, 44, 40, 42, 44), 40, 44) == [
        (
            "The baseline is 50 days; the customer's own earlier months have a median of 42 and a MAD of 2:"
            " it is more than 3 MAD worse. Ask why before anybody signs. 4"
        ),
        "Not compared with the baselines of its peers: 2 of 3 needed. None",
    ]
    assert held_against("48", (40, 42, 44, 40, 42), 38, 42, 44, 46) == [
        "Not compared with the customer's own earlier months: 5 of 6 needed. None",
        (
            "The baseline is 48 days; the baselines of its peers have a median of 43 and a MAD of 2:"
            " it is not more than 3 MAD worse. 5/2"
        ),
    ]


def test_just_as_many_mad_as_allowed_are_no_suspicion_and_a_little_more_is() -> None:
    sentence = held_against("42.5", (40, 42, 44, 40, 42, 44), k=Fraction(1, 4))[0]
    assert sentence.endswith("it is not more than 0.25 MAD worse. 1/4")
    sentence = held_against("42.51", (40, 42, 44, 40, 42, 44), k=Fraction(1, 4))[0]
    assert sentence.endswith("it is more than 0.25 MAD worse. Ask why before anybody signs. 51/200")


def test_a_baseline_without_a_unit_is_told_without_one() -> None:
    kept = Baseline(Decimal(5), "", "median", date(2026, 1, 1), date(2026, 6, 30), 6, "d" * 64)
    (_, beside) = sandbagging(kept, [], [Decimal(4), Decimal(5), Decimal(6)], direction="increase")
    assert beside.words.startswith("The baseline is 5; the baselines of its peers have a median of 5 and a MAD of 1:")


def test_no_mad_at_all_flags_everything() -> None:
    for k in (Fraction(0), Fraction(-1)):
        with pytest.raises(NoBaseline, match=r"^-?\d MAD flag everything: give a number above 0$"):
            held_against("42", (), k=k)
    assert held_against("42", (), k=Fraction(1, 100))
