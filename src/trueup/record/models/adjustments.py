"""What else moved a customer's measures: changes of their own making, which are none of our doing."""

from typing import ClassVar, Literal

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan, LessThan

from trueup.canon.entries import ADJUSTMENT_KINDS, ADJUSTMENT_STATUSES
from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.numbers import Magnitude, Number
from trueup.record.models.rules import once, one_of, rule

AdjustmentKind = Literal["change_of_level", "change_of_definition"]


class Adjustment(Entry):
    """A non-routine adjustment: the customer itself changed something that moved one of its measures.

    ``measure`` as goals or series call it. ``amount``: what a change of level added to its values, in its unit, from
    ``starts_on`` to ``ends_on`` (inclusive; null: it lasts). Once it is decided, it is neither changed nor deleted.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=30, default="change_of_level")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    amount = Number(null=True, blank=True)
    reason = models.TextField(blank=True)
    evidence = models.TextField(default="", blank=True)
    evidence_link = models.TextField(
        default="",
        blank=True,
        validators=[URLValidator(schemes=["http", "https"], message="This is no link. Begin it with https://.")],
    )
    status = models.CharField(max_length=20, default="proposed")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("adjustment_kind_known", "kind", ADJUSTMENT_KINDS),
            one_of("adjustment_status_known", "status", ADJUSTMENT_STATUSES),
            rule(
                "adjustment_has_its_measure",
                ~Q(measure=""),
                field="measure",
                says="A measure is missing. Say which of theirs was moved.",
            ),
            rule(
                "adjustment_has_a_reason",
                ~Q(reason=""),
                field="reason",
                says="It is not said what happened. Say what they changed.",
            ),
            rule(
                "adjustment_has_evidence",
                ~Q(evidence="", evidence_link=""),
                field="evidence",
                says="Evidence is missing. Say how it is known, or link to it.",
            ),
            rule(
                "level_changes_by_an_amount",
                Q(kind="change_of_level", amount__isnull=False) | ~Q(kind="change_of_level") & Q(amount__isnull=True),
                field="amount",
                says="A change of level says by how much, another one does not. Give the amount, or leave it.",
            ),
            rule(
                "adjustment_not_of_0",
                Q(GreaterThan(Magnitude("amount"), 0.0)) | Q(LessThan(Magnitude("amount"), 0.0)),
                field="amount",
                says="A change of 0 changes nothing. Say what it added, or took off with a minus sign.",
            ),
            rule(
                "definition_changes_for_good",
                ~Q(kind="change_of_definition") | Q(ends_on__isnull=True),
                field="ends_on",
                says="A change of definition has no last day. Leave it empty; a change back is one of its own.",
            ),
            rule(
                "adjustment_ends_after_it_began",
                Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                field="ends_on",
                says="The last day is before the first. Correct one of them.",
            ),
            rule(
                "decided_adjustment_says_by_whom",
                Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False),
                field="status",
                says="A decided adjustment says by whom and when, a proposed one does not. Decide it, or leave it.",
            ),
            rule(
                "adjustment_decided_by_somebody_else",
                Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                field="decided_by",
                says="Nobody decides what they proposed. Let another analyst or administrator decide.",
            ),
            once(
                "adjusted_once_a_day",
                "account",
                "measure",
                "kind",
                "starts_on",
                field="starts_on",
                says="There is such an adjustment from that day on. Change that one while it is proposed, else give"
                " another day.",
            ),
        ]

    def __str__(self) -> str:
        return f"adjustment {self.pk}"
