"""From canonical rows back to the delivered files: which file, which row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trueup.canon.tables import TABLE
from trueup.lake.duckdb import literal, quoted
from trueup.lake.store import Lake, RawTable, open_lake
from trueup.runs.folder import Folder
from trueup.runs.mapping import drop_views, lay_views, mapping_of, numbered, together
from trueup.runs.settings import Settings


@dataclass(frozen=True)
class Origin:
    """The delivered row behind a canonical row: ``row`` counts from 1, ``line`` is its place in the file."""

    key: str
    source: str
    load: int
    file: str
    row: int | None
    line: int | None


def origins(folder: Folder, settings: Settings, table: str, keys: Sequence[str]) -> dict[str, Origin]:
    """Where the rows with these keys came from; those that were not numbered when they came are looked for again."""
    if not keys:
        return {}
    key = quoted(TABLE[table].key[0])
    with open_lake(folder.lake, read_only=True) as lake:
        loads = {raw.load: raw for raw in lake.raw_tables()}
        rows = lake.engine.query(
            f"SELECT {key} AS key, source, _seq, _row FROM canon.{quoted(table)}"
            f" WHERE {key} IN ({_listed(keys)}) AND superseded_at IS NULL AND NOT is_stub"
        ).to_pylist()
        found = {row["key"]: _origin(row["key"], row["source"], row["_row"], loads[row["_seq"]]) for row in rows}
        for source in sorted({origin.source for origin in found.values() if origin.row is None}):
            missing = [origin for origin in found.values() if origin.row is None and origin.source == source]
            numbers = _numbers(folder, settings, lake, source, table=table, keys=[origin.key for origin in missing])
            for origin in missing:
                row = numbers.get((origin.key, origin.load))
                found[origin.key] = _origin(origin.key, source, row, loads[origin.load])
    return found


def _numbers(
    folder: Folder, settings: Settings, lake: Lake, source: str, *, table: str, keys: Sequence[str]
) -> dict[tuple[str, int], int]:
    """Row numbers by key and load, found by mapping the source's files once more with their rows numbered."""
    mapping = mapping_of(folder, settings, lake, lake.raw_tables(source), relation=numbered)
    lay_views(lake, mapping)
    key = quoted(TABLE[table].key[0])
    selects = [select.sql for select in mapping.selects if select.table == table]
    rows = lake.engine.query(
        f"SELECT {key} AS key, _load, max(_row) AS row FROM ({together(selects)})"
        f" WHERE {key} IN ({_listed(keys)}) GROUP BY ALL"
    ).to_pylist()
    drop_views(lake, mapping)
    return {(row["key"], row["_load"]): row["row"] for row in rows}


def _origin(key: str, source: str, row: int | None, raw: RawTable) -> Origin:
    blank = Origin(key, source, raw.load, raw.path, None, None)
    return blank if row is None else replace(blank, row=row, line=raw.first_line + row - 1)


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(literal(each) for each in keys)
