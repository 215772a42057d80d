"""Customers' chances, as pages and for programs: of those that one may read, and what they are made of."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from company import NOON, Company
from recorded import workspace_in
from scored_customers import ON, published, study
from trueup.record.actions.indicators import Said, keep_study
from trueup.record.actions.tokens import make_token
from trueup.record.models import Account
from web_pages import browser_of, text_of

PAGE = "/indicators/customers/"
Call = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = workspace_in(tmp_path_factory.mktemp("scores") / "acme")
    published(root / ".trueup" / "mart")
    return root


@pytest.fixture
def scored(company: Company, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company's people, and three customers scored: Acme is Alice's, Globex Charlie's."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(workspace))
    Account.objects.create(account_id="initech", name="Initech")
    for said in (study(), study("churned", auc_low=0.4)):
        keep_study(Said(said["outcome"], 90, 180, ON, 90, json.dumps(said)), by=None, at=NOON)
    return company


@pytest.fixture
def call(scored: Company) -> Call:
    cache.clear()

    def called(who: str, path: str, **query: object) -> tuple[int, Any]:
        now = datetime.now(UTC)
        _, token = make_token(scored[who], at=now, label="a", scope="read", expires_at=now + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        response = client.get(f"/api/v1{path}", query)
        return response.status_code, response.json()

    return called


def test_the_list_begins_with_whom_to_worry_about(scored: Company) -> None:
    said = text_of(browser_of(scored.vic).get(PAGE))
    assert "3 customers." in said
    assert said.index("Globex") < said.index("Acme") < said.index("Initech")
    assert "86 %" in said
    assert "+31 points" in said
    assert "Joint calls +0.80" in said
    assert "No chance is told: less than six months with us." in said


def test_members_see_the_customers_that_they_may_read(scored: Company) -> None:
    said = text_of(browser_of(scored.alice).get(PAGE))
    assert "1 customer." in said
    assert "Globex" not in said
    assert browser_of(scored.alice).get("/customers/globex/chances/").status_code == 404
    assert "Acme" in text_of(browser_of(scored.alice).get("/customers/acme/chances/"))


def test_a_score_that_may_be_a_coin_tells_no_chances(scored: Company) -> None:
    said = text_of(browser_of(scored.vic).get(PAGE, {"outcome": "churned"}))
    assert "not sure to be better than a coin" in said
    assert "86 %" not in said
    assert "Nobody has asked yet" in text_of(browser_of(scored.vic).get(PAGE, {"outcome": "expanded"}))
    assert browser_of(scored.vic).get(PAGE, {"outcome": "happy"}).status_code == 404


def test_a_customer_s_chance_is_open_to_what_it_is_made_of(scored: Company) -> None:
    said = text_of(browser_of(scored.vic).get("/customers/acme/chances/"))
    assert "What to expect of Acme" in said
    assert "Renewal" in said
    assert "Leaving" not in said
    assert "+31 points since 2026-03-31" in said
    assert "Joint calls +0.80 +1.60" in said
    assert "Moved most since 2026-03-31: Joint calls +1.60" in said
    assert "from +1.00 for a customer that is average" in said


def test_a_customer_s_page_says_what_to_expect(scored: Company) -> None:
    said = text_of(browser_of(scored.vic).get("/customers/acme/"))
    assert "What to expect" in said
    assert "Renewal 86 % 86 % to 86 % +31 points since 2026-03-31" in said
    assert "No chance is told: less than six months with us." in text_of(
        browser_of(scored.vic).get("/customers/initech/")
    )


def test_programs_get_chances_of_what_they_may_read_with_every_reason(call: Call) -> None:
    status, told = call("Vic", "/indicators/scores")
    assert (status, told["count"]) == (200, 3)
    assert [row["account_id"] for row in told["items"]] == ["globex", "acme", "initech"]
    assert (told["items"][2]["chance"], told["items"][2]["reason"]) == (None, "less than six months with us")
    assert call("Alice", "/indicators/scores")[1]["count"] == 1
    (whole,) = call("Vic", "/accounts/acme/scores")[1]
    assert whole["base"] + sum(each["adds"] for each in whole["reasons"]) == pytest.approx(1.8)
    assert whole["reasons"][0] == {
        "name": "joint_calls",
        "label": "Joint calls",
        "adds": pytest.approx(0.8),
        "before": pytest.approx(-0.8),
    }
    assert call("Alice", "/accounts/globex/scores")[0] == 404
    status, told = call("Vic", "/indicators/scores", outcome="churned")
    assert (status, "coin" in told["message"]) == (404, True)
