"""Keys with which programs act for somebody: made, told once, ended; nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from company import Company
from trueup.record.actions.tokens import make_token
from trueup.record.models import ApiToken
from web_pages import browser_of, fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
NOW = datetime.now(UTC)


def in_days(days: int) -> str:
    return (NOW + timedelta(days=days)).date().isoformat()


def test_a_token_is_told_once_and_opens_the_interface(company: Company) -> None:
    alice = browser_of(company.alice)
    made = alice.post("/tokens/", {**fields_of(alice.get("/tokens/")), "label": "nightly export"})
    text = made.content.decode()
    token = text.split('value="trueup_')[1].split('"')[0]
    told = Client(SERVER_NAME="localhost").get("/api/v1/accounts", headers={"authorization": f"Bearer trueup_{token}"})
    assert told.status_code == 200
    assert [account["name"] for account in told.json()["items"]] == ["Acme"]
    again = alice.get("/tokens/").content.decode()
    assert token not in again
    assert "nightly export" in again
    assert ApiToken.objects.get().scope == "read"


def test_an_ended_token_opens_nothing(company: Company) -> None:
    token, text = make_token(company.alice, at=NOW, label="old", scope="read", expires_at=NOW + timedelta(days=1))
    told = browser_of(company.alice).post(reverse("token_revoke", args=[token.pk]), follow=True)
    assert "The token 'old' is not good any more." in text_of(told)
    refused = Client(SERVER_NAME="localhost").get("/api/v1/accounts", headers={"authorization": f"Bearer {text}"})
    assert refused.status_code == 401


def test_everybody_sees_and_ends_their_own_only(company: Company) -> None:
    token, _ = make_token(company.alice, at=NOW, label="hers", scope="write", expires_at=NOW + timedelta(days=1))
    bob = browser_of(company.bob)
    assert "hers" not in text_of(bob.get("/tokens/"))
    assert bob.post(reverse("token_revoke", args=[token.pk])).status_code == 404
    assert "hers" not in text_of(browser_of(company.ada).get("/tokens/")), "an administrator's page is their own too"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"label": ""}, "A label is missing. Say what the token is for."),
        ({"expires_at": in_days(400)}, "A token is good for a year at most. Give an earlier day."),
        ({"expires_at": in_days(-3)}, "A token expires after it was made. Give a later day."),
        ({"expires_at": "0001-01-01"}, "This day can hardly be meant. Correct its year."),
        ({"scope": "everything"}, "Select a valid choice."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_beside_the_field(company: Company, changed: dict[str, str], told: str) -> None:
    alice = browser_of(company.alice)
    answered = alice.post("/tokens/", {**fields_of(alice.get("/tokens/")), "label": "x", **changed})
    assert answered.status_code == 422
    assert told in text_of(answered)
    assert not ApiToken.objects.exists()


def test_strangers_are_asked_to_sign_in() -> None:
    page = Client(SERVER_NAME="localhost").get("/tokens/")
    assert page.status_code == 302
    assert "/account/login/" in page.headers["Location"]
