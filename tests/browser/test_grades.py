"""Grades as people use them: a worksheet filled by the keyboard alone; every page wide by day and narrow by night."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out

STRATEGIC = "cadence=strategic&period=2026"
YEAR_BEFORE = "cadence=strategic&period=2025"
QUESTIONS = 4


@pytest.fixture
def alice(site: Site, context: BrowserContext) -> Iterator[Page]:
    page = site.signed_in(context, "alice")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def customer(page: Page) -> str:
    """The customer whose worksheet the page is."""
    return page.get_by_role("heading", level=1).inner_text()


def press(page: Page, keys: str) -> None:
    """Answer with digits; after each the next question has the focus, after the last one the button."""
    for number, key in enumerate(keys, start=1):
        page.keyboard.press(key)
        following = page.locator("fieldset").nth(number) if number < QUESTIONS else page.locator(".by-hand .actions")
        expect(following.locator(":focus")).to_have_count(1)


def test_two_customers_are_graded_by_keyboard_alone(alice: Page, site: Site) -> None:
    alice.goto(f"{site.base}/grades/by-hand/?{YEAR_BEFORE}")
    expect(alice.locator(".known .letter")).to_have_text(re.compile("too little is known"))
    first = customer(alice)
    press(alice, "5555")
    picture(alice, "by_hand")
    alice.keyboard.press("Enter")
    expect(alice.locator("#messages")).to_have_text(re.compile(rf"{re.escape(first)}: [ABC], \d+ of 100\."))
    second = customer(alice)
    assert second != first
    expect(alice.locator("header.customer")).to_contain_text("1 of ")
    press(alice, "1111")
    alice.keyboard.press("Enter")
    expect(alice.locator("#messages")).to_have_text(re.compile(rf"{re.escape(second)}: F, \d+ of 100\."))
    alice.goto(f"{site.base}/grades/?{YEAR_BEFORE}")
    for name, letters in ((first, "[ABC]"), (second, "F")):
        row = alice.get_by_role("row").filter(has=alice.get_by_role("link", name=name, exact=True))
        expect(row.locator(".letter")).to_have_text(re.compile(letters))
        row.get_by_role("link", name=name, exact=True).click()
        expect(alice.locator("main .verdict .letter")).to_have_text(re.compile(letters))
        alice.go_back()


def test_enter_saves_from_any_question_and_n_goes_on_without_saving(alice: Page, site: Site) -> None:
    alice.goto(f"{site.base}/grades/by-hand/?{STRATEGIC}")
    skipped = customer(alice)
    alice.keyboard.press("n")
    expect(alice.get_by_role("heading", level=1)).not_to_have_text(skipped)
    answered = customer(alice)
    alice.keyboard.press("0")
    alice.keyboard.press("Enter")
    expect(alice.locator("#messages")).to_contain_text(f"{answered}: still too little is known for a letter.")
    alice.goto(f"{site.base}/grades/by-hand/?{STRATEGIC}")
    expect(alice.get_by_role("heading", level=1)).to_have_text(skipped)


def test_digits_and_letters_in_a_note_are_only_written(alice: Page, site: Site) -> None:
    alice.goto(f"{site.base}/grades/by-hand/?{STRATEGIC}")
    name = customer(alice)
    note = alice.get_by_label("How we know").first
    note.focus()
    alice.keyboard.type("in May: 3 of 5 plants")
    expect(note).to_have_value("in May: 3 of 5 plants")
    expect(alice.locator("input[type=radio]:checked")).to_have_count(0)
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("alert")).to_contain_text(
        "has a note and no answer. Choose 1 to 5, or that you cannot say."
    )
    assert customer(alice) == name
    expect(note).to_have_value("in May: 3 of 5 plants")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_of_grades_can_be_used_by_everybody(browser: Browser, site: Site, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = site.signed_in(context, "alice")
    of = f"/customers/{site.accounts[0]}/grades/"
    addresses = {
        "grades": "/grades/",
        "grades_account": of,
        "by_hand": f"{of}by-hand/?{STRATEGIC}",
        "honesty": "/grades/honesty/",
        "worksheets": "/grades/worksheets/",
    }
    found: dict[str, list[str]] = {}
    for name, address in addresses.items():
        page.goto(f"{site.base}{address}")
        picture(page, f"{name}_{width}_{scheme}")
        found[name] = [*barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
    context.close()
    assert {name: told for name, told in found.items() if told} == {}
