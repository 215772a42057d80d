import uuid

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0001_directory"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalLever",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("description", models.TextField(blank=True, default="")),
                ("product", models.CharField(blank=True, default="", max_length=200)),
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
                "verbose_name": "historical lever",
                "verbose_name_plural": "historical levers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Lever",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("description", models.TextField(blank=True, default="")),
                ("product", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="lever_named",
                        violation_error_code="rule:name",
                        violation_error_message="A name is missing. Give one.",
                    ),
                    models.UniqueConstraint(
                        fields=("name",),
                        name="lever_once",
                        violation_error_code="rule:name",
                        violation_error_message="There is a lever of this name. Use it, or choose another name.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAdoption",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("adopted_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
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
                    "lever",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.lever",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical adoption",
                "verbose_name_plural": "historical adoptions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Stakeholder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("contact_id", models.TextField(blank=True, default="")),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                ("title", models.CharField(blank=True, default="", max_length=200)),
                ("department", models.CharField(blank=True, default="", max_length=200)),
                ("role_in_decisions", models.CharField(default="unknown", max_length=20)),
                ("influence", models.SmallIntegerField(blank=True, null=True)),
                ("departed_on", models.DateField(blank=True, null=True)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                (
                    "reports_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.stakeholder",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="stakeholder_named",
                        violation_error_code="rule:name",
                        violation_error_message="A name is missing. Give one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role_in_decisions__in",
                                (
                                    "decision_maker",
                                    "champion",
                                    "influencer",
                                    "user",
                                    "blocker",
                                    "procurement",
                                    "unknown",
                                ),
                            )
                        ),
                        name="role_in_decisions_known",
                        violation_error_code="rule:role_in_decisions",
                        violation_error_message="This is not a choice. Choose one of decision_maker, champion, influencer, user, blocker, procurement, unknown.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("influence__isnull", True), ("influence__range", (1, 5)), _connector="OR"),
                        name="influence_1_to_5",
                        violation_error_code="rule:influence",
                        violation_error_message="Influence goes from 1, little, to 5, most. Choose a number between them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reports_to__isnull", True),
                            models.Q(("reports_to", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_reports_to_themselves",
                        violation_error_code="rule:reports_to",
                        violation_error_message="Nobody reports to themselves. Choose somebody else, or nobody.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("contact_id", ""), _negated=True),
                        fields=("account", "contact_id"),
                        name="contact_once",
                        violation_error_code="rule:contact_id",
                        violation_error_message="This contact is a stakeholder of the account already. Change that entry.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalStakeholder",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("contact_id", models.TextField(blank=True, default="")),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                ("title", models.CharField(blank=True, default="", max_length=200)),
                ("department", models.CharField(blank=True, default="", max_length=200)),
                ("role_in_decisions", models.CharField(default="unknown", max_length=20)),
                ("influence", models.SmallIntegerField(blank=True, null=True)),
                ("departed_on", models.DateField(blank=True, null=True)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
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
                    "reports_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.stakeholder",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical stakeholder",
                "verbose_name_plural": "historical stakeholders",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("adopted_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                (
                    "lever",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.lever"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "lever", "adopted_on"),
                        name="adopted_once_a_day",
                        violation_error_code="rule:adopted_on",
                        violation_error_message="This adoption is recorded already. Change that entry.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("adopted_on")), _connector="OR"
                        ),
                        name="adoption_ends_after_it_began",
                        violation_error_code="rule:ended_on",
                        violation_error_message="The last day of use is before the first. Correct one of them.",
                    ),
                ],
            },
        ),
    ]
