"""What became of last year's study: its score on what nobody knew then, and the KPIs that it named."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from told_studies import DRIVER, NOISE, answered, content
from trueup.answers.indicators_since import since
from trueup.answers.study import study_of
from trueup.runs.kept_studies import KeptStudy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def kept(number: int, days_ago: int, **changed: object) -> KeptStudy:
    """A study as the record has it."""
    of = answered(days_ago=days_ago)
    told = json.loads(json.dumps({**content(of), **changed}))
    return KeptStudy(number, "churned", 90, 180, of.as_of, of.study.sample.events, NOW, told)


def test_last_year_s_score_is_held_against_this_year() -> None:
    (came,) = since(answered(), [kept(3, 365)])
    assert came.number == 3
    assert came.claimed_auc == pytest.approx(study_of(kept(3, 365).told).skill.forecasts[0].claimed.auc)  # type: ignore[union-attr]
    assert came.auc is not None
    assert 0.6 < came.auc < 0.95
    assert came.auc_low is not None
    assert came.auc_low < came.auc
    assert f"{came.rows:,} account-dates since {kept(3, 365).as_of_on}" in came.in_words
    assert "where it had claimed" in came.in_words


def test_a_kpi_that_no_longer_leads_is_named() -> None:
    then = kept(3, 365)
    changed = [{**kpi, "tier": "A"} if kpi["kpi"] == NOISE else kpi for kpi in then.told["kpis"]]
    collected = {**then.told["collection"], "kpis": [NOISE]}
    (came,) = since(answered(), [replace(then, told={**then.told, "kpis": changed, "collection": collected})])
    faded = {each.kpi: each for each in came.kpis}[NOISE]
    assert (faded.then, faded.now != "A", faded.was_in_collection) == ("A", True, True)
    assert f"Of its collection of 1 no longer in front: {NOISE} (" in came.in_words


def test_a_kpi_that_leads_only_now_is_named() -> None:
    then = kept(3, 365)
    others = [kpi for kpi in then.told["kpis"] if kpi["kpi"] != DRIVER]
    (came,) = since(answered(), [replace(then, told={**then.told, "kpis": others})])
    assert {each.kpi: (each.then, each.now) for each in came.kpis}[DRIVER] == ("new", "A")
    assert DRIVER in came.in_words.partition("New in front: ")[2]


def test_only_studies_of_the_same_question_are_looked_back_on_the_newest_first() -> None:
    other = replace(kept(1, 365), lead_days=30)
    without_score = replace(kept(2, 365), told={**kept(2, 365).told, "model": None})
    found = since(answered(), [other, without_score, kept(4, 600), kept(5, 365)])
    assert [each.number for each in found] == [5, 4]
    assert found[1].rows > found[0].rows


def test_the_same_day_s_study_has_nothing_to_look_back_on() -> None:
    assert since(answered(), [kept(1, 0)]) == []
