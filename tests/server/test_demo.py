"""The example company as a newcomer meets it: one command, and its pages are there with people, goals and numbers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server_process import Browser, Server, served


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("demo") / "acme"
    with served(folder, "--accounts", "60", "--ends-on", "2026-06-30", command=("demo",)) as server:
        yield server


@pytest.fixture(scope="module")
def director(demo: Server) -> Browser:
    """The example company's managing director."""
    browser = Browser(demo)
    assert demo.link is not None
    assert browser.sign_in(demo.link)[0] == 200
    return browser


def test_it_ends_with_the_address_and_a_link_that_signs_in(demo: Server) -> None:
    assert re.search(r"\d+ goals of customers entered, \d+ metrics computed", demo.told)
    assert f"is served at {demo.base}/" in demo.told
    assert "once and within the hour" in demo.told


def test_the_board_knows_how_customers_are_measured(director: Browser) -> None:
    status, page = director.get("/")
    assert (status, "As of 2026-06-30" in page) == (200, True)
    told = re.search(r'<h3>Goal attainment</h3>\s*<p class="value[^"]*"><data value="([0-9.]+)"', page)
    assert told is not None
    assert 0 < float(told[1]) < 1


def test_a_customer_shows_its_own_scorecard_first(director: Browser) -> None:
    _, customers = director.get("/customers/?sort=-attainment")
    first = re.search(r'<tbody.*?href="(/customers/[^"]+)"', customers, re.DOTALL)
    assert first is not None
    status, page = director.get(first[1])
    assert status == 200
    assert 0 < page.index("How they are measured") < page.index("Our service to them")
    assert "of the way" in page


def test_the_data_are_asked_what_predicts_as_soon_as_the_pages_are_there(director: Browser) -> None:
    status, page = director.get("/indicators/")
    assert status == 200
    begun = ("The data are being asked", "The question waits for its turn", "What this cannot tell")
    assert any(words in page for words in begun)


def test_a_second_demo_does_not_touch_the_first(demo: Server) -> None:
    folder = re.search(r"The board as a file: (.*)/board.html", demo.told)
    assert folder is not None
    again = Server(Path(folder[1]), command=("demo",))
    assert again.process.wait() == 1
    assert "holds a workspace already" in again.told
