from django.db import migrations, models

_KINDS = ("build", "import", "study", "stress")


class Migration(migrations.Migration):
    dependencies = [("record", "0025_plan_guards")]

    operations = [
        migrations.AddField(model_name="job", name="about", field=models.TextField(blank=True, default="")),
        migrations.RemoveConstraint(model_name="job", name="job_kind_known"),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", _KINDS)),
                name="job_kind_known",
                violation_error_code="rule:kind",
                violation_error_message="This is not a choice. Choose one of build, import, study, stress.",
            ),
        ),
    ]
