"""What else moved a customer's measures, on its pages: proposed, changed, withdrawn, decided by somebody else."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from company import DAY, NOON, Company
from trueup.record.actions.adjustments import change_adjustment, decide_adjustment, propose_adjustment
from trueup.record.actions.goals import draft_goal
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import Adjustment
from web_pages import browser_of, fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
NEW, LIST = "/customers/acme/adjustments/new/", "/customers/acme/adjustments/"
TYPED = {
    "measure": "On-time delivery",
    "kind": "change_of_level",
    "amount": "-2,5",
    "starts_on": "2026-03-01",
    "ends_on": "2026-05-31",
    "reason": "They moved into the new warehouse.",
    "evidence": "Their newsletter of March.",
}


@pytest.fixture
def alice(company: Company) -> Client:
    draft_goal(company.alice, company.acme, at=NOON, measure="On-time delivery", unit="%")
    return browser_of(company.alice)


@pytest.fixture
def moved(company: Company) -> Adjustment:
    return propose_adjustment(
        company.alice,
        company.acme,
        at=NOON,
        measure="On-time delivery",
        starts_on=date(2026, 3, 1),
        amount=Decimal("-2.5"),
        reason="They moved into the new warehouse.",
        evidence="Their newsletter of March.",
        evidence_link="https://acme.example/march",
    )


def at(name: str, adjustment: Adjustment) -> str:
    return reverse(name, args=[adjustment.pk])


def test_what_else_moved_a_measure_is_proposed_and_listed(alice: Client, company: Company) -> None:
    told = alice.post(NEW, TYPED)
    assert told.headers["Location"] == LIST
    kept = Adjustment.objects.get()
    assert (kept.measure, kept.amount, kept.ends_on, kept.status, kept.proposed_by) == (
        "On-time delivery",
        Decimal("-2.5"),
        date(2026, 5, 31),
        "proposed",
        company.alice,
    )
    page = text_of(browser_of(company.vic).get(LIST)).replace("\u00a0", " ")
    assert "What else moved their measures" in page
    assert "On-time delivery They moved into the new warehouse. Alice" in page
    assert "1 Mar 2026 to 31 May 2026 -2.5 % Their newsletter of March. proposed History" in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"reason": " "}, "It is not said what happened. Say what they changed."),
        ({"evidence": ""}, "Evidence is missing. Say how it is known, or link to it."),
        ({"evidence_link": "acme"}, "This is no link. Begin it with https://."),
        ({"amount": ""}, "A change of level says by how much, another one does not."),
        ({"amount": "0"}, "A change of 0 changes nothing."),
        ({"amount": "2.5 %"}, "There is more than a number here."),
        ({"kind": "change_of_definition", "amount": ""}, "A change of definition has no last day."),
        ({"measure": ""}, "A measure is missing. Say which of theirs was moved."),
        ({"other": "Scrap"}, "Two measures are named. Choose one, or name another one."),
        ({"measure": "Scrap"}, "This is not a choice. Choose one of the list."),
        ({"starts_on": ""}, "This is missing. Give a day."),
        ({"starts_on": "2999-01-01", "ends_on": ""}, "This day lies in the future."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(alice: Client, typed: dict[str, str], says: str) -> None:
    told = alice.post(NEW, {**TYPED, **typed})
    assert told.status_code == 422
    assert says in text_of(told)
    assert fields_of(told)["kind"] == {**TYPED, **typed}["kind"]
    assert not Adjustment.objects.exists()


def test_a_measure_that_no_goal_names_is_named_beside(alice: Client, company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    draft_goal(company.alice, company.acme, at=NOON, kind="personal", stakeholder=jane, measure="Be CFO")
    assert "Be CFO" not in alice.get(NEW).content.decode()
    assert alice.post(NEW, {**TYPED, "measure": "", "other": "Scrap rate"}).status_code == 302
    kept = Adjustment.objects.get()
    assert fields_of(alice.get(at("adjustment_change", kept)))["measure"] == "Scrap rate"


def test_what_is_proposed_is_changed_and_withdrawn_and_comes_back(alice: Client, moved: Adjustment) -> None:
    page = at("adjustment_change", moved)
    fields = {**fields_of(alice.get(page)), "amount": "-3"}
    assert (fields["measure"], fields["starts_on"]) == ("On-time delivery", "2026-03-01")
    assert alice.post(page, fields).status_code == 302
    moved.refresh_from_db()
    assert moved.amount == Decimal(-3)
    told = alice.post(at("adjustment_withdraw", moved), {"reason": "It was another site."}, follow=True)
    assert "It was withdrawn. Undo" in text_of(told)
    assert not Adjustment.objects.exists()
    history = reverse("history", args=["adjustment", moved.pk])
    version = Adjustment.versions.filter(id=moved.pk, history_type="~").get().history_id
    assert alice.post(history, {"version": str(version)}).status_code == 302
    assert Adjustment.objects.get().amount == Decimal(-3)


def test_somebody_else_approves_and_then_nothing_is_offered_any_more(
    alice: Client, company: Company, moved: Adjustment
) -> None:
    ana = browser_of(company.ana)
    assert at("adjustment_approve", moved) in ana.get(LIST).content.decode()
    page = ana.get(at("adjustment_approve", moved))
    assert "Lower by 2.5 from 1 March 2026 on. Alice says: “They moved into the new warehouse.”" in text_of(page)
    assert ana.post(at("adjustment_approve", moved), fields_of(page)).status_code == 302
    moved.refresh_from_db()
    assert (moved.status, moved.decided_by) == ("approved", company.ana)
    for browser in (alice, ana, browser_of(company.ada)):
        shown = browser.get(LIST)
        assert "approved by Ana" in text_of(shown)
        ways = [at(f"adjustment_{verb}", moved) for verb in ("approve", "refuse", "change", "withdraw")]
        assert [way for way in ways if way in shown.content.decode()] == []
    assert "stays as it is" in text_of(alice.post(at("adjustment_change", moved), TYPED))
    assert "stays as it is" in text_of(alice.post(at("adjustment_withdraw", moved), {}))
    assert "Make it this again" not in text_of(alice.get(reverse("history", args=["adjustment", moved.pk])))


def test_a_refusal_says_why(company: Company, moved: Adjustment) -> None:
    ana = browser_of(company.ana)
    page = at("adjustment_refuse", moved)
    sent = fields_of(ana.get(page))
    assert "A reason is missing." in text_of(ana.post(page, {**sent, "reason": ""}))
    assert ana.post(page, {**sent, "reason": "It was our own move."}).status_code == 302
    assert "It was our own move." in text_of(ana.get(reverse("history", args=["adjustment", moved.pk])))


def test_what_was_changed_meanwhile_is_looked_at_again(company: Company, moved: Adjustment) -> None:
    ana = browser_of(company.ana)
    sent = fields_of(ana.get(at("adjustment_approve", moved)))
    change_adjustment(company.alice, moved, at=NOON, amount=Decimal(-9))
    told = ana.post(at("adjustment_approve", moved), sent)
    assert (told.status_code, Adjustment.objects.get().status) == (422, "proposed")
    assert "Somebody changed this adjustment meanwhile. Look at it again, then decide." in text_of(told)


def test_the_buttons_are_for_who_may_decide(company: Company, moved: Adjustment) -> None:
    change_adjustment(company.ada, moved, at=NOON, amount=Decimal(-3))
    for who, may in (("alice", False), ("mia", False), ("fin", False), ("vic", False), ("ada", False), ("ana", True)):
        browser = browser_of(company[who])
        for page in (at("adjustment_approve", moved), at("adjustment_refuse", moved)):
            assert (page in browser.get(LIST).content.decode()) is may
            assert browser.get(page).status_code == (200 if may else 404)
            if not may:
                assert browser.post(page, {"reason": "Because", "seen": "1"}).status_code == 404
    assert browser_of(company.charlie).get(LIST).status_code == 404
    assert browser_of(company.charlie).get(at("adjustment_approve", moved)).status_code == 404


def test_the_customer_s_page_tells_of_them(company: Company, moved: Adjustment) -> None:
    propose_adjustment(
        company.bob, company.acme, at=NOON, measure="DSO", kind="change_of_definition", starts_on=DAY,
        reason="They count from the invoice's day now.", evidence="Their controller wrote so.",
    )  # fmt: skip
    decide_adjustment(company.ana, moved, approve=True, at=NOON)
    page = browser_of(company.alice).get("/customers/acme/")
    told = text_of(page)
    assert "What else moved their measures DSO from 30 Jun 2026, proposed They count from" in told
    assert "On-time delivery from 1 Mar 2026, approved They moved into" in told
    assert f'href="{LIST}"' in page.content.decode()
    assert f'href="{NEW}"' in page.content.decode()
    assert f'href="{NEW}"' not in browser_of(company.vic).get("/customers/acme/").content.decode()
    assert "counted in another way" in text_of(browser_of(company.vic).get(LIST))
