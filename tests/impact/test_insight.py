"""What customers have in common: the mean of their effects, how far they differ, and what the next may expect."""

from dataclasses import replace

import numpy as np
import pytest

from trueup.impact.diagnostics import Check
from trueup.impact.effect import Effect, effect_of
from trueup.impact.insight import insight, random_effects
from trueup.impact.panel import Panel, Treatment

TRIALS = """4 119 11 128
6 300 29 274
3 228 11 209
62 13536 248 12619
33 5036 47 5761
180 1361 372 1079
8 2537 10 619
505 87886 499 87892
29 7470 45 7232
17 1699 65 1600
186 50448 141 27197
5 2493 3 2338
27 16886 29 17825"""
"""Thirteen trials of the BCG vaccine (Colditz et al. 1994): ill, well; vaccinated and not."""


def test_the_vaccine_trials_give_the_published_figures() -> None:
    """Log risk ratios by REML: mean -.7145, tau^2 .3132, I^2 92.22 %, Q 152.233 (Viechtbauer 2010, section 3.1)."""
    rows = [line.split() for line in TRIALS.splitlines()]
    ill, well, other_ill, other_well = np.array(rows, np.float64).T
    ratios = np.log(ill / (ill + well)) - np.log(other_ill / (other_ill + other_well))
    errors = np.sqrt(1 / ill - 1 / (ill + well) + 1 / other_ill - 1 / (other_ill + other_well))
    found = random_effects(ratios, errors, level=0.95)
    assert found is not None
    assert found.mean.value == pytest.approx(-0.7145, abs=5e-5)
    assert found.tau**2 == pytest.approx(0.3132, abs=5e-5)
    assert found.i_squared == pytest.approx(0.9222, abs=5e-5)
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert found.next_customer.low < found.mean.low < found.mean.value < found.mean.high < found.next_customer.high


def test_of_two_customers_nothing_is_said_of_others() -> None:
    assert random_effects(np.array([3.0, 4.0]), np.array([1.0, 1.0])) is None


def test_customers_who_agree_differ_by_nothing() -> None:
    """As alike as chance leaves them, or more: no spread, and the interval no narrower than the errors warrant."""
    found = random_effects(np.array([2.0, 2.1, 1.9, 2.0]), np.full(4, 1.0))
    assert found is not None
    assert (found.tau, found.i_squared) == (0, 0)
    assert found.mean.value == pytest.approx(2)
    assert found.mean.high - found.mean.value == pytest.approx(2.3534 / 2, abs=1e-4)


def test_a_customer_known_with_more_certainty_counts_for_more() -> None:
    found = random_effects(np.array([1.0, 1.0, 4.0]), np.array([0.5, 0.5, 5.0]))
    assert found is not None
    assert found.mean.value < 1.1


@pytest.mark.parametrize(("customers", "spread"), [(5, 1.0), (8, 1.0), (12, 0.5)])
def test_the_interval_holds_and_the_next_customer_falls_into_its_own(customers: int, spread: float) -> None:
    """True effects have a mean of 2; nominal 90 %. Of few customers the spread is often missed, and must not be."""
    rng = np.random.default_rng(3)
    held, fell = [], []
    for _ in range(150):
        truths = 2 + spread * rng.standard_normal(customers + 1)
        errors = rng.uniform(0.5, 1.5, customers)
        found = random_effects(truths[:-1] + errors * rng.standard_normal(customers), errors)
        assert found is not None
        held.append(found.mean.low <= 2 <= found.mean.high)
        fell.append(found.next_customer.low <= truths[-1] <= found.next_customer.high)
    assert np.mean(held) >= 0.86
    assert np.mean(fell) >= 0.87


def effects(gains: list[float]) -> list[Effect]:
    rng = np.random.default_rng(6)
    values = rng.standard_normal((len(gains) + 20, 30))
    values[: len(gains), 20:] += np.array(gains)[:, None]
    names = tuple(f"customer {n}" for n in range(len(gains))) + tuple(f"donor {n}" for n in range(20))
    treatments = tuple(Treatment(name, 20) for name in names[: len(gains)])
    panel = Panel(names, tuple(map(str, range(30))), values, treatments)
    return [effect_of(panel, name) for name in names[: len(gains)]]


def test_an_insight_is_made_of_customers_effects() -> None:
    fit = [replace(each, checks=()) for each in effects([4.0, 5.0, 6.0, 5.0])]
    found = insight(fit)
    assert found is not None
    assert found.customers == 4
    assert found.mean.value == pytest.approx(5, abs=0.6)


@pytest.mark.parametrize(("check", "customers"), [("poor_fit", 3), ("rests_on_one_donor", 4)])
def test_whom_a_check_leaves_out_never_depends_on_how_much_was_gained(check: str, customers: int) -> None:
    fit = [replace(each, checks=()) for each in effects([4.0, 5.0, 6.0, 5.0])]
    blocked = replace(fit[0], checks=(Check(check, 1.0, 0.0, blocks=True),))
    found = insight([blocked, *fit[1:]])
    assert found is not None
    assert found.customers == customers
