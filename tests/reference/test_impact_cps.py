"""The placebo study of the SDID paper: log wages of 50 states over 40 years, in which nothing was done.

Arkhangelsky et al. (2021, section III.A): wages are taken apart into a rank-4 part (of which additive effects are one
half, the rest the other) and AR(2) errors; new wages are drawn from that; up to 10 states are treated in the last 10
years, those likelier whose factors go with a minimum wage of their own. 1,000 draws, seed 1.
"""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from shared_data import shared_data
from trueup.impact.counterfactual import ESTIMATORS, Block
from trueup.statistics.logit import fit

pytestmark = pytest.mark.shared
RANK, TREATED, AFTER, DRAWS, SEED = 4, 10, 10, 1_000, 1
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """What wages are drawn from: expected ones (states, years), errors' Cholesky factor, chances to be treated."""

    expected: Floats
    errors: Floats
    chances: Floats


def wages() -> tuple[Floats, NDArray[np.bool_]]:
    with (shared_data("cps_placebo") / "CPS.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states, years = sorted({row["state"] for row in rows}), sorted({row["year"] for row in rows})
    told = {(row["state"], row["year"]): float(row["log_wage"]) for row in rows}
    found = np.array([[told[state, year] for year in years] for state in states])
    has_own = {row["state"] for row in rows if row["min_wage"] == "TRUE"}
    return (found - found.mean()) / found.std(), np.array([state in has_own for state in states])


def correlations(errors: Floats) -> Floats:
    """Of an AR(2) that is fitted by least squares: (years, years)."""
    lags = np.column_stack([errors[:, 1:-1].ravel(), errors[:, :-2].ravel()])
    first, second = np.linalg.lstsq(lags, errors[:, 2:].ravel(), rcond=None)[0]
    years = errors.shape[1]
    rho = np.ones(years)
    rho[1] = first / (1 - second)
    for lag in range(2, years):
        rho[lag] = first * rho[lag - 1] + second * rho[lag - 2]
    return rho[np.abs(np.subtract.outer(np.arange(years), np.arange(years)))]


def design() -> Design:
    values, has_own = wages()
    left, sizes, right = np.linalg.svd(values, full_matrices=False)
    expected = (left[:, :RANK] * sizes[:RANK]) @ right[:RANK]
    errors = values - expected
    alike = correlations(errors)
    covariance = alike * np.linalg.norm(errors.T @ errors / len(values)) / np.linalg.norm(alike)
    factors = np.column_stack([np.ones(len(values)), left[:, :RANK] * np.sqrt(len(values))])
    chances = 1 / (1 + np.exp(-fit(factors, has_own).log_odds(factors)))
    return Design(expected, np.linalg.cholesky(covariance), chances)


def treated(rng: np.random.Generator, chances: Floats) -> NDArray[np.int64]:
    found = np.flatnonzero(rng.random(len(chances)) < chances)
    if len(found) > TREATED:
        return rng.choice(found, TREATED, replace=False)
    return found if len(found) else rng.choice(len(chances), TREATED, replace=False)


@cache
def estimates() -> dict[str, Floats]:
    of, rng = design(), np.random.default_rng(SEED)
    found = np.empty((DRAWS, 4))
    names = ("did", "sc", "difp", "sdid")
    for draw in range(DRAWS):
        chosen = treated(rng, of.chances)
        drawn = of.expected + rng.standard_normal(of.expected.shape) @ of.errors.T
        block = Block(drawn[chosen], np.delete(drawn, chosen, axis=0), drawn.shape[1] - AFTER)
        found[draw] = [ESTIMATORS[name](block).estimate for name in names]
    return dict(zip(names, found.T, strict=True))


@pytest.mark.parametrize(
    ("estimator", "error", "bias"),
    [("did", 0.049, 0.021), ("sc", 0.037, 0.020), ("sdid", 0.028, 0.010), ("difp", 0.032, 0.007)],
)
def test_errors_are_the_published_ones(estimator: str, error: float, bias: float) -> None:
    found = estimates()[estimator]
    assert np.sqrt(np.mean(found**2)) == pytest.approx(error, abs=0.003)
    assert found.mean() == pytest.approx(bias, abs=0.003)
