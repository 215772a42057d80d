"""A published snapshot kept open: opening one takes tens of milliseconds, asking it one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot


@contextmanager
def opened(snapshot: Snapshot) -> Iterator[DuckDBEngine]:
    """The snapshot to ask, from any thread; it stays open in this process until another one is asked for."""
    _kept_open(snapshot.file)
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        yield engine
    finally:
        engine.close()


@lru_cache(maxsize=1)
def _kept_open(file: Path) -> DuckDBEngine:
    return DuckDBEngine(file, read_only=True)
