import uuid

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0004_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalMilestone",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("planned_on", models.DateField()),
                ("done_on", models.DateField(blank=True, null=True)),
                ("is_first_value", models.BooleanField(default=False)),
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
                    "goal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.goal",
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
                "verbose_name": "historical milestone",
                "verbose_name_plural": "historical milestones",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReading",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("observed_on", models.DateField()),
                ("value", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("source", models.CharField(blank=True, default="", max_length=200)),
                ("evidence", models.TextField(blank=True, default="")),
                (
                    "evidence_link",
                    models.TextField(
                        blank=True,
                        default="",
                        validators=[
                            django.core.validators.URLValidator(
                                message="This is no link. Begin it with https://.", schemes=["http", "https"]
                            )
                        ],
                    ),
                ),
                ("verification", models.CharField(default="unverified", max_length=30)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "entered_by",
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
                    "goal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.goal",
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
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical reading",
                "verbose_name_plural": "historical readings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("planned_on", models.DateField()),
                ("done_on", models.DateField(blank=True, null=True)),
                ("is_first_value", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.goal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="milestone_titled",
                        violation_error_code="rule:title",
                        violation_error_message="A title is missing. Say what is to be done.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("observed_on", models.DateField()),
                ("value", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("source", models.CharField(blank=True, default="", max_length=200)),
                ("evidence", models.TextField(blank=True, default="")),
                (
                    "evidence_link",
                    models.TextField(
                        blank=True,
                        default="",
                        validators=[
                            django.core.validators.URLValidator(
                                message="This is no link. Begin it with https://.", schemes=["http", "https"]
                            )
                        ],
                    ),
                ),
                ("verification", models.CharField(default="unverified", max_length=30)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.goal"),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("goal", "observed_on", "source"),
                        name="read_once_a_day",
                        violation_error_code="rule:observed_on",
                        violation_error_message="There is a reading of that day from that source. Correct it instead.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verification__in", ("unverified", "confirmed_by_customer", "measured_by_system"))
                        ),
                        name="verification_known",
                        violation_error_code="rule:verification",
                        violation_error_message="This is not a choice. Choose one of unverified, confirmed_by_customer, measured_by_system.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verification", "unverified"),
                                ("verified_at__isnull", True),
                                ("verified_by__isnull", True),
                            ),
                            models.Q(
                                models.Q(("verification", "unverified"), _negated=True), ("verified_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="verified_since_when",
                        violation_error_code="rule:verification",
                        violation_error_message="A verified reading says since when, another one does not. Verify it, or leave it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("entered_by__isnull", False), ("verification", "measured_by_system"), _connector="OR"
                        ),
                        name="entered_by_somebody_or_measured",
                        violation_error_code="rule:entered_by",
                        violation_error_message="A reading is entered by somebody or measured by a system. Say by whom.",
                    ),
                ],
            },
        ),
    ]
