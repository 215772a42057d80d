"""What holds for every map of who gives and who gets."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trueup.grades.quadrant import NOT_PLACED, NOWHERE, PARTS, QUARTERS, Effort, Measured, place, reason

CENTS = st.integers(0, 10**9).map(float)
UNKNOWN = st.just(float("nan"))
ACCOUNTS = st.tuples(CENTS | UNKNOWN, CENTS | UNKNOWN, st.floats(0, 1) | UNKNOWN)
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


@given(st.dictionaries(st.sampled_from(PARTS), st.integers(0, 10**6)))
def test_shares_of_effort_sum_to_one(touches: dict[str, int]) -> None:
    effort = Effort(touches)  # type: ignore[arg-type]  # keys are drawn from the parts
    assert sum(effort.share(part) for part in PARTS) == (1 if effort.total else 0)
