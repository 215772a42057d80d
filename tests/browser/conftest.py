from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from live_site import Site, launched, site_in

expect.set_options(timeout=20_000)  # a new server process reads its library of measures with the first request


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that all browser tests of this process share."""
    with site_in(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; one at a time, which is all that the library of a test allows."""
    with launched() as chromium:
        yield chromium


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()
