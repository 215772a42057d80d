"""Customers scored by a study whose score can be reckoned by hand: one KPI, one step a unit, average 2.

A customer that is average in everything renews with log odds 1; each joint call more adds 0.8. Acme had 1 and has 3,
Globex has the average 2 and was young before, Initech came lately, Prospect is no customer and has a deal open.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from manifested import MANIFEST
from told_studies import answered, content
from trueup.indicators.design import Design, Scale, Term
from trueup.indicators.model import Model, told
from trueup.indicators.panel import Column
from trueup.indicators.score import AS_GIVEN, Score
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot, drafting, publish
from trueup.runs.kept_studies import KeptStudy

WAS_ON, ON = date(2026, 3, 31), date(2026, 6, 30)
ROWS = """
    account_id  as_of       calls  is_customer  has_open_deal  tenure
    acme        2026-03-31  1      true         false          400
    acme        2026-06-30  3      true         true           491
    globex      2026-03-31  5      true         false          100
    globex      2026-06-30  2      true         false          191
    initech     2026-06-30  9      true         false          30
    prospect    2026-06-30  4      false        true           -
"""


def model(*, error: float = 0.0) -> Model:
    """``error``: the standard error of what a call adds."""
    design = Design(1, (Term(0, Scale(0.0, 2.0, 1.0)),), first_day=0, days=0, has_seasons=False)
    covariance = np.diag([0.0, error**2])
    return Model(("joint_calls",), (Column("size"),), Score(design, np.array([1.0, 0.8]), covariance, AS_GIVEN, 30.0))


def study(outcome: str = "renewed", *, error: float = 0.0, auc_low: float = 0.6, **changed: object) -> dict[str, Any]:
    """What a study said that learned the score; ``auc_low``: how little it may be worth."""
    worth = {"auc": 0.7, "auc_low": auc_low, "auc_high": 0.8, "brier_skill": 0.1, "calibration_slope": 1.0}
    more = {"calibration_offset": 0.0, "lift_of_top_tenth": 2.0, "rows": 900, "happened": 90, "bands": []}
    skill = {"tried_on": "later dates", "forecasts": [{"name": "the score", "realised": {**worth, **more}}]}
    plain = {**content(answered()), "outcome": outcome, "is_good": True, "skill": skill}
    return {**plain, "model": told(model(error=error)), **changed}


def kept(said: Mapping[str, Any], number: int = 1) -> KeptStudy:
    """The study as the record has it."""
    return KeptStudy(number, said["outcome"], 90, 180, ON, 90, datetime(2026, 7, 1, tzinfo=UTC), said)


def published(mart: Path) -> Snapshot:
    """A snapshot of these customers, in force in the folder ``mart``."""
    head, *lines = [line.split() for line in ROWS.strip().split("\n")]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    accounts = pa.table(
        {
            "as_of": pa.array([date.fromisoformat(row["as_of"]) for row in rows]),
            "account_id": [row["account_id"] for row in rows],
            "segment": pa.array([None] * len(rows), pa.string()),
            "industry": pa.array([None] * len(rows), pa.string()),
            "is_customer": [row["is_customer"] == "true" for row in rows],
            "has_open_deal": [row["has_open_deal"] == "true" for row in rows],
            "tenure": pa.array([None if row["tenure"] == "-" else int(row["tenure"]) for row in rows], pa.int64()),
            "size": pa.array([10.0] * len(rows)),
            "kpis": pa.array([[float(row["calls"])] for row in rows], pa.list_(pa.float32())),
        }
    )
    kpis = [
        {"place": 0, "name": "joint_calls", "family": "experience", "label": "Joint calls", "better": "higher"}
        | {"unit": "count", "is_counted": True}
    ]
    with drafting(mart, MANIFEST.snapshot) as draft:
        engine = DuckDBEngine(draft.file)
        for schema in ("lately", "meta"):
            engine.create_schema(schema)
        engine.load("lately", "accounts", accounts)
        engine.load("lately", "kpis", pa.Table.from_pylist(kpis))
        names = [{"grain": "account", "entity": name, "name": name.capitalize()} for name in ("acme", "globex")]
        engine.load("meta", "names", pa.Table.from_pylist(names))
        engine.close()
        return publish(mart, draft, MANIFEST, keep=1)
