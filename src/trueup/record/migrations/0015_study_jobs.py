from django.db import migrations, models

_KINDS = ("build", "import", "study")


def _known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(("kind__in", _KINDS)),
        name=name,
        violation_error_code="rule:kind",
        violation_error_message="This is not a choice. Choose one of build, import, study.",
    )


class Migration(migrations.Migration):
    dependencies = [("record", "0014_indicator_study_guards")]

    operations = [
        migrations.RemoveConstraint(model_name="job", name="job_kind_known"),
        migrations.AddConstraint(model_name="job", constraint=_known("job_kind_known")),
        migrations.RemoveConstraint(model_name="schedule", name="schedule_kind_known"),
        migrations.AddConstraint(model_name="schedule", constraint=_known("schedule_kind_known")),
    ]
