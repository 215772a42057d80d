"""Whether a goal gets there in time: its progress against what was to be expected by then.

Expected is the elapsed share of the days from the baseline to the target date. Where milestones are planned in between
they part the way into equal legs, each taking the days it was given: four milestones evenly apart change nothing, four
in the last month expect little before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from trueup.goals.goal import Goal, Terms
from trueup.goals.progress import Progress, Value, decimal, progress

State = Literal["no_terms", "not_started", "no_reading", "stale", "reached", "over", "on_track", "at_risk", "off_track"]
"""Where a goal stands at the end of a day:

- ``no_terms``: baseline, target, one of their dates or (to maintain) the tolerance is missing;
- ``not_started``: the baseline's day is still to come;
- ``stale``: the newest value, or without any the baseline, is older than the goal's cadence;
- ``no_reading``: nothing was read yet, and nothing was due;
- ``reached``, ``over``: the target date is past, and the target was reached, or not;
- ``on_track``, ``at_risk``, ``off_track``: pace >= 0.9, >= 0.6, less. A goal to maintain is on track or off it.
"""
ON_TRACK = Fraction(9, 10)
AT_RISK = Fraction(6, 10)


@dataclass(frozen=True)
class Standing:
    """Where a goal stands: its state, progress, what was expected, and pace = progress / expected.

    There is no pace without progress, nor while nothing is expected yet.
    """

    state: State
    progress: Progress
    expected: Decimal | None
    pace: Decimal | None


def standing(
    goal: Goal, terms: Terms | None, values: Iterable[Value], *, on: date, schedule: Iterable[date] = ()
) -> Standing:
    """Where ``goal`` stands at the end of ``on``; ``schedule``: the days its milestones are planned for."""
    made = progress(goal.direction, terms, values, on=on)
    expected = Fraction(1) if goal.direction == "maintain" else expected_progress(terms, schedule, on=on)
    state = _state(goal, terms, made, expected, on)
    pace = None if made.exact is None or not expected else made.exact / expected
    return Standing(
        state, made, None if expected is None else decimal(expected), None if pace is None else decimal(pace)
    )


def expected_progress(terms: Terms | None, schedule: Iterable[date] = (), *, on: date) -> Fraction | None:
    """The share of the way to be expected by the end of ``on``, from 0 to 1; None without both dates."""
    if terms is None or terms.baseline_on is None or terms.target_on is None:
        return None
    if on >= terms.target_on:
        return Fraction(1)
    if on <= terms.baseline_on:
        return Fraction(0)
    between = sorted(day for day in schedule if terms.baseline_on < day < terms.target_on)
    passed = [day for day in between if day <= on]
    leg_begins = passed[-1] if passed else terms.baseline_on
    leg_ends = min((day for day in between if day > on), default=terms.target_on)
    of_leg = Fraction((on - leg_begins).days, (leg_ends - leg_begins).days)
    return (len(passed) + of_leg) / (len(between) + 1)


def _state(goal: Goal, terms: Terms | None, made: Progress, expected: Fraction | None, on: date) -> State:
    if terms is None or terms.baseline_on is None or terms.target_on is None or expected is None:
        return "no_terms"
    if made.because not in {None, "no_reading"}:
        return "no_terms"
    if on < terms.baseline_on:
        return "not_started"
    newest_on = terms.baseline_on if made.current is None else made.current.observed_on
    if (on - newest_on).days > goal.cadence_days:
        return "stale"
    return _by_progress(made.exact, expected, is_past=on > terms.target_on)


def _by_progress(made: Fraction | None, expected: Fraction, *, is_past: bool) -> State:
    if made is None:
        return "no_reading"
    if is_past:
        return "reached" if made >= 1 else "over"
    if made >= ON_TRACK * expected:
        return "on_track"
    return "at_risk" if made >= AT_RISK * expected else "off_track"
