"""Signing in through the company's own provider, where it or somebody on the way does not do what it should."""

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from openid_provider import Provider, key, sent_back
from provided_site import Site, added, begun, signed_in, whose
from web_pages import text_of

NEVER = "http://127.0.0.1:9"
"""Nobody listens there."""


def test_a_provider_that_does_not_answer_is_told_calmly(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    answer = site(issuer=NEVER).post("/account/oidc/company/login/")
    assert (answer.status_code, "Acme does not answer" in text_of(answer)) == (502, True)
    assert "Nobody can sign in with Acme: it does not answer as it should (ConnectionError)." in caplog.messages


def test_a_provider_that_falls_silent_on_the_way_is_told_calmly(site: Site, provider: Provider) -> None:
    browser = site()
    back = urlsplit(sent_back(begun(browser)))
    provider.configuration["token_endpoint"] = f"{NEVER}/token"
    answer = browser.get(f"{back.path}?{back.query}")
    assert (answer.status_code, "Acme does not answer" in text_of(answer)) == (502, True)


@pytest.mark.parametrize("basic", [True, False])
def test_the_secret_is_given_as_the_provider_wants_it(site: Site, provider: Provider, *, basic: bool) -> None:
    browser = site()
    added("ann@acme.com")
    provider.wants_basic = basic
    signed_in(browser)
    assert whose(browser) == "ann@acme.com"


def test_a_wrong_secret_is_told_to_the_administrator_and_to_nobody_else(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = signed_in(site(secret="another-secret-of-somebody"))
    assert (answer.status_code, "Tell an administrator: the server's log" in text_of(answer)) == (502, True)
    assert any("no token (invalid_client); are sign_in.client_id, the secret" in line for line in caplog.messages)
    assert "another-secret" not in caplog.text + answer.content.decode()


MISFITS = {
    "another issuer": ("configuration", {"issuer": "https://evil.example"}, "calls itself by another address"),
    "no https": ("configuration", {"token_endpoint": "http://evil.example/token"}, "no https address for each step"),
    "no keys": ("configuration", {"jwks_uri": None}, "no https address for each step"),
}
FORGERIES = {
    "for another site": ({"aud": "another"}, "Audience doesn't match"),
    "by another issuer": ({"iss": "https://evil.example"}, "Invalid issuer"),
    "of long ago": ({"exp": 1}, "Signature has expired"),
    "of nobody": ({"sub": None}, "is missing the"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_provider_that_says_nonsense_about_itself_is_not_used(
    name: str, site: Site, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    part, said, logged = MISFITS[name]
    vars(provider)[part] |= said
    answer = site().post("/account/oidc/company/login/")
    assert (answer.status_code, logged in caplog.text) == (502, True)


def test_an_issuer_that_is_no_provider_is_told(
    site: Site, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    answer = site(issuer=f"{provider.base}/elsewhere").post("/account/oidc/company/login/")
    assert answer.status_code == 502
    assert "Nobody can sign in with Acme: it answered 404; is sign_in.issuer right?" in caplog.messages


@pytest.mark.parametrize("name", FORGERIES)
def test_a_token_that_proves_nothing_opens_nothing(
    name: str, site: Site, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    browser = site()
    added("ann@acme.com")
    provider.token, logged = FORGERIES[name]
    assert signed_in(browser).status_code == 502
    assert (whose(browser), logged in caplog.text) == (None, True)


def test_a_token_that_somebody_else_signed_opens_nothing(site: Site, provider: Provider) -> None:
    browser = site()
    added("ann@acme.com")
    provider.signs_with = key(1)
    assert signed_in(browser).status_code == 502
    assert whose(browser) is None


def test_a_profile_of_somebody_else_opens_nothing(site: Site, provider: Provider) -> None:
    browser = site()
    added("ann@acme.com")
    provider.profile = {"sub": "9"}
    assert signed_in(browser).status_code == 502
    assert whose(browser) is None


def test_an_answer_to_another_browser_or_used_before_opens_nothing(site: Site) -> None:
    browser = site()
    added("ann@acme.com")
    back = urlsplit(sent_back(begun(browser)))
    stranger = Client(SERVER_NAME="localhost")
    for answer in (
        stranger.get(f"{back.path}?{back.query}"),
        browser.get(f"{back.path}?code={parse_qs(back.query)['code'][0]}&state=another"),
        browser.get(back.path),
    ):
        assert (answer.status_code, "This did not end where it began" in text_of(answer)) == (400, True)
    assert (whose(browser), whose(stranger)) == (None, None)
    assert browser.get(f"{back.path}?{back.query}").status_code == 302
    assert stranger.get(f"{back.path}?{back.query}").status_code == 400


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [("access_denied", 403, "You turned back at Acme"), ("invalid_scope", 502, "cannot be used here")],
)
def test_whoever_the_provider_sends_back_with_an_error_may_try_again(
    site: Site, provider: Provider, error: str, status: int, says: str
) -> None:
    provider.error = error
    answer = signed_in(site())
    assert (answer.status_code, says in text_of(answer)) == (status, True)
    assert "To the sign-in page" in text_of(answer)
