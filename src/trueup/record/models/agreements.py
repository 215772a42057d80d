"""What value pay is based on: agreements with customers, who signed them, what was read and who verified it.

All of it is written once. Whether an agreement is in force, and until when, follows from these rows.
"""

from typing import ClassVar, Literal, get_args
from uuid import uuid4

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan, LessThan

from trueup.pay.agreements import SIDES
from trueup.pay.ledger import TEXT_LENGTH
from trueup.record.models.directory import Account
from trueup.record.models.numbers import Magnitude, Number
from trueup.record.models.rules import once, one_of, rule
from trueup.record.models.stakeholders import Stakeholder
from trueup.record.models.voice import DIGEST

ValueDecision = Literal["verified", "refused"]
VALUE_DECISIONS: tuple[ValueDecision, ...] = get_args(ValueDecision)
_WAYS = ("increase", "decrease")
_CURRENCY = 3


class ValueAgreement(models.Model):
    """What was agreed on with a customer about one of its measures; ``body`` is what ``content_hash`` is made of.

    ``pay``: our own sheet with whom we pay, whose hash stands in ``body``; none where ``body`` names them itself, as
    it did by ``sha256-1``. The columns say the same, to be asked for; where they differ, ``body`` is right.
    ``doubts``: how the baseline looks beside others, in words, where it looks suspicious. ``lineage``: the first of
    the agreements that supersede one another, ``supersedes`` the one before it. ``payees`` and ``signers``: how many.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=TEXT_LENGTH, blank=True)
    measure_key = models.CharField(max_length=TEXT_LENGTH, db_index=True)
    unit = models.CharField(max_length=50, default="", blank=True)
    direction = models.CharField(max_length=20)
    baseline = Number()
    committed = Number()
    currency = models.CharField(max_length=_CURRENCY)
    starts_on = models.DateField()
    ends_on = models.DateField()
    reading_dates = models.TextField()
    payees = models.PositiveIntegerField()
    signers = models.PositiveIntegerField()
    doubts = models.TextField(default="", blank=True)
    lineage = models.UUIDField(db_index=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()
    algorithm = models.CharField(max_length=20)
    body = models.BinaryField()
    pay = models.BinaryField(null=True, editable=False)
    content_hash = models.CharField(max_length=DIGEST)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("agreement_direction_known", "direction", _WAYS),
            rule(
                "agreement_has_its_measure",
                ~Q(measure=""),
                field="measure",
                says="A measure is missing. Say which of theirs is agreed on.",
            ),
            rule(
                "agreement_commits_more_than_0",
                Q(GreaterThan(Magnitude("committed"), 0.0)),
                field="committed",
                says="An agreement commits to more than 0. Give the value that is aimed for.",
            ),
            rule(
                "agreement_ends_after_it_began",
                Q(ends_on__gte=F("starts_on")),
                field="ends_on",
                says="The term ends before it begins. Correct one of the days.",
            ),
            once(
                "agreement_superseded_once",
                "supersedes",
                field="supersedes",
                says="That agreement is superseded already. Supersede the newer one.",
            ),
            once(
                "agreement_once",
                "content_hash",
                field="",
                says="This is agreed on already. Nothing needs to be done.",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.pk}"


class AgreementPayee(models.Model):
    """Somebody who is paid by an agreement, by their id in the directory."""

    id = models.BigAutoField(primary_key=True)
    agreement = models.ForeignKey(ValueAgreement, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    payee = models.CharField(max_length=TEXT_LENGTH, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "agreement_pays_once", "agreement", "payee", field="payee", says="They are its payee. Name each once."
            ),
            once("agreement_payee_in_place", "agreement", "place", field="", says="Its payees are set. Agree anew."),
        ]

    def __str__(self) -> str:
        return self.payee


class AgreementSignature(models.Model):
    """One side's signature below the terms that have ``content_hash``: ours by a user, the customer's by one of theirs.

    A customer's signer who is no stakeholder is named; who asks for it is erased from ``name``.
    """

    id = models.BigAutoField(primary_key=True)
    agreement = models.ForeignKey(ValueAgreement, models.PROTECT, related_name="+")
    side = models.CharField(max_length=20)
    role = models.CharField(max_length=TEXT_LENGTH)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    stakeholder = models.ForeignKey(Stakeholder, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=TEXT_LENGTH, default="", blank=True)
    content_hash = models.CharField(max_length=DIGEST)
    signed_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("signature_side_known", "side", SIDES),
            rule(
                "we_sign_as_users",
                ~Q(side="ours") | Q(user__isnull=False, stakeholder__isnull=True, name=""),
                field="user",
                says="For us somebody signs who signs in here. Let them sign themselves.",
            ),
            rule(
                "customer_signs_as_one_of_theirs",
                ~Q(side="customer")
                | Q(user__isnull=True, stakeholder__isnull=False, name="")
                | Q(user__isnull=True, stakeholder__isnull=True) & ~Q(name=""),
                field="name",
                says="It is not said who signed for the customer. Give a stakeholder, or else a name.",
            ),
            rule(
                "signed_before_it_is_recorded",
                Q(signed_at__lte=F("recorded_at")),
                field="signed_at",
                says="This moment lies in the future. Give the one at which they signed.",
            ),
            once(
                "agreement_signed_once",
                "agreement",
                "side",
                "role",
                field="role",
                says="This is signed already. Nothing needs to be done.",
            ),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class ValueReading(models.Model):
    """What an agreement's measure was over its term to a day, and what that realised; a revision replaces the last.

    ``adjusted``: what approved adjustments moved the baseline by. ``estimate`` and ``lower``: the value, and as far as
    it is certain, in the agreement's currency.
    """

    id = models.BigAutoField(primary_key=True)
    agreement = models.ForeignKey(ValueAgreement, models.PROTECT, related_name="+")
    as_of = models.DateField()
    revision = models.PositiveIntegerField()
    actual = Number()
    std_error = Number()
    adjusted = Number()
    estimate = Number()
    lower = Number()
    lapses_on = models.DateField()
    method = models.TextField(blank=True)
    evidence_sha256 = models.CharField(max_length=DIGEST, default="", blank=True)
    evidence_link = models.TextField(
        default="",
        blank=True,
        validators=[URLValidator(schemes=["http", "https"], message="This is no link. Begin it with https://.")],
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "value_read_once",
                "agreement",
                "as_of",
                "revision",
                field="as_of",
                says="Somebody read this at the same moment. Look at what they did, and try again.",
            ),
            rule(
                "value_reading_has_its_method",
                ~Q(method=""),
                field="method",
                says="A method is missing. Say how it was measured.",
            ),
            rule(
                "value_reading_has_evidence",
                ~Q(evidence_sha256="", evidence_link=""),
                field="evidence_sha256",
                says="Evidence is missing. Give the SHA-256 of the extract, or link to it.",
            ),
            rule(
                "std_error_not_below_0",
                ~Q(LessThan(Magnitude("std_error"), 0.0)),
                field="std_error",
                says="A standard error is not below 0. Give how far the improvement may be off.",
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk} as of {self.as_of}"


class ValueVerification(models.Model):
    """What somebody unrelated to the payees says to a reading, once they saw the evidence with ``evidence_hash``.

    ``relation_to_payees``: as they declare it themselves.
    """

    id = models.BigAutoField(primary_key=True)
    reading = models.ForeignKey(ValueReading, models.PROTECT, related_name="+")
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    relation_to_payees = models.TextField(blank=True)
    decision = models.CharField(max_length=20)
    evidence_hash = models.CharField(max_length=DIGEST)
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("value_decision_known", "decision", VALUE_DECISIONS),
            rule(
                "verifier_declares_their_relation",
                ~Q(relation_to_payees=""),
                field="relation_to_payees",
                says="It is not said how the verifier stands to the payees. Say so, or write none.",
            ),
            once(
                "value_verified_once",
                "reading",
                field="reading",
                says="This reading is decided about already. Revise it, and let somebody decide again.",
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.reading_id} {self.decision}"
