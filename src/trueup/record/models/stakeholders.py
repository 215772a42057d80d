"""People at a customer: what part they have in decisions, and whom they report to."""

from typing import ClassVar, Literal, get_args

from django.db import models

from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.rules import RULE, one_of, rule

RoleInDecisions = Literal["decision_maker", "champion", "influencer", "user", "blocker", "procurement", "unknown"]
ROLES_IN_DECISIONS: tuple[RoleInDecisions, ...] = get_args(RoleInDecisions)
MOST_INFLUENCE = 5


class Stakeholder(Entry):
    """Somebody at a customer, as its account team knows them; ``contact_id``: the same one in the CRM."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    contact_id = models.TextField(default="", blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    title = models.CharField(max_length=200, default="", blank=True)
    department = models.CharField(max_length=200, default="", blank=True)
    role_in_decisions = models.CharField(max_length=20, default="unknown")
    influence = models.SmallIntegerField(null=True, blank=True)
    reports_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    departed_on = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule("stakeholder_named", ~models.Q(name=""), field="name", says="A name is missing. Give one."),
            one_of("role_in_decisions_known", "role_in_decisions", ROLES_IN_DECISIONS),
            rule(
                "influence_1_to_5",
                models.Q(influence__isnull=True) | models.Q(influence__range=(1, MOST_INFLUENCE)),
                field="influence",
                says="Influence goes from 1, little, to 5, most. Choose a number between them.",
            ),
            rule(
                "nobody_reports_to_themselves",
                models.Q(reports_to__isnull=True) | ~models.Q(reports_to=models.F("id")),
                field="reports_to",
                says="Nobody reports to themselves. Choose somebody else, or nobody.",
            ),
            models.UniqueConstraint(
                fields=["account", "contact_id"],
                condition=~models.Q(contact_id=""),
                name="contact_once",
                violation_error_code=f"{RULE}contact_id",
                violation_error_message="This contact is a stakeholder of the account already. Change that entry.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
