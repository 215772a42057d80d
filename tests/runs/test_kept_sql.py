"""SQL that is kept: what is computed with it is what is computed without, and nobody finds what would be wrong."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from example import COMPANY, built
from given import given
from trueup import workspace
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.metrics.instances import bind
from trueup.metrics.registry import built_in_facts, built_in_metrics
from trueup.runs.build import build
from trueup.runs.folder import COMPILED, Folder
from trueup.runs.ground import moment_of
from trueup.runs.kept_sql import KEPT_FOR, KeptSql, source_fingerprint
from trueup.runs.progress import Silence

WORLD = given()
FACTS = built_in_facts()
WIN_RATE = built_in_metrics()["win_rate"]
LONG_AGO = time.time() - KEPT_FOR.total_seconds() - 60


def rows_of(snapshot: Snapshot) -> dict[str, pa.Table]:
    """Every table of facts and cells, in the order of its rows."""
    mart = DuckDBEngine(snapshot.file, read_only=True)
    try:
        tables = [f'"{schema}"."{name}"' for schema in ("facts", "cells") for name in mart.tables(schema)]
        return {table: mart.query(f"SELECT * FROM {table} ORDER BY ALL") for table in tables}
    finally:
        mart.close()


def win_rate_of(folder: Path | None, **parameters: bool | float) -> str:
    """The SQL of the win rate's fact with these parameters."""
    selects = KeptSql(WORLD.engine, folder)
    settings = {"win_rate": parameters}
    bound = bind([WIN_RATE], FACTS, context=WORLD.context, settings=settings, selects=selects)
    assert isinstance(bound[0].instance.select, str)
    return bound[0].instance.select


def another_parameter() -> dict[str, bool | float]:
    """A parameter of the win rate's fact, with another value than its own."""
    name, value = next(iter(FACTS[WIN_RATE.fact].parameters.items()))
    assert isinstance(value, bool | int | float)
    return {name: not value if isinstance(value, bool) else value + 1}


def files_in(folder: Path) -> dict[str, int]:
    """The kept files and which they are: one that was written again is another."""
    return {file.name: file.stat().st_ino for file in folder.iterdir()}


def test_a_build_from_kept_sql_publishes_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COMPILED)
    folder = Folder(shutil.copytree(built().root, tmp_path / "acme", ignore=shutil.ignore_patterns("exports")))
    shutil.rmtree(folder.compiled, ignore_errors=True)
    settings = workspace.settings(folder)
    moment = moment_of(COMPANY.ends_on.isoformat(), settings)
    compiled = rows_of(build(folder, settings, as_of=moment, progress=Silence()).snapshot)
    kept = files_in(folder.compiled)
    assert len(kept) > 30
    again = rows_of(build(folder, settings, as_of=moment, progress=Silence()).snapshot)
    assert files_in(folder.compiled) == kept
    assert again.keys() == compiled.keys()
    assert [name for name in compiled if not compiled[name].equals(again[name])] == []


def test_every_fact_has_the_same_sql_and_columns_with_and_without(tmp_path: Path) -> None:
    found = [
        bind(built_in_metrics().values(), FACTS, context=WORLD.context, selects=KeptSql(WORLD.engine, folder))
        for folder in (None, tmp_path, tmp_path)
    ]
    told = [[(each.instance.table, each.instance.select, each.instance.columns) for each in bound] for bound in found]
    assert told[0] == told[1] == told[2]
    plain = bind(built_in_metrics().values(), FACTS, context=WORLD.context)
    assert [each.instance.columns for each in plain] == [columns for _, _, columns in told[0]]


def test_another_parameter_is_other_sql(tmp_path: Path) -> None:
    win_rate_of(tmp_path)
    before = len(files_in(tmp_path))
    win_rate_of(tmp_path, **another_parameter())
    assert len(files_in(tmp_path)) > before


def test_another_moment_zone_and_currency_are_the_same_sql(tmp_path: Path) -> None:
    worlds = (WORLD, given(as_of="2025-01-17", zone="America/New_York", currency="USD"))
    found = []
    for world in worlds:
        selects = KeptSql(world.engine, tmp_path)
        bound = bind(built_in_metrics().values(), FACTS, context=world.context, selects=selects)
        found.append(([each.instance.select for each in bound], files_in(tmp_path)))
    assert found[0] == found[1]


def test_what_is_kept_is_computed_as_of_who_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMPILED, str(tmp_path))
    deals = """deal_id  created_at        closed_at         outcome  net_amount  currency
               d1       2026-03-02T10:00  2026-03-31T23:30  won      100         USD
               d2       2026-03-02T10:00  2026-05-04T10:00  lost     100         -"""

    def closed(**of: str) -> list[tuple[str, str, bool]]:
        rows = given(deals=deals, **of).rows(FACTS["closed_deals"])
        return [(str(row["fact_key"]), str(row["occurred_on"]), bool(row["lacks_rate"])) for row in rows]

    assert closed(zone="UTC") == [("d1", "2026-03-31", True), ("d2", "2026-05-04", False)]
    compiled = files_in(tmp_path)
    assert closed(as_of="2026-04-30") == [("d1", "2026-04-01", True)]
    assert closed(zone="UTC", currency="USD") == [("d1", "2026-03-31", False), ("d2", "2026-05-04", False)]
    assert files_in(tmp_path) == compiled


@pytest.mark.parametrize("spoilt", [b"", b"\n", b"\xff\xfe", *(slice(0, at) for at in (10, 64, 65, 200, -1))], ids=str)
def test_a_file_that_is_not_whole_is_ignored_and_written_anew(tmp_path: Path, spoilt: bytes | slice) -> None:
    sql = win_rate_of(tmp_path)
    whole = {file: file.read_bytes() for file in tmp_path.iterdir()}
    for file, content in whole.items():
        file.write_bytes(content[spoilt] if isinstance(spoilt, slice) else spoilt)
    assert win_rate_of(tmp_path) == sql
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == whole


def test_what_cannot_be_kept_is_compiled(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder", encoding="utf-8")
    assert win_rate_of(in_the_way) == win_rate_of(None)


def test_a_fact_that_is_not_ours_is_never_kept(tmp_path: Path) -> None:
    fact = replace(FACTS[WIN_RATE.fact], description="somebody else's")
    bind([WIN_RATE], {**FACTS, fact.name: fact}, context=WORLD.context, selects=KeptSql(WORLD.engine, tmp_path))
    assert len(list(tmp_path.iterdir())) == len(set(FACTS[WIN_RATE.fact].uses))


@pytest.mark.parametrize("name", ["facts.py", "catalogue/sales.yaml", "accounts.sql"])
def test_a_changed_source_has_another_fingerprint(tmp_path: Path, name: str) -> None:
    found = []
    for package, text in ((tmp_path / "one", "a"), (tmp_path / "other", "b"), (tmp_path / "third", "a")):
        (package / name).parent.mkdir(parents=True)
        (package / name).write_text(text, encoding="utf-8")
        found.append(source_fingerprint((package / Path(name).parts[0],), unchanged_since=time.time() + 60))
    assert found[0] != found[1]
    assert found[0] == found[2]


def test_a_source_that_changed_under_a_running_process_has_none(tmp_path: Path) -> None:
    (tmp_path / "facts.py").write_text("a", encoding="utf-8")
    os.utime(tmp_path / "facts.py", (0, 0))
    assert source_fingerprint((tmp_path,), unchanged_since=time.time() - 60) is None


def test_what_nobody_used_for_long_is_removed(tmp_path: Path) -> None:
    win_rate_of(tmp_path)
    win_rate_of(tmp_path, **another_parameter())
    for file in tmp_path.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    (tmp_path / "mine.txt").write_text("not theirs", encoding="utf-8")
    os.utime(tmp_path / "mine.txt", (LONG_AGO, LONG_AGO))
    win_rate_of(tmp_path)
    KeptSql(WORLD.engine, tmp_path).tidy()
    left = set(files_in(tmp_path))
    assert "mine.txt" in left
    win_rate_of(tmp_path)
    assert set(files_in(tmp_path)) == left
    win_rate_of(tmp_path, **another_parameter())
    assert len(files_in(tmp_path)) > len(left)
