import uuid

import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("role", models.CharField(default="member", max_length=20)),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ("viewer", "member", "manager", "analyst", "finance", "administrator"))
                        ),
                        name="role_known",
                        violation_error_code="rule:role",
                        violation_error_message="This is not a choice. Choose one of viewer, member, manager, analyst, finance, administrator.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", ""), _negated=True),
                        name="email_given",
                        violation_error_code="rule:email",
                        violation_error_message="A mail address is missing. Give one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="email_lower",
                        violation_error_code="rule:email",
                        violation_error_message="Mail addresses are kept in lower case. Write it so.",
                    ),
                    models.UniqueConstraint(
                        fields=("email",),
                        name="email_once",
                        violation_error_code="rule:email",
                        violation_error_message="Somebody signs in with this address already. Change their role instead.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("account_id", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField(blank=True, db_index=True, default="")),
                ("domain", models.TextField(blank=True, default="")),
                ("segment", models.TextField(blank=True, default="")),
                ("industry", models.TextField(blank=True, default="")),
                ("region", models.TextField(blank=True, default="")),
                ("is_customer", models.BooleanField(default=False)),
                ("is_by_hand", models.BooleanField(default=False)),
                ("left_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), ("is_by_hand", False), _connector="OR"
                        ),
                        name="account_named",
                        violation_error_code="rule:name",
                        violation_error_message="An account made by hand has a name. Give the company's name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAccountTeamMember",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
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
                "verbose_name": "historical account team member",
                "verbose_name_plural": "historical account team members",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("person_id", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField(blank=True, default="")),
                ("email", models.TextField(blank=True, db_index=True, default="")),
                ("team", models.TextField(blank=True, db_index=True, default="")),
                ("department", models.TextField(blank=True, default="")),
                ("left_on", models.DateField(blank=True, null=True)),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HistoricalUser",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("role", models.CharField(default="member", max_length=20)),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField()),
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
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical user",
                "verbose_name_plural": "historical users",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="account",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="record.person",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="success_owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="record.person",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="record.person",
            ),
        ),
        migrations.CreateModel(
            name="AccountTeamMember",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
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
                        fields=("account", "user"),
                        name="once_on_a_team",
                        violation_error_code="rule:user",
                        violation_error_message="They are on this account's team already. Nothing needs to be done.",
                    )
                ],
            },
        ),
    ]
