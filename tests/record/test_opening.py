"""A workspace's record is opened by its folder, and made once."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from recorded import Place, copied, point_at, workspace_in
from trueup.record.models import Account
from trueup.record.opening import is_current, migrate
from trueup.runs.folder import WorkspaceError
from trueup.server.address import database_at
from trueup.server.secret import kept_secret


def pragma(name: str) -> str | int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def test_a_record_is_a_file_of_the_workspace_that_only_its_owner_may_read(tmp_path: Path) -> None:
    point_at(Place(workspace_in(tmp_path)))
    pragma("user_version")
    kept = tmp_path / "record" / "record.sqlite3"
    secret = tmp_path / "record" / "secret_key"
    assert {path: path.stat().st_mode & 0o777 for path in (kept, secret)} == {kept: 0o600, secret: 0o600}


def test_what_is_acknowledged_is_on_the_disk_and_what_is_erased_is_overwritten(tmp_path: Path) -> None:
    point_at(Place(workspace_in(tmp_path)))
    full, on = 2, 1
    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", full)
    assert (pragma("secure_delete"), pragma("foreign_keys")) == (on, on)


def test_a_process_may_go_from_one_workspace_to_another(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    here, there = (copied(request, "sqlite", tmp_path / name) for name in ("here", "there"))
    for place, name in ((here, "here"), (there, "there")):
        point_at(place)
        Account.objects.create(account_id=name)
    point_at(here)
    assert [account.pk for account in Account.objects.all()] == ["here"]
    assert (here.root / "record" / "secret_key").read_text() == settings.SECRET_KEY


def test_opening_a_record_leaves_the_environment_as_it_was(tmp_path: Path) -> None:
    """A notebook's later commands work where the notebook is, not in the workspace that it looked at."""
    code = (
        "import os; from pathlib import Path; from trueup.record.opening import *; before = dict(os.environ);"
        f" open_record(Path({str(workspace_in(tmp_path / 'ours'))!r})); migrate(); assert dict(os.environ) == before"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRUEUP_", "DJANGO_"))}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_migrating_is_done_once(lasting_record: Place) -> None:
    assert is_current()
    migrate()
    assert is_current()


def test_the_models_have_their_migrations(lasting_record: Place) -> None:
    call_command("makemigrations", "record", check=True, dry_run=True, verbosity=0)


def test_of_processes_that_make_the_record_at_once_one_does(tmp_path: Path) -> None:
    root = workspace_in(tmp_path)
    code = f"from pathlib import Path; from trueup.record.opening import *; open_record(Path({str(root)!r})); migrate()"
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    point_at(Place(root))
    assert is_current()


def test_of_processes_that_make_the_secret_at_once_one_wins(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        secrets = pool.map(kept_secret, [tmp_path / "secret_key"] * 8)
    assert len(set(secrets)) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "secret_key"]


def test_without_a_workspace_nothing_is_kept() -> None:
    code = (
        "import django; django.setup(); from django.conf import settings; print(settings.DATABASES['default']['NAME'])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRUEUP")}
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "DJANGO_SETTINGS_MODULE": "trueup.server.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == ":memory:\n"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://ada:p%40ss@db.example:5433/record", ("record", "ada", "p@ss", "db.example", "5433", {})),
        ("postgres:///record?host=/run/postgresql", ("record", "", "", "/run/postgresql", "", {})),
        ("postgresql://db/record?sslmode=require", ("record", "", "", "db", "", {"sslmode": "require"})),
    ],
)
def test_an_address_says_where_the_record_is(address: str, expected: tuple[object, ...]) -> None:
    at = database_at(address, None)
    assert (at["NAME"], at["USER"], at["PASSWORD"], at["HOST"], at["PORT"], at["OPTIONS"]) == expected


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "record.sqlite3", "postgresql://h/", "postgresql://h:x/d"])
def test_an_address_that_is_none_of_postgres_is_refused_without_telling_its_password(address: str) -> None:
    with pytest.raises(WorkspaceError, match="postgresql://USER:PASSWORD@HOST:PORT/DATABASE") as refused:
        database_at(address, None)
    assert "secret" not in str(refused.value)
