"""Whether grades meant something: those that were closed, held against what came after them.

Of many accounts this takes many seconds, and says the same until the next build: so a build makes the report of each
cadence and keeps it.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from pydantic import TypeAdapter

from trueup.grades.honesty.outcomes import Baseline, Outcome, OutcomeReport
from trueup.grades.honesty.report import Grades, Honesty, honest
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.sql import constant
from trueup.runs.grade_tables import GRADE_SCHEMA
from trueup.runs.outcomes import HORIZON_DAYS, LAST_STATUS, SIZE, After, Rows, closed_rows, forget, outcomes

HONESTY = f"{GRADE_SCHEMA}.honesty"
"""A row per cadence with closed grades: its report, as JSON."""


@dataclass(frozen=True)
class Report:
    """The honesty report of a cadence. ``labels``: the period of each closing day, which is what periods are called."""

    cadence: str
    as_of_on: str
    horizon_days: int
    labels: dict[str, str]
    honesty: Honesty
    outcomes: tuple[OutcomeReport, ...]


_REPORT = TypeAdapter(Report)


def lay_honesty(engine: DuckDBEngine, as_of_on: str) -> dict[str, int]:
    """Lay the reports of all cadences over finished grades and facts; the rows of the table."""
    cadences = engine.query(f"SELECT DISTINCT cadence FROM {GRADE_SCHEMA}.gradings ORDER BY cadence").column(0)
    made = {cadence: made_report(engine, cadence, as_of_on) for cadence in cadences.to_pylist()}
    texts = {cadence: json.dumps(asdict(report)) for cadence, report in made.items() if report is not None}
    columns = {"cadence": pa.array(list(texts), pa.string()), "report": pa.array(list(texts.values()), pa.string())}
    engine.load(GRADE_SCHEMA, "honesty", pa.table(columns))
    return {HONESTY: len(texts)}


def kept_report(engine: DuckDBEngine, cadence: str) -> Report | None:
    """The report that the build made of a cadence; None where it has no closed grades."""
    found = engine.query(f"SELECT report FROM {HONESTY} WHERE cadence = {constant(cadence)}").column(0).to_pylist()
    # Python's JSON, unlike others', knows the numbers that statistics could not reckon.
    return _REPORT.validate_python(json.loads(found[0])) if found else None


def made_report(engine: DuckDBEngine, cadence: str, as_of_on: str) -> Report | None:
    """The report from the closed grades of a cadence; None where there are none."""
    rows = closed_rows(engine, cadence)
    if not len(rows.accounts):
        return None
    after = outcomes(engine)
    forget(engine)
    found = honest(
        graded_rows(rows),
        [outcome_of(rows, each) for each in after],
        beside={each.name: [Baseline(LAST_STATUS, each.status)] for each in after},
        baselines=[Baseline(SIZE, rows.size)],
        as_of=as_of_on,
    )
    labels = dict(zip(rows.closed_on.tolist(), rows.periods.tolist(), strict=True))
    return Report(cadence, as_of_on, HORIZON_DAYS, labels, replace(found, outcomes=()), found.outcomes)


def graded_rows(rows: Rows) -> Grades:
    """The grades by the days on which they were closed."""
    return Grades(rows.accounts.astype(str), rows.closed_on.astype(str), rows.letters.astype(str), rows.scores)


def outcome_of(rows: Rows, after: After) -> Outcome:
    """An outcome, known a year after the closing day, and where it has to wait, after that."""
    days = timedelta(days=HORIZON_DAYS + after.waiting_days)
    closed_on = pa.array(rows.closed_on, pa.string()).dictionary_encode()
    known_on = [(date.fromisoformat(day) + days).isoformat() for day in closed_on.dictionary.to_pylist()]
    known_by = np.array(known_on, np.str_)[closed_on.indices.to_numpy()]
    return Outcome(after.name, after.kind, after.observed, known_by, after.applies)  # type: ignore[arg-type]
