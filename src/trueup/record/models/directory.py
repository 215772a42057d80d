"""Accounts and our own people, mirrored from the lake so that entries and rights have something to stand on."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from trueup.record.models.entry import Entry
from trueup.record.models.rules import once, rule


class Person(models.Model):
    """One of our people, as the lake has them now; ``left_on`` is when they vanished from it."""

    person_id = models.TextField(primary_key=True)
    name = models.TextField(default="", blank=True)
    email = models.TextField(default="", blank=True, db_index=True)
    team = models.TextField(default="", blank=True, db_index=True)
    department = models.TextField(default="", blank=True)
    manager = models.ForeignKey("self", models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+")
    left_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name or self.person_id


class Account(models.Model):
    """A customer or prospect, as the lake has it now, or made by hand; ``left_on`` is when it vanished from the lake.

    ``is_customer``: one of its contracts runs today. Owners are ids that the lake may know nothing more about.
    """

    account_id = models.TextField(primary_key=True)
    name = models.TextField(default="", blank=True)
    domain = models.TextField(default="", blank=True)
    segment = models.TextField(default="", blank=True)
    industry = models.TextField(default="", blank=True)
    region = models.TextField(default="", blank=True)
    owner = models.ForeignKey(Person, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+")
    success_owner = models.ForeignKey(
        Person, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+"
    )
    is_customer = models.BooleanField(default=False)
    is_by_hand = models.BooleanField(default=False)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "account_named",
                ~models.Q(name="") | models.Q(is_by_hand=False),
                field="name",
                says="An account made by hand has a name. Give the company's name.",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["left_on", "name", "account_id"], name="account_by_name"),
            models.Index(fields=["left_on", "segment"], name="account_by_segment"),
            models.Index(fields=["left_on", "owner", "account_id"], name="account_by_owner"),
        ]

    def __str__(self) -> str:
        return self.name or self.account_id


class AccountTeamMember(Entry):
    """Somebody who works on an account besides its owners."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "once_on_a_team",
                "account",
                "user",
                field="user",
                says="They are on this account's team already. Nothing needs to be done.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.account}"
