"""KPIs carry their tier, and what stopped predicting is flagged."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mistakes import copied
from recorded import lay_record
from told_studies import answered, content
from trueup import workspace
from trueup.answers.board import board
from trueup.answers.predicting import Predicts, predicting
from trueup.reports.board import page
from trueup.runs.folder import Folder
from trueup.runs.kept_studies import keep_study, newest_two

LAST_YEAR, THIS_YEAR = date(2025, 6, 30), date(2026, 6, 30)


@pytest.fixture
def acme(tmp_path: Path) -> Folder:
    folder = copied(tmp_path / "acme")
    lay_record(folder.root)
    return folder


def keep(folder: Folder, on: date, tiers: Mapping[str, str], **changed: object) -> int:
    """Keep a study that gave some KPIs of ours these tiers."""
    told = content(answered())
    names = iter(tiers)
    kpis = [
        {**kpi, "kpi": (name := next(names)), "label": name, "tier": tiers[name], "better": "higher"}
        for kpi in told["kpis"][: len(tiers)]
    ]
    return keep_study(folder, {**told, "outcome": "renewed", "kpis": kpis, **changed}, as_of_on=on)


def moved(folder: Folder) -> dict[str, tuple[str, str]]:
    return {kpi: (of.tier, of.moved) for kpi, (of, *_) in predicting(newest_two(folder)).items()}


def test_a_kpi_carries_its_tier_and_how_it_moved(acme: Folder) -> None:
    keep(acme, LAST_YEAR, {"joint_calls": "A", "response_time": "A", "referral_rate": "B", "reopen_rate": "A"})
    keep(acme, THIS_YEAR, {"joint_calls": "C", "response_time": "A", "referral_rate": "A", "reopen_rate": "B"})
    assert moved(acme) == {
        "joint_calls": ("C", "retired"),
        "response_time": ("A", ""),
        "referral_rate": ("A", "promoted"),
        "reopen_rate": ("B", "weaker"),
    }


def test_a_study_of_the_same_day_or_of_another_question_is_no_earlier_one(acme: Folder) -> None:
    keep(acme, LAST_YEAR, {"joint_calls": "A"}, lead_days=30)
    keep(acme, THIS_YEAR, {"joint_calls": "A"})
    keep(acme, THIS_YEAR, {"joint_calls": "C"})
    assert moved(acme) == {"joint_calls": ("C", "")}


def test_studies_that_cannot_tell_say_nothing_of_a_kpi(acme: Folder) -> None:
    keep(acme, THIS_YEAR, {"joint_calls": "E"}, can_tell=False)
    assert predicting(newest_two(acme)) == {}


def test_before_anybody_asked_there_is_nothing_to_carry(acme: Folder) -> None:
    assert predicting(newest_two(acme)) == {}
    made = page(board(acme, workspace.settings(acme), predicts=predicting(newest_two(acme))))
    assert "Predicts:" not in made
    assert "predicts nothing that was seen" not in made


def test_the_board_shows_tiers_and_flags_what_stopped_predicting(acme: Folder) -> None:
    keep(acme, LAST_YEAR, {"joint_calls": "A", "response_time": "A", "referral_rate": "B", "cases_closed": "C"})
    keep(acme, THIS_YEAR, {"joint_calls": "C", "response_time": "A", "referral_rate": "A", "cases_closed": "C"})
    found = board(acme, workspace.settings(acme), predicts=predicting(newest_two(acme)))
    tiers = {tile.metric: tile.predicts for section in found.sections for tile in section.tiles}
    assert [each.tier for each in tiers["response_time"]] == ["A"]
    assert tiers["revenue"] == ()
    made = page(found)
    assert made.count("No longer predicts renewal") == 1
    assert made.count("New: leads renewal") == 1
    assert made.count("nothing seen") == 2


def test_the_best_of_several_outcomes_stands_first(acme: Folder) -> None:
    keep(acme, THIS_YEAR, {"joint_calls": "C"})
    keep(acme, THIS_YEAR, {"joint_calls": "A"}, outcome="expanded")
    assert [(of.name, of.tier) for of in predicting(newest_two(acme))["joint_calls"]] == [
        ("expansion", "A"),
        ("renewal", "C"),
    ]


def test_moves_in_words() -> None:
    of = Predicts("renewed", "A", "C", "", 1)
    assert of.told == "new: leads renewal"
    assert replace(of, tier="C", before="A").told == "no longer predicts renewal"
    assert replace(of, tier="B", before="A").told == "no longer leads renewal, only warns"
    assert replace(of, before="A").told == ""
