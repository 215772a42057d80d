import uuid

import django.db.models.deletion
import django.db.models.lookups
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0003_goals"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalStake",
            fields=[
                ("id", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("tag", models.CharField(default="other", max_length=20)),
                ("text", models.TextField(blank=True, default="")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
                "verbose_name": "historical stake",
                "verbose_name_plural": "historical stakes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="GoalTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                ("direction", models.CharField(max_length=20)),
                (
                    "baseline_value",
                    trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True),
                ),
                ("baseline_on", models.DateField(blank=True, null=True)),
                (
                    "target_value",
                    trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True),
                ),
                ("target_on", models.DateField(blank=True, null=True)),
                (
                    "tolerance",
                    trueup.record.models.numbers.Number(blank=True, decimal_places=8, max_digits=24, null=True),
                ),
                ("recorded_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.goal"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("goal", "revision"),
                        name="revision_once",
                        violation_error_code="rule:revision",
                        violation_error_message="Somebody revised this goal at the same moment. Look at what they did, and revise again.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revision__gte", 1)),
                        name="revision_from_1",
                        violation_error_code="rule:revision",
                        violation_error_message="Revisions count from 1. Begin there.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ("increase", "decrease", "maintain"))),
                        name="terms_direction_known",
                        violation_error_code="rule:direction",
                        violation_error_message="This is not a choice. Choose one of increase, decrease, maintain.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("baseline_on__isnull", True), ("baseline_value__isnull", True)),
                            models.Q(("baseline_on__isnull", False), ("baseline_value__isnull", False)),
                            _connector="OR",
                        ),
                        name="baseline_has_its_date",
                        violation_error_code="rule:baseline_on",
                        violation_error_message="A baseline is a value on a day. Give both, or neither.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("target_on__isnull", True), ("target_value__isnull", True)),
                            models.Q(("target_on__isnull", False), ("target_value__isnull", False)),
                            _connector="OR",
                        ),
                        name="target_has_its_date",
                        violation_error_code="rule:target_on",
                        violation_error_message="A target is a value by a day. Give both, or neither.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("baseline_on__isnull", True),
                            ("target_on__isnull", True),
                            ("target_on__gt", models.F("baseline_on")),
                            _connector="OR",
                        ),
                        name="target_after_baseline",
                        violation_error_code="rule:target_on",
                        violation_error_message="The target's day is not after the baseline's. Give a later one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("direction", "increase"), _negated=True),
                            ("baseline_value__isnull", True),
                            ("target_value__isnull", True),
                            django.db.models.lookups.GreaterThan(
                                trueup.record.models.numbers.Magnitude("target_value"),
                                trueup.record.models.numbers.Magnitude("baseline_value"),
                            ),
                            _connector="OR",
                        ),
                        name="increase_goes_up",
                        violation_error_code="rule:target_value",
                        violation_error_message="A goal to increase has its target above its baseline. Correct one of them, or the direction.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("direction", "decrease"), _negated=True),
                            ("baseline_value__isnull", True),
                            ("target_value__isnull", True),
                            django.db.models.lookups.LessThan(
                                trueup.record.models.numbers.Magnitude("target_value"),
                                trueup.record.models.numbers.Magnitude("baseline_value"),
                            ),
                            _connector="OR",
                        ),
                        name="decrease_goes_down",
                        violation_error_code="rule:target_value",
                        violation_error_message="A goal to decrease has its target below its baseline. Correct one of them, or the direction.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("direction", "maintain"), ("target_value__isnull", True)),
                            models.Q(("direction", "maintain"), ("tolerance__isnull", False)),
                            models.Q(models.Q(("direction", "maintain"), _negated=True), ("tolerance__isnull", True)),
                            _connector="OR",
                        ),
                        name="tolerance_where_maintained",
                        violation_error_code="rule:tolerance",
                        violation_error_message="A goal to maintain says how far it may stray, others do not. Give a tolerance there only.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tolerance__isnull", True),
                            models.Q(
                                django.db.models.lookups.LessThan(
                                    trueup.record.models.numbers.Magnitude("tolerance"), 0.0
                                ),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="tolerance_not_below_0",
                        violation_error_code="rule:tolerance",
                        violation_error_message="A tolerance is not below 0. Give how far the value may stray to either side.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stake",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tag", models.CharField(default="other", max_length=20)),
                ("text", models.TextField(blank=True, default="")),
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
                (
                    "stakeholder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.stakeholder"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tag__in", ("promotion", "raise", "bonus", "job", "recognition", "time", "other"))
                        ),
                        name="stake_tag_known",
                        violation_error_code="rule:tag",
                        violation_error_message="This is not a choice. Choose one of promotion, raise, bonus, job, recognition, time, other.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tag", "other"), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="other_stake_told",
                        violation_error_code="rule:text",
                        violation_error_message="A stake of kind other needs words. Say what hangs on it.",
                    ),
                ],
            },
        ),
    ]
