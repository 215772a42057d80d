"""A plan tried on the past, as finance looks at it: the plain answer at once, that of worse facts when it is there."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out
from paid_workspace import IN_FORCE, YEAR, sellers
from trueup.runs.example_pay import lay_plans
from trueup.runs.folder import Folder

TRIED = f"/pay/backtest/?candidate=ours:classic_quota&instead={IN_FORCE}"


@pytest.fixture(scope="module")
def paying(site: Site) -> Iterator[Site]:
    """The site with its sellers on a plan, as long as these tests look at it."""
    folder = Folder(site.root)
    lay_plans(folder, year=YEAR)
    rows = [f"{seller},{IN_FORCE},{YEAR}-01-01,24000" for seller in sellers()]
    (folder.plans / "assignments.csv").write_text("\n".join(["payee,plan,start,target_incentive", *rows]) + "\n")
    yield site
    shutil.rmtree(folder.plans)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_plan_is_shown_at_once_and_on_worse_facts_when_the_worker_is_done(
    paying: Site, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = paying.signed_in(context, "ada")
    page.goto(paying.base + TRIED)
    expect(page.get_by_role("heading", name="Who wins, who loses")).to_be_visible()
    expect(page.get_by_text("The last 5 % of deals slip into the next period")).to_be_visible(timeout=60_000)
    picture(page, f"pay_backtest_{width}_{scheme}")
    assert not barriers(page)
    assert not sticks_out(page)
    assert width > 600 or not small_targets(page)
    context.close()
