"""Runs a command as a process of its own and says what it took."""

import os
import subprocess
import time
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Taken:
    """Wall and processor seconds, and the most memory held, in GiB."""

    wall: float
    processor: float
    memory: float


def run(command: list[str]) -> Taken:
    """Run a command to its end; a failure of it is ours too."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024**2)


def middle(runs: list[Taken]) -> Taken:
    """The median of each figure."""
    return Taken(*(median(values) for values in zip(*((r.wall, r.processor, r.memory) for r in runs), strict=True)))
