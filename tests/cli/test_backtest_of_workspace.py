"""``trueup backtest`` in a workspace: one thing to try, outcomes of the workspace's own, baselines beside it."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from commands import Run
from example import built

THEN = ("--as-of", "2026-03-31")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(built().root, tmp_path_factory.mktemp("backtest") / "acme"))


@pytest.fixture
def place(acme: Path) -> Path:
    return acme


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "You named nothing to try. Name one of these: a FILE of scores, --grades quarterly, --kpi NAME"),
        (("--kpi", "response_time", "--own-score"), "You named --kpi and --own-score. Name one of these"),
        (("scores.csv", "--grades", "annual"), "You named FILE and --grades."),
        (("--grades", "quarterly", "--higher-is", "worse"), "--higher-is is said of a FILE or a KPI"),
        (("--kpi", "response_time", "--events", "e.csv"), "--events is said of a FILE of scores"),
        (("--own-score", "--score", "health"), "--score is said of a FILE of scores"),
        (("scores.csv", "--known-until", "2026-01-31"), "--known-until is said of --events"),
        (("scores.csv", "--events", "e.csv", *THEN), "--events looks at no workspace"),
        (("scores.csv",), "scores.csv: There is no such file"),
        (("--kpi", "response_time", "--outcome", "renewd"), "did you mean renewed?"),
    ],
)
def test_a_question_that_is_not_clear_is_refused_with_the_cure(run: Run, words: tuple[str, ...], says: str) -> None:
    code, told, said = run("backtest", *words)
    assert (code, told) == (1, "")
    assert says in said


def test_a_kpi_is_tried_beside_baselines_and_a_second_question_finds_the_panel_kept(run: Run, acme: Path) -> None:
    code, told, said = run("backtest", "--kpi", "response_time", *THEN, "--format", "json")
    whole = json.loads(told)
    assert (code, whole["score"], whole["outcome"]) == (0, "response_time", "renewed")
    assert "higher counts as worse" in said
    assert whole["verdict"] == "cannot tell"
    assert whole["told"]
    kept = list((acme / ".trueup" / "panels").glob("*.npz"))
    code, told, _ = run("backtest", "--kpi", "response_time", "--outcome", "churned", *THEN, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert (code, {row["forecast"] for row in rows} >= {"the score"}) == (0, True)
    assert rows[0].keys() == {"figure", "value", "low", "high", "by_chance", "rows", "forecast"}
    assert list((acme / ".trueup" / "panels").glob("*.npz")) == kept


def test_a_file_of_scores_is_held_against_the_workspaces_renewals(run: Run, acme: Path, tmp_path: Path) -> None:
    code, told, _ = run("backtest", "--kpi", "response_time", *THEN, "--format", "json")
    missed = json.loads(told)["warned"]["missed"]
    (tmp_path / "health.csv").write_text(
        "account,date,score\n" + "".join(f"{name},2025-01-31,5\n" for name in missed) + "nobody,2025-01-31,1\n"
    )
    code, told, said = run("backtest", str(tmp_path / "health.csv"), *THEN)
    assert code == 0
    assert "What the score would have been worth: renewed" in told
    assert f"line {len(missed) + 2}, column account: 'nobody' is no account that is known here" in said


def test_grades_that_were_never_closed_cannot_be_tried(run: Run) -> None:
    code, told, said = run("backtest", "--grades", "quarterly", *THEN)
    assert (code, told) == (1, "")
    assert "No quarterly grades are closed yet" in said


def test_far_from_any_workspace_a_file_needs_events(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, said = run("backtest", "scores.csv")
    assert code == 1
    assert "Name a file of what happened with --events FILE" in said
