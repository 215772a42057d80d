"""Learned worksheets: bands and weights proposed from what became of the accounts, drawn to a hand-made worksheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from math import ceil, log10

import numpy as np
from scipy.special import expit, logit  # type: ignore[import-untyped]

from trueup.grades.grade import Graded, Inputs, grade
from trueup.grades.learned.binning import Evidence, Flags, Floats, Whole
from trueup.grades.learned.classes import Classes, classes_in
from trueup.grades.learned.logistic import Calibration, platt
from trueup.grades.learned.master_scale import BANDS, GradeRow, table, told_apart
from trueup.grades.learned.scorecard import EXPERT_ONLY_BELOW, Rule, Scorecard, events, fit, rule_for, scaled
from trueup.grades.worksheet import LETTERS, UNKNOWN, Worksheet, letters_of
from trueup.statistics.discrimination import Ids, Paired, auc, auc_paired

NEGLIGIBLE = 0.25
"""Criteria of less than this part of an even share of all that can be earned are dropped."""
MOST_LOST = 0.002
"""How much AUC whole points may lose."""
_FINENESS = (10, 20, 50, 100)
_EXACT = 10_000
_WEIGHT_STEPS = 200
_ENTIRE = 100
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class LearnedCriterion:
    """What was learned of one criterion.

    ``classes``: what they are called, worst first where they have an order, as the numbers of ``evidence``. ``expert``,
    ``learned``: its share of all that can be earned in either worksheet; 0 where it was dropped, ``why``.
    """

    name: str
    classes: tuple[str, ...]
    evidence: Evidence
    expert: float
    learned: float
    why: str = ""


@dataclass(frozen=True)
class Proposal:
    """A worksheet from past outcomes, and what it was learned from.

    ``sheet``: the proposed worksheet, the hand-made one itself where ``why`` says so. ``bads``: accounts that went bad.
    ``calibration``: Platt's, of log odds held out. ``line``: the log odds of being good by score, 0 to 100. ``grades``:
    what was observed in the grades that accounts had from a scorecard that did not know them. ``order``: AUC of the
    learned worksheet (held out) and of the hand-made one. ``lost``: how much AUC whole points and dropping cost.
    """

    sheet: Worksheet
    rule: Rule
    why: str
    rows: int
    accounts: int
    bads: int
    criteria: tuple[LearnedCriterion, ...]
    calibration: Calibration
    line: Calibration
    grades: tuple[GradeRow, ...]
    merges: tuple[str, ...]
    order: Paired
    lost: float = 0.0

    def chance(self, scores: Floats) -> Floats:
        """The chance to go bad by score."""
        return np.asarray(expit(-self.line(scores)), np.float64)

    def scaled(self, scores: Floats) -> Floats:
        """Scaled points by score: 600 at odds of 50 to 1, and 20 more whenever the odds double."""
        return scaled(self.line(scores))


@dataclass(frozen=True)
class _Past:
    """The rows that are learned from, as the hand-made worksheet graded them and as the scorecard does."""

    sheet: Worksheet
    inputs: Mapping[str, Inputs]
    graded: Graded
    rows: Whole
    is_bad: Flags
    groups: Ids
    classes: Mapping[str, Classes]
    card: Scorecard

    @property
    def scores(self) -> Floats:
        """By the hand-made worksheet."""
        return self.graded.scores()[self.rows]

    @property
    def accounts(self) -> int:
        return len(np.unique(self.groups))

    @property
    def bads(self) -> int:
        """Accounts that went bad."""
        return len(np.unique(self.groups[self.is_bad]))


def propose(sheet: Worksheet, inputs: Mapping[str, Inputs], is_bad: Flags, groups: Ids) -> Proposal:
    """A worksheet from accounts' past inputs and what became of them; ``groups``: the account of each row.

    Rows that the hand-made worksheet cannot grade teach nothing. Under 30 bad accounts, or where what became of the
    accounts does not follow from the criteria, the worksheet stays as it is.
    """
    graded = grade(sheet, inputs, accounts=len(is_bad))
    rows = np.flatnonzero(graded.letters != UNKNOWN)
    if not len(rows):
        raise ValueError("The worksheet can grade none of the rows: there is nothing to learn from.")
    is_bad, groups = is_bad[rows], groups[rows]
    rule = rule_for(events(is_bad, groups))
    classes = {
        criterion.name: classes_in(criterion, inputs.get(criterion.name, Inputs()), rows, are_cut=rule == "evidence")
        for criterion in sheet.criteria
    }
    card = fit({name: its.column for name, its in classes.items()}, is_bad, groups, rule=rule)
    past = _Past(sheet, inputs, graded, rows, is_bad, groups, classes, card)
    if rule == "expert":
        return _unchanged(past, _too_few(past.bads, past.accounts))
    if not any(curve.worth.any() for curve in card.curves.values()):
        return _unchanged(past, "What became of the accounts does not follow from these criteria.")
    return _learned(past)


def _too_few(bads: int, accounts: int) -> str:
    return (
        f"Weights are learned from {EXPERT_ONLY_BELOW} accounts that went bad and as many that did not:"
        f" there are {bads} and {accounts - bads}."
    )


def _learned(past: _Past) -> Proposal:
    shares = _shares(past.card)
    kept = {name: share for name, share in shares.items() if share * len(shares) >= NEGLIGIBLE}
    line = _line(past, kept)
    sheet, lost = _whole(past, shares, kept)
    ends = [end for end in BANDS if 0 < _score_at(line, end) <= _ENTIRE]
    chances = np.asarray(expit(-past.card.held_out), np.float64)
    names = [letter for letter, end in zip(LETTERS, BANDS, strict=False) if end in ends]
    first = table(_places(chances, ends), chances, past.is_bad, (*names, LETTERS[-1]))
    merged, merges = told_apart(first)
    if len(merged) == 1:
        return _unchanged(past, "No two grades can be told apart by what became of the accounts.")
    # What is one grade has the letter of the worst in it, so that a letter never promises more than it did before.
    letters = tuple(first[group[-1]].letter for group in merged)
    ends = [ends[group[-1]] for group in merged[:-1]]
    found = table(_places(chances, ends), chances, past.is_bad, letters)
    bounds = pairwise([0.0, *ends, 1.0])
    return Proposal(
        sheet=replace(
            sheet, cutoffs={letter: _score_at(line, end) for letter, end in zip(letters[:-1], ends, strict=True)}
        ),
        rule=past.card.rule,
        why="",
        rows=len(past.rows),
        accounts=past.accounts,
        bads=past.bads,
        criteria=tuple(_criterion(past, name, shares[name], is_kept=name in kept) for name in past.classes),
        calibration=past.card.calibration,
        line=line,
        grades=tuple(replace(row, ends=bound) for row, bound in zip(found, bounds, strict=True)),
        merges=merges,
        order=auc_paired(past.card.held_out, past.scores, past.is_bad, past.groups),
        lost=lost,
    )


def _unchanged(past: _Past, why: str) -> Proposal:
    """The hand-made worksheet, with what was observed in its own grades."""
    letters = tuple(letters_of(past.sheet))
    places = np.array([letters.index(letter) for letter in past.graded.letters[past.rows].tolist()], np.int64)
    line = platt(past.scores, past.is_bad)
    chances = np.asarray(expit(-line(past.scores)), np.float64)
    shares = _expert_shares(past.sheet)
    return Proposal(
        sheet=past.sheet,
        rule=past.card.rule,
        why=why,
        rows=len(past.rows),
        accounts=past.accounts,
        bads=past.bads,
        criteria=tuple(_criterion(past, name, shares[name], is_kept=True) for name in past.classes),
        calibration=past.card.calibration,
        line=line,
        grades=table(places, chances, past.is_bad, letters),
        merges=(),
        order=auc_paired(past.scores, past.scores, past.is_bad, past.groups),
    )


def _shares(card: Scorecard) -> Mapping[str, float]:
    """By criterion, its share of all that can be earned."""
    ranges = {name: float(curve.worth.max()) for name, curve in card.curves.items()}
    return {name: most / sum(ranges.values()) for name, most in ranges.items()}


def _expert_shares(sheet: Worksheet) -> Mapping[str, float]:
    most = {criterion.name: float(criterion.weight * criterion.most) for criterion in sheet.criteria}
    return {name: one / sum(most.values()) for name, one in most.items()}


def _criterion(past: _Past, name: str, share: float, *, is_kept: bool) -> LearnedCriterion:
    return LearnedCriterion(
        name,
        past.classes[name].names,
        past.card.evidence[name],
        _expert_shares(past.sheet)[name],
        share if is_kept else 0.0,
        "" if is_kept else f"Dropped: it would be {share:.1%} of the score.",
    )


def _line(past: _Past, kept: Mapping[str, float]) -> Calibration:
    """The log odds of being good by score: what dropped criteria add on average is part of the level."""
    level, most = past.card.intercept, 0.0
    for name, curve in past.card.curves.items():
        if name in kept:
            most += float(curve.worth.max())
        else:
            level += float(curve.added(past.classes[name].column.codes).mean())
    return Calibration(most / _ENTIRE, level)


def _whole(past: _Past, shares: Mapping[str, float], kept: Mapping[str, float]) -> tuple[Worksheet, float]:
    """The worksheet in whole points, as coarse as they may be, and the AUC that they and dropping lose."""
    exact = _auc(past, _rounded(past, {name: share for name, share in shares.items() if share > 0}, _EXACT))
    for finest in _FINENESS:
        sheet = _rounded(past, kept, finest)
        lost = exact - _auc(past, sheet)
        if lost < MOST_LOST:
            break
    return sheet, lost


def _auc(past: _Past, sheet: Worksheet) -> float:
    return auc(grade(sheet, past.inputs, accounts=len(past.graded.letters)).scores()[past.rows], past.is_bad)


def _rounded(past: _Past, kept: Mapping[str, float], finest: int) -> Worksheet:
    """Points out of ``finest``; the weights together are those of the hand-made worksheet."""
    unit = Decimal(1).scaleb(-max(0, ceil(log10(_WEIGHT_STEPS / float(past.sheet.weight)))))
    criteria = []
    for name, share in kept.items():
        worth = past.card.curves[name].worth
        points = np.floor(finest * worth / worth.max() + 0.5)
        weight = past.sheet.weight * Decimal(share / sum(kept.values()))
        criteria.append(past.classes[name].with_points(points, max(unit, weight.quantize(unit))))
    return replace(past.sheet, criteria=tuple(criteria))


def _score_at(line: Calibration, chance: float) -> Decimal:
    """The score, to a tenth, from which the chance to go bad is below this one."""
    return Decimal((float(logit(1 - chance)) - line.intercept) / line.slope).quantize(_TENTH)


def _places(chances: Floats, ends: Sequence[float]) -> Whole:
    """The grade of each chance to go bad, 0 the best."""
    return np.searchsorted(ends, chances, side="right").astype(np.int64)
