"""Accounts and their KPIs as of the last month that is over, and three months earlier: what scores are computed of.

A build lays them beside its cells, whichever scores there are: a study that is made later needs no other build.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from trueup.indicators.panel import Column, Flags, Panel, Values
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.metric import Metric
from trueup.metrics.places import Place
from trueup.metrics.sql import constant
from trueup.runs.windows import (
    COUNTED,
    SIZE,
    YOUNG_DAYS,
    controls_of,
    fill_counts,
    flags,
    may_predict,
    rows_at,
    texts_of,
    windows,
)
from trueup.units.period import PeriodKind, period_of

LATELY_SCHEMA = "lately"
BEFORE = 3
"""Months between the two days."""


@dataclass(frozen=True)
class Lately:
    """A panel of one day or two, oldest first within an account; who is a customer, and who has an open deal.

    ``lasts_on``: the later day; ``was_on``: the earlier.
    """

    panel: Panel
    is_customer: Flags
    has_open_deal: Flags
    lasts_on: date
    was_on: date


def lay_lately(engine: DuckDBEngine, metrics: Collection[Metric], places: Sequence[Place]) -> dict[str, int]:
    """Lay the tables over ``state``, the calendar and finished cells; their rows; nothing before a month is over."""
    known = {place.metric for place in places if place.grain == "account"}
    kpis = [m for m in metrics if may_predict(m) and m.name in known]
    size = [m for m in metrics if m.name == SIZE and m.name in known]
    found = engine.query(
        "SELECT max(last_on) AS day FROM calendar.periods WHERE period_kind = 'month' AND is_over"
    ).column(0)[0]
    if not kpis or found.as_py() is None:
        return {}
    ends = [_months_earlier(found.as_py()), found.as_py()]
    engine.create_schema(LATELY_SCHEMA)
    told = [
        {"place": place, "name": m.name, "family": m.family, "label": m.label, "better": m.better}
        | {"unit": m.unit, "is_counted": m.agg in COUNTED}
        for place, m in enumerate(kpis)
    ]
    engine.load(LATELY_SCHEMA, "kpis", pa.Table.from_pylist(told))
    values = ", ".join(f"CAST(max(whole) FILTER (metric = {constant(m.name)}) AS FLOAT)" for m in kpis)
    sized = f"max(whole) FILTER (metric = {constant(SIZE)})" if size else "NULL"
    engine.create_table(
        LATELY_SCHEMA,
        "accounts",
        f"SELECT a.*, CAST(w.size AS DOUBLE) AS size, w.kpis FROM ({' UNION ALL '.join(map(rows_at, ends))}) AS a"
        f" LEFT JOIN (SELECT entity, as_of, {sized} AS size, [{values}] AS kpis"
        f" FROM ({windows([*kpis, *size], places, ends)}) GROUP BY entity, as_of) AS w"
        " ON w.entity = a.account_id AND w.as_of = a.as_of WHERE a.is_customer OR a.has_open_deal"
        " ORDER BY a.account_id, a.as_of",
    )
    rows = engine.query(f"SELECT count(*) AS n FROM {LATELY_SCHEMA}.accounts").column(0)[0].as_py()
    return {f"{LATELY_SCHEMA}.kpis": len(kpis), f"{LATELY_SCHEMA}.accounts": int(rows)}


def read_lately(engine: DuckDBEngine) -> Lately | None:
    """The accounts of a snapshot; None where it has none."""
    laid = engine.query(
        f"SELECT 1 FROM information_schema.tables WHERE table_schema = '{LATELY_SCHEMA}' AND table_name = 'accounts'"
    )
    if not laid.num_rows:
        return None
    kpis = engine.query(f"SELECT * FROM {LATELY_SCHEMA}.kpis ORDER BY place").to_pylist()
    rows = engine.query(f"SELECT * FROM {LATELY_SCHEMA}.accounts ORDER BY account_id, as_of")
    if not rows.num_rows:
        return None
    days = np.asarray(rows.column("as_of").cast(pa.date32()).cast(pa.int32()).to_numpy(), np.int64)
    ids = rows.column("account_id").combine_chunks().dictionary_encode()
    tenure = rows.column("tenure").cast(pa.float64()).to_numpy(zero_copy_only=False)
    size = rows.column("size").to_numpy(zero_copy_only=False).astype(np.float64)
    texts = [texts_of(rows.column(name), name) for name in ("segment", "industry")]
    control_columns, controls = controls_of(size, tenure, texts)
    known = _values(rows, len(kpis))
    fill_counts(known, [kpi["is_counted"] for kpi in kpis])
    panel = Panel(
        names=ids.dictionary.to_pylist(),
        accounts=np.asarray(ids.indices.to_numpy(), np.int64),
        as_of=days,
        kpis=tuple(Column(kpi["name"], kpi["family"], kpi["label"], kpi["better"]) for kpi in kpis),
        known=known,
        control_columns=control_columns,
        controls=controls,
        is_young=~(tenure >= YOUNG_DAYS),
    )
    first, last = (date(1970, 1, 1) + timedelta(days=int(day)) for day in (days.min(), days.max()))
    return Lately(panel, flags(rows.column("is_customer")), flags(rows.column("has_open_deal")), last, first)


def _months_earlier(end: date) -> date:
    return period_of(end, PeriodKind.MONTH).shift(-BEFORE).last


def _values(rows: pa.Table, kpis: int) -> Values:
    column = rows.column("kpis").combine_chunks()
    found = np.full((rows.num_rows, kpis), np.nan, np.float32)
    known = np.asarray(column.is_valid())
    flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    found[known] = flat.reshape(-1, kpis)
    return found
