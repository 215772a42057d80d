"""What is kept. Reach rows through ``access``, write them through ``actions``."""

from trueup.record.models.directory import Account, AccountTeamMember, Person
from trueup.record.models.people import ROLES, Role, User

__all__ = ["ROLES", "Account", "AccountTeamMember", "Person", "Role", "User"]
