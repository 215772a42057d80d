"""Pay, as people look at it: every page wide by day and narrow by night, and the way from the list to a question."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from live_site import SCREENS, Site, barriers, picture, small_targets, sticks_out

TESTS = Path(__file__).resolve().parents[1]
# In a process of its own, as the site's people are made. Fin calculates, Ada approves.
_FILL = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
root, tests, mails, accounts = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
sys.path.insert(0, tests)
from trueup.record.opening import open_record
open_record(root)
from paid import filled
from trueup.record.actions.pay_disputes import decide_dispute, open_dispute
from trueup.record.actions.people import install_user
from trueup.record.models import Person, User
from trueup.record.pay_periods import statement_of
now = datetime.now(UTC)
fin = install_user(at=now, email="fin@ours.example", name="Fin", role="finance")
users = {name: User.objects.get(email=mail) for name, mail in mails.items()}
payees = [users["alice"].person_id, users["bob"].person_id]
payees += list(Person.objects.exclude(pk__in=payees).order_by("pk").values_list("pk", flat=True)[:2])
names = dict(zip(("alice", "bob", "charlie", "nora"), payees, strict=True))
filled(fin, users["ada"], names | dict(zip(("acme", "globex"), accounts, strict=True)))
body = json.loads(bytes(statement_of(fin, payees[0], "2026-02").body))
line = body["lines"][0]["hash"]
open_dispute(users["alice"], payees[0], "2026-02", line, claim="The order form says 42,000, not 40,000.50.", at=now)
january = json.loads(bytes(statement_of(fin, payees[0], "2026-01").body))["lines"]
about = next(line["hash"] for line in january if line["event"] == "crm:a1")
early = datetime(2026, 2, 6, tzinfo=UTC)
second = open_dispute(users["alice"], payees[0], "2026-01", about, claim="They ordered 66,000.", at=early)
said = {"reason": "Their order form says so.", "evidence": "crm:a1"}
decide_dispute(fin, second, outcome="evidence", at=early.replace(day=20), **said)
from datetime import date
from paid import PLAN
from planned import submitted
from trueup.pay.simulate_compare import Change, MoneyDiff
from trueup.record.actions.pay_plans import sign_plan
from trueup.record.models import PlanReview
from trueup.units.money import Money
active = PlanReview.objects.get()
sign_plan(users["bob"], active, plan_hash=active.plan_hash, at=now)
paid = [(payees[0], 14610, 16230), (payees[1], 2700, 2160), (payees[2], 2500, 2500)]
moved = tuple(Change(payee, Money.of(old, "EUR"), Money.of(new, "EUR")) for payee, old, new in paid)
diff = MoneyDiff(date(2025, 7, 1), date(2026, 6, 30), ("a" * 64,), ("b" * 64,), moved, (f"{payees[3]} has no quota.",))
later = PLAN.replace("2026-01-01", "2026-07-01").replace("pays: 0.10}", "pays: 0.12}", 1)
later = later.replace("draw: {minimum: 500, recovers_from: 2026-02, ends: 2026-01}", "")
names["in_review"] = submitted(fin, text=later, payees=payees, money_diff=diff).plan_hash
names["active"] = active.plan_hash
print(json.dumps(names))
"""


@pytest.fixture(scope="module")
def payees(site: Site) -> dict[str, str]:
    """The ids of who has statements of three months, by the names of the plan's example."""
    command = [sys.executable, "-c", _FILL, str(site.root), str(TESTS), json.dumps(site.mails)]
    told = subprocess.run([*command, json.dumps(site.accounts[:2])], capture_output=True, text=True, check=True)
    site.mails["fin"] = "fin@ours.example"
    found: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
    return found


def opened(page: Page) -> None:
    """Open every line, so that what is in it is looked at too."""
    page.evaluate("document.querySelectorAll('main details').forEach((folded, n) => { folded.open = n < 3 })")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_can_be_read_and_touched_by_everybody(
    site: Site, browser: Browser, payees: dict[str, str], width: int, scheme: str
) -> None:
    alice, nora = payees["alice"], payees["nora"]
    seen = {
        "alice": {
            "pay_own": "/pay/",
            "pay_question_asked": "/pay/disputes/",
            "pay_plan_to_sign": f"/pay/plans/{payees['active']}/",
        },
        "bob": {"pay_plans_own": "/pay/plans/"},
        "ada": {
            "pay_period_closed": "/pay/?period=2026-01",
            "pay_plan_in_review": f"/pay/plans/{payees['in_review']}/",
            "pay_plan_approve": f"/pay/plans/{payees['in_review']}/approve/",
        },
        "fin": {
            "pay_period": "/pay/?period=2026-03",
            "pay_period_approved": "/pay/?period=2026-02&sort=-posted",
            "pay_statement": f"/pay/2026-03/{alice}/",
            "pay_statement_true_up": f"/pay/2026-02/{alice}/",
            "pay_statement_loss": f"/pay/2026-02/{payees['bob']}/",
            "pay_statement_waiting": f"/pay/2026-03/{payees['charlie']}/",
            "pay_statement_refused": f"/pay/2026-01/{nora}/",
            "pay_plans": "/pay/plans/",
            "pay_plan_active": f"/pay/plans/{payees['active']}/",
            "pay_submit": "/pay/periods/2026-03/submit/",
            "pay_questions": "/pay/disputes/",
            "pay_question": "/pay/disputes/1/",
            "pay_question_led_to": "/pay/disputes/2/",
            "pay_decide": "/pay/disputes/1/decide/",
        },
    }
    found: dict[str, list[str]] = {}
    for who, addresses in seen.items():
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = site.signed_in(context, who)
        errors: list[str] = []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        for name, address in addresses.items():
            answer = page.goto(f"{site.base}{address}")
            assert answer is not None
            opened(page)
            picture(page, f"{name}_{width}_{scheme}")
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found[name] = [] if answer.ok else [f"status {answer.status}"]
            found[name] += [*errors, *barriers(page), *sticks_out(page), *(small_targets(page) if width < 600 else [])]
            found[name] += [f"{over} px too wide"] if over > 0 else []
        context.close()
    assert {name: told for name, told in found.items() if told} == {}


def test_from_the_list_to_a_line_and_a_question_about_it(site: Site, browser: Browser, payees: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = site.signed_in(context, "alice")
    page.goto(f"{site.base}/")
    page.get_by_role("link", name="Pay", exact=True).click()
    page.get_by_role("heading", name="Your statement of").get_by_role("link").click()
    line = page.locator("details.line").first
    expect(line.locator("dl.facts")).to_be_hidden()
    line.locator("summary").click()
    expect(line.locator("dl.facts")).to_contain_text("This line")
    line.get_by_role("link", name="Question this line").click()
    page.get_by_role("button", name="Dispute it").click()
    expect(page.locator("p.error")).to_be_visible()
    page.get_by_role("textbox").fill("The cap should not apply.")
    page.get_by_role("button", name="Dispute it").click()
    expect(page.locator(".message.success")).to_contain_text("It is disputed now")
    expect(page.locator("details.line .asked").first).to_have_text("disputed")
    context.close()


def test_a_payee_reads_their_plan_and_signs_it(site: Site, browser: Browser, payees: dict[str, str]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = site.signed_in(context, "alice")
    page.goto(f"{site.base}/pay/")
    page.get_by_role("link", name="Plans", exact=True).click()
    page.get_by_role("link", name="Read and sign").click()
    expect(page.get_by_role("heading", name="New business")).to_be_visible()
    page.get_by_role("link", name="Sign it").click()
    page.get_by_role("button", name="Sign").click()
    expect(page.locator(".message.success")).to_have_text("You signed it.")
    expect(page.get_by_role("link", name="Sign it")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_file_to_keep_needs_no_server(
    site: Site, browser: Browser, payees: dict[str, str], width: int, scheme: str, tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = site.signed_in(context, "fin")
    page.goto(f"{site.base}/pay/2026-03/{payees['alice']}/")
    with page.expect_download() as given:
        page.get_by_role("link", name="PDF to print and keep").click()
    assert given.value.path().read_bytes().startswith(b"%PDF")
    with page.expect_download() as given:
        page.get_by_role("link", name="as HTML").click()
    file = tmp_path / "statement.html"
    given.value.save_as(file)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    picture(page, f"pay_file_{width}_{scheme}")
    assert asked == [file.as_uri()]
    assert barriers(page) == []
    assert sticks_out(page) == []
    paper = page.pdf()
    assert paper.startswith(b"%PDF")
    context.close()
