"""Bounds on customers in whom nothing was done (bench/impact.py has nine worlds, more runs, and figures)."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "impact.py"
RUNS, SEED = 40, 5


@cache
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_impact", BENCH)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@cache
def lows(world: str) -> dict[str, np.ndarray]:
    found, _ = bench().single(bench().WORLDS[world], RUNS, SEED)
    return {name: np.array(values) for name, values in found.items()}


def covered(world: str, bound: str) -> float:
    return float((lows(world)[bound] <= 0).mean())


@pytest.mark.parametrize("world", list("ACDFI"))
def test_the_bound_is_seldom_above_the_truth_and_never_by_much(world: str) -> None:
    assert covered(world, "bound") >= 0.85
    assert np.maximum(lows(world)["bound"], 0).mean() <= 0.1


@pytest.mark.parametrize("world", list("ACF"))
def test_the_bound_is_not_kept_by_saying_nothing(world: str) -> None:
    assert -lows(world)["bound"].mean() < 3


def test_matched_placebos_know_that_customers_came_in_at_their_worst() -> None:
    assert covered("F", "sdid_matched") > covered("F", "sdid_calendar")


def test_the_interrupted_series_knows_of_customers_who_were_improving_already() -> None:
    assert covered("D", "cits_synthetic") > covered("D", "sdid_calendar") + 0.05


def test_fifteen_customers_who_were_improving_already_are_not_paid_for_it() -> None:
    found = {name: np.array(values) for name, values in bench().together(bench().WORLDS["D"], 8, SEED, 15, 40).items()}
    assert (found["sdid_calendar"] <= 0).mean() <= 0.75
    assert (found["bound"] <= 0).mean() >= 0.75


def test_a_customer_takes_less_than_a_third_of_a_second() -> None:
    assert bench().speed(5, SEED) < 0.3
