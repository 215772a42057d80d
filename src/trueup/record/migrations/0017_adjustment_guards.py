from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_TABLE = "record_adjustment"
_DECIDED = "OLD.status <> 'proposed'"
_STAYS = "A decided adjustment stays as it is. Propose another one that puts it right."
_FIXED = (
    "id",
    "account_id",
    "kind",
    "starts_on",
    "ends_on",
    "amount",
    "status",
    "proposed_by_id",
    "proposed_at",
    "decided_by_id",
    "decided_at",
)
_WORDS = ("measure", "reason", "evidence", "evidence_link")
"""Whoever is erased on request goes out of these, even of a decided one."""
_CHANGES = " OR ".join(
    (
        *(f"NEW.{column} {{differs}} OLD.{column}" for column in _FIXED),
        *(f"NEW.{column} <> OLD.{column} AND NEW.{column} NOT LIKE '%(erased)%'" for column in _WORDS),
    )
)

GUARDS = (
    Guard(
        "adjustment_stays_with_its_account",
        _TABLE,
        "UPDATE",
        "NEW.account_id <> OLD.account_id",
        "An entry stays with its account. Make a new one at the other account.",
    ),
    Guard(
        "adjustment_begins_as_proposed",
        _TABLE,
        "INSERT",
        "NEW.status <> 'proposed'",
        "An adjustment begins as proposed. Propose it, and let somebody else decide.",
    ),
    Guard("decided_adjustment_not_changed", _TABLE, "UPDATE", f"{_DECIDED} AND ({_CHANGES})", _STAYS),
    Guard("decided_adjustment_not_deleted", _TABLE, "DELETE", _DECIDED, _STAYS),
    Guard(
        "adjustment_decided_by_who_did_not_write_it",
        _TABLE,
        "UPDATE",
        "OLD.status = 'proposed' AND NEW.status <> 'proposed' AND EXISTS (SELECT 1 FROM record_historicaladjustment"
        " WHERE id = NEW.id AND history_user_id = NEW.decided_by_id)",
        "Nobody decides what they proposed or changed. Let another analyst or administrator decide.",
    ),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0016_adjustments")]

    operations = [migrations.RunPython(set_up, take_away)]
