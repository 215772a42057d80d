"""What holds for every map of who gives and who gets."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.grades.quadrant import NOT_PLACED, NOWHERE, PARTS, QUARTERS, Effort, Measured, Part, Touches, place, reason

CENTS = st.integers(0, 10**9).map(float)
UNKNOWN = st.just(float("nan"))
ACCOUNTS = st.tuples(CENTS | UNKNOWN, CENTS | UNKNOWN, st.floats(0, 1) | UNKNOWN)
TOUCHES = st.tuples(*[st.integers(0, 10**6)] * 5).map(lambda drawn: Touches(*sorted(drawn, reverse=True)))
PLANS = st.integers(0, 10**10).map(float)


@st.composite
def measured(draw: st.DrawFn) -> Measured:
    rows = draw(st.lists(ACCOUNTS, min_size=1, max_size=12))
    revenue, credit, attainment = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    return Measured(revenue, credit, attainment, draw(PLANS))


@given(measured(), st.integers(0, 11), st.integers(1, 10**9))
def test_who_gives_more_never_moves_left(before: Measured, at: int, more: int) -> None:
    at %= len(before.revenue)
    raised = before.revenue.copy()
    raised[at] += more
    then, now = place(before), place(replace(before, revenue=raised))
    assert np.isnan(then.giving[at]) or now.giving[at] >= then.giving[at]


@given(measured(), st.integers(0, 11), st.integers(1, 10**9))
def test_who_fills_more_of_a_quota_never_moves_left(before: Measured, at: int, more: int) -> None:
    at %= len(before.revenue)
    raised = np.nan_to_num(before.credit)
    raised[at] += more
    then, now = place(before), place(replace(before, credit=raised))
    assert np.isnan(then.giving[at]) or now.giving[at] >= then.giving[at]


@given(measured(), st.integers(1, 1000))
def test_all_revenue_times_something_changes_nothing(before: Measured, factor: int) -> None:
    then, now = place(before), place(replace(before, revenue=before.revenue * factor))
    np.testing.assert_array_equal(then.giving, now.giving)
    np.testing.assert_array_equal(then.part, now.part)


@given(measured())
def test_everybody_is_in_one_corner_or_nowhere_with_a_reason(accounts: Measured) -> None:
    found = place(accounts)
    for at, part in enumerate(found.part.tolist()):
        known = [
            None if np.isnan(column[at]) else float(column[at]) for column in (accounts.revenue, accounts.attainment)
        ]
        assert PARTS[part] in (*QUARTERS, NOT_PLACED)
        assert (part == NOWHERE) == bool(reason(*known))


@given(measured())
def test_coordinates_lie_between_nothing_and_everything(accounts: Measured) -> None:
    giving = place(accounts).giving
    assert np.all((giving[~np.isnan(giving)] >= 0) & (giving[~np.isnan(giving)] <= 1))


@given(st.dictionaries(st.sampled_from(PARTS), TOUCHES))
def test_shares_of_effort_sum_to_one_and_hours_to_all_hours(by_part: dict[Part, Touches]) -> None:
    effort = Effort(by_part)
    assert sum(effort.share(part) for part in PARTS) == (1 if effort.total else 0)
    assert sum(effort.of(part).hours or 0 for part in PARTS) == pytest.approx(effort.whole.hours or 0)
    assert (effort.whole.hours is None) == all(effort.of(part).hours is None for part in PARTS)
    assert (effort.whole.hours is None) == bool(effort.whole.no_hours)
