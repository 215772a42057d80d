"""The panel door on known data: Telco's published AUC, and deals in which nothing can be found."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedShuffleSplit

from panel_files import LEAKS, deals, telco
from shared_data import shared_data
from trueup.answers.indicators import Found, day, found, table, whole
from trueup.answers.indicators_told import cannot_tell, headline
from trueup.indicators.design import learn
from trueup.indicators.evidence import Rows
from trueup.indicators.forward import ridge
from trueup.indicators.lab import study
from trueup.runs.panel_file import PanelFile, read_panel
from trueup.statistics.discrimination import auc

pytestmark = pytest.mark.shared
LIGHTLY = 1.0


def answered(read: PanelFile, horizon: int) -> Found:
    return found(
        study(read.panel, read.outcome, lead=0, horizon=horizon),
        read.notes,
        whose="a file",
        as_of=day(read.outcome.known_until),
    )


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> PanelFile:
    return read_panel(telco(tmp_path_factory.mktemp("telco") / "telco.csv"), outcome="left")


def delivered_order() -> list[str]:
    with (shared_data("telco_churn") / "Telco-Customer-Churn.csv").open(encoding="utf-8") as file:
        return [row["customerID"] for row in csv.DictReader(file)]


def test_the_published_auc_of_logistic_regression_is_reached_by_the_published_protocol(churn: PanelFile) -> None:
    panel = churn.panel
    happened = np.zeros(len(panel.names), np.bool_)
    happened[churn.outcome.accounts] = churn.outcome.happened
    happened = happened[panel.accounts]
    # The published splits are of rows in the file's order; the panel's are in that of accounts.
    as_delivered = np.searchsorted(panel.names, delivered_order())
    splits = StratifiedShuffleSplit(n_splits=3, test_size=0.25, random_state=1337)

    def area(learned: NDArray[np.int64], tried: NDArray[np.int64]) -> float:
        design = learn(panel, learned)
        rows = Rows(
            design.matrix(panel, learned),
            happened[learned],
            panel.accounts[learned],
            design.owners,
            design.penalties,
        )
        fitted = ridge(rows, LIGHTLY)
        return auc(-fitted.log_odds(design.matrix(panel, tried)), happened[tried])

    drawn = splits.split(as_delivered, happened[as_delivered])
    areas = [area(as_delivered[learned], as_delivered[tried]) for learned, tried in drawn]
    assert np.mean(areas) == pytest.approx(0.849, abs=0.005)


def test_blank_total_charges_are_missing_numbers_and_are_counted(churn: PanelFile) -> None:
    place = [kpi.name for kpi in churn.panel.kpis].index("TotalCharges")
    assert churn.panel.kpis[place].levels is None
    assert np.isnan(churn.panel.known[:, place]).sum() == 11
    assert any("TotalCharges: 11 cells" in note for note in churn.notes)


def test_one_date_for_all_names_no_leading_kpi_and_tells_skill_on_other_accounts(churn: PanelFile) -> None:
    answer = answered(churn, 30)
    assert not answer.has_later_dates
    assert {judged.tier for judged in answer.judged} <= {"B", "C"}
    assert answer.judged[[kpi.name for kpi in churn.panel.kpis].index("gender")].tier == "C"
    assert answer.held_out is not None
    (name, score), *_ = answer.held_out.skills
    assert name == "the score"
    assert score.area.value == pytest.approx(0.845, abs=0.006)
    assert 0.9 < score.slope < 1.1
    told = whole(answer)["skill"]
    assert isinstance(told, dict)
    assert told["tried_on"] == "other accounts of the same dates, not later ones"
    assert any("on other accounts of the same dates, not on later ones" in said for said in headline(answer))
    assert any("no KPI can be in tier A" in said for said in cannot_tell(answer))


@pytest.mark.parametrize("is_recorded", [False, True], ids=["as delivered", "with dates of recording"])
@pytest.mark.parametrize("horizon", [90, 180])
def test_deals_won_by_chance_name_no_kpi_and_both_leaks_are_vetoed(
    tmp_path: Path, horizon: int, *, is_recorded: bool
) -> None:
    read = read_panel(deals(tmp_path / "deals.csv", is_recorded=is_recorded), outcome="won")
    answer = answered(read, horizon)
    rows = {row["kpi"]: row for row in table(answer).to_pylist()}
    assert [name for name, row in rows.items() if row["tier"] == "A"] == []
    assert {name for name, row in rows.items() if row["tier"] == "D"} == set(LEAKS)
    codes = {
        kpi.name: judged.leak.code for kpi, judged in zip(read.panel.kpis, answer.judged, strict=True) if judged.leak
    }
    if is_recorded:
        assert set(codes.values()) == {"recorded_late"}
    else:
        assert codes == {"close_value": "too_good", "cycle_days": "tells_when"}
    assert "engage_month" not in rows
    assert [column.name for column in read.panel.control_columns] == ["engage_month"]
    areas = [each.realised.area.value for each in answer.study.skills[:1]]
    areas += [skill.area.value for _, skill in (answer.held_out.skills[:1] if answer.held_out else ())]
    assert areas
    assert all(0.44 < area < 0.56 for area in areas)
