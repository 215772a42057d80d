"""Versions of plans that were submitted for review: what they say, whom they pay, what they change, and who signed.

All of it is written once. Where a version stands follows from these rows and what was decided about its hash.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from trueup.pay.ledger import TEXT_LENGTH
from trueup.record.models.rules import once, rule
from trueup.record.models.voice import DIGEST


class PlanReview(models.Model):
    """A version of a plan was submitted for review, by whoever answers for what it says.

    ``body`` is its file, UTF-8; ``plan_hash`` is of what that says, as statements name it. ``money_diff`` is JSON, as
    ``MoneyDiff.said`` has it: what everybody was paid over the last 12 months, and would have been by this version;
    ``not_compared``: why there is none.
    """

    id = models.BigAutoField(primary_key=True)
    plan_hash = models.CharField(max_length=DIGEST)
    plan_id = models.CharField(max_length=TEXT_LENGTH, db_index=True)
    label = models.CharField(max_length=TEXT_LENGTH)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    path = models.CharField(max_length=TEXT_LENGTH)
    body = models.BinaryField()
    money_diff = models.TextField(default="", blank=True)
    not_compared = models.TextField(default="", blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "plan_compared_or_why_not",
                Q(money_diff="") & ~Q(not_compared="") | ~Q(money_diff="") & Q(not_compared=""),
                field="not_compared",
                says="It is not said what this plan changes. Compare it with what it replaces, or say why not.",
            ),
            once(
                "plan_reviewed_once",
                "plan_hash",
                field="",
                says="This version was submitted already. Let somebody decide about it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} from {self.valid_from}"


class PlanPayee(models.Model):
    """Somebody whom a version pays, by their id in the directory; who joins the plan later is put on it then."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(PlanReview, models.PROTECT, related_name="+")
    payee = models.CharField(max_length=TEXT_LENGTH, db_index=True)
    put_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once("plan_pays_once", "review", "payee", field="payee", says="They are on this plan. Name each once."),
        ]

    def __str__(self) -> str:
        return self.payee


class PlanAcknowledgement(models.Model):
    """A payee's signature below what the plan of ``plan_hash`` says."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(PlanReview, models.PROTECT, related_name="+")
    payee = models.CharField(max_length=TEXT_LENGTH, db_index=True)
    plan_hash = models.CharField(max_length=DIGEST)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "plan_signed_once", "review", "payee", field="", says="You signed this already. Nothing is left to do."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payee} signed {self.review}"
