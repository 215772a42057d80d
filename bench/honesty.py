"""How often the honesty report is right: coverage of 90 % intervals, false alarms, planted orders, and its speed.

    python bench/honesty.py [seeds]

Grades of imagined accounts over several quarters; what becomes of an account hangs on a trait of its own that no grade
sees, and a loss is seen by every grade of the four quarters before it: rows are far from independent.
"""

import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped]

from trueup.grades.honesty.outcomes import Baseline, Outcome
from trueup.grades.honesty.report import LEVEL, Grades, Honesty, honest
from trueup.statistics.discrimination import Interval

QUARTERS = np.array([f"{2020 + n // 4}-Q{n % 4 + 1}" for n in range(60)])
AHEAD = 4
CUTOFFS = np.array([80.0, 65.0, 50.0, 35.0])


def imagined(
    seed: int, *, accounts: int, quarters: int, effect: float, alike: float = 1.5, rate: float = -2.4
) -> tuple[Grades, list[Outcome], list[Baseline]]:
    """Accounts graded each quarter. ``effect``: of grades on outcomes; ``alike``: of the account's own."""
    chance = np.random.default_rng(seed)
    health = chance.normal(size=(accounts, 1)) + 0.7 * chance.normal(size=(accounts, quarters + AHEAD))
    own = alike * chance.normal(size=(accounts, 1))
    leaves = chance.random(health.shape) < expit(rate - 1.4 + own - effect * health)
    later = np.stack([leaves[:, n + 1 : n + 1 + AHEAD].any(axis=1) for n in range(quarters)], axis=1)
    size = np.broadcast_to(chance.lognormal(size=(accounts, 1)), later.shape)
    given = health[:, :quarters]
    attained = expit(0.5 * own + effect * given + chance.normal(size=later.shape))
    scores = np.clip(np.round(57 + 16 * given), 0, 100).ravel()
    letters = np.array(list("ABCDF"))[np.searchsorted(-CUTOFFS, -scores)]
    letters[chance.random(len(letters)) < 0.05] = "?"
    periods = np.tile(QUARTERS[:quarters], accounts)
    ids = np.repeat(np.arange(accounts), quarters)
    known_by = np.tile(QUARTERS[AHEAD : quarters + AHEAD], accounts)
    outcomes = [
        Outcome("left", "bad", later.ravel().astype(float), known_by),
        Outcome("goal attainment", "level", attained.ravel(), np.tile(QUARTERS[1 : quarters + 1], accounts)),
    ]
    before = np.where(np.arange(quarters) > 0, np.roll(given, 1, axis=1), np.nan)
    baselines = [
        Baseline("contract size alone", size.ravel()),
        Baseline("last period's status", np.round(before.ravel()).astype(np.float64)),
    ]
    return Grades(ids, periods, letters, scores), outcomes, baselines


def report(seed: int, *, level: float = 0.9, **facts: float) -> Honesty:
    grades, outcomes, baselines = imagined(seed, **facts)  # type: ignore[arg-type]  # whole numbers are numbers
    return honest(grades, outcomes, baselines, level=level)


def _truth(**facts: float) -> Honesty:
    """What very many accounts say."""
    return report(10**6, **{**facts, "accounts": 60_000})


def _holds(truth: float, found: Interval) -> bool:
    return bool(found.low <= truth <= found.high)


def _coverage(seeds: int, **facts: float) -> None:
    truth = _truth(**facts)
    hits: dict[str, list[bool]] = {}
    told: Counter[str] = Counter()
    for seed in range(seeds):
        told.update(f"{one.name}: {one.verdict}" for one in report(seed, level=LEVEL, **facts).outcomes)
        for found, right in zip(report(seed, **facts).outcomes, truth.outcomes, strict=True):
            hits.setdefault(f"{found.name}: area", []).append(_holds(right.area.value, found.area))
            for one, two in zip(found.baselines, right.baselines, strict=True):
                hits.setdefault(f"{found.name}: less {one.name}", []).append(
                    _holds(two.difference.value, one.difference)
                )
            values = {rate.letter: rate.value for rate in right.rates}
            for rate in found.rates:
                if rate.rows:
                    is_in = rate.low <= values[rate.letter] <= rate.high
                    hits.setdefault(f"{found.name}: {rate.letter}", []).append(bool(is_in))
            if found.calibration.rows:
                hits.setdefault(f"{found.name}: in the large", []).append(
                    _holds(right.calibration.difference.value, found.calibration.difference)
                )
                flags = [not letter.is_off for letter in found.calibration.letters]
                hits.setdefault(f"{found.name}: letters not off", []).extend(flags)
    print(facts)
    for name, count in sorted(told.items()):
        print(f"  {name:45s} {count / seeds:6.3f}")
    for name, are_in in sorted(hits.items()):
        print(f"  {name:45s} {np.mean(are_in):6.3f} of {len(are_in)}")


def main(seeds: int) -> None:
    for facts in (
        {"accounts": 150, "quarters": 8, "effect": 0.0},
        {"accounts": 600, "quarters": 8, "effect": 0.0},
        {"accounts": 150, "quarters": 8, "effect": 1.0},
        {"accounts": 600, "quarters": 8, "effect": 1.0},
    ):
        _coverage(seeds, **facts)
    grades, outcomes, baselines = imagined(0, accounts=50_000, quarters=20, effect=0.8)
    grades = replace(grades, accounts=np.char.add("account-", grades.accounts.astype(np.str_)))
    for outcome in outcomes:
        begun = time.perf_counter()
        honest(grades, [outcome], baselines)
        print(f"{len(grades.scores):,} rows, {outcome.name}: {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
