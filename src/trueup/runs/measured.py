"""Goals whose readings come from the data: from a customer's own series, or from one of our metrics of it.

``bound_to`` says which: ``series:MEASURE`` or ``metric:NAME``. What personal goals are bound to stays in the record.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.lake.entered import Entries, load_entries
from trueup.lake.state import Moment
from trueup.mart.snapshot import Snapshot
from trueup.metrics.places import Only, Place, tidy
from trueup.runs.folder import Folder
from trueup.runs.ground import ENTERED_SCHEMA, IDENTITY_SCHEMA, lay_state
from trueup.runs.settings import Settings
from trueup.units.calendar import local_date

SERIES, METRIC = "series:", "metric:"
_KINDS = ("month", "quarter", "year")
"""A metric is read at the end of each of the shortest of these periods that are published."""
_PLACES = 8
"""The record keeps so many digits after the point."""
_SERIES_VALUES = """
SELECT account_id, 'series:' || measure AS bound_to, observed_on, value FROM state.kpi_series
WHERE value IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY account_id, measure, observed_on ORDER BY _seq DESC, source) = 1
"""
_NEW = """
SELECT g.goal_id, v.observed_on, round(v.value, {places}) AS value
FROM ({bound}) AS g JOIN ({values}) AS v USING (account_id, bound_to)
LEFT JOIN (
    SELECT goal_id, observed_on, value FROM entered.readings
    WHERE superseded_at IS NULL AND NOT is_deleted AND verification = 'measured_by_system'
) AS r ON r.goal_id = g.goal_id AND r.observed_on = v.observed_on AND r.value = round(v.value, {places})
WHERE v.observed_on >= g.since AND r.goal_id IS NULL
ORDER BY g.goal_id, v.observed_on
"""


def measure_series(folder: Folder, settings: Settings, entries: Entries) -> int:
    """Let bound goals have their series' values since the baseline as readings; how many are new or changed."""
    if not _bound_goals(entries, SERIES):
        return 0
    folder.scratch.mkdir(parents=True, exist_ok=True)
    engine = DuckDBEngine(memory_limit=settings.memory_limit, spill=folder.scratch)
    now = datetime.now(UTC)
    with _entered(engine, entries):
        engine.attach(folder.lake, "lake", read_only=True)
        moment = Moment(now.replace(tzinfo=None), local_date(now, settings.zone))
        lay_state(engine, moment, settings, merging=("accounts",))
        return _take_over(_new(engine, SERIES, _SERIES_VALUES), now)


def measure_metrics(snapshot: Snapshot, entries: Entries) -> int:
    """Let bound goals have our published metric of the account at the end of each period over; how many are new."""
    bound = _bound_goals(entries, METRIC)
    kind = next((kind for kind in _KINDS if kind in snapshot.manifest.kinds), None)
    if not bound or kind is None:
        return 0
    with _entered(DuckDBEngine(), entries) as engine:
        engine.attach(snapshot.file, "mart", read_only=True)
        engine.execute("USE mart")
        named = ", ".join(literal(name.removeprefix(METRIC)) for name in bound)
        rows = engine.query(f"SELECT * FROM meta.places WHERE grain = 'account' AND metric IN ({named})").to_pylist()
        if not rows:
            return 0
        values = (
            "SELECT m.entity AS account_id, 'metric:' || m.metric AS bound_to, p.last_on AS observed_on, m.value"
            f" FROM ({tidy([Place(**row) for row in rows], Only(kinds=(kind,)))}) AS m"
            " JOIN calendar.periods AS p ON p.period_kind = m.period_kind AND p.period_key = m.period"
            " WHERE p.is_over AND m.value IS NOT NULL"
        )
        return _take_over(_new(engine, METRIC, values), datetime.now(UTC))


def _bound_goals(entries: Entries, prefix: str) -> list[str]:
    """What goals are bound to that begins so."""
    if "goals" not in entries:
        return []
    bound = entries["goals"].column("bound_to").drop_null()
    return sorted(str(name) for name in pc.unique(bound.filter(pc.starts_with(bound, prefix))).to_pylist())


@contextmanager
def _entered(engine: DuckDBEngine, entries: Entries) -> Iterator[DuckDBEngine]:
    """The engine with the entries beside, closed afterwards."""
    try:
        engine.create_scratch(ENTERED_SCHEMA)
        load_entries(engine, entries, schema=ENTERED_SCHEMA)
        yield engine
    finally:
        engine.close()


def _new(engine: DuckDBEngine, prefix: str, values: str) -> pa.Table:
    """Values that the record does not have yet: goal_id, observed_on, value."""
    is_merged = engine.has_table(IDENTITY_SCHEMA, "accounts")
    account = "coalesce(i.entity_id, g.account_id)" if is_merged else "g.account_id"
    merged = f" LEFT JOIN {IDENTITY_SCHEMA}.accounts AS i ON i.id = g.account_id" if is_merged else ""
    bound = (
        f"SELECT g.goal_id, {account} AS account_id, g.bound_to, t.since FROM entered.goals AS g JOIN ("
        "SELECT goal_id, min(baseline_on) AS since FROM entered.goal_terms WHERE baseline_on IS NOT NULL"
        f" GROUP BY goal_id) AS t USING (goal_id){merged}"
        " WHERE g.superseded_at IS NULL AND NOT g.is_deleted AND g.status IN ('draft', 'agreed')"
        f" AND starts_with(g.bound_to, {literal(prefix)})"
    )
    return engine.query(_NEW.format(bound=bound, values=values, places=_PLACES))


def _take_over(new: pa.Table, at: datetime) -> int:
    if new.num_rows == 0:
        return 0
    # Models are there only once the record is open, which it is: entries came out of it.
    readings = importlib.import_module("trueup.record.actions.readings")
    values = [
        readings.Measured(UUID(row["goal_id"]), row["observed_on"], Decimal(repr(row["value"])))
        for row in new.to_pylist()
    ]
    return int(readings.measure(values, at=at))
