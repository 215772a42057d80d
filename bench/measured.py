"""Whole processes, measured from outside: wall time, CPU time of all their threads, peak memory."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

CORES = 2


@dataclass(frozen=True)
class Usage:
    """What a process took: seconds, CPU seconds, and bytes at its peak."""

    wall: float
    cpu: float
    peak: int


def measure(command: Sequence[str]) -> Usage:
    """Run a Python command on two cores; it must succeed."""
    _stay_on_two_cores()
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    kilobyte = 1 if sys.platform == "darwin" else 1024
    return Usage(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * kilobyte)


def interleaved(commands: Sequence[Callable[[], Usage]], *, runs: int) -> list[Usage]:
    """The median of each command's runs; they take turns, so that whatever else the machine does hits all alike."""
    taken = [[command() for command in commands] for _ in range(runs)]
    return [typical(column) for column in zip(*taken, strict=True)]


def typical(usages: Iterable[Usage]) -> Usage:
    """The median of each part."""
    found = list(usages)
    return Usage(median(u.wall for u in found), median(u.cpu for u in found), max(u.peak for u in found))


def _stay_on_two_cores() -> None:
    """Processes begun from here inherit it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
