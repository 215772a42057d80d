"""The Basque Country without terror: the published weights by predictors, and what outcomes alone would weigh.

Abadie and Gardeazabal (2003): income per head, and 13 predictors of the 1960s; the weights are those of the packages
that implement the paper (Cataluna .8508, Madrid .1492).
"""

import csv
from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from shared_data import shared_data
from trueup.impact.predictors import Predicted, sc_by_predictors
from trueup.impact.simplex import nearest

pytestmark = pytest.mark.shared
BASQUE, CATALUNA, MADRID = "Basque Country (Pais Vasco)", "Cataluna", "Madrid (Comunidad De)"
SCHOOLING = ("school.illit", "school.prim", "school.med", "school.high", "school.post.high")
SECTORS = ("agriculture", "energy", "industry", "construction", "services.venta", "services.nonventa")
SIXTIES = range(1960, 1970)
PREDICTORS = (
    *((name, range(1964, 1970)) for name in (*SCHOOLING, "invest")),
    ("gdpcap", SIXTIES),
    *((f"sec.{name}", range(1961, 1970, 2)) for name in SECTORS),
    ("popdens", range(1969, 1970)),
)
Floats = NDArray[np.float64]


@cache
def regions() -> dict[str, dict[int, dict[str, str]]]:
    found: dict[str, dict[int, dict[str, str]]] = {}
    with (shared_data("basque") / "basque.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["regionname"], {})[int(float(row["year"]))] = row
    del found["Spain (Espana)"]
    return found


def mean(region: str, name: str, years: Iterable[int]) -> float:
    told = [regions()[region][year][name] for year in years]
    return float(np.mean([float(value) for value in told if value]))


def donors() -> list[str]:
    return [region for region in regions() if region != BASQUE]


def incomes() -> Floats:
    return np.array([[mean(region, "gdpcap", [year]) for year in SIXTIES] for region in (BASQUE, *donors())])


@cache
def by_predictors() -> Predicted:
    predictors = np.array([[mean(region, *each) for each in PREDICTORS] for region in (BASQUE, *donors())])
    return sc_by_predictors(predictors[0], predictors[1:], incomes()[0], incomes()[1:])


def test_the_published_synthetic_basque_country() -> None:
    weights = dict(zip(donors(), by_predictors().unit_weights, strict=True))
    assert weights[CATALUNA] == pytest.approx(0.8508, abs=0.025)
    assert weights[MADRID] == pytest.approx(0.1492, abs=0.025)
    assert by_predictors().gap == pytest.approx(0.008864, abs=1e-4)
    assert by_predictors().importances.sum() == pytest.approx(1)


def test_outcomes_alone_come_nearer_with_other_regions() -> None:
    """The published weights are a local best: outcomes alone leave less than half the gap, without Cataluna."""
    weights = nearest(incomes()[1:].T, incomes()[0])
    told = dict(zip(donors(), weights, strict=True))
    assert float(np.mean((incomes()[0] - weights @ incomes()[1:]) ** 2)) == pytest.approx(0.00413, abs=1e-5)
    assert told[MADRID] == pytest.approx(0.44, abs=0.01)
    assert told[CATALUNA] < 0.01
