"""Scores tried in a notebook: a frame, a file, a KPI; the columns of the command."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import trueup
from example import built
from trueup.answers.backtest import SCHEMA
from trueup.notebook import Workspace
from trueup.runs.backtests import NothingToTryError
from trueup.runs.outcome_names import NoSuchOutcomeError


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return trueup.open(shutil.copytree(built().root, tmp_path_factory.mktemp("notebook") / "acme"))


def test_a_kpi_a_frame_and_a_file_are_tried_alike(ws: Workspace, tmp_path: Path) -> None:
    told = ws.backtest(kpi="response_time", outcome="churned")
    assert told.arrow().schema == SCHEMA
    assert set(told.polars()["forecast"]) >= {"the score"}
    accounts = ws.grades().polars()["account_id"]
    frame = pl.DataFrame({"account": accounts, "date": date(2025, 7, 31), "score": range(len(accounts))})
    frame.write_csv(tmp_path / "health.csv")
    of_frame = ws.backtest(frame, outcome="expanded").polars()
    assert of_frame.equals(ws.backtest(tmp_path / "health.csv", outcome="expanded").polars())
    turned = ws.backtest(frame, outcome="expanded", higher_is="worse").polars()
    assert turned["value"][0] == pytest.approx(1 - of_frame["value"][0])


def test_what_cannot_be_tried_says_why(ws: Workspace) -> None:
    with pytest.raises(NothingToTryError, match="No quarterly grades are closed yet"):
        ws.backtest(grades="quarterly")
    with pytest.raises(NoSuchOutcomeError, match="renewed"):
        ws.backtest(outcome="renewd")
