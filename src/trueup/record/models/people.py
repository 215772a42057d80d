"""Who signs in."""

from typing import ClassVar, Literal, get_args
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from trueup.record.models.directory import Person
from trueup.record.models.rules import once, one_of, rule

Role = Literal["viewer", "member", "manager", "analyst", "finance", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)


class UserManager(BaseUserManager["User"]):
    """What Django's own sign-in asks of a manager of users; people are made in ``actions.people``."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with that mail address, however its letters are cased."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody of ours who signs in with a mail address; ``person`` is the same one in the lake, by that address."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=20, default="member")
    person = models.ForeignKey(Person, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects = UserManager()
    versions = HistoricalRecords(excluded_fields=["password", "last_login"])

    # Signing in saves the user too; who was given which role is recorded by the actions that give it.
    skip_history_when_saving = True

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("role_known", "role", ROLES),
            rule("email_given", ~models.Q(email=""), field="email", says="A mail address is missing. Give one."),
            rule(
                "email_lower",
                models.Q(email=Lower("email")),
                field="email",
                says="Mail addresses are kept in lower case. Write it so.",
            ),
            once(
                "email_once",
                "email",
                field="email",
                says="Somebody signs in with this address already. Change their role instead.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email
