"""Builds and imports take turns: each holds the workspace's lock while it runs, and whatever died holds nothing."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

from trueup.runs.folder import Folder, WorkspaceError

Work = Literal["build", "import", "closing", "study"]

_PATIENCE = 0.5
"""Seconds after which a lock is taken to be held by somebody at work, not by somebody who looks whether it is."""
_PAUSE = 0.02


class UnderWayError(WorkspaceError):
    """Another build or import is under way; nothing was changed, and waiting helps."""


@dataclass(frozen=True)
class UnderWay:
    """Who is at work: what they do, since when (aware), and as which process."""

    work: Work
    since: datetime
    process: int

    def __str__(self) -> str:
        return f"{self.work} is under way since {self.since:%Y-%m-%d %H:%M:%S} UTC (process {self.process})"


@contextmanager
def taking_turn(folder: Folder, work: Work) -> Iterator[None]:
    """Be the only one who builds or imports; UnderWayError where somebody else is."""
    folder.generated.mkdir(parents=True, exist_ok=True)
    with folder.turn.open("a+", encoding="utf-8") as file:
        _take(file)
        file.truncate(0)
        file.write(json.dumps({"work": work, "since": datetime.now(UTC).isoformat(), "process": os.getpid()}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def under_way(folder: Folder) -> UnderWay | None:
    """Who builds or imports now; None where nobody does."""
    if not is_held(folder.turn):
        return None
    with folder.turn.open(encoding="utf-8") as file:
        return _told(file)


def is_held(lock: Path) -> bool:
    """Whether somebody holds a lock."""
    if not lock.is_file():
        return False
    with lock.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _take(file: TextIO) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            who = _told(file) or "build or import is under way"
            raise UnderWayError(f"Another {who}. Run the command again when it is over.") from None
        else:
            return


def _told(file: TextIO) -> UnderWay | None:
    """What the lock's holder wrote; None where it has only just taken the lock, or is about to let go."""
    file.seek(0)
    try:
        told = json.load(file)
    except ValueError:
        return None
    return UnderWay(told["work"], datetime.fromisoformat(told["since"]), told["process"])
