from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_ALWAYS = "1 = 1"
_STAYS = "An entry stays with its account. Make a new one at the other account."
_CLOSED = "Closed grades stay as they were. Put what is right into the next period."

GUARDS = (
    Guard(
        "gradeanswer_stays_with_its_account",
        "record_gradeanswer",
        "UPDATE",
        "NEW.account_id <> OLD.account_id",
        _STAYS,
    ),
    Guard(
        "gradeoverride_stays_with_its_account",
        "record_gradeoverride",
        "UPDATE",
        "NEW.account_id <> OLD.account_id",
        _STAYS,
    ),
    Guard("closed_grades_not_changed", "record_closedgrades", "UPDATE", _ALWAYS, _CLOSED),
    Guard("closed_grades_not_deleted", "record_closedgrades", "DELETE", _ALWAYS, _CLOSED),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0011_grades")]

    operations = [migrations.RunPython(set_up, take_away)]
