"""What ``trueup grades pleasing`` prints and writes."""

import csv
from pathlib import Path

import pytest
import typer

from example import COMPANY
from pleased import BEFORE, QUARTER, published
from trueup.answers.effort import COLUMNS as EFFORT_COLUMNS
from trueup.answers.quadrant import COLUMNS
from trueup.cli.output import Format
from trueup.cli.pleasing import tell, tell_effort
from trueup.grades.quadrant import NO_CALL, NO_LENGTH
from trueup.sources.simulate import workspace_files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pleasing")
    (made / "trueup.toml").write_text(workspace_files(COMPANY)["trueup.toml"], encoding="utf-8")
    published(made / ".trueup" / "mart")
    return made


def test_people_read_it_by_corner_and_who_is_not_placed_comes_last(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(folder, period=None, form=Format.table, output=None)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["account", "name", "quarter", "moved", "from", "giving", "attained", "revenue", "hours"]
    assert [row.split()[0] for row in rows[:5]] == ["globex", "acme", "umbra", "initech", "hooli"]
    assert rows[1].split()[2:] == ["neglected_giver", "partner", "75%", "20%", "910", "0.5"]
    assert rows[0].split()[-1] == "–", "what is not known is not nought"
    assert "no goal read" in rows[4]
    assert rows[5].startswith(f"{QUARTER}: partner: 1  neglected_giver: 1")
    assert "Hours are known of 2 of 4 calls and meetings (50%). Left out: 1 whose end is before" in " ".join(rows)


def test_programs_get_a_row_per_account(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "pleasing.csv"
    tell(folder, period=BEFORE, form=Format.csv, output=output)
    with output.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert {row["account_id"]: row["quarter"] for row in rows} == {
        "acme": "partner", "globex": "partner", "umbra": "", "initech": "chased_rabbit", "hooli": "",
    }  # fmt: skip


def test_people_read_where_the_effort_of_teams_went(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell_effort(folder, period=None, by="team", form=Format.table, output=None)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["team", "quarter", "touches", "hours"]
    assert [row.split() for row in rows[:5]] == [
        ["north", "neglected_giver", "1", "0.5"],
        ["north", "chased_rabbit", "1", "1.2"],
        ["north", "not_placed", "1", "–"],
        ["south", "partner", "1", "–"],
        ["south", "chased_rabbit", "1", "–"],
    ]


def test_programs_get_a_row_per_person_and_corner(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "effort.csv"
    tell_effort(folder, period=None, by="person", form=Format.csv, output=output)
    with output.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(EFFORT_COLUMNS)
    assert {(row["key"], row["quarter"]): (row["hours"], row["hours_reason"]) for row in rows} == {
        ("alice", "neglected_giver"): ("0.5", ""),
        ("alice", "chased_rabbit"): ("1.25", ""),
        ("alice", "not_placed"): ("", NO_LENGTH),
        ("tom", "chased_rabbit"): ("1.25", ""),
        ("charlie", "partner"): ("", NO_LENGTH),
        ("charlie", "chased_rabbit"): ("", NO_CALL),
    }


def test_a_quarter_that_is_not_there_is_refused_in_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        tell(folder, period="1999-Q1", form=Format.table, output=None)
    assert "Nothing is known of 1999-Q1. There are 2026-Q1" in capsys.readouterr().err
