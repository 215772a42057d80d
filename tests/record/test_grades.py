"""What people add to grades: answers and letters that keep their history, and closed periods that nobody changes."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from company import DAY, NOON, Company
from trueup.record import access
from trueup.record.actions.grades import (
    About,
    Frozen,
    answer_questions,
    close_grades,
    end_override,
    override_grade,
)
from trueup.record.export import export
from trueup.record.models import ClosedGrades, GradeAnswer, GradeOverride
from trueup.record.refusal import NotAllowed, Refused

Deed = Callable[[], object]
LATER = NOON + timedelta(hours=1)
OVERRIDE: dict[str, Any] = {
    "cadence": "annual",
    "letter": "B",
    "starts_on": DAY,
    "ends_on": date(2026, 12, 31),
    "reason": "They merge in May.",
}
FROZEN: dict[str, Any] = {
    "cadence": "strategic",
    "period": "2025",
    "first_on": date(2025, 1, 1),
    "last_on": date(2025, 12, 31),
    "as_of_on": date(2026, 1, 30),
    "worksheet": "strategic",
    "worksheet_version": "0a1b2c3d",
    "worksheet_text": "{}",
    "accounts": 2,
    "content": b"an Arrow file",
}
PEOPLE = """
    who      reads  enters
    Alice    yes    yes
    Bob      yes    yes
    Carol    yes    yes
    Mia      yes    yes
    Ada      yes    yes
    Ana      yes    no
    Fin      yes    no
    Vic      yes    no
    Charlie  no     no
    Nora     no     no
"""
TABLE = [line.split() for line in PEOPLE.strip().splitlines()[1:]]


def about(company: Company, period: str = "2025", worksheet: str = "strategic") -> About:
    return About(company.acme, worksheet, period)


def overridden(company: Company, **other: object) -> GradeOverride:
    return override_grade(company.alice, company.acme, at=NOON, **{**OVERRIDE, **other})


def closed(company: Company) -> ClosedGrades:
    return close_grades(Frozen(**FROZEN), by=company.ana, at=NOON)


def kept(company: Company) -> dict[str, tuple[int | None, str]]:
    return {answer.criterion: (answer.answer, answer.note) for answer in access.grade_answers(company.alice)}


def test_questions_are_answered_from_one_to_five_or_not_at_all(company: Company) -> None:
    said: Any = {"fits": (1, ""), "ready": (5, "They lead."), "leads_to": (None, "Nobody asked.")}
    assert answer_questions(company.alice, about(company), said, at=NOON) == 3
    assert kept(company) == said


def test_a_changed_answer_keeps_what_it_was_and_whose(company: Company) -> None:
    answer_questions(company.alice, about(company), {"fits": (3, "")}, at=NOON)
    assert answer_questions(company.bob, about(company), {"fits": (3, "")}, at=LATER) == 0
    assert answer_questions(company.bob, about(company), {"fits": (None, "I asked.")}, at=LATER) == 1
    history = GradeAnswer.versions.order_by("history_date")
    assert [(v.answer, v.note, v.author, v.history_user, v.history_date) for v in history] == [
        (3, "", company.alice, company.alice, NOON),
        (None, "I asked.", company.bob, company.bob, LATER),
    ]


def test_each_period_and_each_worksheet_has_answers_of_its_own(company: Company) -> None:
    for place in (about(company), about(company, "2026"), about(company, worksheet="ours")):
        answer_questions(company.alice, place, {"fits": (4, "")}, at=NOON)
    assert access.grade_answers(company.alice).count() == 3


@pytest.mark.parametrize("answer", [0, 6])
def test_an_answer_out_of_five_is_refused_and_none_of_those_with_it_is_kept(company: Company, answer: Any) -> None:
    with pytest.raises(Refused, match="An answer is 1 to 5") as refused:
        answer_questions(company.alice, about(company), {"ready": (2, ""), "fits": (answer, "")}, at=NOON)
    assert (refused.value.field, refused.value.cure) == ("answer", "Choose one, or say that you cannot say.")
    assert kept(company) == {}


def test_a_closed_period_takes_no_answers_and_the_next_one_does(company: Company) -> None:
    answer_questions(company.alice, about(company), {"fits": (4, "")}, at=NOON)
    closed(company)
    with pytest.raises(Refused, match=r"The grades of 2025 are closed\.") as refused:
        answer_questions(company.alice, about(company), {"fits": (5, "")}, at=LATER)
    assert (refused.value.field, refused.value.cure) == ("answer", "Answer for the period that runs.")
    assert kept(company) == {"fits": (4, "")}
    assert answer_questions(company.alice, about(company, "2026"), {"fits": (5, "")}, at=LATER) == 1


@pytest.mark.parametrize(("who", "reads", "enters"), TABLE, ids=[row[0] for row in TABLE])
def test_answers_and_overrides_are_for_those_who_enter_at_the_account(
    company: Company, who: str, reads: str, enters: str
) -> None:
    says = "You may read this" if reads == "yes" else "There is no such entry"
    theirs = overridden(company)
    answer_questions(company.alice, about(company), {"fits": (4, "")}, at=NOON)
    deeds: list[Deed] = [
        lambda: answer_questions(company[who], about(company), {"fits": (1, "")}, at=LATER),
        lambda: override_grade(company[who], company.acme, at=LATER, **OVERRIDE),
        lambda: end_override(company[who], theirs, at=LATER),
    ]
    for deed in deeds:
        if enters == "yes":
            deed()
        else:
            with pytest.raises(NotAllowed, match=says):
                deed()
    seen = (access.grade_answers(company[who]).exists(), access.grade_overrides(company[who]).exists())
    assert seen == ((True, True) if reads == "yes" else (False, False))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("reason", "", "A reason is missing."),
        ("ends_on", date(2026, 6, 29), "It ends before it begins."),
        ("letter", "Z", "This is not a choice."),
        ("letter", "?", "This is not a choice."),
        ("cadence", "monthly", "This is not a choice."),
    ],
)
def test_an_override_that_makes_no_sense_is_refused_where_it_is_wrong(
    company: Company, field: str, value: object, says: str
) -> None:
    with pytest.raises(Refused) as refused:
        overridden(company, **{field: value})
    assert (refused.value.field, str(refused.value).startswith(says), bool(refused.value.cure)) == (field, True, True)
    assert not access.grade_overrides(company.alice).exists()


def test_an_override_may_hold_for_a_single_day(company: Company) -> None:
    assert overridden(company, ends_on=DAY).ends_on == DAY


def test_an_override_that_was_taken_back_leaves_its_history(company: Company) -> None:
    override = overridden(company)
    key = override.pk
    end_override(company.bob, override, at=LATER, reason="The merger is off.")
    assert not access.grade_overrides(company.alice).exists()
    history = GradeOverride.versions.filter(id=key).order_by("history_date")
    assert [(v.letter, v.history_type, v.history_user, v.history_change_reason) for v in history] == [
        ("B", "+", company.alice, ""),
        ("B", "-", company.bob, "The merger is off."),
    ]


def test_a_period_is_closed_once(company: Company) -> None:
    first = closed(company)
    with pytest.raises(Refused, match=r"The grades of this period are closed\.") as refused:
        close_grades(Frozen(**{**FROZEN, "content": b"better ones"}), by=None, at=LATER)
    assert (refused.value.field, refused.value.cure) == ("period", "They stay as they were.")
    assert [bytes(each.content) for each in ClosedGrades.objects.all()] == [b"an Arrow file"]
    assert first.sha256 == hashlib.sha256(b"an Arrow file").hexdigest()


@pytest.mark.parametrize(("who", "may"), [("Ana", True), ("Ada", True), ("Alice", False), ("Mia", False)])
def test_periods_are_closed_by_analysts_and_administrators(company: Company, who: str, may: bool) -> None:  # noqa: FBT001
    if may:
        assert close_grades(Frozen(**FROZEN), by=company[who], at=NOON).closed_by == company[who]
    else:
        with pytest.raises(NotAllowed, match="analysts and administrators"):
            close_grades(Frozen(**FROZEN), by=company[who], at=NOON)


UNDONE = [
    "UPDATE record_closedgrades SET worksheet_text = '{ }'",
    "UPDATE record_closedgrades SET accounts = 3",
    "UPDATE record_closedgrades SET period = '2024'",
    "DELETE FROM record_closedgrades",
]


@pytest.mark.parametrize("sql", UNDONE)
def test_closed_grades_stay_as_they_were_even_in_sql(company: Company, sql: str) -> None:
    closed(company)
    with pytest.raises(IntegrityError, match="Closed grades stay as they were"), transaction.atomic():
        connection.cursor().execute(sql)


def test_what_was_said_of_an_account_stays_with_it(company: Company) -> None:
    answer_questions(company.alice, about(company), {"fits": (4, "")}, at=NOON)
    overridden(company)
    for kind in (GradeAnswer, GradeOverride):
        with pytest.raises(IntegrityError, match="An entry stays with its account"), transaction.atomic():
            kind.objects.update(account=company.globex)


def test_a_build_gets_every_version_and_no_free_text(company: Company) -> None:
    answer_questions(company.alice, about(company), {"fits": (3, "She told me.")}, at=NOON)
    answer_questions(company.bob, about(company), {"fits": (3, "She told us both.")}, at=LATER)
    answer_questions(company.bob, about(company), {"fits": (None, "")}, at=LATER + timedelta(hours=1))
    end_override(company.alice, overridden(company), at=LATER, reason="The merger is off.")
    tables = export()
    noon, one, two = (NOON.replace(tzinfo=None) + timedelta(hours=hours) for hours in range(3))
    answers = tables["grade_answers"].to_pylist()
    assert [(row["criterion"], row["answer"], row["recorded_at"], row["superseded_at"]) for row in answers] == [
        ("fits", 3, noon, two),
        ("fits", None, two, None),
    ]
    overrides = tables["grade_overrides"].to_pylist()
    assert [(row["letter"], row["recorded_at"], row["is_deleted"]) for row in overrides] == [
        ("B", noon, False),
        ("B", one, True),
    ]
    told = str(answers) + str(overrides)
    assert [secret for secret in ("She told", "merge", "Alice", "Bob") if secret in told] == []
