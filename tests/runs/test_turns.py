"""Builds and imports take turns."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from trueup import workspace
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.progress import Silence
from trueup.runs.pull import pull
from trueup.runs.turns import UnderWayError, taking_turn, under_way

HOLD = """
import sys, time
from pathlib import Path
from trueup.runs.folder import Folder
from trueup.runs.turns import taking_turn
with taking_turn(Folder(Path(sys.argv[1])), "import"):
    print("taken", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return workspace.make(tmp_path / "acme", name="Acme")


def test_whoever_is_at_work_is_told_with_what_and_since_when(folder: Folder) -> None:
    before = datetime.now(UTC)
    with taking_turn(folder, "build"):
        who = under_way(folder)
        assert who is not None
        assert (who.work, who.process) == ("build", os.getpid())
        assert before <= who.since <= before + timedelta(seconds=5)
        with (
            pytest.raises(UnderWayError, match=r"Another build is under way since 20.* UTC \(process \d+\)"),
            taking_turn(folder, "import"),
        ):
            pass
    assert under_way(folder) is None


def test_nobody_is_at_work_in_a_new_workspace(folder: Folder) -> None:
    assert under_way(folder) is None


def test_neither_a_build_nor_an_import_begins_beside_another(folder: Folder) -> None:
    settings = workspace.settings(folder)
    with taking_turn(folder, "import"):
        with pytest.raises(UnderWayError, match="Another import"):
            build(folder, settings, as_of=datetime.now(UTC), progress=Silence())
        with pytest.raises(UnderWayError, match="Another import"):
            pull(folder, settings, [], source=None, progress=Silence())
    assert not folder.lake.exists()


def test_whoever_was_killed_holds_nothing(folder: Folder) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(folder.root)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "taken\n"
    who = under_way(folder)
    assert who is not None
    assert who.process == holder.pid
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert under_way(folder) is None
    with taking_turn(folder, "build"):
        assert under_way(folder) is not None


def test_who_only_looks_is_in_nobodys_way(folder: Folder) -> None:
    with taking_turn(folder, "build"):
        pass
    ends = time.monotonic() + 0.5

    def look() -> None:
        while time.monotonic() < ends:
            under_way(folder)

    looking = [Thread(target=look) for _ in range(2)]
    for each in looking:
        each.start()
    while time.monotonic() < ends:
        with taking_turn(folder, "build"):
            pass
    for each in looking:
        each.join()
