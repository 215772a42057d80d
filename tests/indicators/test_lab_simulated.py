"""The lab on customers whose reasons are known (bench/indicators.py has more of them, and figures by size)."""

from functools import cache

import numpy as np
import pytest

from imagined_customers import KINDS_OF_KPIS, LAGS, NAMES, RECORDED_AFTER, imagine
from trueup.indicators.lab import Study, study
from trueup.indicators.lead import MONTH
from trueup.indicators.score import scored
from trueup.indicators.skills import CONTROLS, SCORE

SEEDS = (1, 2, 3, 4)
KIND = np.array(KINDS_OF_KPIS)


@cache
def studied(accounts: int, seed: int, *, has_effects: bool = True, null_runs: int = 0) -> Study:
    world = imagine(accounts, seed, has_effects=has_effects)
    return study(world.panel, world.outcome, null_runs=null_runs)


def named(found: Study) -> np.ndarray:
    return np.array([each.tier == "A" for each in found.judged])


def test_drivers_are_found_and_little_else() -> None:
    runs = np.array([named(studied(600, seed)) for seed in SEEDS])
    wrong = runs & ~np.isin(KIND, ["driver", "proxy"])
    assert runs[:, KIND == "driver"].mean() >= 0.8
    assert np.mean(wrong.sum(1) / runs.sum(1)) <= 0.1
    assert runs[:, np.isin(KIND, ["leak", "coincident"])].sum(1).mean() <= 0.3


def test_leaks_and_counters_are_vetoed_before_anything_is_fitted() -> None:
    for seed in SEEDS:
        told = {NAMES[kpi]: each.leak.code for kpi, each in enumerate(studied(600, seed).judged) if each.leak}
        assert {told[name] for name in NAMES if name.startswith("leak")} == {"restated"}
        assert {told[name] for name in NAMES if name.startswith("cumulative")} == {"counter"}
        assert not any(name.startswith(("driver", "activity", "noise", "proxy")) for name in told)


def test_reactions_to_the_risk_warn_and_do_not_lead() -> None:
    tiers = [each.tier for seed in SEEDS for each in np.array(studied(600, seed).judged)[KIND == "reactive"]]
    assert tiers.count("B") >= 6


def test_the_lead_is_about_right() -> None:
    """Within a month, on average: of one KPI it may be off by more, so over more customers than the other tests."""
    off = [
        abs(lead.days / MONTH - (LAGS[kpi] + RECORDED_AFTER - 0.5))
        for seed in range(10)
        for kpi, lead in studied(600, seed).leads.items()
        if KIND[kpi] == "driver"
    ]
    assert np.mean(off) <= 1


def test_what_is_claimed_is_realised() -> None:
    worth = [{each.name: each for each in studied(600, seed).skills} for seed in SEEDS]
    claimed, realised = (
        np.mean([run[SCORE].claimed.area.value for run in worth]),
        np.mean([run[SCORE].realised.area.value for run in worth]),
    )
    assert abs(claimed - realised) <= 0.03
    assert realised > np.mean([run[CONTROLS].realised.area.value for run in worth]) + 0.08
    assert 0.85 <= np.mean([run[SCORE].realised.slope for run in worth]) <= 1.15


def test_where_nothing_predicts_nothing_is_named() -> None:
    runs = [named(studied(300, seed, has_effects=False)).any() for seed in range(8)]
    assert sum(runs) <= 1


def test_the_null_run_of_a_real_finding_finds_nothing() -> None:
    found = studied(300, 5, null_runs=10)
    assert named(found).any()
    assert found.null.with_any <= 1


def test_with_few_events_nothing_is_claimed() -> None:
    found = studied(110, 3)
    assert found.sample.events < 50
    assert not found.can_tell
    assert {each.tier for each in found.judged} <= {"D", "E"}


def test_reasons_of_a_score_add_up_to_it() -> None:
    found = studied(600, 1)
    assert found.score is not None
    rows = np.arange(0, len(found.panel.as_of), 97)
    made = scored(found.score, found.panel, rows)
    assert made.reasons.sum(1) + made.base == pytest.approx(made.log_odds)
    assert ((made.low <= made.chance) & (made.chance <= made.high)).all()


def test_the_collection_is_of_found_kpis_and_small() -> None:
    for seed in SEEDS:
        found = studied(600, seed)
        assert 3 <= len(found.collection.kpis) <= 8
        assert all(found.judged[kpi].tier == "A" for kpi in found.collection.kpis)
