"""A study as a page: what it says first, what is drawn, and what it does not claim."""

import re
from dataclasses import replace
from itertools import pairwise
from math import exp

import pytest

from told_studies import DRIVER, answered, content
from trueup.answers.study import Band, Gain, Kpi, Skill, Study, study_of
from trueup.reports.calibration_chart import calibration
from trueup.reports.indicators import believed, body, drawn, feared, page, scale


def told(**changed: object) -> Study:
    return study_of({**content(answered()), **changed})


def kpi(**facts: object) -> Kpi:
    plain = {"kpi": "x", "label": "X", "family": "experience", "better": "neither", "tier": "A", "reason": "r"}
    numbers = dict.fromkeys(("effect", "low", "high", "q", "lead_days", "lead_low", "lead_high", "loco_gain"), None)
    return Kpi.model_validate({**plain, **numbers, **facts})


def skill(**facts: object) -> Skill:
    plain = {"auc": 0.7, "auc_low": 0.6, "auc_high": 0.8, "brier_skill": 0.1, "calibration_slope": 1.0}
    more = {"calibration_offset": 0.0, "lift_of_top_tenth": 2.0, "rows": 1000, "happened": 100}
    return Skill.model_validate({**plain, **more, **facts})


def test_what_to_watch_stands_first_then_how_far_to_believe_it_and_at_the_end_what_it_cannot_tell() -> None:
    text = re.sub(r"<[^>]+>", " ", body(told(), number=7))
    parts = [
        "Which KPIs predict who leaves?",
        "study 7",
        "Watch these",
        DRIVER,
        "How far can it be believed?",
        "names the right one in",
        "Leads",
        "Cannot be used",
        "What this cannot tell",
        "Whether changing a KPI changes the outcome",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_a_page_needs_nothing_from_elsewhere() -> None:
    made = page(told())
    assert made.startswith("<!doctype html>")
    assert not re.findall(r"(?:src|href)=", made)


def test_where_nothing_leads_it_says_so() -> None:
    made = body(told(collection={"kpis": []}))
    assert "The data cannot tell" in made
    assert "do not reward any of them" in made
    few = body(told(collection={"kpis": []}, can_tell=False, headline=["a", "12 events are too few"]))
    assert "12 events are too few" in few


@pytest.mark.parametrize(
    ("better", "effect", "odds"), [("higher", 0.4, exp(0.4)), ("lower", 0.4, exp(-0.4)), ("neither", -0.4, exp(-0.4))]
)
def test_odds_are_of_a_step_better_where_there_is_a_better(better: str, effect: float, odds: float) -> None:
    made = kpi(better=better, effect=effect, low=effect - 0.1, high=effect + 0.1)
    assert made.odds is not None
    assert made.odds[0] == pytest.approx(odds)
    assert made.odds[1] < made.odds[0] < made.odds[2]


def test_the_scale_is_as_wide_as_what_it_shows_and_what_lies_beyond_ends_at_its_edge() -> None:
    near, far = kpi(effect=0.1, low=0.0, high=0.2), kpi(effect=1.0, low=-1.0, high=3.0)
    assert scale([near]) == 0.5
    assert scale([near, far]) == 1.4
    mark = drawn(far, 1.4).mark
    assert mark is not None
    assert (mark.low, mark.high) == (pytest.approx(14.3), 100.0)
    middle = drawn(kpi(effect=0.0, low=0.0, high=0.0), 1.4).mark
    assert middle is not None
    assert middle.at == 50


def test_leads_are_told_in_months_and_helps_by_dates() -> None:
    made = drawn(kpi(lead_days=180.0, lead_low=60.0, lead_high=240.0, loco=Gain(helped=4, tries=5)), 1.0)
    assert (made.lead, made.lead_between, made.held) == ("6 months", "2 to 8", "4 of 5")
    assert drawn(kpi(lead_days=9.0), 1.0).lead == "9 days"
    assert drawn(kpi(), 1.0).held == ""


def test_a_kpi_that_speaks_at_the_last_moment_is_told_in_days_and_one_month_is_one() -> None:
    first = told().collection.kpis[0]
    for days, says in ((9.0, "<b>9</b> days ahead"), (31.0, "<b>1</b> month ahead"), (61.0, "<b>2</b> months ahead")):
        kpis = [{**each, "lead_days": days} if each["kpi"] == first else each for each in content(answered())["kpis"]]
        assert says in body(told(kpis=kpis))


def test_how_far_to_believe_it_is_told_with_how_many_it_is_of() -> None:
    score = told().score
    assert score is not None
    assert f"{score.rows:,} account-dates, {score.happened:,} of them" in believed(told())


def test_a_score_that_may_be_a_coin_is_not_to_be_believed() -> None:
    sure = told()
    assert "names the right one" in believed(sure)
    weak = sure.model_copy(deep=True)
    first = weak.skill.forecasts[0].model_copy(update={"realised": skill(auc=0.55, auc_low=0.45)})
    weak = weak.model_copy(update={"skill": weak.skill.model_copy(update={"forecasts": [first]})})
    assert "not sure to be more than a coin" in believed(weak)
    none = weak.model_copy(update={"skill": weak.skill.model_copy(update={"forecasts": []})})
    assert "is not known" in believed(none)


def test_of_what_one_hopes_for_the_tenth_expected_least_is_told() -> None:
    bands = [Band(rows=100, expected=0.5, observed=0.6), Band(rows=100, expected=0.9, observed=0.95)]
    of = skill(rows=1000, happened=850, bands=bands)
    renewed = told(outcome="renewed", is_good=True)
    assert feared(renewed, of) == "Of the tenth from whom it expected least, 40 % did not renew; of all, 15 %."
    left = told(outcome="churned", is_good=False)
    assert feared(left, of) == "Of the tenth that it feared most, it came for 95 %; of all, for 85 %."


def test_right_chances_lie_on_the_line() -> None:
    bands = [Band(rows=10, expected=share, observed=share) for share in (0.1, 0.3, 0.5)]
    spots = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', str(calibration(skill(bands=bands))))
    slopes = {round((float(y2) - float(y1)) / (float(x2) - float(x1)), 2) for (x1, y1), (x2, y2) in pairwise(spots)}
    assert len(slopes) == 1
    line = re.search(r'class="right" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"', str(calibration(skill(bands=bands))))
    assert line is not None
    x1, y1, x2, y2 = map(float, line.groups())
    assert slopes == {round((y2 - y1) / (x2 - x1), 2)}
    assert calibration(skill(bands=[])) == ""


def test_other_accounts_are_not_called_later_dates() -> None:
    alone = told(skill={"tried_on": "other accounts of the same dates, not later ones", "forecasts": []})
    made = body(alone)
    assert "which nothing was chosen by" not in made
    assert "dealt to other customers" not in made


def test_names_from_files_are_told_as_they_are() -> None:
    strange = replace(answered(), whose="<script>alert(1)</script>")
    assert "<script>" not in page(study_of(content(strange)))
