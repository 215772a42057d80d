"""What the data have that a goal's readings may come from: an account's own measures, and our metrics of it."""

from dataclasses import dataclass

from trueup.answers.opened import opened
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.lake.engine import FileBusyError
from trueup.mart.snapshot import Snapshot
from trueup.runs.folder import Folder


@dataclass(frozen=True)
class Series:
    """A measure that the account's systems deliver, by its name in the data, and the unit it comes in."""

    measure: str
    unit: str


@dataclass(frozen=True)
class Bindable:
    """The account's measures, and our metrics with their labels; ``is_busy``: an import holds the lake just now."""

    series: tuple[Series, ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()
    is_busy: bool = False


def bindable(folder: Folder, snapshot: Snapshot | None, account_id: str) -> Bindable:
    """What the readings of an account's goals may come from; nothing before the first build."""
    if snapshot is None:
        return Bindable()
    ids = [account_id]
    with opened(snapshot) as mart:
        metrics = mart.query(
            "SELECT DISTINCT metric, label FROM meta.places JOIN meta.metrics USING (metric)"
            " WHERE grain = 'account' ORDER BY label"
        ).to_pylist()
        if mart.has_table("identity", "accounts"):
            merged = mart.query(f"SELECT id FROM identity.accounts WHERE entity_id = {literal(account_id)}")
            ids += merged.column("id").to_pylist()
    named = tuple((row["metric"], row["label"]) for row in metrics)
    try:
        return Bindable(_series(folder, ids), named)
    except FileBusyError:
        return Bindable((), named, is_busy=True)


def _series(folder: Folder, ids: list[str]) -> tuple[Series, ...]:
    engine = DuckDBEngine(folder.lake, read_only=True)
    try:
        rows = engine.query(
            "SELECT measure, coalesce(max(unit), '') AS unit FROM canon.kpi_series WHERE superseded_at IS NULL"
            f" AND NOT is_deleted AND account_id IN ({', '.join(map(literal, ids))}) GROUP BY measure ORDER BY measure"
        )
    finally:
        engine.close()
    return tuple(Series(row["measure"], row["unit"]) for row in rows.to_pylist())
