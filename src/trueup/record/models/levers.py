"""Levers: what of ours is meant to move a measure, and which account has put it to use."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.rules import once, rule


class Lever(Entry):
    """One of our products or plays that is meant to move customers' measures."""

    name = models.CharField(max_length=200, blank=True)
    description = models.TextField(default="", blank=True)
    product = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule("lever_named", ~Q(name=""), field="name", says="A name is missing. Give one."),
            once(
                "lever_once",
                "name",
                field="name",
                says="There is a lever of this name. Use it, or choose another name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Adoption(Entry):
    """An account put a lever to use, from one day to another (inclusive)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    lever = models.ForeignKey(Lever, models.PROTECT, related_name="+")
    adopted_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "adopted_once_a_day",
                "account",
                "lever",
                "adopted_on",
                field="adopted_on",
                says="This adoption is recorded already. Change that entry.",
            ),
            rule(
                "adoption_ends_after_it_began",
                Q(ended_on__isnull=True) | Q(ended_on__gte=F("adopted_on")),
                field="ended_on",
                says="The last day of use is before the first. Correct one of them.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lever} at {self.account}"
