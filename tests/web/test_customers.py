"""The list of customers and a customer's page: who sees whom, in what order, and what is said first."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from company import NOON, Company, table
from trueup.record.actions.goals import Terms, agree_goal, close_goal, draft_goal
from trueup.record.actions.links import answer, make_link, open_link
from trueup.record.actions.milestones import finish_milestone, plan_milestone
from trueup.record.actions.notes import write_note
from trueup.record.actions.readings import add_reading, verify_reading
from trueup.record.actions.stakeholders import add_stake, record_stakeholder
from trueup.record.directory import ACCOUNT_COLUMNS, PERSON_COLUMNS, refresh
from trueup.record.models import Account, Goal, Reading, Stakeholder, User
from web_pages import browser_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
NOW = datetime.now(UTC)
TODAY = NOW.date()
LIST = "/customers/"


def rows_of(response: HttpResponse) -> list[str]:
    """The names in the list, from top to bottom."""
    return re.findall(r'<th scope="row" role="rowheader"><a href="[^"]*">([^<]*)</a>', response.content.decode())


def page_of(user: User, account: Account) -> str:
    return text_of(browser_of(user).get(reverse("customer", args=[account.pk])))


def goal_of(
    company: Company, measure: str, *read: tuple[int, int], who: Stakeholder | None = None, kind: str = "business"
) -> tuple[Goal, list[Reading]]:
    """A goal of Acme's from 60 to 40 within the 200 days around today, agreed, with readings of so many days ago."""
    terms = Terms(Decimal(60), TODAY - timedelta(days=100), Decimal(40), TODAY + timedelta(days=100))
    goal = draft_goal(
        *(company.alice, company.acme),
        at=NOON,
        measure=measure,
        unit="days",
        direction="decrease",
        kind=kind,
        stakeholder=who,
        terms=terms,
    )
    agree_goal(company.alice, goal, at=NOW, agreed_at=NOW - timedelta(days=99))
    readings = [
        add_reading(company.alice, goal, at=NOW, observed_on=TODAY - timedelta(days=days_ago), value=Decimal(value))
        for days_ago, value in read
    ]
    return goal, readings


def test_the_list_has_whom_one_may_see_and_nobody_else(company: Company) -> None:
    assert rows_of(browser_of(company.ada).get(LIST)) == ["Acme", "Globex"]
    assert rows_of(browser_of(company.vic).get(LIST)) == ["Acme", "Globex"]
    assert rows_of(browser_of(company.mia).get(LIST)) == ["Acme"]
    assert rows_of(browser_of(company.charlie).get(LIST)) == ["Globex"]
    assert rows_of(browser_of(company.nora).get(LIST)) == []


def test_people_see_their_own_accounts_first_and_others_when_they_ask(company: Company) -> None:
    refresh_owner(company, "globex", "ana")
    ana = browser_of(company.ana)
    assert rows_of(ana.get(LIST)) == ["Globex"]
    assert rows_of(ana.get(f"{LIST}?whose=all")) == ["Acme", "Globex"]


def refresh_owner(company: Company, account_id: str, owner_id: str) -> None:
    Account.objects.filter(pk=account_id).update(owner_id=owner_id)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("acm", ["Acme"]),
        ("ACME", ["Acme"]),
        ("globex.example", ["Globex"]),
        ("glob ex", ["Globex"]),
        ("100%", []),
        ("'; --", []),
        ("", ["Acme", "Globex"]),
    ],
)
def test_search_looks_for_every_word_in_names_and_domains(company: Company, asked: str, found: list[str]) -> None:
    Account.objects.filter(pk="globex").update(domain="globex.example")
    assert rows_of(browser_of(company.ada).get(LIST, {"q": asked})) == found


def test_the_list_is_narrowed_to_a_segment_and_to_customers(company: Company) -> None:
    Account.objects.filter(pk="globex").update(segment="Large", is_customer=False)
    ada = browser_of(company.ada)
    assert rows_of(ada.get(f"{LIST}?segment=Large")) == ["Globex"]
    assert rows_of(ada.get(f"{LIST}?customers=1")) == ["Acme"]
    assert "no customer now" in text_of(ada.get(LIST))


def test_an_account_that_left_the_data_is_not_listed_but_still_has_its_page(company: Company) -> None:
    Account.objects.filter(pk="globex").update(left_on=date(2026, 6, 1))
    assert rows_of(browser_of(company.ada).get(LIST)) == ["Acme"]
    assert "not delivered any more since 1 June 2026" in page_of(company.ada, company.globex)


def test_only_the_part_that_changes_is_sent_as_one_types(company: Company) -> None:
    ada = browser_of(company.ada)
    part = ada.get(f"{LIST}?q=acm", headers={"HX-Request": "true", "HX-Target": "customers"})
    assert rows_of(part) == ["Acme"]
    assert b"<html" not in part.content
    assert b"<html" in ada.get(f"{LIST}?q=acm").content


@pytest.mark.parametrize(
    "told", ["sort=nonsense", "page=0", "page=-1", "page=99999999999", "page=x", "whose=x", "sort=-"]
)
def test_an_address_that_makes_no_sense_shows_the_list(company: Company, told: str) -> None:
    assert rows_of(browser_of(company.ada).get(f"{LIST}?{told}")) == ["Acme", "Globex"]


def test_names_and_owners_sort_both_ways_also_before_anything_was_built(company: Company) -> None:
    ada = browser_of(company.ada)
    assert rows_of(ada.get(f"{LIST}?sort=-name")) == ["Globex", "Acme"]
    assert rows_of(ada.get(f"{LIST}?sort=owner")) == ["Acme", "Globex"]
    assert rows_of(ada.get(f"{LIST}?sort=-owner")) == ["Globex", "Acme"]


def test_many_accounts_are_turned_over_fifty_at_a_time(company: Company) -> None:
    listed = [
        {"account_id": f"x{place:03}", "name": f"Customer {place:03}", "owner_id": "alice", "is_customer": True}
        for place in range(120)
    ]
    people = [{"person_id": "alice", "name": "Alice", "email": "alice@ours.example"}]
    refresh(table(ACCOUNT_COLUMNS, listed), table(PERSON_COLUMNS, people), on=TODAY)
    ada = browser_of(company.ada)
    pages = [rows_of(ada.get(f"{LIST}?page={page}")) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [name for page in pages for name in page] == [f"Customer {place:03}" for place in range(120)]
    assert "Page 3 of 3" in text_of(ada.get(f"{LIST}?page=7"))


def test_whoever_may_not_see_an_account_does_not_learn_that_it_exists(company: Company) -> None:
    for user, account, status in (
        (company.nora, "acme", 404),
        (company.charlie, "acme", 404),
        (company.mia, "acme", 200),
        (company.vic, "globex", 200),
        (company.ada, "nobody", 404),
    ):
        assert browser_of(user).get(f"{LIST}{account}/").status_code == status
    assert Client(SERVER_NAME="localhost").get(f"{LIST}acme/").status_code == 302


def test_where_nobody_asked_the_page_invites_to_ask(company: Company) -> None:
    response = browser_of(company.alice).get(f"{LIST}acme/")
    assert "Nobody has asked them yet" in text_of(response)
    assert reverse("ask", args=["acme"]).encode() in response.content
    reader = browser_of(company.vic).get(f"{LIST}acme/")
    assert "Nobody has asked them yet" in text_of(reader)
    assert reverse("ask", args=["acme"]).encode() not in reader.content


def test_a_goal_says_where_it_was_is_and_should_be_and_who_vouches_for_it(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane", title="CFO")
    goal_of(company, "Days sales outstanding", (50, 57), (4, 48), who=jane)
    said = page_of(company.vic, company.acme)
    assert "Days sales outstanding Jane, CFO" in said
    assert "60 days → now 48 days → target 40 days by" in said
    assert "on track 60 % of the way, 50 % expected" in said
    assert "Claimed , not confirmed yet" in said
    assert "4 days ago" in said
    assert "60 % attained of 1 goal that is read" in said
    assert "1 of 1 running goals on track" in said


def test_claimed_confirmed_and_disputed_stay_apart(company: Company) -> None:
    goal_of(company, "Claimed one", (2, 50))
    _, confirmed = goal_of(company, "Confirmed one", (2, 50))
    goal, disputed = goal_of(company, "Disputed one", (2, 50))
    verify_reading(company.alice, confirmed[0], at=NOW, evidence="By mail")
    until = NOW + timedelta(days=9)
    _, token = make_link(company.alice, company.acme, at=NOW, goals=[goal], expires_at=until)
    answer(
        open_link(token, at=NOW),
        goal,
        at=NOW,
        verdict="disputed",
        reading=disputed[0],
        revision=1,
        claimed_value=Decimal(50),
        value=Decimal(58),
        note="We count otherwise.",
        said_by="Jane",
    )
    said = page_of(company.vic, company.acme)
    assert re.search(r"Claimed one .*? Claimed , not confirmed yet", said)
    assert re.search(r"Confirmed one .*? Confirmed by them", said)
    assert re.search(r"Disputed one .*? Disputed : they say 58 days we claim 50 days", said)


def test_attainment_is_the_same_for_everyone_who_looks(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    goal_of(company, "Business", (2, 50))
    goal_of(company, "Be the group's CFO", (2, 41), who=jane, kind="personal")
    for user in (company.alice, company.vic):
        assert "50 % attained of 1 goal that is read" in page_of(user, company.acme)
        assert "1 of 1" in text_of(browser_of(user).get(LIST))


def test_what_is_personal_is_on_the_page_of_the_own_team_only(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    goal, _ = goal_of(company, "Days sales outstanding", (2, 50), who=jane)
    goal_of(company, "Be the group's CFO", (2, 41), who=jane, kind="personal")
    add_stake(company.alice, jane, at=NOON, goal=goal, tag="bonus", text="Half of a year's pay")
    write_note(company.alice, company.acme, at=NOON, held_on=TODAY, text="She thinks of leaving.", is_private=True)
    for user in (company.alice, company.bob, company.carol, company.ada):
        said = browser_of(user).get(f"{LIST}acme/").content.decode()
        assert all(told in said for told in ("group&#x27;s CFO", "bonus", "She thinks of leaving."))
    for user in (company.mia, company.vic, company.ana, company.fin):
        said = browser_of(user).get(f"{LIST}acme/").content.decode()
        assert "Days sales outstanding" in said
        assert not any(told in said for told in ("group&#x27;s CFO", "bonus", "Half of", "She thinks of leaving."))


def test_drafts_and_goals_that_ended_are_told_apart(company: Company) -> None:
    draft_goal(company.alice, company.acme, at=NOON, measure="Only an idea", direction="increase")
    goal, _ = goal_of(company, "Long done", (2, 39))
    close_goal(company.alice, goal, at=NOW, outcome="achieved", reason="They got there.")
    said = page_of(company.alice, company.acme)
    assert re.search(r"Only an idea .*? No baseline and target yet draft Agree on it", said)
    assert re.search(r"1 goal that ended Long done .*? achieved", said)
    assert "100 % attained of 1 goal that is read" in said


def test_milestones_say_whether_they_are_late(company: Company) -> None:
    for title, planned, done in (("Late", -9, None), ("Kept", -9, -10), ("Slipped", -9, -2), ("Ahead", 9, None)):
        step = plan_milestone(
            company.alice, company.acme, at=NOON, title=title, planned_on=TODAY + timedelta(days=planned)
        )
        if done is not None:
            finish_milestone(company.alice, step, at=NOW, done_on=TODAY + timedelta(days=done))
    said = page_of(company.vic, company.acme)
    for told in ("overdue Late", "done Kept", "done late Slipped", "planned Ahead"):
        assert told in said


def test_somebody_of_influence_who_left_is_told_aloud(company: Company) -> None:
    for name, role, influence, days in (
        ("Kim", "champion", None, 30),
        ("Lou", "user", 5, 40),
        ("Max", "user", 1, 20),
        ("Old", "champion", 5, 800),
    ):
        record_stakeholder(
            company.alice,
            company.acme,
            at=NOON,
            name=name,
            role_in_decisions=role,
            influence=influence,
            departed_on=TODAY - timedelta(days=days),
        )
    said = page_of(company.vic, company.acme)
    assert re.findall(r"Gone: (\w+)", said) == ["Kim", "Lou"]
    assert "Champion" in said


def test_only_who_may_change_something_is_offered_to(company: Company) -> None:
    goal_of(company, "Days sales outstanding", (2, 50))
    offered = ("ask", "goal_new", "share", "stakeholder_new", "milestone_new", "note_new", "adoption_new")
    for user, is_offered in ((company.alice, True), (company.mia, True), (company.vic, False), (company.fin, False)):
        said = browser_of(user).get(f"{LIST}acme/").content.decode()
        assert {f'href="{reverse(name, args=["acme"])}"' in said for name in offered} == {is_offered}
        assert ("Add a reading" in said) is is_offered


def test_names_from_customers_are_never_markup(company: Company) -> None:
    Account.objects.filter(pk="acme").update(name="<script>alert(1)</script>", domain='"><b>')
    record_stakeholder(company.alice, company.acme, at=NOON, name="<i>Jo</i>", title="<u>CFO</u>")
    goal_of(company, "<b>DSO</b>", (2, 50))
    for address in (LIST, f"{LIST}acme/", f"{LIST}?q=<script>"):
        said = browser_of(company.alice).get(address).content.decode()
        assert not any(tag in said for tag in ("<script>alert", "<i>Jo", "<u>CFO", "<b>DSO", '"><b>', "“<script>"))
