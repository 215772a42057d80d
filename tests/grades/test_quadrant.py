"""Who gives and who gets: a handful of customers in, corners out."""

from fractions import Fraction

import numpy as np
import pytest

from trueup.grades.quadrant import (
    NEITHER,
    NO_CALL,
    NO_GOAL,
    NO_LENGTH,
    NO_REVENUE,
    PARTS,
    Effort,
    Measured,
    Placed,
    Touches,
    place,
    reason,
)

UNKNOWN = float("nan")


def placed(
    revenue: list[float], attainment: list[float], credit: list[float] | None = None, plan: float = 0.0
) -> Placed:
    columns = (revenue, credit or [UNKNOWN] * len(revenue), attainment)
    given, credited, attained = (np.array(column, np.float64) for column in columns)
    return place(Measured(given, credited, attained, plan))


def parts(found: Placed) -> list[str]:
    return [PARTS[part] for part in found.part.tolist()]


def test_each_corner_is_named_by_who_gives() -> None:
    found = placed([100, 90, 20, 10], [0.9, 0.1, 0.9, 0.1])
    assert parts(found) == ["partner", "neglected_giver", "generous_service", "chased_rabbit"]


def test_the_median_customer_gives_and_half_attained_is_enough() -> None:
    found = placed([10, 20, 30], [0.5, 0.5, 0.499])
    assert found.giving.tolist() == [0, 0.5, 1]
    assert parts(found) == ["generous_service", "partner", "neglected_giver"]


def test_those_who_give_the_same_stand_together() -> None:
    assert placed([10, 10, 10, 20], [1.0] * 4).giving.tolist() == [2 / 3, 2 / 3, 2 / 3, 1]


def test_somebody_alone_gives() -> None:
    assert parts(placed([5], [1.0])) == ["partner"]


def test_quotas_filled_count_where_quotas_are_known() -> None:
    revenue, attained = [50.0, 40.0, 10.0], [1.0, 1.0, 1.0]
    assert placed(revenue, attained, [0, 0, 900], plan=1000).giving.tolist() == [0.5, 0, 1]
    assert placed(revenue, attained, [0, 0, 900]).giving.tolist() == [1, 0.5, 0]


def test_who_is_not_known_stands_nowhere_and_counts_for_others_where_their_revenue_is() -> None:
    found = placed([100, 90, UNKNOWN, 10], [0.9, UNKNOWN, 0.9, 0.1])
    assert parts(found) == ["partner", "not_placed", "not_placed", "chased_rabbit"]
    assert found.giving.tolist()[:2] == [1, 0.5]
    assert np.isnan(found.giving[2])


@pytest.mark.parametrize(
    ("revenue", "attainment", "told"),
    [(1.0, 0.0, ""), (0.0, None, NO_GOAL), (None, 0.4, NO_REVENUE), (None, None, NEITHER)],
)
def test_there_is_a_reason_where_something_is_missing(
    revenue: float | None, attainment: float | None, told: str
) -> None:
    assert reason(revenue, attainment) == told


def test_it_is_told_what_is_missing_to_the_lines() -> None:
    found = placed([100, 80, 30, 10], [0.31, 0.9, 0.6, 0.1])
    assert found.receiving_short.tolist() == pytest.approx([0.19, 0, 0, 0.4])
    assert found.revenue_short.tolist() == pytest.approx([0, 0, 50, 70])


def test_with_what_is_missing_a_chased_rabbit_gives() -> None:
    revenue = [100.0, 80.0, 30.0, 10.0]
    found = placed(revenue, [0.1] * 4)
    revenue[3] += float(found.revenue_short[3])
    assert parts(placed(revenue, [0.1] * 4))[3] == "neglected_giver"


def test_less_than_nothing_is_nothing() -> None:
    assert placed([-5, 0, 10], [1.0] * 3).giving.tolist() == [0.5, 0.5, 1]
    assert placed([0, 0], [1.0] * 2).giving.tolist() == [1, 1]


def test_effort_is_told_in_shares_and_none_is_no_share() -> None:
    effort = Effort({"partner": Touches(3), "chased_rabbit": Touches(1)})
    assert effort.share("chased_rabbit") == Fraction(1, 4)
    assert Effort({}).share("partner") == 0


def test_hours_are_of_those_whose_length_is_known_and_otherwise_there_is_a_reason() -> None:
    known = Touches(count=5, live=3, timed=2, seconds=5400, wrong=1)
    assert (known.hours, known.known, known.no_hours) == (1.5, Fraction(2, 3), "")
    answers, untimed = Touches(count=2), Touches(count=2, live=1)
    assert (answers.hours, answers.known, answers.no_hours) == (None, None, NO_CALL)
    assert (untimed.hours, untimed.known, untimed.no_hours) == (None, 0, NO_LENGTH)
    assert Effort({"partner": known, "chased_rabbit": untimed}).whole == Touches(7, 4, 2, 5400, 1)
