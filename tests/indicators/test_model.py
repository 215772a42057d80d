"""A kept score gives the same chances as the one that was learned, whatever the later panel looks like."""

import json
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from imagined_customers import imagine
from trueup.indicators.lab import Study, study
from trueup.indicators.model import Model, model_of, read, told
from trueup.indicators.panel import Column, Panel
from trueup.indicators.score import scored
from trueup.indicators.since import came_of
from trueup.indicators.skills import SCORE

KPIS = [0, 2, 5, 7, 9, 18, 30, 33]


@lru_cache
def learned(until: int | None = None) -> Study:
    """The score that is learned from what is known today, or was on a day."""
    world = imagine(400, 4)
    panel, outcome = world.panel.of_kpis(KPIS), world.outcome
    if until is not None:
        panel = panel.of_rows(panel.as_of <= until)
        known = outcome.on <= until
        outcome = replace(
            outcome,
            accounts=outcome.accounts[known],
            on=outcome.on[known],
            happened=outcome.happened[known],
            known_until=until,
        )
    return study(panel, outcome, null_runs=0)


def kept(of: Study) -> Model:
    assert of.score is not None
    return read(json.loads(json.dumps(told(model_of(of.score, of.panel)))))


def chances(model: Model, panel: Panel) -> np.ndarray:
    rows = np.arange(0, len(panel.as_of), 53)
    made = scored(model.score, model.reads(panel), rows)
    return np.column_stack([made.chance, made.low, made.high])


def test_what_is_kept_gives_the_same_chances_and_intervals() -> None:
    today = learned()
    assert today.score is not None
    rows = np.arange(0, len(today.panel.as_of), 53)
    made = scored(today.score, today.panel, rows)
    assert chances(kept(today), today.panel) == pytest.approx(
        np.column_stack([made.chance, made.low, made.high]), abs=1e-5
    )


def test_columns_are_found_by_their_names_and_texts_by_their_values() -> None:
    today = learned()
    model = kept(today)
    other = today.panel.of_kpis(list(reversed(range(len(KPIS)))))
    controls = list(reversed(range(len(other.control_columns))))
    other = replace(
        other, control_columns=tuple(other.control_columns[c] for c in controls), controls=other.controls[:, controls]
    )
    assert chances(model, other) == pytest.approx(chances(model, today.panel))
    texts = [place for place, column in enumerate(other.control_columns) if column.levels]
    assert texts
    at = texts[0]
    levels = other.control_columns[at].levels or ()
    recoded = other.controls.copy()
    recoded[:, at] = len(levels) - 1 - recoded[:, at]
    columns = list(other.control_columns)
    columns[at] = replace(columns[at], levels=tuple(reversed(levels)))
    other = replace(other, control_columns=tuple(columns), controls=recoded)
    assert chances(model, other) == pytest.approx(chances(model, today.panel))


def test_a_kpi_that_is_no_longer_there_is_not_known_of_anybody() -> None:
    today = learned()
    model = kept(today)
    without = today.panel.of_kpis(list(range(1, len(KPIS))))
    blank = today.panel.known.copy()
    blank[:, 0] = np.nan
    assert chances(model, without) == pytest.approx(chances(model, replace(today.panel, known=blank)))
    assert model.reads(without).kpis[0] == Column(today.panel.kpis[0].name)


def test_a_score_of_last_year_is_held_against_what_came_since() -> None:
    today = learned()
    last_year = int(today.outcome.known_until) - 365
    then = learned(last_year)
    came = came_of(kept(then), today.panel, today.sample, learned_on=last_year, lead=then.lead, horizon=then.horizon)
    assert came is not None
    as_of = today.panel.as_of[today.sample.rows]
    assert came.rows == int((as_of + 270 > last_year).sum())
    assert came.happened == int(today.sample.happened[as_of + 270 > last_year].sum())
    claimed = next(each for each in then.skills if each.name == SCORE).claimed.area.value
    assert came.skill.area.value == pytest.approx(claimed, abs=0.12)
    assert came.skill.area.value > 0.6
    assert came.expected == pytest.approx(came.happened, rel=0.5)


def test_before_anything_came_there_is_nothing_to_hold_it_against() -> None:
    today = learned()
    until = int(today.outcome.known_until)
    assert came_of(kept(today), today.panel, today.sample, learned_on=until, lead=90, horizon=180) is None
