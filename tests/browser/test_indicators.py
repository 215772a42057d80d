"""What predicts, as people use it: every page wide by day and narrow by night, and the button that asks the data."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out
from scored_customers import study

# In a process of its own: this one's record is that of other rooms' tests.
_KEEP = """
import json, sys
from datetime import date
from pathlib import Path
from trueup.runs.folder import Folder
from trueup.runs.kept_studies import keep_study
for said, on in json.loads(Path(sys.argv[2]).read_text()):
    keep_study(Folder(Path(sys.argv[1])), said, as_of_on=date.fromisoformat(on))
"""


@pytest.fixture
def studied(site: Site, tmp_path: Path) -> Site:
    """The site, of whose customers somebody asked twice who renews, and then who leaves; nothing newer."""
    said = [
        (study(lead_days=90), "2025-06-30"),
        (study(error=0.3), "2026-06-30"),
        (study("churned", auc_low=0.4), "2026-06-30"),
    ]
    file = tmp_path / "said.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRUEUP_")}
    subprocess.run([sys.executable, "-c", _KEEP, str(site.root), str(file)], check=True, env=environment)
    return site


@pytest.fixture
def ana(studied: Site, context: BrowserContext) -> Iterator[Page]:
    page = studied.signed_in(context, "ana")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_can_be_read_and_touched_by_everybody(
    studied: Site, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = studied.signed_in(context, "alice")
    customer = f"/customers/{studied.accounts[0]}/"
    addresses = {
        "study": "/indicators/",
        "study_unsure": "/indicators/?outcome=churned",
        "study_none": "/indicators/?outcome=expanded",
        "studies": "/indicators/studies/",
        "scores": "/indicators/customers/",
        "scores_unsure": "/indicators/customers/?outcome=churned",
        "chances": f"{customer}chances/",
        "customer_with_chances": customer,
        "board_with_tiers": "/",
    }
    found: dict[str, list[str]] = {}
    for name, address in addresses.items():
        page.goto(f"{studied.base}{address}")
        picture(page, f"{name}_{width}_{scheme}")
        found[name] = [*barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
    context.close()
    assert {name: told for name, told in found.items() if told} == {}


def test_from_whom_to_worry_about_to_what_a_chance_is_made_of(ana: Page, studied: Site) -> None:
    ana.goto(f"{studied.base}/")
    ana.get_by_role("link", name="What predicts").click()
    ana.get_by_role("link", name="Customers’ chances").click()
    first = ana.locator(".scores [role=rowheader] a").first
    name = first.inner_text()
    first.click()
    expect(ana.get_by_role("heading", level=1)).to_have_text(f"What to expect of {name}")
    expect(ana.get_by_role("table", name="What the chance is made of")).to_contain_text("Joint calls")


def test_the_data_are_asked_with_one_button_and_the_answer_comes_by_itself(ana: Page, studied: Site) -> None:
    ana.goto(f"{studied.base}/indicators/?outcome=default")
    expect(ana.locator("main")).to_contain_text("was not asked for yet")
    ana.get_by_role("button", name="Ask the data").click()
    expect(ana.locator("#asking")).to_contain_text(re.compile("waits for its turn|are being asked"))
    expect(ana.get_by_role("heading", name="What this cannot tell")).to_be_visible(timeout=180_000)
    expect(ana.get_by_role("heading", level=1)).to_have_text("Which KPIs predict who defaults?")
    ana.goto(f"{studied.base}/indicators/studies/")
    assert ana.locator("table.studies tbody tr").count() > 3
