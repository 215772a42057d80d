"""The commands around the record's files: entries in and out, and the chain of what customers answered."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import connection, connections
from pyarrow import parquet

from company import NOON, founded
from recorded import Place, made_once, point_at
from trueup.cli import main
from trueup.record.actions.goals import draft_goal
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.people import install_user
from trueup.record.actions.readings import add_reading
from trueup.record.models import Reading, Stakeholder

Run = Callable[..., tuple[int, str, str]]
VERIFIED = "Nothing was altered: 3 answers."


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace whose record has Acme, a goal of it with two readings, and three answers to them."""
    made = shutil.copytree(made_once(), tmp_path / "ours")
    for name, value in {"TRUEUP_WORKSPACE": str(made), "DJANGO_SETTINGS_MODULE": "trueup.server.settings"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRUEUP_RECORD", "")
    point_at(Place(made))
    company = founded()
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO", unit="days", direction="decrease")
    readings = [
        add_reading(company.alice, goal, at=NOON, observed_on=date(2026, month, 1), value=Decimal(50 - month))
        for month in (3, 4)
    ]
    now = datetime.now(UTC)
    link, _ = make_link(company.alice, company.acme, at=now, goals=[goal], expires_at=now + timedelta(days=9))
    answer(link, goal, at=now, verdict="confirmed", said_by="Jane")
    for reading in readings:
        answer(
            link, goal, at=now, verdict="disputed", reading=reading, claimed_value=reading.value, note="no", said_by="J"
        )
    connections.close_all()
    yield made
    connections.close_all()


@pytest.fixture
def run(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def ran(*words: str) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        code = 0
        try:
            main([*words, "--workspace", str(root)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capfdbinary.readouterr()
        return code, told.out.decode("utf-8-sig", "replace"), told.err.decode()

    return ran


def test_entries_go_out_and_come_in_unchanged(run: Run, tmp_path: Path) -> None:
    book, sheet = tmp_path / "all.xlsx", tmp_path / "readings.csv"
    assert run("entries", "export", "all", "-o", str(book))[:2] == (
        0,
        f"0 stakeholders, 1 goals, 0 milestones, 2 readings, 0 stakes written to {book}.\n",
    )
    code, told, _ = run("entries", "export", "readings")
    assert told.splitlines()[0].startswith("Reading ID,Goal ID,Account ID,Account,")
    sheet.write_text(told, encoding="utf-8")
    for file in (book, sheet):
        code, told, _ = run("entries", "import", str(file))
        assert code == 0
        assert told.splitlines()[-1].split()[-5:] == ["readings", "0", "0", "2", "0"]


def test_a_rehearsal_changes_nothing_and_an_import_does(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Account,Name\nAcme,Jane Doe\n")
    code, told, _ = run("entries", "import", str(file), "--dry-run")
    assert (code, "This was a rehearsal: nothing was changed." in told) == (0, True)
    assert Stakeholder.objects.count() == 0
    run("entries", "import", str(file), "--as", "alice@ours.example")
    assert [person.name for person in Stakeholder.objects.all()] == ["Jane Doe"]
    assert Stakeholder.versions.get().history_user.name == "Alice"


def test_rejected_rows_are_told_and_written(run: Run, tmp_path: Path) -> None:
    file, rejected = tmp_path / "readings.csv", tmp_path / "rejected.csv"
    file.write_text("Account,Measure,Day,Value\nAcme,DSO,2026-05-01,1\nAcme,DSO,2026-13-01,x\nAcme,DSA,2026-05-01,2\n")
    code, told, failed = run("entries", "import", str(file), "--rejected", str(rejected))
    assert code == 1
    assert "This is no day. Write it as 2026-06-30." in told
    assert failed == "trueup: 2 rows were rejected, so nothing was taken in. Mend the file and import it again.\n"
    lines = rejected.read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["readings.csv", "3", "Day", "2026-13-01"],
        ["readings.csv", "3", "Value", "x"],
        ["readings.csv", "4", "Measure", "DSA"],
    ]
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("entries export all", "All entries need a workbook: name a file that ends in .xlsx"),
        ("entries export goals --as nobody@x.y", "Nobody signs in as nobody@x.y."),
        ("entries import missing.csv", "missing.csv: No such file or directory."),
        ("confirmations verify missing.jsonl", "missing.jsonl: No such file or directory."),
        ("confirmations verify --noted 12", "This is no COUNT:HEAD."),
        ("confirmations export --as alice@ours.example", "This is for administrators."),
    ],
)
def test_mistakes_are_told_with_their_cure(run: Run, words: str, told: str) -> None:
    code, out, failed = run(*words.split())
    assert (code, out) == (1, "")
    assert failed.startswith(f"trueup: {told}")


def test_of_several_administrators_one_is_named(run: Run) -> None:
    install_user(at=NOON, email="eve@ours.example", name="Eve", role="administrator")
    connections.close_all()
    code, _, failed = run("entries", "export", "goals")
    assert code == 1
    assert "There are 2 administrators: ada@ours.example, eve@ours.example. Say who acts with --as ADDRESS." in failed
    assert run("entries", "export", "goals", "--as", "Eve@ours.example")[0] == 0


def test_the_chain_is_whole_in_the_record_and_in_its_export(run: Run, tmp_path: Path) -> None:
    assert VERIFIED in run("confirmations", "verify")[1]
    for options in ([], ["--no-words"]):
        file = tmp_path / "chain.jsonl"
        assert run("confirmations", "export", "-o", str(file), *options)[0] == 0
        assert VERIFIED in run("confirmations", "verify", str(file))[1]
        assert ('"note": "no"' in file.read_text()) == (not options)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"verdict": "disputed"', '"verdict": "confirmed"', "Answer 2 is not as it was"),
        ('"note": "no"', '"note": "yes"', "Answer 2 is not as it was"),
        ('"said_by": "Jane"', '"said_by": "Joan"', "Answer 1 is not as it was"),
        ('"sequence": 3', '"sequence": 4', "Answer 4 is not as it was: number 3 is missing before it."),
        ('"facts"', '"fakts"', "chain.jsonl, line 1: This is no line of exported confirmations."),
    ],
    ids=str,
)
def test_the_first_altered_answer_of_an_export_is_named(
    run: Run, tmp_path: Path, old: str, new: str, told: str
) -> None:
    file = tmp_path / "chain.jsonl"
    run("confirmations", "export", "-o", str(file))
    file.write_text(file.read_text().replace(old, new))
    code, out, failed = run("confirmations", "verify", str(file))
    assert (code, out) == (1, "")
    assert told in failed


def test_an_answer_altered_in_the_database_is_named(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'record_customeranswer'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("UPDATE record_customeranswer SET verdict = 'confirmed', note = '' WHERE sequence = 3")
    connections.close_all()
    code, _, failed = run("confirmations", "verify")
    assert code == 1
    assert "trueup: Answer 3 is not as it was" in failed


def test_answers_that_were_cut_off_are_missed_where_the_head_was_noted(run: Run, tmp_path: Path) -> None:
    head = run("confirmations", "verify")[1].split("Head: ")[1].split()[0]
    file = tmp_path / "chain.jsonl"
    run("confirmations", "export", "-o", str(file))
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:2]))
    assert "Nothing was altered: 2 answers." in run("confirmations", "verify", str(file))[1]
    code, _, failed = run("confirmations", "verify", str(file), "--noted", head)
    assert code == 1
    assert "Answer 3 is not as it was: it is missing: 3 were noted." in failed
    assert run("confirmations", "verify", "--noted", head)[0] == 0


def test_programs_read_what_was_found(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("confirmations", "verify", "--format", "json")[1])
    assert [(row["is_whole"], row["answers"], row["first_altered"]) for row in told] == [(True, 3, None)]
    assert run("confirmations", "verify", "--format", "csv")[1].splitlines()[0] == (
        "is_whole,answers,head,first_altered,because"
    )
    file = tmp_path / "found.parquet"
    run("confirmations", "verify", "--format", "parquet", "-o", str(file))
    assert parquet.read_table(io.BytesIO(file.read_bytes())).schema.field("is_whole").type == pa.bool_()
