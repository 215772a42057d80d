"""Synthetic difference in differences beside diff-diff's: estimates, weights, and whose leave less of the objectives.

    PYTHONPATH=src uv run --no-project --with diff-diff --python 3.11 \\
      python bench/oracles/diff_diff_oracle.py SHARED/data

Of California's tobacco tax and of 100 panels of bench/impact.py (worlds A to I, seed 21) it prints the greatest
difference of estimates and of weights; and what either solver leaves of the two objectives, for units and for times, as
theirs less ours over ours: above 0 where theirs stopped before the least. Then the error by their 200 drawn placebos
beside ours, of all.
"""

import csv
import importlib.util
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from diff_diff import SyntheticDiD
from numpy.typing import NDArray

from trueup.impact.counterfactual import Block, Counterfactual, sdid
from trueup.impact.placebo import placebos

Floats = NDArray[np.float64]
PANELS, SEED = 100, 21
SLIGHT = 1e-6


@dataclass(frozen=True)
class Theirs:
    """Their answer: estimate, error, weights."""

    estimate: float
    error: float
    units: Floats
    times: Floats


def california(data: Path) -> Block:
    with (data / "kpi_panels_dev" / "california_prop99.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    table = pd.DataFrame(rows).astype({"PacksPerCapita": float}).pivot_table("PacksPerCapita", "State", "Year")
    own = table.loc[["California"]].to_numpy()
    return Block(own, table.drop("California").to_numpy(), list(table.columns).index("1989"))


def imagined() -> Iterator[Block]:
    path = Path(__file__).parents[1] / "impact.py"
    spec = importlib.util.spec_from_file_location("bench_impact", path)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    sys.modules["bench_impact"] = bench
    spec.loader.exec_module(bench)
    for run in range(PANELS):
        world = list(bench.WORLDS.values())[run % len(bench.WORLDS)]
        values = bench.series(world, np.random.default_rng([SEED, run]), 1, 30)
        yield Block(values[:1, :24], values[1:, :24], 18)


def theirs(block: Block, draws: int) -> Theirs:
    values = np.vstack((block.donors, block.treated))
    units, times = (grid.ravel() for grid in np.indices(values.shape))
    rows = pd.DataFrame({"unit": units, "time": times, "y": values.ravel(), "d": (units == len(block.donors)) * 1})
    after = list(range(block.before, values.shape[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SyntheticDiD(n_bootstrap=draws, seed=1)
        found = model.fit(rows, outcome="y", treatment="d", unit="unit", time="time", post_periods=after)
    return Theirs(
        float(found.att),
        float(found.se),
        np.array([found.unit_weights[unit] for unit in range(len(block.donors))]),
        np.array([found.time_weights[time] for time in range(block.before)]),
    )


def left(columns: Floats, target: Floats, weights: Floats, ridge: float) -> float:
    """What is minimised, up to a level that is free."""
    gap = columns @ weights - target
    return float(((gap - gap.mean()) ** 2).sum() + ridge * weights @ weights)


def objectives(block: Block, units: Floats, times: Floats) -> Floats:
    """What both sets of weights leave (Arkhangelsky et al. 2021, section I)."""
    before, early = block.before, block.donors[:, : block.before]
    zeta = (len(block.treated) * block.after) ** 0.25 * block.noise
    late = block.donors[:, before:].mean(1)
    return np.array(
        [
            left(early.T, block.observed[:before], units, before * zeta**2),
            left(early, late, times, len(early) * (SLIGHT * block.noise) ** 2),
        ]
    )


def apart(block: Block, other: Theirs) -> tuple[Counterfactual, Floats]:
    ours = sdid(block)
    mine = objectives(block, ours.unit_weights, ours.time_weights)
    over = (objectives(block, other.units, other.times) - mine) / mine
    differences = [
        abs(other.estimate - ours.estimate),
        np.abs(other.units - ours.unit_weights).max(),
        np.abs(other.times - ours.time_weights).max(),
    ]
    return ours, np.array([*differences, *over])


def main() -> None:
    block = california(Path(sys.argv[1]))
    names = tuple(str(donor) for donor in range(len(block.donors)))
    other = theirs(block, 200)
    ours, found = apart(block, other)
    print(f"California: theirs {other.estimate:.4f}, ours {ours.estimate:.4f}")
    print("  weights differ by at most {:.4f} (units), {:.4f} (times)".format(*found[1:3]))
    print("  theirs leaves more than ours of the objectives by {:.1e} (units), {:.1e} (times) of it".format(*found[3:]))
    print(f"  error: {other.error:.2f} by 200 draws, {placebos(block, sdid, names).error:.2f} of all 38")
    all_found = np.array([apart(each, theirs(each, 2))[1] for each in imagined()])
    print(f"{PANELS} imagined panels (noise 1): median, greatest")
    for name, column in zip(("estimate", "unit weight", "time weight"), all_found.T[:3], strict=True):
        print(f"  {name:12} differs by {np.median(column):.1e}, {column.max():.1e}")
    for name, column in zip(("units", "times"), all_found.T[3:], strict=True):
        told = f"{np.median(column):.1e}, {column.max():.1e}; least {column.min():.1e}"
        print(f"  {name:12} theirs leaves more by {told} of ours; less in {(column < -1e-9).sum()}")


if __name__ == "__main__":
    main()
