"""People who do the same at the same moment: each is done after the other, or told to look again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

from django.db import connection

from company import DAY, NOON, founded
from recorded import Place
from trueup.record.actions.goals import Terms, agree_goal, draft_goal, revise_terms
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import change_stakeholder, record_stakeholder
from trueup.record.chain import Whole
from trueup.record.models import GoalTerms, Reading, Stakeholder
from trueup.record.refusal import Refused
from trueup.record.testimony import verify_answers

MANY = 6
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))


def at_once(deed: Callable[[int], object], times: int = MANY) -> list[str]:
    """What each was told that did the deed with the others; empty where it was done."""
    start = Barrier(times)

    def done(number: int) -> str:
        start.wait()
        try:
            deed(number)
        except Refused as refused:
            return refused.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(done, range(times)))


def test_everybody_revises_what_the_one_before_revised(lasting_record: Place) -> None:
    company = founded()
    goal = draft_goal(company.alice, company.acme, at=NOON, terms=TERMS, measure="DSO", direction="decrease")
    agree_goal(company.alice, goal, at=NOON)
    told = at_once(lambda number: revise_terms(company.alice, goal, TERMS, at=NOON, reason=f"Reason {number}"))
    assert told == [""] * MANY
    kept = GoalTerms.objects.order_by("revision").values_list("revision", flat=True)
    assert list(kept) == list(range(1, MANY + 2))


def test_of_those_who_read_the_same_day_one_is_first(lasting_record: Place) -> None:
    company = founded()
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO")
    told = at_once(lambda number: add_reading(company.alice, goal, at=NOON, observed_on=DAY, value=Decimal(number)))
    assert told.count("") == 1
    assert Reading.objects.count() == 1


def test_customers_who_answer_at_once_make_one_chain(lasting_record: Place) -> None:
    company = founded()
    goal = draft_goal(company.alice, company.acme, at=NOON, terms=TERMS, measure="DSO", direction="decrease")
    month = NOON + timedelta(30)
    links = [make_link(company.alice, company.acme, at=NOON, goals=[goal], expires_at=month)[0] for _ in range(MANY)]
    told = at_once(lambda number: answer(links[number], goal, at=NOON, verdict="confirmed", revision=1))
    assert told == [""] * MANY
    verified = verify_answers()
    assert isinstance(verified, Whole)
    assert verified.links == MANY


def test_two_do_not_put_each_other_above_themselves(lasting_record: Place) -> None:
    company = founded()
    jane, john = (record_stakeholder(company.alice, company.acme, at=NOON, name=name) for name in ("Jane", "John"))
    pairs = [(jane, john), (john, jane)]
    told = at_once(
        lambda number: change_stakeholder(company.alice, pairs[number][0], at=NOON, reports_to=pairs[number][1]), 2
    )
    assert sorted(told) == ["", "They would report to themselves."]
    assert Stakeholder.objects.filter(reports_to__isnull=False).count() == 1
