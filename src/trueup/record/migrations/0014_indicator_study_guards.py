from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_ALWAYS = "1 = 1"
_SAID = "A study stays as it was said. Ask again."

GUARDS = (
    Guard("indicator_study_not_changed", "record_indicatorstudy", "UPDATE", _ALWAYS, _SAID),
    Guard("indicator_study_not_deleted", "record_indicatorstudy", "DELETE", _ALWAYS, _SAID),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0013_indicator_studies")]

    operations = [migrations.RunPython(set_up, take_away)]
