"""Scores tried on a workspace's outcomes, in a company small enough to count in."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from example import built
from imagined_customers import imagine
from tried_scores import ENDS, LEAVE_AFTER, NAMES, day, small
from trueup.answers.backtest_told import told, verdict
from trueup.indicators.lab import study
from trueup.indicators.panel import Outcome, Panel
from trueup.mart.snapshot import current
from trueup.runs import kept_panel
from trueup.runs.backtests import (
    Given,
    NothingToTryError,
    ids_today,
    newest_kept,
    of_file,
    of_grades,
    of_kpi,
    of_own_score,
    tried,
)
from trueup.runs.folder import Folder
from trueup.runs.laid_panel import Laid
from trueup.runs.score_file import Scores, read_scores
from trueup.sources.delivery import DeliveryError

SAME = dict(zip(NAMES, NAMES, strict=True))
WINDOW = {"lead": 90, "horizon": 90}


def file_of(folder: Path, *lines: str) -> Scores:
    path = folder / "health.csv"
    path.write_text("account,date,score\n" + "\n".join(lines), encoding="utf-8")
    return read_scores(path)


def test_a_kpi_that_names_the_one_who_leaves_next_misses_nobody() -> None:
    laid = small()
    found = tried(laid, of_kpi("response_time", laid, "churned"), "churned", **WINDOW).found
    # Ten dates, each with one that leaves; of those of one date who leaves is always the slowest.
    assert (found.rows, found.happened, found.events) == (sum(range(31, 41)), 10, 10)
    assert found.area.value == 1
    assert (found.warned.events, found.warned.in_time, found.warned.missed) == (10, 10, ())
    assert set(found.warned.days) == {LEAVE_AFTER}
    # Drawn by lot ten of 40 would find one in four, ten of 31 nearly one in three.
    assert found.tops[0].precision == pytest.approx(10 / 100)


def test_of_renewals_those_are_feared_that_failed() -> None:
    laid = small()
    found = tried(laid, of_kpi("response_time", laid, "renewed"), "renewed", **WINDOW).found
    assert (found.happened, found.area.value) == (10, 1)
    turned = of_kpi("response_time", laid, "renewed", is_higher_better=True)
    assert tried(laid, turned, "renewed", **WINDOW).found.area.value == 0


def test_what_one_hopes_for_is_looked_for_among_the_best() -> None:
    laid = small()
    found = tried(laid, of_kpi("response_time", laid, "expanded", is_higher_better=True), "expanded", **WINDOW)
    assert found.is_hoped
    assert found.found.area.value == 1


def test_beside_stands_what_size_and_the_last_time_would_have_told_on_the_same_rows() -> None:
    made = imagine(500, 3)
    laid = of_imagined(made.panel, made.outcome)
    given = of_own_score(laid, "churned", lead=90, horizon=180)
    found = tried(laid, given, "churned", lead=90, horizon=180)
    names = [each.name for each in found.beside]
    assert names[:2] == ["", "controls only"]
    assert len({each.found.rows for each in found.beside}) == 1
    score, controls = (each.found.area.value for each in found.beside[:2])
    assert found.beside[1].gain.value == pytest.approx(score - controls, abs=0.01)
    assert found.beside[1].gain.low > 0
    assert verdict(found) == "worth something"
    assert "Worth something" in told(found)[0]


def test_our_own_score_is_tried_as_it_forecast_then() -> None:
    """The forecasts are those of the study; of who left within a quarter there is none at its end."""
    made = imagine(400, 5)
    laid = of_imagined(made.panel, made.outcome)
    asked = study(made.panel, made.outcome, lead=90, horizon=180, null_runs=0)
    assert asked.forecasts is not None
    given = of_own_score(laid, "churned", lead=90, horizon=180)
    rows = asked.sample.rows[asked.forecasts.places]
    keys = zip(made.panel.accounts[rows].tolist(), made.panel.as_of[rows].tolist(), strict=True)
    then = dict(zip(keys, (1 - asked.forecasts.chances).tolist(), strict=True))
    told_of = zip(given.accounts.tolist(), given.on.tolist(), strict=True)
    safe = dict(zip(told_of, given.better.tolist(), strict=True))
    assert len(safe) > 0.9 * len(then)
    assert safe == {key: then[key] for key in safe}
    assert 0.55 < tried(laid, given, "churned", lead=90, horizon=180).found.area.value < 0.85


def of_imagined(panel: Panel, outcome: Outcome) -> Laid:
    rows = np.ones(len(panel.as_of), np.bool_)
    return Laid(panel, {"churned": replace(outcome, name="churned")}, rows, ~rows)


def test_a_file_is_matched_by_todays_ids_and_whom_nobody_knows_is_told_with_the_line(tmp_path: Path) -> None:
    on = [day(end) for end in ENDS]
    scores = file_of(
        tmp_path, f"c00,{on[0]},1", f"old-1,{on[0]},2", f"c_02,{on[0]},3", f"c02,{on[0]},4", f"c_02,{on[1]},3"
    )
    given = of_file(scores, small(), {**SAME, "old-1": "c01"})
    known = given.accounts >= 0
    assert (given.accounts[known].tolist(), given.better[known].tolist()) == ([0, 1, 2], [1, 2, 4])
    said = " ".join(given.notes)
    assert "line 4, column account: 'c_02' is no account that is known here. Did you mean 'c02'?" in said
    assert "2 scores of an account that is not known here take no part. Name accounts by their ids" in said


def test_of_merged_ids_the_worse_score_of_a_date_counts(tmp_path: Path) -> None:
    scores = file_of(tmp_path, f"c05,{day(ENDS[0])},70", f"old-5,{day(ENDS[0])},30")
    given = of_file(scores, small(), {**SAME, "old-5": "c05"})
    assert (given.accounts.tolist(), given.better.tolist()) == ([5], [30])
    assert any("the worse one counts" in note for note in given.notes)


def test_a_file_of_which_nobody_is_known_is_refused_with_its_place_and_a_cure(tmp_path: Path) -> None:
    scores = file_of(tmp_path, "x,2024-01-31,1", "y,2024-01-31,2")
    with pytest.raises(DeliveryError, match=r"line 2, column account: None of its accounts is known here .*ids"):
        of_file(scores, small(), SAME)


def test_scores_of_no_customer_are_counted_as_left_out() -> None:
    laid = small()
    on = np.array([ENDS[0] - 1, ENDS[3], ENDS[3]], np.int64)
    given = Given("health", np.array([20, 0, 20], np.int64), on, np.array([1.0, 2.0, np.nan]))
    found = tried(laid, given, "churned", **WINDOW).found
    # The first came before any quarter's end; the second is of who had left; of the third nothing is known.
    assert {each.why: each.rows for each in found.dropped} == {
        "nothing is known": 1,
        "they were no customers at the newest quarter's end before": 2,
    }


@pytest.mark.parametrize(
    ("kpi", "says"),
    [("cases", "does not say which way is better"), ("respons_time", "did you mean response_time")],
)
def test_a_kpi_that_cannot_be_tried_says_why(kpi: str, says: str) -> None:
    with pytest.raises(NothingToTryError, match=says):
        of_kpi(kpi, small(), "churned")


def test_where_too_little_came_before_there_is_no_score_of_our_own() -> None:
    with pytest.raises(NothingToTryError, match="too little of it came before"):
        of_own_score(small(), "churned", **WINDOW)


def test_without_closed_grades_it_says_how_to_close_some() -> None:
    with pytest.raises(NothingToTryError, match="trueup grades close"):
        of_grades(built(), "quarterly", small(), SAME)


def test_the_panel_that_knows_most_is_taken(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert newest_kept(folder) is None
    laid = small()
    older = {name: replace(each, known_until=each.known_until - 90) for name, each in laid.outcomes.items()}
    kept_panel.write(folder.panels / "new.npz", laid)
    kept_panel.write(folder.panels / "old.npz", replace(laid, outcomes=older))
    found = newest_kept(folder)
    assert found is not None
    assert found.known_until == day(laid.outcomes["churned"].known_until)
    shutil.copy(folder.panels / "old.npz", folder.panels / "broken.npz")
    (folder.panels / "broken.npz").write_bytes(b"no panel")
    assert newest_kept(folder) is not None


def test_ids_are_those_of_the_newest_build() -> None:
    snapshot = current(built().mart)
    today = ids_today(snapshot, small())
    assert set(NAMES) < set(today)
    assert any(name != entity for name, entity in today.items())
    assert set(today.values()) <= set(today)
