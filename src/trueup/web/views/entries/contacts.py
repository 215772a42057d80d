"""People at customers whom the CRM knows already, so that nobody types their names again."""

from trueup import served
from trueup.answers.account import Contact
from trueup.answers.account import account as answer_of
from trueup.record import access
from trueup.record.models import Account, User


def contacts(user: User, account: Account) -> tuple[Contact, ...]:
    """The CRM's people at an account who still are there and are no stakeholders yet."""
    snapshot = served.snapshot()
    if snapshot is None:
        return ()
    known = set(
        access.stakeholders(user).filter(account=account).exclude(contact_id="").values_list("contact_id", flat=True)
    )
    today = served.today()
    return tuple(
        each
        for each in answer_of(snapshot, account.pk).contacts
        if each.name and each.contact_id not in known and (each.active_to is None or each.active_to >= today)
    )


def contact(user: User, account: Account, contact_id: str) -> dict[str, str]:
    """What the CRM has of a contact, for a form about a stakeholder; nothing where it does not have it."""
    found = next((each for each in contacts(user, account) if each.contact_id == contact_id), None)
    return {} if found is None else facts(found)


def facts(found: Contact) -> dict[str, str]:
    """What a stakeholder takes over from the CRM."""
    role = {"role_in_decisions": "decision_maker"} if found.is_decision_maker else {}
    return {
        "contact_id": found.contact_id,
        "name": found.name or "",
        "title": found.title or "",
        "department": found.department or "",
        **role,
    }


def named(known: tuple[Contact, ...], name: str) -> Contact | None:
    """The only one of that name."""
    found = [each for each in known if (each.name or "").casefold() == name.strip().casefold()]
    return found[0] if len(found) == 1 else None
