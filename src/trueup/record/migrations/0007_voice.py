import uuid

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0006_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("label", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("goals", models.ManyToManyField(blank=True, related_name="+", to="record.goal")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sha256",),
                        name="link_token_once",
                        violation_error_code="rule:sha256",
                        violation_error_message="This token exists. Make another link.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="link_expires_later",
                        violation_error_code="rule:expires_at",
                        violation_error_message="A link expires after it was made. Give a later day.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerAnswer",
            fields=[
                ("sequence", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(editable=False, unique=True)),
                ("revision", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "claimed_value",
                    trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True),
                ),
                ("verdict", models.CharField(max_length=20)),
                ("value", trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True)),
                ("said_by", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.TextField(blank=True, default="")),
                ("salt", models.CharField(blank=True, default="", max_length=64)),
                ("answered_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=20)),
                ("payload", models.BinaryField()),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "goal",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.goal"),
                ),
                (
                    "reading",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.reading",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.customerlink"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ("confirmed", "corrected", "disputed"))),
                        name="verdict_known",
                        violation_error_code="rule:verdict",
                        violation_error_message="This is not a choice. Choose one of confirmed, corrected, disputed.",
                    ),
                    models.UniqueConstraint(
                        fields=("previous_hash",),
                        name="chain_does_not_fork",
                        violation_error_code="rule:",
                        violation_error_message="Somebody answered just now. Answer again.",
                    ),
                    models.UniqueConstraint(
                        fields=("hash",),
                        name="answer_hash_once",
                        violation_error_code="rule:",
                        violation_error_message="This answer is recorded already. Nothing needs to be done.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("value__isnull", False), ("verdict", "corrected")),
                            models.Q(("value__isnull", True), ("verdict", "confirmed")),
                            ("verdict", "disputed"),
                            _connector="OR",
                        ),
                        name="correction_has_its_value",
                        violation_error_code="rule:value",
                        violation_error_message="A correction has a value, a confirmation has none. Give the value that you hold right.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "disputed"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            ("salt", ""),
                            _connector="OR",
                        ),
                        name="dispute_has_its_words",
                        violation_error_code="rule:note",
                        violation_error_message="A dispute needs words. Say what you see differently.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_value__isnull", True), ("reading__isnull", True)),
                            models.Q(("claimed_value__isnull", False), ("reading__isnull", False)),
                            _connector="OR",
                        ),
                        name="reading_has_its_claim",
                        violation_error_code="rule:reading",
                        violation_error_message="What was said to a reading is kept with the value that was seen. Open the page again.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCustomerLink",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("sha256", models.CharField(max_length=64)),
                ("label", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.account",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical customer link",
                "verbose_name_plural": "historical customer links",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCustomerLink_goals",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "customerlink",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.customerlink",
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.goal",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="record.historicalcustomerlink",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalCustomerLink_goals",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
