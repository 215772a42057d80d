"""How far goals have come: the definition by example, then its laws."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume
from hypothesis import given as whatever
from hypothesis import strategies as st

from measured import BEGUN, NOON, amounts, at, days, directions, random_answers, random_readings, random_terms
from measured import readings as readings_of
from measured import terms as terms_of
from trueup.goals.goal import Answer, Direction, Reading, Terms, terms_on
from trueup.goals.progress import Progress, Value, claimed, progress, said_of, verified


def of(*listed: tuple[int, str], by: Terms | None = None, on: int = 60, direction: Direction = "decrease") -> Progress:
    return progress(direction, by or terms_of(), claimed(readings_of(*listed)), on=at(on))


def test_days_sales_outstanding_from_100_to_50_stands_at_70() -> None:
    made = of((0, "100"), (30, "85"), (50, "70"), (70, "40"))
    assert (made.share, made.current and made.current.amount) == (Decimal("0.6"), 70)


@pytest.mark.parametrize(
    ("reading", "share", "clipped"), [("120", "-0.4", 0), ("100", 0, 0), ("50", 1, 1), ("35", "1.3", 1)]
)
def test_progress_may_lie_beyond_both_ends_and_is_also_told_clipped(reading: str, share: str, clipped: int) -> None:
    made = of((10, reading))
    assert (made.share, made.clipped) == (Decimal(share), clipped)


@pytest.mark.parametrize(("reading", "share"), [("99.85", 1), ("99.95", 1), ("100.05", 1), ("100.06", 0), ("99.8", 0)])
def test_a_goal_to_maintain_is_met_while_inside_the_tolerance(reading: str, share: int) -> None:
    uptime = terms_of("99.95", "99.95", tolerance="0.10")
    assert of((10, reading), by=uptime, direction="maintain").share == share


@pytest.mark.parametrize(
    ("listed", "by", "direction", "because"),
    [
        ([], terms_of(), "decrease", "no_reading"),
        ([(-1, "90"), (61, "80")], terms_of(), "decrease", "no_reading"),
        ([(1, "90")], terms_of(baseline=None), "decrease", "no_terms"),
        ([(1, "90")], terms_of(target=None), "maintain", "no_terms"),
        ([(1, "90")], terms_of("50", "50"), "decrease", "target_is_baseline"),
        ([(1, "90")], terms_of(), "maintain", "no_tolerance"),
    ],
)
def test_where_there_is_no_progress_the_reason_is_told(
    listed: list[tuple[int, str]], by: Terms, direction: Direction, because: str
) -> None:
    made = of(*listed, by=by, direction=direction)
    assert (made.share, made.clipped, made.because) == (None, None, because)


def test_a_goal_without_terms_has_no_progress() -> None:
    assert progress("increase", None, [Value(BEGUN, Decimal(1), "r")], on=at(3)).because == "no_terms"


def test_the_terms_in_force_are_those_entered_by_that_day_and_before_all_the_first() -> None:
    first, second = replace(terms_of(), recorded_on=at(10)), replace(terms_of(), revision=2, recorded_on=at(20))
    assert [terms_on([second, first], at(day)) for day in (0, 10, 19, 20)] == [first, first, first, second]
    assert terms_on([], at(0)) is None


READ = Reading("r1", at(5), Decimal(70), NOON)
BY_SYSTEM = replace(READ, verification="measured_by_system", verified_at=NOON + timedelta(days=2))


def answered(verdict: str, day: int, value: str | None = None) -> Answer:
    return Answer(f"a{day}", "r1", verdict, NOON + timedelta(days=day), None if value is None else Decimal(value))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reading", "answers", "confirmed", "disputed"),
    [
        (READ, [], None, (False, None)),
        (BY_SYSTEM, [], 70, (False, None)),
        (READ, [answered("confirmed", 1)], 70, (False, None)),
        (READ, [answered("corrected", 1, "72")], 72, (False, None)),
        (READ, [answered("disputed", 1, "90")], None, (True, 90)),
        (READ, [answered("disputed", 1), answered("confirmed", 2)], 70, (False, None)),
        (READ, [answered("confirmed", 2), answered("disputed", 3)], None, (True, None)),
        (BY_SYSTEM, [answered("disputed", 1)], 70, (False, None)),
        (BY_SYSTEM, [answered("disputed", 2)], None, (True, None)),
        (BY_SYSTEM, [answered("corrected", 3, "71")], 71, (False, None)),
        (READ, [Answer("a", "another", "confirmed", NOON)], None, (False, None)),
        # What was confirmed is what was seen then, not what was claimed later.
        (READ, [answered("confirmed", 1, "69")], 69, (False, None)),
    ],
)
def test_claimed_confirmed_and_disputed_values_are_kept_apart(
    reading: Reading, answers: list[Answer], confirmed: int | None, disputed: tuple[bool, int | None]
) -> None:
    said = said_of(reading, answers)
    assert (said.claimed, said.confirmed, (said.is_disputed, said.disputed)) == (70, confirmed, disputed)


def test_progress_can_be_asked_of_verified_values_only() -> None:
    listed = [*readings_of((20, "80"), (50, "55")), replace(BY_SYSTEM, observed_on=at(30))]
    asked = {"on": at(60)}
    assert progress("decrease", terms_of(), claimed(listed), **asked).share == Decimal("0.9")
    assert progress("decrease", terms_of(), verified(listed, []), **asked).share == Decimal("0.6")


def test_of_two_readings_of_a_day_the_one_better_vouched_for_counts_then_the_later() -> None:
    same_day = [
        replace(BY_SYSTEM, reading_id="system", value=Decimal(71)),
        replace(READ, reading_id="late", value=Decimal(72), recorded_at=NOON + timedelta(days=9)),
        replace(READ, reading_id="early"),
    ]
    assert [value.reading_id for value in claimed(same_day)] == ["system"]
    assert [value.reading_id for value in claimed(same_day[1:])] == ["late"]


@whatever(directions, random_terms, random_readings, days, st.integers(-50, 50), amounts)
def test_the_unit_a_measure_is_told_in_does_not_matter(
    direction: Direction, by: Terms, listed: list[Reading], on: date, factor: int, shift: Decimal
) -> None:
    assume(factor)

    def told(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount * factor + shift

    assert by.tolerance is not None
    other = replace(by, baseline_value=told(by.baseline_value), target_value=told(by.target_value),
                    tolerance=by.tolerance * abs(factor))  # fmt: skip
    other_listed = [replace(each, value=each.value * factor + shift) for each in listed]
    made = progress(direction, by, claimed(listed), on=on)
    assert progress(direction, other, claimed(other_listed), on=on).exact == made.exact


@whatever(directions, random_terms, random_readings, random_answers, days)
def test_clipped_progress_lies_between_0_and_1_and_is_the_progress_where_that_does(
    direction: Direction, by: Terms, listed: list[Reading], answers: list[Answer], on: date
) -> None:
    for values in (claimed(listed), verified(listed, answers)):
        made = progress(direction, by, values, on=on)
        if made.share is not None and made.clipped is not None:
            assert 0 <= made.clipped <= 1
            assert made.clipped == min(max(made.share, 0), 1)
        else:
            assert made.because is not None


@whatever(directions, random_terms, random_readings, random_readings, days)
def test_a_later_reading_changes_no_progress_of_an_earlier_day(
    direction: Direction, by: Terms, listed: list[Reading], others: list[Reading], on: date
) -> None:
    later = [replace(each, reading_id=f"later {each.reading_id}") for each in others if each.observed_on > on]
    before = progress(direction, by, claimed(listed), on=on)
    assert progress(direction, by, claimed([*listed, *later]), on=on) == before


@whatever(directions, random_terms, random_readings, days)
def test_the_order_of_readings_does_not_matter(
    direction: Direction, by: Terms, listed: list[Reading], on: date
) -> None:
    made = progress(direction, by, claimed(listed), on=on)
    assert progress(direction, by, claimed(listed[::-1]), on=on) == made


@whatever(random_terms, random_readings, days)
def test_to_maintain_is_a_matter_of_yes_or_no(by: Terms, listed: list[Reading], on: date) -> None:
    assert progress("maintain", by, claimed(listed), on=on).exact in {Fraction(0), Fraction(1), None}


@whatever(random_terms, st.fractions(-2, 2), days)
def test_whoever_has_gone_a_share_of_the_way_is_at_that_share(by: Terms, share: Fraction, on: date) -> None:
    assert by.baseline_value is not None
    assert by.target_value is not None
    assert by.baseline_on is not None
    assume(by.target_value != by.baseline_value)
    assume(on >= by.baseline_on)
    way = Fraction(by.target_value) - Fraction(by.baseline_value)
    there = Fraction(by.baseline_value) + share * way
    current = Value(by.baseline_on, Decimal(there.numerator) / Decimal(there.denominator), "r")
    made = progress("increase", by, [current], on=on)
    assert made.exact is not None
    assert abs(made.exact - share) < Fraction(1, 10**20)


@whatever(random_readings, random_answers)
def test_every_verified_value_is_of_a_reading_that_someone_vouches_for(
    listed: list[Reading], answers: list[Answer]
) -> None:
    agreed = {answer.reading_id for answer in answers if answer.verdict != "disputed"}
    vouched = {reading.reading_id for reading in listed if reading.verification != "unverified"} | agreed
    assert {value.reading_id for value in verified(listed, answers)} <= vouched
    assert {value.observed_on for value in verified(listed, answers)} <= {v.observed_on for v in claimed(listed)}


@whatever(random_readings)
def test_where_a_system_measured_everything_verified_is_what_is_claimed(listed: list[Reading]) -> None:
    measured = [replace(reading, verification="measured_by_system") for reading in listed]
    assert verified(measured, []) == claimed(measured)
