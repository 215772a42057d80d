"""Workers killed in the middle of builds: the last good snapshot stays, and the work is done in the end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from django.db import connections

from mistakes import copied
from recorded import Place, lay_record, point_at
from server_process import descendants, is_alive, wait_until
from trueup.answers.cells import Question, read
from trueup.mart.snapshot import current
from trueup.record import access
from trueup.record.actions.jobs import ask_for_build
from trueup.record.machine import first_administrator
from trueup.record.models import User
from trueup.runs.folder import Folder
from trueup.runs.turns import under_way

ASKED = Question(("win_rate",), "company", "quarter")
KILLS = 4
"""In each of two tests."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = copied(tmp_path / "acme")
    text = made.settings_file.read_text(encoding="utf-8")
    made.settings_file.write_text(f'{text}\n[build]\ngrains = ["company"]\nperiods = ["quarter"]\n', encoding="utf-8")
    lay_record(made.root)
    point_at(Place(made.root))
    yield made
    connections.close_all()


@pytest.fixture
def ada(folder: Folder) -> User:
    made = first_administrator("ada@ours.example", at=datetime.now(UTC))
    assert made is not None
    return made


@pytest.fixture
def hire(folder: Folder) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker as the server does; what is left of them in the end is ended."""
    hired: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "trueup.server", "worker"]
        environment = {**os.environ, "TRUEUP_WORKSPACE": str(folder.root)}
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
        hired.append(worker)
        return worker

    yield start
    for worker in hired:
        worker.terminate()
        worker.wait()
        assert worker.stdin is not None
        worker.stdin.close()


def statuses(viewer: User) -> list[str]:
    return [job.status for job in access.jobs(viewer)]


@pytest.mark.parametrize("seed", [3, 4])
def test_a_worker_killed_at_any_moment_leaves_the_last_good_snapshot_and_its_work_to_the_next(
    folder: Folder, ada: User, hire: Callable[[], subprocess.Popen[bytes]], seed: int
) -> None:
    chance = Random(seed)
    answers = {}
    for _ in range(KILLS):
        worker = hire()
        ask_for_build(ada, at=datetime.now(UTC))
        wait_until(lambda: "running" in statuses(ada))
        time.sleep(chance.uniform(0, 5))
        hands = descendants(worker.pid)
        worker.kill()
        worker.wait()
        wait_until(lambda hands=hands: not any(is_alive(each) for each in hands))
        # Hands that were hired in the very moment before the kill are not among them; they end by themselves.
        wait_until(lambda: under_way(folder) is None)
        after = current(folder.mart)
        assert after is not None
        answer = read(after, ASKED)
        assert answer is not None
        assert answer.rows.num_rows > 0
        assert answers.setdefault(after.manifest.snapshot, answer.rows).equals(answer.rows)
    hire()
    ask_for_build(ada, at=datetime.now(UTC))
    done = statuses(ada).count("done")
    wait_until(lambda: statuses(ada).count("done") > done and not {"queued", "running"} & set(statuses(ada)))
    assert "failed" not in statuses(ada)
    assert list(folder.mart.glob("*.draft")) == []


def test_a_build_that_is_killed_itself_has_failed_and_says_how(
    folder: Folder, ada: User, hire: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = hire()
    job = ask_for_build(ada, at=datetime.now(UTC))
    wait_until(lambda: under_way(folder) is not None)
    (hands,) = descendants(worker.pid)
    os.kill(hands, 9)
    wait_until(lambda: statuses(ada) == ["failed"])
    job.refresh_from_db()
    assert "was killed (signal 9), perhaps for want of memory" in job.message
    assert worker.poll() is None


def test_a_worker_ends_when_its_server_does_and_gives_its_work_back(
    folder: Folder, ada: User, hire: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = hire()
    ask_for_build(ada, at=datetime.now(UTC))
    wait_until(lambda: under_way(folder) is not None)
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(20) == 0
    assert sorted(statuses(ada)) == ["abandoned", "queued"]
    assert under_way(folder) is None


def test_of_two_workers_of_a_workspace_one_works(
    folder: Folder, ada: User, hire: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first, second = hire(), hire()
    ask_for_build(ada, at=datetime.now(UTC))
    wait_until(lambda: under_way(folder) is not None)
    at_work, in_reserve = sorted((first, second), key=lambda worker: not descendants(worker.pid))
    assert descendants(at_work.pid)
    assert not descendants(in_reserve.pid)
    at_work.kill()
    at_work.wait()
    wait_until(lambda: bool(descendants(in_reserve.pid)))
    assert sorted(statuses(ada)) == ["abandoned", "running"]
