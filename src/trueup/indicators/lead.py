"""Lead time: how long before the outcome a KPI speaks most clearly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri  # type: ignore[import-untyped]

from trueup.indicators.design import Scale
from trueup.indicators.evidence import LEVEL, Rows
from trueup.indicators.panel import Codes, Panel, Values
from trueup.indicators.sample import Sample
from trueup.statistics.logit import Floats, clustered, influence

MONTH = 30.4375
LATER, EARLIER = 1, 8
"""How many months after the as-of date of a row, and before it, windows are looked at."""
DRAWS = 400
_SEED = 20_200_131
_FEWEST = 0.5
"""Windows that fewer of the rows have are not looked at."""


@dataclass(frozen=True)
class Lead:
    """Days from the end of a KPI's window to the outcome where it speaks most clearly.

    ``low`` to ``high``: the windows that do not speak less clearly by more than chance, in draws of accounts.
    """

    days: float
    low: float
    high: float
    profile: tuple[tuple[float, float], ...]
    """Days, and z there."""


def leads(
    panel: Panel, of: Sample, rows: Rows, kpis: Sequence[int], same: Sequence[set[int]], *, middle: float
) -> dict[int, Lead]:
    """The lead of each of ``kpis``, given the others; none for those that are texts, or without windows.

    ``rows``: the sample's, of a month's outcomes; ``middle``: days from the as-of date to the middle of that month.
    """
    places = {shift: _moved(panel, of.rows, shift) for shift in range(-EARLIER, LATER + 1)}
    found = {}
    for kpi in kpis:
        if panel.recent is None or panel.kpis[kpi].levels is not None:
            continue
        beside = np.flatnonzero(
            (rows.owners < 0) | np.isin(rows.owners, [k for k in kpis if k not in {kpi, *same[kpi]}])
        )
        others = rows.of_columns(beside)
        if (lead := _lead(panel.recent[:, kpi], places, others, middle)) is not None:
            found[kpi] = lead
    return found


def _moved(panel: Panel, rows: Codes, months: int) -> Codes:
    """The account's row so many months later (earlier, below 0), or -1 where there is none."""
    month = panel.as_of.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    span = int(month.max() - month.min()) + 2 * (EARLIER + LATER)
    key = panel.accounts * span + (month - month.min())
    wanted = key[rows] + months
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where(key[at] == wanted, at, -1)


def _lead(recent: Values, places: dict[int, Codes], others: Rows, middle: float) -> Lead | None:
    """Each window on the rows that all of them have, so that nothing but the time differs."""
    values = {shift: np.where(at >= 0, recent[at], np.nan) for shift, at in places.items()}
    shifts = [shift for shift, level in values.items() if np.isfinite(level).mean() >= _FEWEST]
    if not shifts:
        return None
    have = np.all([np.isfinite(values[shift]) for shift in shifts], axis=0)
    if others.happened[have].sum() < 2 or len(shifts) < 2:
        return None
    kept = Rows(others.features[have], others.happened[have], others.accounts[have], others.owners, others.penalties)
    effects, errors, pulls = [], [], []
    for shift in shifts:
        column = _scaled(values[shift][have])
        with_it = Rows(
            np.column_stack([kept.features, column]),
            kept.happened,
            kept.accounts,
            np.r_[kept.owners, 0],
            np.r_[kept.penalties, 0.0],
        )
        fitted = with_it.fitted()
        pull = influence(with_it.features, with_it.happened, fitted, with_it.accounts)
        effects.append(fitted.coefficients[-1])
        errors.append(np.sqrt(clustered(pull)[-1, -1]))
        pulls.append(pull[:, -1])
    z = np.array(effects) / np.array(errors)
    days = middle - np.array(shifts) * MONTH
    clearest = int(np.abs(z).argmax())
    swing = _drawn(np.column_stack(pulls)) / np.array(errors) * np.sign(z)
    behind = np.abs(z[clearest]) - np.abs(z)
    unsure = ndtri((1 + LEVEL) / 2) * (swing - swing[:, [clearest]]).std(0)
    possible = days[behind <= unsure]
    profile = tuple(zip(days.tolist(), z.tolist(), strict=True))
    return Lead(float(days[clearest]), float(possible.min()), float(possible.max()), profile)


def _scaled(values: Values) -> Values:
    known = values.astype(np.float64)
    return Scale(0.0, float(known.mean()), float(known.std()) or 1.0)(values)


def _drawn(pulls: Floats) -> Floats:
    """How effects (groups, windows) would be off in draws of groups with replacement: (draws, windows)."""
    rng = np.random.default_rng(_SEED)
    groups = len(pulls)
    return np.stack([(rng.multinomial(groups, np.full(groups, 1 / groups)) - 1) @ pulls for _ in range(DRAWS)])
