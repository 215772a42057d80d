"""Whether goals get there in time: the definition by example, then its laws."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from measured import BEGUN, at, days, directions, random_readings, random_terms
from measured import goal as goal_of
from measured import readings as readings_of
from measured import terms as terms_of
from trueup.goals.goal import Direction, Goal, Reading, Terms
from trueup.goals.pace import Standing, expected_progress, standing
from trueup.goals.progress import Value, claimed

schedules = st.lists(days, max_size=6)


def of(
    *listed: tuple[int, str],
    on: int = 50,
    by: Terms | None = None,
    direction: Direction = "decrease",
    schedule: tuple[int, ...] = (),
) -> Standing:
    planned = [at(day) for day in schedule]
    return standing(goal_of(direction), by or terms_of(), claimed(readings_of(*listed)), on=at(on), schedule=planned)


@pytest.mark.parametrize(
    ("reading", "state"),
    [("70", "on_track"), ("77.5", "on_track"), ("77.51", "at_risk"), ("85", "at_risk"), ("85.01", "off_track"),
     ("110", "off_track"), ("40", "on_track")],
)  # fmt: skip
def test_half_way_through_from_100_to_50(reading: str, state: str) -> None:
    assert of((40, reading)).state == state


def test_pace_is_progress_against_what_was_expected() -> None:
    found = of((40, "80"))
    assert (found.progress.share, found.expected, found.pace) == (Decimal("0.4"), Decimal("0.5"), Decimal("0.8"))


@pytest.mark.parametrize(("day", "state"), [(54, "on_track"), (55, "on_track"), (56, "stale"), (300, "stale")])
def test_a_goal_whose_newest_reading_is_older_than_its_cadence_is_stale(day: int, state: str) -> None:
    assert of((10, "40"), on=day).state == state


def test_without_a_reading_a_goal_is_stale_once_the_first_was_due() -> None:
    assert [of(on=day).state for day in (0, 45, 46)] == ["no_reading", "no_reading", "stale"]


def test_before_its_baseline_a_goal_has_not_started() -> None:
    assert of((-1, "90"), on=-1).state == "not_started"


def test_after_its_date_a_goal_was_reached_or_its_time_is_over() -> None:
    assert of((99, "51"), on=100).state == "on_track"
    assert [of((99, reading), on=101).state for reading in ("50", "51")] == ["reached", "over"]


def test_on_the_baselines_own_day_nothing_is_expected_yet() -> None:
    assert [(f.state, f.pace) for f in (of((0, "100"), on=0), of((0, "101"), on=0))] == [
        ("on_track", None),
        ("off_track", None),
    ]


def test_a_goal_to_maintain_is_on_track_or_off_it_from_its_first_day() -> None:
    uptime = terms_of("99.9", "99.9", tolerance="0.1")
    found = [of((0, reading), on=0, by=uptime, direction="maintain") for reading in ("99.8", "99.7")]
    assert [(each.state, each.pace) for each in found] == [("on_track", 1), ("off_track", 0)]


@pytest.mark.parametrize(
    "by", [terms_of(target=None), replace(terms_of(), target_on=None), replace(terms_of(), baseline_on=None)]
)
def test_without_terms_a_goal_stands_nowhere(by: Terms) -> None:
    assert of((10, "90"), by=by).state == "no_terms"


def test_milestones_part_the_way_into_equal_legs() -> None:
    late = (80, 90)
    expected = [expected_progress(terms_of(), [at(day) for day in late], on=at(on)) for on in (0, 40, 80, 85, 90, 100)]
    assert expected == [0, Fraction(1, 6), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), 1]
    assert (of((40, "92"), on=40).state, of((40, "92"), on=40, schedule=late).state) == ("off_track", "on_track")


def test_milestones_beyond_the_goals_own_days_change_nothing() -> None:
    beyond = [BEGUN - timedelta(days=3), BEGUN, at(100), at(120)]
    assert expected_progress(terms_of(), beyond, on=at(30)) == Fraction(3, 10)


@whatever(random_terms, schedules, days, days)
def test_what_is_expected_grows_from_nothing_at_the_baseline_to_all_at_the_target(
    by: Terms, schedule: list[date], one: date, other: date
) -> None:
    assert by.baseline_on is not None
    assert by.target_on is not None
    earlier, later = (expected_progress(by, schedule, on=day) for day in sorted((one, other)))
    assert earlier is not None
    assert later is not None
    assert 0 <= earlier <= later <= 1
    assert expected_progress(by, schedule, on=by.baseline_on) == 0
    assert expected_progress(by, schedule, on=by.target_on) == 1


@whatever(st.integers(1, 9), st.integers(1, 12), st.integers(0, 100))
def test_milestones_evenly_apart_change_nothing(legs: int, length: int, day: int) -> None:
    by = terms_of(days=legs * length)
    evenly = [at(leg * length) for leg in range(1, legs)]
    assert expected_progress(by, evenly, on=at(day)) == expected_progress(by, on=at(day))


@whatever(directions, random_terms, random_readings, schedules, days, st.integers(1, 90))
def test_a_stale_goal_is_never_on_track(
    direction: Direction, by: Terms, listed: list[Reading], schedule: list[date], on: date, cadence: int
) -> None:
    found = standing(goal_of(direction, cadence_days=cadence), by, claimed(listed), on=on, schedule=schedule)
    if found.state in {"on_track", "reached"}:
        assert found.progress.current is not None
        assert (on - found.progress.current.observed_on).days <= cadence


@whatever(random_terms, schedules, days)
def test_whoever_is_where_expected_has_pace_1(by: Terms, schedule: list[date], on: date) -> None:
    assert by.baseline_on is not None
    assert by.target_on is not None
    by = replace(by, baseline_value=Decimal(0), target_value=Decimal(1))
    expected = expected_progress(by, schedule, on=on)
    if expected and by.baseline_on <= on <= by.target_on:
        there = Value(on, Decimal(expected.numerator) / Decimal(expected.denominator), "r")
        found = standing(goal_of("increase"), by, [there], on=on, schedule=schedule)
        assert found.state == "on_track"
        assert found.pace is not None
        assert abs(found.pace - 1) < Decimal("1e-20")


@whatever(random_terms, random_readings, schedules, days, st.integers(1, 300).map(Decimal))
def test_more_progress_never_makes_a_state_worse(
    by: Terms, listed: list[Reading], schedule: list[date], on: date, more: Decimal
) -> None:
    by = replace(by, baseline_value=Decimal(0), target_value=Decimal(100))
    better = [replace(reading, value=reading.value + more) for reading in listed]
    ranked = ("off_track", "at_risk", "on_track")
    states = [
        standing(goal_of("increase"), by, claimed(each), on=on, schedule=schedule).state for each in (listed, better)
    ]
    if states[0] in ranked:
        assert ranked.index(states[1]) >= ranked.index(states[0])


def test_a_goal_stands_where_its_status_stood_on_the_day() -> None:
    open_goal = Goal("g", "increase", "agreed", at(10))
    missed = replace(open_goal, status="missed", ended_on=at(50))
    withdrawn = replace(open_goal, status="withdrawn", ended_on=at(50))
    on = (9, 10, 49, 50)
    assert [open_goal.status_on(at(day)) for day in on] == ["draft", "agreed", "agreed", "agreed"]
    assert [missed.status_on(at(day)) for day in on] == ["draft", "agreed", "agreed", "missed"]
    assert [missed.counts_on(at(day)) for day in (9, 10, 50, 414, 415)] == [False, True, True, True, False]
    assert [withdrawn.counts_on(at(day)) for day in (49, 50)] == [True, False]
    assert replace(missed, ended_on=None).status_on(at(49)) == "missed"
    assert not replace(missed, ended_on=None).counts_on(at(49))
