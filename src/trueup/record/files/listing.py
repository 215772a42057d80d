"""Entries as tables: the same columns as come in, of everything that the acting user may see."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

from trueup.record import access
from trueup.record.files import goals, milestones, readings, stakeholders, stakes
from trueup.record.files.cells import Value
from trueup.record.files.columns import LAYOUTS, KindName
from trueup.record.files.known import Known
from trueup.record.files.sheets import Table
from trueup.record.models import Account, User

_Row = TypeVar("_Row", bound=Model)
_Told = Iterator[dict[str, Value]]
_Accounts = Sequence[Account] | None


def listed(viewer: User, kind: KindName, *, zone: str, accounts: Sequence[Account] | None = None) -> Table:
    """The entries of a kind that ``viewer`` may see, of some accounts or all; days are those of ``zone``."""
    columns = LAYOUTS[kind].columns
    told = _TELLERS[kind](viewer, zone, accounts)
    return Table(
        kind,
        tuple(column.header for column in columns),
        tuple(tuple(values.get(column.field) for column in columns) for values in told),
    )


def _people(viewer: User, zone: str, accounts: _Accounts) -> _Told:
    del zone
    rows = access.stakeholders(viewer).select_related("account").order_by("account__name", "account", "name", "id")
    found = list(_of(rows, "account", accounts))
    known = _known(viewer, (person.account for person in found))
    return (stakeholders.values_of(person, known) for person in found)


def _goals(viewer: User, zone: str, accounts: _Accounts) -> _Told:
    rows = access.goals(viewer).select_related("account").order_by("account__name", "account", "measure", "id")
    found = list(_of(rows, "account", accounts))
    known = _known(viewer, (goal.account for goal in found))
    book = goals.Book(known, found)
    return (goals.values_of(goal, known, book, zone) for goal in found)


def _milestones(viewer: User, zone: str, accounts: _Accounts) -> _Told:
    del zone
    rows = access.milestones(viewer).select_related("account", "goal")
    found = list(_of(rows, "account", accounts).order_by("account__name", "account", "planned_on", "id"))
    known = _known(viewer, (milestone.account for milestone in found))
    return (milestones.values_of(milestone, known) for milestone in found)


def _readings(viewer: User, zone: str, accounts: _Accounts) -> _Told:
    del zone
    rows = access.readings(viewer).select_related("goal__account")
    order = ("goal__account__name", "goal__account", "goal__measure", "goal", "observed_on", "source")
    found = list(_of(rows, "goal__account", accounts).order_by(*order))
    known = _known(viewer, (reading.goal.account for reading in found))
    answers = readings.Answers(viewer, found)
    return (readings.values_of(reading, known, answers) for reading in found)


def _stakes(viewer: User, zone: str, accounts: _Accounts) -> _Told:
    del zone
    rows = access.stakes(viewer).select_related("stakeholder__account", "goal")
    order = ("stakeholder__account__name", "stakeholder__account", "stakeholder__name", "id")
    found = list(_of(rows, "stakeholder__account", accounts).order_by(*order))
    known = _known(viewer, (stake.stakeholder.account for stake in found))
    return (stakes.values_of(stake, known) for stake in found)


def _of(rows: QuerySet[_Row], path: str, accounts: _Accounts) -> QuerySet[_Row]:
    return rows if accounts is None else rows.filter(**{f"{path}__in": accounts})


def _known(viewer: User, accounts: Iterator[Account]) -> Known:
    known = Known(viewer)
    known.look_at({account.pk: account for account in accounts}.values())
    return known


_TELLERS: dict[KindName, Callable[[User, str, _Accounts], _Told]] = {
    "stakeholders": _people,
    "goals": _goals,
    "milestones": _milestones,
    "readings": _readings,
    "stakes": _stakes,
}
