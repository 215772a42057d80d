from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

GUARDS = (
    Guard(
        "adjustment_decided_by_whom_it_does_not_pay",
        "record_adjustment",
        "UPDATE",
        "OLD.status = 'proposed' AND NEW.status <> 'proposed' AND EXISTS (SELECT 1 FROM record_agreementpayee p"
        " JOIN record_valueagreement a ON a.id = p.agreement_id WHERE a.account_id = NEW.account_id"
        " AND p.payee = (SELECT person_id FROM record_user WHERE id = NEW.decided_by_id))",
        "Nobody decides what moves the value that they are paid by. Let another analyst or administrator decide.",
    ),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0026_stress_jobs")]

    operations = [migrations.RunPython(set_up, take_away)]
