"""Rules that span rows or forbid change: triggers, in the words of each engine.

SQLite drops a table's triggers when a migration alters that table, and cannot rename a table that another's trigger
reads. So a migration that alters a guarded table begins with ``remove`` and ends with ``install``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
_FUNCTION = "guard_{name}"


@dataclass(frozen=True)
class Guard:
    """Refuses a row of ``table`` on ``event`` where the SQL condition ``refuses`` is true of NEW and OLD.

    ``{differs}`` in the condition compares like ``<>``, and tells null from a value. ``says``: what is wrong, a full
    stop, and the cure.
    """

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "DELETE"]
    refuses: str
    says: str

    def condition(self, vendor: str) -> str:
        """What is refused, in an engine's own SQL."""
        return self.refuses.format(differs=_DIFFERS[vendor])


def install(schema_editor: BaseDatabaseSchemaEditor, guards: Iterable[Guard]) -> None:
    """Set the guards up."""
    create = _in_sqlite if schema_editor.connection.vendor == "sqlite" else _in_postgres
    for guard in guards:
        for statement in create(guard):
            _run(schema_editor, statement)


def remove(schema_editor: BaseDatabaseSchemaEditor, guards: Iterable[Guard]) -> None:
    """Take the guards away."""
    for guard in guards:
        if schema_editor.connection.vendor == "sqlite":
            _run(schema_editor, f"DROP TRIGGER {guard.name}")
        else:
            _run(schema_editor, f"DROP TRIGGER {guard.name} ON {guard.table}")
            _run(schema_editor, f"DROP FUNCTION {_FUNCTION.format(name=guard.name)}")


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the triggers that the database has."""
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(listed[connection.vendor])
        return {str(name) for (name,) in cursor.fetchall()}


def _run(schema_editor: BaseDatabaseSchemaEditor, statement: str) -> None:
    # params=None: a percent sign is a percent sign.
    schema_editor.execute(statement, params=None)


def _in_sqlite(guard: Guard) -> list[str]:
    trigger = (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} FOR EACH ROW"
        f" WHEN {guard.condition('sqlite')} BEGIN SELECT RAISE(ABORT, {_text(guard.says)}); END"
    )
    return [trigger]


def _in_postgres(guard: Guard) -> list[str]:
    name = _FUNCTION.format(name=guard.name)
    goes_on = "OLD" if guard.event == "DELETE" else "NEW"
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN"
        f" IF {guard.condition('postgresql')} THEN"
        f" RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = {_text(guard.says)}; END IF;"
        f" RETURN {goes_on}; END $guard$"
    )
    trigger = (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return [function, trigger]


def _text(says: str) -> str:
    return "'" + says.replace("'", "''") + "'"
