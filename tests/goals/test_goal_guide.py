"""The guide asks everyone what they are measured by, whatever their card says."""

import pytest
from pydantic import ValidationError

from trueup.goals.guide import InvalidGuide, Question, guide_book, guide_for, read_guide
from trueup.goals.library import library

WANTED = {
    *(
        "chief_executive",
        "chief_financial_officer",
        "controller",
        "head_of_sales",
        "head_of_marketing",
        "head_of_support",
    ),
    *("chief_operating_officer", "plant_manager", "head_of_supply_chain", "head_of_procurement", "head_of_hr"),
    *("chief_information_officer", "chief_information_security_officer", "head_of_product", "head_of_quality"),
    *("branch_manager", "practice_manager"),
}

A_GUIDE = """
opening:
- &ask {ask: How are you measured?, listens_for: A number., yields: [], baseline: Today?, target: By when?,
    stakes: What for?, gently: Lightly.}
roles:
- key: controller
  name: Controller
  titles: [comptroller]
  questions: [*ask, *ask, *ask, *ask, *ask]
"""


def questions() -> list[Question]:
    book = guide_book()
    return [*book.opening, *(question for role in book.roles for question in role.questions)]


def test_the_founders_questions_open_every_conversation() -> None:
    asked = [question.ask for question in guide_for("Head of nothing in particular").questions]
    assert asked[:5] == [
        "How are you measured?",
        "What are you accountable for this year?",
        "What hangs on it for you?",
        "What would make you look good?",
        "What keeps you from getting home on time?",
    ]


def test_all_roles_are_there_with_five_to_eight_questions_each() -> None:
    assert {role.key for role in guide_book().roles} >= WANTED
    assert [role.key for role in guide_book().roles if not 5 <= len(role.questions) <= 8] == []


def test_each_question_asks_and_goes_on_to_baseline_target_and_stakes() -> None:
    for question in questions():
        for text in (question.ask, question.baseline, question.target, question.stakes):
            assert text.endswith("?"), text
        for text in (question.listens_for, question.gently):
            assert text.endswith("."), text


def test_no_question_of_a_role_is_asked_in_vain() -> None:
    known = library().by_key
    for role in guide_book().roles:
        for question in role.questions:
            assert question.yields, question.ask
            assert known.keys() >= set(question.yields), question.ask


def test_no_question_is_asked_of_two_roles_in_the_same_words() -> None:
    asked = [question.ask for question in questions()]
    assert len(set(asked)) == len(asked)


def test_every_role_that_measures_name_is_asked_about_measures_of_its_own() -> None:
    for role in guide_book().roles:
        own = {kpi.key for kpi in library().kpis if role.key in kpi.roles}
        asked = {key for question in role.questions for key in question.yields}
        assert len(own & asked) >= min(5, len(own)), role.key


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("CFO", "chief_financial_officer"),
        ("VP Finance", "chief_financial_officer"),
        ("Vice President, Finance EMEA", "chief_financial_officer"),
        ("Group Financial Controller", "controller"),
        ("Regional Sales Director DACH", "head_of_sales"),
        ("Senior Director of Procurement", "head_of_procurement"),
        ("Senior Buyer", "head_of_procurement"),
        ("Head of IT Operations", "chief_information_officer"),
        ("it manager", "chief_information_officer"),
        ("Information Security Lead", "chief_information_security_officer"),
        ("Plant Manager Springfield", "plant_manager"),
        ("EHS Coordinator", "safety_manager"),
        ("Team Lead Customer Support", "head_of_support"),
        ("Director, Customer Success", "head_of_customer_success"),
        ("Chief Product Officer", "head_of_product"),
        ("Chief Nursing Officer", "hospital_manager"),
        ("Owner of a dental practice", "practice_manager"),
        ("Hotel General Manager", "hotel_manager"),
        ("General Manager", "chief_executive"),
        ("President", "chief_executive"),
        ("Vice President of Quality", "head_of_quality"),
        ("Loan Officer", "branch_manager"),
        ("Deputy Head of Internal Audit", "risk_manager"),
        ("CTO", "head_of_engineering"),
        ("Warehouse Supervisor", "logistics_manager"),
        ("head_of_hr", "head_of_hr"),
        ("Comptroler", "controller"),
        ("Vice President", None),
        ("Director", None),
        ("Werksleiter", None),
        ("", None),
    ],
)
def test_titles_as_they_stand_on_cards_lead_to_the_role(title: str, role: str | None) -> None:
    found = guide_for(title).role
    assert (found.key if found else None) == role


def test_a_guide_tells_which_measures_its_questions_lead_to() -> None:
    assert guide_for("controller").kpis[:5] == (
        *("days_to_close_books", "overtime_share", "working_hours_saved", "unplanned_downtime", "ticket_backlog"),
    )
    assert "touchless_invoice_rate" in guide_for("controller").kpis


def test_a_guide_that_contradicts_the_library_is_refused() -> None:
    with pytest.raises(InvalidGuide, match="days_sales_outstanding: no role 'chief_financial_officer' in the guide"):
        read_guide(A_GUIDE)
    with pytest.raises(InvalidGuide, match="controller: no measure 'dso'"):
        read_guide(A_GUIDE.replace("yields: []", "yields: [dso]"))


def test_a_guide_in_which_a_title_has_two_roles_is_refused() -> None:
    other = A_GUIDE.split("roles:")[1].replace("key: controller", "key: accountant")
    with pytest.raises(InvalidGuide, match="accountant: 'comptroller' is controller already"):
        read_guide(A_GUIDE + other)


def test_a_role_without_enough_questions_is_refused() -> None:
    with pytest.raises(ValidationError, match="questions"):
        read_guide(A_GUIDE.replace("[*ask, *ask, *ask, *ask, *ask]", "[*ask]"))
