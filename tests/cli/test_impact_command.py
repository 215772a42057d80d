"""``trueup impact estimate``: any panel in a file, without a workspace; what was gained, and how little is certain."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from commands import Run
from panel_files import written
from shared_data import shared_data
from trueup.answers.impact import COLUMNS

HEADER = "unit,method,estimate,error,low,high,donors,evidence,blocked_by"
COLUMNS_OF = ("--unit", "customer", "--time", "month", "--value", "active", "--treated", "ours")
MONTHS = tuple(f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13))
START = MONTHS.index("2026-01")
ALL = ("did", "sc", "difp", "sdid", "cits_synthetic", "cits_mean")


def adoption(path: Path, *, gain: float = 8, donors: int = 20, starts: Sequence[int] = (START,)) -> Path:
    """Percent of users active: customers of ours, who gained so much from their starts on, and others."""
    rng = np.random.default_rng(2)
    shape = (len(starts) + donors, 36)
    values = 50 + 5 * rng.standard_normal((shape[0], 1)) + rng.standard_normal(shape)
    names = [f"ours {n}" for n in range(len(starts))] + [f"other {n}" for n in range(donors)]
    rows = []
    for place, name in enumerate(names):
        start = starts[place] if place < len(starts) else 36
        values[place, start:] += gain
        rows += [[name, MONTHS[at], f"{values[place, at]:.4f}", int(at >= start)] for at in range(36)]
    return written(path, ["customer", "month", "active", "ours"], rows)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    return adoption(tmp_path / "adoption.csv")


def rows_of(told: str) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["unit"], row["method"]): row for row in csv.DictReader(io.StringIO(told))}


def test_the_csv_has_a_row_per_unit_and_method_and_last_what_is_certain(run: Run, panel: Path) -> None:
    code, told, _ = run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "csv")
    assert (code, told.splitlines()[0]) == (0, HEADER)
    assert ",".join(COLUMNS) == HEADER
    rows = rows_of(told)
    assert [method for _, method in rows] == ["before_after", *ALL, "bound"]
    sdid, bound = rows["ours 0", "sdid"], rows["ours 0", "bound"]
    assert float(sdid["estimate"]) == pytest.approx(8, abs=1)
    assert float(bound["low"]) <= float(sdid["low"]) < float(sdid["estimate"]) < float(sdid["high"])
    assert (sdid["donors"], bound["evidence"], bound["blocked_by"]) == ("20", "strong", "")
    assert rows["ours 0", "before_after"]["low"] == ""


@pytest.mark.parametrize(
    ("method", "estimators"),
    [("did", ["did"]), ("sc", ["sc"]), ("sdid", ["sdid"]), ("cits", ["cits_synthetic", "cits_mean"])],
)
def test_one_method_may_be_asked_for_and_what_is_certain_stays_the_same(
    run: Run, panel: Path, method: str, estimators: list[str]
) -> None:
    whole = rows_of(run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "csv")[1])
    rows = rows_of(run("impact", "estimate", str(panel), *COLUMNS_OF, "--method", method, "--format", "csv")[1])
    assert [each for _, each in rows] == ["before_after", *estimators, "bound"]
    assert rows == {key: whole[key] for key in rows}


def test_people_read_what_was_gained_what_is_certain_and_what_before_and_after_would_claim(
    run: Run, panel: Path
) -> None:
    code, told, _ = run("impact", "estimate", str(panel), *COLUMNS_OF)
    assert code == 0
    parts = [
        "ours 0: active",
        "active beyond what would have happened anyway, on average over 12 times from 2026-01 on.",
        "Nine times in ten the truth is above +",
        "Paid on would be",
        "Evidence: strong",
        "0 of 20 gained as much",
        "Before and after alone would claim",
        "synthetic difference in differences",
        "passed",
        "Compared with 20 donors",
        "Pay rests on the low end alone.",
        "What this cannot tell",
        "Whether it was you",
        "--rule calendar",
    ]
    places = [" ".join(told.split()).find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_programs_get_everything(run: Run, panel: Path, tmp_path: Path) -> None:
    code, told, _ = run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "json")
    whole = json.loads(told)
    unit = whole["units"][0]
    sdid = unit["methods"]["sdid"]
    assert code == 0
    assert (whole["low_and_high"]["each_end"], whole["low_and_high"]["between_both"]) == (0.9, 0.8)
    assert (unit["start"], unit["before"], unit["after"]) == ("2026-01", 24, 12)
    assert len(unit["observed"]) == len(sdid["counterfactual"]) == len(unit["times"]) == 36
    gained = np.array(unit["observed"]) - np.array(sdid["counterfactual"])
    assert gained[24:].mean() == pytest.approx(sdid["estimate"])
    assert sum(sdid["unit_weights"].values()) == pytest.approx(1)
    assert list(sdid["time_weights"]) == unit["times"][:24]
    assert len(sdid["placebos_calendar"]) == len(sdid["placebos_matched"]) == 20
    assert {member["name"] for member in unit["bound_is_least_of"]} == {
        *("sdid_calendar", "sdid_matched", "cits_synthetic")
    }
    assert unit["low"] == min(member["low"] for member in unit["bound_is_least_of"]) == unit["payable"]
    assert all(check["told"] and not check["blocks"] for check in unit["checks"])
    assert whole["came_in"] == {
        "rule": "worst-quarter",
        "stated": False,
        "means": "after their worst three times in a row",
    }
    kept = tmp_path / "impact.parquet"
    assert run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "parquet", "-o", str(kept))[0] == 0
    assert ",".join(parquet.read_schema(kept).names) == HEADER


def test_units_that_came_in_at_any_time_are_bounded_by_the_calendar_alone(run: Run, panel: Path) -> None:
    words = ["impact", "estimate", str(panel), *COLUMNS_OF, "--format", "json"]
    unit = json.loads(run(*words, "--rule", "calendar")[1])["units"][0]
    assert unit["methods"]["sdid"]["placebos_matched"] == unit["methods"]["sdid"]["placebos_calendar"]
    assert "as you say" in json.loads(run(*words, "--rule", "best-quarter")[1])["cannot_tell"][-2]


def test_less_may_be_better(run: Run, tmp_path: Path) -> None:
    falling = adoption(tmp_path / "falling.csv", gain=-8)
    rows = rows_of(run("impact", "estimate", str(falling), *COLUMNS_OF, "--better", "lower", "--format", "csv")[1])
    assert float(rows["ours 0", "sdid"]["estimate"]) == pytest.approx(8, abs=1)
    assert "ours 0 lost" in run("impact", "estimate", str(falling), *COLUMNS_OF)[1]


def test_what_is_compared_may_be_shortened(run: Run, panel: Path) -> None:
    words = ("--before", "18", "--after", "6", "--confidence", ".8", "--format", "json")
    whole = json.loads(run("impact", "estimate", str(panel), *COLUMNS_OF, *words)[1])
    assert (whole["units"][0]["before"], whole["units"][0]["after"]) == (18, 6)
    assert whole["low_and_high"]["means"].startswith("Each end is one-sided: eight times in ten the truth is above")


def test_three_units_are_told_by_themselves_and_together(run: Run, tmp_path: Path) -> None:
    panel = adoption(tmp_path / "three.csv", gain=3, donors=30, starts=(24, 25, 27))
    whole = json.loads(run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "json")[1])
    assert {unit["after"] for unit in whole["units"]} == {9}
    together = whole["together"]
    assert together["units"] == ["ours 0", "ours 1", "ours 2"]
    assert together["estimate"] == pytest.approx(3, abs=0.7)
    assert len(together["bound_is_least_of"]) == 5
    rows = rows_of(run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "csv")[1])
    assert float(rows["all together", "bound"]["low"]) == pytest.approx(together["low"])
    assert "Together the 3 units gained +" in run("impact", "estimate", str(panel), *COLUMNS_OF)[1]
    two = adoption(tmp_path / "two.csv", starts=(24, 25))
    assert json.loads(run("impact", "estimate", str(two), *COLUMNS_OF, "--format", "json")[1])["together"] is None


def test_whom_nobody_can_stand_for_is_told_its_own_line_which_is_never_paid_on(run: Run, tmp_path: Path) -> None:
    panel = adoption(tmp_path / "two.csv", donors=2, gain=20)
    words = ["impact", "estimate", str(panel), *COLUMNS_OF]
    rows = rows_of(run(*words, "--format", "csv")[1])
    assert [method for _, method in rows] == ["before_after", "own_trend", "bound"]
    assert (rows["ours 0", "bound"]["low"], rows["ours 0", "bound"]["blocked_by"]) == ("", "no_donors")
    people = " ".join(run(*words)[1].split())
    assert "it takes 3 donors, and there are 2. So this is its own line carried on" in people
    assert "Nothing would be paid on" in people
    unit = json.loads(run(*words, "--format", "json")[1])["units"][0]
    assert len(unit["methods"]["own_trend"]["counterfactual"]) == 36


def test_with_few_donors_estimates_are_told_without_a_bound(run: Run, tmp_path: Path) -> None:
    told = " ".join(run("impact", "estimate", str(adoption(tmp_path / "p.csv", donors=6)), *COLUMNS_OF)[1].split())
    assert "How sure that is cannot be said: that takes 9 donors, and there are 6." in told


def test_units_left_out_are_named_with_the_reason_and_one_that_fails_does_not_stop_the_others(
    run: Run, tmp_path: Path
) -> None:
    panel = adoption(tmp_path / "p.csv", starts=(START, 3))
    lines = panel.read_text().splitlines()
    panel.write_text("\n".join(line for line in lines if not line.startswith("other 4,2025-06")) + "\n")
    code, told, said = run("impact", "estimate", str(panel), *COLUMNS_OF, "--format", "json")
    first, second = json.loads(told)["units"]
    assert code == 0
    assert [(each["unit"], each["code"]) for each in first["left_out"]] == [
        ("other 4", "gaps"),
        ("ours 1", "treated_in_window"),
    ]
    assert (second["estimate"], second["blocked_by"]) == (None, ["too_short"])
    assert "1 of 22 units has no value at some time, the first of them other 4 (2025-06)" in said
    people = " ".join(run("impact", "estimate", str(panel), *COLUMNS_OF)[1].split())
    assert "Nothing can be said of ours 1: only 3 times before its start are known without a gap." in people
    assert "Left out: other 4 (a value is missing in the times compared); ours 1 (it was treated itself" in people


def test_a_check_that_blocks_says_why_nothing_is_paid(run: Run, panel: Path) -> None:
    lines = panel.read_text().splitlines()
    odd = [f"{line.rsplit(',', 2)[0]},{20 * (at % 5)},0" if 1 <= at <= 24 else line for at, line in enumerate(lines)]
    panel.write_text("\n".join(odd) + "\n")
    told = " ".join(run("impact", "estimate", str(panel), *COLUMNS_OF)[1].split())
    assert "Nothing would be paid on, because nobody resembles it closely enough before the start" in told
    assert "blocks Before the start it is missed by" in told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--unit account", "adoption.csv: There is no column 'account'."),
        ("--confidence 1", "--confidence 1: It must be above .5 and at most .99."),
        ("--before 6", "--before 6: From fewer than 12 times before the start nothing can be concluded."),
        ("--after 13", "adoption.csv, line 26, column ours: Of 'ours 0' nothing can be said: the panel ends before"),
        ("--format parquet", "Parquet is no text to print; name a file with --output FILE."),
        ("--output here.txt", "A table for people is printed, not written"),
    ],
)
def test_a_mistake_is_told_with_its_cure(run: Run, panel: Path, words: str, says: str) -> None:
    code, told, said = run("impact", "estimate", str(panel), *COLUMNS_OF, *words.split())
    assert (code, told) == (1, "")
    assert says in said


def test_a_panel_that_can_tell_nothing_is_refused_where_treatment_starts(run: Run, tmp_path: Path) -> None:
    alone = adoption(tmp_path / "alone.csv", donors=0, starts=(24, 25))
    code, _, said = run("impact", "estimate", str(alone), *COLUMNS_OF)
    assert code == 1
    assert "alone.csv, line 26, column ours: There is nobody to compare 'ours 0' with (ours 1: it was treated" in said
    early = adoption(tmp_path / "early.csv", starts=(5,))
    code, _, said = run("impact", "estimate", str(early), *COLUMNS_OF)
    assert "early.csv, line 7, column ours: Of 'ours 0' nothing can be said: only 5 times before its start" in said
    lines = adoption(tmp_path / "gap.csv").read_text().splitlines()
    gap = written(tmp_path / "gap.csv", lines[0].split(","), [line.split(",") for line in lines[1:27] + lines[28:]])
    code, _, said = run("impact", "estimate", str(gap), *COLUMNS_OF)
    assert "gap.csv, line 26, column ours: Of 'ours 0' nothing can be said: one of its values after the start" in said


def test_the_command_alone_is_about_a_workspace_and_its_help_says_what_it_can_do_without(run: Run) -> None:
    code, _, said = run("impact")
    assert code == 1
    assert "trueup init" in said
    code, told, _ = run("impact", "--help")
    assert code == 0
    assert "estimate" in told


PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "value-delivered.md"
CALIFORNIA = ("--unit", "State", "--time", "Year", "--value", "PacksPerCapita", "--treated", "treated")


@pytest.mark.shared
def test_california_gives_the_published_figures_through_this_door(run: Run) -> None:
    """Arkhangelsky et al. (2021), table 1; errors of all 38 placebos instead of the published 200 draws."""
    path = shared_data("kpi_panels_dev") / "california_prop99.csv"
    code, told, _ = run("impact", "estimate", str(path), *CALIFORNIA, "--format", "csv")
    rows = rows_of(told)
    published = {"did": (-27.35, 17.29), "sc": (-19.51, 10.63), "difp": (-11.11, 10.07), "sdid": (-15.605, 9.37)}
    assert code == 0
    for method, (estimate, error) in published.items():
        assert float(rows["California", method]["estimate"]) == pytest.approx(estimate, abs=0.006)
        assert float(rows["California", method]["error"]) == pytest.approx(error, abs=0.01)
    fewer = rows_of(run("impact", "estimate", str(path), *CALIFORNIA, "--better", "lower", "--format", "csv")[1])
    assert float(fewer["California", "sdid"]["estimate"]) == pytest.approx(15.605, abs=0.001)
    assert float(fewer["California", "before_after"]["estimate"]) == pytest.approx(50.84, abs=0.01)


@pytest.mark.shared
def test_the_worked_example_of_the_manual_is_what_is_printed(run: Run) -> None:
    path = shared_data("kpi_panels_dev") / "california_prop99.csv"
    told = run("impact", "estimate", str(path), *CALIFORNIA, "--better", "lower")[1]
    shown = PAGE.read_text("utf-8").split("```text\n")[1].split("```")[0]
    assert shown.strip() in told
