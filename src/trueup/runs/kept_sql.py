"""The SQL of our facts, kept from one computation to the next: compiling all of them takes longer than a small build.

What a fact compiles to follows from our own source, the libraries that compile it, its parameters and the tables of the
facts that it uses; moment, zone and currency are functions of the calendar. The name of a kept file is a fingerprint of
all that, so a file is found by nobody for whom it would be wrong. Facts that are not ours, and the SQL of a program
whose source changed while it ran, are never kept.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb
import ibis
import ibis.expr.datatypes as dt
from ibis import Table

import trueup
from trueup.lake.engine import Engine
from trueup.metrics.fact import Fact
from trueup.metrics.instances import Selected
from trueup.metrics.registry import built_in_facts

KEPT_FOR = timedelta(days=7)
"""How long a file stays that nobody has used."""
_ROOMS = tuple(
    Path(trueup.__file__).parent / room for room in ("units", "canon", "metrics", "lake", "runs/kept_sql.py")
)
"""Where all is that facts are made by: the floors beneath them, the engine that compiles them, and this file."""
_SOURCES = (".py", ".sql", ".yaml")
_LIBRARIES = (sys.version, ibis.__version__, version("sqlglot"), duckdb.__version__)
_TICK = 1.0
"""Seconds by which a file system's clock may lag behind the process's."""


@dataclass(frozen=True)
class KeptSql:
    """Compiles for an engine, and keeps what it compiled in ``folder``; None: keeps nothing."""

    engine: Engine
    folder: Path | None

    def of_fact(self, fact: Fact, knows: tuple[object, ...], build: Callable[[], Table]) -> Selected:
        """The query of a fact. ``knows``: all that ``build`` depends on besides the fact's declaration."""
        is_ours = built_in_facts().get(fact.name) is fact
        return self.select(("fact", fact.name, *knows), build) if is_ours else self._compiled(build)

    def select(self, knows: tuple[object, ...], build: Callable[[], Table]) -> Selected:
        """The query that ``build``, which is part of our source, makes of what it ``knows``; told apart by ``repr``."""
        file = self._file(knows)
        if file is None:
            return self._compiled(build)
        if kept := _read(file):
            return kept
        made = self._compiled(build)
        # What was loaded only now must be what the fingerprint is of.
        if not _has_changed(_ROOMS, since=trueup.LOADED_AT):
            _write(file, made)
        return made

    def tidy(self) -> None:
        """Remove what nobody has used for long."""
        oldest = time.time() - KEPT_FOR.total_seconds()
        for file in self.folder.glob("*.sql*") if self.folder else ():
            try:
                if file.stat().st_mtime < oldest:
                    file.unlink()
            except FileNotFoundError:  # Somebody else is tidying too.
                continue

    def _compiled(self, build: Callable[[], Table]) -> Selected:
        made = build()
        return Selected(self.engine.compile(made), dict(made.schema().items()))

    def _file(self, knows: tuple[object, ...]) -> Path | None:
        built_in_facts()  # All that facts are made by is loaded before it is looked at.
        source = source_fingerprint(_ROOMS, unchanged_since=trueup.LOADED_AT)
        if self.folder is None or source is None:
            return None
        told = repr((source, _LIBRARIES, self.engine.dialect, knows))
        return self.folder / f"{hashlib.sha256(told.encode()).hexdigest()[:40]}.sql.json"


@cache
def source_fingerprint(rooms: tuple[Path, ...], *, unchanged_since: float) -> str | None:
    """A fingerprint of all files that say what rooms of our source do; None if one changed since an instant.

    Then nobody knows whether the process runs the file as it was or as it is.
    """
    found = hashlib.sha256()
    for room, file in _sources_of(rooms):
        content = file.read_bytes()
        found.update(f"{file.relative_to(room.parent).as_posix()} {len(content)}\n".encode())
        found.update(content)
    return None if _has_changed(rooms, since=unchanged_since) else found.hexdigest()


def _sources_of(rooms: tuple[Path, ...]) -> Iterator[tuple[Path, Path]]:
    for room in rooms:
        inside = (each for each in room.rglob("*") if each.suffix in _SOURCES)
        yield from ((room, file) for file in ([room] if room.is_file() else sorted(inside)))


def _has_changed(rooms: tuple[Path, ...], *, since: float) -> bool:
    told = (file.stat() for _, file in _sources_of(rooms))
    return any(max(status.st_mtime, status.st_ctime) >= since - _TICK for status in told)


def _read(file: Path) -> Selected | None:
    """What was kept; None if nothing was, or not all of it."""
    try:
        digest, _, body = file.read_bytes().partition(b"\n")
        if digest.decode() != hashlib.sha256(body).hexdigest():
            return None
        os.utime(file)
    except (OSError, UnicodeDecodeError):
        return None
    kept: Mapping[str, Mapping[str, str]] = json.loads(body)
    return Selected(str(kept["sql"]), {name: dt.dtype(kind) for name, kind in kept["columns"].items()})


def _write(file: Path, made: Selected) -> None:
    """Keep what was made, unless its types cannot be told in words or there is no room."""
    columns = {name: str(kind) for name, kind in made.columns.items()}
    if any(dt.dtype(kind) != made.columns[name] for name, kind in columns.items()):
        return
    body = json.dumps({"sql": made.sql, "columns": columns}).encode()
    draft = file.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        draft.replace(file)
    except OSError:  # A full or read-only disk makes the next build slower, and this one no worse.
        with suppress(OSError):
            draft.unlink()
