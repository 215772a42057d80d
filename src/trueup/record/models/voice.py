"""The customer's own voice: links that open to them, and what they answered, which nobody can change."""

from typing import ClassVar, Literal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from trueup.canon.entries import VERDICTS
from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.goals import Goal
from trueup.record.models.numbers import Number
from trueup.record.models.readings import Reading
from trueup.record.models.rules import once, one_of, rule

Verdict = Literal["confirmed", "corrected", "disputed"]
DIGEST = 64
"""The length of a SHA-256 in hexadecimal."""


class CustomerLink(Entry):
    """Opens some goals of one account to whoever has the token; of the token only its SHA-256 is kept."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=DIGEST)
    label = models.CharField(max_length=200, default="", blank=True)
    goals = models.ManyToManyField(Goal, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    _history_m2m_fields: ClassVar[list[str]] = ["goals"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once("link_token_once", "sha256", field="sha256", says="This token exists. Make another link."),
            rule(
                "link_expires_later",
                Q(expires_at__gt=F("created_at")),
                field="expires_at",
                says="A link expires after it was made. Give a later day.",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class CustomerAnswer(models.Model):
    """What a customer said to a goal (``reading`` null) or a reading: written once, chained to the answer before.

    ``claimed_value`` is the reading's value that they saw, ``revision`` the goal's terms that they saw; ``value`` what
    they hold right. ``payload`` is what ``hash`` is made of, by ``algorithm``; it holds a digest of ``said_by`` and
    ``note``, so that those can be erased and the chain still holds.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True, editable=False)
    link = models.ForeignKey(CustomerLink, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(null=True, blank=True)
    reading = models.ForeignKey(Reading, models.PROTECT, null=True, blank=True, related_name="+")
    claimed_value = Number(null=True, blank=True)
    verdict = models.CharField(max_length=20)
    value = Number(null=True, blank=True)
    said_by = models.CharField(max_length=200, default="", blank=True)
    note = models.TextField(default="", blank=True)
    salt = models.CharField(max_length=DIGEST, default="", blank=True)
    answered_at = models.DateTimeField()
    algorithm = models.CharField(max_length=20)
    payload = models.BinaryField()
    previous_hash = models.CharField(max_length=DIGEST, blank=True)
    hash = models.CharField(max_length=DIGEST)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("verdict_known", "verdict", VERDICTS),
            once("chain_does_not_fork", "previous_hash", field="", says="Somebody answered just now. Answer again."),
            once(
                "answer_hash_once", "hash", field="", says="This answer is recorded already. Nothing needs to be done."
            ),
            rule(
                "correction_has_its_value",
                Q(verdict="corrected", value__isnull=False)
                | Q(verdict="confirmed", value__isnull=True)
                | Q(verdict="disputed"),
                field="value",
                says="A correction has a value, a confirmation has none. Give the value that you hold right.",
            ),
            rule(
                "dispute_has_its_words",
                ~Q(verdict="disputed") | ~Q(note="") | Q(salt=""),
                field="note",
                says="A dispute needs words. Say what you see differently.",
            ),
            rule(
                "reading_has_its_claim",
                Q(reading__isnull=True, claimed_value__isnull=True)
                | Q(reading__isnull=False, claimed_value__isnull=False),
                field="reading",
                says="What was said to a reading is kept with the value that was seen. Open the page again.",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.sequence}"
