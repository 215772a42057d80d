"""What is known on a day, and what contradicts itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from trueup.pay.conversion import Conversion
from trueup.pay.currency import NoRate
from trueup.pay.facts import Event, FactError, Facts, Outcome, Quota, Rate, ReportingLine

SOLD = Event("deal", "deal", date(2026, 1, 10), date(2026, 1, 10), Fraction(100), "EUR", "ann", "bookings")
PUT_RIGHT = replace(SOLD, amount=Fraction(90), revision=1, known_on=date(2026, 3, 1))
JUNE = date(2026, 6, 30)


def test_an_event_is_what_its_newest_revision_by_then_says() -> None:
    facts = Facts(events=(PUT_RIGHT, SOLD))
    assert [event.amount for event in facts.known(date(2026, 2, 1)).events] == [100]
    assert [event.amount for event in facts.known(JUNE).events] == [90]
    assert facts.known(date(2026, 1, 9)).events == ()
    # From the very day on which it is known.
    assert [event.amount for event in facts.known(date(2026, 1, 10)).events] == [100]
    assert [event.amount for event in facts.known(date(2026, 2, 28)).events] == [100]
    assert [event.amount for event in facts.known(date(2026, 3, 1)).events] == [90]
    assert Facts(events=(SOLD, replace(SOLD, kind="withdrawn", revision=1))).known(JUNE).events == ()


def test_the_same_delivered_again_is_no_other_event() -> None:
    again = replace(SOLD, known_on=date(2026, 2, 1))
    assert len(Facts(events=(SOLD, again, PUT_RIGHT)).known(JUNE).events) == 1


def test_what_was_told_otherwise_later_is_no_fact_from_that_day_on() -> None:
    told = Quota("ann", "bookings", "2026-Q1", Fraction(500), known_until=date(2026, 3, 1))
    instead = replace(told, amount=Fraction(400), known_on=date(2026, 3, 1), known_until=None)
    line = ReportingLine("ann", "bob", known_until=date(2026, 3, 1))
    facts = Facts(quotas=(told, instead), reporting_lines=(line,))
    before, after = facts.known(date(2026, 2, 28)), facts.known(date(2026, 3, 1))
    assert (before.quotas, before.reporting_lines) == ((told,), (line,))
    assert (after.quotas, after.reporting_lines) == ((instead,), ())


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
def test_a_revision_that_says_two_things_is_refused_whatever_came_first(order: tuple[int, ...]) -> None:
    events = (SOLD, replace(SOLD, amount=Fraction(80)), PUT_RIGHT)
    with pytest.raises(FactError, match="deal is here twice with revision 0, and says two things"):
        Facts(events=tuple(events[place] for place in order)).known(JUNE)


def test_every_payees_every_metric_of_every_period_is_an_outcome_of_its_own() -> None:
    first = Outcome("ann", "nps", "2026-Q1", Fraction(40), 30, date(2026, 4, 5))
    others = [replace(first, **other) for other in ({"payee": "bob"}, {"metric": "csat"}, {"period": "2025-Q4"})]
    assert Facts(outcomes=(first, *others)).known(JUNE).outcomes == (first, *others)


def test_of_outcomes_the_one_known_last_counts_and_two_of_one_day_are_refused() -> None:
    first = Outcome("ann", "nps", "2026-Q1", Fraction(40), 30, date(2026, 4, 5))
    later = replace(first, value=Fraction(35), known_on=date(2026, 5, 5))
    assert [each.value for each in Facts(outcomes=(later, first)).known(JUNE).outcomes] == [35]
    with pytest.raises(FactError, match="nps of ann for 2026-Q1 is here twice"):
        Facts(outcomes=(first, replace(first, value=Fraction(35)))).known(JUNE)


def test_the_rate_of_the_shortest_period_holds_both_ways_and_two_for_one_period_are_refused() -> None:
    year = Rate("credit", "2026", "EUR", "USD", Decimal("1.10"), date(2026, 1, 1), "ECB")
    may = replace(year, period="2026-05", rate=Decimal("1.25"))
    rates = Conversion([year, may])
    assert rates.factor("credit", "EUR", "USD", date(2026, 4, 30)) == Fraction(11, 10)
    assert rates.factor("credit", "USD", "EUR", date(2026, 5, 1)) == Fraction(4, 5)
    assert rates.factor("pay", "EUR", "USD", date(2026, 5, 1)) == Fraction(5, 4)
    with pytest.raises(NoRate, match="there is no report rate of EUR in USD for 2026-05-01: give one for 2026-05"):
        rates.factor("report", "EUR", "USD", date(2026, 5, 1))
    with pytest.raises(NoRate, match=r"there are two credit rates of EUR in USD for 2026, 1\.10* and 1\.2"):
        Conversion([year, replace(year, rate=Decimal("1.2"))])
