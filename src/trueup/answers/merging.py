"""Which delivered ids the published snapshot takes for the same account, contact or person, and why."""

import pyarrow as pa

from trueup.answers.cells import UnknownNameError
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder


def merges_of(folder: Folder, table: str) -> pa.Table:
    """One row per merged entity of ``table``: its id, the ids in it, their names, the rules that joined them."""
    snapshot = current(folder.mart)
    if snapshot is None:
        raise UnknownNameError(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        if not engine.has_table("identity", f"{table}_merges"):
            return pa.table({})
        return engine.query(f'SELECT * FROM identity."{table}_merges" ORDER BY entity_id')
    finally:
        engine.close()
