"""Customers that leave for reasons we know: KPIs that drive it, and those that merely look as if they did.

As in the protocol's simulation, written anew: monthly decisions to leave by a hazard of size, industry, season, frailty
and eight KPIs, each some months before; recorded two months after the decision. Of forty KPIs eight drive, ten are
activity that grows with size, two react to the risk, three are noisy images of drivers, four are leaks in today's
extract, three jump after the decision, two only count up, eight are noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.indicators.panel import Column, Outcome, Panel

MONTHS, RECORDED_AFTER, WINDOW, RECENT = 54, 2, 6, 3
LAGS = (3, 3, 4, 4, 5, 6, 6, 8)
"""Months from the end of a KPI's three months to the decision that they move."""
EFFECTS = (-0.55, -0.40, -0.50, 0.45, -0.45, 0.50, -0.40, -0.55)
BASE = -4.62
KINDS = {
    "driver": 8,
    "activity": 10,
    "reactive": 2,
    "proxy": 3,
    "leak": 4,
    "coincident": 3,
    "cumulative": 2,
    "noise": 8,
}
KINDS_OF_KPIS = tuple(kind for kind, many in KINDS.items() for _ in range(many))
NAMES = tuple(f"{kind}_{place + 1}" for kind, many in KINDS.items() for place in range(many))
NEUTRAL = frozenset({"driver", "proxy"})
"""Neither is a false discovery."""
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Imagined:
    """A panel with today's version of it, and when accounts left; ``risk``: the true log odds of leaving, by row."""

    panel: Panel
    outcome: Outcome
    risk: Floats


def month_ends() -> NDArray[np.int64]:
    first = np.datetime64("2020-01")
    return np.array([(first + month + 1).astype("datetime64[D]").astype(int) - 1 for month in range(MONTHS)], np.int64)


def imagine(accounts: int, seed: int, *, has_effects: bool = True) -> Imagined:
    rng = np.random.default_rng(seed)
    size = rng.standard_normal(accounts)
    joined = np.where(rng.random(accounts) < 0.5, -rng.integers(0, 36, accounts), rng.integers(1, 42, accounts))
    industry = rng.integers(0, 4, accounts)
    drivers = np.stack([moving(accounts, rng, rng.uniform(0.6, 0.9)) for _ in LAGS])
    of_three = trailing(drivers, RECENT)
    of_three /= np.nanstd(of_three, axis=(1, 2), keepdims=True)
    calm = (BASE - 0.6 * size + np.array([-0.3, 0.0, 0.2, 0.1])[industry] + 0.4 * rng.standard_normal(accounts))[
        :, None
    ] + 0.25 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    risk = calm.copy()
    if has_effects:
        for lag, effect, level in zip(LAGS, EFFECTS, of_three, strict=True):
            moved = np.zeros_like(risk)
            moved[:, lag:] = np.nan_to_num(level[:, : MONTHS - lag])
            risk += effect * moved
    here = np.arange(MONTHS) >= joined[:, None]
    decides = (rng.random(risk.shape) < 1 / (1 + np.exp(-risk))) & here
    decided = np.where(decides.any(1), decides.argmax(1), 10**6)
    known, today = kpis(rng, size, joined, risk - calm, drivers, decided)
    return laid_out(known, today, size, joined, industry, decided, risk)


def moving(accounts: int, rng: np.random.Generator, memory: float) -> Floats:
    """Half the account's own level, half a month's, of which the next keeps ``memory``; deviation 1."""
    month = rng.standard_normal((accounts, MONTHS))
    for at in range(1, MONTHS):
        month[:, at] = memory * month[:, at - 1] + np.sqrt(1 - memory**2) * month[:, at]
    return np.asarray(np.sqrt(0.5) * rng.standard_normal((accounts, 1)) + np.sqrt(0.5) * month)


def kpis(
    rng: np.random.Generator, size: Floats, joined: Whole, moved: Floats, drivers: Floats, decided: Whole
) -> tuple[Floats, Floats]:
    """KPIs by account and month: as known in the month, and as today's extract has them."""
    accounts = len(size)
    since = np.arange(MONTHS) - decided[:, None]
    last_month = np.zeros_like(moved)
    last_month[:, 1:] = moved[:, :-1]
    found: dict[str, list[Floats]] = {kind: [] for kind in KINDS}
    found["driver"] = list(drivers)
    for _ in range(KINDS["activity"]):
        found["activity"].append(rng.uniform(0.8, 1.2) * size[:, None] + moving(accounts, rng, rng.uniform(0.3, 0.9)))
    for _ in range(KINDS["reactive"]):
        found["reactive"].append(0.8 * last_month + 0.8 * rng.standard_normal(moved.shape))
    for of in range(KINDS["proxy"]):
        found["proxy"].append(drivers[of] + 0.8 * rng.standard_normal(moved.shape))
    for _ in range(KINDS["leak"]):
        found["leak"].append(moving(accounts, rng, 0.7))
    for _ in range(KINDS["coincident"]):
        found["coincident"].append(moving(accounts, rng, 0.5) + 1.5 * (since >= 0))
    tenure = np.maximum(np.arange(MONTHS) - joined[:, None], 0)
    for _ in range(KINDS["cumulative"]):
        found["cumulative"].append(np.cumsum(rng.poisson(0.5, moved.shape), axis=1) + 0.5 * tenure)
    for _ in range(KINDS["noise"]):
        found["noise"].append(moving(accounts, rng, 0.9))
    known = np.stack([level for kind in KINDS for level in found[kind]], axis=2)
    today = known.copy()
    leaks = [place for place, kind in enumerate(KINDS_OF_KPIS) if kind == "leak"]
    for place in leaks[:2]:
        # Overwritten once it was known how it ended.
        today[:, :, place] += 1.5 * (since >= -6)
    for place in leaks[2:]:
        # Entered late, and dated back.
        today[:, :, place] += 1.5 * ((since >= -2) & (since <= 3))
    return known, today


def trailing(levels: Floats, months: int) -> Floats:
    """Means of so many months up to each, along the last axis; NaN until there are enough."""
    sums = np.cumsum(levels, axis=-1)
    found = np.full_like(levels, np.nan)
    found[..., months - 1 :] = sums[..., months - 1 :]
    found[..., months:] -= sums[..., :-months]
    return found / months


def laid_out(
    known: Floats, today: Floats, size: Floats, joined: Whole, industry: Whole, decided: Whole, risk: Floats
) -> Imagined:
    recorded = decided + RECORDED_AFTER
    months = np.arange(MONTHS)
    is_here = (months >= joined[:, None]) & (months < recorded[:, None]) & (months >= WINDOW - 1)
    account, month = np.nonzero(is_here)
    ends = month_ends()

    def of(levels: Floats, window: int) -> NDArray[np.float32]:
        return trailing(levels.transpose(0, 2, 1), window).transpose(0, 2, 1)[account, month].astype(np.float32)

    levels = tuple("abcd")
    left = recorded < MONTHS
    panel = Panel(
        names=[f"c{place}" for place in range(len(size))],
        accounts=account,
        as_of=ends[month],
        kpis=tuple(Column(name, kind) for name, kind in zip(NAMES, KINDS_OF_KPIS, strict=True)),
        known=of(known, WINDOW),
        control_columns=(Column("log_size"), Column("log_tenure"), Column("industry", levels=levels)),
        controls=np.column_stack(
            [size[account], np.log1p(np.maximum(month - joined[account], 0)), industry[account]]
        ).astype(np.float32),
        recent=of(known, RECENT),
        restated=of(today, WINDOW),
        is_young=month - joined[account] < WINDOW,
    )
    outcome = Outcome("left", np.flatnonzero(left), ends[recorded[left]] - 15, known_until=int(ends[-1]))
    return Imagined(panel, outcome, risk[account, month])
