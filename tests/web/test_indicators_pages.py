"""Which KPIs predict, as pages: the newest study of each outcome, earlier ones as they were said, and the button."""

import json
from dataclasses import replace

import pytest

from company import NOON, Company
from example import built
from told_studies import DRIVER, answered, content
from trueup.record import access
from trueup.record.actions.indicators import Said, keep_study
from trueup.record.actions.jobs import ask_for_study
from trueup.record.queue import claim, fail, finish
from web_pages import browser_of, text_of

PAGE = "/indicators/"


@pytest.fixture
def studied(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, of which somebody asked who leaves: a year ago, and today."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    for days_ago in (365, 0):
        of = answered(days_ago=days_ago)
        told = json.dumps(content(of))
        keep_study(Said("churned", 90, 180, of.as_of, of.study.sample.events, told), by=None, at=NOON)
    return company


def numbers(company: Company) -> list[int]:
    return list(access.indicator_studies(company.vic).order_by("pk").values_list("pk", flat=True))


def test_the_newest_study_is_shown_to_everybody_who_signs_in(studied: Company) -> None:
    old, new = numbers(studied)
    for name in ("Vic", "Alice", "Ada"):
        said = text_of(browser_of(studied[name]).get(PAGE))
        assert "Which KPIs predict who leaves?" in said
        assert f"study {new}" in said
        assert DRIVER in said
        assert "This is study" not in said
    said = text_of(browser_of(studied.vic).get(f"{PAGE}studies/{old}/"))
    assert f"This is study {old}, as it was said on" in said


def test_an_outcome_nobody_asked_about_says_so(studied: Company) -> None:
    said = text_of(browser_of(studied.vic).get(PAGE, {"outcome": "expanded"}))
    assert "Which KPIs predict who buys more?" in said
    assert "was not asked for yet" in said
    assert browser_of(studied.vic).get(PAGE, {"outcome": "happy"}).status_code == 404
    assert browser_of(studied.vic).get(f"{PAGE}studies/999999/").status_code == 404


def test_every_study_is_listed_and_can_be_taken_along(studied: Company) -> None:
    old, new = numbers(studied)
    said = text_of(browser_of(studied.vic).get(f"{PAGE}studies/"))
    assert said.index(f"{new} Leaving") < said.index(f"{old} Leaving")
    assert "90 to 270" in said
    file = browser_of(studied.vic).get(f"{PAGE}studies/{new}/study.html")
    assert file["Content-Disposition"] == f'attachment; filename="study-{new}.html"'
    assert file.content.startswith(b"<!doctype html>")


def test_analysts_ask_anew_and_see_how_far_it_is(studied: Company) -> None:
    browser = browser_of(studied.ana)
    assert browser.post(f"{PAGE}ask/").headers["Location"] == PAGE
    said = text_of(browser.get(PAGE))
    assert "The question waits for its turn" in said
    assert "Ask the data again" not in said
    job = claim("one", at=NOON)
    assert job is not None
    assert job.kind == "study"
    assert "The data are being asked" in text_of(browser.get(f"{PAGE}asking/"))
    assert "HX-Refresh" not in browser.get(f"{PAGE}asking/").headers
    finish(job, at=NOON, message="")
    assert browser.get(f"{PAGE}asking/").headers["HX-Refresh"] == "true"
    assert "Ask the data again" in text_of(browser.get(PAGE))


def test_what_went_wrong_the_last_time_is_told(studied: Company) -> None:
    ask_for_study(studied.ana, at=NOON)
    job = claim("one", at=NOON)
    assert job is not None
    fail(job, at=NOON, message="No space left.")
    assert "The last time it went wrong: No space left." in text_of(browser_of(studied.ana).get(PAGE))


def test_who_may_not_build_may_not_ask(studied: Company) -> None:
    browser = browser_of(studied.alice)
    assert "Analysts and administrators ask the data." in text_of(browser.get(PAGE))
    part = browser.post(f"{PAGE}ask/", headers={"HX-Request": "true"})
    assert "Building is for analysts and administrators" in text_of(part)
    assert not access.jobs(studied.ana).filter(kind="study").exists()


def test_without_any_study_the_page_says_what_it_takes(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    said = text_of(browser_of(company.ana).get(PAGE))
    assert "Nobody has asked the data yet." in said
    assert "Ask the data" in said
    assert "There are none yet." in text_of(browser_of(company.ana).get(f"{PAGE}studies/"))


def test_names_that_came_with_data_are_shown_as_text(studied: Company) -> None:
    told = content(replace(answered(), whose="<b>Acme</b>"))
    told["kpis"][0]["label"] = "<i>referrals</i>"
    keep_study(Said("churned", 90, 180, answered().as_of, 99, json.dumps(told)), by=None, at=NOON)
    page = browser_of(studied.vic).get(PAGE).content.decode()
    assert "<i>referrals" not in page
    assert "<b>Acme" not in page
