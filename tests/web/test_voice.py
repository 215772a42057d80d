"""A customer answers through a link, without an account: what they see, what they say, and what becomes of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from company import NOON, Company
from trueup.record.actions.goals import Terms, agree_goal, draft_goal, revise_terms
from trueup.record.actions.links import change_link, make_link, revoke_link
from trueup.record.actions.people import deactivate_user
from trueup.record.actions.readings import add_reading, correct_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import CustomerAnswer, CustomerLink, Goal, Reading
from trueup.record.testimony import verify_answers
from trueup.web.views import voice
from web_pages import fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
NOW = datetime.now(UTC)
DSO = Terms(Decimal(55), date(2026, 1, 1), Decimal(40), date(2031, 12, 31))


@dataclass(frozen=True)
class Shared:
    """A goal of Acme's with two readings, and the link that shares it."""

    company: Company
    goal: Goal
    old: Reading
    new: Reading
    link: CustomerLink
    address: str

    def answers(self) -> list[tuple[str, Decimal | None, str, str]]:
        kept = CustomerAnswer.objects.order_by("sequence")
        return [(each.verdict, each.value, each.note, each.said_by) for each in kept]


@pytest.fixture
def shared(company: Company) -> Shared:
    cache.clear()
    alice, acme = company.alice, company.acme
    jane = record_stakeholder(alice, acme, at=NOON, name="Jane", email="jane@acme.example")
    goal = draft_goal(
        alice, acme, at=NOON, terms=DSO, measure="Days sales outstanding", unit="days", direction="decrease",
        weight=Decimal(7), value_per_unit=Decimal(1234), currency="EUR",
    )  # fmt: skip
    goal = agree_goal(alice, goal, at=NOON)
    draft_goal(alice, acme, at=NOON, measure="Be group CFO", kind="personal", stakeholder=jane, direction="increase")
    old, new = (
        add_reading(
            alice, goal, at=NOON, observed_on=day, value=value, source="your ERP", evidence="Pete from billing told us"
        )
        for day, value in ((date(2026, 3, 31), Decimal(51)), (date(2026, 4, 30), Decimal("49.5")))
    )
    link, token = make_link(alice, acme, at=NOW, goals=[goal], expires_at=NOW + timedelta(days=30), label="Jane")
    return Shared(company, goal, old, new, link, f"/c/{token}/")


@pytest.fixture
def browser() -> Client:
    """Some customer's browser, which knows nobody here, and sends no token against forged forms."""
    return Client(SERVER_NAME="localhost", enforce_csrf_checks=True)


def says(browser: Client, address: str, verdict: str, about: Goal | Reading, **typed: str) -> HttpResponse:
    """Press a button of the page as it stands, after typing into some of its fields."""
    fields = {**fields_of(browser.get(address)), "answer": f"{verdict} {about.pk}"}
    return browser.post(address, {**fields, **typed})


def test_the_page_tells_the_goal_in_plain_words_and_the_newest_reading_first(shared: Shared, browser: Client) -> None:
    page = browser.get(shared.address)
    told = text_of(page)
    assert "Down from 55 days on 1 January 2026 to 40 days by 31 December 2031 ." in told
    assert "By our notes now 49.5 days : 37 % of the way." in told
    assert told.index("49.5 days on 30 April 2026, from your ERP") < told.index("51 days on 31 March 2026")
    assert "Ours" in told


def test_the_page_keeps_what_is_not_the_customers_business_to_itself(shared: Shared, browser: Client) -> None:
    page = browser.get(shared.address).content.decode()
    for secret in ("Be group CFO", "Pete from billing", "1234", "1,234", "jane@acme.example", "Weight"):
        assert secret not in page


def test_neither_the_address_nor_the_page_leaves_the_browser(shared: Shared, browser: Client) -> None:
    page = browser.get(shared.address)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Cache-Control"] == "private, no-store"
    text = page.content.decode()
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert "<script" not in text
    assert 'href="/customers' not in text


def test_a_confirmation_is_kept_with_the_name_of_who_gave_it(shared: Shared, browser: Client) -> None:
    answered = says(browser, shared.address, "confirmed", shared.new, said_by="Jane Doe")
    assert answered.status_code == 302
    assert answered.headers["Location"] == f"{shared.address}#on-{shared.new.pk}"
    told = text_of(browser.get(shared.address))
    assert "Thank you, Jane Doe. Your answer is kept." in told
    assert "Confirmed by Jane Doe" in told
    shared.new.refresh_from_db()
    assert (shared.new.value, shared.new.verification) == (Decimal("49.5"), "confirmed_by_customer")
    assert shared.answers() == [("confirmed", None, "", "Jane Doe")]


def test_the_name_is_asked_once(shared: Shared, browser: Client) -> None:
    nameless = says(browser, shared.address, "confirmed", shared.goal)
    assert nameless.status_code == 422
    assert "Please say who you are." in text_of(nameless)
    assert shared.answers() == []
    says(browser, shared.address, "confirmed", shared.goal, said_by="Łucja Nowak")
    assert "You answer as Łucja Nowak" in text_of(browser.get(shared.address))
    says(browser, shared.address, "confirmed", shared.old, said_by="")
    assert [said_by for *_, said_by in shared.answers()] == ["Łucja Nowak"] * 2


def test_somebody_elses_browser_does_not_answer_under_that_name(shared: Shared, browser: Client) -> None:
    says(browser, shared.address, "confirmed", shared.goal, said_by="Jane Doe")
    other = Client(SERVER_NAME="localhost")
    assert says(other, shared.address, "confirmed", shared.old).status_code == 422


def test_a_correction_stands_beside_our_value(shared: Shared, browser: Client) -> None:
    typed = {f"value-{shared.new.pk}": "52,5", f"note-corrected-{shared.new.pk}": "May was late.", "said_by": "Jane"}
    says(browser, shared.address, "corrected", shared.new, **typed)
    told = text_of(browser.get(shared.address))
    assert "49.5 days on 30 April 2026" in told
    assert "Corrected to 52.5 days by Jane" in told
    assert "“May was late.”" in told
    shared.new.refresh_from_db()
    assert shared.new.value == Decimal("49.5")
    assert shared.answers() == [("corrected", Decimal("52.5"), "May was late.", "Jane")]


@pytest.mark.parametrize(
    ("verdict", "typed", "told"),
    [
        ("corrected", "", "Write the value that you hold right."),
        ("corrected", "about fifty", "This is no number."),
        ("corrected", "49.5", "This is the value that stands there. Confirm it, or give another one."),
        ("corrected", "1" * 30, "Ensure that there are no more than"),
        ("disputed", "", "A dispute needs words. Say what you see differently."),
        ("disputed", " \n ", "A dispute needs words. Say what you see differently."),
        ("disputed", "x" * 2001, "The note is longer than 2,000 characters. Say it shorter."),
    ],
)
def test_an_answer_that_lacks_something_is_given_back_as_it_was_typed(
    shared: Shared, browser: Client, verdict: str, typed: str, told: str
) -> None:
    field = "value" if verdict == "corrected" else "note-disputed"
    given = {f"{field}-{shared.new.pk}": typed, "said_by": "Jane Doe"}
    answered = says(browser, shared.address, verdict, shared.new, **given)
    assert answered.status_code == 422
    assert told in text_of(answered)
    fields = fields_of(answered)
    assert fields[f"{field}-{shared.new.pk}"].strip() == typed.strip()
    assert fields["said_by"] == "Jane Doe"
    assert shared.answers() == []


def test_whoever_answers_again_adds_an_answer_and_changes_none(shared: Shared, browser: Client) -> None:
    says(browser, shared.address, "confirmed", shared.new, said_by="Jane")
    why = {f"note-disputed-{shared.new.pk}": "I looked again: <b>no</b>."}
    says(browser, shared.address, "disputed", shared.new, **why)
    page = browser.get(shared.address)
    assert "Disputed by Jane" in text_of(page)
    assert "&lt;b&gt;no&lt;/b&gt;" in page.content.decode()
    assert [verdict for verdict, *_ in shared.answers()] == ["confirmed", "disputed"]
    shared.new.refresh_from_db()
    assert shared.new.verification == "unverified"
    assert verify_answers().links == 2  # type: ignore[union-attr]


def test_the_goal_itself_is_corrected_by_another_target(shared: Shared, browser: Client) -> None:
    says(browser, shared.address, "corrected", shared.goal, **{f"value-{shared.goal.pk}": "42", "said_by": "Jane"})
    assert "Corrected to 42 days by Jane" in text_of(browser.get(shared.address))
    kept = CustomerAnswer.objects.get()
    assert (kept.goal, kept.reading, kept.revision, kept.value) == (shared.goal, None, 1, Decimal(42))


def test_what_changed_since_it_was_seen_is_to_be_looked_at_again(shared: Shared, browser: Client) -> None:
    seen = {**fields_of(browser.get(shared.address)), "said_by": "Jane"}
    correct_reading(shared.company.alice, shared.new, at=NOW, reason="typo", value=Decimal(48))
    lower = Terms(Decimal(55), date(2026, 1, 1), Decimal(38), date(2031, 12, 31))
    revise_terms(shared.company.alice, shared.goal, lower, at=NOW, reason="they said so")
    for about in (shared.new, shared.old, shared.goal):
        answered = browser.post(shared.address, {**seen, "answer": f"confirmed {about.pk}"})
        assert answered.status_code == 422
        assert "This has changed since you saw it. Look at it again, then answer." in text_of(answered)
    assert shared.answers() == []
    assert (
        browser.post(shared.address, {**fields_of(answered), "answer": f"confirmed {shared.new.pk}"}).status_code == 302
    )


def test_an_answer_to_another_value_is_told_so(shared: Shared, browser: Client) -> None:
    says(browser, shared.address, "confirmed", shared.new, said_by="Jane")
    correct_reading(shared.company.alice, shared.new, at=NOW, reason="typo", value=Decimal(48))
    assert "It was another value then; please look again." in text_of(browser.get(shared.address))


def test_a_link_answers_for_what_it_shares_only(shared: Shared, browser: Client) -> None:
    alice, acme = shared.company.alice, shared.company.acme
    other = draft_goal(alice, acme, at=NOON, measure="Returns", direction="decrease")
    unshared = add_reading(alice, other, at=NOON, observed_on=date(2026, 4, 1), value=Decimal(3))
    for about in (other, unshared):
        typed = {"answer": f"confirmed {about.pk}", "said_by": "Jane", f"seen-{about.pk}": "revision None, 3"}
        assert browser.post(shared.address, typed).status_code == 200
    assert browser.post(shared.address, {"answer": f"withdrawn {shared.goal.pk}", "said_by": "Jane"}).status_code == 200
    assert shared.answers() == []


def test_a_link_whose_goals_are_shared_no_more_says_so(shared: Shared, browser: Client) -> None:
    other = draft_goal(shared.company.alice, shared.company.acme, at=NOON, measure="Returns", direction="decrease")
    change_link(shared.company.alice, shared.link, at=NOW, goals=[other])
    told = text_of(browser.get(shared.address))
    assert "Days sales outstanding" not in told
    assert "Returns No target is set yet. proposed, not agreed yet Nothing was measured yet." in told


def test_a_closed_or_expired_link_says_whom_to_ask(shared: Shared, browser: Client) -> None:
    revoke_link(shared.company.alice, shared.link, at=NOW)
    closed = browser.get(shared.address)
    assert closed.status_code == 410
    assert "This link was closed." in text_of(closed)
    assert "ask Alice at Ours ( alice@ours.example ) for a new one" in text_of(closed)
    assert closed.headers["Referrer-Policy"] == "no-referrer"
    _, token = make_link(
        shared.company.alice, shared.company.acme, at=NOW - timedelta(days=9), goals=[shared.goal],
        expires_at=NOW - timedelta(days=2),
    )  # fmt: skip
    expired = browser.post(f"/c/{token}/", {"answer": f"confirmed {shared.goal.pk}", "said_by": "Jane"})
    assert expired.status_code == 410
    assert "This link has expired." in text_of(expired)
    assert shared.answers() == []


def test_nobody_is_sent_to_somebody_who_has_left(shared: Shared, browser: Client) -> None:
    revoke_link(shared.company.alice, shared.link, at=NOW)
    deactivate_user(shared.company.ada, shared.company.alice, at=NOW)
    told = text_of(browser.get(shared.address))
    assert "ask whoever at Ours sent you the link for a new one" in told
    assert "alice@" not in told


def test_an_address_that_is_none_tells_nothing(shared: Shared, browser: Client) -> None:
    page = browser.get("/c/nothing-at-all/")
    assert page.status_code == 404
    assert "There is nothing at this address" in text_of(page)


def test_a_link_is_not_asked_for_again_and_again(
    shared: Shared, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "_VISITS", 3)
    monkeypatch.setattr(voice, "_STRANGERS", 2)
    assert [browser.get(shared.address).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [browser.get("/c/guess/").status_code for _ in range(3)] == [404, 404, 429]


def test_the_team_sees_when_the_link_was_opened(shared: Shared, browser: Client) -> None:
    browser.get(shared.address)
    shared.link.refresh_from_db()
    assert shared.link.last_seen_at is not None
