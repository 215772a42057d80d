"""Claims: what the improvements of goals' measures were worth to the customers who have the goals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from trueup.impact.claim import (
    AGREED_LATE,
    GOALS_UNIT,
    MOST,
    NO_EFFECT,
    NO_WORTH,
    ONCE,
    OTHER_WAY,
    TOO_GREAT,
    claim,
)
from trueup.impact.measure_units import factor
from trueup.lake.duckdb import DuckDBEngine
from trueup.runs.customer_effects import Looked
from trueup.runs.customer_measures import BETTER, GOALS, CustomersMeasure, folded_key, key_of
from trueup.units.calendar import local_date
from trueup.units.money import minor_units

CLAIMS = pa.schema(
    {
        "claim_id": pa.string(),
        "goal_id": pa.string(),
        "account_id": pa.string(),
        "measure": pa.string(),
        "effect_id": pa.string(),
        "lever": pa.string(),
        "ended_on": pa.date32(),
        "point": pa.decimal128(30, 8),
        "low": pa.decimal128(30, 8),
        "value_per_unit": pa.decimal128(30, 8),
        "currency": pa.string(),
        "state": pa.string(),
        "counts": pa.bool_(),
        "blocked_by": pa.list_(pa.string()),
        "why": pa.string(),
    }
)
"""``ended_on``: the last day compared, on which the value falls. ``why``: a code where there is no value."""
_AGREED = (
    f"SELECT * FROM ({GOALS}) WHERE status IN ('agreed', 'achieved', 'missed') AND direction <> 'maintain'"
    " AND agreed_at IS NOT NULL ORDER BY value_per_unit IS NULL, agreed_at, goal_id"
)

Found = tuple[Looked, Mapping[str, Any]]
"""An episode that was looked at, and its row among the effects."""
Row = dict[str, object]


def claims_of(engine: DuckDBEngine, found: Sequence[Found], *, zone: str) -> list[Row]:
    """A row per agreed business goal and effect; the engine holds ``state``.

    Of several goals of an account about one measure the first to be agreed on that says what a unit is worth claims it:
    what was gained is there once. Where a goal names levers, only what those moved is claimed.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for row in engine.query(f"SELECT goal_id, {key_of('lever')} AS lever FROM state.goal_levers").to_pylist():
        named[row["goal_id"]].add(row["lever"])
    about: dict[tuple[object, object], list[Found]] = defaultdict(list)
    for each in found:
        about[(each[1]["account_id"], each[1]["measure"])].append(each)
    claimed: set[tuple[object, object]] = set()
    rows: list[Row] = []
    for goal in engine.query(_AGREED).to_pylist():
        key = (goal["account_id"], goal["measure"])
        effects = [each for each in about[key] if _serves(each[0], named[goal["goal_id"]])]
        blank = {name: goal[name] for name in ("goal_id", "account_id", "measure", "value_per_unit", "currency")}
        known = [each for each in effects if each[1]["attributable"] is not None]
        if key in claimed:
            rows.append({**blank, "claim_id": goal["goal_id"], "why": ONCE})
        elif not known:
            why = str(effects[-1][1]["why"]) if effects else NO_EFFECT
            rows.append({**blank, "claim_id": goal["goal_id"], "why": why})
        elif why := not_claimed(goal, known[0][0].of):
            rows.append({**blank, "claim_id": goal["goal_id"], "why": why})
        else:
            claimed.add(key)
            rows += [{**blank, **_claimed(goal, looked, effect, zone)} for looked, effect in known]
    return rows


def not_claimed(goal: Mapping[str, Any], of: CustomersMeasure) -> str:
    """Why what was gained of a measure is worth nothing that is known by a goal; empty where it is."""
    if BETTER[goal["direction"]] != of.measured.better:
        return OTHER_WAY
    if factor(of.measured.unit, goal["unit"] or "") is None:
        return GOALS_UNIT
    return NO_WORTH if goal["value_per_unit"] is None else ""


def value_per_unit(goal: Mapping[str, Any], of: CustomersMeasure) -> Decimal:
    """What a unit of the measure, as it was compared, is worth by a goal that may tell it in another unit."""
    times = factor(of.measured.unit, goal["unit"] or "")
    assert times is not None
    return Decimal(goal["value_per_unit"] * Decimal(repr(times)))


def _serves(looked: Looked, named: set[str]) -> bool:
    return not named or any(folded_key(lever) in named for lever in looked.episode.levers)


def _claimed(goal: Mapping[str, Any], looked: Looked, effect: Mapping[str, Any], zone: str) -> Row:
    agreed_on = local_date(goal["agreed_at"].replace(tzinfo=UTC), zone)
    blocks = [*effect["blocked_by"]]
    if agreed_on >= looked.of.first_day(looked.episode.start):
        blocks.append(AGREED_LATE)
    made = claim(
        attributable=effect["attributable"],
        payable=effect["payable"] or 0.0,
        value_per_unit=value_per_unit(goal, looked.of),
        minor=minor_units(goal["currency"]),
        vouched=looked.vouched(),
        is_sound=bool(effect["is_sound"] and effect["is_meant"]),
        blocked_by=blocks,
    )
    claim_id = f"{goal['goal_id']}/{effect['start']}"
    if max(abs(made.point), made.low) >= MOST:
        return {"claim_id": claim_id, "effect_id": effect["effect_id"], "why": TOO_GREAT}
    return {
        "claim_id": claim_id,
        "effect_id": effect["effect_id"],
        "lever": effect["lever"],
        "ended_on": looked.of.first_day(looked.episode.start + looked.wanted.after) - timedelta(days=1),
        "point": made.point,
        "low": made.low,
        "state": made.state,
        "counts": made.counts,
        "blocked_by": list(made.blocked_by),
    }
