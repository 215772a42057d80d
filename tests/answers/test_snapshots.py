"""A build that is cut off leaves the last good snapshot; old ones make room."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from example import COMPANY, built
from mistakes import copied
from trueup import workspace
from trueup.answers.cells import Question, read
from trueup.mart.snapshot import current, published
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.progress import Silence

ASKED = Question(("response_time",), "team", "quarter")


def again(folder: Folder) -> None:
    settings = workspace.settings(folder)
    build(folder, settings, as_of=moment_of(COMPANY.ends_on.isoformat(), settings), progress=Silence())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return copied(tmp_path / "acme")


def test_a_build_killed_at_any_moment_leaves_the_last_good_snapshot(folder: Folder) -> None:
    before = current(folder.mart)
    assert before is not None
    answer = read(before, ASKED)
    assert answer is not None
    chance = Random(11)
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "trueup", "build", "--workspace", str(folder.root)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.5, 4.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        after = current(folder.mart)
        assert after is not None
        if process.returncode == -signal.SIGKILL:
            assert after == before
        told = read(after, ASKED)
        assert told is not None
        if after == before:
            assert told.rows.equals(answer.rows)
    again(folder)
    done = current(folder.mart)
    assert done is not None
    told = read(done, ASKED)
    assert told is not None
    assert told.rows.equals(answer.rows)


def test_only_the_newest_snapshots_are_kept(folder: Folder) -> None:
    settings = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(settings + "\n[build]\nkeep_snapshots = 2\n", encoding="utf-8")
    names = []
    for _ in range(3):
        again(folder)
        now = current(folder.mart)
        assert now is not None
        names.append(now.manifest.snapshot)
    assert [kept.name for kept in published(folder.mart)] == names[-2:]


def test_drafts_of_builds_that_were_cut_off_are_removed_by_the_next(folder: Folder) -> None:
    draft = folder.mart / "20200101T000000000000Z.draft"
    draft.mkdir()
    again(folder)
    assert list(folder.mart.glob("*.draft")) == []


def test_the_example_has_one_snapshot() -> None:
    assert [kept.name for kept in published(built().mart)] == [current(built().mart).manifest.snapshot]  # type: ignore[union-attr]
