"""Importing: everything goes in, twice changes nothing, a crash leaves the last good state."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from example import SYSTEMS, built, exported, import_all
from trueup import workspace
from trueup.lake.store import open_lake
from trueup.runs.folder import Folder
from trueup.runs.progress import Silence
from trueup.runs.pull import pull, rehearse

TABLES = ("accounts", "cases", "contracts", "deals", "interactions", "participants")


def counts(folder: Folder) -> dict[str, int]:
    with open_lake(folder.lake, read_only=True) as lake:
        return lake.row_counts()


@pytest.fixture
def imported(tmp_path: Path) -> Folder:
    """A copy of the example company's workspace, imported."""
    made = Folder(tmp_path / "acme")
    shutil.copytree(built().root, made.root)
    return made


def test_every_exported_table_is_mapped_or_told_why_not(tmp_path: Path) -> None:
    report = import_all(exported(tmp_path))
    assert {taken.outcome for taken in report.taken} == {"mapped", "kept"}
    assert all(taken.became for taken in report.taken if taken.outcome == "kept")
    assert {"interactions", "cases", "deals", "contracts"} <= {done.table for done in report.conformed}


def test_importing_the_same_files_again_changes_nothing(imported: Folder) -> None:
    before = counts(imported)
    report = import_all(imported)
    assert {taken.outcome for taken in report.taken} == {"seen"}
    assert counts(imported) == before


def test_a_file_that_is_again_what_it_was_says_so_of_its_rows(tmp_path: Path) -> None:
    """A quota is lowered, and put back: what was delivered last is so."""
    folder = workspace.make(tmp_path, name="Acme")
    exports = tmp_path / "exports"
    exports.mkdir()
    for amount in ("9000", "7000", "9000", "9000"):
        text = f"person_id,period,amount,currency\nann,2026-Q1,{amount},EUR\n"
        (exports / "quotas.csv").write_text(text, encoding="utf-8")
        report = pull(folder, workspace.settings(folder), [exports], source=None, progress=Silence())
    assert [taken.outcome for taken in report.taken] == ["seen"]
    with open_lake(folder.lake, read_only=True) as lake:
        kept = lake.engine.query("SELECT amount FROM canon.quotas ORDER BY recorded_at NULLS FIRST").to_pylist()
    assert [int(row["amount"]) for row in kept] == [9000, 7000, 9000]


def test_the_same_rows_in_another_file_are_no_new_versions(imported: Folder) -> None:
    before = counts(imported)
    export_file = imported.root / "exports" / "salesforce" / "Account.csv"
    again = imported.root / "again" / "Account.csv"
    again.parent.mkdir()
    again.write_text(export_file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    report = pull(imported, workspace.settings(imported), [again], source="salesforce", progress=Silence())
    assert [(done.new_rows, done.new_versions) for done in report.conformed if done.table == "accounts"] == [(0, 0)]
    assert counts(imported) == before


def test_a_rehearsal_says_what_would_happen_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = exported(tmp_path)
    paths = [folder.root / "exports" / system for system in SYSTEMS]
    report = rehearse(folder, workspace.settings(folder), paths, source=None, progress=Silence())
    assert sum(done.new_rows for done in report.conformed) > 0
    assert set(counts(folder).values()) == {0}


@pytest.mark.parametrize("seconds", [0.5, 2.0, 4.0])
def test_a_killed_import_leaves_the_last_good_state_and_can_be_run_again(imported: Folder, seconds: float) -> None:
    before = counts(imported)
    other = exported(imported.root.parent / "other")
    newer = other.root / "exports" / "zendesk"
    (newer / "tickets.csv").write_text(
        (newer / "tickets.csv").read_text(encoding="utf-8").replace("solved", "open"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "trueup", "import", str(newer), "--workspace", str(imported.root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    if process.returncode == -signal.SIGKILL:
        assert counts(imported) == before
    pull(imported, workspace.settings(imported), [newer], source="zendesk", progress=Silence())
    assert counts(imported)["cases"] >= before["cases"]


def test_rows_come_in_whole_from_a_split_and_shuffled_export(tmp_path: Path) -> None:
    split = exported(tmp_path / "split")
    tickets = split.root / "exports" / "zendesk" / "tickets.csv"
    header, *rows = tickets.read_text(encoding="utf-8").splitlines(keepends=True)
    half = len(rows) // 2
    tickets.write_text(header + "".join(reversed(rows[half:])), encoding="utf-8")
    import_all(split)
    rest = tmp_path / "rest" / "tickets.csv"
    rest.parent.mkdir()
    rest.write_text(header + "".join(rows[:half]), encoding="utf-8")
    pull(split, workspace.settings(split), [rest], source="zendesk", progress=Silence())
    found, whole = counts(split), counts(built())
    assert {table: found[table] for table in TABLES} == {table: whole[table] for table in TABLES}


def test_numbers_of_a_file_with_semicolons_have_decimal_commas(tmp_path: Path) -> None:
    folder = workspace.make(tmp_path / "acme", name="Acme")
    (folder.sources / "erp").mkdir()
    (folder.sources / "erp" / "deals.sql").write_text(
        "SELECT deal_id, account_id, net_amount, outcome, created_at, closed_at FROM orders", encoding="utf-8"
    )
    export = tmp_path / "orders.csv"
    export.write_text(
        "deal_id;account_id;net_amount;outcome;created_at;closed_at\n"
        "d1;acme;1,250;won;2026-01-05;2026-02-01\n"
        "d2;acme;3,500;won;2026-01-06;2026-02-02\n",
        encoding="utf-8",
    )
    pull(folder, workspace.settings(folder), [export], source="erp", progress=Silence())
    with open_lake(folder.lake, read_only=True) as lake:
        amounts = lake.engine.query("SELECT net_amount FROM canon.deals ORDER BY deal_id").column(0).to_pylist()
    assert [float(amount) for amount in amounts] == [1.25, 3.5]
