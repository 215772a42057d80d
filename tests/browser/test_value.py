"""Value delivered, as people look at it: every page wide by day and narrow by night, and the way from list to gain."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out


@pytest.fixture
def vic(site: Site, context: BrowserContext) -> Iterator[Page]:
    page = site.signed_in(context, "vic")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def gains_of(page: Page, site: Site) -> tuple[str, list[str]]:
    """The page of a customer that gained or lost something, and the pages of its gains."""
    for address in ("/value/", "/value/?page=2"):
        page.goto(f"{site.base}{address}")
        links = page.locator("main a[href$='/value/']")
        for customer in [links.nth(n).get_attribute("href") or "" for n in range(links.count())]:
            if not customer.startswith("/customers/"):
                continue
            page.goto(f"{site.base}{customer}")
            found = page.locator(".gain:has(svg) h3 a")
            if found.count():
                return customer, [found.nth(n).get_attribute("href") or "" for n in range(found.count())]
    raise AssertionError("no customer of the example gained anything")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_can_be_read_and_touched_by_everybody(site: Site, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = site.signed_in(context, "vic")
    customer, gains = gains_of(page, site)
    addresses = {
        "value": "/value/",
        "value_insights": "/value/insights/",
        "value_of_customer": customer,
        "value_gain": gains[0],
        "customer_with_value": customer.removesuffix("value/"),
    }
    found: dict[str, list[str]] = {}
    for name, address in addresses.items():
        page.goto(f"{site.base}{address}")
        if name.startswith("value"):
            page.evaluate("document.querySelectorAll('main details').forEach(folded => { folded.open = true })")
        picture(page, f"{name}_{width}_{scheme}")
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[name] = [*barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
        found[name] += [f"{over} px too wide"] if over > 0 else []
    context.close()
    assert {name: told for name, told in found.items() if told} == {}


def test_from_the_list_to_one_gain_and_what_it_rests_on(vic: Page, site: Site) -> None:
    vic.goto(f"{site.base}/")
    vic.get_by_role("link", name="Value", exact=True).click()
    expect(vic.get_by_role("heading", level=1)).to_have_text("What customers gained because of us")
    customer, gains = gains_of(vic, site)
    vic.goto(f"{site.base}{customer}")
    vic.locator(f"a[href='{gains[0]}']").first.click()
    expect(vic.locator("figure.drawn svg.months.wide")).to_be_visible()
    expect(vic.locator("figure.drawn svg.months.narrow")).to_be_hidden()
    vic.get_by_text("The values in a table").click()
    expect(vic.get_by_role("table")).to_contain_text("start")
    expect(vic.get_by_role("heading", name="Whom it is compared with")).to_be_visible()


def test_what_nobody_said_beforehand_is_folded(vic: Page, site: Site) -> None:
    vic.goto(f"{site.base}/value/insights/")
    expect(vic.get_by_role("heading", level=1)).to_have_text("What levers do for customers")
    for folded in vic.locator("details.unsaid").all():
        expect(folded.locator(".insight").first).to_be_hidden()
