from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.prorate import InvalidSegment, NoQuota, Segment, attainment, prorated, shown
from trueup.pay.rounding import rounded
from trueup.units.money import Money, total
from trueup.units.period import Period, parse_period

Q2 = parse_period("2026-Q2")


def segment(start: str, end: str, amount: int) -> Segment:
    return Segment(date.fromisoformat(start), date.fromisoformat(end), Fraction(amount))


def usd(*amounts: str) -> tuple[Money, ...]:
    return tuple(Money.of(amount, "USD") for amount in amounts)


def test_who_starts_on_12_april_has_80_of_91_days_of_quota() -> None:
    assert Q2.days == 91
    parts = prorated(Q2, [segment("2026-04-12", "2026-07-01", 250_000)])
    assert parts == (Fraction(250_000 * 80, 91),)
    assert shown(parts, "USD") == usd("219780.22")


def test_a_quota_that_changes_after_45_days_is_shown_in_parts_that_add_up() -> None:
    parts = prorated(Q2, [segment("2026-04-01", "2026-05-16", 250_000), segment("2026-05-16", "2026-07-01", 300_000)])
    assert rounded(sum(parts, Fraction(0)), "USD") == Money.of("275274.73", "USD")
    assert [rounded(part, "USD") for part in parts] == list(usd("123626.37", "151648.35"))
    assert shown(parts, "USD") == usd("123626.37", "151648.36")


def test_of_no_parts_nothing_is_shown() -> None:
    assert shown([], "USD") == ()


@pytest.mark.parametrize("quota", ["1", "0.5"])
def test_a_quota_may_be_of_one_customer_or_half_of_one(quota: str) -> None:
    assert attainment(Fraction(2), Fraction(quota)) == 2 / Fraction(quota)


def test_attainment_is_a_share_of_the_exact_quota() -> None:
    assert attainment(Fraction(100), Fraction(250_000 * 80, 91)) == Fraction(100 * 91, 250_000 * 80)


@pytest.mark.parametrize("quota", [0, -5])
def test_a_quota_of_nothing_is_refused(quota: int) -> None:
    with pytest.raises(NoQuota, match="cannot be attained: give one above 0, or leave the component out"):
        attainment(Fraction(100), Fraction(quota))


@pytest.mark.parametrize(
    ("segments", "says"),
    [
        ([segment("2026-03-31", "2026-05-01", 1)], "is no part of 2026-Q2: give days from 2026-04-01"),
        ([segment("2026-06-30", "2026-07-02", 1)], "is no part of 2026-Q2"),
        ([segment("2026-05-01", "2026-05-01", 1)], "is no part of 2026-Q2"),
        ([segment("2026-05-01", "2026-07-01", 1), segment("2026-04-01", "2026-05-02", 1)], "both hold 2026-05-01"),
    ],
)
def test_segments_that_are_no_parts_are_refused(segments: list[Segment], says: str) -> None:
    with pytest.raises(InvalidSegment, match=says):
        prorated(Q2, segments)


@whatever(
    st.sampled_from([Q2, parse_period("2024-02"), parse_period("2026")]),
    st.lists(st.integers(1, 27), max_size=6, unique=True).map(sorted),
    st.fractions(0, 10**7, max_denominator=100),
)
def test_over_a_partition_of_the_period_parts_sum_to_the_whole(
    period: Period, cuts: list[int], amount: Fraction
) -> None:
    edges = [period.start, *(period.start + timedelta(days=cut) for cut in cuts), period.end]
    segments = [Segment(start, end, amount) for start, end in pairwise(edges)]
    parts = prorated(period, segments)
    assert sum(parts) == amount
    assert sum(prorated(period, segments[::-1])) == amount
    assert total(shown(parts, "USD"), "USD") == rounded(amount, "USD")
