"""Fetching: what is new at a system's API comes in through the same door as an export.

What was fetched waits in ``.trueup/live/<name>`` until its import succeeded; how far it came is remembered there too.
"""

import importlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from rapidfuzz import process

from trueup.runs.folder import Folder
from trueup.runs.progress import Progress
from trueup.runs.pull import ImportReport, pull
from trueup.runs.settings import Settings
from trueup.sources.live.home import settled
from trueup.sources.live.source_file import LiveError, LiveSource, Secrets, read_source, secrets_of


@dataclass(frozen=True)
class FetchReport:
    """What a fetch brought: rows by fetched table, and what became of them; nothing new, no import."""

    fetched: Mapping[str, int]
    imported: ImportReport | None


def fetch(
    folder: Folder, settings: Settings, name: str, *, environment: Mapping[str, str], now: datetime, progress: Progress
) -> FetchReport:
    """Fetch what is new at the source ``name`` and import it.

    Raises LiveError for a file, a secret or an answer that cannot be used; else as ``pull``.
    """
    source = live_source(folder, name)
    secrets = secrets_of(source, environment)
    place = _place(folder, name)
    progress.stage(f"fetching {name}")
    with settled(place):
        fetched = _extractor()(source, secrets, place, now=now, telling=progress.step)
    waiting = _waiting(source, place)
    if not waiting:
        return FetchReport(fetched, None)
    report = pull(folder, settings, waiting, source=name, progress=progress)
    for file in waiting:
        file.unlink()
    return FetchReport(fetched, report)


def forget(folder: Folder, name: str) -> None:
    """Forget how far the source was fetched: the next fetch brings everything again."""
    live_source(folder, name)
    shutil.rmtree(_place(folder, name), ignore_errors=True)


def live_source(folder: Folder, name: str) -> LiveSource:
    """The workspace's live source called ``name``; LiveError names the nearest."""
    path = folder.sources / name / "source.toml"
    if path.is_file():
        return read_source(path)
    known = sorted(file.parent.name for file in folder.sources.glob("*/source.toml"))
    if not known:
        raise LiveError(f"There is no {path}. Write it: docs/how-to/live-sources.md shows how.")
    near = process.extractOne(name, known)[0]
    raise LiveError(f"There is no {path}. Did you mean {near}? There are {', '.join(known)}.")


def _place(folder: Folder, name: str) -> Path:
    return folder.generated / "live" / name


def _waiting(source: LiveSource, place: Path) -> list[Path]:
    """Fetched files, oldest first: their names are table, moment of the fetch, part."""
    return sorted((place / source.system).glob("*.parquet"), key=lambda file: file.name.split(".")[1:3])


class _Extract(Protocol):
    def __call__(
        self, source: LiveSource, secrets: Secrets, place: Path, *, now: datetime, telling: Callable[[str], None]
    ) -> Mapping[str, int]: ...


def _extractor() -> _Extract:
    """The extraction by dlt, which is loaded only here."""
    try:
        extract: _Extract = importlib.import_module("trueup.sources.live.extract").extract
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"dlt", "requests"}:
            raise
        raise LiveError("Fetching needs dlt, which is not installed: pip install 'trueup[live]'.") from error
    return extract
