"""The ledger of pay: transactions in a chain, their entries and links, and the ends of periods; all written once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from trueup.pay.ledger import CODE_LENGTH, COMMISSION, KINDS, PERIOD_LENGTH, RELATIONS, TEXT_LENGTH
from trueup.record.models.numbers import Number
from trueup.record.models.rules import RULE, once, one_of
from trueup.record.models.voice import DIGEST

_CURRENCY = 3
_ALGORITHM = 20
_AT_ONCE = "Somebody posted at the same moment. Post again."


class LedgerTransaction(models.Model):
    """What was posted; ``body`` is what ``hash`` is made of, by ``algorithm``.

    The columns, entries and links say the same as ``body``, to be asked for; where they differ, ``body`` is right.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    key = models.CharField(max_length=TEXT_LENGTH)
    kind = models.CharField(max_length=20)
    reason_code = models.CharField(max_length=CODE_LENGTH)
    posted_in = models.CharField(max_length=PERIOD_LENGTH, db_index=True)
    earning_period = models.CharField(max_length=PERIOD_LENGTH)
    component = models.CharField(max_length=CODE_LENGTH)
    entries = models.PositiveIntegerField()
    links = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=_ALGORITHM)
    body = models.BinaryField()
    previous_hash = models.CharField(max_length=DIGEST, blank=True)
    hash = models.CharField(max_length=DIGEST)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("ledger_kind_known", "kind", KINDS),
            once("ledger_key_once", "key", field="key", says="This was posted already. Nothing needs to be done."),
            once("ledger_does_not_fork", "previous_hash", field="", says=_AT_ONCE),
            once("ledger_hash_once", "hash", field="", says=_AT_ONCE),
        ]

    def __str__(self) -> str:
        return f"transaction {self.sequence}"


class LedgerEntry(models.Model):
    """An amount in an account of a payee's: a debit above 0, a credit below."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    account = models.CharField(max_length=len(COMMISSION) + CODE_LENGTH)
    payee = models.CharField(max_length=TEXT_LENGTH)
    amount = Number()
    currency = models.CharField(max_length=_CURRENCY)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once("ledger_entry_once", "transaction", "place", field="", says=_AT_ONCE)
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["payee", "account"], name="ledger_by_payee")]

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency} in {self.account} of {self.payee}"


class LedgerLink(models.Model):
    """What a transaction has to do with another one, by that one's key."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    relation = models.CharField(max_length=20)
    key = models.CharField(max_length=TEXT_LENGTH)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("ledger_relation_known", "relation", RELATIONS),
            once("ledger_link_once", "transaction", "place", field="", says=_AT_ONCE),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(relation="reverses"),
                name="ledger_reversed_once",
                violation_error_code=f"{RULE}key",
                violation_error_message="This is reversed already. What was posted is reversed once.",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["key"], name="ledger_link_by_key")]

    def __str__(self) -> str:
        return f"{self.relation} {self.key}"


class PeriodEvent(models.Model):
    """The end of a period: one that has none is open.

    ``transactions`` and ``last_hash`` are of the period, ``ledger`` and ``head`` of the whole ledger at that moment;
    ``statements`` is JSON: the SHA-256 of each statement, by payee.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    period = models.CharField(max_length=PERIOD_LENGTH)
    transactions = models.PositiveBigIntegerField()
    last_hash = models.CharField(max_length=DIGEST, blank=True)
    ledger = models.PositiveBigIntegerField()
    head = models.CharField(max_length=DIGEST, blank=True)
    statements = models.TextField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=_ALGORITHM)
    body = models.BinaryField()
    previous_hash = models.CharField(max_length=DIGEST, blank=True)
    hash = models.CharField(max_length=DIGEST)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "pay_period_closed_once",
                "period",
                field="period",
                says="This period is closed already. Post into the one that is open.",
            ),
            once("pay_periods_do_not_fork", "previous_hash", field="", says=_AT_ONCE),
            once("pay_period_hash_once", "hash", field="", says=_AT_ONCE),
        ]

    def __str__(self) -> str:
        return f"{self.period} closed"
