"""Plans tried on a workspace's past, and what is watched, on the command line: by who may, in tables and as files."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from commands import Run
from paid_workspace import IN_FORCE, SIMPLE, YEAR, sellers, with_plans
from recorded import Place, lay_record, point_at


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example company with plans and an empty record; nothing of a test changes it but who may sign in."""
    root = with_plans(tmp_path_factory.mktemp("tried") / "acme").root
    (root / "simple.yaml").write_text(SIMPLE)
    lay_record(root)
    point_at(Place(root))
    yield root
    connections.close_all()


@pytest.fixture
def place(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    told = {"TRUEUP_WORKSPACE": str(workspace), "DJANGO_SETTINGS_MODULE": "trueup.server.settings", "TRUEUP_RECORD": ""}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    point_at(Place(workspace))
    return workspace


@pytest.fixture
def tried(place: Path, run: Run) -> Run:
    """A plan tried in the place of that which all are on, by an administrator."""
    run("user", "add", "ada@example.org", "--role", "administrator")
    run("user", "add", "vic@example.org", "--role", "viewer")

    def ran(*words: str) -> tuple[int, str, str]:
        return run("pay", "backtest", "--against", str(place / "simple.yaml"), *words)

    return ran


def test_both_costs_stand_beside_each_other_with_who_wins_and_who_loses(tried: Run) -> None:
    code, printed, _ = tried("--instead-of", IN_FORCE)
    assert code == 0
    said = " ".join(printed.split())
    assert f"closes, {YEAR}-01 to {YEAR}-" in said
    assert "cost per unit credited" in said
    assert f"In the place of {IN_FORCE}; every period closed five days after its end." in said
    assert "within 10 % of their pay" in said
    assert "Were it to go worse" not in said


def test_all_of_it_is_there_for_programs(tried: Run) -> None:
    told = json.loads(tried("--instead-of", IN_FORCE, "--stress", "--format", "json")[1])
    assert told["replaced"] == [IN_FORCE]
    assert told["proposed"]["measures"]["per_unit"]["value"] == pytest.approx(0.1, abs=1e-6)
    assert next(each["name"] for each in told["proposed"]["stress"]) == "baseline_inflated"
    rows = list(csv.DictReader(tried("--instead-of", IN_FORCE, "--format", "csv")[1].splitlines()))
    assert {row["payee"] for row in rows if row["run"] == "plans"} == set(sellers())


def test_what_cannot_be_tried_is_refused_with_what_would_do(tried: Run) -> None:
    code, _, said = tried()
    assert code == 1
    assert f"Nobody is on the plan simple: say which plan the candidate is to replace ({IN_FORCE})." in said
    assert "is no" in tried("--instead-of", IN_FORCE, "--from", "soon")[2]


def test_only_who_pays_may_see_what_everybody_would_be_paid(tried: Run, run: Run) -> None:
    code, printed, said = tried("--instead-of", IN_FORCE, "--as", "vic@example.org")
    assert (code, printed) == (1, "")
    assert "Ask an administrator" in said
    assert run("pay", "guard", "--as", "vic@example.org")[0] == 1


def test_what_is_watched_is_told_with_how_often_chance_looks_like_it(tried: Run, run: Run) -> None:
    del tried
    code, printed, _ = run("pay", "guard")
    assert code == 0
    said = " ".join(printed.split())
    assert f"What measures that pay tempt to, {YEAR}-01-01 to" in said
    assert "were watched at once" in said
    assert "There is no agreement on value: no baseline can be watched." in said
    rows = list(csv.DictReader(run("pay", "guard", "--format", "csv", "--all")[1].splitlines()))
    assert {"pull_forward", "push_out", "bunching"} <= {row["watch"] for row in rows}
    assert all(float(row["adjusted"]) >= float(row["p_value"]) for row in rows if row["p_value"])
