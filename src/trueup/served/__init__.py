"""The workspace that this process serves, as it is now: pages and programs ask here."""

from datetime import UTC, date, datetime
from functools import lru_cache

from trueup import workspace
from trueup.mart.snapshot import Snapshot, current
from trueup.runs.folder import Folder, find
from trueup.runs.settings import Settings
from trueup.units.calendar import local_date


def folder() -> Folder:
    """The company's folder, from the environment the server was started in."""
    return find()


def settings() -> Settings:
    """The company's settings as its file has them now."""
    found = folder()
    return _settings(found, found.settings_file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _settings(found: Folder, changed: int) -> Settings:
    del changed  # part of the key: a changed file is read again
    return workspace.settings(found)


def snapshot() -> Snapshot | None:
    """What was published last; None before the first build."""
    return current(folder().mart)


def edition() -> str:
    """What pages are made from, as a key to keep them under: it changes with every build and every changed setting."""
    published = snapshot()
    built = published.manifest.snapshot if published else ""
    return f"{built} {folder().settings_file.stat().st_mtime_ns}"


def today() -> date:
    """The day it is in the company's zone."""
    return local_date(datetime.now(UTC), settings().zone)
