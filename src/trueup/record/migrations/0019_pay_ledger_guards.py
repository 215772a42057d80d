from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_LEDGER = "record_ledgertransaction"
_ALWAYS = "1 = 1"
_STAYS = "What was posted is never {done}. Reverse it in the period that is open."
_CLOSED_STAYS = "A closed period stays closed. Put what is right into the one that is open."
_AT_ONCE = "Somebody posted at the same moment. Post again."


def _never_altered() -> Iterator[Guard]:
    for name, table in (
        ("ledger_transaction", _LEDGER),
        ("ledger_entry", "record_ledgerentry"),
        ("ledger_link", "record_ledgerlink"),
    ):
        yield Guard(f"{name}_not_changed", table, "UPDATE", _ALWAYS, _STAYS.format(done="changed"))
        yield Guard(f"{name}_not_deleted", table, "DELETE", _ALWAYS, _STAYS.format(done="deleted"))
    yield Guard("pay_period_not_changed", "record_periodevent", "UPDATE", _ALWAYS, _CLOSED_STAYS)
    yield Guard("pay_period_not_deleted", "record_periodevent", "DELETE", _ALWAYS, _CLOSED_STAYS)


def _in_chain(name: str, table: str) -> Guard:
    return Guard(
        name,
        table,
        "INSERT",
        f"NEW.sequence <> 1 + (SELECT coalesce(max(sequence), 0) FROM {table}) OR NEW.previous_hash <>"
        f" coalesce((SELECT hash FROM {table} ORDER BY sequence DESC LIMIT 1), '')",
        _AT_ONCE,
    )


def _complete(name: str, table: str, count: str) -> Guard:
    return Guard(
        name,
        table,
        "INSERT",
        f"NEW.place >= (SELECT {count} FROM {_LEDGER} WHERE sequence = NEW.transaction_id)",
        "This transaction is posted already, as a whole. Post another one.",
    )


GUARDS = (
    *_never_altered(),
    _in_chain("ledger_transaction_in_chain", _LEDGER),
    _in_chain("pay_period_in_chain", "record_periodevent"),
    _complete("ledger_entry_of_its_transaction", "record_ledgerentry", "entries"),
    _complete("ledger_link_of_its_transaction", "record_ledgerlink", "links"),
    Guard(
        "ledger_transaction_in_open_period",
        _LEDGER,
        "INSERT",
        "EXISTS (SELECT 1 FROM record_periodevent WHERE period = NEW.posted_in)",
        "This period is closed. Post into the one that is open.",
    ),
    Guard(
        "pay_period_closes_on_its_end",
        "record_periodevent",
        "INSERT",
        f"NEW.ledger <> (SELECT coalesce(max(sequence), 0) FROM {_LEDGER}) OR NEW.head <>"
        f" coalesce((SELECT hash FROM {_LEDGER} ORDER BY sequence DESC LIMIT 1), '')",
        _AT_ONCE,
    ),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0018_pay_ledger")]

    operations = [migrations.RunPython(set_up, take_away)]
