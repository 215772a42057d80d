"""``trueup pay lint``: what plans tempt people to, for people, for programs, and for whoever stops a release."""

import csv
import io
import json
from pathlib import Path

import pytest

from commands import Run
from simulated_sellers import written

SOUND = """\
plan: plain
currency: EUR
valid_from: 2026-01-01
guarantee: {amount: 1000, window: month}
components:
  - name: bookings
    kind: rate
    credits: bookings
    aggregation: cumulative
    table: {kind: step, tiers: [{pays: 0.1}]}
"""


@pytest.fixture
def sellers(place: Path) -> Path:
    (place / "plain.yaml").write_text(SOUND, encoding="utf-8")
    return written(place)


def test_an_error_ends_with_code_1_and_names_component_and_clause(run: Run, sellers: Path) -> None:
    code, told, _ = run("pay", "lint", "sellers/plan.yaml")
    assert code == 1
    assert "sellers/plan.yaml: bookings (3.1): error, cliff" in told
    assert "At 100 % of the quota pay jumps by 60 %" in told
    assert told.endswith("1 plan: 1 error, 2 warnings.\n")


def test_warnings_and_notes_do_not_stop_anybody(run: Run, sellers: Path) -> None:
    code, told, _ = run("pay", "lint", "proposed.yaml", "plain.yaml")
    assert code == 0
    assert told.endswith("2 plans: 2 warnings, 3 notes.\n")


def test_the_pay_at_target_tells_whether_a_guarantee_leaves_anything_to_earn(run: Run, sellers: Path) -> None:
    assert run("pay", "lint", "plain.yaml", "--target", "20000")[1] == "1 plan: nothing found.\n"
    assert "The guarantee is 120 % of the pay at target" in run("pay", "lint", "plain.yaml", "--target", "10000")[1]
    code, _, said = run("pay", "lint", "plain.yaml", "--target", "much")
    assert code == 1
    assert "'much' is no amount" in said


def test_programs_get_a_row_per_finding(run: Run, sellers: Path) -> None:
    code, told, _ = run("pay", "lint", "sellers/plan.yaml", "proposed.yaml", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert code == 1
    assert (rows[0]["file"], rows[0]["plan"], rows[0]["severity"], rows[0]["code"]) == (
        "sellers/plan.yaml",
        "sellers",
        "error",
        "cliff",
    )
    found = json.loads(run("pay", "lint", "proposed.yaml", "--format", "json")[1])
    assert {each["code"] for each in found} == {"chosen_customers", "own_verification", "period_end", "value_share"}


def test_a_plan_that_cannot_be_read_is_refused_with_its_line(run: Run, sellers: Path, place: Path) -> None:
    (place / "plain.yaml").write_text(SOUND.replace("kind: step", "kind: steps"), encoding="utf-8")
    code, told, said = run("pay", "lint", "plain.yaml")
    assert (code, told) == (1, "")
    assert "plain.yaml:10" in said
    assert run("pay", "lint", "none.yaml")[0] == 1
