"""A site with a provider to sign in with, and what somebody does there."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from company import NOON
from openid_provider import CLIENT, SECRET, Provider, providing, sent_back
from recorded import Place, undone_at
from trueup.record.actions.people import install_user
from trueup.record.models import Role, User
from web_pages import text_of

BACK = "/account/oidc/company/login/callback/"
Site = Callable[..., Client]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as answering:
        answering.person = {"sub": "8", "email": "ann@acme.com", "email_verified": True, "name": "Ann Lee"}
        yield answering


@pytest.fixture
def site(provider: Provider, sqlite_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Makes a browser at a site whose ``[sign_in]`` says what is given, and whose record has one administrator."""
    shutil.copytree(sqlite_place.root, tmp_path / "site")
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(tmp_path / "site"))
    opened = []

    def configured(more: str = "", *, secret: str = SECRET, issuer: str = provider.base) -> Client:
        monkeypatch.setenv("TRUEUP_OIDC_SECRET", secret)
        with (tmp_path / "site" / "trueup.toml").open("a", encoding="utf-8") as file:
            file.write(f'[sign_in]\nissuer = "{issuer}"\nclient_id = "{CLIENT}"\nname = "Acme"\n{more}\n')
        record = undone_at(Place(tmp_path / "site"))
        record.__enter__()
        opened.append(record)
        added("ada@acme.com", "administrator")
        return Client(SERVER_NAME="localhost")

    yield configured
    for record in opened:
        record.__exit__(None, None, None)


def added(email: str, role: Role = "member") -> User:
    return install_user(at=NOON, email=email, name="", role=role)


def begun(browser: Client, **fields: str) -> str:
    """The address at the provider that the button leads to."""
    page = browser.post("/account/oidc/company/login/", fields)
    assert page.status_code == 200, text_of(page)
    address = page.headers["Refresh"].removeprefix("0; url=")
    assert address.replace("&", "&amp;") in page.content.decode()
    return address


def signed_in(browser: Client, **fields: str) -> HttpResponse:
    """What somebody gets who presses the button, and signs in at the provider."""
    place = urlsplit(sent_back(begun(browser, **fields)))
    assert (place.netloc, place.path) == ("localhost", BACK)
    return browser.get(f"{place.path}?{place.query}")


def whose(browser: Client) -> str | None:
    """The user whose browser this is."""
    key_of = browser.session.get("_auth_user_id")
    return User.objects.get(pk=key_of).email if key_of else None
