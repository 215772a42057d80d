"""Scorecards learned from past outcomes: what each class of each criterion adds to the log odds of being good.

Three rules, by how many bad accounts there are:

- below 30: the expert's points; only their scale and level are learned. (With 18 bad accounts the next rule has .006
  to .007 more AUC where five of twelve criteria are idle, and .002 less where the expert is right.)
- 30 to 70: the expert's curves. Each step from one class to the next is a weight that may not fall below 0, and the
  penalty is the squared distance from the expert's steps, whose common scale is free.
- above 70: the same after classes of numbers are cut anew by monotone weight of evidence (PAV on shrunk rates). Where
  no expert has given points, the steps are drawn to those of the weight of evidence instead.

How strong the penalty is, is chosen by 5-fold cross-validation with accounts kept whole: the strongest one whose loss
is within a quarter of a standard error of the least. Log odds held out in it give Platt's calibration.

The published protocol regresses on weights of evidence above 70, and shrinks weights alone (not curves) below. Steps
drawn to the expert's order accounts at least as well at 36, 72 and 180 bad accounts (to .001), and lose less where the
expert is right (.001 to .003 of AUC instead of .006 to .018): bench/learned_worksheets.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, log
from typing import Literal

import numpy as np

from trueup.grades.learned.binning import Evidence, Flags, Floats, Whole, evidence
from trueup.grades.learned.curves import Column, Curve, Design
from trueup.grades.learned.folds import FOLDS, folds
from trueup.grades.learned.logistic import Calibration, platt
from trueup.statistics.discrimination import Ids

Rule = Literal["expert", "shrunk", "evidence"]
EXPERT_ONLY_BELOW = 15
"""The published protocol waits for 30; drawn to the hand-made steps, what 18 say orders better or within .003."""
SHRUNK_UP_TO = 70
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 10000.0)
_STANDARD_ERRORS = 0.25

POINTS_TO_DOUBLE_ODDS = 20
BASE_POINTS = 600
BASE_ODDS = 50
FACTOR = POINTS_TO_DOUBLE_ODDS / log(2)
"""Scaled points per unit of log odds."""
OFFSET = BASE_POINTS - FACTOR * log(BASE_ODDS)
"""Scaled points at even odds."""


@dataclass(frozen=True)
class Scorecard:
    """Calibrated curves: the log odds of being good are ``intercept`` and what each criterion adds.

    ``held_out``: by row, the calibrated log odds from a scorecard that had not seen its account.
    """

    rule: Rule
    intercept: float
    curves: Mapping[str, Curve]
    evidence: Mapping[str, Evidence]
    penalty: float
    calibration: Calibration
    held_out: Floats

    def log_odds(self, columns: Mapping[str, Column]) -> Floats:
        """The calibrated log odds of being good of each row."""
        return _log_odds(self.intercept, self.curves, columns)


def events(is_bad: Flags, groups: Ids) -> int:
    """How many accounts are in the rarer of the two classes: how much can be learned goes by them."""
    bad = len(np.unique(groups[is_bad]))
    return min(bad, len(np.unique(groups)) - bad)


def rule_for(bads: int) -> Rule:
    """Which rule so many bad accounts allow."""
    if bads < EXPERT_ONLY_BELOW:
        return "expert"
    return "shrunk" if bads <= SHRUNK_UP_TO else "evidence"


def scaled(log_odds: Floats) -> Floats:
    """Scaled points: 600 at odds of 50 to 1, and 20 more whenever the odds double."""
    return OFFSET + FACTOR * log_odds


def fit(columns: Mapping[str, Column], is_bad: Flags, groups: Ids, *, rule: Rule | None = None) -> Scorecard:
    """The scorecard of rows whose outcome is known; ``groups``: the account of each row.

    No points are ever reversed: of an ordered criterion a better class never adds less. What accounts are called and in
    which order rows come changes nothing.
    """
    rule = rule or rule_for(events(is_bad, groups))
    fold, order = folds(np.column_stack([column.codes for column in columns.values()]), is_bad, groups)
    columns = {name: column.of(order) for name, column in columns.items()}
    is_bad, fold = is_bad[order], fold[order]
    if rule == "expert":
        penalty = inf
        intercept, curves = _expert(columns)
        held_out = _log_odds(intercept, curves, columns)
    else:
        are_cut = rule == "evidence"
        penalty, held_out = _cross_validated(columns, is_bad, fold, are_cut=are_cut)
        intercept, curves = Design(columns, is_bad, are_cut=are_cut).fitted(penalty)
    calibration = platt(held_out, is_bad)
    back = np.empty(len(order))
    back[order] = calibration(held_out)
    return Scorecard(
        rule,
        float(calibration(np.array(intercept))),
        {
            name: Curve(calibration.slope * curve.worth, calibration.slope * curve.missing)
            for name, curve in curves.items()
        },
        {name: _evidence(column, is_bad) for name, column in columns.items()},
        penalty,
        calibration,
        back,
    )


def _evidence(column: Column, is_bad: Flags) -> Evidence:
    return evidence(
        column.codes,
        is_bad,
        column.classes,
        is_ordered=column.is_ordered,
        is_missing_declared=column.missing == "unanswered",
    )


def _expert(columns: Mapping[str, Column]) -> tuple[float, Mapping[str, Curve]]:
    """The expert's curves as they are: nothing is learned, so nothing need be held out."""
    curves = {}
    for name, column in columns.items():
        points = np.zeros(column.classes) if column.expert is None else column.expert
        known = column.codes[column.codes >= 0]
        is_worst = column.missing == "worst" or not len(known)
        worth = points - points.min()
        curves[name] = Curve(worth, 0.0 if is_worst else float(worth[known].mean()))
    return 0.0, curves


def _cross_validated(
    columns: Mapping[str, Column], is_bad: Flags, fold: Whole, *, are_cut: bool
) -> tuple[float, Floats]:
    """The penalty, and the log odds of each row from the folds it is not in."""
    held_out = np.zeros((len(PENALTIES), len(is_bad)))
    for number in range(FOLDS):
        learned, kept = fold != number, fold == number
        design = Design(
            {name: column.of(learned) for name, column in columns.items()}, is_bad[learned], are_cut=are_cut
        )
        others = {name: column.of(kept) for name, column in columns.items()}
        for at, penalty in enumerate(PENALTIES):
            intercept, curves = design.fitted(penalty)
            held_out[at, kept] = _log_odds(intercept, curves, others)
    losses = np.logaddexp(0, np.where(is_bad, held_out, -held_out))
    beyond = losses - losses[losses.mean(axis=1).argmin()]
    allowed = _STANDARD_ERRORS * beyond.std(axis=1) / np.sqrt(len(is_bad))
    chosen = int(np.flatnonzero(beyond.mean(axis=1) <= allowed)[-1])
    return PENALTIES[chosen], held_out[chosen]


def _log_odds(intercept: float, curves: Mapping[str, Curve], columns: Mapping[str, Column]) -> Floats:
    added = [curve.added(columns[name].codes) for name, curve in curves.items()]
    return np.asarray(intercept + np.sum(added, axis=0), np.float64)
