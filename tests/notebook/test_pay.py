"""Pay in a notebook: lines as a frame, a plan tried on the past, a case; and nothing of it is kept."""

from decimal import Decimal
from pathlib import Path

import pytest

import trueup
from paid_workspace import IN_FORCE, SIMPLE, YEAR, sellers, with_plans
from trueup.notebook import Workspace

JANUARY = f"{YEAR}-01"
CASES = Path(__file__).parents[1] / "pay" / "cases"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return trueup.open(with_plans(tmp_path_factory.mktemp("notebook") / "acme").root)


def test_a_period_is_calculated_as_a_frame_of_lines_with_a_statement_for_each(ws: Workspace) -> None:
    told = ws.pay.calculate(JANUARY)
    lines = told.polars()
    assert set(lines["payee"]) <= set(sellers())
    assert set(told.statements) >= set(lines["payee"])
    assert lines.height == len(told) == sum(len(said["lines"]) for said in told.statements.values())
    posted = sum(Decimal(each["posted"][0]) for said in told.statements.values() for each in said["totals"])
    assert posted == sum(map(Decimal, lines["amount"]))
    assert not (ws.folder.kept / "record.sqlite3").exists()


def test_a_plan_is_tried_on_the_past(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "simple.yaml").write_text(SIMPLE)
    told = ws.pay.backtest(tmp_path / "simple.yaml", instead_of=IN_FORCE)
    assert set(told.polars()["payee"]) == set(sellers())
    numbers = {row["measure"]: row for row in told.measures.arrow().to_pylist()}
    assert numbers["per_unit"]["proposed"] == pytest.approx(0.1, abs=1e-6)
    assert numbers["with_value"]["because"]
    assert sum(map(Decimal, told.polars()["after"])) == told.found.new.simulation.cost()["EUR"].amount


def test_a_case_that_comes_out_as_expected_has_no_differences(ws: Workspace) -> None:
    case = min(each for each in CASES.iterdir() if each.is_dir() and (each / "expected.csv").exists())
    assert len(ws.pay.case(case)) == 0
