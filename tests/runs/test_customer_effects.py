"""What customers gained: every start compared once, kept, and refused where nobody can tell."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gained import SETTINGS, company, looked, month
from trueup.impact.effect import CUSTOMER_GAPS, NOT_OVER, TOO_SHORT, effect_of
from trueup.impact.panel import Window
from trueup.runs import customer_effects
from trueup.runs.customer_effects import TREATED_TWICE, window_of


def test_what_was_gained_is_found(tmp_path: Path) -> None:
    (one,) = looked(company(adopters={"c03": 28}), tmp_path / "effects")
    assert one.episode.account == "c03"
    assert one.of.time(one.episode.start) == "2025-05"
    assert one.body["attributable"] == pytest.approx(4.0, abs=0.7)
    assert one.body["evidence"] == "strong"
    assert 2.5 < float(str(one.body["low"])) < 4.0
    assert one.vouched() == {"system"}


def test_who_gained_nothing_is_not_said_to_have(tmp_path: Path) -> None:
    (one,) = looked(company(adopters={"c03": 28}, gain=0.0), tmp_path / "effects")
    assert one.body["payable"] == 0
    assert one.body["evidence"] in {"none", "weak"}


@pytest.mark.parametrize(
    ("start", "why"), [(37, NOT_OVER), (8, TOO_SHORT)], ids=["the half year is not over", "too little before"]
)
def test_where_nothing_can_be_said_the_reason_is_told(start: int, why: str, tmp_path: Path) -> None:
    (one,) = looked(company(adopters={"c03": start}), tmp_path / "effects")
    assert (one.why, one.body) == (why, {})


def test_whose_values_after_the_start_are_missing_is_not_guessed(tmp_path: Path) -> None:
    world = company(adopters={"c03": 28})
    world.engine.execute(
        f"DELETE FROM state.kpi_series WHERE account_id = 'c03' AND observed_on BETWEEN '{month(28)}' AND '{month(31)}'"
    )
    (one,) = looked(world, tmp_path / "effects")
    assert one.why == CUSTOMER_GAPS


def test_a_month_that_was_not_told_is_named(tmp_path: Path) -> None:
    world = company(adopters={"c03": 28})
    world.engine.execute(f"DELETE FROM state.kpi_series WHERE account_id = 'c03' AND observed_on = '{month(20)}'")
    (one,) = looked(world, tmp_path / "effects")
    assert one.skipped == ("2024-09",)
    assert one.window == Window(18, 6)
    assert one.body["attributable"] == pytest.approx(4.0, abs=0.7)


def test_who_begins_with_the_same_again_is_refused(tmp_path: Path) -> None:
    used = [
        {"account_id": "c03", "lever": "planner", "adopted_on": month(19), "ended_on": month(22)},
        {"account_id": "c03", "lever": "planner", "adopted_on": month(29), "ended_on": None},
    ]
    first, again = looked(company(adopters={}, adoptions=used), tmp_path / "effects")
    assert (first.why, again.why) == ("", TREATED_TWICE)


def test_the_order_of_rows_and_the_names_of_others_change_nothing(tmp_path: Path) -> None:
    (one,) = looked(company(adopters={"c03": 28}), tmp_path / "one")
    world = company(adopters={"c03": 28})
    world.engine.execute(
        "CREATE OR REPLACE TABLE state.kpi_series AS"
        " SELECT * REPLACE (CASE account_id WHEN 'c03' THEN account_id ELSE 'x' || account_id END AS account_id)"
        " FROM state.kpi_series ORDER BY hash(value)"
    )
    world.engine.execute(
        "CREATE OR REPLACE TABLE state.accounts AS"
        " SELECT * REPLACE (CASE account_id WHEN 'c03' THEN account_id ELSE 'x' || account_id END AS account_id)"
        " FROM state.accounts"
    )
    (other,) = looked(world, tmp_path / "other")
    for name in ("attributable", "low", "high", "payable"):
        assert other.body[name] == pytest.approx(one.body[name])


def test_what_was_computed_is_kept_until_its_figures_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, computed = tmp_path / "effects", []
    real = effect_of

    def counted(*asked: object, **more: object) -> object:
        computed.append(asked[1])
        return real(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(customer_effects, "effect_of", counted)
    first = looked(company(adopters={"c03": 28, "c05": 30}), file)
    again = looked(company(adopters={"c03": 28, "c05": 30}), file)
    assert computed == ["c03", "c05"]
    assert [each.body for each in again] == [each.body for each in first]
    world = company(adopters={"c03": 28, "c05": 30})
    world.engine.execute(
        f"UPDATE state.kpi_series SET value = value + 1 WHERE account_id = 'c05' AND observed_on = '{month(33)}'"
    )
    looked(world, file)
    assert computed == ["c03", "c05", "c05"]
    assert pq.read_metadata(file).num_rows == 2


def test_another_agreement_computes_anew(tmp_path: Path) -> None:
    world, file = company(adopters={"c03": 28}), tmp_path / "effects"
    (sure,) = looked(world, file)
    (less,) = looked(world, file, agreed=replace(SETTINGS.compared, confidence=0.8))
    assert float(str(less.body["low"])) > float(str(sure.body["low"]))
    (any_time,) = looked(world, file, agreed=replace(SETTINGS.compared, rule="calendar"))
    assert any_time.body["matched"] == any_time.body["calendar"]


def test_no_more_donors_are_taken_than_were_agreed_on(tmp_path: Path) -> None:
    (one,) = looked(company(adopters={"c03": 28}), tmp_path / "e", agreed=replace(SETTINGS.compared, donors=12))
    assert len(one.body["donors"]) == 12  # type: ignore[arg-type]
    assert one.left_out == {"less_alike": 11}


@pytest.mark.parametrize(("step", "window"), [(1, Window(18, 6)), (3, Window(12, 2))])
def test_quarters_take_twelve_before_at_least(step: int, window: Window) -> None:
    assert window_of(SETTINGS.compared, step) == window
