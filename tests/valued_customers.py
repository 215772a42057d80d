"""Customers whose gains were compared, and what that is worth to them: few enough to be reckoned by hand.

Acme (Alice's) began in January 2026 to raise its adoption by eight points, beside thirty donors of which one is Globex
(Charlie's); Globex lost three days of its order cycle time, which nobody counts, and begins with something new. What is
found of Acme is found by the same arithmetic as in a build.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa

from manifested import MANIFEST
from trueup.impact.effect import before_and_after, effect_of
from trueup.impact.panel import Better, Panel, Treatment
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot, drafting, publish
from trueup.runs.customer_claims import CLAIMS
from trueup.runs.customer_effects import body_of
from trueup.runs.customer_insights import INSIGHTS, SUGGESTIONS
from trueup.runs.customer_value import EFFECTS

MONTHS = tuple(f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13))
START = MONTHS.index("2026-01")
DONORS = 30
ACME, ACME_WAITS, GLOBEX = "acme0of0adoption", "acme0waits0longer", "globex0of0cycles"
GOAL, OPEN_GOAL = "5f0c7b1c-0000-4000-8000-000000000001", "5f0c7b1c-0000-4000-8000-000000000002"
USES = pa.schema({"account_id": pa.string(), "lever": pa.string(), "adopted_on": pa.date32(), "ended_on": pa.date32()})
FACTS = pa.schema(
    {
        "account_id": pa.string(),
        "fact_key": pa.string(),
        "state": pa.string(),
        "value": pa.decimal128(38, 16),
        "certain_value": pa.decimal128(38, 16),
        "gained_value": pa.decimal128(38, 16),
        "confirmed_value": pa.decimal128(38, 16),
        "lacks_rate": pa.bool_(),
    }
)


def panel(better: Better = "higher", donors: int = DONORS) -> Panel:
    """Percent of users active: Acme's rose by eight points in January 2026 (or fell, where less is better)."""
    rng = np.random.default_rng(1)
    season = 2 * np.sin(2 * np.pi * np.arange(36) / 12)
    values = 50 + 5 * rng.standard_normal((donors + 1, 1)) + season + rng.standard_normal((donors + 1, 36))
    values[0, START:] += 8 if better == "higher" else -8
    names = ("acme", "globex", *(f"donor{n}" for n in range(1, donors)))[: donors + 1]
    return Panel(names, MONTHS, values, (Treatment("acme", START),), better=better)


def effect(effect_id: str, account_id: str, **told: object) -> dict[str, object]:
    """A row of a gain of which nothing is known, but for what is told."""
    blank: dict[str, object] = dict.fromkeys(EFFECTS.names)
    about = {"measure": "adoption", "label": "Adoption", "unit": "percent", "better": "higher", "lever": "coach"}
    dates = {"adopted_on": date(2026, 1, 5), "start": "2026-01", "known_from_on": date(2026, 7, 1)}
    lists = {"levers": ["coach"], "blocked_by": [], "skipped": [], "left_out": "{}"}
    is_known = {"is_sound": False, "is_meant": True}
    return {**blank, **about, **dates, **lists, **is_known, "effect_id": effect_id, "account_id": account_id, **told}


def found(better: Better = "higher", donors: int = DONORS) -> tuple[dict[str, object], Mapping[str, object]]:
    """Acme's gain as a build finds it: its row, and its body."""
    laid = panel(better, donors)
    of = effect_of(laid, "acme")
    improvement, bound, alone = before_and_after(laid, of), of.bound, of.alone
    assert of.estimate is not None
    ends = bound or alone
    row = effect(
        ACME,
        "acme",
        segment="Midsize",
        better=better,
        method="own_trend" if alone else "sdid",
        improvement=improvement,
        attributable=of.estimate,
        counterfactual=improvement - of.estimate,
        low=ends.low if ends else None,
        high=ends.high if ends else None,
        payable=of.payable,
        evidence=of.evidence,
        donors=len(of.donors),
        state="confirmed",
        is_sound=of.is_sound,
        why=of.why or None,
        left_out=json.dumps({"gaps": 4}),
    )
    return row, json.loads(json.dumps(body_of(laid, of)))


def claim(claim_id: str, account_id: str, **told: object) -> dict[str, object]:
    blank: dict[str, object] = dict.fromkeys(CLAIMS.names)
    return {**blank, "claim_id": claim_id, "goal_id": GOAL, "account_id": account_id, "measure": "adoption", **told}


def insight(lever: str, mean: float, **told: object) -> dict[str, object]:
    """What a lever did for nine customers, give or take one."""
    about = {"lever": lever, "measure": "adoption", "label": "Adoption", "unit": "percent", "better": "higher"}
    ends = {"low": mean - 1, "high": mean + 1, "next_low": mean - 2, "next_high": mean + 2}
    more = {"segment": None, "is_meant": True, "customers": 9, "without_gain": 2, "mean": mean, "recovered": mean}
    rest = {"tau": 0.5, "i_squared": 0.2, "q": 9.0, "level": 0.9}
    return {**dict.fromkeys(INSIGHTS.names), **about, **ends, **more, **rest, **told}


def suggestion(lever: str, mean: float, place: int, **told: object) -> dict[str, object]:
    known = insight(lever, mean, **told)
    row = {name: known.get(name) for name in SUGGESTIONS.names}
    return {**row, "goal_id": OPEN_GOAL, "account_id": "acme", "place": place, **told}


def fact(account_id: str, key: str, value: int, *, low: int = 0, state: str = "confirmed") -> dict[str, object]:
    gained = max(value, 0)
    return {
        "account_id": account_id,
        "fact_key": key,
        "state": state,
        "value": Decimal(value),
        "certain_value": Decimal(low),
        "gained_value": Decimal(gained),
        "confirmed_value": Decimal(gained if state == "confirmed" else 0),
        "lacks_rate": False,
    }


def published(mart: Path, *, is_empty: bool = False) -> Snapshot:
    """A snapshot of these customers, in force in the folder ``mart``; ``is_empty``: of nobody."""
    with drafting(mart, MANIFEST.snapshot) as draft:
        engine = DuckDBEngine(draft.file)
        for schema in ("value", "facts", "meta"):
            engine.create_schema(schema)
        for (schema, name), (rows, columns) in _tables().items():
            engine.load(schema, name, pa.Table.from_pylist([] if is_empty else rows, schema=columns))
        names = [{"grain": "account", "entity": name, "name": name.capitalize()} for name in ("acme", "globex")]
        engine.load("meta", "names", pa.Table.from_pylist(names))
        engine.close()
        return publish(mart, draft, MANIFEST, keep=1)


def _tables() -> dict[tuple[str, str], tuple[list[dict[str, object]], pa.Schema]]:
    row, body = found()
    waits = effect(
        ACME_WAITS, "acme", measure="returns", label="Returns", why="not_over", known_from_on=date(2026, 12, 1)
    )
    lost = effect(
        GLOBEX,
        "globex",
        measure="order_cycle_time",
        label="Order cycle time",
        unit="days",
        better="lower",
        why="too_short",
    )
    known = effect("donor1", "donor1", attributable=1.0, improvement=2.0, counterfactual=1.0)
    begun = effect("donor2", "donor2", why="not_over")
    counted = {"effect_id": ACME, "currency": "EUR", "value_per_unit": Decimal(1000), "counts": True}
    worth = {"point": Decimal(7500), "low": Decimal(5200), "state": "confirmed", "blocked_by": []}
    claims = [
        claim("acme/1", "acme", **counted, **worth),
        claim("globex/1", "globex", goal_id=OPEN_GOAL, measure="order_cycle_time", why="no_value_per_unit"),
        claim(
            "globex/2", "globex", effect_id="doubted", point=Decimal(9), low=Decimal(0), counts=False, currency="EUR"
        ),
        claim("donor3/1", "donor3", why="no_value_per_unit"),
    ]
    facts = [
        fact("acme", "acme/1", 7500, low=5200),
        fact("acme", "acme/2", 2500, state="claimed"),
        fact("globex", "globex/0", -3000),
    ]
    insights = [
        insight("coach", 4.0),
        insight("coach", 3.0, segment="Midsize", customers=5, without_gain=0),
        insight("tour", 0.5),
        insight("mails", -4.0, is_meant=False),
    ]
    suggestions = [
        suggestion("tour", 0.5, 2, segment="Midsize"),
        suggestion("mails", -4.0, 3, value=Decimal(-100), currency="EUR"),
        suggestion("guide", 4.0, 1, segment="Midsize", value=Decimal(3000), currency="EUR"),
    ]
    bodies = pa.schema({"effect_id": pa.string(), "body": pa.string()})
    return {
        ("value", "effects"): ([row, waits, lost, known, begun], EFFECTS),
        ("value", "bodies"): ([{"effect_id": ACME, "body": json.dumps(body)}], bodies),
        ("value", "claims"): (claims, CLAIMS),
        ("value", "insights"): (insights, INSIGHTS),
        ("value", "suggestions"): (suggestions, SUGGESTIONS),
        ("value", "notes"): ([], pa.schema({"note": pa.string()})),
        ("value", "delivered_uses"): ([{"account_id": "acme", "lever": "wand", "adopted_on": date(2025, 3, 1)}], USES),
        ("facts", "value_claims"): (facts, FACTS),
    }
