import uuid

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0005_readings"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalMetricTarget",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("metric", models.CharField(blank=True, max_length=100)),
                ("grain", models.CharField(default="company", max_length=20)),
                ("entity", models.TextField(default="company")),
                ("value", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("valid_from", models.DateField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
                "verbose_name": "historical metric target",
                "verbose_name_plural": "historical metric targets",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalNote",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("held_on", models.DateField()),
                ("text", models.TextField(blank=True)),
                ("is_private", models.BooleanField(default=False)),
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
                    "author",
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
                "verbose_name": "historical note",
                "verbose_name_plural": "historical notes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="MetricTarget",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("metric", models.CharField(blank=True, max_length=100)),
                ("grain", models.CharField(default="company", max_length=20)),
                ("entity", models.TextField(default="company")),
                ("value", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("valid_from", models.DateField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grain__in", ("account", "person", "team", "department", "segment", "industry", "company"))
                        ),
                        name="target_grain_known",
                        violation_error_code="rule:grain",
                        violation_error_message="This is not a choice. Choose one of account, person, team, department, segment, industry, company.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("metric", ""), _negated=True),
                        name="target_metric_named",
                        violation_error_code="rule:metric",
                        violation_error_message="A metric is missing. Name one.",
                    ),
                    models.UniqueConstraint(
                        fields=("metric", "grain", "entity", "valid_from"),
                        name="target_once_a_day",
                        violation_error_code="rule:valid_from",
                        violation_error_message="There is a target from that day on. Change it instead.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("held_on", models.DateField()),
                ("text", models.TextField(blank=True)),
                ("is_private", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("stakeholders", models.ManyToManyField(blank=True, related_name="+", to="record.stakeholder")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="note_written",
                        violation_error_code="rule:text",
                        violation_error_message="The note is empty. Write what was said.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalNote_stakeholders",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to="record.historicalnote"
                    ),
                ),
                (
                    "stakeholder",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.stakeholder",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.note",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalNote_stakeholders",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
