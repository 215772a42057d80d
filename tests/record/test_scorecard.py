"""Where goals stand is the same whether all of their readings are looked at or only those that decide."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from company import DAY, NOON, Company
from trueup.record.actions.goals import Terms, agree_goal, draft_goal, revise_terms
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.milestones import plan_milestone
from trueup.record.actions.readings import add_reading, verify_reading
from trueup.record.models import CustomerLink, Goal, Reading
from trueup.record.models.voice import Verdict
from trueup.record.scorecard import Brief, briefs, scorecards

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


def in_full(company: Company) -> list[Brief]:
    card = scorecards(company.ada, [company.acme.pk], today=DAY, zone="UTC")[company.acme.pk]
    return [line.brief("UTC") for line in card.lines]


def in_brief(company: Company) -> list[Brief]:
    return briefs(company.ada, [company.acme.pk], today=DAY, zone="UTC")[company.acme.pk]


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
    assert in_brief(company) == in_full(company)


def test_a_disputed_newest_reading_leaves_the_one_before_vouched_for(
    company: Company, goal: Goal, link: CustomerLink
) -> None:
    read(company, goal, DAY - timedelta(days=40), 55, is_confirmed=True)
    newest = read(company, goal, DAY - timedelta(days=5), 45, is_confirmed=True)
    say(link, goal, newest, "disputed", NOON + timedelta(hours=1))
    (brief,) = in_brief(company)
    assert (brief.standing.progress.share, brief.vouched.share) == (Decimal("0.75"), Decimal("0.25"))


def test_revisions_milestones_and_what_was_said_to_the_goal_stand_the_same(
    company: Company, goal: Goal, link: CustomerLink
) -> None:
    plan_milestone(
        company.alice, company.acme, at=NOON, goal=goal, title="Go-live", planned_on=DAY + timedelta(days=20)
    )
    plan_milestone(company.alice, company.acme, at=NOON, goal=goal, title="Pilot", planned_on=DAY - timedelta(days=40))
    revise_terms(company.alice, goal, Terms(Decimal(60), BEGUN, Decimal(50), DAY), at=NOON, reason="They said so.")
    for ago in (90, 60, 30, 3):
        read(company, goal, DAY - timedelta(days=ago), 60 - ago // 10)
    answer(link, goal, at=NOON, verdict="confirmed", revision=2, said_by="Jane")
    assert in_brief(company) == in_full(company)
    assert in_brief(company)[0].standing.progress.share is not None
