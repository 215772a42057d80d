import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0017_adjustment_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerTransaction",
            fields=[
                ("sequence", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("reason_code", models.CharField(max_length=60)),
                ("posted_in", models.CharField(db_index=True, max_length=20)),
                ("earning_period", models.CharField(max_length=20)),
                ("component", models.CharField(max_length=60)),
                ("entries", models.PositiveIntegerField()),
                ("links", models.PositiveIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=20)),
                ("body", models.BinaryField()),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "accrual",
                                    "vesting",
                                    "forfeit",
                                    "advance",
                                    "draw",
                                    "recovery",
                                    "clawback",
                                    "payment",
                                    "reversal",
                                ),
                            )
                        ),
                        name="ledger_kind_known",
                        violation_error_code="rule:kind",
                        violation_error_message="This is not a choice. Choose one of accrual, vesting, forfeit, advance, draw, recovery, clawback, payment, reversal.",
                    ),
                    models.UniqueConstraint(
                        fields=("key",),
                        name="ledger_key_once",
                        violation_error_code="rule:key",
                        violation_error_message="This was posted already. Nothing needs to be done.",
                    ),
                    models.UniqueConstraint(
                        fields=("previous_hash",),
                        name="ledger_does_not_fork",
                        violation_error_code="rule:",
                        violation_error_message="Somebody posted at the same moment. Post again.",
                    ),
                    models.UniqueConstraint(
                        fields=("hash",),
                        name="ledger_hash_once",
                        violation_error_code="rule:",
                        violation_error_message="Somebody posted at the same moment. Post again.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveIntegerField()),
                ("relation", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=200)),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.ledgertransaction"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("relation__in", ("reverses", "resolves", "cites"))),
                        name="ledger_relation_known",
                        violation_error_code="rule:relation",
                        violation_error_message="This is not a choice. Choose one of reverses, resolves, cites.",
                    ),
                    models.UniqueConstraint(
                        fields=("transaction", "place"),
                        name="ledger_link_once",
                        violation_error_code="rule:",
                        violation_error_message="Somebody posted at the same moment. Post again.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relation", "reverses")),
                        fields=("key",),
                        name="ledger_reversed_once",
                        violation_error_code="rule:key",
                        violation_error_message="This is reversed already. What was posted is reversed once.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveIntegerField()),
                ("account", models.CharField(max_length=79)),
                ("payee", models.CharField(max_length=200)),
                ("amount", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("currency", models.CharField(max_length=3)),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.ledgertransaction"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transaction", "place"),
                        name="ledger_entry_once",
                        violation_error_code="rule:",
                        violation_error_message="Somebody posted at the same moment. Post again.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PeriodEvent",
            fields=[
                ("sequence", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("period", models.CharField(max_length=20)),
                ("transactions", models.PositiveBigIntegerField()),
                ("last_hash", models.CharField(blank=True, max_length=64)),
                ("ledger", models.PositiveBigIntegerField()),
                ("head", models.CharField(blank=True, max_length=64)),
                ("statements", models.TextField()),
                ("closed_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=20)),
                ("body", models.BinaryField()),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period",),
                        name="pay_period_closed_once",
                        violation_error_code="rule:period",
                        violation_error_message="This period is closed already. Post into the one that is open.",
                    ),
                    models.UniqueConstraint(
                        fields=("previous_hash",),
                        name="pay_periods_do_not_fork",
                        violation_error_code="rule:",
                        violation_error_message="Somebody posted at the same moment. Post again.",
                    ),
                    models.UniqueConstraint(
                        fields=("hash",),
                        name="pay_period_hash_once",
                        violation_error_code="rule:",
                        violation_error_message="Somebody posted at the same moment. Post again.",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="ledgerlink",
            index=models.Index(fields=["key"], name="ledger_link_by_key"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["payee", "account"], name="ledger_by_payee"),
        ),
    ]
