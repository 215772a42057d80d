"""A site as people use it: a server process over a copy of the example company, and real browsers that look at it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from example import built
from recorded import lay_record
from server_process import Server, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENS = ((1280, "light"), (390, "dark"))
"""Wide by day, narrow by night: what a page's colours are does not depend on its width."""
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
"""What axe is asked to look for; of what is as it should be it tells no more than that."""
ALBUM = os.environ.get("TRUEUP_SCREENSHOTS")
"""A folder for pictures of what the tests see, to be looked at."""
# In a process of its own: this one's record is that of other rooms' tests. Who owns most accounts becomes Alice, who
# owns the next most Bob.
_PREPARE = """
import json, sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from trueup import workspace
from trueup.record.opening import open_record
from trueup.runs.entered import follow_lake
from trueup.runs.folder import Folder
folder = Folder(Path(sys.argv[1]))
open_record(folder.root)
follow_lake(folder, workspace.settings(folder))
from trueup.record.actions.accounts import make_account
from trueup.record.actions.people import install_user
from trueup.record.models import Account, Person
owners = Counter(Account.objects.exclude(owner=None).filter(is_customer=True).values_list("owner_id", flat=True))
(alice, _), (bob, _) = [pair for pair in owners.most_common() if Person.objects.filter(pk=pair[0]).exists()][:2]
mails = {"alice": Person.objects.get(pk=alice).email, "bob": Person.objects.get(pk=bob).email}
mails |= {name: f"{name}@ours.example" for name in ("ada", "vic", "ana")}
roles = {"alice": "member", "bob": "member", "ada": "administrator", "vic": "viewer", "ana": "analyst"}
now = datetime.now(UTC)
users = {n: install_user(at=now, email=mails[n], name=n.capitalize(), role=roles[n]) for n in mails}
theirs = Account.objects.filter(is_customer=True, owner=alice).order_by("account_id")
free = [make_account(users["alice"], at=now, name=f"Harbour {n} Ltd", industry="Logistics").pk for n in range(40)]
print(json.dumps({"mails": mails, "accounts": list(theirs.values_list("account_id", flat=True)), "free": free}))
"""


@dataclass
class Site:
    """The server, its people by first name (Alice and Bob own accounts, Ada administers, Ana analyses, Vic looks on).

    ``accounts``: Alice's customers, with all that was delivered of them; ``free``: accounts that she made by hand, of
    which a test that writes takes one for itself.
    """

    server: Server
    root: Path
    mails: dict[str, str]
    accounts: list[str]
    free: list[str]
    cookies: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return self.server.base

    def take_account(self) -> str:
        return self.free.pop()

    def link_of(self, who: str) -> str:
        """A link that signs somebody in, as the command prints it."""
        command = [sys.executable, "-m", "trueup", "user", "link", self.mails[who]]
        told = subprocess.run(
            [*command, "--workspace", str(self.root), "--base", self.base], capture_output=True, text=True, check=True
        )
        return told.stdout.strip()

    def signed_in(self, context: BrowserContext, who: str) -> Page:
        """A page of somebody who came in by a link; who came once keeps their cookie."""
        page = context.new_page()
        if who in self.cookies:
            context.add_cookies(self.cookies[who])  # type: ignore[arg-type]  # as the browser gave them
            return page
        page.goto(self.link_of(who))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.base}/")
        self.cookies[who] = context.cookies()  # type: ignore[assignment]
        return page


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    """A site on a copy of the example company in ``folder``."""
    root = folder / "company"
    shutil.copytree(built().root, root)
    lay_record(root)
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRUEUP_")}
    told = subprocess.run(
        [sys.executable, "-c", _PREPARE, str(root)], capture_output=True, text=True, check=True, env=environment
    )
    with served(root) as server:
        yield Site(server, root, **json.loads(told.stdout.splitlines()[-1]))


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium; where there is none, the test says so loudly."""
    if CHROMIUM is None:
        told = "NO BROWSER WAS TESTED: there is no Chromium on this machine; install the package chromium"
        if os.environ.get("TRUEUP_NOTHING_SKIPPED") == "1":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, where somebody wants to look at it."""
    if ALBUM:
        page.screenshot(path=Path(ALBUM) / f"{name}.png", full_page=True)


def barriers(page: Page) -> list[str]:
    """What keeps people from using the page, as axe sees it: the rule, and where."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def sticks_out(page: Page) -> list[str]:
    """What is wider than the screen, outside of what scrolls by itself."""
    return list(
        page.evaluate(
            "() => { const width = document.documentElement.clientWidth;"
            " const scrolls = e => e && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX)"
            "   || scrolls(e.parentElement));"
            " return [...document.querySelectorAll('main *')]"
            "  .filter(e => e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement))"
            "  .map(e => e.outerHTML.slice(0, 90)) }"
        )
    )


def small_targets(page: Page) -> list[str]:
    """Controls of the page's own that a finger would miss: less than 44 pixels high; links inside sentences aside."""
    return list(
        page.evaluate(
            "() => [...document.querySelectorAll('main :is(a, button, input, select, textarea, summary)')]"
            ".filter(e => e.offsetParent && !e.closest('.unseen, .first') && e.type !== 'hidden')"
            ".map(e => [e.matches('[type=checkbox], [type=radio]') ? e.closest('label') ?? e : e, e])"
            ".filter(([box, e]) => !(e.matches('a') && getComputedStyle(e).display === 'inline'))"
            ".filter(([box]) => box.getBoundingClientRect().height < 43.5)"
            ".map(([box, e]) => `${Math.round(box.getBoundingClientRect().height)} ${e.outerHTML.slice(0, 90)}`)"
        )
    )
