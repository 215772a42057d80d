"""Plans tried on the past, and what is watched, as pages: for who pays, with reasons where nothing can be told."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from company import NOON
from example import COMPANY
from paid_workspace import CANDIDATE, IN_FORCE, SIMPLE, sellers, with_plans
from trueup import workspace
from trueup.record.directory import refresh
from trueup.record.models import Person, User
from trueup.record.queue import claim, fail, finish
from trueup.runs.directory import directory_of
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.pay_stress import stress
from trueup.runs.progress import Silence
from web_pages import browser_of, fields_of, text_of

PAGE, WORSE, GUARD = "/pay/backtest/", "/pay/backtest/worse/", "/pay/guard/"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = with_plans(tmp_path_factory.mktemp("tried") / "acme")
    (folder.plans / "simple.yaml").write_text(SIMPLE)
    return folder


@pytest.fixture
def fin(record: None, place: Folder, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody in finance, who knows our people by name."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(place.root))
    refresh(*directory_of(place, workspace.settings(place), on=COMPANY.ends_on), on=COMPANY.ends_on)
    return User.objects.create(email="fin@ours.example", name="Fin", role="finance", joined_at=NOON)


@pytest.fixture
def browser(fin: User) -> Client:
    return browser_of(fin)


def test_the_form_proposes_another_plan_in_the_place_of_the_one_that_most_are_on(browser: Client) -> None:
    answer = browser.get(PAGE)
    assert fields_of(answer).items() >= {"candidate": CANDIDATE, "instead": IN_FORCE}.items()
    page = answer.content.decode()
    assert f"{IN_FORCE}, with {len(sellers())} people" in page
    assert "customer_first, as it comes" in page


def test_a_plan_of_a_tenth_shows_its_cost_and_who_wins_by_name(browser: Client) -> None:
    answer = browser.get(PAGE, {"candidate": "simple", "instead": IN_FORCE})
    said, page = text_of(answer), answer.content.decode()
    assert f"simple in the place of {IN_FORCE}" in said
    assert "Cost per unit of result for one of what is credited" in said
    assert "0.1000" in said
    for name in Person.objects.filter(pk__in=sellers()).values_list("name", flat=True):
        assert name in said
    assert page.count('<svg class="changes') == 2


def test_what_cannot_be_told_says_why(browser: Client) -> None:
    said = text_of(browser.get(PAGE, {"candidate": "simple", "instead": IN_FORCE}))
    assert "Cannot be told: too few payees have a value" in said


def work(place: Folder) -> None:
    """Do what waits, as the worker does."""
    job = claim("worker", at=datetime.now(UTC))
    assert job is not None
    try:
        finish(job, at=datetime.now(UTC), message=stress(place, workspace.settings(place), Silence(), about=job.about))
    except WorkspaceError as error:
        fail(job, at=datetime.now(UTC), message=str(error))


def test_worse_facts_are_reckoned_beside_the_page_and_kept(browser: Client, place: Folder) -> None:
    shutil.rmtree(place.stresses, ignore_errors=True)
    asked = {"candidate": "ours:classic_quota", "instead": IN_FORCE}
    assert "Try both on facts that went worse" in text_of(browser.get(PAGE, asked))
    answer = browser.post(f"{WORSE}ask/", asked)
    assert answer.headers["Location"] == f"{PAGE}?candidate=ours%3Aclassic_quota&instead={IN_FORCE}"
    assert "This waits for its turn." in text_of(browser.get(WORSE, asked))
    assert "This waits for its turn." in text_of(browser.get(PAGE, asked))
    work(place)
    for said in (text_of(browser.get(WORSE, asked)), text_of(browser.get(PAGE, asked))):
        assert "The last 5 % of deals slip into the next period" in said
        assert "Nothing: nothing was verified" in said


def test_what_is_asked_twice_is_reckoned_once_and_what_goes_wrong_is_told(browser: Client, place: Folder) -> None:
    asked = {"candidate": "gone", "instead": IN_FORCE}
    (place.plans / "simple.yaml").rename(place.plans / "gone.yaml")
    for _ in range(2):
        browser.post(f"{WORSE}ask/", asked)
    (place.plans / "gone.yaml").rename(place.plans / "simple.yaml")
    work(place)
    assert claim("worker", at=datetime.now(UTC)) is None
    (place.plans / "simple.yaml").rename(place.plans / "gone.yaml")
    said = text_of(browser.get(WORSE, asked))
    (place.plans / "gone.yaml").rename(place.plans / "simple.yaml")
    assert "The last time it went wrong: There is no plan gone any more." in said


def test_what_is_no_choice_is_refused_beside_the_field(browser: Client) -> None:
    answer = browser.get(PAGE, {"candidate": "../secret", "instead": IN_FORCE})
    assert answer.status_code == 422
    assert "Select a valid choice" in text_of(answer)


@pytest.mark.parametrize("role", ["manager", "member", "analyst", "viewer"])
def test_for_who_does_not_pay_there_is_no_such_page(fin: User, role: str) -> None:
    user = User.objects.create(email=f"{role}@ours.example", name=role, role=role, joined_at=datetime.now(UTC))
    for address in (PAGE, f"{WORSE}?candidate=simple&instead={IN_FORCE}", GUARD):
        assert browser_of(user).get(address).status_code == 404


def test_without_plans_it_is_said_what_to_do(
    browser: Client, place: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trueup.toml").write_bytes(place.settings_file.read_bytes())
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(tmp_path))
    assert "Nothing was computed yet." in text_of(browser.get(PAGE))
    (tmp_path / ".trueup").symlink_to(place.generated)
    for address in (PAGE, GUARD):
        assert "`trueup pay plans` writes ours into plans/" in text_of(browser.get(address))


def test_what_is_watched_is_a_quiet_table_with_reasons(browser: Client) -> None:
    answer = browser.get(GUARD)
    said = text_of(answer)
    assert "Deals pulled forward" in said
    assert "Cases split There are more cases per issue since plans pay than in the year before." in said
    assert "To be named is a reason to ask, and proves nothing." in said
    assert "There is no agreement on value: no baseline can be watched." in said
    assert re.search(r"\d+ were watched at once", said)
