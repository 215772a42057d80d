import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import trueup.record.models.numbers


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0021_pay_period_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="ValueAgreement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("measure", models.CharField(blank=True, max_length=200)),
                ("measure_key", models.CharField(db_index=True, max_length=200)),
                ("unit", models.CharField(blank=True, default="", max_length=50)),
                ("direction", models.CharField(max_length=20)),
                ("baseline", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("committed", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("currency", models.CharField(max_length=3)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("reading_dates", models.TextField()),
                ("payees", models.PositiveIntegerField()),
                ("signers", models.PositiveIntegerField()),
                ("doubts", models.TextField(blank=True, default="")),
                ("lineage", models.UUIDField(db_index=True)),
                ("locked_at", models.DateTimeField()),
                ("algorithm", models.CharField(max_length=20)),
                ("body", models.BinaryField()),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.account"
                    ),
                ),
                (
                    "agreed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.valueagreement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ("increase", "decrease"))),
                        name="agreement_direction_known",
                        violation_error_code="rule:direction",
                        violation_error_message="This is not a choice. Choose one of increase, decrease.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measure", ""), _negated=True),
                        name="agreement_has_its_measure",
                        violation_error_code="rule:measure",
                        violation_error_message="A measure is missing. Say which of theirs is agreed on.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.GreaterThan(
                                trueup.record.models.numbers.Magnitude("committed"), 0.0
                            )
                        ),
                        name="agreement_commits_more_than_0",
                        violation_error_code="rule:committed",
                        violation_error_message="An agreement commits to more than 0. Give the value that is aimed for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="agreement_ends_after_it_began",
                        violation_error_code="rule:ends_on",
                        violation_error_message="The term ends before it begins. Correct one of the days.",
                    ),
                    models.UniqueConstraint(
                        fields=("supersedes",),
                        name="agreement_superseded_once",
                        violation_error_code="rule:supersedes",
                        violation_error_message="That agreement is superseded already. Supersede the newer one.",
                    ),
                    models.UniqueConstraint(
                        fields=("content_hash",),
                        name="agreement_once",
                        violation_error_code="rule:",
                        violation_error_message="This is agreed on already. Nothing needs to be done.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementSignature",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("side", models.CharField(max_length=20)),
                ("role", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("content_hash", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.valueagreement"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ("ours", "customer"))),
                        name="signature_side_known",
                        violation_error_code="rule:side",
                        violation_error_message="This is not a choice. Choose one of ours, customer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("side", "ours"), _negated=True),
                            models.Q(("name", ""), ("stakeholder__isnull", True), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="we_sign_as_users",
                        violation_error_code="rule:user",
                        violation_error_message="For us somebody signs who signs in here. Let them sign themselves.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("side", "customer"), _negated=True),
                            models.Q(("name", ""), ("stakeholder__isnull", False), ("user__isnull", True)),
                            models.Q(
                                ("stakeholder__isnull", True),
                                ("user__isnull", True),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="customer_signs_as_one_of_theirs",
                        violation_error_code="rule:name",
                        violation_error_message="It is not said who signed for the customer. Give a stakeholder, or else a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed_at__lte", models.F("recorded_at"))),
                        name="signed_before_it_is_recorded",
                        violation_error_code="rule:signed_at",
                        violation_error_message="This moment lies in the future. Give the one at which they signed.",
                    ),
                    models.UniqueConstraint(
                        fields=("agreement", "side", "role"),
                        name="agreement_signed_once",
                        violation_error_code="rule:role",
                        violation_error_message="This is signed already. Nothing needs to be done.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementPayee",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveIntegerField()),
                ("payee", models.CharField(db_index=True, max_length=200)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.valueagreement"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "payee"),
                        name="agreement_pays_once",
                        violation_error_code="rule:payee",
                        violation_error_message="They are its payee. Name each once.",
                    ),
                    models.UniqueConstraint(
                        fields=("agreement", "place"),
                        name="agreement_payee_in_place",
                        violation_error_code="rule:",
                        violation_error_message="Its payees are set. Agree anew.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ValueReading",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("as_of", models.DateField()),
                ("revision", models.PositiveIntegerField()),
                ("actual", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("std_error", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("adjusted", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("estimate", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("lower", trueup.record.models.numbers.Number(decimal_places=8, max_digits=24)),
                ("lapses_on", models.DateField()),
                ("method", models.TextField(blank=True)),
                ("evidence_sha256", models.CharField(blank=True, default="", max_length=64)),
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
                ("recorded_at", models.DateTimeField()),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.valueagreement"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "as_of", "revision"),
                        name="value_read_once",
                        violation_error_code="rule:as_of",
                        violation_error_message="Somebody read this at the same moment. Look at what they did, and try again.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method", ""), _negated=True),
                        name="value_reading_has_its_method",
                        violation_error_code="rule:method",
                        violation_error_message="A method is missing. Say how it was measured.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence_link", ""), ("evidence_sha256", ""), _negated=True),
                        name="value_reading_has_evidence",
                        violation_error_code="rule:evidence_sha256",
                        violation_error_message="Evidence is missing. Give the SHA-256 of the extract, or link to it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThan(trueup.record.models.numbers.Magnitude("std_error"), 0.0),
                            _negated=True,
                        ),
                        name="std_error_not_below_0",
                        violation_error_code="rule:std_error",
                        violation_error_message="A standard error is not below 0. Give how far the improvement may be off.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ValueVerification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("relation_to_payees", models.TextField(blank=True)),
                ("decision", models.CharField(max_length=20)),
                ("evidence_hash", models.CharField(max_length=64)),
                ("decided_at", models.DateTimeField()),
                (
                    "reading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.valuereading"
                    ),
                ),
                (
                    "verifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ("verified", "refused"))),
                        name="value_decision_known",
                        violation_error_code="rule:decision",
                        violation_error_message="This is not a choice. Choose one of verified, refused.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("relation_to_payees", ""), _negated=True),
                        name="verifier_declares_their_relation",
                        violation_error_code="rule:relation_to_payees",
                        violation_error_message="It is not said how the verifier stands to the payees. Say so, or write none.",
                    ),
                    models.UniqueConstraint(
                        fields=("reading",),
                        name="value_verified_once",
                        violation_error_code="rule:reading",
                        violation_error_message="This reading is decided about already. Revise it, and let somebody decide again.",
                    ),
                ],
            },
        ),
    ]
