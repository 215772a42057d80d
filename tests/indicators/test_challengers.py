"""Challengers: beside the score on the same later dates, only where somebody asks, and the same every time."""

import sys
from functools import lru_cache

import pytest

from imagined_customers import imagine
from trueup.indicators.challengers import ADDITIVE, BOOSTING, MissingChallengersError
from trueup.indicators.lab import Study, study
from trueup.indicators.skills import SCORE

KPIS = [0, 2, 5, 7, 9, 18, 30, 33]


@lru_cache(maxsize=4)
def studied(*, again: bool = False, with_challengers: bool = True) -> Study:
    del again  # part of the key: asked once more
    world = imagine(300, 4)
    return study(world.panel.of_kpis(KPIS), world.outcome, null_runs=0, with_challengers=with_challengers)


def worth(of: Study, name: str) -> float:
    return next(each for each in of.skills if each.name == name).realised.area.value


def test_they_are_tried_on_the_rows_that_the_score_is_tried_on() -> None:
    found = studied()
    rows = {each.name: each.realised.rows for each in found.skills}
    assert rows[BOOSTING] == rows[ADDITIVE] == rows[SCORE]
    assert 0.55 < worth(found, BOOSTING) < 0.95
    assert 0.55 < worth(found, ADDITIVE) < 0.95


def test_they_say_the_same_every_time() -> None:
    assert worth(studied(), BOOSTING) == worth(studied(again=True), BOOSTING)
    assert worth(studied(), ADDITIVE) == worth(studied(again=True), ADDITIVE)


def test_nothing_else_changes_and_nobody_meets_them_unasked() -> None:
    plain = studied(with_challengers=False)
    assert not {BOOSTING, ADDITIVE} & {each.name for each in plain.skills}
    assert [each.tier for each in plain.judged] == [each.tier for each in studied().judged]
    assert worth(plain, SCORE) == worth(studied(), SCORE)


def test_where_they_are_not_installed_it_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    world = imagine(300, 4)
    with pytest.raises(MissingChallengersError, match=r"needs? lightgbm.*pip install trueup\[ml\]"):
        study(world.panel.of_kpis(KPIS), world.outcome, null_runs=0, with_challengers=True)
