"""What hangs on goals for people at customers, in files that only their account's own team gets."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from django.db.models import QuerySet

from trueup.record import access
from trueup.record.actions.stakeholders import StakeFacts, add_stake, change_stake
from trueup.record.files.cells import Value
from trueup.record.files.columns import STAKES
from trueup.record.files.known import Known, found_in
from trueup.record.files.sheets import Row
from trueup.record.files.taken import Moment, Taken, Taker
from trueup.record.models import Account, Goal, Stake, Stakeholder
from trueup.record.refusal import Refused

if TYPE_CHECKING:
    from uuid import UUID

_SAID = ("tag", "text", "goal")


def values_of(stake: Stake, known: Known) -> dict[str, Value]:
    """What is told of a stake."""
    person = stake.stakeholder
    return {
        "id": stake.pk,
        "account_id": person.account_id,
        "account": person.account.name,
        "stakeholder": known.people(person.account_id).reference(person.pk),
        "goal_id": stake.goal_id,
        "measure": stake.goal.measure if stake.goal else "",
        "tag": stake.tag,
        "text": stake.text,
    }


class StakeTaker(Taker[Stake]):
    """Takes stakes in."""

    layout = STAKES

    def __init__(self, known: Known, moment: Moment, rows: Sequence[Row]) -> None:
        super().__init__(known, moment, rows)
        self._alike: dict[tuple[UUID, UUID | None, str, str], Stake] = {}
        for stake in found_in(self.question(), "stakeholder__account", known.account_ids()):
            self._alike[stake.stakeholder_id, stake.goal_id, stake.tag, _plain(stake.text)] = stake

    def question(self) -> QuerySet[Stake]:
        """Every stake that may be seen."""
        return access.stakes(self.known.by).select_related("stakeholder__account", "goal")

    def account_of(self, entry: Stake) -> Account:
        """Where the person is for whom it hangs."""
        return entry.stakeholder.account

    def find(self, row: Row) -> Stake | None:
        """By id; else the one that says just this."""
        found = self.of_id(row)
        if found is None:
            person, goal = self._about(row)
            tag, text = row.text("tag"), _plain(row.text("text"))
            return self._alike.get((person.pk, goal.pk if goal else None, tag, text))
        goal = self._goal(row)
        if goal is not None and goal.pk != found.goal_id:
            raise Refused("The stake of this ID hangs on another goal.", field="measure", cure="Enter another stake.")
        if row.text("stakeholder"):
            people = self.known.people(found.stakeholder.account_id)
            if people.named(row.text("stakeholder"), "stakeholder").pk != found.stakeholder_id:
                raise Refused("The stake of this ID is somebody else's.", field="stakeholder", cure="Empty one cell.")
        return found

    def values_of(self, entry: Stake) -> dict[str, Value]:
        """What is told of it."""
        return values_of(entry, self.known)

    def enter(self, row: Row) -> Taken:
        """Enter a stake."""
        person, goal = self._about(row)
        stake = add_stake(self.known.by, person, at=self.moment.at, **_facts({**row.values, "goal": goal}))
        self._alike[person.pk, goal.pk if goal else None, stake.tag, _plain(stake.text)] = stake
        return self.entered(stake, row)

    def change(self, entry: Stake, row: Row, changed: Mapping[str, Value]) -> None:
        """Say it otherwise."""
        change_stake(self.known.by, entry, at=self.moment.at, reason=row.text("reason"), **_facts(changed))

    def name(self, entry: Stake) -> str:
        """Whose it is; what hangs is not repeated."""
        return f"{entry.stakeholder.name}, {entry.stakeholder.account}"

    def _about(self, row: Row) -> tuple[Stakeholder, Goal | None]:
        named, goal = row.text("stakeholder"), self._goal(row)
        if not named:
            raise Refused("The stakeholder is missing.", field="stakeholder", cure="Write a name or mail address.")
        account_id = goal.account_id if goal else self.known.needed_account(row).pk
        return self.known.people(account_id).named(named, "stakeholder"), goal

    def _goal(self, row: Row) -> Goal | None:
        """The goal that a row names; the stakeholder is not whose goal it is, but for whom it hangs."""
        return self.known.goal(Row(row.line, {**row.values, "stakeholder": ""}))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _facts(said: Mapping[str, Value | Goal]) -> StakeFacts:
    return cast("StakeFacts", {name: value for name, value in said.items() if name in _SAID})
