"""The process's environment: changed for a while, and settled where the process is ours alone."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_RARELY = (50_000, 20, 20)


def ours_alone() -> None:
    """Settle a process that does nothing but our work; before it loads numpy."""
    # Our matrices are small: threads that share them spend ten times the work in waiting for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Expressions and pages are many small objects: else a third of the time goes into looking for garbage among them.
    gc.set_threshold(*_RARELY)


@contextmanager
def in_environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Have these variables, and give back what was there before."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
