"""Value agreements, as pages: agreed on, signed, read and verified, each by somebody who may, and told to who may."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from company import Company
from trueup.pay.agreements import PayeeShare, Signer
from trueup.pay.baseline import SeriesValue
from trueup.record.actions.agreements import (
    agree,
    read_value,
    record_customers_signature,
    sign_for_us,
    verify_value,
)
from trueup.record.agreements import in_force_since
from trueup.record.models import AgreementSignature, ValueAgreement, ValueReading, ValueVerification
from trueup.served import agreements as told
from trueup.units.money import Money
from trueup.web.views.agreement_terms import quarters_ends
from web_pages import browser_of, fields_of, text_of

LISTED, NEW, EVERY = "/customers/acme/agreements/", "/customers/acme/agreements/new/", "/pay/agreements/"
_Row = TypeVar("_Row", bound=Model)
NOW = datetime.now(UTC)
TODAY = NOW.date()
BEGAN = NOW - timedelta(days=100)
FIRST, SECOND = TODAY - timedelta(days=40), TODAY + timedelta(days=50)
EXTRACT = "e" * 64
ASKED = {"measure": "days_sales_outstanding", "direction": "", "lookback_months": "12", "statistic": "median"}
TYPED = {
    "definition": "Receivables over sales x 30, from their ledger",
    "value_per_unit": "1 500",
    "per": "month",
    "currency": "eur",
    "committed": "60000",
    "band": "2000",
    "at_target_1": "900",
    "share_1": "100 %",
    "signer_ours": "Head of Finance",
    "signer_customer": "CFO; Head of Sales",
}


def months(until: datetime, *values: int) -> list[SeriesValue]:
    """Values of as many months, of which the last is the one before."""
    last = until.year * 12 + until.month - 2
    first = last - len(values) + 1
    return [
        SeriesValue(date((first + n) // 12, (first + n) % 12 + 1, 15), Decimal(value), "days")
        for n, value in enumerate(values)
    ]


@pytest.fixture
def measured(served_company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Acme's systems deliver how long it waits for its money; those of three others do so too."""
    delivered = {
        "acme": months(NOW, *(42 + n % 3 for n in range(24))),
        **{f"other{n}": months(NOW, *(40 + n + m % 2 for m in range(12))) for n in range(3)},
    }

    def asked(measure: str, account_id: str | None = None) -> dict[str, list[SeriesValue]]:
        if measure != "days_sales_outstanding":
            return {}
        return {key: values for key, values in delivered.items() if account_id in {None, key}}

    monkeypatch.setattr(told, "_series_by_account", asked)
    monkeypatch.setattr(told, "measures", lambda _: [told.Measured("days_sales_outstanding", "days")])
    return served_company


def agreed(company: Company, **other: Any) -> ValueAgreement:
    facts: dict[str, Any] = {
        "series": months(BEGAN, *([42] * 12)),
        "lookback_months": 12,
        "measure": "days_sales_outstanding",
        "direction": "decrease",
        "definition": "Receivables over sales x 30, from their ledger",
        "value_per_unit": Money.of(1_000, "EUR"),
        "per": "term",
        "committed": Money.of(10_000, "EUR"),
        "band": Money.of(0, "EUR"),
        "payees": (PayeeShare("alice", Money.of(900, "EUR"), Fraction(1)),),
        "starts_on": BEGAN.date(),
        "ends_on": SECOND,
        "quantile": Decimal("0.8416"),
        "confidence": "one-sided, 80 %",
        "reading_dates": (FIRST, SECOND),
        "verifier": "Our controller",
        "signers": (Signer("ours", "Head of Finance"), Signer("customer", "CFO")),
        **other,
    }
    return agree(company.ada, company.acme, at=BEGAN, **facts)


def in_force(company: Company, **other: Any) -> ValueAgreement:
    made = agreed(company, **other)
    said = made.content_hash
    sign_for_us(company.fin, made, role="Head of Finance", content_hash=said, at=BEGAN)
    record_customers_signature(
        company.ada, made, role="CFO", content_hash=said, signed_at=BEGAN, at=BEGAN, name="Jane Doe"
    )
    return made


def altered(made: ValueAgreement) -> ValueAgreement:
    """The same of another measure with all signatures, as if somebody had changed our sheet in the record's file."""
    key = uuid4()
    other = copied(made, id=key, lineage=key, measure_key="scrap", pay=b"{}", content_hash=EXTRACT)
    for each in AgreementSignature.objects.filter(agreement=made):
        copied(each, id=None, agreement_id=key, content_hash=EXTRACT)
    return other


def copied(row: _Row, **other: object) -> _Row:
    """The same row once more, otherwise in some columns, past every action."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return QuerySet(type(row)).bulk_create([type(row)(**{**fields, **other})])[0]


def read(company: Company, made: ValueAgreement, **other: Any) -> ValueReading:
    facts = {"actual": Decimal(34), "std_error": Decimal("0.5"), "method": "Their extract", "evidence_sha256": EXTRACT}
    at = datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=2)
    return read_value(company.ana, made, as_of=FIRST, at=at, **{**facts, **other})


def sent(browser: Client, address: str, **said: str) -> tuple[int, str]:
    """Fill in the form there; the status of what comes of it, and what it says."""
    page = browser.get(address)
    assert page.status_code == 200, page.status_code
    answer = browser.post(address, {**fields_of(page), **said}, follow=True)
    return answer.status_code, text_of(answer)


def test_a_baseline_is_shown_with_what_speaks_against_it_before_anything_is_agreed(measured: Company) -> None:
    page = browser_of(measured.alice).get(NEW, ASKED)
    said = text_of(page).replace("\u00a0", " ")
    assert "was 43 days" in said
    assert "The median of 12 months with values" in said
    assert "Value is that it goes down." in said
    assert "the baselines of its peers have a median of 41.5" in said
    assert "baseline" not in fields_of(page), "it is computed, and never typed"


def test_value_is_agreed_on_and_its_baseline_locked(measured: Company) -> None:
    alice = browser_of(measured.alice)
    page = alice.get(NEW, ASKED)
    address = f"{NEW}?{page.wsgi_request.META['QUERY_STRING']}"
    answer = alice.post(address, {**fields_of(page), **TYPED, "payee_1": "carol"})
    assert answer.status_code == 302, text_of(answer)
    kept = ValueAgreement.objects.get()
    assert (kept.direction, kept.committed, kept.currency, kept.signers) == ("decrease", Decimal(60_000), "EUR", 3)
    assert kept.baseline == Decimal(43)
    said = text_of(alice.get(LISTED)).replace("\u00a0", " ")
    assert "not signed yet" in said
    assert "CFO, for the customer: not yet" in said
    assert "€1,500.00 for a unit (days) less, a month" in said
    assert "1, whose pay you may not see" in said


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"definition": ""}, "does not define its measure"),
        ({"committed": ""}, "This is missing. Fill it in."),
        ({"committed": "0"}, "Commit more than 0"),
        ({"currency": "XQQ"}, "XQQ"),
        ({"at_target_1": ""}, "This is missing. Fill it in."),
        ({"payee_1": ""}, "Name a payee"),
        ({"signer_customer": ""}, "Name a signer of each"),
        ({"reading_dates": "soon"}, "Not all of these are days."),
        ({"reading_dates": "2001-01-01"}, "Read it within"),
        ({"starts_on": "2001-01-01"}, "Start after them"),
        ({"seen": "other"}, "Their series has changed meanwhile."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_agreed(measured: Company, typed: dict[str, str], says: str) -> None:
    ada = browser_of(measured.ada)
    page = ada.get(NEW, ASKED)
    address = f"{NEW}?{page.wsgi_request.META['QUERY_STRING']}"
    answer = ada.post(address, {**fields_of(page), **TYPED, "payee_1": "carol", **typed})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not ValueAgreement.objects.exists()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"measure": ""}, "A measure is missing."),
        ({"measure": "scrap"}, "This is not a choice."),
        ({"lookback_months": "100"}, "There is no baseline: of the 100 months"),
        ({"lookback_months": "x"}, "This is no whole number."),
    ],
)
def test_without_a_baseline_nothing_is_asked_further(measured: Company, asked: dict[str, str], says: str) -> None:
    page = browser_of(measured.ada).get(NEW, {**ASKED, **asked})
    assert page.status_code == 422
    assert says in text_of(page)
    assert "committed" not in fields_of(page)


def test_both_sides_sign_and_then_it_is_in_force(served_company: Company) -> None:
    made = agreed(served_company)
    ours, theirs = (reverse(name, args=[made.pk]) for name in ("agreement_sign", "agreement_signed"))
    assert "Signed for us." in sent(browser_of(served_company.fin), ours, role="Head of Finance")[1]
    status, said = sent(browser_of(served_company.alice), theirs, role="CFO", name="")
    assert (status, "It is not said who signed for the customer" in said) == (422, True)
    assert "Recorded." in sent(browser_of(served_company.alice), theirs, role="CFO", name="Jane Doe")[1]
    assert AgreementSignature.objects.count() == 2
    assert in_force_since(made) is not None
    said = text_of(browser_of(served_company.vic).get(LISTED))
    assert "CFO, for the customer: Jane Doe" in said
    assert "Head of Finance, for us: Fin" in said


def test_who_signs_for_us_sees_what_they_sign_and_the_customer_gets_a_copy_without_anybodys_pay(
    served_company: Company,
) -> None:
    made = agreed(served_company)
    sign = browser_of(served_company.fin).get(reverse("agreement_sign", args=[made.pk]))
    assert "It pays at target: Alice €900.00." in text_of(sign)
    address = reverse("agreement_terms_file", args=[made.pk])
    assert address in browser_of(served_company.vic).get(LISTED).content.decode()
    copy = browser_of(served_company.vic).get(address)
    assert copy["Content-Disposition"] == f'attachment; filename="agreement-{made.pk}.json"'
    assert sha256(copy.content).hexdigest() == made.content_hash
    assert json.loads(copy.content)["committed"] == ["10000", "EUR"]
    assert b"alice" not in copy.content
    assert b'"900"' not in copy.content
    assert browser_of(served_company.nora).get(address).status_code == 404


def test_terms_that_name_our_peoples_pay_as_they_once_did_are_not_handed_over(served_company: Company) -> None:
    made = agreed(served_company)
    key = uuid4()
    old = copied(made, id=key, lineage=key, measure_key="scrap", algorithm="sha256-1", content_hash=EXTRACT)
    address = reverse("agreement_terms_file", args=[old.pk])
    assert browser_of(served_company.fin).get(address).status_code == 404
    assert address not in browser_of(served_company.fin).get(LISTED).content.decode()


def test_who_may_not_sees_no_way_to_do_it(served_company: Company) -> None:
    made = agreed(served_company)
    sign = reverse("agreement_sign", args=[made.pk])
    for who in ("alice", "vic", "ana"):
        assert sign not in browser_of(served_company[who]).get(LISTED).content.decode()
        assert browser_of(served_company[who]).get(sign).status_code == 404
    assert browser_of(served_company.vic).get(reverse("agreement_signed", args=[made.pk])).status_code == 404
    assert browser_of(served_company.vic).get(NEW).status_code == 404


def test_a_payee_is_told_why_somebody_else_signs(served_company: Company) -> None:
    agreed(served_company, payees=(PayeeShare("mia", Money.of(900, "EUR"), Fraction(1)),))
    page = browser_of(served_company.mia).get(LISTED)
    assert "You are paid by this agreement: somebody else signs it for us." in text_of(page)
    assert "Sign for us" not in text_of(page)


def test_what_is_due_is_read_verified_and_then_counts(served_company: Company) -> None:
    made = in_force(served_company)
    address = reverse("agreement_read", args=[made.pk, FIRST])
    assert address in browser_of(served_company.ana).get(EVERY).content.decode()
    evidence = {"actual": "34", "std_error": "0.5", "method": "Their extract"}
    status, said = sent(browser_of(served_company.ana), address, **evidence)
    assert (status, "Evidence is missing." in said) == (422, True)
    assert "Read." in sent(browser_of(served_company.ana), address, **evidence, evidence_sha256=EXTRACT)[1]
    reading = ValueReading.objects.get()
    verify = reverse("agreement_verify", args=[reading.pk])
    said = text_of(browser_of(served_company.ana).get(LISTED))
    assert "Nothing is verified yet of €10,000.00." in said
    assert "You measured this: somebody else verifies it." in said
    assert browser_of(served_company.ana).get(verify).status_code == 404
    assert browser_of(served_company.alice).get(verify).status_code == 404, "she is paid by it"
    fin = browser_of(served_company.fin)
    status, said = sent(fin, verify, evidence_hash=EXTRACT, relation_to_payees="none")
    assert (status, "Nothing is chosen." in said) == (422, True)
    status, said = sent(fin, verify, decision="verified", evidence_hash="x", relation_to_payees="none")
    assert status == 422
    said = sent(fin, verify, decision="verified", evidence_hash=EXTRACT, relation_to_payees="none")[1]
    assert "Decided." in said
    assert "€7,579.20 certain and verified of €10,000.00: 75.8" in said
    assert ValueVerification.objects.get().decision == "verified"


def test_the_series_suggests_what_a_reading_says(measured: Company) -> None:
    made = in_force(measured)
    found = fields_of(browser_of(measured.ana).get(reverse("agreement_read", args=[made.pk, FIRST])))
    assert found["actual"] == found["std_error"] == "" or Decimal(found["actual"]) > 40


def test_a_revision_replaces_and_has_to_be_verified_anew(served_company: Company) -> None:
    made = in_force(served_company)
    before = read(served_company, made)
    read(served_company, made, actual=Decimal(35))
    page = browser_of(served_company.fin).get(LISTED)
    assert "revision 2" in text_of(page)
    assert "replaced" in text_of(page)
    assert reverse("agreement_verify", args=[before.pk]) not in page.content.decode()


def test_a_reading_that_nobody_verified_in_time_lapsed(served_company: Company) -> None:
    read(served_company, in_force(served_company, verify_within_days=5))
    assert "lapsed" in text_of(browser_of(served_company.fin).get(LISTED))
    assert "Nothing waits." in text_of(browser_of(served_company.fin).get(EVERY))


def test_finance_sees_what_waits_and_what_is_doubted(served_company: Company) -> None:
    doubtful = [*months(BEGAN, *([30, 31] * 12), *([42] * 12))]
    made = in_force(served_company, series=doubtful)
    reading = read(served_company, made)
    page = browser_of(served_company.fin).get(EVERY)
    said = text_of(page)
    assert "more than 3 MAD worse. Ask why before anybody signs." in said
    assert reverse("agreement_verify", args=[reading.pk]) in page.content.decode()
    assert "Nothing is due." in said
    verify_value(
        served_company.fin,
        reading,
        decision="refused",
        relation_to_payees="none",
        evidence_hash=EXTRACT,
        at=NOW,
    )
    assert "Nothing waits." in text_of(browser_of(served_company.fin).get(EVERY))


def test_other_terms_than_those_signed_are_said_to_be_so(served_company: Company) -> None:
    made = altered(in_force(served_company))
    for page in (LISTED, EVERY):
        assert "not what was signed" in text_of(browser_of(served_company.fin).get(page))
    read_again = reverse("agreement_read", args=[made.pk, FIRST])
    assert browser_of(served_company.ana).get(read_again).status_code == 404


def test_the_list_asks_the_record_as_often_for_one_agreement_as_for_many(served_company: Company) -> None:
    read(served_company, in_force(served_company))
    browser = browser_of(served_company.ana)
    asked = []
    for measure in ("", "Stock cover", "Scrap", "Returns"):
        if measure:
            in_force(served_company, measure=measure)
        for page in (EVERY, LISTED):
            browser.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page).status_code == 200
            asked.append((page, len(queries)))
    assert len(set(asked)) == 2, asked


def test_the_customers_page_leads_there(served_company: Company) -> None:
    assert LISTED not in browser_of(served_company.vic).get("/customers/acme/").content.decode()
    in_force(served_company)
    page = browser_of(served_company.vic).get("/customers/acme/")
    assert LISTED in page.content.decode()
    assert "Nothing is verified yet of €10,000.00." in text_of(page)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "days"),
    [
        ("2026-11-23", "2027-04-30", ["2026-12-31", "2027-03-31", "2027-04-30"]),
        ("2026-01-01", "2026-03-31", ["2026-03-31"]),
        ("2026-03-31", "2026-01-01", []),
    ],
)
def test_what_is_read_by_default_is_each_quarters_end(starts_on: str, ends_on: str, days: list[str]) -> None:
    found = quarters_ends(date.fromisoformat(starts_on), date.fromisoformat(ends_on))
    assert [str(day) for day in found] == days
