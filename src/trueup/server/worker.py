"""Does the queued jobs of a workspace, one at a time, each in a process of its own.

It claims, beats and tells how far a job is. If it is killed, the next worker of the workspace finds out at once and
queues the work again, any other after half a minute.
"""

import fcntl
import socket
import time
from datetime import UTC, datetime
from typing import TextIO
from uuid import uuid4

import typer

from trueup import workspace
from trueup.record.models import Job
from trueup.record.queue import ask_scheduled, beat, bury, bury_silent, claim, fail, finish, give_back
from trueup.runs.folder import Folder, find
from trueup.server.hands import Hands, Said
from trueup.server.parent import when_parent_ends
from trueup.server.stop import Stop

_IDLE = 0.5
"""Seconds between looks into the queue."""
_TOLD_EVERY = 0.25
_BEAT_EVERY = 5.0
_ROUND_EVERY = 5.0
"""Seconds between looks for schedules that are due and for workers that died."""


def main(arguments: list[str]) -> None:
    """Work until the server stops."""
    del arguments
    stop = Stop.by_signals()
    when_parent_ends(stop.ask)
    folder = find()
    folder.generated.mkdir(parents=True, exist_ok=True)
    with folder.worker.open("a+", encoding="utf-8") as file:
        if _locked(file, stop):
            work(folder, _signed(file), stop)


def work(folder: Folder, name: str, stop: Stop) -> None:
    """Do what is queued, until asked to stop."""
    next_round = 0.0
    while not stop.is_asked:
        if time.monotonic() >= next_round:
            _look_around(folder)
            next_round = time.monotonic() + _ROUND_EVERY
        job = claim(name, at=_now())
        if job is None:
            time.sleep(_IDLE)
        else:
            carry_out(job, stop)


def carry_out(job: Job, stop: Stop) -> None:
    """Do a claimed job, and keep its row true meanwhile."""
    hands = Hands(job.kind, job.about)
    try:
        told, told_at = hands.said, time.monotonic()
        while hands.hear(_TOLD_EVERY):
            if stop.is_asked:
                hands.drop()
                give_back(job, at=_now())
                return
            if hands.said == told and time.monotonic() - told_at < _BEAT_EVERY:
                continue
            told, told_at = hands.said, time.monotonic()
            if not beat(job, at=_now(), stage=told.stage, step=told.step, steps=told.steps):
                typer.echo(f"The {job.kind} is no longer this worker's; it is dropped.", err=True)
                return
        _conclude(job, hands.said, hands.rest())
    finally:
        hands.drop()


def _conclude(job: Job, said: Said, code: int) -> None:
    if said.done is not None:
        finish(job, at=_now(), message=said.done)
    elif said.failed is not None:
        fail(job, at=_now(), message=said.failed)
    else:
        fail(job, at=_now(), message=_unexpected(job, code))


def _unexpected(job: Job, code: int) -> str:
    if code < 0:
        return f"The {job.kind} was killed (signal {-code}), perhaps for want of memory: lower [build] memory_limit."
    return f"The {job.kind} ended unexpectedly (exit code {code}). The server's log says why; please report it."


def _look_around(folder: Folder) -> None:
    bury_silent(at=_now())
    ask_scheduled(at=_now(), zone=workspace.settings(folder).zone)


def _locked(file: TextIO, stop: Stop) -> bool:
    """Wait for the lock: a second server of the workspace has its own worker in reserve."""
    while not stop.is_asked:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_IDLE)
        else:
            return True
    return False


def _signed(file: TextIO) -> str:
    """The name of the worker that holds the lock from now on; whoever held it before is dead."""
    file.seek(0)
    if before := file.read():
        bury(before, at=_now())
    name = f"{socket.gethostname()} {uuid4().hex[:8]}"
    file.truncate(0)
    file.write(name)
    file.flush()
    return name


def _now() -> datetime:
    return datetime.now(UTC)
