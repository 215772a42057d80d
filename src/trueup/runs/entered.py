"""What a workspace's record has to do with a run: its entries go in, and its directory follows the lake.

Most workspaces have no record, and then nothing of Django is loaded, nor is a record made.
"""

import importlib
import os
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cached_property

import pyarrow as pa

from trueup.lake.entered import NO_ENTRIES, Entries
from trueup.mart.snapshot import current
from trueup.record.refusal import Unreachable
from trueup.runs.directory import directory_of
from trueup.runs.folder import RECORD_ADDRESS, Folder, WorkspaceError
from trueup.runs.settings import Settings
from trueup.units.calendar import local_date


class _Kept(Entries):
    """The record's entries, exported when somebody first looks: most answers stand in the snapshot already."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    @cached_property
    def _tables(self) -> Entries:
        if not open_kept_record(self._folder):
            return NO_ENTRIES
        entries: Entries = importlib.import_module("trueup.record.export").export()
        return entries

    def __getitem__(self, name: str) -> pa.Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def entries_of(folder: Folder) -> Entries:
    """Every version of what people entered; none where the workspace has no record."""
    return _Kept(folder) if has_record(folder) else NO_ENTRIES


def has_record(folder: Folder) -> bool:
    """Whether people may have entered something."""
    return folder.record.is_file() or bool(_address(folder))


def follow_lake(folder: Folder, settings: Settings) -> None:
    """Let the record's directory of accounts and people follow the lake; nothing where one of the two is missing."""
    if not (folder.lake.is_file() and open_kept_record(folder)):
        return
    accounts, people = directory_of(folder, settings, on=_directory_day(folder, settings))
    importlib.import_module("trueup.record.directory").refresh(accounts, people, on=datetime.now(UTC).date())


def open_kept_record(folder: Folder) -> bool:
    """Open the workspace's record, brought to this version; False where it has none.

    Raises WorkspaceError where it does not answer.
    """
    if not has_record(folder):
        return False
    # Django takes long to load, and most workspaces do without it.
    opening = importlib.import_module("trueup.record.opening")
    try:
        return bool(opening.open_if_made(folder.root))
    except Unreachable as error:
        raise unreachable(folder, error) from error


def make_record(folder: Folder) -> None:
    """Open the workspace's record, brought to this version, and made where there is none.

    Raises WorkspaceError where it does not answer.
    """
    opening = importlib.import_module("trueup.record.opening")
    opening.open_record(folder.root)
    try:
        opening.check_reachable()
    except Unreachable as error:
        raise unreachable(folder, error) from error
    opening.migrate()


def unreachable(folder: Folder, error: Unreachable) -> WorkspaceError:
    """What to say of a record that does not answer."""
    where = "the database of [record] address" if _address(folder) else str(folder.record)
    return WorkspaceError(f"The record cannot be reached, which is {where}: {error}. Start it, or correct the address.")


def _address(folder: Folder) -> str:
    """Where the record is, if it is not in the workspace."""
    told = tomllib.loads(folder.settings_file.read_text(encoding="utf-8")).get("record", {}).get("address", "")
    return os.environ.get(RECORD_ADDRESS) or str(told)


def _directory_day(folder: Folder, settings: Settings) -> date:
    """The day on which somebody is a customer or not: that of the last build, so that pages agree with each other."""
    snapshot = current(folder.mart)
    if snapshot is not None:
        return date.fromisoformat(snapshot.manifest.as_of_on)
    return local_date(datetime.now(UTC), settings.zone)
