"""The command that holds the ledger of pay to its chain."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, connections

from company import NOON, founded
from recorded import Place, made_once, point_at
from trueup.cli import main
from trueup.pay.ledger import COMMISSION, EARNED, Entry, Transaction
from trueup.record.actions.ledger import close_period, post
from trueup.units.money import Money

Run = Callable[..., tuple[int, str, str]]
VERIFIED = "Nothing was altered: 3 transactions, 1 closed periods. Head: 3:"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace whose ledger has two transactions in January, which is closed, and one in February."""
    made = shutil.copytree(made_once(), tmp_path / "ours")
    for name, value in {"TRUEUP_WORKSPACE": str(made), "DJANGO_SETTINGS_MODULE": "trueup.server.settings"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRUEUP_RECORD", "")
    point_at(Place(made))
    company = founded()
    post(company.ada, [accrual("a", "2026-01"), accrual("b", "2026-01")], at=NOON)
    close_period(company.ada, "2026-01", at=NOON, statements={"alice": "a" * 64})
    post(company.ada, [accrual("c", "2026-02")], at=NOON)
    connections.close_all()
    yield made
    connections.close_all()


def accrual(key: str, posted_in: str) -> Transaction:
    euros = Money.of("12.34", "EUR")
    entries = (Entry(f"{COMMISSION}quota", "alice", euros), Entry(EARNED, "alice", -euros))
    return Transaction(key, "accrual", "calculated", posted_in, "2026-01", "quota", entries)


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*words: str, workspace: bool = True) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["pay", "verify", *words, *(["--workspace", str(root)] if workspace else [])])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return ran


def altered(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE UPDATE ON%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(sql)
    connections.close_all()


def test_the_ledger_is_whole_in_the_record_and_in_its_export(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pay.jsonl"
    code, told, failed = run("--export", str(file))
    assert (code, failed) == (0, "")
    assert told.startswith(VERIFIED)
    head = told.split("Head: ")[1].split()[0]
    assert run("--noted", head)[0] == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("TRUEUP_WORKSPACE")
    assert run(str(file), workspace=False)[1].startswith(VERIFIED)
    cut = tmp_path / "cut.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    cut.write_text("".join([*lines[:2], lines[3]]))
    assert run(str(cut), workspace=False)[0] == 0
    code, _, failed = run(str(cut), "--noted", head, workspace=False)
    assert (code, failed.split(": ", 1)[1].split(" Compare")[0]) == (
        1,
        "Transaction 3 is not as it was: it is missing: 3 were noted.",
    )


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        (
            "UPDATE record_ledgerentry SET amount = '99.00000000' WHERE transaction_id = 2",
            "Transaction 2, in 2026-01, is not as it was: its columns or entries are not what was hashed.",
        ),
        (
            "UPDATE record_ledgertransaction SET body = '{}' WHERE sequence = 3",
            "Transaction 3, in 2026-02, is not as it was: its content is not what was hashed.",
        ),
        (
            "UPDATE record_ledgerentry SET amount = 'much' WHERE transaction_id = 1",
            "Transaction 1, in 2026-01, is not as it was: its columns or entries are not what was hashed.",
        ),
        (
            "UPDATE record_periodevent SET transactions = 1",
            "Close 1, in 2026-01, is not as it was: its columns or entries are not what was hashed.",
        ),
    ],
)
def test_the_first_altered_row_is_named(run: Run, tmp_path: Path, sql: str, told: str) -> None:
    altered(sql)
    code, out, failed = run("--export", str(tmp_path / "pay.jsonl"))
    assert (code, out) == (1, "")
    assert failed.startswith(f"trueup: {told} Compare with an export or a copy of the record.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("missing.jsonl", "missing.jsonl: No such file or directory."),
        ("--noted 12", "This is no COUNT:HEAD."),
        ("--export pay.jsonl --as alice@ours.example", "This is for administrators."),
    ],
)
def test_mistakes_are_told_with_their_cure(run: Run, words: str, told: str) -> None:
    code, out, failed = run(*words.split())
    assert (code, out) == (1, "")
    assert failed.startswith(f"trueup: {told}")


def test_a_file_that_is_no_ledger_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "no.jsonl").write_text("no\n")
    assert (
        "no.jsonl, line 1: This is no line of an exported ledger. Export it again."
        in run(str(tmp_path / "no.jsonl"))[2]
    )


def test_programs_read_what_was_found(run: Run, tmp_path: Path) -> None:
    def found() -> dict[str, object]:
        file = tmp_path / "found.json"
        run("--format", "json", "--output", str(file))
        (row,) = json.loads(file.read_text())
        return dict(row)

    whole = found()
    assert (whole["is_whole"], whole["transactions"], whole["closed_periods"]) == (True, 3, 1)
    altered("UPDATE record_ledgertransaction SET component = 'other' WHERE sequence = 2")
    broken = found()
    assert (broken["is_whole"], broken["altered"], broken["first_altered"], broken["period"]) == (
        False,
        "transaction",
        2,
        "2026-01",
    )
