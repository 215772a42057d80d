"""Whether grades meant something: those that were closed, held against what came after them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from trueup.answers.gradings import NoGradesError
from trueup.answers.outcomes import HORIZON_DAYS, LAST_STATUS, SIZE, After, Rows, closed_rows, outcomes
from trueup.grades.honesty.outcomes import Baseline, Outcome, OutcomeReport
from trueup.grades.honesty.report import Grades, Honesty, honest
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot


@dataclass(frozen=True)
class Report:
    """The honesty report of a cadence. ``labels``: the period of each closing day, which is what periods are called."""

    cadence: str
    as_of_on: str
    horizon_days: int
    labels: dict[str, str]
    honesty: Honesty
    outcomes: tuple[OutcomeReport, ...]


def report(snapshot: Snapshot, cadence: str) -> Report:
    """The report from the closed grades of a snapshot; NoGradesError where none is closed."""
    # Its temporary tables are not for others who ask the same snapshot.
    mart = DuckDBEngine(snapshot.file, read_only=True)
    try:
        rows = closed_rows(mart, cadence)
        if not len(rows.accounts):
            raise NoGradesError(
                f"No {cadence} grades are closed yet, and only closed ones can be held against what came after."
                " Run `trueup grades close`, then `trueup build`."
            )
        found = outcomes(mart)
    finally:
        mart.close()
    as_of_on = snapshot.manifest.as_of_on
    grades = graded_rows(rows)
    reports = tuple(
        honest(grades, [outcome_of(rows, each)], _baselines(rows, each), as_of=as_of_on).outcomes[0] for each in found
    )
    labels = dict(zip(rows.closed_on.tolist(), rows.periods.tolist(), strict=True))
    return Report(cadence, as_of_on, HORIZON_DAYS, labels, honest(grades, [], as_of=as_of_on), reports)


def graded_rows(rows: Rows) -> Grades:
    """The grades by the days on which they were closed."""
    return Grades(rows.accounts.astype(str), rows.closed_on.astype(str), rows.letters.astype(str), rows.scores)


def outcome_of(rows: Rows, after: After) -> Outcome:
    """An outcome, known a year after the closing day, and where it has to wait, after that."""
    days = timedelta(days=HORIZON_DAYS + after.waiting_days)
    known_on = {day: (date.fromisoformat(day) + days).isoformat() for day in set(rows.closed_on.tolist())}
    known_by = np.array([known_on[day] for day in rows.closed_on.tolist()], np.str_)
    return Outcome(after.name, after.kind, after.observed, known_by, after.applies)  # type: ignore[arg-type]


def _baselines(rows: Rows, after: After) -> list[Baseline]:
    return [Baseline(LAST_STATUS, after.status), Baseline(SIZE, rows.size)]
