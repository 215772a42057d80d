"""What customers gained, in a notebook: the columns of the commands, and what it is worth."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import trueup
from commands import Run, place, run
from gained_workspace import GAIN, agreed
from recorded import workspace_in
from trueup.answers.asking import NotBuiltError
from trueup.answers.value import CLAIM_TABLE, INSIGHT_TABLE, TABLE
from trueup.notebook import Workspace

__all__ = ["place", "run"]


@pytest.fixture
def ws() -> Workspace:
    return trueup.open(agreed().root)


@pytest.mark.parametrize("command", ["impact", "insights"])
def test_rows_are_those_of_the_command(ws: Workspace, run: Run, command: str) -> None:
    told = ws.impact().arrow() if command == "impact" else ws.insights().arrow()
    printed = run(command, "--format", "csv", "--workspace", str(ws.folder.root))[1]
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert told.schema == (TABLE if command == "impact" else INSIGHT_TABLE)
    assert (list(rows[0]), len(rows)) == (told.column_names, told.num_rows)
    for theirs, ours in zip(rows, told.to_pylist(), strict=True):
        assert (theirs["measure"], theirs["lever"]) == (ours["measure"], ours["lever"])
        assert theirs["low"] == ("" if ours["low"] is None else str(ours["low"]))


def test_one_may_ask_for_some(ws: Workspace) -> None:
    assert len(ws.impact()) == 8
    assert set(ws.impact(lever="coach").polars()["account_id"]) == {"c05", "c06"}
    assert len(ws.impact("on_time_delivery", "planner", "c00")) == 1
    assert len(ws.impact("churn")) == 0
    [gained] = ws.impact(account="c00").polars()["attributable"]
    assert gained == pytest.approx(GAIN, abs=0.7)
    assert len(ws.insights("on_time_delivery", "planner")) == 1
    assert len(ws.insights(lever="coach")) == 0


def test_claims_say_what_goals_are_worth_or_why_they_have_no_value(ws: Workspace) -> None:
    told = ws.claims()
    assert told.arrow().schema == CLAIM_TABLE
    rows = {row["goal_id"]: row for row in told.arrow().to_pylist()}
    assert (rows["g00"]["account_id"], rows["g00"]["lever"], rows["g00"]["ended_on"]) == (
        *("c00", "planner", date(2025, 8, 31)),
    )
    assert (rows["g00"]["point"], rows["g00"]["low"]) == (Decimal("4251.42"), Decimal("3566.80"))
    assert (rows["g00"]["state"], rows["g00"]["blocked_by"], rows["g00"]["why"]) == ("confirmed", None, None)
    assert (rows["g02"]["low"], rows["g02"]["blocked_by"]) == (Decimal(0), "goal_agreed_after_start")
    assert (rows["g01"]["why"], rows["g01"]["point"]) == ("no_value_per_unit", None)
    assert rows["g07"]["why"] == "no_effect"


def test_before_anything_was_built_it_says_so(tmp_path: Path) -> None:
    ws = trueup.open(workspace_in(tmp_path / "new"))
    for ask in (ws.impact, ws.insights, ws.claims):
        with pytest.raises(NotBuiltError, match=r"Call build\(\) first"):
            ask()
