"""Where goals stand is the same whether all of their readings are looked at or only those that decide."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from company import DAY, NOON, Company
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.readings import add_reading, verify_reading
from trueup.record.models import CustomerLink, Goal, Reading
from trueup.record.models.voice import Verdict
from trueup.record.scorecard import Scorecard, scorecards

BEGUN = DAY - timedelta(days=100)
TERMS = Terms(Decimal(60), BEGUN, Decimal(40), DAY + timedelta(days=100))
VERDICTS: tuple[Verdict, ...] = ("confirmed", "corrected", "disputed")


@pytest.fixture
def goal(company: Company) -> Goal:
    drafted = draft_goal(
        company.alice, company.acme, at=NOON, measure="Days sales outstanding", direction="decrease", terms=TERMS
    )
    return agree_goal(company.alice, drafted, at=NOON)


@pytest.fixture
def link(company: Company, goal: Goal) -> CustomerLink:
    return make_link(company.alice, company.acme, at=NOON, goals=[goal], expires_at=NOON + timedelta(days=90))[0]


def read(company: Company, goal: Goal, on: date, value: int, *, is_confirmed: bool = False) -> Reading:
    reading = add_reading(company.alice, goal, at=NOON, observed_on=on, value=Decimal(value), source=f"seen {value}")
    if is_confirmed:
        verify_reading(company.alice, reading, at=NOON, evidence="Said in the call.")
    return reading


def say(link: CustomerLink, goal: Goal, reading: Reading, verdict: Verdict, at: datetime) -> None:
    value = Decimal(58) if verdict == "corrected" else None
    answer(
        link,
        goal,
        at=at,
        verdict=verdict,
        reading=reading,
        claimed_value=reading.value,
        revision=1,
        value=value,
        note="We see it differently." if verdict == "disputed" else "",
        said_by="Jane",
    )


def card(company: Company, *, is_brief: bool) -> Scorecard:
    return scorecards(company.ada, [company.acme.pk], today=DAY, zone="UTC", is_brief=is_brief)[company.acme.pk]


def stands(found: Scorecard) -> list[object]:
    return [found.attained, found.vouched, *((line.standing, line.vouched) for line in found.lines)]


@pytest.mark.parametrize("seed", range(8))
def test_what_is_claimed_vouched_for_and_disputed_stands_the_same(
    company: Company, goal: Goal, link: CustomerLink, seed: int
) -> None:
    chance = Random(seed)
    for number in range(12):
        on = BEGUN + timedelta(days=chance.randrange(-20, 100, 10))
        reading = read(company, goal, on, 40 + number, is_confirmed=chance.random() < 0.3)
        for said in range(chance.choice((0, 0, 0, 1, 2))):
            say(link, goal, reading, chance.choice(VERDICTS), NOON + timedelta(hours=1 + said))
    assert stands(card(company, is_brief=True)) == stands(card(company, is_brief=False))


def test_a_disputed_newest_reading_leaves_the_one_before_vouched_for(
    company: Company, goal: Goal, link: CustomerLink
) -> None:
    read(company, goal, DAY - timedelta(days=40), 55, is_confirmed=True)
    newest = read(company, goal, DAY - timedelta(days=5), 45, is_confirmed=True)
    say(link, goal, newest, "disputed", NOON + timedelta(hours=1))
    (line,) = card(company, is_brief=True).lines
    assert (line.standing.progress.share, line.vouched.share) == (Decimal("0.75"), Decimal("0.25"))


def test_of_many_readings_a_brief_scorecard_has_the_last(company: Company, goal: Goal) -> None:
    for ago in (90, 60, 30, 3):
        read(company, goal, DAY - timedelta(days=ago), 60 - ago // 10)
    (brief,), (full,) = card(company, is_brief=True).lines, card(company, is_brief=False).lines
    assert (len(brief.readings), len(full.readings)) == (1, 4)
