"""The board as people see it: rendered by a real browser, wide and narrow, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from example import built
from live_site import SCREENS
from trueup import workspace
from trueup.answers.board import DEPARTMENTS, board
from trueup.reports.board import page as page_of

READABLE = 4.5
"""The contrast that WCAG asks of text in ordinary sizes, against what it stands on."""
VISIBLE = 3.0
"""The contrast that WCAG asks of graphics."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = built()
    written = tmp_path_factory.mktemp("board") / "board.html"
    written.write_text(page_of(board(folder, workspace.settings(folder))), encoding="utf-8")
    return written


@pytest.fixture(params=SCREENS, ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Page]:
    width, scheme = request.param
    shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    shown.goto(file.as_uri())
    yield shown
    shown.close()


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    for summary in page.locator("summary").all()[:3]:
        summary.click()
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sticking_out = page.evaluate(
        "width => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 0.5)"
        ".map(e => e.outerHTML.slice(0, 80))",
        width,
    )
    assert sticking_out == []


def test_no_text_is_cut_off(page: Page) -> None:
    cut = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, p, li, span, summary')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != 'inline')"
        ".map(e => e.textContent)"
    )
    assert cut == []


def test_every_tile_shows_its_name_its_number_and_its_trend(page: Page) -> None:
    tiles = page.locator("article.tile").all()
    assert len(tiles) == sum(len(department.metrics) for department in DEPARTMENTS)
    for tile in tiles:
        box = tile.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert tile.locator("h3").is_visible()
        assert tile.locator(".value, .none").first.is_visible()
    for chart in page.locator(".chart svg").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["height"] > 30


def test_markers_of_the_legend_stand_beside_their_words(page: Page) -> None:
    off = page.evaluate(
        "[...document.querySelectorAll('.legend li')].map(li => {"
        " const [a, b] = [li.firstElementChild.getBoundingClientRect(), li.getBoundingClientRect()];"
        " return Math.abs((a.top + a.bottom) / 2 - (b.top + b.bottom) / 2) })"
    )
    assert len(off) == 6
    assert max(off) < 2


def test_the_keyboard_reaches_every_detail_and_opens_it(page: Page) -> None:
    count = page.locator("summary").count()
    for place in range(count):
        page.keyboard.press("Tab")
        assert page.evaluate("n => document.activeElement === document.querySelectorAll('summary')[n]", place)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    assert page.locator("details[open] code").is_visible()


def test_text_stands_out_from_what_it_stands_on(page: Page) -> None:
    pairs = page.evaluate(_PAIRS)
    assert len(pairs) > 100
    weak = {(text, round(ratio, 2)) for text, front, back in pairs if (ratio := contrast(front, back)) < READABLE}
    assert weak == set()


def test_lines_and_dots_stand_out_from_what_they_stand_on(page: Page) -> None:
    card, *drawn = page.evaluate(
        "['--card', '--accent', '--quiet'].map(name => {"
        " const e = document.createElement('i'); e.style.color = `var(${name})`; document.body.append(e);"
        " return getComputedStyle(e).color })"
    )
    assert [name for name in drawn if contrast(name, card) < VISIBLE] == []


def test_months_that_are_not_firm_have_hollow_dots(page: Page) -> None:
    hollow = page.evaluate(
        "[...document.querySelectorAll('.chart path[fill=\"var(--card)\"]')].map(e => getComputedStyle(e).fill)"
    )
    assert hollow
    assert set(hollow) == {page.evaluate("getComputedStyle(document.querySelector('.tile')).backgroundColor")}


def test_targets_are_drawn_where_there_are_some(page: Page) -> None:
    with_target = page.locator("article.tile", has_text=re.compile(r"target \d")).all()
    assert len(with_target) >= 8
    for tile in with_target:
        assert tile.locator(".chart line[stroke-dasharray], .chart path[stroke-dasharray]").count() == 1


def contrast(front: str, back: str) -> float:
    """The ratio of luminances as WCAG 2 defines it, of colours as a browser computes them."""
    light, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


_PAIRS = """
[...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !e.closest('svg'))
  .map(e => {
    let behind = e;
    while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    return [e.textContent.trim().slice(0, 40), getComputedStyle(e).color, getComputedStyle(behind).backgroundColor];
  })
"""
