"""Skill: what forecasts were worth on dates that the model knew nothing of."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped]

from trueup.indicators.forward import Tried
from trueup.indicators.panel import Codes, Days, Flags
from trueup.statistics.discrimination import Interval, auc_interval
from trueup.statistics.logit import Floats, fit

TENTH = 0.1
FEWEST_ON_A_DATE, SHARE_ON_A_DATE = 20, 0.25
"""Rows that a date has on average, or of all accounts, to be compared among themselves; else those of a month are."""
_FEWEST = 5


@dataclass(frozen=True)
class Band:
    """A tenth of the forecasts, lowest first: how many rows, the mean chance given, the share that happened."""

    rows: int
    expected: float
    observed: float


@dataclass(frozen=True)
class Skill:
    """What forecasts were worth.

    ``area``: AUC among rows of the same date (of the same month where dates have few), its interval over accounts.
    ``brier``: share of the squared error of the other forecast that is saved; NaN without one. ``slope``, ``offset``:
    of the line from the log odds given to those observed; 1 and 0 are right, a slope below 1 says too sure. ``lift``:
    how much more often it happened to the tenth with the highest chances than to all. ``rows``, ``happened``: how many.
    """

    area: Interval
    brier: float
    slope: float
    offset: float
    lift: float
    rows: int
    happened: int
    bands: tuple[Band, ...]


_NAN = float("nan")
NO_SKILL = Skill(Interval(_NAN, _NAN, _NAN), _NAN, _NAN, _NAN, _NAN, 0, 0, ())


def skill(given: Tried, happened: Flags, accounts: Codes, dates: Days, *, beside: Tried | None = None) -> Skill:
    """The skill of forecasts for rows of the sample; ``happened``, ``accounts``, ``dates``: of the sample's rows.

    ``beside``: forecasts for the same rows that squared errors are compared with.
    """
    came = happened[given.places]
    if min(came.sum(), (~came).sum()) < _FEWEST:
        return NO_SKILL
    log_odds, chance = given.log_odds, given.chances
    same_date = log_odds - _mean_by(waves(dates[given.places], accounts[given.places]), log_odds)
    line = fit(np.column_stack([np.ones(len(came)), log_odds]), came) if np.ptp(log_odds) else None
    top = chance >= np.quantile(chance, 1 - TENTH)
    return Skill(
        area=auc_interval(-same_date, came, accounts[given.places]),
        brier=float("nan") if beside is None else _saved(chance, beside.chances, came),
        slope=float(line.coefficients[1]) if line else float("nan"),
        offset=float(offset(log_odds, came)),
        lift=float(came[top].mean() / came.mean()),
        rows=len(came),
        happened=int(came.sum()),
        bands=_bands(chance, came),
    )


def waves(dates: Days, accounts: Codes) -> Codes:
    """Dates on which many accounts are looked at, or else their months: deals have each a date of their own."""
    different = len(np.unique(dates))
    if len(dates) >= different * min(FEWEST_ON_A_DATE, SHARE_ON_A_DATE * len(np.unique(accounts))):
        return dates
    return dates.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _mean_by(dates: Codes, values: Floats) -> Floats:
    codes = np.unique(dates, return_inverse=True)[1]
    return (np.bincount(codes, values) / np.bincount(codes))[codes]


def _saved(chance: Floats, other: Floats, came: Flags) -> float:
    return float(1 - ((chance - came) ** 2).sum() / ((other - came) ** 2).sum())


def offset(log_odds: Floats, came: Flags) -> float:
    """Calibration in the large: what has to be added to the log odds so that as many are expected as came."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(log_odds + middle).sum() < came.sum() else (low, middle)
    return (low + high) / 2


def _bands(chance: Floats, came: Flags) -> tuple[Band, ...]:
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, 10) if len(part)]
    return tuple(Band(len(part), float(chance[part].mean()), float(came[part].mean())) for part in parts)
