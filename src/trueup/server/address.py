"""Where the record is kept: in a file of the workspace, or at the address of a Postgres database."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict
from urllib.parse import parse_qsl, unquote, urlsplit

from trueup.runs.folder import WorkspaceError

# An acknowledged entry is on the disk (synchronous=FULL); an erased one is overwritten there (secure_delete).
_SQLITE = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON"
_BUSY_SECONDS = 20
_FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


class Database(TypedDict, total=False):
    """One of Django's DATABASES."""

    ENGINE: str
    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str
    CONN_MAX_AGE: int
    CONN_HEALTH_CHECKS: bool
    OPTIONS: dict[str, str | int]


def database_at(address: str, file: Path | None) -> Database:
    """The database at a Postgres ``address``, else the ``file``, else one in memory.

    Raises WorkspaceError where the address is not one of Postgres.
    """
    if address:
        return _postgres(address)
    return _sqlite(file)


def _sqlite(file: Path | None) -> Database:
    if file is None:
        name = ":memory:"
    else:
        name = str(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        # What customers hope for is nobody's but its keepers': SQLite's companion files inherit this mode.
        os.close(os.open(name, os.O_CREAT | os.O_RDWR, 0o600))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": _BUSY_SECONDS, "init_command": _SQLITE},
    }


def _postgres(address: str) -> Database:
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        # The address is not repeated: it may hold a password.
        raise WorkspaceError(f"The record's address is not one of a Postgres database. Write it as {_FORM}.")
    if find_spec("psycopg") is None:
        raise WorkspaceError("The record is in Postgres, but its driver is not here: pip install 'trueup[postgres]'.")
    options: dict[str, str | int] = dict(parse_qsl(parts.query))
    host = options.pop("host", None)
    try:
        port = parts.port
    except ValueError as error:
        raise WorkspaceError(f"The record's address has no valid port. Write it as {_FORM}.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": str(host or parts.hostname or ""),
        "PORT": str(port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
