"""Numbers as people read them on the board."""

import re

import pytest

from trueup.answers.board import Point, Tile
from trueup.reports.board import UNCHANGED, _change, _marks, _span, _verdict
from trueup.reports.charts import Month, trend
from trueup.reports.wording import shown, worked


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (None, "ratio", "–"),
        (0.48872, "ratio", "48.9%"),
        (2.3166, "hours", "2.32 h"),
        (72.0, "hours", "72.0 h"),
        (240.0, "hours", "10.0 days"),
        (21.88, "days", "21.9 days"),
        (78894.36, "money", "€78.9K"),
        (1234.0, "count", "1,234"),
        (2.22, "per_account", "2.22"),
    ],
)
def test_a_value_is_told_with_its_unit(value: float | None, unit: str, told: str) -> None:
    assert shown(value, unit, "EUR") == told


@pytest.mark.parametrize(
    ("hours", "told"), [(None, "–"), (0.04, "0.0 h"), (1.75, "1.8 h"), (9.96, "10 h"), (1234.5, "1,234 h")]
)
def test_hours_of_work_are_never_days(hours: float | None, told: str) -> None:
    assert worked(hours) == told


def tile(
    now: float | None,
    then: float | None,
    *,
    unit: str = "ratio",
    better: str = "higher",
    family: str = "experience",
    statuses: tuple[str, str] = ("ok", "ok"),
) -> Tile:
    latest, before = Point("2026-06", now, 50, 0, statuses[0]), Point("2026-05", then, 50, 0, statuses[1])
    return Tile("m", "M", family, better, unit, "", None, (before, latest), latest, before, None, None)


@pytest.mark.parametrize(
    ("shown_tile", "change", "verdict"),
    [
        (tile(0.489, 0.535), "−4.6 points", "worse"),
        (tile(0.489, 0.4891), UNCHANGED, "worse"),
        (tile(2.32, 2.42, unit="hours", better="lower"), "−0.10 h", "better"),
        (tile(71, 56, unit="count", family="activity"), "+15", "neither"),
        (tile(0.5, 0.1, statuses=("thin", "ok")), "+40.0 points", "neither"),
        (tile(0.5, 0.1, statuses=("ok", "thin")), "+40.0 points", "neither"),
        (tile(0.5, None), "", "neither"),
    ],
)
def test_a_move_is_judged_only_where_enough_facts_stand_behind_it(shown_tile: Tile, change: str, verdict: str) -> None:
    assert _change(shown_tile, "EUR") == change
    assert _verdict(shown_tile) == verdict


def test_thin_and_pending_are_said() -> None:
    assert _marks(Point("2026-06", 0.5, 3, 12, "thin")) == (
        "n = 3, thin: few facts behind it",
        "12 pending: waiting time not over",
    )


def months(*values: float | None) -> list[Month]:
    return [
        Month(f"2026-{place:02}", value, is_firm=place % 2 == 1, told=f"{value}", n=5)
        for place, value in enumerate(values, start=1)
    ]


def test_charts_take_their_colours_from_the_page() -> None:
    drawn = trend(months(1.0, 2.0, 3.0), target=2.5)
    assert "var(--accent)" in drawn
    assert "#0" not in drawn
    assert "stroke-dasharray" in drawn


def strokes(drawn: str) -> int:
    """How many separate strokes the trend's line has."""
    line = re.search(r'd="([^"]+)"[^>]*stroke-width="1.8"', drawn)
    assert line is not None
    return line[1].count("M")


def test_a_line_is_broken_at_months_without_a_value() -> None:
    assert strokes(trend(months(1.0, 2.0, 2.5, 3.0, 2.0), target=None)) == 1
    assert strokes(trend(months(1.0, 2.0, None, 3.0, 2.0), target=None)) == 2


def test_the_span_names_the_lowest_and_the_highest_month() -> None:
    assert _span(months(2.0, 1.0, 3.0)) == "1.0 to 3.0"
    assert _span(months(2.0)) == "2.0"
    assert _span([]) == ""
