"""The team shares goals with a customer: who may, what, for how long, and what came back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from company import NOON, Company
from trueup.record.actions.goals import Terms, agree_goal, draft_goal, withdraw_goal
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import CustomerLink, Goal
from web_pages import browser_of, fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
PAGE = "/customers/acme/share/"
NOW = datetime.now(UTC)


def in_days(days: int) -> str:
    return (NOW + timedelta(days=days)).date().isoformat()


@pytest.fixture
def goal(company: Company) -> Goal:
    terms = Terms(Decimal(55), date(2026, 1, 1), Decimal(40), date(2031, 12, 31))
    drafted = draft_goal(
        company.alice, company.acme, at=NOON, terms=terms, measure="DSO", unit="days", direction="decrease"
    )
    return agree_goal(company.alice, drafted, at=NOON)


@pytest.fixture
def hope(company: Company) -> Goal:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    return draft_goal(
        company.alice, company.acme, at=NOON, measure="Be CFO", kind="personal", stakeholder=jane, direction="increase"
    )


def test_a_link_is_made_for_thirty_days_and_told_once(company: Company, goal: Goal, hope: Goal) -> None:
    alice = browser_of(company.alice)
    form = alice.get(PAGE)
    fields = fields_of(form)
    assert fields["expires_at"] == in_days(30)
    assert fields["goals"] == str(goal.pk), "what is agreed is chosen already"
    assert "Be CFO" not in text_of(form)
    made = alice.post(PAGE, {**fields, "label": "Jane, for July"})
    link = CustomerLink.objects.get()
    assert (link.label, link.account, list(link.goals.all())) == ("Jane, for July", company.acme, [goal])
    text = made.content.decode()
    token = text.split("/c/")[1].split("/")[0]
    assert text.count(token) == 2, "as a link, and in the mail"
    assert "Is it right? Please look at it" in text
    assert "DSO" in text_of(Client(SERVER_NAME="localhost").get(f"/c/{token}/"))
    again = alice.get(PAGE).content.decode()
    assert token not in again
    assert "Jane, for July" in again


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"goals": ""}, "A link shares at least one goal. Choose what the customer shall see."),
        ({"expires_at": in_days(-2)}, "A link expires after it was made. Give a later day."),
        ({"expires_at": in_days(400)}, "A link is open for a year at most. Give an earlier day."),
        ({"expires_at": "9999-12-31"}, "This day can hardly be meant. Correct its year."),
        ({"expires_at": "soon"}, "This is no day."),
        ({"expires_at": ""}, "This is missing. Give a day."),
        ({"label": "x" * 201}, "Ensure this value has at most 200 characters"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_beside_the_field(
    company: Company, goal: Goal, changed: dict[str, str], told: str
) -> None:
    alice = browser_of(company.alice)
    fields = {**fields_of(alice.get(PAGE)), **changed}
    answered = alice.post(PAGE, {name: value for name, value in fields.items() if value or name != "goals"})
    assert answered.status_code == 422
    assert told in text_of(answered)
    assert not CustomerLink.objects.exists()


def test_a_personal_goal_is_shared_by_no_trick(company: Company, goal: Goal, hope: Goal) -> None:
    alice = browser_of(company.alice)
    answered = alice.post(PAGE, {**fields_of(alice.get(PAGE)), "goals": [str(goal.pk), str(hope.pk)]})
    assert answered.status_code == 422
    assert "This goal is not among those that may be shared. Choose others." in text_of(answered)


def test_a_withdrawn_goal_is_not_offered(company: Company, goal: Goal) -> None:
    withdraw_goal(company.alice, goal, at=NOON, reason="over")
    told = text_of(browser_of(company.alice).get(PAGE))
    assert "Acme has no business goal that could be shared yet." in told


@pytest.mark.parametrize(
    ("name", "reads", "shares"),
    [
        ("Alice", True, True),
        ("Bob", True, True),
        ("Mia", True, True),
        ("Ada", True, True),
        ("Vic", True, False),
        ("Ana", True, False),
        ("Charlie", False, False),
        ("Nora", False, False),
    ],
)
def test_who_may_share(company: Company, goal: Goal, name: str, *, reads: bool, shares: bool) -> None:
    link, _ = make_link(
        company.alice, company.acme, at=NOW, goals=[goal], expires_at=NOW + timedelta(days=3), label="L"
    )
    browser = browser_of(company[name])
    assert browser.get(PAGE).status_code == (200 if reads else 404)
    made = browser.post(PAGE, {"goals": str(goal.pk), "expires_at": in_days(3), "label": "mine"})
    assert made.status_code == (200 if shares else 404)
    assert CustomerLink.objects.filter(label="mine").exists() == shares
    closed = browser.post(reverse("link_revoke", args=[link.pk]))
    assert closed.status_code == (302 if shares else 404)
    link.refresh_from_db()
    assert (link.revoked_at is not None) == shares


def test_a_closed_link_is_shown_as_closed(company: Company, goal: Goal) -> None:
    link, _ = make_link(company.alice, company.acme, at=NOW, goals=[goal], expires_at=NOW + timedelta(days=3))
    told = browser_of(company.alice).post(reverse("link_revoke", args=[link.pk]), follow=True)
    assert "The link is closed. Whoever opens it reads whom to ask." in text_of(told)
    assert "Nobody named closed" in text_of(told)


def test_what_they_answered_stands_beside_what_we_claimed(company: Company, goal: Goal) -> None:
    reading = add_reading(company.alice, goal, at=NOON, observed_on=date(2026, 3, 31), value=Decimal(51))
    link, _ = make_link(company.alice, company.acme, at=NOW, goals=[goal], expires_at=NOW + timedelta(days=3))
    answer(link, goal, at=NOW, verdict="corrected", reading=reading, claimed_value=Decimal(51), revision=1,
           value=Decimal(53), note="wrong month", said_by="Jane")  # fmt: skip
    told = text_of(browser_of(company.vic).get(PAGE))
    assert "corrected DSO : 51 days on 31 March 2026, they say 53 days “wrong month” Jane" in told
