"""Nobody sees or reaches what they may not: the page is not there, and what they may not change has no form."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from company import DAY, NOON, Company
from trueup.record.actions.adjustments import propose_adjustment
from trueup.record.actions.goals import Terms, change_goal, draft_goal
from trueup.record.actions.levers import adopt_lever, define_lever
from trueup.record.actions.milestones import plan_milestone
from trueup.record.actions.notes import write_note
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import add_stake, record_stakeholder
from web_pages import browser_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2031, 12, 31))
SECRET = "Be the group's CFO"

PEOPLE = """
    who      reads  enters  confides
    Alice    yes    yes     yes
    Bob      yes    yes     yes
    Carol    yes    yes     yes
    Mia      yes    yes     no
    Ana      yes    no      no
    Fin      yes    no      no
    Vic      yes    no      no
    Ada      yes    yes     yes
    Charlie  no     no      no
    Nora     no     no      no
"""
TABLE = [line.split() for line in PEOPLE.strip().splitlines()[1:]]


@dataclass(frozen=True)
class Places:
    """Addresses at Acme: what its readers may open, what takes entering, and what only its own team may see."""

    company: Company
    read: tuple[str, ...]
    enter: tuple[str, ...]
    confide: tuple[str, ...]


@pytest.fixture
def places(company: Company) -> Places:
    alice, acme = company.alice, company.acme
    jane = record_stakeholder(alice, acme, at=NOON, name="Jane")
    goal = draft_goal(alice, acme, at=NOON, measure="DSO", direction="decrease", terms=TERMS)
    hope = draft_goal(
        alice, acme, at=NOON, kind="personal", stakeholder=jane, measure=SECRET, direction="decrease", terms=TERMS
    )
    reading = add_reading(alice, goal, at=NOON, observed_on=DAY, value=Decimal(50))
    hoped = add_reading(alice, hope, at=NOON, observed_on=DAY, value=Decimal(50))
    step = plan_milestone(alice, acme, at=NOON, title="First invoice", planned_on=DAY)
    note = write_note(alice, acme, at=NOON, held_on=DAY, text="They pay late.", stakeholders=[jane])
    aside = write_note(alice, acme, at=NOON, held_on=DAY, text="She may leave.", is_private=True, stakeholders=[jane])
    stake = add_stake(alice, jane, at=NOON, goal=goal, tag="bonus", text="half of her pay")
    use = adopt_lever(alice, acme, define_lever(alice, at=NOON, name="Dunning"), at=NOON, adopted_on=DAY)

    moved = propose_adjustment(
        alice, acme, at=NOON, measure="DSO", starts_on=DAY, amount=Decimal(2), reason="They merged.", evidence="A mail."
    )

    def at(key: object, *names: str) -> list[str]:
        return [reverse(name, args=[key]) for name in names]

    goal_verbs = ("goal_change", "goal_terms", "goal_agree", "goal_close", "goal_withdraw", "goal_reopen")
    return Places(
        company,
        read=(
            *at(goal.pk, "goal"),
            *at(jane.pk, "stakeholder"),
            *at("acme", "adjustments"),
            reverse("history", args=["adjustment", moved.pk]),
            reverse("history", args=["goal", goal.pk]),
            reverse("history", args=["reading", reading.pk]),
            reverse("history", args=["note", note.pk]),
        ),
        enter=(
            *at("acme", "ask", "goal_new", "stakeholder_new", "milestone_new", "note_new", "adoption_new"),
            *at("acme", "adjustment_new"),
            *at(moved.pk, "adjustment_change", "adjustment_withdraw"),
            f"{reverse('ask', args=['acme'])}?who={jane.pk}",
            *at(goal.pk, *goal_verbs),
            *at(reading.pk, "reading_correct", "reading_confirm", "reading_remove"),
            *at(jane.pk, "stakeholder_change", "stakeholder_remove"),
            *at(step.pk, "milestone_change", "milestone_done", "milestone_remove"),
            *at(note.pk, "note_change", "note_remove"),
            *at(use.pk, "adoption_change", "adoption_remove"),
        ),
        confide=(
            *at("acme", "account_team"),
            *at(hope.pk, "goal", *goal_verbs),
            *at(hoped.pk, "reading_correct", "reading_confirm"),
            *at(jane.pk, "stake_new"),
            *at(stake.pk, "stake_change", "stake_remove"),
            *at(aside.pk, "note_change", "note_remove"),
            reverse("history", args=["goal", hope.pk]),
            reverse("history", args=["stake", stake.pk]),
            reverse("history", args=["note", aside.pk]),
        ),
    )


@pytest.mark.parametrize(("who", "reads", "enters", "confides"), TABLE, ids=[row[0] for row in TABLE])
def test_each_page_is_there_for_who_may_use_it_and_for_nobody_else(
    places: Places, who: str, reads: str, enters: str, confides: str
) -> None:
    browser = browser_of(places.company[who])
    for addresses, may in ((places.read, reads), (places.enter, enters), (places.confide, confides)):
        wrong = {
            address: status
            for address in addresses
            if (status := browser.get(address).status_code) != (200 if may == "yes" else 404)
        }
        assert wrong == {}


@pytest.mark.parametrize("who", ["ana", "fin", "vic"])
def test_who_only_reads_is_shown_no_form_and_no_way_to_one(places: Places, who: str) -> None:
    browser = browser_of(places.company[who])
    for address in places.read:
        page = browser.get(address).content.decode()
        assert "<form" not in page.partition("<main")[2], address
        assert [way for way in places.enter if f'href="{way}"' in page] == []


@pytest.mark.parametrize("who", ["mia", "ana", "fin", "vic"])
def test_what_is_private_is_told_on_no_page_of_others(places: Places, who: str) -> None:
    browser = browser_of(places.company[who])
    pages = [browser.get(address) for address in (*places.read, *places.enter)]
    told = [text_of(page) + page.content.decode() for page in pages if page.status_code == 200]
    assert len(told) >= len(places.read)
    for secret in (SECRET, "half of her pay", "She may leave."):
        assert [page for page in told if secret in page] == []


@pytest.mark.parametrize("who", ["Ana", "Fin", "Vic", "Charlie", "Nora"])
def test_nothing_is_written_by_who_may_not_enter(places: Places, who: str) -> None:
    browser = browser_of(places.company[who])
    sent = {address: browser.post(address, {"reason": "because", "text": "x"}).status_code for address in places.enter}
    assert set(sent.values()) == {404}


def test_what_became_private_is_out_of_others_history_too(places: Places, company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="June")
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="Her team's size", stakeholder=jane)
    change_goal(company.alice, goal, at=NOON, kind="personal", measure="Her own seat on the board")
    address = reverse("history", args=["goal", goal.pk])
    assert browser_of(company.vic).get(address).status_code == 404
    assert browser_of(company.alice).get(address).status_code == 200


def test_without_signing_in_there_is_nothing(places: Places) -> None:
    browser = browser_of(places.company.vic)
    browser.logout()
    for address in (*places.read, *places.enter, *places.confide, "/levers/", "/targets/", "/measures/"):
        assert browser.get(address).headers["Location"].startswith("/account/login/")


def test_an_address_that_was_never_there_is_as_one_that_may_not_be_seen(company: Company) -> None:
    browser = browser_of(company.alice)
    nil = "00000000-0000-0000-0000-000000000000"
    for address in (f"/goals/{nil}/", f"/history/goal/{nil}/", f"/history/user/{company.ada.pk}/", "/customers/x/ask/"):
        assert browser.get(address).status_code == 404
