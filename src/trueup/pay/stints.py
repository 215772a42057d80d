"""Stints: the days on which somebody is on one version of a plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from trueup.pay.facts import Assignment, FactError
from trueup.pay.plan import Plan

_FOREVER = date.max


@dataclass(frozen=True)
class Stint:
    """The days [start, end) of an assignment to a version of a plan."""

    start: date
    end: date
    plan: Plan
    assignment: Assignment

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def within(self, start: date, end: date) -> tuple[date, date] | None:
        """The days of [start, end) that are in it; None where there are none."""
        first, last = max(start, self.start), min(end, self.end)
        return (first, last) if first < last else None


def stints(assignments: Iterable[Assignment], versions: Mapping[str, Sequence[Plan]]) -> Mapping[str, Sequence[Stint]]:
    """Everybody's stints, in order; FactError where somebody is on two plans on one day, or on one that nobody has."""
    by_payee: defaultdict[str, list[Stint]] = defaultdict(list)
    for assignment in assignments:
        if assignment.plan not in versions:
            raise FactError(
                f"{assignment.payee} is on the plan {assignment.plan}, which is not there."
                f" There are {', '.join(versions) or 'none'}."
            )
        for plan in versions[assignment.plan]:
            start = max(assignment.start, plan.valid_from)
            end = min(assignment.end or _FOREVER, plan.valid_to or _FOREVER)
            if start < end:
                by_payee[assignment.payee].append(Stint(start, end, plan, assignment))
    for payee, found in by_payee.items():
        found.sort(key=lambda stint: stint.start)
        for before, after in pairwise(found):
            if after.start < before.end:
                raise FactError(
                    f"{payee} is on two plans from {after.start} on, {before.plan.plan_id} and {after.plan.plan_id}:"
                    f" end the first assignment there; its end is the first day without it."
                )
    return by_payee


def stint_on(found: Sequence[Stint], day: date) -> Stint | None:
    """The stint that holds a day."""
    return next((stint for stint in found if day in stint), None)
