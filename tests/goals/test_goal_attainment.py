"""What accounts have attained: the definition by example, then its laws."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume
from hypothesis import given as whatever
from hypothesis import strategies as st

from measured import BEGUN, at, random_readings, random_terms
from measured import readings as readings_of
from measured import terms as terms_of
from trueup.goals.attainment import attainment, first_reached_on
from trueup.goals.goal import Direction, Reading, Terms
from trueup.goals.progress import Progress, claimed

Weighed = Sequence[tuple[Decimal, Progress]]
UNREAD = Progress(None, None, "no_reading")
weights = st.integers(1, 500).map(lambda cents: Decimal(cents) / 100)
shares = st.fractions(-2, 3, max_denominator=50).map(lambda share: Progress(share, None))
goals = st.lists(st.tuples(weights, shares), max_size=8)


def at_share(share: str) -> Progress:
    return Progress(Fraction(share), None)


def test_an_account_attains_the_weighted_mean_of_its_goals_each_clipped() -> None:
    found = attainment([(Decimal(3), at_share("0.5")), (Decimal(1), at_share("1.8")), (Decimal(1), at_share("-0.5"))])
    assert (found.share, found.unclipped) == (Decimal("0.5"), Decimal("0.56"))


def test_a_goal_that_nobody_measured_is_left_out_and_told_of() -> None:
    found = attainment([(Decimal(1), at_share("0.4")), (Decimal(9), UNREAD)])
    assert (found.share, found.measured, found.unmeasured) == (Decimal("0.4"), 1, 1)


def test_without_goals_or_readings_there_is_no_attainment_and_the_reason_is_told() -> None:
    assert (attainment([]).share, attainment([]).because) == (None, "no_goals")
    assert (attainment([(Decimal(1), UNREAD)]).share, attainment([(Decimal(1), UNREAD)]).because) == (
        None,
        "none_measured",
    )


@whatever(goals, weights)
def test_only_what_weights_are_to_each_other_matters(weighed: Weighed, factor: Decimal) -> None:
    assert attainment([(weight * factor, made) for weight, made in weighed]) == attainment(weighed)


@whatever(goals)
def test_attainment_lies_between_the_worst_and_the_best_goal(weighed: Weighed) -> None:
    assume(weighed)
    found = attainment(weighed)
    clipped = [made.clipped for _, made in weighed if made.clipped is not None]
    unclipped = [made.share for _, made in weighed if made.share is not None]
    assert found.share is not None
    assert found.unclipped is not None
    assert 0 <= min(clipped) <= found.share <= max(clipped) <= 1
    assert min(unclipped) <= found.unclipped <= max(unclipped)


@whatever(goals, st.randoms())
def test_the_order_of_goals_does_not_matter(weighed: Weighed, chance: object) -> None:
    assert attainment(list(reversed(weighed))) == attainment(weighed)


@whatever(goals, goals)
def test_the_attainment_of_two_groups_lies_between_theirs(one: Weighed, other: Weighed) -> None:
    assume(one)
    assume(other)
    apart = [found.share for found in (attainment(one), attainment(other)) if found.share is not None]
    together = attainment([*one, *other]).share
    assert together is not None
    assert min(apart) <= together <= max(apart)


def test_the_first_value_came_when_a_quarter_of_the_way_was_gone() -> None:
    values = claimed(readings_of((10, "90"), (20, "87.5"), (30, "60"), (40, "99")))
    assert first_reached_on("decrease", [terms_of()], values) == at(20)
    assert first_reached_on("decrease", [terms_of()], values, share=Fraction(1, 2)) == at(30)
    assert first_reached_on("decrease", [terms_of()], values[:1]) is None


def test_a_value_is_judged_by_the_terms_of_its_day() -> None:
    stricter = replace(terms_of(target="0"), revision=2, recorded_on=at(15))
    values = claimed(readings_of((20, "87.5"), (30, "75")))
    assert first_reached_on("decrease", [terms_of(), stricter], values) == at(30)


@whatever(random_terms, random_readings, st.fractions(0, 1), st.fractions(0, 1))
def test_more_is_never_reached_sooner_than_less(
    by: Terms, listed: list[Reading], one: Fraction, other: Fraction
) -> None:
    less, more = sorted((one, other))
    for direction in ("increase", "maintain"):
        wanted: Direction = direction  # type: ignore[assignment]
        sooner = first_reached_on(wanted, [by], claimed(listed), share=less)
        later = first_reached_on(wanted, [by], claimed(listed), share=more)
        assert later is None or (sooner is not None and BEGUN <= sooner <= later)
