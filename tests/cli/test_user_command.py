"""Who may sign in, said by whoever has the machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from recorded import made_once
from trueup.cli import main
from trueup.record.sign_in import user_of


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A record in which nobody is yet."""
    made = shutil.copytree(made_once(), tmp_path / "acme")
    # The command opens the record itself; the environment is to be what it was afterwards.
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(made))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "trueup.server.settings")
    yield made
    connections.close_all()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["user", *arguments])
    told = capsys.readouterr()
    assert ended.value.code == 0, told.err
    return told.out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["user", *arguments])
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_people_come_change_and_go(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nobody yet: trueup user add ADDRESS --role administrator" in said(capsys, "list")
    said(capsys, "add", "Ada@ours.example", "--name", "Ada", "--role", "administrator")
    said(capsys, "add", "mo@ours.example")
    said(capsys, "role", "mo@ours.example", "analyst")
    listed = said(capsys, "list").splitlines()
    assert [line.split()[:3] for line in listed[1:]] == [
        ["ada@ours.example", "Ada", "administrator"],
        ["mo@ours.example", "analyst", "never"],
    ]
    said(capsys, "deactivate", "mo@ours.example")
    assert "may not sign in any more" in said(capsys, "list")
    assert "may not sign in any more" in refused(capsys, "link", "mo@ours.example")


def test_a_link_leads_to_where_the_workspace_was_served_last(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    said(capsys, "add", "lin@ours.example")
    first = said(capsys, "link", "lin@ours.example").strip()
    assert first.startswith("http://127.0.0.1:8000/sign-in/")
    (root / "record" / "served_at").write_text("https://trueup.ours.example", encoding="utf-8")
    link = said(capsys, "link", "lin@ours.example").strip()
    assert link.startswith("https://trueup.ours.example/sign-in/")
    user = user_of(link.rstrip("/").rpartition("/")[2])
    assert user is not None
    assert user.email == "lin@ours.example"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            "role nobody@ours.example viewer",
            "Nobody signs in as nobody@ours.example. `trueup user list` shows who does.",
        ),
        ("link nobody@ours.example", "`trueup user list`"),
        ("add nonsense", "valid email address"),
    ],
)
def test_what_cannot_be_is_refused_with_a_cure(capsys: pytest.CaptureFixture[str], asked: str, says: str) -> None:
    assert says in refused(capsys, *asked.split())


def test_the_last_administrator_stays(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "add", "boss@ours.example", "--role", "administrator")
    assert "Nobody would be left who manages people." in refused(capsys, "deactivate", "boss@ours.example")
    assert "Nobody would be left who manages people." in refused(capsys, "role", "boss@ours.example", "viewer")
