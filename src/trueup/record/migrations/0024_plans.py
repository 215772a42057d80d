import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0023_value_agreement_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="payrun",
            name="file",
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="PlanReview",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("plan_hash", models.CharField(max_length=64)),
                ("plan_id", models.CharField(db_index=True, max_length=200)),
                ("label", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("path", models.CharField(max_length=200)),
                ("body", models.BinaryField()),
                ("money_diff", models.TextField(blank=True, default="")),
                ("not_compared", models.TextField(blank=True, default="")),
                ("submitted_at", models.DateTimeField()),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("money_diff", ""), models.Q(("not_compared", ""), _negated=True)),
                            models.Q(models.Q(("money_diff", ""), _negated=True), ("not_compared", "")),
                            _connector="OR",
                        ),
                        name="plan_compared_or_why_not",
                        violation_error_code="rule:not_compared",
                        violation_error_message="It is not said what this plan changes. Compare it with what it replaces, or say why not.",
                    ),
                    models.UniqueConstraint(
                        fields=("plan_hash",),
                        name="plan_reviewed_once",
                        violation_error_code="rule:",
                        violation_error_message="This version was submitted already. Let somebody decide about it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanPayee",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("payee", models.CharField(db_index=True, max_length=200)),
                ("put_at", models.DateTimeField()),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.planreview"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("review", "payee"),
                        name="plan_pays_once",
                        violation_error_code="rule:payee",
                        violation_error_message="They are on this plan. Name each once.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanAcknowledgement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("payee", models.CharField(db_index=True, max_length=200)),
                ("plan_hash", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.planreview"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("review", "payee"),
                        name="plan_signed_once",
                        violation_error_code="rule:",
                        violation_error_message="You signed this already. Nothing is left to do.",
                    )
                ],
            },
        ),
    ]
