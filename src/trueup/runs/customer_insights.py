"""What a lever did for customers alike: its effects on a measure pooled, over all customers and over each segment.

Never of fewer than three customers, nor so that what is told of all and of a segment leaves one or two over: their
figures could be told from the difference.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from trueup.impact.claim import GOALS_UNIT, MOST, NO_EFFECT, OTHER_WAY, worth
from trueup.impact.counterfactual import Counterfactual
from trueup.impact.effect import Effect
from trueup.impact.insight import FEWEST, Told, cautious, told_by
from trueup.impact.placebo import SDID, Placebos
from trueup.impact.pooled import pooled
from trueup.lake.duckdb import DuckDBEngine
from trueup.runs.customer_claims import not_claimed, value_per_unit
from trueup.runs.customer_effects import Looked
from trueup.runs.customer_measures import GOALS, CustomersMeasure
from trueup.units.money import minor_units

INSIGHTS = pa.schema(
    {
        "lever": pa.string(),
        "measure": pa.string(),
        "label": pa.string(),
        "unit": pa.string(),
        "better": pa.string(),
        "segment": pa.string(),
        "is_meant": pa.bool_(),
        "customers": pa.int64(),
        "without_gain": pa.int64(),
        **dict.fromkeys(
            (
                "mean",
                "recovered",
                "low",
                "high",
                "next_low",
                "next_high",
                "tau",
                "i_squared",
                "q",
                "level",
                "each_at_least",
            ),
            pa.float64(),
        ),
    }
)
"""``segment``: null of all customers. ``without_gain``: customers whose estimate is not above nothing. More is better.

``recovered``: the mean less what others recover by themselves after a bad quarter. ``low``, ``high``: where the mean
is; ``next_low``, ``next_high``: where the true effect of another customer is expected; with probability ``level``.
"""
SUGGESTIONS = pa.schema(
    {
        "goal_id": pa.string(),
        "account_id": pa.string(),
        "measure": pa.string(),
        "label": pa.string(),
        "unit": pa.string(),
        "lever": pa.string(),
        "segment": pa.string(),
        "is_meant": pa.bool_(),
        "customers": pa.int64(),
        "without_gain": pa.int64(),
        "mean": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "value": pa.decimal128(18, 4),
        "currency": pa.string(),
        "place": pa.int64(),
    }
)
"""What levers that an account does not use yet did for others, by its open goals; ``segment``: null of all customers.

``value``: the low end of the mean times what a unit is worth to this account, null where nobody said; ``place``: from
1, the greatest conservative value first.
"""
ENOUGH_ALIKE = 8
"""Customers of its own segment from whom on an account is told of them alone; of fewer the range is too wide."""
_TOLD = ("measure", "label", "unit", "lever", "segment", "is_meant", "customers", "without_gain", "mean", "low", "high")
_OPEN = f"SELECT * FROM ({GOALS}) WHERE status IN ('draft', 'agreed') AND direction <> 'maintain' ORDER BY goal_id"


def suggestions_of(
    engine: DuckDBEngine,
    insights: Sequence[Mapping[str, object]],
    measures: Sequence[CustomersMeasure],
    segments: Mapping[str, str],
) -> list[dict[str, object]]:
    """A row per open business goal and lever that something is known of; the engine holds ``state``.

    Of goals that want the measure to go the other way, or tell it in a unit that cannot be converted, nothing is told.
    What is known of the account's own segment stands for what is known of all customers, where it is of enough of them.
    """
    about: dict[object, dict[object, dict[object, Mapping[str, object]]]] = defaultdict(lambda: defaultdict(dict))
    for each in insights:
        about[each["measure"]][each["lever"]][each["segment"]] = each
    uses: dict[str, set[str]] = defaultdict(set)
    by_name = {of.measured.measure: of for of in measures}
    for of in measures:
        for account, spells in of.spells.items():
            uses[account] |= {spell.lever for spell in spells}
    rows: list[dict[str, object]] = []
    for goal in engine.query(_OPEN).to_pylist():
        account, measured = goal["account_id"], by_name.get(goal["measure"])
        why = not_claimed(goal, measured) if measured else NO_EFFECT
        if measured is None or why in {OTHER_WAY, GOALS_UNIT}:
            continue
        per_unit = None if why else value_per_unit(goal, measured)
        levers = {lever: told for lever, told in about[goal["measure"]].items() if lever not in uses[account]}
        found = [_nearest(told, segments.get(account)) for told in levers.values()]
        found.sort(key=lambda told: (-float(str(told["low"])), str(told["lever"])))
        rows += [_suggestion(goal, told, place, per_unit) for place, told in enumerate(found, start=1)]
    return rows


def _nearest(told: Mapping[object, Mapping[str, object]], segment: str | None) -> Mapping[str, object]:
    alike = told.get(segment)
    return told[None] if alike is None or int(str(alike["customers"])) < ENOUGH_ALIKE else alike


def _suggestion(
    goal: Mapping[str, Any], told: Mapping[str, Any], place: int, per_unit: Decimal | None
) -> dict[str, object]:
    value = None if per_unit is None else worth(told["low"], per_unit, minor_units(goal["currency"]))
    return {
        "goal_id": goal["goal_id"],
        "account_id": goal["account_id"],
        **{name: told[name] for name in _TOLD},
        "value": value if value is not None and abs(value) < MOST else None,
        "currency": goal["currency"],
        "place": place,
    }


def insights_of(looked: Sequence[Looked], segments: Mapping[str, str]) -> list[dict[str, object]]:
    """A row per lever, measure and segment of which enough is known; episodes of several levers tell of none."""
    groups: dict[tuple[str, str], list[Looked]] = defaultdict(list)
    for each in looked:
        if len(each.episode.levers) == 1 and each.body.get("methods"):
            groups[(each.episode.lever, each.of.measured.measure)].append(each)
    rows: list[dict[str, object]] = []
    for _, some in sorted(groups.items()):
        known = _of_accounts([each for each in some if each.body["is_sound"]])
        rows += [row | _together(some) for row in _row(known, None)]
        by_segment: dict[str, list[Looked]] = defaultdict(list)
        for each in known:
            by_segment[segments.get(each.episode.account, "")].append(each)
        for segment in _told_of(by_segment):
            rows += _row(by_segment[segment], segment)
    return rows


def _of_accounts(looked: Sequence[Looked]) -> list[Looked]:
    """One effect per account, the first."""
    first: dict[str, Looked] = {}
    for each in sorted(looked, key=lambda each: (each.episode.start, each.episode.account)):
        if _told(each) is not None:
            first.setdefault(each.episode.account, each)
    return list(first.values())


def _told_of(by_segment: Mapping[str, Sequence[Looked]]) -> list[str]:
    """The segments that may be told of: of three customers or more, and with no others, or three or more of them.

    Of the only one there is everything is told already.
    """
    large = [name for name, some in by_segment.items() if name and len(some) >= FEWEST]
    told = sorted(large, key=lambda name: (len(by_segment[name]), name))
    others = sum(len(some) for name, some in by_segment.items() if name not in large)
    told = told[1:] if 0 < others < FEWEST else told
    return sorted(told) if len(by_segment) > 1 else []


def _row(looked: Sequence[Looked], segment: str | None) -> list[dict[str, object]]:
    """The insight of some effects; none of fewer than three."""
    found = [told for each in looked if (told := _told(each)) is not None]
    pooled = cautious(found)
    if pooled is None:
        return []
    of = looked[0].of
    return [
        {
            "lever": looked[0].episode.lever,
            "measure": of.measured.measure,
            "label": of.label,
            "unit": of.measured.unit,
            "better": of.measured.better,
            "segment": segment,
            "is_meant": looked[0].episode.lever in of.meant,
            "customers": pooled.customers,
            "without_gain": sum(estimate <= 0 for estimate, *_ in found),
            "mean": pooled.mean.value,
            "recovered": pooled.recovered,
            "low": pooled.mean.low,
            "high": pooled.mean.high,
            "next_low": pooled.next_customer.low,
            "next_high": pooled.next_customer.high,
            "tau": pooled.tau,
            "i_squared": pooled.i_squared,
            "q": pooled.q,
            "level": pooled.level,
        }
    ]


def _together(looked: Sequence[Looked]) -> dict[str, object]:
    """What each gained at least, all taken together; also those that a check casts doubt on, as decision 20 says."""
    effects = [_effect(each) for each in looked]
    bound = pooled(effects).bound if len(effects) >= FEWEST else None
    return {"each_at_least": None if bound is None else bound.low}


def _effect(looked: Looked) -> Effect:
    """As much of an effect as is needed to pool it."""
    body: Mapping[str, Any] = looked.body
    nothing = np.array([], np.float64)
    return Effect(
        f"{looked.episode.account} {looked.episode.start}",
        looked.episode.start,
        looked.window,
        estimates={
            name: Counterfactual(float(each["estimate"]), nothing, nothing, nothing, float("nan"))
            for name, each in body["methods"].items()
        },
        calendar={name: _placebos(each) for name, each in body["calendar"].items()},
        matched={name: _placebos(each) for name, each in body["matched"].items()},
    )


def _placebos(told: Mapping[str, Any]) -> Placebos:
    return Placebos(tuple(told["units"]), np.array(told["estimates"], np.float64), np.array([], np.float64))


def _told(looked: Looked) -> Told | None:
    body: Mapping[str, Any] = looked.body
    return told_by(float(body["attributable"]), _placebos(body["calendar"][SDID]), _placebos(body["matched"][SDID]))
