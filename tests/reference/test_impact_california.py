"""Proposition 99: the published effect of California's tobacco tax, by four estimators, with exact placebo errors.

Packs per head and year, 39 states, 1970 to 2000, from 1989 on (Abadie, Diamond and Hainmueller 2010; Arkhangelsky et
al. 2021, table 1). Published errors are of 200 drawn placebos; these are of all 38.
"""

import csv
from functools import cache

import numpy as np
import pytest

from shared_data import shared_data
from trueup.impact.counterfactual import ESTIMATORS, Block
from trueup.impact.effect import Effect, effect_of
from trueup.impact.panel import Panel, Treatment, Window
from trueup.impact.placebo import placebos

pytestmark = pytest.mark.shared


@cache
def smoking() -> Panel:
    with (shared_data("kpi_panels_dev") / "california_prop99.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states, years = sorted({row["State"] for row in rows}), sorted({row["Year"] for row in rows})
    packs = {(row["State"], row["Year"]): float(row["PacksPerCapita"]) for row in rows}
    values = np.array([[packs[state, year] for year in years] for state in states])
    treated = min(row["Year"] for row in rows if row["treated"] == "1")
    return Panel(tuple(states), tuple(years), values, (Treatment("California", years.index(treated)),), better="lower")


@cache
def california() -> tuple[Block, tuple[str, ...]]:
    panel = smoking()
    others = [place for place, state in enumerate(panel.units) if state != "California"]
    own = panel.values[[panel.place("California")]]
    return Block(own, panel.values[others], panel.start_of("California")), tuple(panel.units[n] for n in others)


@pytest.mark.parametrize(
    ("estimator", "expected", "within"),
    [("did", -27.349, 0.001), ("sc", -19.6, 0.15), ("difp", -11.1, 0.1), ("sdid", -15.60, 0.01)],
)
def test_the_published_effect(estimator: str, expected: float, within: float) -> None:
    assert ESTIMATORS[estimator](california()[0]).estimate == pytest.approx(expected, abs=within)


@pytest.mark.parametrize(("estimator", "expected"), [("did", 17.29), ("sc", 10.63), ("difp", 10.07), ("sdid", 9.37)])
def test_the_exact_placebo_error(estimator: str, expected: float) -> None:
    block, states = california()
    assert placebos(block, ESTIMATORS[estimator], states).error == pytest.approx(expected, abs=0.01)


def test_the_synthetic_california_is_the_published_one() -> None:
    block, states = california()
    weights = dict(zip(states, ESTIMATORS["sc"](block).unit_weights, strict=True))
    published = {"Utah": 0.394, "Montana": 0.232, "Nevada": 0.205, "Connecticut": 0.109}
    assert {state: weights[state] for state in published} == pytest.approx(published, abs=0.01)


def test_the_years_that_count_are_the_last_three_before_the_tax() -> None:
    weights = ESTIMATORS["sdid"](california()[0]).time_weights
    assert weights[-3:] == pytest.approx([0.366, 0.206, 0.427], abs=0.005)
    assert weights[:-3].max() < 0.01


@cache
def effect() -> Effect:
    return effect_of(smoking(), "California", window=Window(before=19, after=12))


def test_what_is_payable_is_far_less_than_the_estimate_and_fewer_packs_are_better() -> None:
    """With 19 years and one start for all there is one calendar: matched placebos start from the 12th year on."""
    found = effect()
    assert found.estimate == pytest.approx(15.60, abs=0.01)
    assert len(found.donors) == 38
    assert found.bound is not None
    assert found.bound.low is not None
    assert found.bound.low < 15.60 - 9
    assert found.payable < 10
