"""Statements as files, and what disputes led to: a page, a PDF, and links to and fro."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from company import Company
from paid import filled, months
from trueup.record.actions.pay_disputes import decide_dispute, open_dispute
from trueup.record.models import Dispute, User
from trueup.record.pay_periods import statement_of
from web_pages import browser_of, text_of

JANUARY = next(iter(months())).calculated
FEBRUARYS = "/pay/2026-02/alice/"


@pytest.fixture
def told(served_company: Company) -> Company:
    """Three months: January is closed and paid, February approved, March calculated."""
    filled(served_company.fin, served_company.ada)
    return served_company


def line_of(viewer: User, period: str, event: str) -> str:
    """The hash of a line of Alice's."""
    found = statement_of(viewer, "alice", period)
    assert found is not None
    return next(line["hash"] for line in json.loads(bytes(found.body))["lines"] if line["event"] == event)


def disputed(told: Company, event: str, outcome: str, **said: str) -> Dispute:
    """Alice disputed January's line of an event, and Fin decided that."""
    about = line_of(told.alice, "2026-01", event)
    at = JANUARY.known_at
    dispute = open_dispute(told.alice, "alice", "2026-01", about, claim="It was 66,000.", at=at)
    decide_dispute(told.fin, dispute, outcome=outcome, at=at, reason="So it is.", **said)  # type: ignore[arg-type]
    return dispute


def test_a_statement_is_a_pdf_with_names_beside_its_ids(told: Company) -> None:
    page = browser_of(told.alice).get(FEBRUARYS).content.decode()
    assert '<a href="?format=pdf">' in page
    answer = browser_of(told.alice).get(f"{FEBRUARYS}?format=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="statement-2026-02-alice.pdf"'
    said = " ".join(each.extract_text() for each in PdfReader(BytesIO(answer.content)).pages)
    assert "Alice alice" in said
    assert "Acme\nacme" in said
    assert browser_of(told.alice).get(f"{FEBRUARYS}?format=pdf").content == answer.content
    assert browser_of(told.bob).get(f"{FEBRUARYS}?format=pdf").status_code == 404


def test_a_line_says_after_which_dispute_it_was_put_right_and_the_dispute_leads_to_it(told: Company) -> None:
    dispute = disputed(told, "crm:a1", "evidence", evidence="crm:a1")
    alice = browser_of(told.alice)
    page = alice.get(FEBRUARYS)
    assert page.content.decode().count(f'href="/pay/disputes/{dispute.pk}/"') == 2, "the posting and the line"
    assert f"Put right after dispute {dispute.pk}" in text_of(page)
    new = line_of(told.alice, "2026-02", "crm:a1")
    led = alice.get(f"/pay/disputes/{dispute.pk}/")
    assert f'href="{FEBRUARYS}#line-{new}"' in led.content.decode()
    assert "It led to February 2026" in text_of(led)
    assert "+€300.00 posted, a true-up" in text_of(led)
    assert f"after dispute {dispute.pk}" in alice.get(f"{FEBRUARYS}?format=html").content.decode()


def test_a_rejected_dispute_led_nowhere_and_one_without_its_evidence_not_yet(told: Company) -> None:
    rejected = disputed(told, "crm:a1", "rejected")
    waiting = disputed(told, "crm:r1", "evidence", evidence="crm:r1x")
    alice = browser_of(told.alice)
    assert "after dispute" not in text_of(alice.get(FEBRUARYS))
    assert "It led to" not in text_of(alice.get(f"/pay/disputes/{rejected.pk}/"))
    assert "No statement has it yet." in text_of(alice.get(f"/pay/disputes/{waiting.pk}/"))
