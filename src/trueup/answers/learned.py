"""A worksheet learned from what became of customers, beside the one in force: both held against later periods.

What is learned from ends before the periods begin that both are tried on: their outcomes were over by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trueup.answers.gradings import Grading, NoGradesError, gradings, sheet_of
from trueup.grades.honesty.outcomes import Baseline, Outcome, OutcomeReport
from trueup.grades.honesty.report import Grades, honest
from trueup.grades.learned.learn import Proposal, propose
from trueup.grades.worksheet import Worksheet
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.sql import quoted
from trueup.runs.grade_tables import GRADE_SCHEMA, read_table
from trueup.runs.grading import FOLLOWING, given_of, grades_of
from trueup.runs.honesty import outcome_of
from trueup.runs.outcomes import HORIZON_DAYS, After, Rows, closed_rows, outcomes

HELD_OUT = 3
"""One period in so many, the latest of those whose outcome is known, is not learned from."""
OUTCOMES = ("left", "defaulted", "renewed")
HAND_MADE = "the hand-made worksheet"
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Learned:
    """A proposal, from and tried on which periods, and what both worksheets were worth on the latter.

    ``learned``: the report on the proposal's grades, which compares them with the hand-made one's scores.
    """

    cadence: str
    outcome: str
    hand_made: Worksheet
    proposal: Proposal
    learned_from: tuple[str, ...]
    tried_on: tuple[str, ...]
    learned: OutcomeReport
    by_hand: OutcomeReport


def learn(snapshot: Snapshot, cadence: str, outcome: str = "left") -> Learned:
    """Learn from the closed grades of a cadence; NoGradesError says what is missing."""
    closed = [each for each in gradings(snapshot, cadence) if each.closed_at is not None]
    if not closed:
        raise NoGradesError(f"No {cadence} grades are closed yet, and a worksheet is learned from closed ones.")
    sheet = sheet_of(snapshot, closed[-1])
    mart = DuckDBEngine(snapshot.file, read_only=True)
    try:
        rows = closed_rows(mart, cadence)
        after = next((each for each in outcomes(mart) if each.name == outcome), None)
        if after is None:
            raise NoGradesError(f"The data do not tell who {outcome}. Ask for one of {', '.join(OUTCOMES)}.")
        table = _read(mart, sheet, rows, [each for each in closed if _is_of(each, closed[-1])])
    finally:
        mart.close()
    is_known = ~np.isnan(after.observed) & after.applies & (rows.closed_on <= _latest(snapshot, after))
    is_known &= np.array([found is not None for found in table.column("found").to_pylist()], np.bool_)
    begins = _first_held_out(rows, is_known)
    over = (date.fromisoformat(begins) - timedelta(days=HORIZON_DAYS + after.waiting_days)).isoformat()
    before, since = is_known & (rows.closed_on <= over), is_known & (rows.closed_on >= begins)
    if not before.any():
        raise NoGradesError(
            f"Too few {cadence} periods are closed to learn from some and try on later ones: what came of the grades"
            f" must be known before {begins}."
        )
    proposal = propose(sheet, given_of(sheet, _of(table, before)), _is_bad(after)[before], rows.accounts[before])
    later, outcome_then = _rows(rows, since), _rows_of(outcome_of(rows, after), since)
    by_hand, learned = _tried(later, outcome_then, _of(table, since), (sheet, proposal.sheet))
    return Learned(
        cadence=cadence,
        outcome=outcome,
        hand_made=sheet,
        proposal=proposal,
        learned_from=_periods(rows, before),
        tried_on=_periods(rows, since),
        learned=learned,
        by_hand=by_hand,
    )


def _is_of(one: Grading, other: Grading) -> bool:
    return (one.worksheet, one.worksheet_version) == (other.worksheet, other.worksheet_version)


def _read(mart: DuckDBEngine, sheet: Worksheet, rows: Rows, closed: list[Grading]) -> pa.Table:
    """What the worksheet read of each row; ``found`` is null where another state of it graded the period."""
    mart.connection.register(
        "_rows", pa.table({"row": range(len(rows.accounts)), "account_id": rows.accounts, "period": rows.periods})
    )
    periods = ", ".join(literal(each.period) for each in closed)
    return mart.query(
        f"SELECT t.account_id AS found, t.* EXCLUDE (account_id, period, {', '.join(FOLLOWING)}) FROM _rows AS r"
        f" LEFT JOIN (SELECT * FROM {GRADE_SCHEMA}.{quoted(read_table(sheet))} WHERE period IN ({periods})) AS t"
        " ON t.account_id = r.account_id AND t.period = r.period ORDER BY r.row"
    )


def _latest(snapshot: Snapshot, after: After) -> str:
    """The last closing day whose outcome is over."""
    as_of_on = date.fromisoformat(snapshot.manifest.as_of_on)
    return (as_of_on - timedelta(days=HORIZON_DAYS + after.waiting_days)).isoformat()


def _first_held_out(rows: Rows, is_known: Flags) -> str:
    days = sorted(set(rows.closed_on[is_known].tolist()))
    if len(days) < HELD_OUT:
        raise NoGradesError(
            f"A worksheet is learned from {HELD_OUT} closed periods at least whose outcome is over a year later:"
            f" there are {len(days)}."
        )
    return str(days[-max(1, len(days) // HELD_OUT)])


def _of(table: pa.Table, which: Flags) -> pa.Table:
    return table.take(pa.array(np.flatnonzero(which)))


def _rows(rows: Rows, which: Flags) -> Rows:
    return Rows(**{name: column[which] for name, column in vars(rows).items()})


def _rows_of(outcome: Outcome, which: Flags) -> Outcome:
    return Outcome(outcome.name, outcome.kind, outcome.observed[which], outcome.known_by[which])


def _is_bad(after: After) -> Flags:
    is_bad: Flags = (after.observed == 1) != (after.kind == "good")
    return is_bad


def _tried(rows: Rows, outcome: Outcome, inputs: pa.Table, sheets: Sequence[Worksheet]) -> list[OutcomeReport]:
    """What each worksheet would have been worth, held against the first one's scores."""
    reports: list[OutcomeReport] = []
    first = grades_of(sheets[0], inputs).scores()
    for sheet in sheets:
        graded = grades_of(sheet, inputs)
        grades = Grades(rows.accounts.astype(str), rows.closed_on.astype(str), graded.letters, graded.scores())
        baselines = [] if sheet is sheets[0] else [Baseline(HAND_MADE, first)]
        reports += honest(grades, [outcome], baselines).outcomes
    return reports


def _periods(rows: Rows, which: Flags) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rows.periods[which][np.argsort(rows.closed_on[which], kind="stable")].tolist()))
