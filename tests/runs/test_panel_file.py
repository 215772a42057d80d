"""A panel in a file: what is read of it, what is assumed, and what is refused, with the place and the cure."""

import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv, parquet

from trueup.indicators.audit import RECORDED_LATE
from trueup.runs.panel_file import PanelFile, read_panel
from trueup.sources.delivery import DeliveryError

PANEL = """account,as_of,experience:nps,logins,plan,is_live,control:seats,event_on
globex,2025-01-31,61,45,small,no,9,
acme,2025-02-28,38,290,large,yes,120,2025-11-30
acme,2025-01-31,42,,large,yes,120,2025-11-30
"""
DUE = """account,as_of,logins,due_on,happened
acme,2025-01-31,42,2025-06-30,1
globex,2025-01-31,61,2025-07-31,0
umbra,2025-01-31,50,2026-07-31,
"""


def day(said: str) -> int:
    return int(np.datetime64(said, "D").astype(int))


def read(folder: Path, text: str, *, controls: tuple[str, ...] = (), known_until: date | None = None) -> PanelFile:
    path = folder / "panel.csv"
    path.write_text(text, encoding="utf-8")
    return read_panel(path, outcome="left", controls=controls, known_until=known_until)


def test_rows_go_by_account_and_date_and_each_event_is_there_once(tmp_path: Path) -> None:
    found = read(tmp_path, PANEL)
    panel, outcome = found.panel, found.outcome
    assert panel.names == ("acme", "globex")
    assert panel.accounts.tolist() == [0, 0, 1]
    assert panel.as_of.tolist() == [day("2025-01-31"), day("2025-02-28"), day("2025-01-31")]
    assert [(kpi.name, kpi.family, kpi.levels) for kpi in panel.kpis] == [
        ("nps", "experience", None),
        ("logins", "", None),
        ("plan", "", ("large", "small")),
        ("is_live", "", None),
    ]
    assert panel.known[:, 0].tolist() == [42, 38, 61]
    assert np.isnan(panel.known[0, 1])
    assert panel.known[:, 2].tolist() == [0, 0, 1]
    assert panel.known[:, 3].tolist() == [1, 1, 0]
    assert panel.controls.tolist() == [[120], [120], [9]]
    assert (outcome.name, outcome.accounts.tolist(), outcome.on.tolist()) == ("left", [0], [day("2025-11-30")])


def test_events_are_known_until_the_newest_date_unless_somebody_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, PANEL)
    assert found.outcome.known_until == day("2025-11-30")
    assert any("until 2025-11-30, the newest date in" in note for note in found.notes)
    said = read(tmp_path, PANEL, known_until=date(2026, 6, 30))
    assert said.outcome.known_until == day("2026-06-30")
    assert not any("newest date" in note for note in said.notes)
    rows = [f"{line},{'known_until' if place == 0 else '2026-01-31'}" for place, line in enumerate(PANEL.split())]
    assert read(tmp_path, "\n".join(rows)).outcome.known_until == day("2026-01-31")


def test_what_comes_due_counts_once_it_is_known(tmp_path: Path) -> None:
    outcome = read(tmp_path, DUE).outcome
    assert outcome.is_due
    assert (outcome.accounts.tolist(), outcome.happened.tolist()) == ([0, 1], [True, False])
    assert outcome.known_until == day("2025-07-31")


@pytest.mark.parametrize("name", ["panel.csv.gz", "panel.parquet", "panel_semicolons.csv"])
def test_packed_stored_and_german_files_say_the_same(tmp_path: Path, name: str) -> None:
    plain = read(tmp_path, PANEL.replace("42", "42.5"))
    path = tmp_path / name
    if name.endswith("gz"):
        path.write_bytes(gzip.compress((tmp_path / "panel.csv").read_bytes()))
    elif name.endswith("parquet"):
        parquet.write_table(csv.read_csv(tmp_path / "panel.csv"), path)
    else:
        path.write_text(PANEL.replace("42", "42.5").replace(",", ";").replace(".", ","), encoding="utf-8")
    again = read_panel(path, outcome="left")
    assert np.array_equal(again.panel.known, plain.panel.known, equal_nan=True)
    assert np.array_equal(again.panel.as_of, plain.panel.as_of)
    assert again.panel.kpis == plain.panel.kpis


def test_any_column_may_be_controlled_for(tmp_path: Path) -> None:
    panel = read(tmp_path, PANEL, controls=("plan",)).panel
    assert [column.name for column in panel.control_columns] == ["plan", "seats"]
    assert "plan" not in {kpi.name for kpi in panel.kpis}


def test_blank_numbers_are_missing_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, PANEL.replace(",45,", ", ,"))
    assert np.isnan(found.panel.known[:, 1]).tolist() == [True, False, True]
    assert any("column logins: 2 cells of numbers are blank" in note for note in found.notes)


def test_values_recorded_after_their_date_are_not_used_and_vetoed_where_nearly_all_are(tmp_path: Path) -> None:
    def recorded(*on: str) -> PanelFile:
        head, *rows = PANEL.split()
        return read(tmp_path, "\n".join([f"{head},nps@recorded", *(f"{a},{b}" for a, b in zip(rows, on, strict=True))]))

    some = recorded("2025-01-31", "2025-03-01", "2025-01-02")
    assert np.isnan(some.panel.known[:, 0]).tolist() == [False, True, False]
    assert some.panel.kpis[0].history == "exact"
    assert any("column nps: 1 of 3 values were recorded after" in note for note in some.notes)
    late = recorded("2025-02-01", "2025-03-01", "2025-02-01")
    assert np.isnan(late.panel.known[:, 0]).all()
    assert (late.panel.kpis[0].history, late.panel.kpis[0].why_not_exact) == ("not auditable", RECORDED_LATE)


def test_todays_values_and_shorter_windows_stand_beside_those_known_then(tmp_path: Path) -> None:
    head, *rows = PANEL.split()
    more = [f"{head},nps@restated,logins@recent", *(f"{row},7,{place}" for place, row in enumerate(rows))]
    panel = read(tmp_path, "\n".join(more)).panel
    assert panel.restated is not None
    assert panel.recent is not None
    assert panel.restated[:, 0].tolist() == [7, 7, 7]
    assert np.isnan(panel.restated[:, 1:]).all()
    assert panel.recent[:, 1].tolist() == [2, 1, 0]
    assert panel.recent[:, 0].tolist() == panel.known[:, 0].tolist()


MANY = "\n".join(f"c{place},2025-01-31,{place},1,large,no,9," for place in range(30))
MISTAKES = {
    "a date that is none": (
        PANEL.replace("2025-02-28", "31 of May"),
        "line 3, column as_of: '31 of May': This is no day",
    ),
    "no date": (PANEL.replace("2025-02-28", ""), "line 3, column as_of: The cell is empty"),
    "no account": (PANEL.replace("\nglobex", "\n"), "line 2, column account: The cell is empty; every row needs an"),
    "the same date twice": (
        PANEL.replace("2025-02-28", "2025-01-31"),
        "line 4, column as_of: 'acme' has a row of 2025-01-31 already, in line 3. Leave one row",
    ),
    "a word among numbers": (
        PANEL + MANY + "\numbra,2025-01-31,many,1,large,no,9,\n",
        "line 35, column experience:nps: 97% of the column are numbers, but 'many' is no number. Write it as 1234.5",
    ),
    "thousands": (
        PANEL.replace(",45,", ',"1,045",').replace(",290,", ',"2,900",'),
        "line 2, column logins: '1,045' is no number (2 cells of the column are not). Write it as 1234.5",
    ),
    "a sign of currency": (
        PANEL.replace("large", "€ 1200").replace("small", "€ 90"),
        "column plan: '€ 90' is no number",
    ),
    "dates as a KPI": (
        PANEL.replace("large", "2025-01-01").replace("small", "2024-01-01"),
        "column plan: It holds dates",
    ),
    "no accounts": (PANEL.replace("account,", "acount,"), "There is no column 'account'. Did you mean 'acount'?"),
    "no dates": (PANEL.replace("as_of,", "month,"), "There is no column 'as_of'. Add it: the date at whose end"),
    "nothing that happened": (
        DUE.replace(",due_on,happened", ",last,next").replace("-07-31", "").replace("-06-30", ""),
        "no column that says what happened. Add event_on",
    ),
    "two sorts of outcome": (
        "account,as_of,logins,event_on,due_on\nacme,2025-01-31,1,,2025-06-30\n",
        "event_on and also due_on or happened. Keep event_on",
    ),
    "a due date without a result": (
        DUE.replace("2026-07-31", "2025-05-31"),
        "line 4, column happened: It came due by 2025-07-31, and nobody says whether it happened. Write 1 or 0",
    ),
    "neither yes nor no": (DUE.replace("30,1", "30,3"), "line 2, column happened: 3 is neither 1 nor 0. Write 1 or 0."),
    "a result without a due date": (DUE.replace("2025-06-30", ""), "line 2, column due_on: It says what happened, but"),
    "two events": (
        PANEL.replace("120,2025-11-30", "120,2025-12-31", 1),
        "line 3, column event_on: 'acme' has events on",
    ),
    "no rows": (PANEL.splitlines()[0], "There is no row under the header."),
    "no KPI": ("account,as_of,event_on\nacme,2025-01-31,\n", "There is no column of a KPI."),
    "a misspelt kind": (PANEL.replace("control:", "contrl:"), "Did you mean control:seats?"),
    "a version of nothing": (PANEL.replace("is_live", "nsp@recorded"), "There is no column 'nsp'"),
    "the same KPI twice": (PANEL.replace("logins", "activity:nps"), "'nps' is there twice"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_cure(tmp_path: Path, name: str) -> None:
    text, says = MISTAKES[name]
    with pytest.raises(DeliveryError) as told:
        read(tmp_path, text)
    assert "panel.csv" in str(told.value)
    assert says in str(told.value)


def test_a_control_that_is_not_there_is_told_with_its_like(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"no column 'plann' to control for. Did you mean 'plan'\?"):
        read(tmp_path, PANEL, controls=("plann",))
