"""Opens a workspace's record. Loads no model: import those after it is open."""

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from trueup.environment import in_environment
from trueup.record.refusal import Unreachable

_SETTINGS = "trueup.server.settings"
_PATIENCE = 60.0
"""Seconds to wait for another process that migrates."""
_A_TABLE = "record_user"
"""A table that every record has."""
_LOCK = 0x7275_6570
"""Any number that no other program asks Postgres to lock."""


def open_record(root: Path) -> None:
    """Point this process at the record of the workspace in ``root``; a second workspace takes the first one's place.

    The environment stays what it was: a command that a notebook starts works where the notebook is.
    """
    with in_environment({"TRUEUP_WORKSPACE": str(root.resolve()), "DJANGO_SETTINGS_MODULE": _SETTINGS}):
        if apps.ready:
            _read_settings_again()
        else:
            django.setup()


def open_if_made(root: Path) -> bool:
    """Open the record of the workspace in ``root``, brought to this version; False where it was never made.

    A process that is on this record already goes on with it as it is. Raises Unreachable.
    """
    if apps.ready and settings.WORKSPACE is not None and settings.WORKSPACE.root == root.resolve():
        return True
    open_record(root)
    check_reachable()
    if _A_TABLE not in connection.introspection.table_names():
        return False
    migrate()
    return True


def check_reachable() -> None:
    """Raise Unreachable where the open record's database does not answer."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Unreachable(" ".join(str(error).split()).rstrip("?.")) from error


def _read_settings_again() -> None:
    connections.close_all()
    fresh = importlib.reload(importlib.import_module(_SETTINGS))
    for name, value in vars(fresh).items():
        if name.isupper():
            setattr(settings, name, value)
    connections.settings = connections.configure_settings(None)
    # Of a connection that nobody asked for there is nothing to forget.
    for made in connections.all(initialized_only=True):
        del connections[made.alias]


def is_current() -> bool:
    """Whether the open record has every table of this version."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate() -> None:
    """Bring the open record's tables to this version; of several processes that do so, one does it."""
    with _one_at_a_time():
        if not is_current():
            call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    elif connection.settings_dict["NAME"] == ":memory:":
        yield
    else:
        # An empty database beside the record serves as the lock: SQLite frees it when its holder dies.
        with closing(sqlite3.connect(f"{connection.settings_dict['NAME']}.lock", timeout=_PATIENCE)) as lock:
            lock.isolation_level = None
            lock.execute("BEGIN EXCLUSIVE")
            yield
