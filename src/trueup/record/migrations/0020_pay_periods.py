import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0019_pay_ledger_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("payee", models.CharField(db_index=True, max_length=200)),
                ("period", models.CharField(db_index=True, max_length=20)),
                ("line_hash", models.CharField(max_length=64)),
                ("claim", models.TextField(blank=True)),
                ("opened_at", models.DateTimeField()),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("claim", ""), _negated=True),
                        name="pay_dispute_says_what",
                        violation_error_code="rule:claim",
                        violation_error_message="It is not said what is wrong. Say what you expected, and why.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputeOutcome",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("outcome", models.CharField(max_length=20)),
                ("reason", models.TextField(blank=True, default="")),
                ("evidence", models.CharField(blank=True, default="", max_length=200)),
                ("plan_hash", models.CharField(blank=True, default="", max_length=64)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.dispute"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ("rejected", "evidence", "plan_correction"))),
                        name="dispute_outcome_known",
                        violation_error_code="rule:outcome",
                        violation_error_message="This is not a choice. Choose one of rejected, evidence, plan_correction.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "rejected"), ("reason", ""), _negated=True),
                        name="dispute_rejected_with_a_reason",
                        violation_error_code="rule:reason",
                        violation_error_message="A reason is missing. Say why the line is right; they will read it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "evidence"), models.Q(("evidence", ""), _negated=True)),
                            models.Q(models.Q(("outcome", "evidence"), _negated=True), ("evidence", "")),
                            _connector="OR",
                        ),
                        name="dispute_has_its_evidence",
                        violation_error_code="rule:evidence",
                        violation_error_message="New evidence has the key of its event, another outcome has none. Give it, or leave it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "plan_correction"), models.Q(("plan_hash", ""), _negated=True)),
                            models.Q(models.Q(("outcome", "plan_correction"), _negated=True), ("plan_hash", "")),
                            _connector="OR",
                        ),
                        name="dispute_has_its_plan",
                        violation_error_code="rule:plan_hash",
                        violation_error_message="A correction of the plan has that plan's hash, another outcome has none. Give it, or leave it.",
                    ),
                    models.UniqueConstraint(
                        fields=("dispute",),
                        name="dispute_decided_once",
                        violation_error_code="rule:dispute",
                        violation_error_message="This dispute is decided already. Open another one about the newest statement.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForcedClose",
            fields=[
                ("period", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("reason", models.TextField(blank=True)),
                ("gates", models.TextField()),
                ("forced_at", models.DateTimeField()),
                (
                    "forced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="forced_close_has_a_reason",
                        violation_error_code="rule:reason",
                        violation_error_message="A reason is missing. Say why the period is closed nevertheless.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayCalculation",
            fields=[
                ("sequence", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("period", models.CharField(db_index=True, max_length=20)),
                ("inputs_hash", models.CharField(max_length=64)),
                ("plan_hashes", models.TextField()),
                ("engine", models.CharField(max_length=60)),
                ("known_at", models.DateTimeField()),
                ("calculated_at", models.DateTimeField()),
                ("exceptions", models.TextField()),
                ("statements", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "calculated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayApproval",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("object_kind", models.CharField(max_length=20)),
                ("object_hash", models.CharField(db_index=True, max_length=64)),
                ("decision", models.CharField(max_length=20)),
                ("reason", models.TextField(blank=True, default="")),
                ("actor_role", models.CharField(max_length=20)),
                ("decided_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "calculation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.paycalculation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("object_kind__in", ("calculation", "plan"))),
                        name="pay_approval_kind_known",
                        violation_error_code="rule:object_kind",
                        violation_error_message="This is not a choice. Choose one of calculation, plan.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ("approved", "rejected"))),
                        name="pay_decision_known",
                        violation_error_code="rule:decision",
                        violation_error_message="This is not a choice. Choose one of approved, rejected.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("calculation__isnull", True), ("object_kind", "plan")),
                            models.Q(models.Q(("object_kind", "plan"), _negated=True), ("calculation__isnull", False)),
                            _connector="OR",
                        ),
                        name="pay_approval_of_its_object",
                        violation_error_code="rule:calculation",
                        violation_error_message="A calculation is approved by itself, a plan by its hash. Give what was decided about.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision", "rejected"), ("reason", ""), _negated=True),
                        name="pay_rejection_has_a_reason",
                        violation_error_code="rule:reason",
                        violation_error_message="A reason is missing. Say what has to be put right.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayException",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200)),
                ("note", models.TextField(blank=True)),
                ("owned_at", models.DateTimeField()),
                (
                    "calculation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.paycalculation"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True),
                        name="pay_exception_has_a_note",
                        violation_error_code="rule:note",
                        violation_error_message="It is not said what comes of it. Say what you do about it.",
                    ),
                    models.UniqueConstraint(
                        fields=("calculation", "key"),
                        name="pay_exception_owned_once",
                        violation_error_code="rule:key",
                        violation_error_message="Somebody looks after this already. Nothing needs to be done.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayReview",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("submitted_at", models.DateTimeField()),
                (
                    "calculation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.paycalculation"
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("calculation",),
                        name="pay_reviewed_once",
                        violation_error_code="rule:",
                        violation_error_message="This calculation was submitted already. Let somebody approve it.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("period", models.CharField(max_length=20)),
                ("number", models.PositiveIntegerField()),
                ("posted_in", models.CharField(max_length=20)),
                ("first", models.PositiveBigIntegerField(blank=True, null=True)),
                ("last", models.PositiveBigIntegerField(blank=True, null=True)),
                ("file_sha256", models.CharField(max_length=64)),
                ("paid_at", models.DateTimeField()),
                (
                    "paid_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first__isnull", True), ("last__isnull", True)),
                            models.Q(
                                ("first__isnull", False), ("first__lte", models.F("last")), ("last__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="pay_run_in_order",
                        violation_error_code="rule:last",
                        violation_error_message="A run has a first and a last transaction, or none. Give both.",
                    ),
                    models.UniqueConstraint(
                        fields=("period", "number"),
                        name="pay_run_numbered_once",
                        violation_error_code="rule:",
                        violation_error_message="Somebody paid at the same moment. Look at what they paid.",
                    ),
                    models.UniqueConstraint(
                        fields=("period", "file_sha256"),
                        name="pay_file_handed_over_once",
                        violation_error_code="rule:file_sha256",
                        violation_error_message="This file was handed over already. Make one of what is not paid yet.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayStatement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveIntegerField()),
                ("payee", models.CharField(db_index=True, max_length=200)),
                ("body", models.BinaryField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "calculation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.paycalculation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("calculation", "payee"),
                        name="pay_statement_once",
                        violation_error_code="rule:payee",
                        violation_error_message="Somebody calculated at the same moment. Calculate again.",
                    ),
                    models.UniqueConstraint(
                        fields=("calculation", "place"),
                        name="pay_statement_in_place",
                        violation_error_code="rule:",
                        violation_error_message="Somebody calculated at the same moment. Calculate again.",
                    ),
                ],
            },
        ),
    ]
