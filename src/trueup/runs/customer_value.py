"""What customers gained, what it is worth to them and what levers did for customers alike: the tables that tell of it.

``value.effects``: a row per account, measure and start; ``value.bodies``: everything found of it, as JSON.
``value.claims``: a row per goal. ``value.insights``: a row per lever, measure and segment of which enough is known;
``value.suggestions``: a row per open goal and lever that its account does not use yet. ``value.delivered_uses``: which
levers accounts use, as systems tell. ``value.notes``: what the settings say of things that nobody knows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from trueup.impact.claim import NOT_MEANT, state_of
from trueup.impact.placebo import SDID
from trueup.impact.trend import OWN_TREND
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics import calendars
from trueup.metrics.fact import CALENDAR_SCHEMA
from trueup.runs.customer_claims import CLAIMS, claims_of
from trueup.runs.customer_effects import KeptEffects, Looked, looked_at
from trueup.runs.customer_insights import INSIGHTS, SUGGESTIONS, insights_of, suggestions_of
from trueup.runs.customer_measures import customers_measures, unheard
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings

VALUE_SCHEMA = "value"
UNKNOWN_DIRECTION = "direction_unknown"
"""Nobody said which way of the measure is better, so nothing may be paid on it."""
EFFECTS = pa.schema(
    {
        "effect_id": pa.string(),
        "account_id": pa.string(),
        "segment": pa.string(),
        "measure": pa.string(),
        "label": pa.string(),
        "unit": pa.string(),
        "better": pa.string(),
        "lever": pa.string(),
        "levers": pa.list_(pa.string()),
        "adopted_on": pa.date32(),
        "given_up_on": pa.date32(),
        "start": pa.string(),
        "known_from_on": pa.date32(),
        "method": pa.string(),
        "improvement": pa.float64(),
        "counterfactual": pa.float64(),
        "attributable": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "payable": pa.float64(),
        "evidence": pa.string(),
        "blocked_by": pa.list_(pa.string()),
        "why": pa.string(),
        "donors": pa.int64(),
        "state": pa.string(),
        "is_sound": pa.bool_(),
        "is_meant": pa.bool_(),
        "left_out": pa.string(),
        "skipped": pa.list_(pa.string()),
    }
)
"""``improvement``: before and after alone; ``counterfactual``: what of it would have happened anyway; more is better.

``known_from_on``: the first day after the times compared. ``left_out``: others by why they are no donors, as JSON.
"""
_NOTES = pa.schema({"note": pa.string()})
_BODIES = pa.schema({"effect_id": pa.string(), "body": pa.string()})

_USES = (
    "SELECT account_id, lever, CAST(adopted_on AS DATE) AS adopted_on, CAST(ended_on AS DATE) AS ended_on"
    " FROM state.adoptions WHERE lever IS NOT NULL AND adopted_on IS NOT NULL ORDER BY account_id, adopted_on, lever"
)


@dataclass(frozen=True)
class Value:
    """What was found of customers' improvements: the rows of each table."""

    effects: pa.Table
    bodies: pa.Table
    claims: pa.Table
    insights: pa.Table
    suggestions: pa.Table
    notes: pa.Table


def customers_value(
    engine: DuckDBEngine, settings: Settings, kept: KeptEffects, progress: Progress, *, as_of_on: date
) -> Value:
    """Everything of it, as of a local day; the engine holds ``state``, ``kept`` knows what was computed before."""
    progress.stage("laying out customers' own measures")
    measures = customers_measures(engine, settings, as_of_on=as_of_on)
    progress.stage("comparing what customers gained")
    looked = list(looked_at(measures, settings.compared, kept, progress.step))
    known = engine.query("SELECT account_id, segment FROM state.accounts WHERE segment IS NOT NULL")
    segments = dict(zip(known.column(0).to_pylist(), known.column(1).to_pylist(), strict=True))
    effects = [_effect_row(each, segments) for each in looked]
    claims = claims_of(engine, list(zip(looked, effects, strict=True)), zone=settings.zone)
    bodies = [
        {"effect_id": each.effect_id, "body": json.dumps(each.body, allow_nan=False)} for each in looked if each.body
    ]
    insights = insights_of(looked, segments)
    suggestions = suggestions_of(engine, insights, measures, segments)
    return Value(
        pa.Table.from_pylist(effects, schema=EFFECTS),
        pa.Table.from_pylist(bodies, schema=_BODIES),
        pa.Table.from_pylist(claims, schema=CLAIMS),
        pa.Table.from_pylist(insights, schema=INSIGHTS),
        pa.Table.from_pylist(suggestions, schema=SUGGESTIONS),
        pa.table([unheard(engine, settings)], schema=_NOTES),
    )


def lay_claims(engine: DuckDBEngine, value: Value) -> None:
    """Let facts know the claims that have a value."""
    known = value.claims.filter(pc.is_valid(value.claims.column("point")))
    schema = calendars.VALUE_CLAIM_SCHEMA
    engine.load(CALENDAR_SCHEMA, "value_claims", known.select(schema.names).cast(schema))


def lay_value(engine: DuckDBEngine, value: Value) -> dict[str, int]:
    """Lay the snapshot's tables; the rows of each."""
    engine.create_schema(VALUE_SCHEMA)
    tables = {
        "effects": value.effects,
        "bodies": value.bodies,
        "claims": value.claims,
        "insights": value.insights,
        "suggestions": value.suggestions,
        "notes": value.notes,
    }
    for name, table in tables.items():
        engine.load(VALUE_SCHEMA, name, table)
    uses = engine.create_table(VALUE_SCHEMA, "delivered_uses", _USES)
    rows = {f"{VALUE_SCHEMA}.{name}": table.num_rows for name, table in tables.items()}
    return rows | {f"{VALUE_SCHEMA}.delivered_uses": uses}


def _effect_row(looked: Looked, segments: Mapping[str, str]) -> dict[str, object]:
    of, episode, body = looked.of, looked.episode, looked.body
    spells = [each for each in of.spells[episode.account] if each.lever in episode.levers]
    ends = [each.ended_on for each in spells if each.ended_on is not None]
    attributable, improvement, alone = body.get("attributable"), body.get("improvement"), body.get("alone")
    anyway = None
    if isinstance(attributable, float) and isinstance(improvement, float):
        anyway = improvement - attributable
    told = alone if isinstance(alone, Mapping) else body
    donors = body.get("donors")
    is_meant = bool(set(episode.levers) & of.meant)
    return {
        "effect_id": looked.effect_id,
        "account_id": episode.account,
        "segment": segments.get(episode.account),
        "measure": of.measured.measure,
        "label": of.label,
        "unit": of.measured.unit,
        "better": of.measured.better,
        "lever": episode.lever,
        "levers": list(episode.levers),
        "adopted_on": min(each.adopted_on for each in spells),
        "given_up_on": max(ends) if len(ends) == len(spells) else None,
        "start": of.time(episode.start),
        "known_from_on": of.first_day(episode.start + looked.wanted.after),
        "method": None if attributable is None else OWN_TREND if alone else SDID,
        "improvement": improvement,
        "counterfactual": anyway,
        "attributable": attributable,
        "low": told.get("low"),
        "high": told.get("high"),
        "payable": body.get("payable"),
        "evidence": body.get("evidence"),
        "blocked_by": _blocked_by(looked, is_meant=is_meant),
        "why": looked.why or None,
        "donors": len(donors) if isinstance(donors, list) else None,
        "state": state_of(looked.vouched()) if body else None,
        "is_sound": bool(body.get("is_sound")),
        "is_meant": is_meant,
        "left_out": json.dumps(dict(looked.left_out)),
        "skipped": list(looked.skipped),
    }


def _blocked_by(looked: Looked, *, is_meant: bool) -> list[str]:
    """Codes of all that forbids to pay on an effect."""
    body = looked.body
    why, checks = looked.why or str(body.get("bound_why") or ""), body.get("blocked_by")
    told = [*((why,) if why else ()), *(map(str, checks) if isinstance(checks, list) else ())]
    if not looked.of.is_better_told:
        told.append(UNKNOWN_DIRECTION)
    return told if is_meant else [*told, NOT_MEANT]
