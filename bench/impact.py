"""Do the bounds of value delivered hold? Customers in whom nothing was done, among donors, in nine worlds.

    python bench/impact.py [--worlds ABCDEFGHI] [--runs 400] [--pooled-worlds CDF] [--pooled 100] [--seed 1]

Each world has 30 donors and 36 months; customers start in months 18 to 30. Noise from month to month has a standard
deviation of 1 (an AR(1) part of .6 with .8, and .6 by itself), in which everything is counted.

    A  levels only                              F  as C, and in after their worst quarter
    B  a trend of .05 a month, and seasons      G  as C, and everyone gains 1.2 at the start
    C  as B, two factors and slopes             H  as C, and a quarter of donors are treated too
    D  as C, the customer gains .08 a month     I  as C, with tails of Student's t with 3 degrees
    E  as A, in after their worst quarter

Prints how often the 90 % lower bound is below the truth, which is 0, for each estimator and for the bound that is paid
on; how far below it is (short), and by how much it is above on average (over); then the same of 15 customers together,
and the time of one customer. Of customers together the bound is told by four rules: as they truly came in, by default
(after the worst quarter of all time), at intake (the worst between the first of their starts and the last), and by the
calendar (whenever); each also without its fifth member; and of those only whom no check blocks.
"""

import argparse
import os
from dataclasses import dataclass, replace
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from trueup.impact.bound import CONFIDENCE
from trueup.impact.effect import Effect, effect_of
from trueup.impact.panel import Panel, Treatment, Window
from trueup.impact.placebo import Rule, after_worst_quarter, between, matched
from trueup.impact.pooled import Pooled, pooled
from trueup.impact.trend import OwnTrend, own_trend

Floats = NDArray[np.float64]
MONTHS, FIRST, LAST = 36, 18, 30
WINDOW = Window(before=18, after=6)


@dataclass(frozen=True)
class World:
    """What is simulated; ``is_dip``: customers come in after their worst quarter."""

    name: str
    trend: float = 0.05
    has_factors: bool = True
    gain: float = 0.0
    is_dip: bool = False
    shock: float = 0.0
    contaminated: float = 0.0
    has_heavy_tails: bool = False


WORLDS = {
    "A": World("A", trend=0, has_factors=False),
    "B": World("B", has_factors=False),
    "C": World("C"),
    "D": World("D", gain=0.08),
    "E": World("E", trend=0, has_factors=False, is_dip=True),
    "F": World("F", is_dip=True),
    "G": World("G", shock=1.2),
    "H": World("H", contaminated=0.25),
    "I": World("I", has_heavy_tails=True),
}


def autoregressive(rng: np.random.Generator, rho: float, shape: tuple[int, int], *, heavy: bool = False) -> Floats:
    """Stationary AR(1) series with a standard deviation of 1: shape (series, months)."""
    shocks = innovations(rng, shape, heavy=heavy)
    found = np.empty(shape)
    found[:, 0] = shocks[:, 0]
    for month in range(1, shape[1]):
        found[:, month] = rho * found[:, month - 1] + np.sqrt(1 - rho**2) * shocks[:, month]
    return found


def innovations(rng: np.random.Generator, shape: tuple[int, int], *, heavy: bool) -> Floats:
    return rng.standard_t(3, shape) / np.sqrt(3) if heavy else rng.standard_normal(shape)


def series(world: World, rng: np.random.Generator, customers: int, donors: int) -> Floats:
    """(customers + donors, months), customers first; without a gain, a dip or a start."""
    shape = (customers + donors, MONTHS)
    noise = 0.8 * autoregressive(rng, 0.6, shape, heavy=world.has_heavy_tails)
    noise += 0.6 * innovations(rng, shape, heavy=world.has_heavy_tails)
    found = rng.standard_normal((shape[0], 1)) * 2 + noise
    months = np.arange(MONTHS)
    found += world.trend * months
    if world.trend:
        loadings = 1 + 0.5 * rng.standard_normal((shape[0], 1))
        found += 0.8 * loadings * np.sin(2 * np.pi * (months / 12 + rng.random()))
    if world.has_factors:
        found += 0.7 * rng.standard_normal((shape[0], 2)) @ autoregressive(rng, 0.9, (2, MONTHS))
        found += 0.03 * rng.standard_normal((shape[0], 1)) * (months - MONTHS / 2)
    found[:customers] += world.gain * months
    return found


def at_random(rng: np.random.Generator) -> Rule:
    """Units come in whenever: any possible start, each as likely."""
    order = rng.random((1000, MONTHS))

    def rule(values: Floats, possible: NDArray[np.bool_]) -> NDArray[np.int64]:
        place = np.where(possible, order[: len(values)], 2).argmin(1)
        return np.where(possible.any(1), place, -1)

    return rule


def imagined(world: World, rng: np.random.Generator, customers: int, donors: int) -> tuple[Panel, Rule]:
    """A panel of customers with a true effect of 0, and the rule by which they came in."""
    values = series(world, rng, customers, donors)
    rule = between(FIRST, LAST, after_worst_quarter if world.is_dip else at_random(rng))
    starts = rule(values[:customers], np.ones((customers, MONTHS), np.bool_))
    if world.shock or world.contaminated:
        starts = np.full(customers, starts[0])
        values[:, starts[0] :] += world.shock
        treated_too = int(world.contaminated * donors)
        values[customers : customers + treated_too, starts[0] :] += 1.5
    names = tuple(f"customer {n}" for n in range(customers)) + tuple(f"donor {n}" for n in range(donors))
    treatments = tuple(Treatment(names[n], int(starts[n])) for n in range(customers))
    return Panel(names, tuple(f"month {n}" for n in range(MONTHS)), values, treatments), rule


def lows_of(effect: Effect, alone: OwnTrend) -> dict[str, float]:
    """The lower bounds of one customer, by name; those of estimators that are not paid on too."""
    found = {
        f"{name}_calendar" if name == "sdid" else name: placebos.low(effect.estimates[name].estimate, CONFIDENCE)
        for name, placebos in effect.calendar.items()
    }
    assert effect.bound is not None
    found["sdid_matched"] = effect.matched["sdid"].low(effect.estimates["sdid"].estimate, CONFIDENCE)
    found["bound"] = effect.bound.low
    return {name: low if low is not None else float("-inf") for name, low in found.items()} | {"own_trend": alone.low}


def told(name: str, lows: list[float]) -> str:
    values = np.array(lows)
    covered, short, over = (values <= 0).mean(), -values.mean(), np.maximum(values, 0).mean()
    return f"  {name:20} {covered:6.3f} short {short:5.2f} over {over:5.3f}"


def alone_of(panel: Panel, effect: Effect) -> OwnTrend:
    series = panel.values[panel.place(effect.unit), effect.window.around(effect.start)]
    return own_trend(series, effect.window.before, CONFIDENCE)


def single(world: World, runs: int, seed: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Lower bounds by estimator, and whether each check blocks, over runs of one customer and 30 donors."""
    lows: dict[str, list[float]] = {}
    blocks: dict[str, list[float]] = {}
    for run in range(runs):
        panel, rule = imagined(world, np.random.default_rng([seed, ord(world.name), run]), 1, 30)
        effect = effect_of(panel, panel.units[0], window=WINDOW, rule=rule)
        for name, low in lows_of(effect, alone_of(panel, effect)).items():
            lows.setdefault(name, []).append(low)
        for check in effect.checks:
            blocks.setdefault(check.name, []).append(float(check.blocks))
        blocks.setdefault("paid", []).append(float(effect.payable > 0))
    return lows, blocks


def by_rule(effect: Effect, panel: Panel, rule: Rule) -> Effect:
    """The same effect, with placebos matched by another rule."""
    places = [panel.place(donor) for donor in effect.donors]
    found = matched(panel.values[places], panel.serves()[places], effect.donors, effect.window, rule)
    return replace(effect, matched=found)


def together(world: World, runs: int, seed: int, customers: int, donors: int) -> dict[str, list[float]]:
    """Lower bounds by member over runs of some customers together; and of the whole by several rules of intake."""
    lows: dict[str, list[float]] = {}
    for run in range(runs):
        rng = np.random.default_rng([seed, ord(world.name), run, customers])
        panel, rule = imagined(world, rng, customers, donors)
        effects = [effect_of(panel, unit, window=WINDOW, rule=rule) for unit in panel.units[:customers]]
        found = pooled(effects)
        starts = [treatment.start for treatment in panel.treatments]
        at_intake = between(min(starts), max(starts), after_worst_quarter)
        ways = {
            "bound": found,
            "at intake": pooled([by_rule(each, panel, at_intake) for each in effects]),
            "by default": pooled([by_rule(each, panel, after_worst_quarter) for each in effects]),
            "by calendar": pooled([replace(each, matched=each.calendar) for each in effects]),
            "blocked left out": pooled([each for each in effects if each.is_sound]),
        }
        for member in found.bound.members:
            assert member.low is not None
            lows.setdefault(member.name, []).append(member.low)
        for name, way in ways.items():
            assert way.bound.low is not None
            lows.setdefault(name, []).append(way.bound.low)
            lows.setdefault(f"{name}, of four", []).append(of_four(way))
    return lows


def of_four(found: Pooled) -> float:
    """The bound without its fifth member."""
    return min(
        member.low for member in found.bound.members if member.low is not None and member.name != "cits_mean_matched"
    )


def speed(customers: int, seed: int) -> float:
    """Seconds of the processor a customer, with 30 donors."""
    panels = [imagined(WORLDS["F"], np.random.default_rng([seed, run]), 1, 30)[0] for run in range(customers)]
    begun = process_time()
    for panel in panels:
        effect_of(panel, panel.units[0], window=WINDOW)
    return (process_time() - begun) / customers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", default="".join(WORLDS))
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--pooled-worlds", default="CDF")
    parser.add_argument("--pooled", type=int, default=100)
    parser.add_argument("--speed", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for name in asked.worlds:
        lows, blocks = single(WORLDS[name], asked.runs, asked.seed)
        print(f"{name}: one customer, {asked.runs} runs, seed {asked.seed}")
        print("\n".join(told(each, lows[each]) for each in lows))
        print("  blocked by " + ", ".join(f"{each} {np.mean(found):.2f}" for each, found in blocks.items()), flush=True)
    for name in asked.pooled_worlds:
        lows = together(WORLDS[name], asked.pooled, asked.seed, 15, 40)
        print(f"{name}: 15 customers together, 40 donors, {asked.pooled} runs, seed {asked.seed}")
        print("\n".join(told(each, lows[each]) for each in lows), flush=True)
    print(f"{speed(asked.speed, asked.seed) * 1000:.0f} ms a customer")


if __name__ == "__main__":
    main()
