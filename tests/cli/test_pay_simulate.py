"""``trueup pay simulate``: what a plan would have paid, what another would have instead, and what if it went worse."""

import csv
import io
import json
from pathlib import Path

import pytest

from commands import Run
from simulated_sellers import PROPOSED, TABLES, VALUE, written

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "simulate-a-plan.md"
HEADER = "run,plan,payee,currency,before,after,difference,share"
ASKED = ("pay", "simulate", "sellers", "--against", "proposed.yaml")


@pytest.fixture
def sellers(place: Path) -> Path:
    return written(place)


def rows_of(told: str) -> dict[tuple[str, str, str], dict[str, str]]:
    return {(row["run"], row["plan"], row["payee"]): row for row in csv.DictReader(io.StringIO(told))}


def test_people_read_what_both_plans_cost_and_who_is_paid_what(run: Run, sellers: Path) -> None:
    code, told, _ = run(*ASKED)
    assert code == 0
    for part in (
        "6 closes, 2026-01 to 2026-06, 4 payees",
        "43,580.00",
        "36,890.00",
        "0 would be paid more, 2 less; 50% of payees stay within 10 % of their pay.",
        "Who earned what from 2025-07-01 to 2026-06-30",
        "-3,890.00",
        "Who stands within 5 % of a cliff of the plan in force",
        "3,000.00",
        "No rank correlation of pay with value: no value by payee was given.",
    ):
        assert part in told
    assert "of the plan proposed" not in told
    assert "go worse" not in told


def test_stress_tells_what_each_costs_and_whom_it_hits_most(run: Run, sellers: Path) -> None:
    _, told, _ = run(*ASKED, "--stress", "--value", "value.csv")
    assert "rank correlation of pay with value" in told
    assert "every verification comes 90 days later" in told
    assert "ann -1,600.00" in told


def test_the_csv_has_a_row_per_run_and_payee(run: Run, sellers: Path) -> None:
    code, told, _ = run(*ASKED, "--stress", "--months", "3", "--format", "csv")
    rows = rows_of(told)
    assert (code, told.splitlines()[0]) == (0, HEADER)
    assert rows["plans", "", "ann"]["difference"] == "-3890.00"
    assert (rows["money_diff", "", "ann"]["before"], rows["money_diff", "", "ann"]["after"]) == ("12000.00", "9500.00")
    assert rows["deals_moved", "in_force", "ann"]["difference"] == "-1800.00"
    assert rows["deals_moved", "proposed", "ann"]["difference"] == "1600.00"
    assert len(rows) == 4 * (2 + 2 * 4)


def test_a_plan_alone_is_told_without_anything_to_compare_it_with(run: Run, sellers: Path) -> None:
    code, told, _ = run("pay", "simulate", "sellers")
    assert code == 0
    assert "43,580.00" in told
    assert "proposed" not in told
    rows = rows_of(run("pay", "simulate", "sellers", "--format", "csv")[1])
    assert {row["difference"] for row in rows.values()} == {"0.00"}
    assert json.loads(run("pay", "simulate", "sellers", "--format", "json")[1])["proposed"] is None


def test_json_has_everything_and_the_money_diff_as_an_approval_keeps_it(run: Run, sellers: Path) -> None:
    told = json.loads(run(*ASKED, "--stress", "--format", "json")[1])
    assert told["proposed"]["measures"]["cost"] == {"value": 36890.0, "because": ""}
    assert told["in_force"]["measures"]["with_value"] == {"value": None, "because": "no value by payee was given"}
    assert (told["winners"], told["losers"], told["within_a_tenth"]) == (0, 2, 0.5)
    assert told["money_diff"]["old_plans"] == [told["in_force"]["plans"][0]["fingerprint"]]
    assert told["money_diff"]["changes"][0]["difference"] == "-3890.00"
    assert [met["payee"] for met in told["in_force"]["cliffs"]] == ["ann", "ben"]
    assert [each["touched"] for each in told["proposed"]["stress"]] == [2, 1, 2, 2]


def test_what_is_proposed_may_lie_in_the_folder_or_be_a_folder(run: Run, sellers: Path, place: Path) -> None:
    alone = run(*ASKED, "--format", "csv")[1]
    (sellers / "next.yaml").write_text(PROPOSED, encoding="utf-8")
    assert run("pay", "simulate", "sellers", "--against", "sellers/next.yaml", "--format", "csv")[1] == alone
    (sellers / "next.yaml").unlink()
    (place / "plans").mkdir()
    code, _, said = run("pay", "simulate", "sellers", "--against", "plans")
    assert (code, said) == (1, "trueup: There is no plan in plans. Name a folder with *.yaml, or a file.")
    (place / "plans" / "next.yaml").write_text(PROPOSED, encoding="utf-8")
    assert run("pay", "simulate", "sellers", "--against", "plans", "--format", "csv")[1] == alone


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("sellers/event.csv", "a\n", "event.csv, row 1: no table has that name; did you mean events?"),
        ("sellers/events.csv", TABLES["events"].replace("60000", "many"), "events.csv, row 2, column amount"),
        ("value.csv", VALUE.replace("45000", "much"), "value.csv, row 2: give a payee, and a value"),
        ("proposed.yaml", PROPOSED.replace("plan: sellers", "plan: others"), "call it as what it is to replace"),
        ("proposed.yaml", PROPOSED.replace("step", "stepp"), "proposed.yaml:15"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    run: Run, sellers: Path, place: Path, file: str, text: str, said: str
) -> None:
    (place / file).write_text(text, encoding="utf-8")
    code, told, error = run(*ASKED, "--value", "value.csv")
    assert (code, told) == (1, "")
    assert said in error


def test_a_folder_that_is_not_there_is_refused(run: Run) -> None:
    code, _, said = run("pay", "simulate", "nowhere")
    assert code == 1
    assert "There is no folder nowhere." in said


def test_what_could_not_be_reckoned_is_said_beside(run: Run, sellers: Path) -> None:
    quotas = "\n".join(row for row in TABLES["quotas"].splitlines() if not row.startswith("cem"))
    (sellers / "quotas.csv").write_text(quotas, encoding="utf-8")
    code, told, said = run(*ASKED)
    assert code == 0
    for plan in ("in force", "proposed"):
        assert f"By the plan {plan} not all pay could be reckoned of cem: what could not counts as nothing." in told
    assert "cem has no quota of bookings for 2026-Q1" in said


def test_the_worked_example_of_the_manual_is_what_is_printed(
    run: Run, sellers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    told = run(*ASKED, "--value", "value.csv", "--stress")[1]
    shown = PAGE.read_text("utf-8").split("```text\n")
    assert shown[1].split("```")[0].strip() == told.strip()
    lint = run("pay", "lint", "sellers/plan.yaml")[1]
    assert shown[2].split("```")[0].strip() == lint.strip()
