"""How far a viewer reaches: conditions on rows, by the account that they belong to."""

from typing import TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from trueup.record.models import Account, AccountTeamMember, Person, User

_Row = TypeVar("_Row", bound=Model)

READS_ALL = frozenset({"viewer", "analyst", "finance", "administrator"})
WRITES = frozenset({"member", "manager", "administrator"})
_NONE = Q(pk__in=[])
_ALL = ~_NONE
"""Not Q(), which beside another condition means nothing instead of everything."""
REPORTS = """
WITH RECURSIVE reports(person_id) AS (
    SELECT person_id FROM record_person WHERE manager_id = %s
    UNION
    SELECT p.person_id FROM record_person p JOIN reports r ON p.manager_id = r.person_id
)
SELECT person_id FROM reports
"""
"""Everyone who reports to somebody, through any depth; UNION ends where people report in a circle."""


def rows(model: type[_Row]) -> QuerySet[_Row]:
    """All rows of a table, before anybody asks."""
    return QuerySet(model)


def signed_in(viewer: User) -> Q:
    """Every row, for who may sign in."""
    return _ALL if viewer.is_active else _NONE


def reads_all(viewer: User) -> bool:
    """Whether there is no account that the viewer may not read."""
    return viewer.is_active and (viewer.role in READS_ALL or settings.MEMBERS_SEE == "all")


def readable(viewer: User, path: str) -> Q:
    """Rows whose account (at ``path``; empty: the row itself) the viewer may read."""
    if not viewer.is_active:
        return _NONE
    if reads_all(viewer):
        return _ALL
    seen = led_by(viewer)
    if settings.MEMBERS_SEE == "team":
        team = rows(Person).filter(pk=viewer.person_id).exclude(team="").values("team")
        colleagues = rows(Person).filter(team__in=team).values("person_id")
        seen |= Q(owner__in=colleagues) | Q(success_owner__in=colleagues)
    return _through(path, seen)


def private(viewer: User, path: str) -> Q:
    """Rows whose account the viewer is of the own team of."""
    if not viewer.is_active:
        return _NONE
    return _ALL if viewer.role == "administrator" else _through(path, _own_team(viewer))


def _through(path: str, accounts: Q) -> Q:
    # A subquery, not a join: it is answered once, from the indexes of owners.
    return Q(**{f"{path}__in": rows(Account).filter(accounts)}) if path else accounts


def _own_team(viewer: User) -> Q:
    added = Q(pk__in=rows(AccountTeamMember).filter(user=viewer).values("account"))
    if viewer.person_id is None:
        return added
    return added | Q(owner=viewer.person_id) | Q(success_owner=viewer.person_id)


def led_by(viewer: User) -> Q:
    """The accounts of the viewer's own teams, and a manager's also those of everyone who reports to them."""
    if viewer.role == "administrator":
        return _ALL
    own = _own_team(viewer)
    if viewer.role != "manager" or viewer.person_id is None:
        return own
    reports = RawSQL(REPORTS, [viewer.person_id])  # noqa: S611  no text of a person's goes into it
    return own | Q(owner__in=reports) | Q(success_owner__in=reports)


def of_goal(viewer: User) -> Q:
    """Rows whose ``goal`` the viewer may read."""
    return readable(viewer, "goal__account") & (Q(goal__kind="business") | private(viewer, "goal__account"))
