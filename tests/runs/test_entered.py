"""A workspace without a record runs without one: nothing of Django is loaded, and no record is made."""

import subprocess
import sys
from pathlib import Path

import pytest

from mistakes import copied
from trueup import workspace
from trueup.runs.entered import entries_of, has_record
from trueup.runs.folder import Folder

RUN = """
import sys
from trueup.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
print("loaded:", *[name for name in ("django", "simple_history") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return copied(tmp_path_factory.mktemp("entered") / "acme")


@pytest.mark.parametrize(
    "asked", ["build", "readiness", "metrics win_rate --period week", "import", "report --company"]
)
def test_what_needs_no_record_makes_none(folder: Folder, asked: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", RUN, *asked.split(), "--workspace", str(folder.root)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == "loaded:"
    assert not folder.record.exists()


def test_there_are_no_entries_where_there_is_no_record(folder: Folder) -> None:
    assert not has_record(folder)
    assert dict(entries_of(folder)) == {}


def test_a_record_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = workspace.make(tmp_path / "acme", name="Acme")
    assert not has_record(here)
    with monkeypatch.context() as patch:
        patch.setenv("TRUEUP_RECORD", "postgresql://db.example/record")
        assert has_record(here)
    text = here.settings_file.read_text(encoding="utf-8")
    here.settings_file.write_text(f'{text}\n[record]\naddress = "postgresql://db.example/record"\n', encoding="utf-8")
    assert has_record(here)
