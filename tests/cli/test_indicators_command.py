"""``trueup indicators`` and ``trueup backtest``: plain files in, tiers and figures out, without a workspace."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from commands import Run
from imagined_customers import imagine
from panel_files import customers, day, written
from trueup.answers.indicators import COLUMNS

HEADER = "kpi,family,tier,effect,low,high,q,lead_days,lead_low,lead_high,loco_gain,reason"
BACKTEST_HEADER = "figure,value,low,high,by_chance,rows,forecast"


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = imagine(400, 4)
    some = replace(made, panel=made.panel.of_kpis([0, 5, 8, 18, 23, 27, 30, 32]))
    return customers(tmp_path_factory.mktemp("panel") / "customers.csv", some)


def test_the_csv_has_exactly_the_promised_columns_best_first_and_reasons_for_what_is_empty(
    run: Run, panel: Path
) -> None:
    code, told, said = run("indicators", "--panel", str(panel), "--outcome", "left", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert (code, told.splitlines()[0]) == (0, HEADER)
    assert ",".join(COLUMNS) == HEADER
    assert [row["tier"] for row in rows] == sorted(row["tier"] for row in rows)
    of = {row["kpi"]: row for row in rows}
    assert of["driver_6"]["tier"] == "A"
    assert {of[name]["tier"] for name in ("leak_1", "cumulative_1")} == {"D"}
    assert of["activity_1"]["tier"] in {"B", "C"}
    assert float(of["driver_6"]["low"]) < float(of["driver_6"]["effect"]) < float(of["driver_6"]["high"])
    assert float(of["driver_6"]["lead_low"]) <= float(of["driver_6"]["lead_days"]) <= float(of["driver_6"]["lead_high"])
    assert all(row["reason"] for row in rows)
    assert of["leak_1"]["q"] == ""
    assert "the newest date in" in said


def test_people_read_what_was_looked_at_what_leads_and_what_cannot_be_told(run: Run, panel: Path) -> None:
    code, told, _ = run("indicators", "--panel", str(panel), "--outcome", "left")
    assert code == 0
    parts = [
        "Which KPIs truly predict: left",
        "between 90 and 270 days later",
        "as realised on them. A coin has .50.",
        "controls only",
        "Null runs:",
        "A: leads",
        "D: cannot be used",
        "What this cannot tell",
        "Whether changing a KPI changes the outcome.",
        "it happened within the lead: too late to act",
    ]
    places = [" ".join(told.split()).find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_programs_get_everything(run: Run, panel: Path, tmp_path: Path) -> None:
    code, told, _ = run("indicators", "--panel", str(panel), "--format", "json", "--control", "noise_1")
    whole = json.loads(told)
    assert code == 0
    assert whole["skill"]["tried_on"] == "later dates"
    assert {"the score", "controls only"} <= {each["name"] for each in whole["skill"]["forecasts"]}
    assert whole["skill"]["forecasts"][0]["realised"]["bands"]
    assert whole["null_runs"]["runs"] == 20
    assert sum(each["rows"] for each in whole["dropped"]) > 0
    assert "noise_1" in whole["controls"]
    assert whole["collection"]["kpis"][0] in {row["kpi"] for row in whole["kpis"] if row["tier"] == "A"}
    assert {row["leak"]["code"] for row in whole["kpis"] if row["kpi"] == "leak_1"} == {"restated"}
    kept = tmp_path / "kpis.parquet"
    assert run("indicators", "--panel", str(panel), "--format", "parquet", "-o", str(kept))[0] == 0
    assert ",".join(parquet.read_schema(kept).names) == HEADER


def test_a_panel_s_study_is_written_as_a_page(run: Run, panel: Path, tmp_path: Path) -> None:
    page = tmp_path / "kpis.html"
    code, told, _ = run("indicators", "--panel", str(panel), "--outcome", "left", "--format", "html", "-o", str(page))
    assert (code, told) == (0, "")
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "customers.csv, as known on" in text
    assert "Which KPIs predict “left”?" in text


def test_too_few_events_name_nothing(run: Run, tmp_path: Path) -> None:
    made = imagine(60, 1)
    path = customers(tmp_path / "few.csv", replace(made, panel=made.panel.of_kpis([0, 5, 30])))
    code, told, _ = run("indicators", "--panel", str(path), "--format", "csv")
    tiers = {row["kpi"]: (row["tier"], row["reason"]) for row in csv.DictReader(io.StringIO(told))}
    assert code == 0
    assert tiers["driver_6"][0] == "E"
    assert "too few to tell; it takes 50" in tiers["driver_6"][1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "There is no workspace in"),
        ("--panel {panel} --as-of 2026-01-01", "--panel looks at no workspace"),
        ("--known-until 2026-01-01", "--control and --known-until are said of a panel"),
        ("--panel nowhere.csv", "nowhere.csv: There is no such file."),
        ("--panel {panel} --lead soon", "--lead soon: This is no length of time. Write days as P90D"),
        ("--panel {panel} --horizon P0D", "--horizon P0D: It must be at least a day."),
        ("--panel {panel} --known-until 31.12.", "--known-until 31.12.: This is no date. Write it as 2026-06-30."),
        ("--panel {panel} --control sise", "customers.csv: There is no column 'sise' to control for."),
        ("--panel {panel} --horizon P9Y", "but events are known only until 2024-06-30. Give a shorter"),
        ("--panel {panel} --format parquet", "Parquet is no text to print; name a file with --output FILE."),
    ],
)
def test_a_mistake_is_told_with_its_cure(run: Run, panel: Path, words: str, says: str) -> None:
    code, told, said = run("indicators", *words.replace("{panel}", str(panel)).split())
    assert (code, told) == (1, "")
    assert says in said


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What a company thought of its customers, higher is worse, and who left."""
    folder, made = tmp_path_factory.mktemp("scores"), imagine(400, 4)
    names, panel = made.panel.names, made.panel
    scores = (
        [names[a], day(on), f"{risk:.4f}"] for a, on, risk in zip(panel.accounts, panel.as_of, made.risk, strict=True)
    )
    events = ([names[a], day(on)] for a, on in zip(made.outcome.accounts, made.outcome.on, strict=True))
    return (
        written(folder / "scores.csv", ["account", "date", "score"], scores),
        written(folder / "events.csv", ["account", "event_on"], events),
    )


def test_a_score_of_their_own_is_tried_on_what_came(run: Run, scored: tuple[Path, Path]) -> None:
    words = ["backtest", str(scored[0]), "--events", str(scored[1]), "--outcome", "left", "--higher-is", "worse"]
    code, told, _ = run(*words, "--format", "csv")
    figures = {row["figure"]: row for row in csv.DictReader(io.StringIO(told))}
    assert (code, told.splitlines()[0]) == (0, BACKTEST_HEADER)
    assert 0.7 < float(figures["auc"]["low"]) < float(figures["auc"]["value"]) < float(figures["auc"]["high"]) < 0.85
    assert float(figures["lift_top_10"]["value"]) > 2
    assert float(figures["calibration_slope"]["value"]) == pytest.approx(1, abs=0.4)
    turned = run(*words[:-2], "--format", "csv")[1]
    areas = {row["figure"]: row for row in csv.DictReader(io.StringIO(turned))}["auc"]
    assert float(areas["value"]) == pytest.approx(1 - float(figures["auc"]["value"]))
    whole = json.loads(run(*words, "--format", "json")[1])
    assert len(whole["warned"]["missed"]) == float(figures["events_missed"]["value"])
    assert np.median(whole["warned"]["lead_days"]) == float(figures["lead_days_p50"]["value"])
    people = " ".join(run(*words)[1].split())
    assert "What the score would have been worth: left" in people
    assert "From the first time in it to the event" in people


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("{scores}", "Name a file of what happened with --events FILE"),
        ("{scores} --events {scores}", "scores.csv: There is no column 'event_on'."),
        ("{events} --events {events}", "events.csv: There is no column 'date'."),
        ("{scores} --events {events} --score health", "scores.csv: There is no column 'health'."),
        ("{scores} --events {events} --horizon P9Y", "but events are known only until"),
    ],
)
def test_a_mistake_in_scores_is_told_with_its_cure(run: Run, scored: tuple[Path, Path], words: str, says: str) -> None:
    scores, events = map(str, scored)
    code, told, said = run("backtest", *words.replace("{scores}", scores).replace("{events}", events).split())
    assert (code, told) == (1, "")
    assert says in said


@pytest.mark.parametrize(
    ("happened", "why"),
    [
        ("2025-06-30,1", "no account could be looked at: nothing came due"),
        ("2025-02-10,0", "it happened to nobody; it takes 50 events"),
        ("2025-02-10,1", "it happened to everybody: nothing tells accounts apart"),
    ],
)
def test_where_nothing_can_be_told_every_kpi_says_why(run: Run, tmp_path: Path, happened: str, why: str) -> None:
    rows = [[f"c{place}", "2025-01-31", place % 7, *happened.split(",")] for place in range(60)]
    path = written(tmp_path / "due.csv", ["account", "as_of", "logins", "due_on", "happened"], rows)
    words = ("indicators", "--panel", str(path), "--lead", "P0D", "--horizon", "P30D", "--known-until", "2025-12-31")
    code, told, _ = run(*words, "--format", "csv")
    assert (code, [(row["tier"], row["reason"]) for row in csv.DictReader(io.StringIO(told))]) == (0, [("E", why)])
    assert f"Nothing can be told: {why}." in " ".join(run(*words)[1].split())
    assert json.loads(run(*words, "--format", "json")[1])["skill"] == {"tried_on": "nothing", "forecasts": []}
