"""The honesty report: whether grades, as they were given, foretold what became of the customers.

Every number is made of grades and outcomes that came after them. Nothing is said from fewer than 30 accounts with an
event and 30 without; and each interval knows that the rows of one account are not independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trueup.grades.honesty.outcomes import STATES, Baseline, Coded, Outcome, OutcomeReport, report_on
from trueup.grades.honesty.stability import Drift, Migration, drift, migration
from trueup.statistics.discrimination import Ids, Keys, Numbers

LEVEL = 0.95
"""Of the report's intervals, and so of its verdicts: grades without a bearing are seldom said to have one."""
LISTED = 20


@dataclass(frozen=True)
class Grades:
    """Grades as they were given, a row for each account and period; all (rows,).

    ``periods``: keys that sort, of the period at whose end the grade was given; ``letters``: A to F or ``?``;
    ``scores``: 0 to 100, NaN where there is none.
    """

    accounts: Ids
    periods: Keys
    letters: Keys
    scores: Numbers


@dataclass(frozen=True)
class Honesty:
    """The whole report. ``letters``: rows by letter and ``?``; ``level``: of all intervals."""

    rows: int
    accounts: int
    periods: tuple[str, ...]
    letters: Mapping[str, int]
    level: float
    outcomes: tuple[OutcomeReport, ...]
    migration: Migration
    drift: tuple[Drift, ...]


def honest(
    grades: Grades,
    outcomes: Sequence[Outcome],
    baselines: Sequence[Baseline] = (),
    *,
    beside: Mapping[str, Sequence[Baseline]] | None = None,
    as_of: str | None = None,
    level: float = LEVEL,
    listed: int = LISTED,
) -> Honesty:
    """The honesty report of grades. An outcome over after the period ``as_of`` counts as not yet over.

    ``beside``: baselines of one outcome only, by its name; they come before those of all.
    """
    own = beside or {}
    coded = _coded(grades)
    periods = tuple(str(key) for key in coded.keys)
    counts = np.bincount(coded.places, minlength=len(STATES))
    return Honesty(
        rows=len(coded.accounts),
        accounts=len(coded.names),
        periods=periods,
        letters={letter: int(count) for letter, count in zip(STATES, counts, strict=True) if count},
        level=level,
        outcomes=tuple(
            report_on(coded, outcome, [*own.get(outcome.name, ()), *baselines], as_of=as_of, level=level, listed=listed)
            for outcome in outcomes
        ),
        migration=migration(coded.accounts, coded.periods, coded.places, periods),
        drift=drift(coded.scores, coded.periods, periods),
    )


def _coded(grades: Grades) -> Coded:
    names, accounts = np.unique(grades.accounts, return_inverse=True)
    keys, periods = np.unique(grades.periods, return_inverse=True)
    places = np.full(len(accounts), -1, np.int64)
    for place, letter in enumerate(STATES):
        places[grades.letters == letter] = place
    if (places < 0).any():
        raise ValueError("A grade is a letter from A to F, or ?.")
    cells = accounts * max(len(keys), 1) + periods
    if len(np.unique(cells)) < len(cells):
        raise ValueError("An account has one grade a period.")
    scores = np.asarray(grades.scores, np.float64)
    return Coded(names, accounts.astype(np.int64), keys, periods.astype(np.int64), places, scores)
