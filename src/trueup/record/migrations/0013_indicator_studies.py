import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0012_grade_guards")]

    operations = [
        migrations.CreateModel(
            name="IndicatorStudy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("outcome", models.CharField(max_length=60)),
                ("lead_days", models.PositiveIntegerField()),
                ("horizon_days", models.PositiveIntegerField()),
                ("as_of_on", models.DateField()),
                ("events", models.PositiveIntegerField()),
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("studied_at", models.DateTimeField()),
                (
                    "studied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
