"""The page that asks whom we please: what it says, and that nobody sees there what they may not see elsewhere."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from company import Company
from example import COMPANY
from pleased import BEFORE, NAMES, QUARTER, published
from trueup.record.models import Account, User
from trueup.server.urls import urlpatterns as everywhere
from trueup.sources.simulate import workspace_files
from web_pages import browser_of, text_of

urlpatterns = [path("", include("trueup.web.pleasing_urls")), *everywhere]
PAGE = "/grades/pleasing/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which five customers were computed."""
    made = workspace_of(tmp_path_factory.mktemp("pleasing"))
    published(made / ".trueup" / "mart")
    return made


def workspace_of(made: Path) -> Path:
    (made / "trueup.toml").write_text(workspace_files(COMPANY)["trueup.toml"], encoding="utf-8")
    return made


@pytest.fixture
def pleased(company: Company, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company's people, and the five customers in the record: Acme is Alice's, Globex is Charlie's."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(folder))
    for account_id in ("umbra", "initech", "hooli"):
        Account.objects.create(account_id=account_id, name=NAMES[account_id])
    return company


def asked(user: User, query: str = "") -> HttpResponse:
    with override_settings(ROOT_URLCONF=__name__):
        return browser_of(user).get(f"{PAGE}{query}")


def section_of(response: HttpResponse, name: str) -> str:
    found = re.search(rf'<section id="{name}">(.*?)</section>', response.content.decode(), re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1]))


def points_of(response: HttpResponse) -> list[str]:
    return re.findall(r'<circle class="point [^>]*><title>([^:<]*):', response.content.decode())


def test_nobody_needs_a_build(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(workspace_of(tmp_path)))
    response = asked(company.ada)
    assert response.status_code == 200
    assert "Nothing was computed yet" in text_of(response)


def test_the_page_says_who_gives_and_who_gets(pleased: Company) -> None:
    response = asked(pleased.ada)
    said = text_of(response)
    assert f"4 customers on the map, 1 of them in another corner than in {BEFORE}" in said
    assert points_of(response) == ["Acme", "Globex", "Umbra", "Initech"] * 2
    assert "They give, we do not: 1, with 56 % of the revenue on the map" in said
    assert "30 points of attainment short of the line. Its grade loses most by: goals on track" in said
    assert "About €364 more revenue a quarter makes it a giver. Or stop chasing: 2 touches a quarter are free" in said
    assert "2 touches · 1.2 h ·" in section_of(response, "rabbits")
    assert "was in partners" in section_of(response, "givers")
    assert 'href="/customers/acme/"' in response.content.decode()
    assert "Hooli" in section_of(response, "unknown")
    assert "No goal read" in section_of(response, "unknown")


def test_effort_is_told_by_team_and_person_in_touches_and_hours(pleased: Company) -> None:
    said = section_of(asked(pleased.ada), "people")
    assert f"5 touches in {QUARTER}" in said
    assert re.search(r"Everybody\s+5\s+1.8 h\s+20 %\s+20 %\s+0.5 h\s+0 %\s+40 %\s+1.2 h\s+20 %", said)
    assert re.search(r"south\s+2\s+–\s+50 %\s+0 %\s+0 %\s+50 %\s+0 %", said)
    assert re.search(r"Alice\s+north\s+3\s+1.8 h\s+0 %\s+33 %\s+0.5 h\s+0 %\s+33 %\s+1.2 h\s+33 %", said)
    assert "Hours are known of 50 % of calls and meetings. 1 is left out: its end is before the beginning" in said


def test_members_see_their_own_accounts_and_the_effort_for_them(pleased: Company) -> None:
    response = asked(pleased.charlie)
    assert points_of(response) == ["Globex"] * 2
    said = text_of(response)
    assert "1 customer on the map, 0 of them" in said
    for other in ("Acme", "Umbra", "Initech", "Hooli", "acme", "initech"):
        assert other not in response.content.decode().replace("trueup-example", "")
    assert "1 touch in" in said
    assert "Charlie south 1 – 100 %" in section_of(response, "people").replace("  ", " ")
    assert "north" not in section_of(response, "people")
    assert "They give, we do not" not in said
    assert "Nobody who gives much gets little" in said


def test_who_may_see_no_account_sees_nobody(pleased: Company) -> None:
    response = asked(pleased.nora)
    assert points_of(response) == []
    assert "Nobody is on the map" in text_of(response)
    assert "No call, meeting or answer" in text_of(response)


def test_what_one_sees_is_not_what_the_next_one_sees(pleased: Company) -> None:
    assert points_of(asked(pleased.alice)) == ["Acme"] * 2
    assert points_of(asked(pleased.charlie)) == ["Globex"] * 2
    assert len(points_of(asked(pleased.ada))) == 8


def test_another_quarter_can_be_chosen(pleased: Company) -> None:
    assert "3 customers on the map" in text_of(asked(pleased.ada, f"?period={BEFORE}"))
    running = asked(pleased.ada, "?period=2026-Q3").content.decode()
    assert '<option value="2026-Q3" selected>2026-Q3, not over yet</option>' in running


def test_a_quarter_that_is_not_there_is_told_kindly(pleased: Company) -> None:
    response = asked(pleased.ada, "?period=1999-Q1")
    assert response.status_code == 200
    assert "Nothing is known of 1999-Q1" in text_of(response)


def test_long_lists_are_cut_and_can_be_opened(pleased: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trueup.web.views.pleasing.SHOWN", 1)
    short = asked(pleased.ada)
    assert "Show all 3 people" in text_of(short)
    assert f'href="?period={QUARTER}&amp;all=people#people"' in short.content.decode()
    everybody = section_of(asked(pleased.ada, "?all=people"), "people")
    assert "Tom" in everybody
    assert "Show all" not in everybody


def test_strangers_are_asked_to_sign_in(pleased: Company) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        assert browser_of(pleased.ada).get(PAGE).status_code == 200
        response = type(browser_of(pleased.ada))(SERVER_NAME="localhost").get(PAGE)
    assert response.status_code == 302
