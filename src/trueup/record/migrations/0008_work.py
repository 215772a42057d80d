import uuid

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0007_voice"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("erased_at", models.DateTimeField()),
                ("subject", models.CharField(max_length=50)),
                ("rows", models.PositiveIntegerField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HistoricalApiToken",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("sha256", models.CharField(max_length=64)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("scope", models.CharField(default="read", max_length=10)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "user",
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
                "verbose_name": "historical api token",
                "verbose_name_plural": "historical api tokens",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSchedule",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("kind", models.CharField(default="build", max_length=20)),
                ("at", models.TimeField()),
                ("weekdays", models.PositiveSmallIntegerField(default=127)),
                ("is_active", models.BooleanField(default=True)),
                ("last_asked_on", models.DateField(blank=True, editable=False, null=True)),
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
                "verbose_name": "historical schedule",
                "verbose_name_plural": "historical schedules",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(default="build", max_length=20)),
                ("at", models.TimeField()),
                ("weekdays", models.PositiveSmallIntegerField(default=127)),
                ("is_active", models.BooleanField(default=True)),
                ("last_asked_on", models.DateField(blank=True, editable=False, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("build", "import"))),
                        name="schedule_kind_known",
                        violation_error_code="rule:kind",
                        violation_error_message="This is not a choice. Choose one of build, import.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekdays__range", (1, 127))),
                        name="schedule_has_a_day",
                        violation_error_code="rule:weekdays",
                        violation_error_message="A schedule needs a day. Choose at least one weekday.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("scope", models.CharField(default="read", max_length=10)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sha256",),
                        name="api_token_once",
                        violation_error_code="rule:sha256",
                        violation_error_message="This token exists. Make another one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ("read", "write"))),
                        name="scope_known",
                        violation_error_code="rule:scope",
                        violation_error_message="This is not a choice. Choose one of read, write.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True),
                        name="token_labelled",
                        violation_error_code="rule:label",
                        violation_error_message="A label is missing. Say what the token is for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="token_expires_later",
                        violation_error_code="rule:expires_at",
                        violation_error_message="A token expires after it was made. Give a later day.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("asked_at", models.DateTimeField()),
                ("status", models.CharField(default="queued", max_length=20)),
                ("claimed_by", models.CharField(blank=True, default="", max_length=200)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("beat_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stage", models.CharField(blank=True, default="", max_length=200)),
                ("step", models.PositiveIntegerField(default=0)),
                ("steps", models.PositiveIntegerField(default=0)),
                ("message", models.TextField(blank=True, default="")),
                (
                    "asked_by",
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
                "indexes": [models.Index(fields=["status", "asked_at"], name="jobs_in_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("build", "import"))),
                        name="job_kind_known",
                        violation_error_code="rule:kind",
                        violation_error_message="This is not a choice. Choose one of build, import.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("queued", "running", "done", "failed", "abandoned"))),
                        name="job_status_known",
                        violation_error_code="rule:status",
                        violation_error_message="This is not a choice. Choose one of queued, running, done, failed, abandoned.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("status",),
                        name="one_job_runs",
                        violation_error_message="A job is running. Wait until it is done.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_at__isnull", True), ("status", "queued")),
                            models.Q(models.Q(("status", "queued"), _negated=True), ("claimed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="claimed_job_has_its_worker",
                        violation_error_code="rule:status",
                        violation_error_message="A job that began has a worker and a time. Claim it first.",
                    ),
                ],
            },
        ),
    ]
