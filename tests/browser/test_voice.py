"""A customer answers through a link, in their own browser: on a phone, by keyboard, without scripts, in the dark."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out

_GOALS = """
import json, sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from trueup.record.opening import open_record
open_record(Path(sys.argv[1]))
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import Account, User
alice, account, at = User.objects.get(email=sys.argv[2]), Account.objects.get(pk=sys.argv[3]), datetime.now(UTC)
jane = record_stakeholder(alice, account, at=at, name="Jane Doe")
terms = Terms(Decimal(58), date(2026, 1, 1), Decimal(45), date(2031, 6, 30))
goal = draft_goal(alice, account, at=at, terms=terms, measure="Days sales outstanding", unit="days",
                  direction="decrease", stakeholder=jane)
agree_goal(alice, goal, at=at)
draft_goal(alice, account, at=at, measure="Become group CFO", kind="personal", direction="increase", stakeholder=jane)
for month in range(1, 9):
    add_reading(alice, goal, at=at, observed_on=date(2025 + month // 9, month, 1), value=Decimal(59 - month),
                source="your ERP", evidence="a mail that is ours")
print(json.dumps([account.name, str(goal.pk)]))
"""


@dataclass(frozen=True)
class Customer:
    """An account with a goal and eight readings, and the address that opens them."""

    account: str
    name: str
    goal: str
    address: str


@pytest.fixture(scope="module")
def customer(site: Site, browser: Browser) -> Iterator[Customer]:
    """Alice makes the link on the page, and copies it from there."""
    account = site.take_account()
    command = [sys.executable, "-c", _GOALS, str(site.root), site.mails["alice"], account]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    name, goal = json.loads(told.stdout)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = site.signed_in(context, "alice")
    page.goto(f"{site.base}/customers/{account}/share/")
    assert "Become group CFO" not in page.inner_text("main")
    expect(page.get_by_label("Days sales outstanding")).to_be_checked()
    page.get_by_label("For whom").fill("Jane Doe, for July")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.get_by_label("Link", exact=True).input_value()
    assert address in page.get_by_label("A mail to go with it").input_value()
    picture(page, "link_made")
    page.goto(f"{site.base}/customers/{account}/share/")
    assert address not in page.content()
    yield Customer(account, name, goal, address)
    context.close()


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=str)
def stranger(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """The customer's own browser, without scripts."""
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_a_customer_confirms_corrects_and_disputes_without_an_account_or_scripts(
    stranger: Page, customer: Customer, site: Site, browser: Browser
) -> None:
    page, first = stranger, 0 if stranger.viewport_size == {"width": 1280, "height": 900} else 2
    page.goto(customer.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your goals, as we understand them")
    expect(page.locator("main")).to_contain_text("Down from 58 days on 1 January 2026 to 45 days by 30 June 2031.")
    assert page.locator("nav").count() == 0
    page.get_by_label("Your name").fill("Jane Doe")
    about_goal = page.locator(f"#on-{customer.goal}")
    if about_goal.locator(".said").count():
        about_goal.get_by_text("Answer again").click()
    about_goal.get_by_role("button", name="Yes").click()
    expect(page.locator("#messages")).to_have_text("Thank you, Jane Doe. Your answer is kept.")
    expect(page.locator(f"#on-{customer.goal} .said")).to_contain_text("Confirmed by Jane Doe")

    newest, second = (page.locator(".readings > li").nth(place) for place in (first, first + 1))
    newest.get_by_text("Correct it", exact=True).click()
    newest.get_by_label("The right value (days)").fill("52,5")
    newest.get_by_role("button", name="Send the correction").click()
    expect(newest.locator(".said")).to_contain_text("Corrected to 52.5 days by Jane Doe")
    expect(newest.locator(".read")).to_contain_text(f"{51 + first} days")

    second.get_by_text("Dispute it", exact=True).click()
    second.get_by_role("button", name="Send the dispute").click()
    expect(second.locator(".error")).to_have_text("A dispute needs words. Say what you see differently.")
    second.get_by_label("What do you see differently?").fill("We closed that month twice.")
    second.get_by_role("button", name="Send the dispute").click()
    expect(second.locator(".said")).to_contain_text("Disputed by Jane Doe")
    picture(page, f"answered_{page.viewport_size['width'] if page.viewport_size else ''}")

    newest.get_by_text("Answer again").click()
    newest.get_by_role("button", name="Yes").click()
    expect(newest.locator(".said")).to_contain_text("Confirmed by Jane Doe")

    team = browser.new_context()
    shown = site.signed_in(team, "alice")
    shown.goto(f"{site.base}/customers/{customer.account}/share/")
    answers = shown.locator("section", has=shown.get_by_role("heading", name="What they answered")).locator("li")
    expect(answers.nth(0)).to_contain_text(f"confirmed Days sales outstanding: {51 + first} days")
    expect(answers.nth(1)).to_contain_text("“We closed that month twice.” Jane Doe")
    expect(answers.nth(2)).to_contain_text("they say 52.5 days")
    team.close()


def test_the_keyboard_alone_is_enough(customer: Customer, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(customer.address)

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            here = page.evaluate(
                "(e => (e.labels?.[0] ?? e).innerText + ' ' + (e.ariaLabel ?? ''))(document.activeElement)"
            )
            if name in here:
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    tab_to("Your name")
    page.keyboard.type("Kim Low")
    page.keyboard.press("Enter")
    expect(page.locator(".said", has_text="Kim Low")).to_have_count(0)
    third = page.locator(".readings > li").nth(4)
    third.locator(".answer").evaluate("e => e.focus()")
    tab_to("Dispute it")
    page.keyboard.press("Enter")
    tab_to("What do you see differently?")
    page.keyboard.type("No such value here.")
    tab_to("Send the dispute")
    page.keyboard.press("Enter")
    expect(third.locator(".said")).to_contain_text("Disputed by Kim Low")
    assert page.evaluate("document.activeElement.closest('.answer') ?? location.hash") is not None
    context.close()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_pages_keep_nobody_out(
    customer: Customer, site: Site, browser: Browser, width: int, scheme: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(customer.address)
    for summary in page.locator("summary").all()[:4]:
        summary.click()
    looked_at(page, f"voice_{width}_{scheme}")
    with page.expect_navigation():
        page.locator(".readings > li").nth(5).get_by_role("button", name="Yes").click()
    looked_at(page, f"voice_nameless_{width}_{scheme}")
    page.goto(f"{site.base}/c/nothing/")
    looked_at(page, f"voice_unknown_{width}_{scheme}")
    team_pages(site, context, customer, f"{width}_{scheme}", tmp_path)
    context.close()


def team_pages(site: Site, context: BrowserContext, customer: Customer, name: str, folder: Path) -> None:
    page = site.signed_in(context, "alice")
    page.goto(f"{site.base}/customers/{customer.account}/share/")
    looked_at(page, f"share_{name}")
    page.goto(f"{site.base}/tokens/")
    looked_at(page, f"tokens_{name}")
    with page.expect_navigation():
        page.get_by_role("button", name="Make the token").click()
    looked_at(page, f"tokens_wrong_{name}")
    page.goto(f"{site.base}/data/entries/")
    page.locator("details.layout summary").first.click()
    looked_at(page, f"files_{name}")
    for kind, rows in (
        ("good", f"{customer.name},Kim Low,Controller\n{customer.name},Jane Doe,CFO\n"),
        ("bad", f"{customer.name},,Controller\nNobody's,Jane Doe,CFO\n"),
    ):
        file = folder / f"{kind}.csv"
        file.write_text(f"Account,Name,Title\n{rows}", encoding="utf-8")
        page.goto(f"{site.base}/data/entries/")
        page.get_by_label("File").set_input_files(file)
        with page.expect_navigation():
            page.get_by_role("button", name="Look at what would change").click()
        looked_at(page, f"check_{kind}_{name}")


def looked_at(page: Page, name: str) -> None:
    picture(page, name)
    assert barriers(page) == []
    assert sticks_out(page) == []
    if page.viewport_size and page.viewport_size["width"] < 500:
        assert small_targets(page) == []


def test_the_log_never_holds_the_address(customer: Customer, site: Site, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    token = customer.address.rstrip("/").rsplit("/", 1)[1]
    for path in (f"c/{token}/", f"c/{token}", f"c/{token}/more/", f"c/{token[:-1]}/"):
        page.goto(f"{site.base}/{path}")
    assert token[:20] not in site.server.told
    context.close()
