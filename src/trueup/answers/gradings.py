"""Which periods were graded, by which state of which worksheet, as a snapshot holds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from trueup.grades.worksheet import LETTERS, UNKNOWN, Cadence, Worksheet
from trueup.grades.worksheet_file import read
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.runs.grade_tables import GRADE_SCHEMA, LAID

SHOWN = (*LETTERS, UNKNOWN)


class NoGradesError(Exception):
    """A cadence or period that has no grades; the message names those that have."""


@dataclass(frozen=True)
class Grading:
    """A graded period of a cadence: as of which day, by which state of which worksheet; frozen or not."""

    cadence: Cadence
    period: str
    first_on: date
    last_on: date
    is_over: bool
    worksheet: str
    worksheet_version: str
    as_of: str
    closed_at: datetime | None
    accounts: int


def gradings(snapshot: Snapshot, cadence: str | None = None) -> tuple[Grading, ...]:
    """The graded periods, oldest first; none where the snapshot was built by a Trueup without grades."""
    if LAID not in snapshot.manifest.rows:
        return ()
    return tuple(each for each in _gradings(snapshot.file) if cadence in {None, each.cadence})


def grading_of(snapshot: Snapshot, cadence: str, period: str | None = None) -> Grading:
    """The grading asked for; without a period, of the last one that is over. NoGradesError names those there are."""
    known = gradings(snapshot, cadence)
    if not known:
        raise NoGradesError(f"There are no {cadence} grades yet. Run `trueup build` first.")
    if period is None:
        return next((each for each in reversed(known) if each.is_over), known[-1])
    for each in known:
        if each.period == period:
            return each
    raise NoGradesError(
        f"No {cadence} grades of {period}. There are grades of {', '.join(each.period for each in known)};"
        " `trueup grades close` makes those of earlier periods."
    )


def earlier(snapshot: Snapshot, grading: Grading) -> Grading | None:
    """The grading of the period just before."""
    before = [each for each in gradings(snapshot, grading.cadence) if each.first_on < grading.first_on]
    return before[-1] if before else None


def sheet_of(snapshot: Snapshot, grading: Grading) -> Worksheet:
    """The worksheet by which a period was graded, as it was then."""
    return _sheets(snapshot.file)[grading.worksheet, grading.worksheet_version]


def metric_names(snapshot: Snapshot) -> Mapping[str, tuple[str, str]]:
    """The label and the unit of each metric that the snapshot has."""
    return _metric_names(snapshot.file)


@lru_cache(maxsize=2)
def _gradings(file: Path) -> tuple[Grading, ...]:
    mart = DuckDBEngine(file, read_only=True)
    try:
        rows = mart.query(f"SELECT * FROM {GRADE_SCHEMA}.gradings ORDER BY cadence, first_on").to_pylist()
    finally:
        mart.close()
    return tuple(Grading(**row) for row in rows)


@lru_cache(maxsize=2)
def _sheets(file: Path) -> Mapping[tuple[str, str], Worksheet]:
    mart = DuckDBEngine(file, read_only=True)
    try:
        rows = mart.query(f"SELECT worksheet, worksheet_version, text FROM {GRADE_SCHEMA}.sheets").to_pylist()
    finally:
        mart.close()
    return {(row["worksheet"], row["worksheet_version"]): read(row["worksheet"], row["text"]) for row in rows}


@lru_cache(maxsize=2)
def _metric_names(file: Path) -> Mapping[str, tuple[str, str]]:
    mart = DuckDBEngine(file, read_only=True)
    try:
        rows = mart.query("SELECT metric, label, unit FROM meta.metrics").to_pylist()
    finally:
        mart.close()
    return {row["metric"]: (row["label"], row["unit"]) for row in rows}
