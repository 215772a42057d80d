"""Learned worksheets: how well they order accounts, by how many of them went bad, beside other ways to learn.

    OMP_NUM_THREADS=1 python bench/learned_worksheets.py                         every world, 40 seeds
    OMP_NUM_THREADS=1 python bench/learned_worksheets.py --world steep --seeds 10

Accounts answer 12 questions, 0 to 4, with one factor in common; 12 % of them go bad. The hand-made worksheet gives all
questions the same weight. In the world "uneven" seven questions matter, the first more than twice the last, with
diminishing returns; in "steep" the seven matter alike, and nearly all of it is the step from 0 to 1; in "right" the
worksheet is the truth. Exactly so many went bad; with --random, so many are expected to.

"The truth, calibrated" knows the log odds of every account but for their level and scale: its grades are as near to
what they expect as any could be.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from trueup.grades.grade import Inputs, grade
from trueup.grades.learned.binning import evidence
from trueup.grades.learned.curves import Column
from trueup.grades.learned.learn import Proposal, propose
from trueup.grades.learned.logistic import logistic, platt
from trueup.grades.learned.master_scale import BANDS
from trueup.grades.learned.scorecard import fit
from trueup.grades.worksheet import Criterion, Worksheet
from trueup.statistics.discrimination import auc

QUESTIONS, ANSWERS = 12, 5
SIZES = {18: 150, 36: 300, 72: 600, 180: 1500}
CHURN, TESTED, SEEN = 0.12, 20_000, 200_000
ANSWERED_UP_TO = norm.ppf([0.15, 0.35, 0.6, 0.85])
COMMON = 0.25
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
FOLDS = 5
FEWEST_TESTED = 50
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Order = tuple[Floats, int]
"""Log odds of being good of the tested accounts, and how many questions have reversed points."""


@dataclass(frozen=True)
class World:
    """What a question adds to the log odds of being good: its effect times what its answer is worth."""

    effects: tuple[float, ...]
    answers: tuple[float, ...]
    spread: float
    level: float = 0.0

    def worth(self, answers: Whole) -> Floats:
        return self.spread * (
            np.array(self.answers)[answers] @ np.array([*self.effects, *[0.0] * QUESTIONS][:QUESTIONS])
        )

    def drawn(self, seed: int, accounts: int) -> tuple[Whole, Flags, Floats]:
        rng = np.random.default_rng(seed)
        own = rng.standard_normal((accounts, QUESTIONS))
        common = rng.standard_normal((accounts, 1))
        answers = np.searchsorted(ANSWERED_UP_TO, np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * own)
        log_odds = self.level + self.worth(answers)
        return answers, rng.random(accounts) < expit(-log_odds), log_odds

    def with_so_many(self, seed: int, accounts: int, bads: int) -> tuple[Whole, Flags, Floats]:
        """Drawn until exactly so many went bad, and the others until there are so many accounts."""
        answers, is_bad, log_odds = self.drawn(seed, 8 * accounts)
        chosen = np.r_[np.flatnonzero(is_bad)[:bads], np.flatnonzero(~is_bad)[: accounts - bads]]
        return answers[chosen], is_bad[chosen], log_odds[chosen]

    def settled(self) -> "World":
        """The same with log odds of standard deviation ``spread``, of which 12 % go bad."""
        answers, _, _ = self.drawn(0, SEEN)
        worth = self.worth(answers)
        spread = self.spread**2 / worth.std()
        worth *= spread / self.spread
        level = brentq(lambda level: expit(-level - worth).mean() - CHURN, -50, 50)
        return World(self.effects, self.answers, spread, level)


WORLDS = {
    "uneven": World((1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4), tuple(np.sqrt(np.arange(ANSWERS) / 4)), 1.58),
    "steep": World((1.0,) * 7, tuple(1 - np.exp(-1.2 * np.arange(ANSWERS))), 1.58),
    "right": World((1.0,) * 12, tuple(np.arange(ANSWERS) / 4), 1.58),
}


def sheet() -> Worksheet:
    points, meanings = tuple(Decimal(n) for n in range(ANSWERS)), tuple("01234")
    criteria = [
        Criterion(f"q{n}", f"Question {n}", Decimal(1), "question", f"q{n}", answers=points, meanings=meanings)
        for n in range(QUESTIONS)
    ]
    cutoffs = {letter: Decimal(cut) for letter, cut in zip("ABCD", (70, 60, 50, 40), strict=True)}
    return Worksheet("expert", "annual", tuple(criteria), cutoffs)


def inputs(answers: Whole) -> Mapping[str, Inputs]:
    return {f"q{n}": Inputs(answers=(answers[:, n] + 1).tolist()) for n in range(QUESTIONS)}


def columns(answers: Whole) -> Mapping[str, Column]:
    points = np.arange(ANSWERS, dtype=np.float64)
    return {f"q{n}": Column(answers[:, n], ANSWERS, points) for n in range(QUESTIONS)}


def equal_weights(answers: Whole, is_bad: Flags, tested: Whole) -> Order:
    calibration = platt(answers.sum(axis=1).astype(float), is_bad)
    return calibration(tested.sum(axis=1).astype(float)), 0


def plain_evidence(answers: Whole, is_bad: Flags, tested: Whole) -> Order:
    """Weights of evidence as they come, half an account added to each class, and a regression without a penalty."""
    curves = np.zeros((QUESTIONS, ANSWERS))
    for n in range(QUESTIONS):
        bads = np.bincount(answers[is_bad, n], minlength=ANSWERS) + 0.5
        goods = np.bincount(answers[~is_bad, n], minlength=ANSWERS) + 0.5
        curves[n] = np.log(goods / goods.sum() * bads.sum() / bads)
    model = LogisticRegression(C=np.inf, max_iter=1000).fit(of(curves, answers), ~is_bad)
    points = curves * model.coef_[0][:, None]
    reversed_points = (np.diff(points, axis=1) < -1e-9).any(axis=1).sum()
    return model.decision_function(of(curves, tested)), int(reversed_points)


def monotone_evidence(answers: Whole, is_bad: Flags, tested: Whole) -> Order:
    """Monotone weight of evidence, ridge regression with weights not below 0, cross-fit Platt."""
    return ridge(answers, is_bad, tested, evidence_curves, np.eye(QUESTIONS))


def equal_ridge(answers: Whole, is_bad: Flags, tested: Whole) -> Order:
    """The expert's curves with weights not below 0, drawn to equal weights."""
    everywhere = np.full((QUESTIONS, QUESTIONS), 1 / QUESTIONS)
    return ridge(
        answers,
        is_bad,
        tested,
        lambda *_: np.tile(np.arange(ANSWERS) / 2.0, (QUESTIONS, 1)),
        np.eye(QUESTIONS) - everywhere,
    )


def evidence_curves(answers: Whole, is_bad: Flags) -> Floats:
    return np.array([evidence(answers[:, n], is_bad, ANSWERS).weights for n in range(QUESTIONS)])


def of(curves: Floats, answers: Whole) -> Floats:
    return np.column_stack([curves[n][answers[:, n]] for n in range(QUESTIONS)])


def ridge(
    answers: Whole, is_bad: Flags, tested: Whole, curves_of: Callable[[Whole, Flags], Floats], distance: Floats
) -> Order:
    fold = np.empty(len(is_bad), int)
    for flag in (False, True):
        places = np.flatnonzero(is_bad == flag)
        fold[places] = np.arange(len(places)) % FOLDS
    kept = np.zeros((len(PENALTIES), len(is_bad)))
    for number in range(FOLDS):
        learned = fold != number
        for at, penalty in enumerate(PENALTIES):
            kept[at, ~learned] = fitted(
                answers[learned], is_bad[learned], answers[~learned], curves_of, penalty * distance
            )
    chosen = np.logaddexp(0, np.where(is_bad, kept, -kept)).mean(axis=1).argmin()
    found = fitted(answers, is_bad, tested, curves_of, PENALTIES[chosen] * distance)
    return platt(kept[chosen], is_bad)(found), 0


def fitted(
    answers: Whole, is_bad: Flags, tested: Whole, curves_of: Callable[[Whole, Flags], Floats], penalty: Floats
) -> Floats:
    curves = curves_of(answers, is_bad)
    good = (~is_bad).astype(float)
    intercept, weights = logistic(of(curves, answers), good, penalty, may_fall=np.zeros(QUESTIONS, bool))
    return intercept + of(curves, tested) @ weights


def shrunk(answers: Whole, is_bad: Flags, tested: Whole) -> Order:
    """The scorecard drawn to the expert's, however few went bad."""
    card = fit(columns(answers), is_bad, np.arange(len(is_bad)), rule="shrunk")
    return card.log_odds(columns(tested)), reversed_in(curve.worth.tolist() for curve in card.curves.values())


def reversed_in(points: Iterable[Sequence[float]]) -> int:
    return sum(any(better < worse for worse, better in pairwise(each)) for each in points)


@dataclass(frozen=True)
class Grades:
    """How the grades of a proposal fared: whether the shares that went bad rise, and how far from what was expected.

    ``off``: the mean over grades; ``off_by_account``: over accounts.
    """

    count: int
    rise: bool
    off: float
    off_by_account: float


def fared(found: Proposal, letters: NDArray[np.str_], went_bad: Flags) -> Grades:
    expected = {row.letter: row.expected for row in found.grades}
    return compared([(expected[letter], letters == letter) for letter in expected], went_bad)


def compared(grades: Sequence[tuple[float, Flags]], went_bad: Flags) -> Grades:
    """What was expected of each grade, best first, against what became of the tested accounts that have it."""
    given = [(expected, here) for expected, here in grades if here.sum() >= FEWEST_TESTED]
    observed = [float(went_bad[here].mean()) for _, here in given]
    off = [abs(expected - one) for (expected, _), one in zip(given, observed, strict=True)]
    rise = all(one < two for one, two in pairwise(observed))
    return Grades(len(given), rise, fmean(off), float(np.average(off, weights=[here.sum() for _, here in given])))


def by_band(chances: Floats, went_bad: Flags) -> Grades:
    """The bands of the master scale, none merged: the mean chance of the accounts in each, and what became of them."""
    places = np.searchsorted(BANDS, chances, side="right")
    bands = [places == place for place in range(len(BANDS) + 1) if (places == place).any()]
    return compared([(float(chances[here].mean()), here) for here in bands], went_bad)


def truth_calibrated(found: Proposal, learned: Floats, is_bad: Flags, tested: Floats, went_bad: Flags) -> Grades:
    """The grades of a proposal's bands, given by the truth but for its level and scale."""
    ends = [row.ends[1] for row in found.grades if row.ends][:-1]
    line = platt(learned, is_bad)
    before, after = (np.searchsorted(ends, expit(-line(log_odds))) for log_odds in (learned, tested))
    chances = expit(-line(learned))
    places = [place for place in range(len(ends) + 1) if (before == place).any()]
    return compared([(float(chances[before == place].mean()), after == place) for place in places], went_bad)


WAYS: Mapping[str, Callable[[Whole, Flags, Whole], Order]] = {
    "equal weights + logistic": equal_weights,
    "weight of evidence + plain logistic": plain_evidence,
    "monotone evidence + ridge + Platt": monotone_evidence,
    "equal weights, ridge to them": equal_ridge,
    "drawn to the expert, however few": shrunk,
}
PROPOSED, TRUTH = "proposed worksheet", "the truth"


@dataclass(frozen=True)
class Measured:
    """By way to learn and seed: AUC, slope of the calibration and reversed questions; and how the grades fared."""

    orders: Mapping[str, list[tuple[float, float, float]]]
    grades: list[Grades]
    bands: list[Grades]
    best_grades: list[Grades]


def measured(world: World, bads: int, seeds: Sequence[int], *, is_random: bool = False) -> Measured:
    tested, went_bad, truth = world.drawn(1, TESTED)
    found = Measured({name: [] for name in (*WAYS, PROPOSED, TRUTH)}, [], [], [])
    for seed in seeds:
        accounts = SIZES[bads]
        drawn = world.drawn(seed, accounts) if is_random else world.with_so_many(seed, accounts, bads)
        answers, is_bad, log_odds = drawn
        orders = {name: way(answers, is_bad, tested) for name, way in WAYS.items()}
        proposal = propose(sheet(), inputs(answers), is_bad, np.arange(accounts))
        graded = grade(proposal.sheet, inputs(tested), accounts=len(tested))
        points = reversed_in([[float(point) for point in each.answers] for each in proposal.sheet.criteria])
        orders[PROPOSED] = proposal.line(graded.scores()), points
        orders[TRUTH] = truth, 0
        for name, (those, reversed_points) in orders.items():
            found.orders[name].append((auc(those, went_bad), platt(those, went_bad).slope, reversed_points))
        found.grades.append(fared(proposal, graded.letters, went_bad))
        found.bands.append(by_band(proposal.chance(graded.scores()), went_bad))
        found.best_grades.append(truth_calibrated(proposal, log_odds, is_bad, truth, went_bad))
    return found


def tell(found: Measured) -> None:
    for way, rows in found.orders.items():
        area, slope, reversed_points = (fmean(column) for column in zip(*rows, strict=True))
        print(f"  {way:38} AUC {area:.4f}  slope {slope:4.2f}  reversed {reversed_points:4.1f}")
    told = {"grades of the proposal": found.grades, "bands before merging": found.bands}
    for name, grades in (told | {"grades of the truth, calibrated": found.best_grades}).items():
        rise = fmean(each.rise for each in grades)
        print(
            f"  {name}: {fmean(each.count for each in grades):.1f}, rise in {rise:.1%} of seeds;"
            f" |observed - expected| {fmean(each.off for each in grades):.4f} by grade,"
            f" {fmean(each.off_by_account for each in grades):.4f} by account",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", choices=WORLDS, action="append")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--bads", type=int, choices=SIZES, action="append")
    parser.add_argument("--random", action="store_true")
    given = parser.parse_args()
    seeds = range(1000, 1000 + given.seeds)
    for name in given.world or WORLDS:
        world = WORLDS[name].settled()
        for bads in given.bads or SIZES:
            about = " or so" if given.random else ""
            print(f"\n{name}: {bads}{about} went bad of {SIZES[bads]}; {len(seeds)} seeds from {seeds[0]}")
            tell(measured(world, bads, seeds, is_random=given.random))


if __name__ == "__main__":
    main()
