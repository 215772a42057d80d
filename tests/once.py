"""What takes long to make and many tests want: made once, by one of the processes of a test run, for all of them."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

TOGETHER = "TRUEUP_TESTS_TOGETHER"
"""The variable with the folder that the processes of a test run have in common."""


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name`` as ``make`` fills it; who comes second waits until it is whole. To be copied, not changed."""
    made = Path(os.environ[TOGETHER]) / name
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = made.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            make(draft)
            draft.rename(made)
    return made
