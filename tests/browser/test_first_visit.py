"""Somebody's first visit: in by a link, a password of their own, and a build that they start and see finished."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from live_site import Site, barriers, picture, site_in

NEWCOMER = "noor@ours.example"
PASSWORD = "a lamp for the long evenings"
PATIENCE = 60_000
"""Milliseconds; a build takes a sixth of that."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: a build changes what all pages say."""
    with site_in(tmp_path_factory.mktemp("first_visit")) as running:
        yield running


def test_a_newcomer_comes_in_by_a_link_and_from_then_on_by_a_password(site: Site, context: BrowserContext) -> None:
    where = ["--workspace", str(site.root)]
    added = [sys.executable, "-m", "trueup", "user", "add", NEWCOMER, "--name", "Noor", "--role", "member", *where]
    subprocess.run(added, capture_output=True, check=True)
    site.mails["noor"] = NEWCOMER
    link = site.link_of("noor")

    page = context.new_page()
    page.goto(link)
    expect(page.locator("main")).to_contain_text("You are Noor")
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    picture(page, "first_visit")
    assert barriers(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.base}/")
    expect(page.locator("h1")).to_contain_text("through its customers")

    page.get_by_text("Noor", exact=True).click()
    page.get_by_role("link", name="Password").click()
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    picture(page, "first_password")
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("assword")

    page.goto(f"{site.base}/")
    page.get_by_text("Noor", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    expect(page.locator("main")).to_contain_text("no longer good")
    page.goto(f"{site.base}/")
    page.get_by_label("Mail address").fill(NEWCOMER)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.base}/")
    expect(page.get_by_text("Noor", exact=True)).to_be_visible()


def test_a_build_is_started_seen_on_its_way_and_finished(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = site.signed_in(context, "ana")
    page.goto(f"{site.base}/")
    before = page.locator("footer").inner_text()
    page.get_by_role("link", name="Data").click()
    page.get_by_role("button", name="Build now").click()
    expect(page.locator("main")).to_contain_text("Computing", timeout=PATIENCE)
    picture(page, "building")
    assert barriers(page) == []
    expect(page.get_by_role("link", name="See the board")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#work")).to_contain_text("done")
    picture(page, "built")
    page.goto(f"{site.base}/")
    assert page.locator("footer").inner_text() != before
    context.close()
