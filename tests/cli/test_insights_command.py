"""``trueup insights``: what levers did for customers, where that can be told, and what might move open goals."""

import csv
import io
from pathlib import Path

import pytest

from commands import Run
from gained_workspace import GAIN, agreed, compute, imported
from recorded import workspace_in
from trueup.answers.value import INSIGHT_TABLE


@pytest.fixture
def place() -> Path:
    return agreed().root


def rows_of(told: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told)))


def test_of_three_customers_something_is_told_and_of_two_nothing(run: Run) -> None:
    code, told, _ = run("insights", "--format", "csv")
    [row] = rows_of(told)
    assert (code, tuple(row)) == (0, tuple(INSIGHT_TABLE.names))
    assert (row["lever"], row["measure"], row["segment"], row["customers"]) == ("planner", "on_time_delivery", "", "3")
    assert float(row["low"]) < float(row["mean"]) < float(row["high"])
    assert float(row["mean"]) == pytest.approx(GAIN, abs=0.7)
    # Where another customer's gain is expected is less sure than where the mean is.
    assert float(row["next_low"]) < float(row["low"]) < float(row["high"]) < float(row["next_high"])
    assert (row["without_gain"], row["unit"], row["agreed"]) == ("0", "%", "true")


def test_two_customers_alone_tell_nothing_of_others(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = compute(imported(tmp_path / "planners"), as_of="2025-11-30")
    monkeypatch.chdir(made.root)
    assert rows_of(run("insights", "--format", "csv")[1]) == []
    code, told, _ = run("insights")
    assert code == 0
    assert "Nothing can be said of others: it takes 3 customers of whom something is known." in " ".join(told.split())


def test_people_read_it_in_a_sentence_and_no_customer_is_named(run: Run) -> None:
    code, told, _ = run("insights")
    said = " ".join(told.split())
    assert code == 0
    assert "Meant to move it" in said
    assert "3 customers that began with planner gained 3.88 points of On-time delivery on average" in said
    assert "every one of them gained" in said
    assert "Both ranges hold with 90%" in said
    assert not {f"c{place:02}" for place in range(24)} & set(said.lower().replace(",", "").split())


def test_a_customer_with_an_open_goal_is_told_what_might_move_it(run: Run) -> None:
    said = " ".join(run("insights", "--account", "c07")[1].split())
    assert "C07: what might move its open goals" in said
    assert "1,652.53 EUR" in said
    uses_it = " ".join(run("insights", "--account", "c00")[1].split())
    assert "C00 has no open goal on which something is known to bear that it does not use already." in uses_it


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--lever planer", "--lever 'planer': nothing is known of this name; did you mean planner?"),
        ("--lever coach", "--lever 'coach': nothing is known of this name"),
        ("--measure on_time", "--measure 'on_time': nothing is known of this name"),
    ],
)
def test_a_mistake_is_told_with_its_cure(run: Run, words: str, says: str) -> None:
    code, told, said = run("insights", *words.split())
    assert (code, told) == (1, "")
    assert says in said


def test_before_anything_was_built_it_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace_in(tmp_path / "new"))
    code, told, said = run("insights")
    assert (code, told) == (1, "")
    assert "Run `trueup build` first" in said
