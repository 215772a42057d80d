"""Grades for programs: lists, reasons, answers and letters put over computed ones, each sent twice being one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any

import pytest
from django.core.cache import cache as calls
from django.test import Client

from company import NOON, Company, found
from example import built
from recorded import Place, undone_at
from trueup import served
from trueup.answers.grades import Standing, Wanted, page
from trueup.answers.gradings import grading_of
from trueup.mart.snapshot import Snapshot, current
from trueup.record.actions.grades import Frozen, close_grades
from trueup.record.actions.tokens import make_token
from trueup.record.models import Account, GradeAnswer, GradeOverride
from trueup.runs.worksheets import CADENCES

Ask = Callable[..., tuple[int, Any]]
KEY = "/grade-overrides/11111111-1111-4111-8111-111111111111"
BEST = {name: {"answer": 5} for name in ("can_move", "fits", "ready", "leads_to")}


@cache
def graded(cadence: str = "quarterly") -> list[Standing]:
    """The newest grades in the snapshot, the best first."""
    return page(snapshot(), grading_of(snapshot(), cadence), Wanted(limit=1000))[1]


@cache
def snapshot() -> Snapshot:
    found = current(built().mart)
    assert found is not None
    return found


@pytest.fixture
def company(sqlite_company: Place) -> Iterator[Company]:
    """The company, to which all graded customers belong: the best two are Alice's, the others Charlie's."""
    with undone_at(sqlite_company):
        Account.objects.bulk_create(
            Account(account_id=each.account_id, name=each.account_id, owner_id="alice" if place < 2 else "charlie")
            for place, each in enumerate(graded())
        )
        yield found()


@pytest.fixture
def ask(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Call as somebody with a token: ``ask("Alice", "GET", "/grades")`` gives the status and the JSON."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    calls.clear()
    now = datetime.now(UTC)

    def call(who: str, verb: str, path: str, body: object = None, **query: object) -> tuple[int, Any]:
        _, token = make_token(company[who], at=now, label="BI", scope="write", expires_at=now + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        kind = {} if verb == "GET" else {"content_type": "application/json"}
        response = getattr(client, verb.lower())(f"/api/v1{path}", query if verb == "GET" else body, **kind)
        return response.status_code, response.json() if response.content else None

    return call


def ours(place: int = 0) -> str:
    """One of Alice's two customers."""
    return graded()[place].account_id


def of(account_id: str, what: str = "grade") -> str:
    return f"/accounts/{account_id}/{what}"


def override(**other: object) -> dict[str, object]:
    today = served.today()
    told = {"account_id": ours(), "cadence": "quarterly", "letter": "E", "reason": "They merge."}
    return {**told, "starts_on": today.isoformat(), "ends_on": (today + timedelta(30)).isoformat(), **other}


def answers(**other: object) -> dict[str, object]:
    return {"cadence": "strategic", "period": "2025", "answers": BEST, **other}


def test_the_list_has_the_best_first_and_comes_in_pages(ask: Ask) -> None:
    status, whole = ask("Vic", "GET", "/grades", limit=100)
    assert status == 200
    assert whole["count"] == len(graded()) == len(whole["items"])
    assert [(row["account_id"], row["score"], row["grade"]) for row in whole["items"]] == [
        (each.account_id, each.score, each.grade) for each in graded()
    ]
    parts = [ask("Vic", "GET", "/grades", limit=15, offset=offset)[1]["items"] for offset in (0, 15, 30, 45)]
    assert list(chain(*parts)) == whole["items"]


def test_the_list_is_of_one_letter_one_account_or_another_period(ask: Ask) -> None:
    best = ask("Vic", "GET", "/grades", grade="A")[1]
    assert {row["grade"] for row in best["items"]} == {"A"}
    assert best["count"] == sum(each.grade == "A" for each in graded())
    (one,) = ask("Vic", "GET", "/grades", account_id=ours(), period="2026-Q1")[1]["items"]
    assert (one["account_id"], one["period"], one["closed"]) == (ours(), "2026-Q1", False)


@pytest.mark.parametrize("who", ["Alice", "Charlie", "Nora", "Vic"])
def test_everybody_sees_the_grades_of_the_accounts_that_they_may_read(ask: Ask, who: str) -> None:
    whole = len(graded())
    assert ask(who, "GET", "/grades")[1]["count"] == {"Alice": 2, "Charlie": whole - 2, "Nora": 0, "Vic": whole}[who]


def test_what_one_may_not_see_is_not_there(ask: Ask) -> None:
    theirs = graded()[2].account_id
    assert ask("Alice", "GET", of(theirs))[0] == 404
    assert ask("Alice", "GET", "/grades", account_id=theirs)[1] == {"count": 0, "items": []}
    assert ask("Alice", "PUT", of(theirs, "grade-answers"), answers())[0] == 404
    assert ask("Alice", "PUT", KEY, override(account_id=theirs))[0] == 404


def test_a_grade_is_explained_line_by_line(ask: Ask) -> None:
    status, told = ask("Alice", "GET", of(ours()))
    assert status == 200
    assert sum(line["adds"] or 0 for line in told["lines"]) == pytest.approx(told["score"])
    assert sum(line["change"] for line in told["lines"]) == pytest.approx(told["score"] - told["score_before"])
    known = sum(line["weight"] for line in told["lines"] if line["points"] is not None)
    assert known / sum(line["weight"] for line in told["lines"]) == pytest.approx(told["answered_weight"])
    assert (told["period"], told["before"]) == ("2026-Q2", "2026-Q1")


@pytest.mark.parametrize("path", ["/grades", "/accounts/{}/grade"])
def test_a_period_that_was_not_graded_is_not_there(ask: Ask, path: str) -> None:
    for period in ("2019-Q1", "2026", "soon"):
        assert ask("Alice", "GET", path.format(ours()), period=period)[0] == 404


def test_answers_count_at_once_and_sent_twice_are_answered_once(ask: Ask) -> None:
    assert ask("Alice", "GET", of(ours()), cadence="strategic")[1]["grade"] == "?"
    first, again = (ask("Alice", "PUT", of(ours(), "grade-answers"), answers()) for _ in range(2))
    assert first == again
    assert (first[0], first[1]["grade"] in {"A", "B", "C"}) == (200, True)
    assert GradeAnswer.objects.count() == GradeAnswer.versions.count() == len(BEST)
    listed = ask("Alice", "GET", "/grades", cadence="strategic", account_id=ours())[1]["items"]
    assert [row["grade"] for row in listed] == [first[1]["grade"]]


def test_cannot_say_is_null_and_leaves_the_weight_unanswered(ask: Ask) -> None:
    whole = ask("Alice", "PUT", of(ours(), "grade-answers"), answers())[1]
    unsure = answers(answers={"fits": {"answer": None, "note": "We never asked."}})
    told = ask("Alice", "PUT", of(ours(), "grade-answers"), unsure)[1]
    assert told["answered_weight"] == pytest.approx(whole["answered_weight"] - 4 / 25)
    assert GradeAnswer.objects.get(criterion="fits").note == "We never asked."


@pytest.mark.parametrize(
    ("entry", "status", "says"),
    [
        (
            {"answers": {"fit": {"answer": 5}}},
            422,
            "The worksheet strategic does not ask 'fit'. It asks can_move, fits",
        ),
        ({"answers": {"fits": {"answer": 6}}}, 422, "1, 2, 3, 4 or 5"),
        ({"answers": {"fits": {"answer": 0}}}, 422, "1, 2, 3, 4 or 5"),
        ({"period": "2019"}, 404, ""),
        ({"cadence": "weekly"}, 422, "'quarterly', 'annual' or 'strategic'"),
    ],
)
def test_what_is_not_asked_is_refused_with_what_is(ask: Ask, entry: Any, status: int, says: str) -> None:
    answered, problem = ask("Alice", "PUT", of(ours(), "grade-answers"), answers(**entry))
    assert (answered, GradeAnswer.objects.count()) == (status, 0)
    assert says in f"{problem['message']} {problem.get('cure') or ''}"


def test_a_closed_period_takes_no_answers(ask: Ask, company: Company) -> None:
    grading = grading_of(snapshot(), "strategic", "2025")
    frozen = {name: getattr(grading, name) for name in ("cadence", "period", "first_on", "last_on", "worksheet")}
    frozen |= {"worksheet_version": grading.worksheet_version, "worksheet_text": "{}", "as_of_on": grading.last_on}
    close_grades(Frozen(**frozen, accounts=0, content=b""), by=company.ana, at=NOON)
    status, problem = ask("Alice", "PUT", of(ours(), "grade-answers"), answers())
    assert (status, problem["message"]) == (422, "The grades of 2025 are closed.")
    assert problem["cure"] == "Answer for the period that runs."


def test_answers_about_who_was_not_graded_are_not_kept(ask: Ask) -> None:
    assert ask("Alice", "PUT", of("acme", "grade-answers"), answers())[0] == 404
    assert not GradeAnswer.objects.exists()


def test_who_may_only_read_answers_and_overrides_nothing(ask: Ask) -> None:
    for path, body in ((of(ours(), "grade-answers"), answers()), (KEY, override())):
        status, problem = ask("Vic", "PUT", path, body)
        assert (status, problem["message"]) == (403, "You may read this, but not change it.")


def test_an_override_sent_twice_is_one_and_holds_until_it_is_deleted(ask: Ask) -> None:
    computed = graded()[0].grade
    first, again = (ask("Alice", "PUT", KEY, override()) for _ in range(2))
    assert first == again
    assert (first[0], first[1]["author"]) == (200, "Alice")
    assert GradeOverride.versions.count() == 1
    told = ask("Alice", "GET", of(ours()))[1]
    assert (told["grade"], told["computed"], told["overridden"]) == ("E", computed, True)
    (listed,) = ask("Vic", "GET", "/grades", account_id=ours())[1]["items"]
    assert (listed["grade"], listed["computed"], listed["overridden"]) == ("E", computed, True)
    assert [ask("Alice", "DELETE", KEY)[0] for _ in range(2)] == [204, 404]
    told = ask("Alice", "GET", of(ours()))[1]
    assert (told["grade"], told["overridden"]) == (computed, False)


def test_an_override_is_not_changed_but_put_anew(ask: Ask) -> None:
    ask("Alice", "PUT", KEY, override())
    status, problem = ask("Alice", "PUT", KEY, override(letter="D"))
    assert (status, problem["field"], problem["cure"]) == (422, "override_id", "Choose a new id.")
    assert [row["letter"] for row in ask("Alice", "GET", "/grade-overrides")[1]["items"]] == ["E"]


def test_an_id_that_somebody_elses_override_has_is_refused_and_changes_nothing(ask: Ask) -> None:
    theirs = override(account_id=graded()[2].account_id)
    assert ask("Charlie", "PUT", KEY, theirs)[0] == 200
    assert ask("Alice", "PUT", KEY, override(letter="A"))[0] == 422
    assert [row["account_id"] for row in ask("Vic", "GET", "/grade-overrides")[1]["items"]] == [theirs["account_id"]]
    assert ask("Alice", "GET", "/grade-overrides")[1]["count"] == 0
    assert ask("Alice", "DELETE", KEY)[0] == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"reason": ""}, "reason"), ({"ends_on": "2020-01-01"}, "ends_on"), ({"letter": "?"}, "letter")],
)
def test_an_override_that_makes_no_sense_is_refused(ask: Ask, wrong: dict[str, str], field: str) -> None:
    status, problem = ask("Alice", "PUT", KEY, override(**wrong))
    assert (status, GradeOverride.objects.count()) == (422, 0)
    assert field in str(problem)


def test_before_a_period_is_closed_there_is_no_honesty(ask: Ask) -> None:
    assert [ask("Vic", "GET", "/grades/honesty", cadence=each)[0] for each in CADENCES] == [404, 404, 404]
