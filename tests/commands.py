"""Commands as people run them, in this process: what they print, and what they say on stderr."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trueup.cli import main

Run = Callable[..., tuple[int, str, str]]
"""Words in; the code, what was printed, and what was said on stderr in one line."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where commands are run: far from any workspace, unless a test says otherwise."""
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: Path) -> Run:
    """Run commands there."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(place)

    def ran(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, " ".join(told.err.split())

    return ran
