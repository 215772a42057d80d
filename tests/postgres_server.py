"""A real Postgres for tests: a server of our own in a temporary folder, reached through a socket in it."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

USER = "trueup"
PATIENCE = 30
SETTINGS = ("listen_addresses=", "jit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
UNTIL_LET_GO = '"$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server'
"""The server ends with whoever holds the other end of the pipe, also when they are killed; and at once."""
NONE_HERE = "NOTHING WAS TESTED ON POSTGRES: there is no server on this machine; install the package postgresql"


def binaries() -> Path | None:
    """The folder with ``initdb`` and ``postgres``."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if configured := shutil.which("pg_config"):
        told = subprocess.run([configured, "--bindir"], capture_output=True, text=True, check=True)
        places.append(Path(told.stdout.strip()))
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def owner() -> str | None:
    """Whom the server runs as: Postgres refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def serving() -> Iterator[str]:
    """A running server; yields the address of its first database, without the database's name."""
    found = binaries()
    if found is None:
        if os.environ.get("TRUEUP_NOTHING_SKIPPED") == "1":
            pytest.fail(NONE_HERE)
        pytest.skip(NONE_HERE)
    # Not pytest's own folder: nobody but its owner may look into that one.
    folder = Path(tempfile.mkdtemp(prefix="trueup-pg-"))
    user = owner()
    if user:
        shutil.chown(folder, user)
    files = folder / "files"
    first = [found / "initdb", "-D", files, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(first, user=user, cwd=folder, check=True, capture_output=True)
    run = [found / "postgres", "-D", files, "-k", folder, "-F", *(f"-c{setting}" for setting in SETTINGS)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            ["sh", "-c", UNTIL_LET_GO, "sh", *run], user=user, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
    try:
        wait_for(folder, server)
        yield f"postgresql://{USER}@/{{name}}?host={folder}"
    finally:
        server.communicate(timeout=PATIENCE)
        shutil.rmtree(folder)


def wait_for(folder: Path, server: subprocess.Popen[bytes]) -> None:
    started = time.monotonic()
    while True:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() - started > PATIENCE:
                raise
            time.sleep(0.05)
        else:
            return


def dump(address: str, file: Path) -> None:
    """Write everything that the database there holds into a file."""
    _with_tool("pg_dump", "--no-owner", "--file", str(file), address)


def restore(address: str, file: Path) -> None:
    """Lay what was dumped into the empty database there."""
    _with_tool("psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", str(file), address)


def _with_tool(tool: str, *arguments: str) -> None:
    found = binaries()
    assert found is not None
    subprocess.run([found / tool, *arguments], check=True, capture_output=True)


def create_database(address: str, name: str, *, like: str = "template0") -> None:
    """Make the database ``name``, a copy of ``like``."""
    with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
