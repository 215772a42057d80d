"""The interface for programs: the same answers as elsewhere, the same rights as on the pages, and no entry twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from company import Company
from example import built
from trueup.answers.cells import Question, read
from trueup.mart.snapshot import current
from trueup.record.actions.goals import Terms, draft_goal
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.actions.tokens import make_token, revoke_token
from trueup.record.models import Goal, Stakeholder, User

GOAL = UUID("11111111-1111-4111-8111-111111111111")
DSO = {
    "account_id": "acme",
    "measure": "Days sales outstanding",
    "unit": "days",
    "direction": "decrease",
    "terms": {"baseline_value": 58, "baseline_on": "2026-01-01", "target_value": 45, "target_on": "2027-06-30"},
}
Ask = Callable[..., tuple[int, Any]]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ask(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Call as somebody with a token: ``ask("Alice", "GET", "/goals")`` gives the status and the JSON."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    cache.clear()
    tokens: dict[str, str] = {}

    def call(who: str, verb: str, path: str, body: object = None, **query: object) -> tuple[int, Any]:
        if who not in tokens:
            tokens[who] = token_of(company[who])
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {tokens[who]}"})
        given = query if verb == "GET" else body
        kind = {} if verb == "GET" else {"content_type": "application/json"}
        response = getattr(client, verb.lower())(f"/api/v1{path}", given, **kind)
        return response.status_code, response.json()

    return call


def token_of(user: User, scope: Any = "write") -> str:
    _, text = make_token(user, at=now(), label="a program", scope=scope, expires_at=now() + timedelta(days=1))
    return text


def called_with(token: str, verb: str = "get") -> int:
    client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
    return int(getattr(client, verb)("/api/v1/accounts" if verb == "get" else "/api/v1/builds").status_code)


def test_nobody_calls_without_a_token(company: Company) -> None:
    assert Client(SERVER_NAME="localhost").get("/api/v1/accounts").status_code == 401
    assert called_with("trueup_wrong") == 401


def test_a_token_ends_when_it_is_revoked_and_one_to_read_with_writes_nothing(company: Company, ask: Ask) -> None:
    to_read = token_of(company.ada, "read")
    assert (called_with(to_read), called_with(to_read, "post")) == (200, 401)
    token, text = make_token(company.ada, at=now(), label="x", scope="read", expires_at=now() + timedelta(days=1))
    revoke_token(company.ada, token, at=now())
    assert called_with(text) == 401


@pytest.mark.parametrize(
    ("who", "accounts"),
    [("Alice", ["acme"]), ("Bob", ["acme"]), ("Charlie", ["globex"]), ("Mia", ["acme"]), ("Vic", ["acme", "globex"])],
)
def test_everybody_finds_the_accounts_that_they_may_read(who: str, accounts: list[str], ask: Ask) -> None:
    status, page = ask(who, "GET", "/accounts")
    assert status == 200
    assert [account["account_id"] for account in page["items"]] == accounts
    assert page["count"] == len(accounts)


def test_what_one_may_not_see_is_not_there(ask: Ask) -> None:
    assert ask("Charlie", "GET", "/accounts/acme")[0] == 404
    assert ask("Charlie", "PUT", f"/goals/{GOAL}", DSO)[0] == 404
    assert ask("Charlie", "GET", "/metrics/revenue/explain", by="account", entity="acme", period="2026-Q2")[0] == 404


def test_an_entry_sent_twice_is_entered_once(ask: Ask) -> None:
    first, again = (ask("Alice", "PUT", f"/goals/{GOAL}", DSO) for _ in range(2))
    assert first == again
    assert first[0] == 200
    assert [terms["revision"] for terms in again[1]["terms"]] == [1]
    assert Goal.objects.count() == 1
    assert Goal.versions.count() == 1


def test_an_agreed_goal_changes_its_terms_only_with_a_reason(ask: Ask) -> None:
    ask("Alice", "PUT", f"/goals/{GOAL}", DSO)
    assert ask("Alice", "POST", f"/goals/{GOAL}/agreement")[1]["status"] == "agreed"
    harder = {**DSO, "terms": {**DSO["terms"], "target_value": 40}}  # type: ignore[dict-item]
    status, problem = ask("Alice", "PUT", f"/goals/{GOAL}", harder)
    assert (status, problem["field"]) == (422, "reason")
    assert problem["cure"]
    status, goal = ask("Alice", "PUT", f"/goals/{GOAL}", {**harder, "reason": "they set a new budget"})
    assert status == 200
    assert [(terms["revision"], terms["target_value"]) for terms in goal["terms"]] == [(1, "45"), (2, "40")]


def test_a_reading_moves_the_goal(ask: Ask) -> None:
    ask("Alice", "PUT", f"/goals/{GOAL}", DSO)
    status, reading = ask("Alice", "PUT", f"/goals/{GOAL}/readings/2026-06-01", {"value": 51.5})
    assert (status, reading["value"], reading["verification"]) == (200, "51.5", "unverified")
    assert ask("Alice", "PUT", f"/goals/{GOAL}/readings/2026-06-01", {"value": 51.5}) == (200, reading)
    _, goal = ask("Alice", "GET", f"/goals/{GOAL}")
    assert (goal["standing"]["progress"], goal["vouched_progress"]) == ("0.5", None)
    status, problem = ask("Alice", "PUT", f"/goals/{GOAL}/readings/2026-06-01", {"value": 51})
    assert (status, problem["field"]) == (422, "reason")


def test_an_id_that_somebody_elses_entry_has_is_refused_and_changes_nothing(ask: Ask, company: Company) -> None:
    theirs = draft_goal(company.charlie, company.globex, at=now(), id=GOAL, measure="Scrap rate", terms=Terms())
    status, _ = ask("Alice", "PUT", f"/goals/{GOAL}", DSO)
    assert status == 422
    theirs.refresh_from_db()
    assert (theirs.account_id, theirs.measure) == ("globex", "Scrap rate")


def test_personal_goals_are_for_the_own_team(ask: Ask, company: Company) -> None:
    jo = record_stakeholder(company.alice, company.acme, at=now(), name="Jo Park")
    personal = {"account_id": "acme", "kind": "personal", "stakeholder_id": str(jo.pk), "measure": "Home by six"}
    assert ask("Alice", "PUT", f"/goals/{GOAL}", personal)[0] == 200
    seen = {who: ask(who, "GET", "/goals")[1]["count"] for who in ("Alice", "Bob", "Carol", "Ada", "Mia", "Ana", "Vic")}
    assert seen == {"Alice": 1, "Bob": 1, "Carol": 1, "Ada": 1, "Mia": 0, "Ana": 0, "Vic": 0}
    assert ask("Mia", "GET", f"/goals/{GOAL}")[0] == 404
    assert ask("Mia", "PUT", f"/goals/{GOAL}/readings/2026-06-01", {"value": 1})[0] == 404


def test_who_may_only_read_enters_nothing(ask: Ask) -> None:
    status, problem = ask("Vic", "PUT", f"/stakeholders/{GOAL}", {"account_id": "acme", "name": "Jo Park"})
    assert (status, problem["message"]) == (403, "You may read this, but not change it.")
    assert not Stakeholder.objects.exists()


def test_a_milestone_is_planned_then_done(ask: Ask) -> None:
    step = {"account_id": "acme", "title": "First invoice sent", "planned_on": "2026-03-31", "is_first_value": True}
    assert ask("Alice", "PUT", f"/milestones/{GOAL}", step)[1]["done_on"] is None
    assert ask("Alice", "PUT", f"/milestones/{GOAL}", {**step, "done_on": "2026-03-28"})[1]["done_on"] == "2026-03-28"
    assert ask("Alice", "GET", "/milestones", account_id="acme")[1]["count"] == 1


def test_a_number_is_the_one_of_the_snapshot(ask: Ask) -> None:
    snapshot = current(built().mart)
    assert snapshot is not None
    answer = read(snapshot, Question(("win_rate",), "company", "quarter"))
    assert answer is not None
    status, page = ask("Vic", "GET", "/metrics", name="win_rate", period="quarter")
    assert status == 200
    assert [row["value"] for row in page["items"]] == answer.rows.column("value").to_pylist()
    newest = page["items"][-1]
    _, told = ask("Vic", "GET", "/metrics/win_rate/explain", period=newest["period"], rows=3)
    assert (told["value"], told["n"], told["row_count"]) == (newest["value"], newest["n"], newest["n"])
    assert len(told["rows"]) + told["hidden"] == 3


def test_numbers_of_accounts_are_those_one_may_read(ask: Ask) -> None:
    everyone = ask("Ada", "GET", "/metrics", name="revenue", by="account", period="year")[1]["count"]
    assert everyone == 0, "the example company's accounts are not in this record"
    assert ask("Alice", "GET", "/metrics", name="revenue", by="account", period="year")[1]["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/metrics?name=win_rat", 400, "Did you mean win_rate?"),
        ("/metrics?by=planet", 400, "account, person"),
        ("/metrics?period=2026", 400, "month"),
        ("/accounts?limit=0", 422, "greater than or equal to 1"),
        ("/goals/17", 422, "UUID"),
    ],
)
def test_a_mistake_is_answered_with_its_cure(path: str, status: int, says: str, ask: Ask) -> None:
    answered, problem = ask("Ada", "GET", path)
    assert answered == status
    assert says in problem["message"]


def test_builds_are_asked_for_by_those_who_may(ask: Ask) -> None:
    assert ask("Alice", "POST", "/builds")[0] == 403
    status, job = ask("Ana", "POST", "/builds")
    assert (status, job["status"]) == (202, "queued")
    assert ask("Ana", "POST", "/builds")[1]["job_id"] == job["job_id"]
    assert ask("Vic", "GET", f"/builds/{job['job_id']}")[1] == job


def test_what_is_missing_and_what_is_wrong_can_be_read(ask: Ask) -> None:
    ready = {each["metric"]: each["state"] for each in ask("Vic", "GET", "/readiness")[1]}
    assert ready["win_rate"] == "ready"
    findings = ask("Vic", "GET", "/findings", severity="info", limit=3)[1]
    assert {found["severity"] for found in findings["items"]} == {"info"}
    assert len(findings["items"]) == min(3, findings["count"])
