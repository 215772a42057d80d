"""The customers' pages over a company that was built: sorted by what was computed, and one customer's whole page."""

import re
from functools import cache

import pyarrow as pa
import pytest
from django.urls import reverse

from company import NOON
from example import COMPANY, built
from trueup.answers import book
from trueup.answers.account import AccountAnswer
from trueup.answers.account import account as answer_of
from trueup.mart.snapshot import Snapshot, current
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.directory import refresh
from trueup.record.models import Account, User
from trueup.runs.directory import directory_of
from trueup.workspace import settings
from web_pages import browser_of, text_of

LIST = "/customers/"


@cache
def directory() -> tuple[pa.Table, pa.Table]:
    return directory_of(built(), settings(built()), on=COMPANY.ends_on)


@pytest.fixture
def ada(record: None, monkeypatch: pytest.MonkeyPatch) -> User:
    """An administrator of the example company."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    refresh(*directory(), on=COMPANY.ends_on)
    return User.objects.create(email="ada@ours.example", name="Ada", role="administrator", joined_at=NOON)


def published() -> Snapshot:
    snapshot = current(built().mart)
    assert snapshot is not None
    return snapshot


def ids_of(user: User, address: str) -> list[str]:
    content = browser_of(user).get(address).content.decode()
    return re.findall(r'rowheader"><a href="/customers/([^/"]+)/"', content)


def busiest() -> tuple[Account, AccountAnswer]:
    """The account with most ties, and its answer."""
    answers = {account.pk: answer_of(published(), account.pk) for account in Account.objects.all()}
    most = max(answers, key=lambda account_id: (len(answers[account_id].ties), account_id))
    return Account.objects.get(pk=most), answers[most]


@pytest.mark.parametrize("told", ["-response_time", "response_time", "-open", "-reviews", "-revenue", "-last_touch"])
def test_the_list_is_in_the_order_of_what_was_computed(ada: User, told: str) -> None:
    columns = {"response_time": "response_time", "open": "open_backlog", "reviews": "business_reviews"}
    columns |= {"revenue": "revenue", "last_touch": book.LAST_TOUCH}
    everybody = sorted(Account.objects.values_list("pk", flat=True))
    column = columns[told.removeprefix("-")]
    expected = book.ranked(published(), column, descending=told.startswith("-"), among=everybody, limit=1000)
    first, second = (ids_of(ada, f"{LIST}?sort={told}&page={page}") for page in (1, 2))
    assert [*first, *second] == expected


def test_an_account_made_by_hand_is_listed_after_those_that_were_computed(ada: User) -> None:
    Account.objects.create(account_id="new", name="Aaron's", is_by_hand=True)
    for sort in ("-response_time", "response_time"):
        assert ids_of(ada, f"{LIST}?sort={sort}&page=99")[-1] == "new"
    assert ids_of(ada, f"{LIST}?sort=revenue&q=Aaron") == ["new"]
    said = text_of(browser_of(ada).get(f"{LIST}new/"))
    assert "The last build does not know this account" in said


def test_a_narrowed_list_is_sorted_too(ada: User) -> None:
    segment = Account.objects.exclude(segment="").values_list("segment", flat=True)[0]
    some = sorted(Account.objects.filter(segment=segment).values_list("pk", flat=True))
    expected = book.ranked(published(), "revenue", descending=True, among=some, limit=50)
    assert ids_of(ada, f"{LIST}?sort=-revenue&segment={segment}") == expected


def test_a_customers_page_tells_of_service_people_and_what_happened(ada: User) -> None:
    account, answer = busiest()
    said = text_of(browser_of(ada).get(reverse("customer", args=[account.pk])))
    parts = ("How they are measured", "Who knows whom", "Our service to them", "What happened")
    assert [said.index(part) for part in parts] == sorted(said.index(part) for part in parts)
    for card in answer.cards:
        if card.family != "customer_outcome" and card.latest:
            assert card.label in said
    assert "Goal attainment" not in said
    for event in answer.events[:5]:
        assert event.key in said
        assert f"line {event.line}" in said
    assert answer.people
    strongest = answer.ties[0]
    assert answer.people[strongest.person_id] in said


def test_a_contact_who_is_recorded_is_shown_once(ada: User) -> None:
    account, answer = busiest()
    contact = next(c for c in answer.contacts if any(t.contact_id == c.contact_id for t in answer.ties))
    before = browser_of(ada).get(f"{LIST}{account.pk}/").content.decode()
    assert f"?contact={contact.contact_id}" in before
    record_stakeholder(
        ada, account, at=NOON, contact_id=contact.contact_id, name=contact.name or "", role_in_decisions="champion"
    )
    after = browser_of(ada).get(f"{LIST}{account.pk}/").content.decode()
    assert f"?contact={contact.contact_id}" not in after
    assert after.count(f">{contact.name}</a>") == 1
