"""What one outcome (left, renewed, attainment) says about the grades that were given before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trueup.grades.honesty.expected import Calibration, calibrate
from trueup.grades.honesty.rates import Neighbours, Rate, Seen, bands_of, neighbours_of
from trueup.grades.honesty.verdict import Compared, Kind, Known, Verdict, compare, judge
from trueup.grades.worksheet import LETTERS, UNKNOWN
from trueup.statistics.discrimination import (
    Flags,
    Ids,
    Interval,
    Keys,
    Numbers,
    Whole,
    auc_interval,
    auc_paired,
    concordance_interval,
    concordance_paired,
    gini,
)

NOT_APPLICABLE = "it does not apply to them"
NOT_OVER = "not yet over"
NOT_AFTER = "it was over before the grade was given"
NO_LETTER = "the grade was ?"
NO_SCORE = "a letter without a score"
STATES = (*LETTERS, UNKNOWN)


@dataclass(frozen=True)
class Outcome:
    """What became of the accounts after each grade; all (rows,) as the grades.

    ``name``: of an event a verb in the past, as "left", "renewed"; of a level a noun, as "goal attainment".
    ``observed``: 1 or 0, or the level; NaN where it is not over yet or does not apply. ``known_by``: key of the period
    at whose end it was over; any key where ``observed`` is NaN. ``applies``: False where there could be none (no
    contract due).
    """

    name: str
    kind: Kind
    observed: Numbers
    known_by: Keys
    applies: Flags | None = None


@dataclass(frozen=True)
class Baseline:
    """What grades must beat: another score (rows,), higher is better; NaN where unknown.

    ``name`` as it reads after "better than": "last period's status", "contract size alone".
    """

    name: str
    scores: Numbers


@dataclass(frozen=True)
class Dropped:
    """How many rows were not counted, and why."""

    why: str
    rows: int


@dataclass(frozen=True)
class Comparison:
    """Grades against a baseline, on the ``rows`` that have both: AUC (or concordance) of each, and the difference."""

    name: str
    rows: int
    grade: float
    baseline: Interval
    difference: Interval
    verdict: Compared
    why: str


@dataclass(frozen=True)
class Lost:
    """Accounts with a bad event, by the letter of the last grade before it.

    ``best``: how many had the best letter, A; ``listed``: the first of those, latest grade first.
    """

    accounts: int
    letters: Mapping[str, int]
    best: int
    listed: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeReport:
    """What one outcome says about the grades.

    ``counted`` and the rows of ``dropped`` sum to all rows. ``rates``: best letter first; ``unknown``: of ``?``, apart.
    ``bands``: letters pooled until they can be told apart. ``area``: AUC, of a level the concordance. ``lost``: of a
    bad event only.
    """

    name: str
    kind: Kind
    counted: int
    dropped: tuple[Dropped, ...]
    events: int | None
    known: Known
    rates: tuple[Rate, ...]
    unknown: Rate | None
    neighbours: tuple[Neighbours, ...]
    bands: tuple[Rate, ...]
    verdict: Verdict
    why: str
    area: Interval
    gini: float
    baselines: tuple[Comparison, ...]
    calibration: Calibration
    lost: Lost | None


@dataclass(frozen=True)
class Coded:
    """Grades as whole numbers: codes of accounts and periods, and places among the letters and ``?``."""

    names: Ids
    accounts: Whole
    keys: Keys
    periods: Whole
    places: Whole
    scores: Numbers


def report_on(
    coded: Coded, outcome: Outcome, baselines: Sequence[Baseline], *, as_of: str | None, level: float, listed: int
) -> OutcomeReport:
    """The report on one outcome."""
    given, known_by = _on_one_scale(coded, outcome)
    is_known, dropped = _sift(coded, outcome, given, known_by, as_of)
    has_letter = is_known & (coded.places < len(LETTERS))
    counted = has_letter & ~np.isnan(coded.scores)
    letters = [letter for place, letter in enumerate(LETTERS) if (coded.places == place).any()]
    places = np.searchsorted(letters, np.array(LETTERS)[coded.places[counted]]).astype(np.int64)
    is_level, is_good = outcome.kind == "level", outcome.kind != "bad"
    seen = Seen(outcome.observed[counted], coded.accounts[counted], is_level, is_good, level)
    without = is_known & (coded.places == len(LETTERS))
    unknown = Seen(outcome.observed[without], coded.accounts[without], is_level, is_good, level)
    rates = tuple(seen.rate(letter, places == place) for place, letter in enumerate(letters))
    bands = bands_of(seen, letters, places)
    known = _known(seen)
    area = _area(seen, coded.scores[counted])
    verdict, why = judge(outcome.name, outcome.kind, known, rates, bands=bands, area=area)
    return OutcomeReport(
        name=outcome.name,
        kind=outcome.kind,
        counted=int(counted.sum()),
        dropped=dropped,
        events=None if is_level else int(seen.observed.sum()),
        known=known,
        rates=rates,
        unknown=unknown.rate(UNKNOWN, np.ones(len(unknown.observed), np.bool_)) if without.any() else None,
        neighbours=neighbours_of(seen, rates),
        bands=bands[0],
        verdict=verdict,
        why=why,
        area=area,
        gini=gini(area.value),
        baselines=tuple(_compare(seen, coded.scores[counted], one.name, one.scores[counted]) for one in baselines),
        calibration=calibrate(seen, letters, places, given[counted], known_by[counted]),
        lost=_lost(coded, is_known & (outcome.observed == 1), listed) if outcome.kind == "bad" else None,
    )


def _on_one_scale(coded: Coded, outcome: Outcome) -> tuple[Whole, Whole]:
    """Codes of the periods in which grades were given and in which outcomes were over, on one scale."""
    ends, over = np.unique(outcome.known_by, return_inverse=True)
    scale = np.unique(np.concatenate([coded.keys, ends]))
    given = np.searchsorted(scale, coded.keys)[coded.periods]
    return given.astype(np.int64), np.searchsorted(scale, ends)[over].astype(np.int64)


def _sift(
    coded: Coded, outcome: Outcome, given: Whole, known_by: Whole, as_of: str | None
) -> tuple[Flags, tuple[Dropped, ...]]:
    """Rows whose outcome is known and came after the grade; and those not counted, each for its first reason."""
    is_late = np.zeros(len(given), np.bool_) if as_of is None else np.asarray(outcome.known_by > as_of)
    reasons = {
        NOT_APPLICABLE: np.zeros(len(given), np.bool_) if outcome.applies is None else ~outcome.applies,
        NOT_OVER: np.isnan(outcome.observed) | is_late,
        NOT_AFTER: known_by <= given,
        NO_LETTER: coded.places == len(LETTERS),
        NO_SCORE: np.isnan(coded.scores),
    }
    is_left = np.ones(len(given), np.bool_)
    is_known = is_left
    dropped = []
    for why, holds in reasons.items():
        if count := int((is_left & holds).sum()):
            dropped.append(Dropped(why, count))
        is_left = is_left & ~holds
        is_known = is_left if why == NOT_AFTER else is_known
    return is_known, tuple(dropped)


def _known(seen: Seen) -> Known:
    accounts = len(np.unique(seen.accounts))
    if seen.is_level:
        return Known(accounts, None, None)
    having, lacking = (len(np.unique(seen.accounts[seen.observed == event])) for event in (1, 0))
    return Known(accounts, having, lacking)


def _area(seen: Seen, scores: Numbers) -> Interval:
    if seen.is_level:
        return concordance_interval(scores, seen.observed, seen.accounts, level=seen.level)
    return auc_interval(scores, seen.is_bad, seen.accounts, level=seen.level)


def _compare(seen: Seen, scores: Numbers, name: str, others: Numbers) -> Comparison:
    both = ~np.isnan(others)
    seen, scores, others = seen.only(both), scores[both], others[both]
    if seen.is_level:
        paired = concordance_paired(scores, others, seen.observed, seen.accounts, level=seen.level)
    else:
        paired = auc_paired(scores, others, seen.is_bad, seen.accounts, level=seen.level)
    grade, baseline = paired.one.value, paired.other
    verdict, why = compare(name, grade, baseline.value, paired.difference, _known(seen))
    return Comparison(name, int(both.sum()), grade, baseline, paired.difference, verdict, why)


def _lost(coded: Coded, happened: Flags, listed: int) -> Lost:
    """The last grade, letter or not, that was followed by the event; by account."""
    rows = np.flatnonzero(happened)
    rows = rows[np.lexsort((coded.periods[rows], coded.accounts[rows]))]
    account = coded.accounts[rows]
    last = rows[np.append(account[1:] != account[:-1], [True] * min(len(rows), 1)).astype(np.bool_)]
    counts = np.bincount(coded.places[last], minlength=len(STATES))
    best = last[coded.places[last] == 0]
    latest = best[np.lexsort((coded.accounts[best], -coded.periods[best]))]
    return Lost(
        accounts=len(last),
        letters={letter: int(count) for letter, count in zip(STATES, counts, strict=True) if count},
        best=len(best),
        listed=tuple(str(name) for name in coded.names[coded.accounts[latest[:listed]]]),
    )
