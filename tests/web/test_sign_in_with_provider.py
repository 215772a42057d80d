"""Signing in through the company's own provider: who is let in, and as whom."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from company import NOON
from openid_provider import Provider
from provided_site import BACK, Site, added, signed_in, whose
from recorded import Place, undone_at
from trueup.record.actions.people import lock_out
from trueup.record.models import User
from trueup.record.sign_in import path_for
from web_pages import browser_of, text_of


def test_whoever_was_added_comes_in_in_their_role_and_nothing_else_is_kept(site: Site) -> None:
    browser = site()
    ann = added("ann@acme.com", "analyst")
    answer = signed_in(browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert whose(browser) == "ann@acme.com"
    ann.refresh_from_db()
    assert (ann.role, ann.name, ann.has_usable_password()) == ("analyst", "", False)
    assert (User.objects.count(), SocialAccount.objects.count(), ann.versions.count()) == (2, 0, 1)


def test_whoever_wanted_a_page_comes_to_it_but_never_to_another_site(site: Site) -> None:
    browser = site()
    added("ann@acme.com")
    page = browser.get("/account/login/?next=/customers/")
    assert '<input type="hidden" name="next" value="/customers/"' in page.content.decode()
    assert signed_in(browser, next="/customers/").headers["Location"] == "/customers/"
    assert signed_in(browser, next="https://evil.example/").headers["Location"] == "/"


def test_letters_are_one_in_either_case_but_not_what_only_folds_into_them(site: Site, provider: Provider) -> None:
    browser = site('admits = ["acme.com"]')
    added("mike@acme.com")
    provider.person["email"] = "Mike@Acme.com"
    signed_in(browser)
    assert whose(browser) == "mike@acme.com"
    provider.person["email"] = "mi\N{KELVIN SIGN}e@acme.com"
    stranger = Client(SERVER_NAME="localhost")
    assert signed_in(stranger).status_code == 403
    assert (whose(stranger), User.objects.count()) == (None, 2)


def test_somebody_whom_nobody_added_is_told_so(site: Site) -> None:
    browser = site()
    answer = signed_in(browser)
    assert answer.status_code == 403
    assert "Acme says who you are, but nobody here has your mail address. Ask an administrator" in text_of(answer)
    assert (whose(browser), User.objects.count()) == (None, 1)


def test_people_of_an_admitted_domain_become_viewers_once(site: Site, provider: Provider) -> None:
    browser = site('admits = ["Acme.com"]')
    assert signed_in(browser).status_code == 302
    ann = User.objects.get(email="ann@acme.com")
    assert (whose(browser), ann.role, ann.name, ann.versions.count()) == ("ann@acme.com", "viewer", "Ann Lee", 1)
    signed_in(Client(SERVER_NAME="localhost"))
    assert User.objects.count() == 2
    for address in ("eve@acme.com.evil.example", "eve@sub.acme.com", "eve@evil.example", "acme.com", "e\0@acme.com"):
        provider.person["email"] = address
        assert signed_in(Client(SERVER_NAME="localhost")).status_code == 403
    assert User.objects.count() == 2


@pytest.mark.parametrize("said", [False, None, "false", 0, "no", []])
def test_an_address_that_is_not_verified_opens_nothing(site: Site, provider: Provider, said: object) -> None:
    browser = site('admits = ["acme.com"]')
    added("ann@acme.com", "administrator")
    provider.person |= {"email_verified": said, "xms_edov": said is False}
    answer = signed_in(browser)
    assert answer.status_code == 403
    assert "Acme did not say that your mail address is yours" in text_of(answer)
    assert whose(browser) is None


@pytest.mark.parametrize(
    "told",
    [{"email_verified": "true"}, {"email_verified": None, "xms_edov": True}, {"email_verified": None, "xms_edov": "1"}],
)
def test_providers_say_in_different_ways_that_an_address_is_verified(
    site: Site, provider: Provider, told: dict[str, object]
) -> None:
    browser = site()
    added("ann@acme.com")
    provider.person |= told
    signed_in(browser)
    assert whose(browser) == "ann@acme.com"


def test_whoever_was_locked_out_stays_out(site: Site) -> None:
    browser = site('admits = ["acme.com"]')
    ann = added("ann@acme.com")
    signed_in(browser)
    lock_out(ann, at=NOON)
    answer = signed_in(Client(SERVER_NAME="localhost"))
    assert (answer.status_code, "An administrator has ended your access." in text_of(answer)) == (403, True)
    assert browser.get("/account/2fa/").status_code == 302


def test_a_browser_is_whose_the_provider_says_and_no_accounts_are_tied(site: Site) -> None:
    site()
    added("ann@acme.com")
    browser = browser_of(User.objects.get(email="ada@acme.com"))
    signed_in(browser, process="connect")
    assert (whose(browser), SocialAccount.objects.count()) == ("ann@acme.com", 0)
    assert browser.get("/account/3rdparty/").status_code == 404


def test_a_second_factor_is_still_asked_for(site: Site) -> None:
    browser = site()
    TOTP.activate(added("ann@acme.com"), generate_totp_secret())
    answer = signed_in(browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/2fa/authenticate/")
    assert whose(browser) is None


def test_the_button_stands_above_the_form_and_sends_nothing_by_itself(site: Site) -> None:
    browser = site()
    page = browser.get("/account/login/")
    assert "Sign in with Acme Mail address Password" in text_of(page)
    assert browser.get("/account/oidc/company/login/").headers["Location"] == "/account/login/"
    assert browser.get("/account/oidc/other/login/").status_code == 404
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert strict.post("/account/oidc/company/login/").status_code == 403


def test_without_a_provider_there_is_no_button(sqlite_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(sqlite_place.root))
    with undone_at(sqlite_place):
        browser = Client(SERVER_NAME="localhost")
        assert "Sign in with" not in text_of(browser.get("/account/login/"))
        assert browser.post("/account/oidc/company/login/").status_code == 404
        assert browser.get(f"{BACK}?code=1&state=2").status_code == 404


def test_passwords_can_be_switched_off_but_links_go_on(site: Site) -> None:
    browser = site("passwords = false")
    ann = added("ann@acme.com")
    ann.set_password("correct horse battery")
    ann.save()
    page = browser.get("/account/login/")
    assert "Sign in with Acme You cannot get in? Ask an administrator for a sign-in link." in text_of(page)
    assert 'type="password"' not in page.content.decode()
    answer = browser.post("/account/login/", {"login": "ann@acme.com", "password": "correct horse battery"})
    assert "Passwords are not used here. Sign in with Acme." in text_of(answer)
    assert whose(browser) is None
    browser.post(path_for(ann))
    assert whose(browser) == "ann@acme.com"


def test_passwords_go_on_beside_the_provider(site: Site) -> None:
    browser = site()
    ann = added("ann@acme.com")
    ann.set_password("correct horse battery")
    ann.save()
    browser.post("/account/login/", {"login": "ann@acme.com", "password": "correct horse battery"})
    assert whose(browser) == "ann@acme.com"
    assert signed_in(Client(SERVER_NAME="localhost")).status_code == 302
    ann.refresh_from_db()
    assert ann.has_usable_password()
