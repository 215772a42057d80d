"""Value delivered as drawings: the band on the right side of the line, gaps left open, bars that add up."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from trueup.answers.value import Better, Gain, Standing, Whole
from trueup.answers.value_body import Body, band, body_of
from trueup.reports.value_bars import Scale, certain_part, common, parts_of, reach, whole_money
from trueup.reports.value_chart import NARROW, SMALL, STRIP_WIDE, WIDE, nice, ordinal, over_months, strip
from valued_customers import START, found

ROWS = {"calendar": "at the same start", "matched": "by the rule"}


def drawn_of(better: Better = "higher", donors: int = 30) -> tuple[Gain, Body]:
    row, body = found(better, donors)
    lists = {name: tuple(row[name]) for name in ("levers", "blocked_by", "skipped")}  # type: ignore[arg-type]
    gain = Gain(**{**row, **lists, "left_out": json.loads(str(row["left_out"]))})  # type: ignore[arg-type]
    told = body_of(Whole(gain, body, ()))
    assert told is not None
    return gain, told


@pytest.mark.parametrize(
    ("better", "low", "high", "expected"),
    [
        ("higher", 1.0, 6.0, (48.0, 53.0)),  # 4 gained of at least 1: without us it would have been 53 at most
        ("lower", 1.0, 6.0, (47.0, 52.0)),  # the same of a fall: without us it would have been 47 at least
        ("higher", -2.0, 5.0, (49.0, 56.0)),
    ],
)
def test_the_band_is_where_it_would_have_been_with_the_ends_of_what_was_gained(
    better: Better, low: float, high: float, expected: tuple[float, float]
) -> None:
    assert band(50.0, better=better, estimate=4.0, low=low, high=high) == expected


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_what_happened_less_the_ends_of_the_band_is_what_was_gained_at_the_ends(better: Better) -> None:
    gain, body = drawn_of(better)
    sign = 1 if better == "higher" else -1
    after = body.months[body.start :]
    assert all(month.low is None for month in body.months[: body.start])

    def mean(values: list[float | None]) -> float:
        known = [value for value in values if value is not None]
        assert len(known) == len(after)
        return sum(known) / len(known)

    observed = mean([month.observed for month in after])
    assert sign * (observed - mean([month.anyway for month in after])) == pytest.approx(gain.attributable)
    gained = sorted(sign * (observed - mean([getattr(month, end) for month in after])) for end in ("low", "high"))
    assert gained == pytest.approx([gain.low, gain.high])


@pytest.mark.parametrize("sheet", [WIDE, NARROW, SMALL])
def test_the_drawing_has_both_lines_the_band_and_the_start_and_says_so(sheet: object) -> None:
    gain, body = drawn_of()
    svg = str(over_months(gain, body, sheet))  # type: ignore[arg-type]
    for part in ('class="observed"', 'class="anyway"', 'class="band"', "start, 2026-01", 'role="img"'):
        assert part in svg
    assert "<title id=" in svg
    assert re.search(r"After it [\d.]+ on average, beside [\d.]+ anyway \(%, more is better\)", svg)


def test_a_line_is_broken_where_a_month_was_skipped() -> None:
    gain, body = drawn_of()
    whole = re.search(r'class="observed" d="([^"]+)"', str(over_months(gain, body)))
    gap = replace(body, months=(*body.months[:5], *body.months[6:]), start=body.start - 1)
    broken = re.search(r'class="observed" d="([^"]+)"', str(over_months(gain, gap)))
    assert whole is not None
    assert broken is not None
    assert (whole[1].count("M"), broken[1].count("M")) == (1, 2)


def test_beside_its_own_line_alone_there_is_a_band_and_nobody_else() -> None:
    gain, body = drawn_of(donors=2)
    assert gain.why == "no_donors"
    assert (body.elsewhere, body.members, body.checks) == ((), (), ())
    assert 'class="band"' in over_months(gain, body)
    assert next(month.time for month in body.months if month.low is not None) == "2026-01"


def test_with_too_few_donors_for_a_bound_there_is_no_band() -> None:
    gain, body = drawn_of(donors=5)
    assert gain.low is None
    assert 'class="band"' not in over_months(gain, body)
    assert len(body.donors) == 5


def test_donors_who_weigh_most_come_first_and_make_up_the_whole() -> None:
    _, body = drawn_of()
    weights = [each.weight for each in body.donors]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(1)
    assert body.months[body.start].time == "2026-01"
    assert len(body.months) == START + 6 - (START - 18)


def test_where_nothing_was_done_each_has_a_dot_and_only_those_who_may_be_named_a_name() -> None:
    gain, body = drawn_of()
    svg = str(strip(gain, body.elsewhere, ROWS, {"globex": "Globex <Ltd>"}, STRIP_WIDE))
    assert svg.count("<circle") == 60
    assert svg.count("Globex &lt;Ltd&gt;: ") == 2
    assert svg.count("another customer: ") == 58
    assert f"here +{gain.attributable:.2f} points" in svg
    assert "0 of them as much as here" in svg


def standing(**told: int) -> Standing:
    sums = {name: Decimal(told.get(name, 0)) for name in ("confirmed", "claimed", "disputed", "low")}
    return Standing("acme", sum(sums.values()) - sums["low"], **sums, claims=1, lacks_rate=0, weak=0, waiting=0)


def test_bars_of_gains_and_losses_lie_end_to_end_about_nothing() -> None:
    of = standing(confirmed=60, claimed=30, disputed=-10, low=45)
    scale = common([of, standing(confirmed=-20)])
    confirmed, claimed, disputed = parts_of(of, scale)
    assert (confirmed.left, confirmed.is_gain, disputed.is_gain) == (scale.zero, True, False)
    assert claimed.left == pytest.approx(confirmed.left + confirmed.width, abs=0.02)
    assert disputed.left + disputed.width == pytest.approx(scale.zero, abs=0.02)
    assert claimed.width == pytest.approx(confirmed.width / 2, abs=0.02)
    certain = certain_part(of, scale)
    assert certain is not None
    assert certain.width == pytest.approx(0.75 * confirmed.width, abs=0.02)
    assert certain_part(standing(), scale) is None


def test_a_scale_always_shows_nothing_and_holds_every_end() -> None:
    scale = Scale.of([3.0, 5.0])
    of = reach(scale, 4.0, (3.0, 5.0))
    assert 0 < scale.zero < of.at < 100
    assert of.low is not None
    assert of.width is not None
    assert of.low + of.width < 100
    assert of.next_low is None
    assert Scale.of([]).zero == 50


@pytest.mark.parametrize(("span", "most", "step"), [(15.0, 5, 5.0), (0.9, 5, 0.2), (100.0, 5, 20.0), (7.0, 7, 1.0)])
def test_marks_are_round_and_no_more_than_fit(span: float, most: int, step: float) -> None:
    assert nice(span, most) == pytest.approx(step)


def test_months_and_quarters_are_numbered_without_a_gap_at_the_turn_of_the_year() -> None:
    assert ordinal("2026-01") - ordinal("2025-12") == 1
    assert ordinal("2026-Q1") - ordinal("2025-Q4") == 1


@pytest.mark.parametrize(
    ("value", "currency", "told"),
    [
        ("7020.82", "CHF", "CHF\u00a07,021"),
        ("-9848.9", "EUR", "−€9,849"),
        ("-0.3", "USD", "$0"),
        ("216602", "GBP", "£216,602"),
    ],
)
def test_sums_have_no_cents(value: str, currency: str, told: str) -> None:
    assert whole_money(Decimal(value), currency) == told
