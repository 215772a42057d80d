"""Customers as people find and read them: in a real browser, with the keyboard, on a phone, in the dark."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out

ROWS = "table.customers tbody tr"
_RECORD = """
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from trueup.record.opening import open_record
open_record(Path(sys.argv[1]))
from trueup.record.access import accounts, users
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.milestones import plan_milestone
from trueup.record.actions.notes import write_note
from trueup.record.actions.readings import add_reading, verify_reading
from trueup.record.actions.stakeholders import add_stake, record_stakeholder
from trueup.record.models import Account, User
alice, account = User.objects.get(email=sys.argv[2]), Account.objects.get(pk=sys.argv[3])
now = datetime.now(UTC)
day = lambda days: now.date() + timedelta(days=days)
carla = record_stakeholder(alice, account, at=now, name="Carla Jensen", title="VP Finance",
    role_in_decisions="decision_maker", influence=5)
record_stakeholder(alice, account, at=now, name="Piet de Vries-Oosterhuis van der Meulen", title="Head of Operations",
    role_in_decisions="champion", departed_on=day(-20))
def goal(measure, unit, direction, start, target, value, who=None, **facts):
    terms = Terms(Decimal(start), day(-100), Decimal(target), day(100), facts.pop("tolerance", None))
    made = draft_goal(alice, account, at=now, measure=measure, unit=unit, direction=direction, stakeholder=who,
        terms=terms, **facts)
    agree_goal(alice, made, at=now, agreed_at=now - timedelta(days=99))
    return made, add_reading(alice, made, at=now, observed_on=day(-5), value=Decimal(value)) if value else None
dso, read = goal("Days sales outstanding", "days", "decrease", 58, 45, "51", carla)
verify_reading(alice, read, at=now, evidence="By mail of today")
add_stake(alice, carla, at=now, goal=dso, tag="bonus", text="Half of it")
goal("Plant availability", "%", "maintain", 97, 98, "97.5", tolerance=Decimal(1))
goal("First-time fix rate of the service organisation in all regions", "%", "increase", 71, 85, "72")
goal("Her own seat on the board", "", "increase", 0, 1, None, carla, kind="personal")
draft_goal(alice, account, at=now, measure="Onboarding time", direction="decrease")
plan_milestone(alice, account, at=now, title="First plant live", planned_on=day(-9), is_first_value=True)
write_note(alice, account, at=now, held_on=day(-2), text="A second site opens in spring.")
"""


@pytest.fixture
def ada(site: Site, context: BrowserContext) -> Iterator[Page]:
    page = site.signed_in(context, "ada")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.fixture(scope="module")
def measured(site: Site) -> str:
    """A customer of Alice's with goals, people, a milestone and a note."""
    account = site.accounts[-1]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRUEUP_")}
    command = [sys.executable, "-c", _RECORD, str(site.root), site.mails["alice"], account]
    subprocess.run(command, check=True, env=environment)
    return account


def test_a_customer_is_found_and_opened_without_a_mouse(ada: Page, site: Site) -> None:
    ada.goto(f"{site.base}/customers/")
    name = ada.locator(f"{ROWS} th a").nth(7).inner_text()
    ada.keyboard.press("/")
    expect(ada.get_by_label("Name or domain")).to_be_focused()
    ada.keyboard.type(name[:-1])
    expect(ada.locator(ROWS)).to_have_count(1)
    expect(ada.get_by_label("Name or domain")).to_be_focused()
    assert "q=" in ada.url
    expect(ada.locator("#customers [role=status]")).to_contain_text("1 account for")
    link = ada.get_by_role("link", name=name, exact=True)
    for _ in range(30):
        ada.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    expect(link).to_be_focused()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("heading", level=1)).to_have_text(name)
    ada.go_back()
    expect(ada.get_by_label("Name or domain")).to_have_value(name[:-1])
    expect(ada.locator(ROWS)).to_have_count(1)


def test_columns_sort_by_keyboard_and_the_way_back_leads_through_them(ada: Page, site: Site) -> None:
    ada.goto(f"{site.base}/customers/")
    expect(ada.get_by_role("columnheader", name="Customer")).to_have_attribute("aria-sort", "ascending")
    head = ada.get_by_role("columnheader", name=re.compile("Revenue"))
    head.get_by_role("link").focus()
    ada.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(head.get_by_role("link")).to_be_focused()
    assert "sort=-revenue" in ada.url
    largest = ada.locator(f"{ROWS} th a").first.inner_text()
    ada.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert ada.locator(f"{ROWS} th a").first.inner_text() != largest
    ada.go_back()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(ada.locator(f"{ROWS} th a").first).to_have_text(largest)


def test_filters_and_pages_work_together(ada: Page, site: Site) -> None:
    ada.goto(f"{site.base}/customers/")
    ada.get_by_role("link", name="Next").click()
    expect(ada.locator("nav.turn")).to_contain_text("Page 2 of")
    ada.get_by_label("Segment").select_option(index=1)
    expect(ada.locator("nav.turn")).to_have_count(0)
    few = ada.locator(ROWS).count()
    assert 0 < few < 50
    ada.get_by_label("Customers only").check()
    expect(ada.locator("table.customers em")).to_have_count(0)
    assert ada.locator(ROWS).count() <= few
    ada.get_by_label("Name or domain").fill("nobody is called so")
    expect(ada.locator("#customers")).to_contain_text("Nothing fits")


def test_without_scripts_the_same_list_is_there(browser: Browser, site: Site) -> None:
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = site.signed_in(plain, "ada")
    page.goto(f"{site.base}/customers/")
    name = page.locator(f"{ROWS} th a").nth(3).inner_text()
    page.get_by_label("Name or domain").fill(name)
    page.get_by_role("button", name="Show").click()
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("columnheader", name="Last touch").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Last touch")).to_have_attribute("aria-sort", "descending")
    plain.close()


def test_members_begin_with_their_own_and_see_nobody_elses(browser: Browser, site: Site, measured: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = site.signed_in(context, "bob")
    page.goto(f"{site.base}/customers/")
    expect(page.get_by_label("Whose")).to_have_value("mine")
    assert f"/customers/{measured}/" not in page.content()
    page.get_by_label("Whose").select_option("all")
    expect(page.locator("#customers [role=status]")).to_be_visible()
    assert f"/customers/{measured}/" not in page.content()
    found = page.goto(f"{site.base}/customers/{measured}/")
    assert found is not None
    assert found.status == 404
    context.close()


def test_the_page_begins_with_their_goals_and_the_way_to_ask(browser: Browser, site: Site, measured: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = site.signed_in(context, "alice")
    page.goto(f"{site.base}/customers/{measured}/")
    assert page.get_by_role("heading", level=2).first.inner_text() == "How they are measured"
    goal = page.locator("li.goal", has_text="Days sales outstanding")
    expect(goal).to_contain_text("Confirmed by them")
    expect(goal).to_contain_text("bonus")
    bar = goal.get_by_role("img")
    expect(bar).to_have_attribute("aria-label", "54 % of the way, 50 % expected by now")
    box, mark = bar.bounding_box(), goal.locator(".bar i").bounding_box()
    assert box is not None
    assert mark is not None
    assert mark["x"] - box["x"] == pytest.approx(box["width"] / 2, abs=2)
    page.get_by_role("link", name="Ask how they are measured").click()
    expect(page).to_have_url(re.compile(r"/ask/$"))
    context.close()


def test_the_map_can_be_read_as_a_table(browser: Browser, site: Site, measured: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = site.signed_in(context, "vic")
    page.goto(f"{site.base}/customers/{measured}/")
    drawn = page.locator("svg.map.wide .theirs").count()
    assert drawn > 2
    page.get_by_text("The same as a table").focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Their people and ours").get_by_role("table")
    expect(table.locator("tbody tr")).to_have_count(drawn)
    expect(table).to_contain_text("Carla Jensen")
    assert "Her own seat" not in page.content()
    assert "bonus" not in page.locator(".scorecard").inner_text()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_everybody_can_use_the_pages(browser: Browser, site: Site, measured: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = site.signed_in(context, "alice")
    found: dict[str, list[str]] = {}
    empty = site.accounts[0]
    addresses = {"list": "", "all": "?whose=all&sort=-revenue", "nothing": "?q=nobody", "one": f"{measured}/"}
    for name, address in {**addresses, "empty": f"{empty}/"}.items():
        page.goto(f"{site.base}/customers/{address}")
        for summary in page.locator("main summary").all()[:4]:
            summary.click()
        picture(page, f"customers_{name}_{width}_{scheme}")
        found[name] = [*barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
    context.close()
    assert {name: told for name, told in found.items() if told} == {}
