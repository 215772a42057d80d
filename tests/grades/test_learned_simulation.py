"""A slice of bench/learned_worksheets.py: what learned worksheets must hold, on a few seeds."""

import importlib.util
import sys
from pathlib import Path
from statistics import fmean
from types import ModuleType

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "learned_worksheets.py"
NEAR_THE_BEST = 0.005


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("learned_worksheets", BENCH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("bads", "seeds", "off"), [(36, 8, 0.02), (180, 2, 0.01)])
def test_a_proposal_orders_accounts_as_well_as_any_and_its_grades_keep_what_they_promise(
    bench: ModuleType, bads: int, seeds: int, off: float
) -> None:
    found = bench.measured(bench.WORLDS["uneven"].settled(), bads, range(1000, 1000 + seeds))
    areas = {way: fmean(area for area, _, _ in rows) for way, rows in found.orders.items() if way != bench.TRUTH}
    assert areas[bench.PROPOSED] > max(areas.values()) - NEAR_THE_BEST
    assert all(reversed_points == 0 for _, _, reversed_points in found.orders[bench.PROPOSED])
    assert all(grades.rise for grades in found.grades)
    assert fmean(grades.off_by_account for grades in found.grades) < off
