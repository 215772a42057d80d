"""Customers together: less chance, more care."""

from dataclasses import replace

import numpy as np
import pytest

from trueup.impact.effect import Effect, effect_of
from trueup.impact.panel import Panel, Treatment
from trueup.impact.placebo import Placebos, at
from trueup.impact.pooled import pooled

MONTHS = tuple(f"month {n}" for n in range(36))


def customers(count: int, donors: int, *, gain: float, seed: int = 1) -> list[Effect]:
    rng = np.random.default_rng(seed)
    values = 50 + 3 * rng.standard_normal((count + donors, 1)) + rng.standard_normal((count + donors, 36))
    starts = rng.integers(18, 30, count)
    for customer, start in enumerate(starts):
        values[customer, start:] += gain
    names = tuple(f"customer {n}" for n in range(count)) + tuple(f"donor {n}" for n in range(donors))
    treatments = tuple(Treatment(names[n], int(starts[n])) for n in range(count))
    panel = Panel(names, MONTHS, values, treatments, excluded=dict.fromkeys(names[:count], "a customer in the pool"))
    return [effect_of(panel, name, rule=at(panel.start_of(name))) for name in names[:count]]


def test_together_customers_are_paid_for_what_none_is_alone() -> None:
    effects = customers(10, 40, gain=1.2)
    found = pooled(effects)
    assert found.estimate == pytest.approx(1.2, abs=0.35)
    assert found.payable > np.mean([effect.payable for effect in effects])
    assert {member.name for member in found.bound.members} == {
        *("sdid_calendar", "sdid_matched", "cits_synthetic", "cits_mean", "cits_mean_matched")
    }


def test_the_estimate_is_the_mean_of_the_customers_estimates() -> None:
    effects = customers(4, 20, gain=2.0)
    assert pooled(effects).estimate == pytest.approx(np.mean([effect.estimate for effect in effects]))


def test_the_same_customers_have_the_same_bound_in_any_order() -> None:
    effects = customers(5, 20, gain=1.0)
    assert pooled(effects).bound == pooled(effects[::-1]).bound
    assert pooled(effects, seed=8).bound != pooled(effects).bound


def test_more_customers_than_donors_have_no_bound() -> None:
    found = pooled(customers(12, 11, gain=5.0))
    assert (found.bound.low, found.bound.why, found.payable) == (None, "too_few_donors", 0)


def test_a_customer_without_donors_is_left_out_by_name() -> None:
    effects = customers(4, 20, gain=1.0)
    alone = replace(effects[0], estimates={}, bound=None, why="no_donors")
    found = pooled([alone, *effects[1:]])
    assert found.left_out == (effects[0].unit,)
    assert len(found.units) == 3


def test_one_customer_is_no_pool() -> None:
    with pytest.raises(ValueError, match="2 customers with donors or more: there are 1"):
        pooled(customers(1, 20, gain=1.0))


def test_a_customer_in_whose_place_nobody_could_have_come_in_leaves_no_bound() -> None:
    effects = customers(4, 20, gain=1.0)
    nobody = {name: Placebos((), np.array([]), np.array([])) for name in effects[0].matched}
    found = pooled([replace(effects[0], matched=nobody), *effects[1:]])
    assert (found.bound.low, found.bound.why) == (None, "too_few_matched")
