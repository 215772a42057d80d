"""Published snapshots: each is a folder with one DuckDB file and a manifest; ``CURRENT`` names the one in force.

A snapshot is written beside the published ones and becomes visible by one atomic replacement of ``CURRENT``: a reader
sees the old or the new, never a mix, and a crash at any moment leaves the last good one.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_CURRENT = "CURRENT"
_DRAFT = ".draft"
_FILE = "mart.duckdb"
_MANIFEST = "manifest.json"


class SnapshotError(Exception):
    """The snapshot in force cannot be read; the message names the cure."""


@dataclass(frozen=True)
class Manifest:
    """What a snapshot was made of.

    ``as_of`` and ``built_at`` are UTC in ISO form. ``inputs``: fingerprints of the lake's loads, the settings and the
    definitions. ``rows``: rows per table written.
    """

    snapshot: str
    built_at: str
    as_of: str
    as_of_on: str
    currency: str
    version: str
    newest_load: int
    inputs: Mapping[str, str]
    grains: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot."""

    folder: Path
    manifest: Manifest

    @property
    def file(self) -> Path:
        """Its DuckDB file."""
        return self.folder / _FILE


@dataclass
class Draft:
    """A snapshot being written; nobody reads it yet."""

    folder: Path

    @property
    def file(self) -> Path:
        """The DuckDB file to write."""
        return self.folder / _FILE


@contextmanager
def drafting(mart: Path, name: str) -> Iterator[Draft]:
    """A place to write the snapshot ``name``; removed again unless it was published.

    Nobody else may be drafting: what others left is of builds that were cut off, and is removed.
    """
    for left in mart.glob(f"*{_DRAFT}"):
        shutil.rmtree(left)
    folder = mart / f"{name}{_DRAFT}"
    folder.mkdir(parents=True)
    try:
        yield Draft(folder)
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def publish(mart: Path, draft: Draft, manifest: Manifest, *, keep: int) -> Snapshot:
    """Make a draft the snapshot in force, and remove all but the newest ``keep``."""
    (draft.folder / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    final = mart / manifest.snapshot
    draft.folder.rename(final)
    pointer = mart / f"{_CURRENT}.new"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(manifest.snapshot + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(mart / _CURRENT)
    _remove_old(mart, manifest.snapshot, keep)
    return Snapshot(final, manifest)


def current(mart: Path) -> Snapshot | None:
    """The snapshot in force, or None before the first build; SnapshotError if it cannot be read."""
    pointer = mart / _CURRENT
    if not pointer.is_file():
        return None
    return _read(mart / pointer.read_text(encoding="utf-8").strip())


def published(mart: Path) -> Sequence[Path]:
    """The folders of all kept snapshots, oldest first."""
    return sorted(path.parent for path in mart.glob(f"*/{_MANIFEST}") if path.parent.suffix != _DRAFT)


def name_at(moment: datetime) -> str:
    """A snapshot's name: when it was begun, in UTC, so that names sort by age."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def _read(folder: Path) -> Snapshot:
    try:
        told = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        told["grains"], told["kinds"] = tuple(told["grains"]), tuple(told["kinds"])
        return Snapshot(folder, Manifest(**told))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotError(
            f"The snapshot {folder.name} cannot be read: it is damaged, or made by another version of Trueup."
            " Compute it anew with `trueup build`."
        ) from error


def _remove_old(mart: Path, newest: str, keep: int) -> None:
    older = [folder for folder in published(mart) if folder.name != newest]
    for folder in older[: max(0, len(older) - (keep - 1))]:
        shutil.rmtree(folder)
