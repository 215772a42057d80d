"""Where dlt lives while something is fetched: inside the workspace, telling nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.environment import in_environment

ATTEMPTS = 6
"""How often a system is asked that is busy or silent, at growing distances, or at those that it asks for itself."""
LONGEST_WAIT = 300
"""Seconds; a system that wants a longer pause is asked again then."""


@contextmanager
def settled(place: Path) -> Iterator[None]:
    """For a while, dlt keeps everything in ``place``, sends nothing anywhere and reads no settings of the user's own.

    It must not be imported before: it decides about its telemetry when it is first loaded.
    """
    place.mkdir(parents=True, exist_ok=True)
    wanted = {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "DLT_DATA_DIR": str(place),
        "DLT_LOCAL_DIR": str(place),
        "DLT_PROJECT_DIR": str(place),
        "DLT_DISABLE_PLUGINS": "true",
        "LOAD__DELETE_COMPLETED_JOBS": "true",
        "RESTORE_FROM_DESTINATION": "false",
        "HOME": str(place),
    }
    with in_environment(wanted):
        yield
