"""The customer's own voice: links that open, close and expire, and answers that nobody changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from company import DAY, NOON, Company
from trueup.record import access, customer
from trueup.record.actions.goals import Terms, agree_goal, draft_goal, revise_terms
from trueup.record.actions.links import answer, change_link, make_link, open_link, revoke_link
from trueup.record.actions.readings import add_reading, correct_reading, remove_reading, verify_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.chain import Broken, Link, Whole, Words, sealed, verify
from trueup.record.history import changes
from trueup.record.models import CustomerAnswer, CustomerLink, Goal, Reading, User
from trueup.record.refusal import NotAllowed, Refused
from trueup.record.testimony import kept_chain, verify_answers

MONTH = NOON + timedelta(30)
LATER = NOON + timedelta(hours=1)
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))


@dataclass(frozen=True)
class Shared:
    """A goal of Acme's, read in June, and a link that shows it to them."""

    company: Company
    goal: Goal
    reading: Reading
    link: CustomerLink
    token: str

    def said(self, verdict: str, **other: object) -> CustomerAnswer:
        given = {"reading": self.reading, "claimed_value": Decimal(50), "revision": 1, "at": LATER, **other}
        return answer(self.link, self.goal, verdict=verdict, **given)

    def read_now(self) -> Reading:
        return access.readings(self.company.alice).get(pk=self.reading.pk)


@pytest.fixture
def shared(company: Company) -> Shared:
    goal = draft_goal(company.alice, company.acme, at=NOON, terms=TERMS, measure="DSO", direction="decrease")
    agree_goal(company.alice, goal, at=NOON)
    reading = add_reading(company.alice, goal, at=NOON, observed_on=DAY, value=Decimal(50))
    link, token = make_link(company.alice, company.acme, at=NOON, goals=[goal], expires_at=MONTH, label="Jane")
    return Shared(company, goal, reading, link, token)


def test_a_token_is_told_once_and_kept_as_a_digest(shared: Shared) -> None:
    assert open_link(shared.token, at=LATER) == shared.link
    assert len(shared.token) >= 43
    with connection.cursor() as cursor:
        for table in ("record_customerlink", "record_historicalcustomerlink"):
            cursor.execute(f"SELECT * FROM {table}")
            assert shared.token not in str(cursor.fetchall())


@pytest.mark.parametrize("token", ["", "guess", "\ud800", "x" * 5000])
def test_a_guess_opens_nothing(shared: Shared, token: str) -> None:
    with pytest.raises(NotAllowed, match="This link does not exist"):
        open_link(token, at=LATER)


def test_a_link_opens_until_it_expires_or_is_closed(shared: Shared) -> None:
    with pytest.raises(NotAllowed, match="This link has expired"):
        open_link(shared.token, at=MONTH)
    revoke_link(shared.company.bob, shared.link, at=LATER)
    for use in (lambda: open_link(shared.token, at=LATER), lambda: shared.said("confirmed")):
        with pytest.raises(NotAllowed, match="This link was closed"):
            use()


def test_when_a_customer_looked_last_is_known(shared: Shared) -> None:
    open_link(shared.token, at=LATER)
    assert access.links(shared.company.vic).get().last_seen_at == LATER
    assert len(changes(shared.company.alice, CustomerLink, shared.link.pk)) == 1


def test_a_link_shows_what_was_shared_and_nothing_else(shared: Shared) -> None:
    other = draft_goal(shared.company.alice, shared.company.acme, at=NOON, measure="Scrap", terms=None)
    add_reading(shared.company.alice, other, at=NOON, observed_on=DAY, value=Decimal(3))
    assert list(customer.goals(shared.link)) == [shared.goal]
    assert list(customer.readings(shared.link)) == [shared.reading]
    assert [terms.revision for terms in customer.terms(shared.link)] == [1]
    change_link(shared.company.bob, shared.link, at=LATER, goals=[other])
    assert list(customer.goals(shared.link)) == [other]
    assert not customer.terms(shared.link).exists()


MISTAKES: list[tuple[str, Callable[[Shared], object]]] = [
    ("at least one goal", lambda s: make(s, goals=[])),
    ("open for a year at most", lambda s: make(s, expires_at=NOON + timedelta(400))),
    ("expires after it was made", lambda s: make(s, expires_at=NOON)),
    ("Personal goals are shared with nobody", lambda s: make(s, goals=[hope(s)])),
    ("no such entry", lambda s: make(s, goals=[elsewhere(s)])),
    ("goal of another account", lambda s: make(s, by=s.company.ada, goals=[elsewhere(s)])),
    ("not change it", lambda s: make(s, by=s.company.vic)),
]


def make(shared: Shared, by: User | None = None, **other: object) -> object:
    given = {"goals": [shared.goal], "expires_at": MONTH, **other}
    return make_link(by or shared.company.alice, shared.company.acme, at=NOON, **given)


def hope(shared: Shared) -> Goal:
    jane = record_stakeholder(shared.company.alice, shared.company.acme, at=NOON, name="Jane")
    return draft_goal(shared.company.alice, shared.company.acme, at=NOON, kind="personal", stakeholder=jane)


def elsewhere(shared: Shared) -> Goal:
    return draft_goal(shared.company.charlie, shared.company.globex, at=NOON, measure="Scrap")


@pytest.mark.parametrize(("told", "deed"), MISTAKES, ids=[told for told, _ in MISTAKES])
def test_what_is_not_shared(shared: Shared, told: str, deed: Callable[[Shared], object]) -> None:
    with pytest.raises(Refused, match=told):
        deed(shared)
    assert access.links(shared.company.alice).count() == 1


def test_a_confirmation_vouches_for_the_reading_and_leaves_its_value(shared: Shared) -> None:
    shared.said("confirmed", said_by="Jane")
    reading = shared.read_now()
    assert (reading.value, reading.verification, reading.verified_at, reading.verified_by) == (
        Decimal(50),
        "confirmed_by_customer",
        LATER,
        None,
    )
    newest = changes(shared.company.alice, Reading, reading.pk)[0]
    assert (newest.by, newest.reason) == (None, "Answer 1: confirmed")


def test_a_correction_is_kept_beside_the_claim(shared: Shared) -> None:
    verify_reading(shared.company.alice, shared.reading, at=NOON, evidence="She said so")
    given = shared.said("corrected", value=Decimal(52))
    assert (given.claimed_value, given.value) == (Decimal(50), Decimal(52))
    reading = shared.read_now()
    assert (reading.value, reading.verification) == (Decimal(50), "unverified")


def test_a_customer_may_change_their_mind(shared: Shared) -> None:
    shared.said("confirmed")
    shared.said("disputed", note="I misread it")
    assert shared.read_now().verification == "unverified"
    assert [given.verdict for given in access.answers(shared.company.vic).order_by("sequence")] == [
        "confirmed",
        "disputed",
    ]


def test_a_goal_itself_is_confirmed(shared: Shared) -> None:
    given = shared.said("confirmed", reading=None, claimed_value=None)
    assert (given.reading, given.revision) == (None, 1)


def test_who_saw_another_value_or_goal_looks_again(shared: Shared) -> None:
    correct_reading(shared.company.alice, shared.reading, at=NOON, value=Decimal(51), reason="A typo")
    with pytest.raises(Refused, match="The value has changed since you saw it"):
        shared.said("confirmed")
    revise_terms(shared.company.alice, shared.goal, replace(TERMS, target_value=Decimal(1)), at=NOON, reason="More")
    with pytest.raises(Refused, match="The goal has changed since you saw it"):
        shared.said("confirmed", claimed_value=Decimal(51))
    assert shared.said("confirmed", claimed_value=Decimal(51), revision=2).sequence == 1


@pytest.mark.parametrize(
    ("verdict", "other", "field"),
    [
        ("corrected", {}, "value"),
        ("confirmed", {"value": Decimal(1)}, "value"),
        ("disputed", {"note": " "}, "note"),
        ("shrugged", {}, "verdict"),
        ("confirmed", {"said_by": "J" * 201}, "said_by"),
        ("confirmed", {"note": "\x00"}, "note"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(
    shared: Shared, verdict: str, other: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        shared.said(verdict, **other)
    assert refused.value.field == field
    assert not access.answers(shared.company.alice).exists()


def test_an_answer_to_what_is_not_shared_is_refused(shared: Shared) -> None:
    other = draft_goal(shared.company.alice, shared.company.acme, at=NOON, measure="Scrap")
    read = add_reading(shared.company.alice, other, at=NOON, observed_on=DAY, value=Decimal(50))
    with pytest.raises(NotAllowed, match="does not share that goal"):
        answer(shared.link, other, at=LATER, verdict="confirmed")
    with pytest.raises(NotAllowed, match="does not share that reading"):
        shared.said("confirmed", reading=read)


def test_what_a_customer_answered_stays(shared: Shared) -> None:
    shared.said("confirmed")
    with pytest.raises(Refused, match="Other entries build on this one"):
        remove_reading(shared.company.alice, shared.reading, at=LATER)


def test_an_untouched_chain_is_whole(shared: Shared) -> None:
    assert verify_answers() == Whole(0, "")
    shared.said("confirmed", said_by="Jane Doe", note="Right")
    shared.said("corrected", value=Decimal("52.10"), said_by="Jürgen")
    newest = shared.said("disputed", note="No: “never”", reading=None, claimed_value=None)
    assert verify_answers() == Whole(3, newest.hash)
    assert verify_answers(noted=Whole(3, newest.hash)) == Whole(3, newest.hash)


def test_the_chain_of_one_engine_is_that_of_the_other(shared: Shared) -> None:
    shared.said("corrected", value=Decimal("52.10"), said_by="Jane")
    (link,) = kept_chain()
    assert (link.facts["value"], link.facts["claimed_value"], link.facts["answered_at"]) == (
        "52.1",
        "50",
        "2026-06-30T13:00:00.000000+00:00",
    )


def test_erased_words_leave_the_chain_whole(shared: Shared) -> None:
    shared.said("disputed", note="Ask Jane", said_by="Jane Doe")
    newest = shared.said("confirmed", said_by="Jane Doe")
    CustomerAnswer.objects.filter(sequence=1).update(said_by="", note="", salt="")
    assert verify_answers() == Whole(2, newest.hash, erased=1)


FORGED = [
    ("verdict = 'disputed'", 2, "not what was hashed: verdict"),
    ("value = '51.00000000'", 2, "not what was hashed: value"),
    ("claimed_value = '49.00000000'", 2, "not what was hashed: claimed_value"),
    ("answered_at = '2026-06-29 13:00:00+00:00'", 2, "not what was hashed: answered_at"),
    ("note = 'Praise'", 2, "not what was hashed: words"),
    ("said_by = 'The CEO'", 2, "not what was hashed: words"),
    ("hash = 'forged'", 2, "its content is not what was hashed"),
    ("algorithm = 'none'", 2, "nobody knows the algorithm none"),
    ("previous_hash = 'forged'", 2, "it does not follow the one before"),
]


@pytest.mark.parametrize(("forgery", "sequence", "because"), FORGED, ids=[forgery for forgery, _, _ in FORGED])
def test_a_forger_at_the_database_itself_is_found(shared: Shared, forgery: str, sequence: int, because: str) -> None:
    three_answers(shared)
    forge(f"UPDATE record_customeranswer SET {forgery} WHERE sequence = 2")
    assert verify_answers() == Broken(sequence, because)


def test_an_answer_taken_out_is_missed(shared: Shared) -> None:
    three_answers(shared)
    noted = verify_answers()
    assert isinstance(noted, Whole)
    forge("DELETE FROM record_customeranswer WHERE sequence = 3")
    assert verify_answers() == Whole(2, CustomerAnswer.objects.get(sequence=2).hash)
    assert verify_answers(noted=noted) == Broken(3, "it is missing: 3 were noted")
    forge("DELETE FROM record_customeranswer WHERE sequence = 1")
    assert verify_answers() == Broken(2, "number 1 is missing before it")


def three_answers(shared: Shared) -> None:
    for value in (51, 52, 53):
        shared.said("corrected", value=Decimal(value), note=f"Rather {value}", said_by="Jane")


def forge(statement: str) -> None:
    """What somebody does who holds the database, and takes its guards away first."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for guard in ("answer_not_changed", "answer_not_deleted"):
            on = " ON record_customeranswer" if connection.vendor == "postgresql" else " "
            cursor.execute(f"DROP TRIGGER IF EXISTS {guard}{on}")
        cursor.execute(statement)


def test_a_rewritten_chain_is_told_by_what_was_noted() -> None:
    words = Words("Jane", "", "salt")
    true = sealed(1, {"verdict": "disputed"}, words, previous_hash="")
    false = sealed(1, {"verdict": "confirmed"}, words, previous_hash="")
    assert verify([false]) == Whole(1, false.hash)
    assert verify([false], noted=Whole(1, true.hash)) == Broken(1, "it is another one than was noted")


def test_what_was_hashed_once_is_verified_for_ever() -> None:
    """The bytes and hash of an answer of the first version; they never change."""
    words = Words(said_by="Jane", note="", salt="00")
    link = sealed(1, {"verdict": "confirmed", "value": None}, words, previous_hash="")
    assert link.payload == PAYLOAD
    assert verify([Link(1, link.facts, words, "sha256-1", PAYLOAD, "", HASH)]) == Whole(1, HASH)


PAYLOAD = (
    b'{"sequence":1,"value":null,"verdict":"confirmed",'
    b'"words":"dc050b9c5555ad282c86bc6cc3ff4f982946e1e3ad81b4886532464cb17191ca"}'
)
HASH = "7009078f4707b29fda3b2377975d6d16e8bd4fdeec1f2936a6c3c02c462f0b00"
