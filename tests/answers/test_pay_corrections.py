"""What a dispute led to: the lines and postings of later statements that go back to what its outcome names."""

from dataclasses import replace
from functools import cache

from paid import months
from trueup.answers.pay_corrections import Correction, corrected
from trueup.answers.pay_told import Line, Told, told
from trueup.units.money import Money


@cache
def statement(payee: str, period: str) -> Told:
    body = next(month for month in months() if month.calculated.period == period).calculated.statements[payee]
    return told(body)


def line_of(said: Told, event: str) -> Line:
    return next(line for line in said.lines if line.event == event)


def disputed(payee: str, about: str, **outcome: str) -> Correction:
    """Dispute 7 about January's line of an event."""
    then = statement(payee, "2026-01")
    hashes = frozenset(line.hash for line in then.lines)
    return Correction(7, line_of(then, about), hashes, **{"event": "", "plan": "", **outcome})


def test_a_line_of_the_event_that_was_put_right_links_back_with_its_true_up() -> None:
    february = statement("alice", "2026-02")
    found = corrected(february, [disputed("alice", "crm:a1", event="crm:a1")])
    assert found.lines == {line_of(february, "crm:a1").hash: (7,)}
    assert found.postings == {("bookings", "2026-01"): (7,)}


def test_a_new_event_that_takes_the_disputed_one_back_links_by_what_it_is_of() -> None:
    february = statement("bob", "2026-02")
    found = corrected(february, [disputed("bob", "crm:b1", event="crm:b1")])
    assert {line.lot for line in february.lines if line.hash in found.lines} == {"crm:b1"}
    assert found.postings == {("bookings", "2026-01"): (7,)}


def test_where_the_event_is_gone_the_posting_alone_links_back() -> None:
    february = statement("alice", "2026-02")
    without = replace(february, lines=tuple(line for line in february.lines if line.event != "crm:a1"))
    found = corrected(without, [disputed("alice", "crm:a1", event="crm:a1")])
    assert (found.lines, found.postings) == ({}, {("bookings", "2026-01"): (7,)})


def test_what_was_there_before_the_dispute_or_follows_from_something_else_links_nowhere() -> None:
    january = statement("alice", "2026-01")
    assert corrected(january, [disputed("alice", "crm:a1", event="crm:a1")]).lines == {}
    unmoved = disputed("alice", "crm:r1", event="crm:r1")
    february = statement("alice", "2026-02")
    kept = replace(february, lines=(*february.lines, unmoved.line))
    assert corrected(kept, [unmoved]).lines == corrected(kept, [unmoved]).postings == {}


def test_a_line_by_the_plan_that_was_put_right_links_back_if_it_is_of_the_same_event() -> None:
    january = statement("alice", "2026-01")
    priced = tuple(
        replace(line, plan="b" * 64, hash=f"new {line.event}", amount=Money.of(1, "EUR")) for line in january.lines
    )
    found = corrected(replace(january, lines=priced), [disputed("alice", "crm:a1", plan="b" * 64)])
    assert found.lines == {"new crm:a1": (7,)}
    assert found.postings == {("bookings", "2026-01"): (7,)}
