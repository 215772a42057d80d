"""Plans, as pages: versions with where they stand, what one says and changes, decided by others, signed by payees."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from company import Company
from paid import PLAN, desk_in
from planned import TENTH, approved, submitted
from trueup.pay.simulate_compare import Change, MoneyDiff
from trueup.record import access
from trueup.record.models import PlanReview
from trueup.record.pay_plans import is_plan_approved
from trueup.runs.pay_life import Desk
from trueup.units.money import Money
from web_pages import browser_of, fields_of, text_of

PAGE = "/pay/plans/"
PAYEES = ("alice", "bob", "nora")
NOW = datetime.now(UTC)


def euros(amount: int) -> Money:
    return Money.of(amount, "EUR")


DIFF = MoneyDiff(
    date(2025, 7, 1),
    date(2026, 6, 30),
    ("a" * 64,),
    ("b" * 64,),
    (
        Change("alice", euros(1000), euros(1250)),
        Change("bob", euros(800), euros(700)),
        Change("nora", euros(0), euros(0)),
    ),
    ("new: nora has no quota.",),
)


@pytest.fixture
def reviewed(served_company: Company) -> PlanReview:
    """A version in review that pays three."""
    return submitted(served_company.fin, text=PLAN, payees=PAYEES, money_diff=DIFF)


def steps_of(browser: Client, plan_hash: str) -> set[str]:
    page = browser.get(f"{PAGE}{plan_hash}/").content.decode()
    return set(re.findall(rf"/pay/plans/{plan_hash}/(\w+)/", page))


def done(browser: Client, address: str, **said: str) -> str:
    answer = browser.post(address, {**fields_of(browser.get(address)), **said}, follow=True)
    assert answer.status_code == 200, text_of(answer)
    return text_of(answer)


def test_a_version_says_what_it_pays_clause_by_clause(served_company: Company, reviewed: PlanReview) -> None:
    answer = browser_of(served_company.fin).get(f"{PAGE}{reviewed.plan_hash}/")
    said, page = text_of(answer), answer.content.decode()
    assert "Sales plan 2026 From 1 January 2026." in said
    assert "3.1 New business Pays a rate on bookings." in said
    assert "Adds up A running total, begun anew each quarter" in said
    assert "Quota from Up to Pays 0 % 100 % 5 % 100 % 150 % 8 % 150 % Without end 10 %".lower() in said.lower()
    assert "Draw Lifted to €500.00 through January 2026, recovered from February 2026 on" in said
    assert 'id="bookings"' in page, "a statement's line can lead there"


def test_what_it_changes_is_a_table_with_winners_and_losers(served_company: Company, reviewed: PlanReview) -> None:
    said = text_of(browser_of(served_company.ada).get(f"{PAGE}{reviewed.plan_hash}/"))
    assert "Everybody’s pay for July 2025 to June 2026, by what it replaces and by it." in said
    assert "1 would have been paid more, 1 less, 1 the same." in said
    for row in (
        "Bob €800.00 €700.00 −€100.00 −12.5 %",
        "Alice €1,000.00 €1,250.00 +€250.00 +25.0 %",
        "Nora €0.00 €0.00 €0.00 –",
        "All €1,800.00 €1,950.00 +€150.00 +8.3 %",
        "Nora has no quota",
    ):
        assert row in said, row


def test_a_plan_goes_its_way_by_hand(served_company: Company, reviewed: PlanReview) -> None:
    address = f"{PAGE}{reviewed.plan_hash}/"
    fin, ada, alice = (browser_of(served_company[who]) for who in ("Fin", "Ada", "Alice"))
    assert steps_of(fin, reviewed.plan_hash) == set()
    assert "You submitted this plan: somebody else approves it." in text_of(fin.get(address))
    assert alice.get(address).status_code == 404, "payees see it once it is approved"
    assert steps_of(ada, reviewed.plan_hash) == {"approve", "reject"}
    assert "1 would have been paid more, 1 less, +€150.00 in all." in text_of(ada.get(f"{address}approve/"))
    assert "A reason is missing." in text_of(ada.post(f"{address}reject/", {"read": "x", "reason": ""}))
    assert "Rejected : Too steep." in done(ada, f"{address}reject/", reason="Too steep.")
    assert "Approved." in done(ada, f"{address}approve/")
    assert is_plan_approved(reviewed.plan_hash)
    assert steps_of(alice, reviewed.plan_hash) == {"sign"}
    said = text_of(alice.get(address))
    assert "It pays you, and waits for your signature." in said
    for hidden in ("Bob", "What it changes", "Too steep", "Who signed it"):
        assert hidden not in said
    assert "Read and sign" in text_of(alice.get(PAGE))
    assert "You signed it." in done(alice, f"{address}sign/")
    assert steps_of(alice, reviewed.plan_hash) == set()
    assert "by you" in text_of(alice.get(PAGE))
    assert "1 of 3" in text_of(fin.get(PAGE))
    assert "Alice signed Bob not yet Nora not yet" in text_of(fin.get(address))


def test_a_manager_sees_those_whom_they_lead_and_leaves_the_rest_to_others(
    served_company: Company, reviewed: PlanReview
) -> None:
    said = text_of(browser_of(served_company.mia).get(f"{PAGE}{reviewed.plan_hash}/"))
    assert "Alice €1,000.00" in said
    assert "Bob" not in said
    assert "1 more person is paid by it whom you do not lead." in said
    assert "It pays people whom you do not lead: finance or an administrator approves it." in said
    assert steps_of(browser_of(served_company.mia), reviewed.plan_hash) == set()


@pytest.mark.parametrize("who", ["Vic", "Ana", "Carol"])
def test_others_see_no_plan(served_company: Company, who: str) -> None:
    approved(served_company.fin, served_company.ada, payees=PAYEES)
    browser, plan_hash = browser_of(served_company[who]), PlanReview.objects.get().plan_hash
    assert "No plan pays you" in text_of(browser.get(PAGE))
    for step in ("", "submit/", "approve/", "reject/", "sign/"):
        assert browser.get(f"{PAGE}{plan_hash}/{step}").status_code == 404


@pytest.fixture
def desk(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace with a plan's file that nobody submitted."""
    found = desk_in(tmp_path / "ours", company.fin)
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(found.folder.root))
    return found


def test_a_draft_is_submitted_from_its_file(company: Company, desk: Desk) -> None:
    fin = browser_of(company.fin)
    assert "draft" in text_of(fin.get(PAGE))
    assert "No plan pays you" in text_of(browser_of(company.alice).get(PAGE))
    [plan_hash] = set(re.findall(r"/pay/plans/(\w{64})/", fin.get(PAGE).content.decode()))
    assert "Nobody submitted it for review yet." in text_of(fin.get(f"{PAGE}{plan_hash}/"))
    said = done(fin, f"{PAGE}{plan_hash}/submit/")
    assert "It was submitted." in said
    assert "Nothing can be compared. It is the first version of sales" in said
    assert {each.payee for each in access.plan_payees(company.fin)} == {"alice", "bob", "charlie", "nora"}
    assert fin.get(f"{PAGE}{plan_hash}/submit/").status_code == 404
    (desk.folder.plans / "other.yaml").write_text(TENTH)
    other = next(
        each for each in re.findall(r"/pay/plans/(\w{64})/", fin.get(PAGE).content.decode()) if each != plan_hash
    )
    fields = fields_of(fin.get(f"{PAGE}{other}/submit/"))
    (desk.folder.plans / "events.csv").write_text("natural_key,colour\nx,red\n")
    answer = fin.post(f"{PAGE}{other}/submit/", fields)
    assert (answer.status_code, "events.csv" in text_of(answer)) == (422, True)
    (desk.folder.plans / "other.yaml").write_text("plan: x\n")
    assert "plans/other.yaml:1: currency is missing" in text_of(fin.get(PAGE))


def test_without_a_plan_the_page_says_so(served_company: Company) -> None:
    assert "writes ours into plans/" in text_of(browser_of(served_company.fin).get(PAGE))
    assert "No plan pays you" in text_of(browser_of(served_company.alice).get(PAGE))
