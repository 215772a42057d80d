"""Each mistake is answered in one paragraph on stderr that says what, where, and how to cure it."""

import resource
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from example import built
from mistakes import MISTAKES, Mistake, copied
from rights import heed
from trueup import workspace
from trueup.cli import main
from trueup.lake.store import open_lake
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder


def workspace_for(mistake: Mistake, folder: Path) -> Folder:
    if mistake.on == "built":
        return built()
    made = copied(folder / "acme") if mistake.on == "copied" else workspace.make(folder / "acme", name="Acme")
    mistake.prepare(made)
    return made


@pytest.mark.parametrize("name", MISTAKES)
def test_the_answer_names_the_cure(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mistake = MISTAKES[name]
    folder = workspace_for(mistake, tmp_path)
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(folder.root))
    with pytest.raises(SystemExit) as ended:
        main([word.replace("{root}", str(folder.root)) for word in shlex.split(mistake.command)])
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert told.out == ""
    assert told.err.startswith("trueup: ")
    assert "Traceback" not in told.err
    place = 0
    for part in mistake.says:
        place = told.err.find(part.replace("{root}", str(folder.root)), place)
        assert place >= 0, f"{part!r} is not said (in this order): {told.err}"


def run(*arguments: str, on: Folder, file_size: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command as its own process; ``file_size`` limits its files, as a full disk does."""

    def limit() -> None:
        if file_size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        heed()

    return subprocess.run(
        [sys.executable, "-m", "trueup", *arguments, "--workspace", str(on.root)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )


def test_an_import_waits_for_nobody_but_says_who_is_in_the_way(tmp_path: Path) -> None:
    folder = copied(tmp_path / "acme")
    with open_lake(folder.lake):
        told = run("import", str(built().root / "exports" / "zendesk"), on=folder)
    assert told.returncode == 1
    assert "another import or build is under way. Try again" in told.stderr


@pytest.mark.parametrize(("command", "limit"), [("build", 300_000), ("metrics --format csv -o {out}", 3_000)])
def test_a_full_disk_changes_nothing(command: str, limit: int, tmp_path: Path) -> None:
    folder = copied(tmp_path / "acme")
    before = current(folder.mart)
    out = tmp_path / "metrics.csv"
    out.write_text("what was there before")
    told = run(*command.format(out=out).split(), on=folder, file_size=limit)
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert "Free some space there and run the command again; what was there before is unchanged." in told.stderr
    assert current(folder.mart) == before
    assert out.read_text() == "what was there before"
    assert not any((*folder.mart.glob("*.draft"), *tmp_path.glob("*.partial")))


def test_an_import_onto_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    folder = copied(tmp_path / "acme")
    with open_lake(folder.lake, read_only=True) as lake:
        before = lake.row_counts()
    export = tmp_path / "zendesk"
    shutil.copytree(built().root / "exports" / "zendesk", export)
    tickets = export / "tickets.csv"
    tickets.write_text(tickets.read_text(encoding="utf-8").replace("solved", "open"), encoding="utf-8")
    told = run("import", str(export), on=folder, file_size=20_000)
    assert told.returncode == 1
    assert "Free some space there" in told.stderr
    with open_lake(folder.lake, read_only=True) as lake:
        assert lake.row_counts() == before


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    told = run("metrics", "--format", "csv", "-o", str(shut / "metrics.csv"), on=built())
    assert told.returncode == 1
    assert f"{shut / 'metrics.csv'}: Permission denied. Change its permissions" in told.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Id,Name\n", "empty_table"),
        ("Id,Name,Name\n1,Acme,Acme\n", "header_duplicate"),
        ("Id,Name\n1,Acme,x\n2,Umbra\n", "line_does_not_fit"),
        ("Id,Name\n1,Müller\n", "encoding_assumed"),
    ],
)
def test_a_file_with_something_wrong_goes_in_and_the_wrong_is_a_finding(
    text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = workspace.make(tmp_path / "acme", name="Acme")
    export = tmp_path / "Account.csv"
    export.write_bytes(text.encode("latin-1"))
    with pytest.raises(SystemExit) as ended:
        main(["import", str(export), "--workspace", str(folder.root)])
    assert ended.value.code == 0
    assert says in capsys.readouterr().out


def test_a_mapping_of_a_table_that_never_came_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(tmp_path / "acme")
    mapping = folder.sources / "billing" / "contracts.sql"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("FROM contracts", "FROM contract"), "utf-8")
    for command in ("import", "findings"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--workspace", str(folder.root)])
        assert ended.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "mapping_waits" in told
    assert "contracts.sql reads contract, which was never delivered" in told
    assert "Correct the name in that file, or import the table." in told
