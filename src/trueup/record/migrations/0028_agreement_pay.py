from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0027_adjustment_payee_guard")]

    operations = [
        migrations.AddField(
            model_name="valueagreement",
            name="pay",
            field=models.BinaryField(null=True, editable=False),
        ),
    ]
