"""What a backtest found: as a tidy table, a row per figure, and whole, for programs."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
import pyarrow as pa

from trueup.answers.indicators import Plain, interval_told, skill_told
from trueup.indicators.backtest import Backtest, Backtested, Beside, Top

SCHEMA = pa.schema(
    [
        ("figure", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("by_chance", pa.float64()),
        ("rows", pa.int64()),
        ("forecast", pa.string()),
    ]
)
"""A row per figure and forecast; null where it cannot be computed."""
QUANTILES = (10, 25, 50, 75, 90)
SCORE, SAME_ROWS = "the score", "the score on the same rows"
"""What is told of all rows, and what of those rows that the baselines have too."""
Row = dict[str, str | float | int | None]


def table(of: Backtested) -> pa.Table:
    """AUC, precision at the top, base rate, calibration, warnings and their days: a row each; then of baselines."""
    rows = [{**row, "forecast": SCORE} for row in _figures(of.found)]
    for each in of.beside:
        rows += [{**row, "forecast": forecast_name(each)} for row in _figures(each.found)]
        gain = each.gain
        if each.name:
            rows.append({**_row("auc_gain", gain.value, low=gain.low, high=gain.high), "forecast": each.name})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def forecast_name(of: Beside) -> str:
    """What to call a forecast beside others."""
    return of.name or SAME_ROWS


def _figures(of: Backtest) -> list[Row]:
    rows = [
        _row("auc", of.area.value, low=of.area.low, high=of.area.high, by_chance=0.5, rows=of.rows),
        _row("base_rate", of.base, rows=of.rows),
        *(
            _row(f"precision_top_{top_name(top)}", top.precision, by_chance=top.chance, rows=top.rows)
            for top in of.tops
        ),
        *(_row(f"lift_top_{top_name(top)}", top.lift, by_chance=1.0, rows=top.rows) for top in of.tops),
        _row("events_scored_before", of.warned.events),
        _row("events_warned_in_time", of.warned.in_time),
        _row("events_missed", len(of.warned.missed)),
        _row("events_never_scored", of.warned.unscored),
        _row("share_feared", of.warned.share),
    ]
    rows += [_row(f"lead_days_p{at}", days) for at, days in lead_days(of).items()]
    if of.calibration is not None:
        skill = of.calibration.skill
        rows += [
            _row("calibration_slope", skill.slope, rows=skill.rows),
            _row("calibration_offset", skill.offset, rows=skill.rows),
            _row("brier_skill", skill.brier, rows=skill.rows),
        ]
    return rows


def whole(of: Backtested) -> dict[str, Plain]:
    """Everything that a backtest found, as JSON holds it."""
    return {
        "score": of.what,
        "outcome": of.outcome,
        **_found(of.found, of.names),
        "notes": list(of.notes),
        "forecasts": [
            {
                "forecast": forecast_name(each),
                **_found(each.found, of.names),
                **interval_told("auc_gain", each.gain),
            }
            for each in of.beside
        ],
    }


def _found(of: Backtest, names: Sequence[str]) -> dict[str, Plain]:
    return {
        "lead_days": of.lead,
        "horizon_days": of.horizon,
        "accounts": of.accounts,
        "dates": of.dates,
        "rows": of.rows,
        "rows_with_outcome": of.happened,
        "events": of.events,
        "base_rate": _known(of.base),
        "dropped": [{"reason": each.why, "rows": each.rows} for each in of.dropped],
        **interval_told("auc", of.area),
        "tops": [
            {
                "top": top_name(top),
                "rows": top.rows,
                "precision": _known(top.precision),
                "by_chance": _known(top.chance),
                "lift": _known(top.lift),
            }
            for top in of.tops
        ],
        "warned": {
            "events": of.warned.events,
            "in_time": of.warned.in_time,
            "missed": [names[account] for account in of.warned.missed],
            "never_scored": of.warned.unscored,
            "share_feared": _known(of.warned.share),
            "lead_days": list(of.warned.days),
            "accounts": [names[account] for account in of.warned.accounts],
        },
        "calibration": None
        if of.calibration is None
        else {"is_as_given": of.calibration.is_as_given, **skill_told(of.calibration.skill)},
    }


def top_name(top: Top) -> str:
    """What to call it: how many accounts, or a tenth."""
    return "tenth" if top.many is None else str(top.many)


def lead_days(of: Backtest) -> dict[int, float]:
    """Days from the first warning to the event that so many of a hundred warned accounts had at most."""
    if not of.warned.days:
        return {}
    return {at: float(np.percentile(of.warned.days, at)) for at in QUANTILES}


def _row(
    figure: str,
    value: float,
    *,
    low: float = float("nan"),
    high: float = float("nan"),
    by_chance: float = float("nan"),
    rows: float | None = None,
) -> Row:
    return {
        "figure": figure,
        "value": _known(value),
        "low": _known(low),
        "high": _known(high),
        "by_chance": _known(by_chance),
        "rows": None if rows is None else round(rows),
    }


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None
