"""A customer's cards in words: the move since the period before, and whether it was for the better."""

import pytest

from trueup.answers.account import Card
from trueup.answers.board import Point
from trueup.reports.cards import drawn, line


def card(
    unit: str, *values: float | None, better: str = "higher", status: str = "ok", family: str = "experience"
) -> Card:
    points = tuple(Point(f"2026-Q{place}", value, 9, 0, status) for place, value in enumerate(values, start=1))
    return Card("m", "M", family, better, unit, "", points, points[-1], points[-2], None)


@pytest.mark.parametrize(
    ("unit", "then", "now", "value", "change"),
    [
        ("ratio", 0.5, 0.625, "62.5%", "+12.5 points"),
        ("hours", 8.0, 6.5, "6.50 h", "−1.50 h"),
        ("count", 3.0, 3.0, "3", "unchanged"),
        ("per_account", 2.0, 3.0, "3", "+1"),
        ("per_account", 2.0, 2.5, "2.50", "+0.50"),
        ("money", 5600.0, 5662.2531, "€5.7K", "+€62"),
        ("money", 100.0, 1_250_000.0, "€1.2M", "+€1.2M"),
    ],
)
def test_values_and_moves_in_words(unit: str, then: float, now: float, value: str, change: str) -> None:
    told = drawn(card(unit, then, now), "EUR")
    assert (told.value, told.change) == (value, change)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (card("ratio", 0.5, 0.6), "better"),
        (card("hours", 5.0, 6.0, better="lower"), "worse"),
        (card("count", 5.0, 6.0, better="neither"), "neither"),
        (card("count", 5.0, 6.0, better="lower", family="activity"), "neither"),
        (card("ratio", 0.5, 0.6, status="thin"), "neither"),
        (card("per_account", 1.0, 2.0, status="thin"), "better"),
        (card("ratio", 0.5, 0.5), "neither"),
        (card("ratio", None, 0.5), "neither"),
    ],
)
def test_only_firm_moves_are_judged(told: Card, verdict: str) -> None:
    assert drawn(told, "EUR").verdict == verdict


def test_the_line_breaks_where_nothing_is_known_and_has_a_hollow_dot_for_what_is_not_firm() -> None:
    points = [
        Point("1", 1.0, 9, 0, "ok"),
        Point("2", 2.0, 9, 0, "ok"),
        Point("3", None, 0, 0, "no_denominator"),
        Point("4", 3.0, 1, 0, "thin"),
        Point("5", 4.0, 9, 0, "provisional"),
    ]
    svg = str(line(points, "hours"))
    assert svg.count("M") == 2
    assert svg.count("<circle") == 4
    assert svg.count("hollow") == 2
    assert str(line([points[2]], "hours")) == ""
    assert "<circle" in str(line([points[0]], "hours"))
