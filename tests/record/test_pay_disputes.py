"""Disputes about lines of statements: opened by whom they concern, decided by somebody else, and counted in days."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from company import NOON, Company
from trueup.record import access
from trueup.record.actions.pay_disputes import decide_dispute, open_dispute
from trueup.record.actions.pay_periods import Calculated, keep_calculation
from trueup.record.models import Dispute, DisputeOutcome, PayStatement, User
from trueup.record.pay_periods import open_disputes
from trueup.record.refusal import NotAllowed, Refused

LINE, OTHER, PLAN = "4" * 64, "5" * 64, "2" * 64
CLAIM = "The deal was 120, not 100."


def calculated(company: Company, *lines: str) -> None:
    body = json.dumps({"lines": [{"hash": line} for line in lines]}).encode()
    statements = dict.fromkeys(("alice", "bob", "fin"), body)
    keep_calculation(company.fin, Calculated("2026-01", "1" * 64, [], "1", NOON, statements), at=NOON)


@pytest.fixture
def told(company: Company) -> Company:
    """Statements of January were shown."""
    calculated(company, LINE)
    return company


def disputed(by: User, payee: str = "alice", line: str = LINE, claim: str = CLAIM) -> Dispute:
    return open_dispute(by, payee, "2026-01", line, claim=claim, at=NOON)


@pytest.mark.parametrize("who", ["Alice", "Mia", "Fin", "Ada"])
def test_the_payee_their_manager_and_who_pays_dispute_a_line(told: Company, who: str) -> None:
    before = [bytes(body) for body in PayStatement.objects.order_by("pk").values_list("body", flat=True)]
    dispute = disputed(told[who])
    assert (dispute.payee, dispute.period, dispute.line_hash, dispute.claim) == ("alice", "2026-01", LINE, CLAIM)
    assert access.disputes(told.alice).get() == dispute
    assert [bytes(body) for body in PayStatement.objects.order_by("pk").values_list("body", flat=True)] == before


@pytest.mark.parametrize("who", ["Bob", "Ana", "Vic", "Charlie"])
def test_nobody_else_does(told: Company, who: str) -> None:
    with pytest.raises(NotAllowed, match="no such statement"):
        disputed(told[who])


def test_a_line_that_is_not_in_the_newest_statement_is_not_disputed(told: Company) -> None:
    with pytest.raises(Refused, match="no such line"):
        disputed(told.alice, line=OTHER)
    calculated(told, OTHER)
    with pytest.raises(Refused, match="no such line"):
        disputed(told.alice)
    disputed(told.alice, line=OTHER)
    with pytest.raises(NotAllowed, match="no such statement"):
        open_dispute(told.alice, "alice", "2026-02", LINE, claim=CLAIM, at=NOON)


def test_a_dispute_says_what_is_wrong_and_once(told: Company) -> None:
    with pytest.raises(Refused, match="It is not said what is wrong"):
        disputed(told.alice, claim=" ")
    first = disputed(told.alice)
    with pytest.raises(Refused, match="disputed already"):
        disputed(told.mia)
    decide_dispute(told.fin, first, outcome="rejected", reason="It was 100.", at=NOON)
    assert disputed(told.alice) != first


def test_a_dispute_is_decided_by_who_pays_and_never_by_the_payee(told: Company) -> None:
    hers, his = disputed(told.alice), disputed(told.fin, "fin")
    decide = {"outcome": "rejected", "reason": "It was 100.", "at": NOON}
    for who, which, says in (
        (told.alice, hers, "Calculating and paying is for finance"),
        (told.mia, hers, "Calculating and paying is for finance"),
        (told.bob, hers, "no such entry"),
        (told.fin, his, "about your own pay"),
    ):
        with pytest.raises(NotAllowed, match=says):
            decide_dispute(who, which, **decide)
    decide_dispute(told.ada, his, **decide)
    with pytest.raises(Refused, match="decided already"):
        decide_dispute(told.ada, his, **decide)


OUTCOMES: list[tuple[str, Callable[[User, Dispute], DisputeOutcome]]] = [
    ("A reason is missing", lambda by, d: decide_dispute(by, d, outcome="rejected", at=NOON)),
    ("New evidence has the key", lambda by, d: decide_dispute(by, d, outcome="evidence", at=NOON)),
    (
        "New evidence has the key",
        lambda by, d: decide_dispute(by, d, outcome="rejected", reason="No.", evidence="deal-7", at=NOON),
    ),
    ("that plan's hash", lambda by, d: decide_dispute(by, d, outcome="plan_correction", at=NOON)),
    ("no SHA-256 of a plan", lambda by, d: decide_dispute(by, d, outcome="plan_correction", plan_hash="x", at=NOON)),
    ("", lambda by, d: decide_dispute(by, d, outcome="rejected", reason="No.", at=NOON)),
    ("", lambda by, d: decide_dispute(by, d, outcome="evidence", evidence="deal-7", at=NOON)),
    ("", lambda by, d: decide_dispute(by, d, outcome="plan_correction", plan_hash=PLAN, reason="A typo.", at=NOON)),
]


@pytest.mark.parametrize(("says", "decide"), OUTCOMES, ids=[str(number) for number, _ in enumerate(OUTCOMES)])
def test_an_outcome_has_what_belongs_to_it(
    told: Company, says: str, decide: Callable[[User, Dispute], DisputeOutcome]
) -> None:
    dispute = disputed(told.alice)
    if says:
        with pytest.raises(Refused, match=says):
            decide(told.fin, dispute)
        assert not DisputeOutcome.objects.exists()
    else:
        outcome = decide(told.fin, dispute)
        assert access.dispute_outcomes(told.alice).get() == outcome
        assert not access.dispute_outcomes(told.bob).exists()


def test_open_disputes_grow_older_until_they_are_decided(told: Company) -> None:
    first = disputed(told.alice)
    second = open_dispute(told.bob, "bob", "2026-01", LINE, claim=CLAIM, at=NOON + timedelta(2))
    week = NOON + timedelta(7, hours=-1)
    assert open_disputes(told.fin, week) == [(first, 6), (second, 4)]
    assert open_disputes(told.mia, week) == [(first, 6)]
    assert open_disputes(told.bob, NOON) == [(second, 0)]
    assert open_disputes(told.vic, week) == []
    decide_dispute(told.fin, first, outcome="evidence", evidence="deal-7", at=week)
    assert open_disputes(told.fin, week) == [(second, 4)]
