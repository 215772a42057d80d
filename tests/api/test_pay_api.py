"""Pay, for programs: the same as the pages say, of the same people, and questions about lines."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from company import Company, found
from paid import filled
from recorded import Place, undone_at
from trueup.record.actions.pay_disputes import decide_dispute, open_dispute
from trueup.record.actions.tokens import make_token
from trueup.record.models import Dispute
from trueup.record.pay_periods import statement_of

Ask = Callable[..., tuple[int, Any]]
NOW = datetime.now(UTC)


@pytest.fixture
def company(sqlite_company: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company with three months of pay."""
    with undone_at(sqlite_company):
        monkeypatch.setenv("TRUEUP_WORKSPACE", str(settings.WORKSPACE.root))
        told = found()
        filled(told.fin, told.ada)
        yield told


@pytest.fixture
def ask(company: Company) -> Ask:
    """Ask as somebody with a token: ``ask("Alice", "/pay/periods")`` gives the status and the JSON."""
    cache.clear()

    def called(who: str, path: str, *, entry: object = None, scope: str = "write", **query: object) -> tuple[int, Any]:
        _, token = make_token(company[who], at=NOW, label="BI", scope=scope, expires_at=NOW + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        address = f"/api/v1{path}"
        response = (
            client.get(address, query)
            if entry is None
            else client.post(address, entry, content_type="application/json")
        )
        return response.status_code, response.json()

    return called


def question(ask: Ask, who: str = "Alice", **changed: str) -> tuple[int, Any]:
    """Question the first line of Alice's February, or what ``changed`` says."""
    line = ask("Fin", "/pay/statements/2026-02/alice")[1]["statement"]["lines"][0]
    entry = {"period": "2026-02", "payee": "alice", "line_hash": line["hash"], "claim": "It was 42,000.", **changed}
    return ask(who, "/pay/disputes", entry=entry)


def test_periods_are_those_of_which_one_may_see_a_statement(ask: Ask) -> None:
    every = [("2026-03", "calculated"), ("2026-02", "approved"), ("2026-01", "paid")]
    for who, expected in (("Alice", every), ("Fin", every), ("Vic", []), ("Carol", [])):
        status, page = ask(who, "/pay/periods")
        assert status == 200
        assert [(each["period"], each["state"]) for each in page["items"]] == expected


def test_a_period_tells_what_stands_in_the_way_to_who_acts_on_it(ask: Ask) -> None:
    status, march = ask("Fin", "/pay/periods/2026-03")
    assert status == 200
    assert march["gates"] == [
        "The calculation was not submitted for review.",
        "1 exception has no owner.",
        "2026-02 comes before it and is not closed.",
    ]
    assert march["steps"]["submit"] == {"may": True, "why": ""}
    assert march["steps"]["close"]["may"] is False
    [refused] = march["exceptions"]
    assert "nora has no quota" in refused["message"]
    assert [sums["posted"] for sums in march["totals"]] == ["8129.96"]
    of_mia = ask("Mia", "/pay/periods/2026-03")[1]
    assert (of_mia["exceptions"], [sums["posted"] for sums in of_mia["totals"]]) == ([], ["7929.96"])
    for who in ("Alice", "Vic", "Ana"):
        assert ask(who, "/pay/periods/2026-03")[0] == 404
    assert ask("Fin", "/pay/periods/2031-01")[0] == 404


def test_statements_of_a_period_are_listed_with_their_sums(ask: Ask) -> None:
    _, page = ask("Fin", "/pay/statements", period="2026-03")
    assert [each["payee"] for each in page["items"]] == ["alice", "bob", "charlie", "nora"]
    alice = page["items"][0]
    assert (alice["name"], alice["state"]) == ("Alice", "calculated")
    assert alice["totals"] == [
        {
            "currency": "EUR",
            "posted": "7929.96",
            "true_ups": "328.80",
            "year_to_date": "14610.00",
            "held": "690.00",
        }
    ]
    assert page["items"][3]["totals"] == []
    assert ask("Fin", "/pay/statements", period="2026-03", limit=1, offset=1)[1]["items"][0]["payee"] == "bob"


@pytest.mark.parametrize(
    ("who", "sees"),
    [("Alice", {"alice"}), ("Mia", {"alice", "nora"}), ("Ada", {"alice", "bob", "charlie", "nora"}), ("Vic", set())],
)
def test_whose_statements_are_there(ask: Ask, who: str, sees: set[str]) -> None:
    _, page = ask(who, "/pay/statements", period="2026-02")
    assert {each["payee"] for each in page["items"]} == sees
    for payee in ("alice", "bob", "charlie", "nora"):
        assert ask(who, f"/pay/statements/2026-02/{payee}")[0] == (200 if payee in sees else 404)


def test_without_a_period_one_s_own_statements_are_listed(ask: Ask) -> None:
    _, page = ask("Alice", "/pay/statements")
    assert [(each["payee"], each["period"]) for each in page["items"]] == [
        ("alice", "2026-03"),
        ("alice", "2026-02"),
        ("alice", "2026-01"),
    ]
    assert ask("Fin", "/pay/statements")[1]["count"] == 0


def test_a_statement_is_what_its_bytes_say(ask: Ask, company: Company) -> None:
    status, whole = ask("Alice", "/pay/statements/2026-02/alice", scope="read")
    kept = statement_of(company.alice, "alice", "2026-02")
    assert status == 200
    assert kept is not None
    assert whole["hash"] == kept.hash
    assert whole["statement"] == json.loads(bytes(kept.body))


def test_a_statement_is_a_file_too(ask: Ask, company: Company) -> None:
    _, token = make_token(company.alice, at=NOW, label="BI", scope="read", expires_at=NOW + timedelta(days=1))
    client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
    address = "/api/v1/pay/statements/2026-02/alice/file"
    made = client.get(address)
    assert (made["Content-Type"], made.content[:5]) == ("application/pdf", b"%PDF-")
    assert made["Content-Disposition"] == 'attachment; filename="statement-2026-02-alice.pdf"'
    assert "Statement of pay, February 2026" in client.get(address, {"format": "html"}).content.decode()
    assert client.get(address, {"format": "doc"}).status_code == 422
    assert ask("Bob", "/pay/statements/2026-02/alice/file")[0] == 404


def test_what_a_dispute_led_to_is_told_from_both_ends(ask: Ask, company: Company) -> None:
    lines = ask("Alice", "/pay/statements/2026-01/alice")[1]["statement"]["lines"]
    about = next(line["hash"] for line in lines if line["event"] == "crm:a1")
    early = datetime(2026, 2, 6, tzinfo=UTC)
    dispute = open_dispute(company.alice, "alice", "2026-01", about, claim="It was 66,000.", at=early)
    decide_dispute(company.fin, dispute, outcome="evidence", evidence="crm:a1", reason="So it is.", at=NOW)
    [after] = ask("Alice", "/pay/statements/2026-02/alice")[1]["after_disputes"]
    assert after["dispute_id"] == dispute.pk
    [led] = ask("Alice", f"/pay/disputes/{dispute.pk}")[1]["led_to"]
    assert (led["period"], led["lines"]) == ("2026-02", [after["line_hash"]])
    [posted] = led["posted"]
    assert (posted["component"], posted["earning_period"], posted["is_true_up"]) == ("bookings", "2026-01", True)
    assert Decimal(posted["amount"]) == 300
    assert ask("Bob", f"/pay/disputes/{dispute.pk}")[0] == 404


def test_a_line_is_questioned_by_its_hash(ask: Ask, company: Company) -> None:
    status, opened = question(ask)
    assert status == 201
    assert (opened["payee"], opened["days"], opened["outcome"]) == ("alice", 0, None)
    assert [each["dispute_id"] for each in ask("Fin", "/pay/disputes")[1]["items"]] == [opened["dispute_id"]]
    assert ask("Bob", "/pay/disputes")[1]["count"] == 0
    dispute = Dispute.objects.get(pk=opened["dispute_id"])
    decide_dispute(company.fin, dispute, outcome="rejected", reason="It was 40,000.50.", at=NOW + timedelta(days=3))
    assert ask("Alice", "/pay/disputes")[1]["count"] == 0
    [decided] = ask("Alice", "/pay/disputes", state="decided")[1]["items"]
    assert (decided["days"], decided["outcome"]["outcome"]) == (2, "rejected")
    assert decided["outcome"]["reason"] == "It was 40,000.50."


def test_what_cannot_be_questioned_is_refused_with_the_cure(ask: Ask) -> None:
    for who in ("Bob", "Vic", "Ana"):
        assert question(ask, who)[0] == 404
    status, problem = question(ask, line_hash="0" * 64)
    assert (status, problem["field"]) == (422, "line_hash")
    status, problem = question(ask, claim=" ")
    assert (status, problem["field"]) == (422, "claim")
    assert question(ask, misspelt="x")[0] == 422
    assert question(ask)[0] == 201
    status, problem = question(ask)
    assert (status, problem["message"]) == (422, "This line is disputed already.")
    entry = {"period": "2026-02", "payee": "alice", "line_hash": "0" * 64, "claim": "?"}
    assert ask("Alice", "/pay/disputes", entry=entry, scope="read")[0] == 401
