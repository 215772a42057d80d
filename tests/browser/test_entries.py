"""Entering as people do it: in a real browser, with the keyboard, on a phone, in the dark."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out

DSO = "DSO from 58 to 45 days by end of June 2031"
BOOKS = "close the books in 5 days instead of 9 by March 2031"


@pytest.fixture
def alice(site: Site, context: BrowserContext) -> Iterator[Page]:
    page = site.signed_in(context, "alice")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def begin(page: Page, site: Site, account: str, name: str, title: str) -> None:
    """Tell whom one talks with; the cursor is in the first answer then."""
    page.goto(f"{site.base}/customers/{account}/ask/")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(page.get_by_label("How are you measured?")).to_be_focused()


def answer(page: Page, typed: str, *, understood: str) -> None:
    """Type an answer where the cursor is, see what is understood, take it over."""
    page.keyboard.type(typed)
    expect(page.locator(".understood .said")).to_have_text(understood)
    page.keyboard.press("Enter")
    expect(page.locator(".understood .said")).to_have_count(0)


def test_somebody_with_two_goals_is_recorded_from_the_guide_by_keyboard_alone(alice: Page, site: Site) -> None:
    account = site.take_account()
    begin(alice, site, account, "Carla Jensen", "VP Finance")
    expect(alice.get_by_label("Questions for")).to_have_value("chief_financial_officer")
    answer(alice, DSO, understood="Days sales outstanding, from 58 to 45 days by 30 June 2031")
    expect(alice.get_by_label("What are you accountable for this year?")).to_be_focused()
    answer(alice, BOOKS, understood="Days to close the books, from 9 to 5 days by 31 March 2031")
    expect(alice.get_by_label("What hangs on it for you?")).to_be_focused()
    answer(alice, "a bonus at the end of the year", understood="Nothing to measure in it")
    expect(alice.locator("#kept > li")).to_have_count(3)
    picture(alice, "guide")
    alice.keyboard.press("Control+Enter")
    alice.wait_for_url(f"{site.base}/customers/{account}/")
    expect(alice.locator("#messages")).to_have_text("2 goals of Carla Jensen are recorded.")
    expect(alice.locator("main")).to_contain_text("Days sales outstanding")
    expect(alice.locator("main")).to_contain_text("Days to close the books")
    picture(alice, "recorded")


def test_what_is_understood_is_put_right_in_place(alice: Page, site: Site) -> None:
    begin(alice, site, site.take_account(), "Dan Reed", "Head of Support")
    alice.keyboard.type("first response time under 4 hours")
    row = alice.locator("#understood-opening-0")
    expect(row.get_by_role("combobox", name="Measure")).to_have_value("First response time")
    row.get_by_label("From").fill("9,5")
    row.get_by_label("by", exact=True).fill("2031-03-31")
    alice.get_by_label("How are you measured?").focus()
    alice.keyboard.press("End")
    alice.keyboard.type(" ")
    alice.wait_for_timeout(400)
    expect(row.get_by_label("From")).to_have_value("9,5")
    alice.keyboard.press("Enter")
    kept = alice.locator("#kept > li")
    expect(kept.locator(".said")).to_have_text("First response time, from 9.5 to 4 hours by 31 March 2031")


def test_measures_are_chosen_from_the_library_with_the_arrow_keys(alice: Page, site: Site) -> None:
    begin(alice, site, site.take_account(), "Eve Moss", "CFO")
    alice.get_by_role("button", name="Add a goal by hand").click()
    box = alice.get_by_role("combobox", name="Measure")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.click()
    alice.keyboard.type("cash conv")
    expect(box).to_have_attribute("aria-expanded", "true")
    alice.keyboard.press("ArrowDown")
    chosen = alice.locator("[role=option][aria-selected=true]")
    expect(chosen).to_contain_text("Cash conversion cycle")
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    picture(alice, "measures")
    assert barriers(alice) == []
    alice.keyboard.press("Enter")
    expect(box).to_have_value("Cash conversion cycle")
    expect(box).to_have_attribute("aria-expanded", "false")
    kept = alice.locator("#kept > li")
    expect(kept.get_by_label("Unit")).to_have_value("days")
    expect(kept.get_by_label("Which way")).to_have_value("decrease")
    box.fill("cash")
    expect(box).to_have_attribute("aria-expanded", "true")
    alice.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_nothing_typed_is_lost_where_something_is_wrong(alice: Page, site: Site) -> None:
    account = site.take_account()
    begin(alice, site, account, "Finn Adler", "Plant manager")
    answer(alice, "OEE from 61,5% to 70%", understood="Overall equipment effectiveness, from 61.5 to 70 %")
    answer(alice, "scrap from 4% to 2% by March 2031", understood="Scrap rate, from 4 to 2 % by 31 March 2031")
    alice.get_by_label("What else was said").fill("The audit is in May.")
    alice.get_by_role("button", name="Save as agreed").click()
    day = alice.locator("#kept > li").first.get_by_label("by", exact=True)
    expect(day).to_be_focused()
    expect(day).to_have_attribute("aria-invalid", "true")
    expect(alice.locator("#kept")).to_contain_text("A target is a value by a day. Give both, or neither.")
    expect(alice.get_by_label("What else was said")).to_have_value("The audit is in May.")
    picture(alice, "refused")
    assert barriers(alice) == []
    day.fill("2031-06-30")
    alice.get_by_role("button", name="Save as agreed").click()
    alice.wait_for_url(f"{site.base}/customers/{account}/")
    expect(alice.locator("#messages")).to_have_text("2 goals of Finn Adler are recorded.")


def test_what_is_typed_stays_when_the_server_does_not_take_it(alice: Page, site: Site) -> None:
    begin(alice, site, site.take_account(), "Gil Hart", "CFO")
    alice.route("**/ask/add/", lambda route: route.abort())
    alice.keyboard.type(DSO)
    alice.keyboard.press("Enter")
    expect(alice.locator("#messages")).to_contain_text("What you typed is still here")
    expect(alice.get_by_label("How are you measured?")).to_have_value(DSO)
    alice.unroute("**/ask/add/")
    alice.get_by_label("How are you measured?").press("Enter")
    expect(alice.locator("#kept > li")).to_have_count(1)


def test_who_types_fast_loses_nothing(alice: Page, site: Site) -> None:
    """Enter, and typing on at once, also while the server still is at the answer before."""
    begin(alice, site, site.take_account(), "Gus Nord", "CFO")
    alice.route("**/ask/add/", lambda route: (time.sleep(0.3), route.continue_()))
    for typed in (DSO, BOOKS, "margin from 38% to 41% by 2031"):
        alice.keyboard.type(typed)
        alice.keyboard.press("Enter")
        alice.keyboard.press("Enter")
    said = alice.locator("#kept .said")
    expect(said).to_have_count(3)
    expect(said.nth(1)).to_contain_text("Days to close the books")
    prefixes = {row.get_attribute("id") for row in alice.locator("#kept > li").all()}
    assert prefixes == {"goal-0", "goal-1", "goal-2"}
    expect(alice.locator(".understood .said")).to_have_count(0)


def test_without_scripts_the_same_form_does_it(browser: Browser, site: Site) -> None:
    account = site.take_account()
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = site.signed_in(plain, "alice")
    page.goto(f"{site.base}/customers/{account}/ask/")
    page.get_by_label("Name", exact=True).fill("Hanna Voss")
    page.get_by_label("Title").fill("COO")
    page.get_by_role("button", name="Go on to the questions").click()
    page.get_by_label("How are you measured?").fill(DSO)
    page.keyboard.press("Enter")
    expect(page.locator("#kept .said")).to_have_text("Days sales outstanding, from 58 to 45 days by 30 June 2031")
    page.get_by_role("button", name="Save as drafts").click()
    expect(page.locator("#messages")).to_have_text("1 goal of Hanna Voss is recorded.")
    plain.close()


def recorded(page: Page, site: Site, account: str, name: str, *answers: str) -> None:
    """A person with goals, typed into the guide."""
    begin(page, site, account, name, "CFO")
    for number, typed in enumerate(answers):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.locator("#kept > li")).to_have_count(number + 1)
    page.get_by_role("button", name="Save as agreed").click()
    page.wait_for_url(f"{site.base}/customers/{account}/")


def test_readings_are_entered_one_after_another_by_keyboard(alice: Page, site: Site) -> None:
    account = site.take_account()
    recorded(alice, site, account, "Ida Lund", DSO)
    alice.locator("main").get_by_role("link", name="Days sales outstanding").first.click()
    value = alice.get_by_label("Value", exact=True)
    value.focus()
    alice.keyboard.type("51,5")
    alice.keyboard.press("Enter")
    rows = alice.locator("#read tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("51.5 days")
    expect(alice.locator("#read [role=status]")).to_have_text("Added: 51.5 days.")
    expect(value).to_be_focused()
    expect(value).to_have_value("")
    expect(alice.locator("#standing")).to_contain_text("50 %")
    alice.keyboard.type("51")
    alice.keyboard.press("Enter")
    error = alice.locator("#read .error")
    expect(error).to_have_text("There is a reading of that day from that source. Correct it instead.")
    expect(alice.get_by_label("On", exact=True)).to_be_focused()
    expect(value).to_have_value("51")
    picture(alice, "reading")
    assert barriers(alice) == []


def test_the_history_of_a_goal_leads_back(alice: Page, site: Site) -> None:
    account = site.take_account()
    recorded(alice, site, account, "Jon Falk", DSO)
    alice.locator("main").get_by_role("link", name="Days sales outstanding").first.click()
    alice.get_by_role("link", name="Change", exact=True).first.click()
    alice.locator("details.more > summary").click()
    alice.get_by_label("Weight").fill("3")
    alice.get_by_label("Reason").fill("It counts more.")
    picture(alice, "change")
    alice.get_by_role("button", name="Save").click()
    alice.get_by_role("link", name=re.compile("ways back")).click()
    expect(alice.locator("ol.history > li").first).to_contain_text("It counts more.")
    picture(alice, "history")
    alice.get_by_role("button", name="Make it this again").first.click()
    expect(alice.locator("#messages")).to_have_text("Restored, as a new version.")


def test_a_personal_goal_is_not_there_for_others(alice: Page, browser: Browser, site: Site) -> None:
    account = site.take_account()
    begin(alice, site, account, "Kim Dahl", "CFO")
    answer(alice, DSO, understood="Days sales outstanding, from 58 to 45 days by 30 June 2031")
    alice.get_by_role("button", name="Add a goal by hand").click()
    hope = alice.locator("#kept > li").nth(1)
    hope.get_by_role("combobox", name="Measure").fill("Her own seat on the board")
    alice.keyboard.press("Escape")
    hope.get_by_label("Which way").select_option("increase")
    hope.get_by_label("Kind").select_option("personal")
    alice.get_by_role("button", name="Save as drafts").click()
    alice.wait_for_url(f"{site.base}/customers/{account}/")
    link = alice.locator("main").get_by_role("link", name="Her own seat on the board").first
    address = link.get_attribute("href") or ""
    assert address.startswith("/goals/")
    for who, sees_account in (("bob", False), ("vic", True)):
        others = browser.new_context()
        page = site.signed_in(others, who)
        found = page.goto(f"{site.base}{address}")
        assert found is not None
        assert found.status == 404
        customer = page.goto(f"{site.base}/customers/{account}/")
        assert customer is not None
        assert customer.status == (200 if sees_account else 404)
        assert "Her own seat" not in page.content()
        assert page.locator("main").get_by_role("link", name="Ask").count() == 0
        ask = page.goto(f"{site.base}/customers/{account}/ask/")
        assert ask is not None
        assert ask.status == 404
        others.close()


@pytest.fixture(scope="module")
def entered(browser: Browser, site: Site) -> dict[str, str]:
    """Addresses of every kind of page on which people enter, for one customer with something of everything."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, account = site.signed_in(context, "alice"), site.take_account()
    recorded(page, site, account, "Lea Holm", DSO, BOOKS)
    page.locator("main").get_by_role("link", name="Days sales outstanding").first.click()
    page.wait_for_url(f"{site.base}/goals/**")
    goal = page.url
    for value in ("55", "54"):
        page.get_by_label("Value", exact=True).fill(value)
        page.get_by_label("Source").fill(f"report {value}")
        page.get_by_role("button", name="Add the reading").click()
        expect(page.locator("#read [role=status]")).to_have_text(f"Added: {value} days.")
    correct = page.get_by_role("link", name=re.compile("Correct the reading")).first.get_attribute("href")
    confirm = page.get_by_role("link", name=re.compile("Confirm the reading")).first.get_attribute("href")
    person = page.locator("p.lede").get_by_role("link").first.get_attribute("href")
    of = f"{site.base}/customers/{account}"
    page.goto(f"{of}/adjustments/new/")
    page.get_by_label("Which of their measures").select_option(label="Days sales outstanding (days)")
    page.get_by_label("By how much").fill("-2.5")
    page.get_by_label("From").fill("2026-03-01")
    page.get_by_label("What happened").fill("They sold the invoices of their slowest payers to a bank.")
    page.get_by_label("Evidence").fill("The contract, which they showed us.")
    page.get_by_role("button", name="Propose it").click()
    page.wait_for_url(f"{of}/adjustments/")
    moved = page.get_by_role("link", name=re.compile("^Change Days")).get_attribute("href")
    who = (person or "").split("/")[2]
    context.close()
    return {
        "whom": f"{of}/ask/",
        "ask": f"{of}/ask/?who={who}",
        "goal": goal,
        "goal_new": f"{of}/goals/new/",
        "goal_change": f"{goal}change/",
        "goal_terms": f"{goal}terms/",
        "goal_close": f"{goal}close/",
        "goal_withdraw": f"{goal}withdraw/",
        "reading_correct": f"{site.base}{correct}",
        "reading_confirm": f"{site.base}{confirm}",
        "person": f"{site.base}{person}",
        "person_change": f"{site.base}{person}change/",
        "person_new": f"{of}/stakeholders/new/",
        "stake_new": f"{site.base}{person}stakes/new/",
        "milestone_new": f"{of}/milestones/new/",
        "note_new": f"{of}/notes/new/",
        "adoption_new": f"{of}/adoptions/new/",
        "adjustments": f"{of}/adjustments/",
        "adjustment_new": f"{of}/adjustments/new/",
        "adjustment_change": f"{site.base}{moved}",
        "team": f"{of}/team/",
        "account_new": f"{site.base}/accounts/new/",
        "levers": f"{site.base}/levers/",
        "second_factor": f"{site.base}/account/2fa/",
        "second_factor_new": f"{site.base}/account/2fa/totp/activate/",
        "password": f"{site.base}/account/password/change/",
        "history": f"{site.base}/history/goal/{goal.rstrip('/').rpartition('/')[2]}/",
    }


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_can_be_used_by_everybody(
    browser: Browser, site: Site, entered: dict[str, str], width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = site.signed_in(context, "alice")
    found: dict[str, list[str]] = {}
    for name, address in entered.items():
        page.goto(address)
        if name == "ask":
            page.keyboard.type(DSO)
            expect(page.locator(".understood .said")).to_have_count(1)
        picture(page, f"{name}_{width}_{scheme}")
        found[name] = [*barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
    context.close()
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize("who", ["ana", "ada"])
def test_targets_can_be_set_by_keyboard(browser: Browser, site: Site, who: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = site.signed_in(context, who)
    page.goto(f"{site.base}/targets/")
    page.get_by_label("Metric").select_option(label="Answered in time (a share: 0.85 or 85 %)")
    page.get_by_label("Target", exact=True).fill("85 %")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_have_text("Set.")
    expect(page.locator("main table")).to_contain_text("85 %")
    picture(page, "targets")
    assert barriers(page) == []
    context.close()
