"""What sheets name: accounts, people at them and goals, as far as the acting user may see them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from trueup.record import access
from trueup.record.files.cells import like
from trueup.record.files.sheets import Row
from trueup.record.models import Account, Goal, Stakeholder, User
from trueup.record.models.goals import ENDED
from trueup.record.refusal import Refused

_Found = TypeVar("_Found", bound=Model)
_Key = TypeVar("_Key", str, UUID)
_AT_ONCE = 5_000
"""So many keys one question may name."""
_GUESSES = 20
"""So many unknown names are compared with all that are known."""
_ONE_OF_THEM = "Leave one of the two cells empty."


def found_in(rows: QuerySet[_Found], field: str, keys: Iterable[_Key]) -> Iterator[_Found]:
    """The rows whose field has one of the keys, however many there are."""
    waiting = iter(dict.fromkeys(keys))
    while asked := list(islice(waiting, _AT_ONCE)):
        yield from rows.filter(**{f"{field}__in": asked})


class People:
    """The stakeholders of one account, and the words by which files name each."""

    def __init__(self) -> None:
        self._by_id: dict[UUID, Stakeholder] = {}
        self._called: dict[str, set[UUID]] = defaultdict(set)
        self._mailed: dict[str, set[UUID]] = defaultdict(set)

    def put(self, person: Stakeholder) -> None:
        """Know somebody, or what became of them."""
        before = self._by_id.get(person.pk)
        if before is not None:
            self._called[before.name.casefold()].discard(person.pk)
            self._mailed[before.email.casefold()].discard(person.pk)
        # A copy: whoever amends the person later must not change what they are called here.
        self._by_id[person.pk] = copy(person)
        self._called[person.name.casefold()].add(person.pk)
        self._mailed[person.email.casefold()].add(person.pk)

    def with_name(self, name: str) -> list[Stakeholder]:
        """Everybody of that name."""
        return self._those(self._called, name)

    def with_mail(self, mail: str) -> list[Stakeholder]:
        """Everybody of that mail address."""
        return self._those(self._mailed, mail) if mail else []

    def with_contact(self, contact_id: str) -> list[Stakeholder]:
        """Whoever is that contact of the CRM."""
        return [person for person in self._by_id.values() if contact_id and person.contact_id == contact_id]

    def named(self, text: str, field: str) -> Stakeholder:
        """Whom a text means: by mail address, name or id. Refused where it means nobody, or several."""
        found = self.with_mail(text) or self.with_name(text) or self._with_id(text)
        if not found:
            near = like(text, [person.name for person in self._by_id.values()])
            raise Refused(
                f"Nobody at this account is called {text}.",
                field=field,
                cure=near or "Record them first, in a sheet of stakeholders or on the account's page.",
            )
        if len(found) > 1:
            raise Refused(
                f"{len(found)} people at this account are called {text}.", field=field, cure="Write a mail address."
            )
        return found[0]

    def reference(self, person_id: UUID | None) -> str:
        """The shortest text that ``named`` understands; empty for nobody."""
        if person_id is None:
            return ""
        person = self._by_id[person_id]
        if len(self.with_name(person.name)) == 1 and not self.with_mail(person.name):
            return person.name
        return person.email if len(self.with_mail(person.email)) == 1 else str(person.pk)

    def _those(self, index: Mapping[str, set[UUID]], text: str) -> list[Stakeholder]:
        return [self._by_id[key] for key in index.get(text.casefold(), ())]

    def _with_id(self, text: str) -> list[Stakeholder]:
        try:
            found = self._by_id.get(UUID(text))
        except ValueError:
            return []
        return [] if found is None else [found]


class Known:
    """What may be named; made anew for each import or export."""

    def __init__(self, by: User) -> None:
        self.by = by
        self._accounts: dict[str, Account] = {}
        self._by_name: dict[str, list[Account]] = defaultdict(list)
        self._asked: set[str] = set()
        self._people: dict[str, People] = defaultdict(People)
        self._goals: dict[UUID, Goal] = {}
        self._measuring: dict[tuple[str, str], set[UUID]] = defaultdict(set)
        self._of_account: dict[str, set[UUID]] = defaultdict(set)
        self._guesses = 0

    def look_up(self, rows: Sequence[Row]) -> None:
        """Ask for everything that rows name, in a few questions."""
        every = access.accounts(self.by)
        names = {row.text("account") for row in rows} - {""}
        goal_ids = {found for row in rows if (found := row.identity("goal_id"))}
        accounts = [
            *found_in(every, "pk", {row.text("account_id") for row in rows} - {""}),
            *found_in(every, "name", names),
            *found_in(every, "domain", {name.casefold() for name in names}),
            *(goal.account for goal in found_in(self._every_goal(), "pk", goal_ids)),
        ]
        self.look_at({account.pk: account for account in accounts}.values())

    def look_at(self, accounts: Iterable[Account]) -> None:
        """Know accounts, their people and their goals."""
        new = [account for account in accounts if account.pk not in self._accounts]
        for account in new:
            self._accounts[account.pk] = account
            for name in {account.name.casefold(), account.domain.casefold()} - {""}:
                self._by_name[name].append(account)
        keys = [account.pk for account in new]
        for person in found_in(access.stakeholders(self.by), "account", keys):
            self._people[person.account_id].put(person)
        for goal in found_in(self._every_goal(), "account", keys):
            self.put_goal(goal)

    def put_goal(self, goal: Goal) -> None:
        """Know a goal, or what became of it."""
        before = self._goals.get(goal.pk)
        if before is not None:
            self._measuring[before.account_id, before.measure.casefold()].discard(goal.pk)
        self._goals[goal.pk] = copy(goal)
        self._measuring[goal.account_id, goal.measure.casefold()].add(goal.pk)
        self._of_account[goal.account_id].add(goal.pk)

    def account_ids(self) -> list[str]:
        """The ids of all accounts that are known."""
        return list(self._accounts)

    def kept_goals(self) -> list[Goal]:
        """Every goal that is known."""
        return list(self._goals.values())

    def people(self, account_id: str) -> People:
        """The stakeholders of an account."""
        return self._people[account_id]

    def account(self, row: Row) -> Account | None:
        """The account that a row names; None where it names none."""
        key, name = row.text("account_id"), row.text("account")
        named = self._named(name) if name and not key else None
        if not key:
            return named
        found = self._accounts.get(key)
        if found is None:
            raise Refused(
                "There is no such account among those that you may see.", field="account_id", cure="Ask its owner."
            )
        if name and name.casefold() not in {found.name.casefold(), found.domain.casefold()}:
            raise Refused(f"The account of this ID is {found.name}.", field="account", cure=_ONE_OF_THEM)
        return found

    def needed_account(self, row: Row) -> Account:
        """The account that a row names; Refused where it names none."""
        found = self.account(row)
        if found is None:
            raise Refused("The account is missing.", field="account", cure="Write its name, or its ID.")
        return found

    def goal(self, row: Row) -> Goal | None:
        """The goal that a row names by its id, or by account, stakeholder and measure; None where it names none."""
        account, measure = self.account(row), row.text("measure")
        key = row.identity("goal_id")
        if key is not None:
            return self._goal_of_id(key, account, measure)
        if not measure:
            return None
        account = self.needed_account(row)
        goals = self.goals(account, row.text("stakeholder"), measure)
        running = [goal for goal in goals if goal.status not in ENDED]
        if len(running or goals) > 1:
            raise Refused("Several goals have this measure.", field="measure", cure="Give the Goal ID of one.")
        if not goals:
            near = like(measure, self._measures(account))
            raise Refused(
                f"{account} has no such goal among those that you may see.",
                field="measure",
                cure=near or "Enter the goal first, in a sheet of goals or on the account's page.",
            )
        return (running or goals)[0]

    def goals(self, account: Account, person: str, measure: str) -> list[Goal]:
        """The goals of an account with a measure; of that person where one is named."""
        whose = self.people(account.pk).named(person, "stakeholder").pk if person else None
        found = (self._goals[key] for key in self._measuring.get((account.pk, measure.casefold()), ()))
        return [goal for goal in found if whose is None or goal.stakeholder_id == whose]

    def _measures(self, account: Account) -> list[str]:
        return sorted({self._goals[key].measure for key in self._of_account[account.pk]})

    def _goal_of_id(self, key: UUID, account: Account | None, measure: str) -> Goal:
        found = self._goals.get(key)
        if found is None or (account is not None and found.account_id != account.pk):
            where = f" at {account}" if account else ""
            raise Refused(
                f"There is no such goal{where} among those that you may see.",
                field="goal_id",
                cure="Copy the ID from an export, or leave the cell empty.",
            )
        if measure and found.measure.casefold() != measure.casefold():
            raise Refused(f"The goal of this ID is {found.measure!r}.", field="measure", cure=_ONE_OF_THEM)
        return found

    def _every_goal(self) -> QuerySet[Goal]:
        return access.goals(self.by).select_related("account")

    def _named(self, name: str) -> Account:
        key = name.casefold()
        if key not in self._asked:
            # What spreadsheets changed the capitals of, and what was not looked up in advance.
            self._asked.add(key)
            if key not in self._by_name:
                self.look_at(access.accounts(self.by).filter(name__iexact=name))
        found = {account.pk: account for account in self._by_name.get(key, ())}
        by_name = [account for account in found.values() if account.name.casefold() == key] or list(found.values())
        if len(by_name) > 1:
            ids = ", ".join(sorted(account.pk for account in by_name)[:3])
            raise Refused(f"Several accounts are called {name}.", field="account", cure=f"Give the Account ID: {ids}.")
        if not by_name:
            raise Refused(
                f"There is no account {name} among those that you may see.",
                field="account",
                cure=self._guess(name) or "Give its Account ID, or ask its owner.",
            )
        return by_name[0]

    def _guess(self, name: str) -> str:
        self._guesses += 1
        if self._guesses > _GUESSES:
            return ""
        return like(name, list(access.accounts(self.by).values_list("name", flat=True)))
