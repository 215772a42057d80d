"""The life of a pay period: what was calculated, who let it pass, what was paid out and what is disputed.

All of it is written once. Where a period stands follows from these rows, and is kept nowhere.
"""

from typing import ClassVar, Literal, get_args

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from trueup.pay.ledger import PERIOD_LENGTH, TEXT_LENGTH
from trueup.record.models.rules import once, one_of, rule
from trueup.record.models.voice import DIGEST

Decision = Literal["approved", "rejected"]
Outcome = Literal["rejected", "evidence", "plan_correction"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
OBJECT_KINDS = ("calculation", "plan")
_ENGINE = 60
_ROLE = 20
_AT_ONCE = "Somebody calculated at the same moment. Calculate again."


class PayCalculation(models.Model):
    """An official calculation of a period; the newest one counts.

    ``plan_hashes`` and ``exceptions`` are JSON: a list of SHA-256, and one of {key, message} for each line that was
    refused for want of a rule, quota, rate or reading. ``statements``: how many there are. ``hash`` is of the period,
    inputs, plans, engine and statements.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    period = models.CharField(max_length=PERIOD_LENGTH, db_index=True)
    inputs_hash = models.CharField(max_length=DIGEST)
    plan_hashes = models.TextField()
    engine = models.CharField(max_length=_ENGINE)
    known_at = models.DateTimeField()
    calculated_at = models.DateTimeField()
    calculated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    exceptions = models.TextField()
    statements = models.PositiveIntegerField()
    hash = models.CharField(max_length=DIGEST)

    def __str__(self) -> str:
        return f"calculation {self.sequence} of {self.period}"


class PayStatement(models.Model):
    """What a payee is told of a period, to the byte: JSON, with a ``hash`` in each of its ``lines``."""

    id = models.BigAutoField(primary_key=True)
    calculation = models.ForeignKey(PayCalculation, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    payee = models.CharField(max_length=TEXT_LENGTH, db_index=True)
    body = models.BinaryField()
    hash = models.CharField(max_length=DIGEST)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once("pay_statement_once", "calculation", "payee", field="payee", says=_AT_ONCE),
            once("pay_statement_in_place", "calculation", "place", field="", says=_AT_ONCE),
        ]

    def __str__(self) -> str:
        return f"statement of {self.payee}"


class PayReview(models.Model):
    """A calculation was submitted for review."""

    id = models.BigAutoField(primary_key=True)
    calculation = models.ForeignKey(PayCalculation, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "pay_reviewed_once",
                "calculation",
                field="",
                says="This calculation was submitted already. Let somebody approve it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calculation} in review"


class PayApproval(models.Model):
    """What somebody decided about a calculation or a plan, by its hash; ``actor_role`` is the role they had then."""

    id = models.BigAutoField(primary_key=True)
    object_kind = models.CharField(max_length=20)
    object_hash = models.CharField(max_length=DIGEST, db_index=True)
    calculation = models.ForeignKey(PayCalculation, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=20)
    reason = models.TextField(default="", blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=_ROLE)
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("pay_approval_kind_known", "object_kind", OBJECT_KINDS),
            one_of("pay_decision_known", "decision", DECISIONS),
            rule(
                "pay_approval_of_its_object",
                Q(object_kind="plan", calculation__isnull=True) | ~Q(object_kind="plan") & Q(calculation__isnull=False),
                field="calculation",
                says="A calculation is approved by itself, a plan by its hash. Give what was decided about.",
            ),
            rule(
                "pay_rejection_has_a_reason",
                ~Q(decision="rejected", reason=""),
                field="reason",
                says="A reason is missing. Say what has to be put right.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_kind} {self.decision}"


class PayException(models.Model):
    """Somebody looks after a line that was refused, by its key in the calculation's ``exceptions``."""

    id = models.BigAutoField(primary_key=True)
    calculation = models.ForeignKey(PayCalculation, models.PROTECT, related_name="+")
    key = models.CharField(max_length=TEXT_LENGTH)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    owned_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "pay_exception_has_a_note",
                ~Q(note=""),
                field="note",
                says="It is not said what comes of it. Say what you do about it.",
            ),
            once(
                "pay_exception_owned_once",
                "calculation",
                "key",
                field="key",
                says="Somebody looks after this already. Nothing needs to be done.",
            ),
        ]

    def __str__(self) -> str:
        return f"exception {self.key}"


class ForcedClose(models.Model):
    """A period was closed although something stood in the way: ``gates`` is JSON, a list of what."""

    period = models.CharField(max_length=PERIOD_LENGTH, primary_key=True)
    reason = models.TextField(blank=True)
    gates = models.TextField()
    forced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    forced_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "forced_close_has_a_reason",
                ~Q(reason=""),
                field="reason",
                says="A reason is missing. Say why the period is closed nevertheless.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} closed nevertheless"


class PayRun(models.Model):
    """A closed period was paid, for the first time or again; ``file_sha256`` is of the file that payroll was given.

    ``file``: that file, as bytes; None where it was not kept. Its transactions are ``first`` to ``last`` in the
    ledger, in the period ``posted_in``; none where nobody is owed.
    """

    id = models.BigAutoField(primary_key=True)
    period = models.CharField(max_length=PERIOD_LENGTH)
    number = models.PositiveIntegerField()
    posted_in = models.CharField(max_length=PERIOD_LENGTH)
    first = models.PositiveBigIntegerField(null=True, blank=True)
    last = models.PositiveBigIntegerField(null=True, blank=True)
    file_sha256 = models.CharField(max_length=DIGEST)
    file = models.BinaryField(null=True, blank=True)
    paid_at = models.DateTimeField()
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "pay_run_in_order",
                Q(first__isnull=True, last__isnull=True)
                | Q(first__isnull=False, last__isnull=False, first__lte=F("last")),
                field="last",
                says="A run has a first and a last transaction, or none. Give both.",
            ),
            once(
                "pay_run_numbered_once",
                "period",
                "number",
                field="",
                says="Somebody paid at the same moment. Look at what they paid.",
            ),
            once(
                "pay_file_handed_over_once",
                "period",
                "file_sha256",
                field="file_sha256",
                says="This file was handed over already. Make one of what is not paid yet.",
            ),
        ]

    def __str__(self) -> str:
        return f"pay run {self.number} of {self.period}"


class Dispute(models.Model):
    """Somebody says that a line of a payee's statement is wrong; the line stays as it is."""

    id = models.BigAutoField(primary_key=True)
    payee = models.CharField(max_length=TEXT_LENGTH, db_index=True)
    period = models.CharField(max_length=PERIOD_LENGTH, db_index=True)
    line_hash = models.CharField(max_length=DIGEST)
    claim = models.TextField(blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "pay_dispute_says_what",
                ~Q(claim=""),
                field="claim",
                says="It is not said what is wrong. Say what you expected, and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"


class DisputeOutcome(models.Model):
    """What came of a dispute: ``evidence`` is the natural key of a new event, ``plan_hash`` is of a corrected plan."""

    id = models.BigAutoField(primary_key=True)
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20)
    reason = models.TextField(default="", blank=True)
    evidence = models.CharField(max_length=TEXT_LENGTH, default="", blank=True)
    plan_hash = models.CharField(max_length=DIGEST, default="", blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("dispute_outcome_known", "outcome", OUTCOMES),
            rule(
                "dispute_rejected_with_a_reason",
                ~Q(outcome="rejected", reason=""),
                field="reason",
                says="A reason is missing. Say why the line is right; they will read it.",
            ),
            rule(
                "dispute_has_its_evidence",
                Q(outcome="evidence") & ~Q(evidence="") | ~Q(outcome="evidence") & Q(evidence=""),
                field="evidence",
                says="New evidence has the key of its event, another outcome has none. Give it, or leave it.",
            ),
            rule(
                "dispute_has_its_plan",
                Q(outcome="plan_correction") & ~Q(plan_hash="") | ~Q(outcome="plan_correction") & Q(plan_hash=""),
                field="plan_hash",
                says="A correction of the plan has that plan's hash, another outcome has none. Give it, or leave it.",
            ),
            once(
                "dispute_decided_once",
                "dispute",
                field="dispute",
                says="This dispute is decided already. Open another one about the newest statement.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} {self.outcome}"
