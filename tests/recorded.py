"""A record to test on, in SQLite and in Postgres. Importing this sets Django up, before a test imports a model."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import django
import pytest
from django.db import connection, connections, transaction
from django.test.utils import setup_test_environment

from once import once
from postgres_server import create_database, dump, restore, serving
from trueup.record.opening import migrate, open_record
from trueup.runs.folder import Folder

os.environ["DJANGO_SETTINGS_MODULE"] = "trueup.server.settings"
django.setup()
setup_test_environment()

ENGINES = ("sqlite", "postgres")


@dataclass(frozen=True)
class Place:
    """Where a record is: a workspace's folder, and the address of its database where that is Postgres."""

    root: Path
    address: str = ""


def point_at(place: Place) -> None:
    """Let this process work on the record there; its environment stays what it was, for other rooms' tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUEUP_WORKSPACE", str(place.root))
        patch.setenv("DJANGO_SETTINGS_MODULE", "trueup.server.settings")
        patch.setenv("TRUEUP_RECORD", place.address)
        open_record(place.root)


def workspace_in(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "trueup.toml").write_text('[company]\nname = "Ours"\n', encoding="utf-8")
    return root


def made_once() -> Path:
    """A workspace with an empty record in SQLite, to copy: making one takes seconds, and is done once in a run."""
    return once("record", _make_record)


def _make_record(root: Path) -> None:
    point_at(Place(workspace_in(root)))
    with pytest.MonkeyPatch.context() as patch:
        # Where a browser is open its library has a loop running, in which Django would not wait for a database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        migrate()
        connections.close_all()


def lay_record(root: Path) -> None:
    """Give the workspace there an empty record in SQLite."""
    folder = Folder(root)
    folder.kept.mkdir(exist_ok=True)
    shutil.copy(Folder(made_once()).record, folder.record)


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(shutil.copytree(made_once(), tmp_path_factory.mktemp("sqlite") / "ours"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with serving() as address:
        yield address
        connections.close_all()


@pytest.fixture(scope="session")
def postgres_place(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Place:
    create_database(postgres_server, "record")
    place = Place(workspace_in(tmp_path_factory.mktemp("postgres")), postgres_server.format(name="record"))
    restore(place.address, once("postgres", partial(_dump_record, postgres_server)) / "record.sql")
    return place


def _dump_record(server: str, folder: Path) -> None:
    create_database(server, "made")
    place = Place(workspace_in(folder), server.format(name="made"))
    point_at(place)
    migrate()
    connections.close_all()
    dump(place.address, folder / "record.sql")


@pytest.fixture(params=ENGINES)
def record(request: pytest.FixtureRequest) -> Iterator[None]:
    """An empty record; what a test writes is undone after it."""
    with undone_at(request.getfixturevalue(f"{request.param}_place")):
        yield


@contextmanager
def undone_at(place: Place) -> Iterator[None]:
    """Work on the record there, and undo it."""
    point_at(place)
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
    connection.close()


@pytest.fixture(params=ENGINES)
def lasting_record(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty record of the test's own, in which commits are commits."""
    place = copied(request, request.param, tmp_path)
    point_at(place)
    yield place
    connections.close_all()


def copied(request: pytest.FixtureRequest, engine: str, folder: Path) -> Place:
    template: Place = request.getfixturevalue(f"{engine}_place")
    connections.close_all()
    if engine == "sqlite":
        shutil.copytree(template.root, folder / "copy")
        return Place(folder / "copy")
    server: str = request.getfixturevalue("postgres_server")
    name = f"copy{abs(hash(folder))}"
    create_database(server, name, like="record")
    return Place(workspace_in(folder / "copy"), server.format(name=name))
