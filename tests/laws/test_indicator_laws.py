"""What no naming, order or unit may change in the lab."""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imagined_customers import Imagined, imagine
from trueup.indicators.lab import Study, study
from trueup.indicators.panel import Outcome, Panel


@cache
def world() -> Imagined:
    """Ten KPIs of a small company, of every sort."""
    made = imagine(220, 11)
    return replace(made, panel=made.panel.of_kpis([0, 1, 5, 8, 9, 18, 20, 23, 30, 35]))


@cache
def plain() -> Study:
    return study(world().panel, world().outcome, null_runs=0)


def told(found: Study) -> list[str]:
    return [f"{each.tier} {each.p:.5f} {each.q:.5f}" for each in found.judged]


def renamed(panel: Panel, outcome: Outcome, order: np.ndarray) -> tuple[Panel, Outcome]:
    """Accounts with other codes, their rows in the order of those."""
    codes = order[panel.accounts]
    rows = np.lexsort((panel.as_of, codes))
    assert panel.recent is not None
    assert panel.restated is not None
    assert panel.is_young is not None
    other = replace(
        panel,
        accounts=codes[rows],
        as_of=panel.as_of[rows],
        known=panel.known[rows],
        controls=panel.controls[rows],
        recent=panel.recent[rows],
        restated=panel.restated[rows],
        is_young=panel.is_young[rows],
    )
    return other, replace(outcome, accounts=order[outcome.accounts])


@settings(max_examples=4)
@given(st.integers(0, 2**16))
def test_what_accounts_are_called_and_how_they_are_ordered_changes_nothing(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(world().panel.names))
    panel, outcome = renamed(world().panel, world().outcome, order)
    assert told(study(panel, outcome, null_runs=0)) == told(plain())


@settings(max_examples=4)
@given(st.permutations(range(10)))
def test_the_order_of_kpis_changes_nothing(order: list[int]) -> None:
    found = study(world().panel.of_kpis(order), world().outcome, null_runs=0)
    assert [told(found)[order.index(kpi)] for kpi in range(10)] == told(plain())


@settings(max_examples=4)
@given(st.sampled_from([0.01, 60.0, 1000.0]), st.integers(0, 9))
def test_the_unit_of_a_kpi_changes_nothing(factor: float, kpi: int) -> None:
    panel = world().panel
    scale = np.ones(10, np.float32)
    scale[kpi] = factor
    assert panel.recent is not None
    assert panel.restated is not None
    other = replace(panel, known=panel.known * scale, recent=panel.recent * scale, restated=panel.restated * scale)
    found = study(other, world().outcome, null_runs=0)
    assert [each.tier for each in found.judged] == [each.tier for each in plain().judged]
    np.testing.assert_allclose([each.p for each in found.judged], [each.p for each in plain().judged], atol=1e-3)


def test_more_kpis_ever_tried_never_lower_a_q() -> None:
    more = study(world().panel, world().outcome, null_runs=0, tried_before=[f"old_{n}" for n in range(30)])
    for before, now in zip(plain().judged, more.judged, strict=True):
        assert np.isnan(now.q) or now.q >= before.q
