import uuid
from decimal import Decimal

import django.db.models.deletion
import django.db.models.lookups
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0002_stakeholders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(default="business", max_length=20)),
                ("measure", models.CharField(blank=True, default="", max_length=200)),
                ("kpi", models.CharField(blank=True, default="", max_length=100)),
                ("unit", models.CharField(blank=True, default="", max_length=50)),
                ("direction", models.CharField(default="increase", max_length=20)),
                ("weight", trueup.record.models.numbers.Number(decimal_places=8, default=Decimal(1), max_digits=24)),
                ("cadence_days", models.PositiveIntegerField(default=45)),
                ("stated_by", models.CharField(default="customer", max_length=20)),
                ("stated_on", models.DateField(blank=True, null=True)),
                ("status", models.CharField(default="draft", max_length=20)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "value_per_unit",
                    trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True),
                ),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("bound_to", models.CharField(blank=True, default="", max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                ("levers", models.ManyToManyField(blank=True, related_name="+", to="record.lever")),
                (
                    "stakeholder",
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
                        condition=models.Q(("kind__in", ("business", "personal"))),
                        name="goal_kind_known",
                        violation_error_code="rule:kind",
                        violation_error_message="This is not a choice. Choose one of business, personal.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ("increase", "decrease", "maintain"))),
                        name="goal_direction_known",
                        violation_error_code="rule:direction",
                        violation_error_message="This is not a choice. Choose one of increase, decrease, maintain.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("draft", "agreed", "achieved", "missed", "withdrawn"))),
                        name="goal_status_known",
                        violation_error_code="rule:status",
                        violation_error_message="This is not a choice. Choose one of draft, agreed, achieved, missed, withdrawn.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stated_by__in", ("customer", "us"))),
                        name="goal_stated_by_known",
                        violation_error_code="rule:stated_by",
                        violation_error_message="This is not a choice. Choose one of customer, us.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "personal"), _negated=True),
                            ("stakeholder__isnull", False),
                            _connector="OR",
                        ),
                        name="personal_goal_is_somebodys",
                        violation_error_code="rule:stakeholder",
                        violation_error_message="A personal goal is somebody's. Say whose.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.GreaterThan(trueup.record.models.numbers.Magnitude("weight"), 0.0)
                        ),
                        name="goal_weight_above_0",
                        violation_error_code="rule:weight",
                        violation_error_message="A weight is above 0. Give 1, or more to what counts more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cadence_days__gte", 1)),
                        name="goal_cadence_a_day_or_more",
                        violation_error_code="rule:cadence_days",
                        violation_error_message="A goal is read once a day at most. Give a number of days from 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", ""), ("value_per_unit__isnull", True)),
                            models.Q(("value_per_unit__isnull", False), models.Q(("currency", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="value_per_unit_has_its_currency",
                        violation_error_code="rule:currency",
                        violation_error_message="A value and its currency go together. Give both, or neither.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at__isnull", True), ("status", "draft")),
                            models.Q(("agreed_at__isnull", False), ("status__in", ("agreed", "achieved", "missed"))),
                            ("status", "withdrawn"),
                            _connector="OR",
                        ),
                        name="agreed_goal_has_its_date",
                        violation_error_code="rule:agreed_at",
                        violation_error_message="An agreed goal has the date of its agreement, a draft has none. Agree on the goal, or leave it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("status__in", ("achieved", "missed", "withdrawn"))),
                            models.Q(
                                models.Q(("status__in", ("achieved", "missed", "withdrawn")), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="ended_goal_has_its_date",
                        violation_error_code="rule:ended_at",
                        violation_error_message="A goal that ended has the date of its end, another one has none. Close it, or leave it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("agreed", "achieved", "missed")), _negated=True),
                            models.Q(("measure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="agreed_goal_has_its_measure",
                        violation_error_code="rule:measure",
                        violation_error_message="An agreed goal has a measure. Say what is measured.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bound_to", ""),
                            ("bound_to__startswith", "series:"),
                            ("bound_to__startswith", "metric:"),
                            _connector="OR",
                        ),
                        name="goal_bound_to_data",
                        violation_error_code="rule:bound_to",
                        violation_error_message="Readings come from a series or a metric. Write series:MEASURE or metric:NAME.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalGoal",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("kind", models.CharField(default="business", max_length=20)),
                ("measure", models.CharField(blank=True, default="", max_length=200)),
                ("kpi", models.CharField(blank=True, default="", max_length=100)),
                ("unit", models.CharField(blank=True, default="", max_length=50)),
                ("direction", models.CharField(default="increase", max_length=20)),
                ("weight", trueup.record.models.numbers.Number(decimal_places=8, default=Decimal(1), max_digits=24)),
                ("cadence_days", models.PositiveIntegerField(default=45)),
                ("stated_by", models.CharField(default="customer", max_length=20)),
                ("stated_on", models.DateField(blank=True, null=True)),
                ("status", models.CharField(default="draft", max_length=20)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "value_per_unit",
                    trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True),
                ),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("bound_to", models.CharField(blank=True, default="", max_length=300)),
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
                    "stakeholder",
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
                "verbose_name": "historical goal",
                "verbose_name_plural": "historical goals",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalGoal_levers",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
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
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to="record.historicalgoal"
                    ),
                ),
                (
                    "lever",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="record.lever",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalGoal_levers",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
