"""Dated values of goals' measures, and the steps towards them."""

from typing import ClassVar, Literal

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from trueup.canon.entries import VERIFICATIONS
from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.goals import Goal
from trueup.record.models.numbers import Number
from trueup.record.models.rules import once, one_of, rule

Verification = Literal["unverified", "confirmed_by_customer", "measured_by_system"]


class Reading(Entry):
    """What a goal's measure was on a day, as we claim; ``source``: where the value comes from.

    What a customer says to it is an answer of its own and never changes ``value``.
    """

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="+")
    observed_on = models.DateField()
    value = Number()
    source = models.CharField(max_length=200, default="", blank=True)
    evidence = models.TextField(default="", blank=True)
    evidence_link = models.TextField(
        default="",
        blank=True,
        validators=[URLValidator(schemes=["http", "https"], message="This is no link. Begin it with https://.")],
    )
    verification = models.CharField(max_length=30, default="unverified")
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "read_once_a_day",
                "goal",
                "observed_on",
                "source",
                field="observed_on",
                says="There is a reading of that day from that source. Correct it instead.",
            ),
            one_of("verification_known", "verification", VERIFICATIONS),
            rule(
                "verified_since_when",
                Q(verification="unverified", verified_at__isnull=True, verified_by__isnull=True)
                | ~Q(verification="unverified") & Q(verified_at__isnull=False),
                field="verification",
                says="A verified reading says since when, another one does not. Verify it, or leave it.",
            ),
            rule(
                "entered_by_somebody_or_measured",
                Q(entered_by__isnull=False) | Q(verification="measured_by_system"),
                field="entered_by",
                says="A reading is entered by somebody or measured by a system. Say by whom.",
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"


class Milestone(Entry):
    """A planned step to the customer's first value, or to a later one."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    planned_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    is_first_value = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule("milestone_titled", ~Q(title=""), field="title", says="A title is missing. Say what is to be done."),
        ]

    def __str__(self) -> str:
        return f"milestone {self.pk}"
