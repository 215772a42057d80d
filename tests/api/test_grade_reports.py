"""What grades are worth, for programs: the same as the pages, of accounts that one may read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from company import Company
from example import built
from trueup.answers.grades import table
from trueup.answers.gradings import grading_of
from trueup.answers.quadrant import pleasing
from trueup.mart.snapshot import Snapshot, current
from trueup.record.actions.tokens import make_token

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def snapshot() -> Snapshot:
    found = current(built().mart)
    assert found is not None
    return found


@pytest.fixture
def ask(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    cache.clear()

    def call(who: str, path: str, **query: object) -> tuple[int, Any]:
        now = datetime.now(UTC)
        _, token = make_token(company[who], at=now, label="a", scope="read", expires_at=now + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        response = client.get(f"/api/v1{path}", query)
        return response.status_code, response.json()

    return call


@pytest.mark.parametrize("path", ["/grades/honesty", "/grades/learned"])
def test_without_closed_periods_it_says_how_to_close_some(ask: Ask, path: str) -> None:
    status, told = ask("Vic", path)
    assert status == 404
    assert "closed" in told["message"]


def test_a_period_that_is_not_there_names_those_that_are(ask: Ask, snapshot: Snapshot) -> None:
    status, told = ask("Vic", "/grades", period="1999-Q1")
    assert status == 404
    assert grading_of(snapshot, "quarterly").period in told["message"]
    status, told = ask("Vic", "/grades/pleasing", period="1999-Q1")
    assert (status, "1999-Q1" in told["message"]) == (404, True)


def test_who_gives_and_whom_we_give_is_what_the_map_says(ask: Ask, snapshot: Snapshot) -> None:
    status, told = ask("Vic", "/grades/pleasing", limit=500)
    rows = pleasing(snapshot).table().to_pylist()
    assert (status, told["count"]) == (200, len(rows))
    assert [(row["account_id"], row["quarter"], row["reason"]) for row in told["items"]] == [
        (row["account_id"], row["quarter"], row["reason"]) for row in rows
    ]


def test_where_effort_went_is_what_the_map_says(ask: Ask, snapshot: Snapshot) -> None:
    status, told = ask("Vic", "/grades/pleasing/effort", by="person", limit=500)
    rows = pleasing(snapshot).effort_by("person").to_pylist()
    assert (status, told["count"], told["items"]) == (200, len(rows), rows[:500])
    assert ask("Alice", "/grades/pleasing/effort", by="person")[1]["count"] == 0


def test_a_member_reads_of_their_own_accounts_only(ask: Ask) -> None:
    assert ask("Alice", "/grades/pleasing", limit=500)[1]["count"] == 0, "no account of hers is in these data"
    assert ask("Alice", "/accounts/nobody/evidence")[0] == 404


def test_accounts_carry_their_letter(ask: Ask, snapshot: Snapshot) -> None:
    graded = table(snapshot, grading_of(snapshot, "quarterly"))
    letters = dict(zip(graded.column("account_id").to_pylist(), graded.column("grade").to_pylist(), strict=True))
    status, told = ask("Vic", "/accounts", limit=500)
    assert status == 200
    assert {row["account_id"]: row["grade"] for row in told["items"]} == {
        row["account_id"]: letters.get(row["account_id"]) for row in told["items"]
    }
