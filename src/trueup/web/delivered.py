"""What pages tell of the delivered data, kept by each process for as long as nothing new is delivered or built."""

from functools import lru_cache

from trueup import served
from trueup.answers import delivery
from trueup.answers.delivery import Marks, Source, Tally
from trueup.answers.ready import readiness_of
from trueup.canon.findings import Finding
from trueup.metrics.readiness import Readiness
from trueup.runs.entered import entries_of

PAGE = 50


def readiness() -> tuple[Readiness, ...]:
    """What can be said of each metric; slow the first time, where there is much to count."""
    return _readiness(_edition())


def has_readiness() -> bool:
    """Whether ``readiness`` answers at once."""
    return _edition() in _COUNTED


def tally() -> Tally:
    """All findings counted."""
    return _tally(_lake_edition())


def findings(marks: Marks, *, page: int) -> tuple[Finding, ...]:
    """A page (from 1) of the findings with these marks."""
    return _findings(_lake_edition(), marks, page)


def sources() -> tuple[Source, ...]:
    """What was delivered, by source."""
    return _sources(_lake_edition())


_COUNTED: set[str] = set()
"""Editions of which this process knows the readiness; only the newest is kept."""


@lru_cache(maxsize=1)
def _readiness(edition: str) -> tuple[Readiness, ...]:
    found = readiness_of(served.folder(), entries_of(served.folder()))
    _COUNTED.clear()
    _COUNTED.add(edition)
    return found


@lru_cache(maxsize=1)
def _tally(edition: str) -> Tally:
    del edition
    return delivery.tally(served.folder())


@lru_cache(maxsize=64)
def _findings(edition: str, marks: Marks, page: int) -> tuple[Finding, ...]:
    del edition
    return tuple(delivery.findings_page(served.folder(), marks, first=(page - 1) * PAGE, most=PAGE))


@lru_cache(maxsize=1)
def _sources(edition: str) -> tuple[Source, ...]:
    del edition
    return delivery.sources(served.folder())


def _lake_edition() -> str:
    """Changes with every import."""
    lake = served.folder().lake
    if not lake.is_file():
        return ""
    told = lake.stat()
    return f"{told.st_mtime_ns} {told.st_size}"


def _edition() -> str:
    """Changes with every import, build and changed definition."""
    definitions = sorted(served.folder().metrics.glob("*.yaml"))
    changed = " ".join(f"{file.name} {file.stat().st_mtime_ns}" for file in definitions)
    return f"{served.edition()} {_lake_edition()} {changed}"
