"""Value agreements, as people look at them: from the customer's series to terms, wide by day and narrow by night."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from example import COMPANY
from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out

# Two thirds of the months looked back on have to be known, and the example's data end in June 2026.
_NOW = datetime.now(UTC)
_SINCE = (_NOW.year - COMPANY.ends_on.year) * 12 + _NOW.month - COMPANY.ends_on.month
LOOKBACK = str(3 * max(_SINCE, 0) + 12)

# In a process of its own, as the site's people are made: which of Alice's customers delivers a measure.
_FIND = """
import sys
from pathlib import Path
from trueup.record.opening import open_record
open_record(Path(sys.argv[1]))
from trueup.served import agreements
found = ((account, each.name) for account in sys.argv[2:] for each in agreements.measures(account))
print(" ".join(next(found, ("", ""))))
"""


@pytest.fixture(scope="module")
def delivered(site: Site) -> tuple[str, str]:
    """One of Alice's customers, and a measure that its systems deliver."""
    told = subprocess.run(
        [sys.executable, "-c", _FIND, str(site.root), *site.accounts],
        capture_output=True,
        text=True,
        check=True,
        env={"TRUEUP_WORKSPACE": str(site.root)},
    )
    account, measure = told.stdout.split()[-2:]
    return account, measure


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_can_be_read_and_touched_by_everybody(
    site: Site, browser: Browser, delivered: tuple[str, str], width: int, scheme: str
) -> None:
    account, measure = delivered
    of = f"/customers/{account}/agreements/"
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = site.signed_in(context, "ada")
    found: dict[str, list[str]] = {}
    pages = {
        "agreements": of,
        "agreement_new": f"{of}new/",
        "agreement_terms": f"{of}new/?measure={measure}&direction=&lookback_months={LOOKBACK}&statistic=median",
        "agreements_all": "/pay/agreements/",
    }
    for name, address in pages.items():
        answer = page.goto(f"{site.base}{address}")
        assert answer is not None
        picture(page, f"{name}_{width}_{scheme}")
        found[name] = [] if answer.ok else [f"status {answer.status}"]
        found[name] += [*barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
    context.close()
    assert {name: told for name, told in found.items() if told} == {}


def test_from_a_series_to_terms_that_are_locked(site: Site, browser: Browser, delivered: tuple[str, str]) -> None:
    account, measure = delivered
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = site.signed_in(context, "ada")
    page.goto(f"{site.base}/customers/{account}/agreements/new/")
    page.get_by_label("Which of their measures").select_option(measure)
    page.get_by_label("Which way is value").select_option("decrease")
    page.get_by_label("Months to look back on").fill(LOOKBACK)
    page.get_by_role("button", name="Compute the baseline").click()
    expect(page.get_by_role("heading", name=" was ")).to_be_visible()
    page.get_by_role("button", name="Agree, and lock").click()
    expect(page.locator("form[method=post] p.error").first).to_have_text("This is missing. Fill it in.")
    context.close()
