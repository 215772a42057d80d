"""People at customers, in files."""

from collections.abc import Iterator, Mapping
from typing import cast

from django.db.models import QuerySet

from trueup.record import access
from trueup.record.actions.stakeholders import StakeholderFacts, change_stakeholder, record_stakeholder
from trueup.record.files.cells import Value
from trueup.record.files.columns import STAKEHOLDERS
from trueup.record.files.known import Known
from trueup.record.files.sheets import Row
from trueup.record.files.taken import Result, Taken, Taker
from trueup.record.models import Account, Stakeholder
from trueup.record.refusal import Refused

_PLAIN = (
    "name",
    "email",
    "title",
    "department",
    "role_in_decisions",
    "influence",
    "departed_on",
    "contact_id",
)


def values_of(person: Stakeholder, known: Known) -> dict[str, Value]:
    """What is told of somebody."""
    return {
        "id": person.pk,
        "account_id": person.account_id,
        "account": person.account.name,
        "name": person.name,
        "email": person.email,
        "title": person.title,
        "department": person.department,
        "role_in_decisions": person.role_in_decisions,
        "influence": person.influence,
        "reports_to": known.people(person.account_id).reference(person.reports_to_id),
        "departed_on": person.departed_on,
        "contact_id": person.contact_id,
    }


class StakeholderTaker(Taker[Stakeholder]):
    """Takes people in."""

    layout = STAKEHOLDERS

    def question(self) -> QuerySet[Stakeholder]:
        """Everybody that may be seen."""
        return access.stakeholders(self.known.by).select_related("account")

    def account_of(self, entry: Stakeholder) -> Account:
        """Where they are."""
        return entry.account

    def take(self) -> Iterator[Result]:
        """Take people in such an order that whom they report to is there: again and again while that helps."""
        waiting, refused = list(self.rows), dict[int, Refused]()
        while waiting:
            passed_over = []
            for row in waiting:
                outcome = self.taken_or_refused(row)
                if isinstance(outcome, Refused):
                    refused[row.line] = outcome
                    passed_over.append(row)
                else:
                    yield row, outcome
            if len(passed_over) == len(waiting):
                yield from ((row, refused[row.line]) for row in passed_over)
                return
            waiting = passed_over

    def find(self, row: Row) -> Stakeholder | None:
        """By id; else by CRM contact, mail address or name, where nothing speaks against its being the same person."""
        found = self.of_id(row)
        if found is not None:
            return found
        people = self.known.people(self.known.needed_account(row).pk)
        for field, found_by, others in (
            ("contact_id", people.with_contact, ()),
            ("email", people.with_mail, ("contact_id",)),
            ("name", people.with_name, ("contact_id", "email")),
        ):
            alike = [
                person
                for person in found_by(row.text(field))
                if not any(_contradict(_fact(person, other), row.text(other)) for other in others)
            ]
            if len(alike) > 1:
                raise Refused(
                    f"{len(alike)} people at this account have this {field.replace('_', ' ')}.",
                    field=field,
                    cure="Give the Stakeholder ID, or a mail address.",
                )
            if alike:
                return alike[0]
        return None

    def values_of(self, entry: Stakeholder) -> dict[str, Value]:
        """What is told of somebody."""
        return values_of(entry, self.known)

    def settled(self, entry: Stakeholder, row: Row) -> Row:
        """Name whom they report to as exports do."""
        boss = row.text("reports_to")
        if not boss:
            return row
        people = self.known.people(entry.account_id)
        return Row(row.line, {**row.values, "reports_to": people.reference(people.named(boss, "reports_to").pk)})

    def enter(self, row: Row) -> Taken:
        """Record somebody."""
        account = self.known.needed_account(row)
        facts = self._facts(account.pk, row.values)
        person = record_stakeholder(self.known.by, account, at=self.moment.at, **facts)
        self.known.people(account.pk).put(person)
        return self.entered(person, row)

    def change(self, entry: Stakeholder, row: Row, changed: Mapping[str, Value]) -> None:
        """Change what is known about somebody."""
        facts = self._facts(entry.account_id, changed)
        person = change_stakeholder(self.known.by, entry, at=self.moment.at, reason=row.text("reason"), **facts)
        self.known.people(entry.account_id).put(person)

    def name(self, entry: Stakeholder) -> str:
        """Their name, and where they are."""
        return f"{entry.name}, {entry.account}"

    def _facts(self, account_id: str, said: Mapping[str, Value]) -> StakeholderFacts:
        facts: dict[str, object] = {name: value for name, value in said.items() if name in _PLAIN}
        if "reports_to" in said:
            boss = said["reports_to"]
            people = self.known.people(account_id)
            facts["reports_to"] = people.named(boss, "reports_to") if isinstance(boss, str) and boss else None
        return cast("StakeholderFacts", facts)


def _fact(person: Stakeholder, field: str) -> str:
    return {"contact_id": person.contact_id, "email": person.email, "name": person.name}[field].casefold()


def _contradict(kept: str, said: str) -> bool:
    return bool(kept and said) and kept != said.casefold()
