"""All treated units of a panel at once: what is compared, by which rule, and together."""

from dataclasses import replace

import numpy as np
import pytest

from trueup.impact.counterfactual import did, sdid
from trueup.impact.effect import before_and_after, block_of
from trueup.impact.panel import Panel, Treatment
from trueup.impact.several import effects_of, together

MONTHS = tuple(f"month {n}" for n in range(36))


def adoption(*starts: int, donors: int = 20, gain: float = 4.0) -> Panel:
    rng = np.random.default_rng(6)
    shape = (len(starts) + donors, 36)
    values = 50 + 3 * rng.standard_normal((shape[0], 1)) + rng.standard_normal(shape)
    for customer, start in enumerate(starts):
        values[customer, start:] += gain
    names = tuple(f"customer {n}" for n in range(len(starts))) + tuple(f"donor {n}" for n in range(donors))
    return Panel(names, MONTHS, values, tuple(Treatment(names[n], start) for n, start in enumerate(starts)))


def test_by_default_all_times_are_compared_and_all_units_are_followed_equally_long() -> None:
    found = effects_of(adoption(20, 30), before=None, after=None, rule="worst-quarter", confidence=0.9)
    assert [(each.window.before, each.window.after) for each in found] == [(20, 6), (30, 6)]


def test_less_may_be_compared_but_never_concluded_from_less_than_twelve_times() -> None:
    found = effects_of(adoption(20, 30), before=15, after=4, rule="worst-quarter", confidence=0.9)
    assert [(each.window.before, each.window.after) for each in found] == [(15, 4), (15, 4)]
    early = effects_of(adoption(8), before=None, after=None, rule="worst-quarter", confidence=0.9)
    assert (early[0].why, early[0].estimate) == ("too_short", None)


def test_by_the_calendar_matched_placebos_are_calendar_ones() -> None:
    panel = adoption(20, 30)
    for effect in effects_of(panel, before=18, after=6, rule="calendar", confidence=0.9):
        assert effect.matched["sdid"].estimates == pytest.approx(effect.calendar["sdid"].estimates)
    worst = effects_of(panel, before=18, after=6, rule="worst-quarter", confidence=0.9)[0]
    assert worst.matched["sdid"].estimates.tolist() != worst.calendar["sdid"].estimates.tolist()


def test_three_units_are_told_together_and_two_are_not() -> None:
    three = effects_of(adoption(20, 24, 28), before=18, after=6, rule="calendar", confidence=0.9)
    found = together(three, 0.9)
    assert found is not None
    assert found.estimate == pytest.approx(4, abs=0.6)
    assert together(three[:2], 0.9) is None


def test_whom_a_check_blocks_counts_among_the_others() -> None:
    """Left out after a look at the figures, they would make those of the others too good (decision 20)."""
    effects = effects_of(adoption(20, 24, 28), before=18, after=6, rule="calendar", confidence=0.9)
    blocked = [
        replace(effects[0], checks=tuple(replace(each, blocks=True) for each in effects[0].checks)),
        *effects[1:],
    ]
    assert not blocked[0].is_sound
    assert together(blocked, 0.9) == together(effects, 0.9)


def test_the_block_of_an_effect_gives_its_estimates_again() -> None:
    panel = adoption(20)
    for each in (panel, replace(panel, values=-panel.values, better="lower")):
        effect = effects_of(each, before=18, after=6, rule="calendar", confidence=0.9)[0]
        assert sdid(block_of(each, effect)).estimate == effect.estimate
        assert did(block_of(each, effect)).estimate == effect.estimates["did"].estimate


def test_before_and_after_compares_as_many_times_as_there_are_after() -> None:
    """It rises from 10 by 1 a month, and nothing was done: six months later it is 6 more."""
    panel = adoption(20, 32)
    panel.values[:] = 10.0 + np.arange(36)
    effect = effects_of(panel, before=18, after=6, rule="calendar", confidence=0.9)[0]
    assert before_and_after(panel, effect) == 6
    assert before_and_after(replace(panel, better="lower"), effect) == -6
    not_over = effects_of(panel, before=18, after=6, rule="calendar", confidence=0.9)[1]
    assert np.isnan(before_and_after(panel, not_over))


def test_each_end_is_of_the_confidence_and_both_together_of_less() -> None:
    bound = effects_of(adoption(20), before=18, after=6, rule="calendar", confidence=0.9)[0].bound
    assert bound is not None
    assert (bound.confidence, bound.between) == (0.9, pytest.approx(0.8))
