"""A conversation turned into goals, as its page does it without any script."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import HttpResponse

from company import NOON, Company
from trueup import served
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import Goal, GoalTerms, Note, Stake, Stakeholder, User
from web_pages import browser_of, fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
ASK = "/customers/acme/ask/"
DSO = "DSO from 58 to 45 days by end of June 2031"


def talk(user: User, with_whom: Stakeholder, **typed: str) -> HttpResponse:
    """Send the conversation's form with a person's answers."""
    return browser_of(user).post(ASK, {"who": str(with_whom.pk), **typed})


def terms(goal: Goal) -> tuple[Decimal | None, Decimal | None, date | None]:
    newest = GoalTerms.objects.get(goal=goal)
    return newest.baseline_value, newest.target_value, newest.target_on


@pytest.fixture
def carla(company: Company) -> Stakeholder:
    return record_stakeholder(company.alice, company.acme, at=NOON, name="Carla Jensen", title="VP Finance")


def test_whom_one_talks_with_is_entered_first_and_their_title_tells_what_to_ask(company: Company) -> None:
    alice = browser_of(company.alice)
    told = alice.post(ASK, {"name": "Carla Jensen", "title": "VP Finance"}, follow=True)
    assert Stakeholder.objects.get().title == "VP Finance"
    assert "How much cash is tied up where you cannot reach it?" in text_of(told)
    assert text_of(alice.get("/ask/role/", {"title": "Head of Procurement"})).startswith("Asks what one asks a")


def test_a_name_is_all_that_is_needed_and_asked_for_where_it_is_missing(company: Company) -> None:
    told = browser_of(company.alice).post(ASK, {"name": "", "title": "CFO"})
    assert told.status_code == 422
    assert "A name is missing. Give one." in text_of(told)
    assert fields_of(told)["title"] == "CFO"


def test_what_is_understood_of_an_answer_is_shown_before_it_is_kept(company: Company, carla: Stakeholder) -> None:
    told = browser_of(company.alice).post(
        f"{ASK}understood/", {"who": str(carla.pk), "question": "opening-0", "answer-opening-0": DSO}
    )
    assert "Days sales outstanding, from 58 to 45 days by 30 June 2031" in text_of(told)
    fields = fields_of(told)
    assert fields["read-opening-0-kpi"] == "days_sales_outstanding"
    assert fields["read-opening-0-direction"] == "decrease"
    assert fields["read-opening-0-baseline_on"] == served.today().isoformat()
    assert not Goal.objects.exists()


def test_what_was_put_right_by_hand_stays_right_while_the_answer_is_typed_on(
    company: Company, carla: Stakeholder
) -> None:
    alice, about = browser_of(company.alice), {"who": str(carla.pk), "question": "opening-0"}
    first = alice.post(f"{ASK}understood/", {**about, "answer-opening-0": "DSO from 58 to 45 days"})
    righted = {**fields_of(first), "read-opening-0-baseline_on": "2026-03-31"}
    told = fields_of(alice.post(f"{ASK}understood/", {**righted, **about, "answer-opening-0": DSO}))
    assert told["read-opening-0-baseline_on"] == "2026-03-31"
    assert told["read-opening-0-target_on"] == "2031-06-30"


def test_two_answers_become_two_agreed_goals_in_one_go(company: Company, carla: Stakeholder) -> None:
    answers = {"answer-opening-0": DSO, "answer-opening-1": "close the books in 5 days instead of 9 by March 2031"}
    told = talk(company.alice, carla, do="agree", **answers)
    assert told.status_code == 302
    kept = {goal.kpi: (goal.status, goal.unit, *terms(goal)) for goal in Goal.objects.all()}
    assert kept == {
        "days_sales_outstanding": ("agreed", "days", Decimal(58), Decimal(45), date(2031, 6, 30)),
        "days_to_close_books": ("agreed", "days", Decimal(9), Decimal(5), date(2031, 3, 31)),
    }
    assert {goal.stakeholder for goal in Goal.objects.all()} == {carla}


def test_a_decimal_comma_is_understood_where_it_can_be_nothing_else(company: Company, carla: Stakeholder) -> None:
    talk(company.alice, carla, do="draft", **{"answer-opening-0": "OTIF from 91,5% to 97% by Q3 2031"})
    assert terms(Goal.objects.get()) == (Decimal("91.5"), Decimal(97), date(2031, 9, 30))


def test_money_is_in_the_currency_that_was_told(company: Company, carla: Stakeholder) -> None:
    talk(company.alice, carla, do="draft", **{"answer-opening-0": "revenue from $12.5m to $15m by 2031"})
    goal = Goal.objects.get()
    assert (goal.unit, goal.currency) == ("USD", "")
    assert terms(goal)[:2] == (Decimal(12_500_000), Decimal(15_000_000))


def test_what_the_library_does_not_know_is_kept_in_their_words(company: Company, carla: Stakeholder) -> None:
    talk(company.alice, carla, do="draft", **{"answer-opening-0": "widgets polished per shift from 40 to 55 by 2031"})
    goal = Goal.objects.get()
    assert (goal.measure, goal.kpi, goal.direction) == ("widgets polished per shift", "", "increase")


def test_nothing_is_kept_while_one_goal_is_not_in_order_and_nothing_typed_is_lost(
    company: Company, carla: Stakeholder
) -> None:
    typed = {
        "answer-opening-0": DSO,
        "answer-opening-1": "NPS from 32 to 45",
        "note-text": "She asked twice.",
        "note-is_private": "on",
    }
    told = talk(company.alice, carla, do="agree", **typed)
    assert told.status_code == 422
    assert "A target is a value by a day. Give both, or neither." in text_of(told)
    assert not Goal.objects.exists()
    assert not Note.objects.exists()
    fields = fields_of(told)
    assert fields["note-text"] == "She asked twice."
    again = talk(company.alice, carla, **{**fields, "goal-1-target_on": "2031-03-31", "do": "agree"})
    assert again.status_code == 302
    assert Goal.objects.filter(status="agreed").count() == 2
    assert Note.objects.get().is_private


def test_what_could_be_two_numbers_is_shown_with_the_cure(company: Company, carla: Stakeholder) -> None:
    read = talk(company.alice, carla, do="read", **{"answer-opening-0": "ticket volume from 1,200 to 900 by 2031"})
    assert "1,200 may be 1200 or 1.2" in text_of(read)
    fields = {**fields_of(read), "goal-0-baseline_value": "1,200", "goal-0-baseline_on": "2026-01-31"}
    refused = talk(company.alice, carla, **{**fields, "do": "draft"})
    assert refused.status_code == 422
    assert "write it without the sign between" in text_of(refused)
    assert fields_of(refused)["goal-0-baseline_value"] == "1,200"


def test_what_hangs_on_it_stays_with_the_goal_and_with_the_team(company: Company, carla: Stakeholder) -> None:
    read = fields_of(talk(company.alice, carla, do="read", **{"answer-opening-0": DSO}))
    talk(
        company.alice, carla, **{**read, "goal-0-stake_tag": "bonus", "goal-0-stake_text": "half of it", "do": "draft"}
    )
    stake = Stake.objects.get()
    assert (stake.goal, stake.tag, stake.text) == (Goal.objects.get(), "bonus", "half of it")


def test_an_answer_without_a_measure_is_no_goal(company: Company, carla: Stakeholder) -> None:
    answers = {"answer-opening-2": "her promotion to group CFO", "answer-opening-3": "presenting it at the board"}
    talk(company.alice, carla, do="draft", **{**answers, "note-is_private": "on"})
    assert not Goal.objects.exists()
    assert (Stake.objects.get().tag, Stake.objects.get().goal) == ("promotion", None)
    note = Note.objects.get()
    assert note.text == "What would make you look good? presenting it at the board"
    assert list(note.stakeholders.all()) == [carla]


def test_answers_survive_when_the_questions_become_those_of_another_role(company: Company, carla: Stakeholder) -> None:
    key = "answer-chief_financial_officer-1"
    told = talk(company.alice, carla, do="role", role="head_of_sales", **{key: DSO})
    assert fields_of(told)[key] == DSO


def test_a_goal_can_be_filled_in_by_hand_and_taken_out(company: Company, carla: Stakeholder) -> None:
    fields = fields_of(talk(company.alice, carla, do="empty"))
    assert fields["goal-0-measure"] == ""
    two = fields_of(talk(company.alice, carla, **{**fields, "goal-0-measure": "Scrap", "do": "empty"}))
    left = fields_of(talk(company.alice, carla, **{**two, "drop": "goal-1"}))
    assert {name for name in left if name.endswith("-measure")} == {"goal-0-measure"}


def test_an_empty_conversation_is_not_kept(company: Company, carla: Stakeholder) -> None:
    told = talk(company.alice, carla, do="agree")
    assert told.status_code == 422
    assert "There is nothing to keep yet." in text_of(told)


def test_who_manages_the_owner_enters_goals_but_nothing_private(company: Company, carla: Stakeholder) -> None:
    page = browser_of(company.mia).get(ASK, {"who": str(carla.pk)})
    assert page.status_code == 200
    read = talk(company.mia, carla, do="read", **{"answer-opening-0": DSO})
    private = {name for name in fields_of(read) if name.endswith(("kind", "stake_tag", "is_private"))}
    assert private == set()
    talk(
        company.mia, carla, **{**fields_of(read), "goal-0-stake_tag": "bonus", "goal-0-kind": "personal", "do": "draft"}
    )
    assert Goal.objects.get().kind == "business"
    assert not Stake.objects.exists()


def test_measures_are_proposed_while_one_types(company: Company) -> None:
    told = browser_of(company.alice).get("/measures/", {"q": "days sal"})
    assert 'role="option"' in told.content.decode()
    assert text_of(told).startswith("Days sales outstanding")
    assert text_of(browser_of(company.alice).get("/measures/", {"q": " "})) == ""


@pytest.mark.parametrize("who", ["charlie", "nora", "vic", "ana", "fin"])
def test_nobody_else_has_the_page(company: Company, carla: Stakeholder, who: str) -> None:
    for method in ("get", "post"):
        ask = getattr(browser_of(company[who]), method)
        assert ask(ASK, {"who": str(carla.pk), "do": "draft", "answer-opening-0": DSO}).status_code == 404
    assert not Goal.objects.exists()


def test_somebody_at_another_customer_is_not_talked_with_here(company: Company) -> None:
    other = record_stakeholder(company.charlie, company.globex, at=NOON, name="Greg")
    assert talk(company.ada, other, do="draft", **{"answer-opening-0": DSO}).status_code == 404
