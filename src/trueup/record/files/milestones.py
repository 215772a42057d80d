"""Planned steps, in files."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from django.db.models import QuerySet

from trueup.record import access
from trueup.record.actions.milestones import MilestoneFacts, change_milestone, finish_milestone, plan_milestone
from trueup.record.files.cells import Value
from trueup.record.files.columns import MILESTONES
from trueup.record.files.known import Known, found_in
from trueup.record.files.sheets import Row
from trueup.record.files.taken import Moment, Taken, Taker
from trueup.record.models import Account, Goal, Milestone
from trueup.record.refusal import Refused

_PLAIN = ("title", "planned_on", "is_first_value")


def values_of(milestone: Milestone, known: Known) -> dict[str, Value]:
    """What is told of a step."""
    goal = milestone.goal
    return {
        "id": milestone.pk,
        "account_id": milestone.account_id,
        "account": milestone.account.name,
        "goal_id": milestone.goal_id,
        "stakeholder": known.people(milestone.account_id).reference(goal.stakeholder_id) if goal else "",
        "measure": goal.measure if goal else "",
        "title": milestone.title,
        "planned_on": milestone.planned_on,
        "done_on": milestone.done_on,
        "is_first_value": milestone.is_first_value,
    }


class MilestoneTaker(Taker[Milestone]):
    """Takes steps in."""

    layout = MILESTONES

    def __init__(self, known: Known, moment: Moment, rows: Sequence[Row]) -> None:
        super().__init__(known, moment, rows)
        self._by_title: dict[tuple[str, UUID | None, str], list[Milestone]] = {}
        for milestone in found_in(self.question(), "account", known.account_ids()):
            self._by_title.setdefault(_key(milestone), []).append(milestone)

    def question(self) -> QuerySet[Milestone]:
        """Every step that may be seen."""
        return access.milestones(self.known.by).select_related("account", "goal")

    def account_of(self, entry: Milestone) -> Account:
        """Whose step it is."""
        return entry.account

    def find(self, row: Row) -> Milestone | None:
        """By id; else by account, goal and title."""
        found, goal = self.of_id(row), self.known.goal(row)
        if found is not None:
            if goal is not None and goal.pk != found.goal_id:
                raise Refused(
                    "The milestone of this ID serves another goal.", field="measure", cure="Change that on its page."
                )
            return found
        account_id = goal.account_id if goal else self.known.needed_account(row).pk
        alike = self._by_title.get((account_id, goal.pk if goal else None, row.text("title").casefold()), [])
        if len(alike) > 1:
            raise Refused("Several milestones have this title.", field="title", cure="Give the Milestone ID of one.")
        return alike[0] if alike else None

    def values_of(self, entry: Milestone) -> dict[str, Value]:
        """What is told of it."""
        return values_of(entry, self.known)

    def enter(self, row: Row) -> Taken:
        """Plan a step; where it is done already, say so."""
        goal = self.known.goal(row)
        account = goal.account if goal else self.known.needed_account(row)
        milestone = plan_milestone(self.known.by, account, at=self.moment.at, **_facts(row.values, goal))
        if done_on := row.day("done_on"):
            milestone = finish_milestone(self.known.by, milestone, at=self.moment.at, done_on=done_on)
        self._by_title.setdefault(_key(milestone), []).append(milestone)
        return self.entered(milestone, row)

    def change(self, entry: Milestone, row: Row, changed: Mapping[str, Value]) -> None:
        """Plan a step anew, or say when it was done."""
        by, at = self.known.by, self.moment.at
        facts = _facts(changed, entry.goal)
        if set(changed) - {"done_on"}:
            change_milestone(by, entry, at=at, reason=row.text("reason"), **facts)
        if "done_on" in changed:
            finish_milestone(by, entry, at=at, done_on=row.day("done_on"))

    def name(self, entry: Milestone) -> str:
        """Its title, and whose it is."""
        return f"{entry.title}, {entry.account}"


def _key(milestone: Milestone) -> tuple[str, UUID | None, str]:
    return milestone.account_id, milestone.goal_id, milestone.title.casefold()


def _facts(said: Mapping[str, Value], goal: Goal | None) -> MilestoneFacts:
    facts: dict[str, object] = {name: value for name, value in said.items() if name in _PLAIN}
    return cast("MilestoneFacts", {**facts, "goal": goal})
