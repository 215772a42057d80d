"""Pay, as pages: one's own statements and nobody else's, a period on its way with who may do what, and questions."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from company import Company
from paid import desk_in, filled, kept, months, passed
from trueup.record import access
from trueup.record.actions.pay_periods import decide_calculation, own_exception, submit
from trueup.record.actions.pay_plans import decide_plan
from trueup.record.models import Account, Dispute, LedgerTransaction, PayApproval, Person, User
from trueup.record.pay_periods import exceptions, newest_calculation, state_of, statement_of
from trueup.reports import statement as paper
from trueup.runs.pay_life import Desk
from trueup.runs.pay_plans import plan_versions
from web_pages import browser_of, fields_of, text_of

PAGE, QUESTIONS = "/pay/", "/pay/disputes/"
ALICES = "/pay/2026-02/alice/"
NOW = datetime.now(UTC)


@pytest.fixture
def told(served_company: Company) -> Company:
    """Three months: January is closed and paid, February approved, March calculated."""
    filled(served_company.fin, served_company.ada)
    return served_company


def line_of(viewer: User, payee: str, period: str, event: str) -> str:
    """The hash of a statement's line."""
    found = statement_of(viewer, payee, period)
    assert found is not None
    return next(line["hash"] for line in json.loads(bytes(found.body))["lines"] if line["event"] == event)


def steps_of(browser: Client, period: str) -> set[str]:
    """Where the buttons of a period's page lead."""
    page = browser.get(PAGE, {"period": period}).content.decode()
    return set(re.findall(rf"/pay/periods/{period}/(\w+)/", page))


def done(browser: Client, address: str, **said: str) -> str:
    """Fill in the form there; what the page after it says."""
    fields = fields_of(browser.get(address))
    answer = browser.post(address, {**fields, **said}, follow=True)
    assert answer.status_code == 200, text_of(answer)
    return text_of(answer)


def test_a_payee_sees_their_newest_statement_first_and_all_others_below(told: Company) -> None:
    said = text_of(browser_of(told.alice).get(PAGE))
    assert "Your statement of March 2026 calculated" in said
    assert "Posted €7,929.96 Of which true-ups +€328.80 Year to date €14,610.00 Held €690.00" in said
    assert said.index("March 2026") < said.index("February 2026") < said.index("January 2026")
    for other in ("Bob", "Charlie", "Nora", "Everybody", "Submit"):
        assert other not in said


def test_a_statement_says_what_was_posted_and_what_stood_before(told: Company) -> None:
    response = browser_of(told.alice).get(ALICES)
    said, page = text_of(response), response.content.decode()
    assert "New business true-up January 2026 €3,000.00 +€300.00 €3,300.00" in said
    assert "New business February 2026 – €2,180.04 €2,180.04" in said
    assert '<a href="/pay/2026-01/alice/">January 2026</a>' in page
    assert "€3,300.00 by what is known now, less €3,000.00 posted before: +€300.00." in said
    assert "106.0 % €106,000.50 of €100,000.00" in said
    assert "It takes a first verified reading of the customer's value" in said
    assert "€5,480.04 €10,169.57 €5,000.00" in said


def test_each_line_opens_to_what_it_follows_from(told: Company) -> None:
    response = browser_of(told.alice).get("/pay/2026-03/alice/")
    said, page = text_of(response), response.content.decode()
    line = line_of(told.alice, "alice", "2026-03", "crm:a3")
    for fact in (
        "What it is Credited, own deal",
        "Credit €90,000.00",
        "Customers’ experience × 1.06",
        "Cut by a cap",
        "Event crm:a3",
        "Clause of the plan 3.1",
        f"This line {line}",
    ):
        assert fact in said
    assert f'id="line-{line}"' in page
    assert '<a href="/customers/acme/value/">' in page
    assert "globex" in said, "Alice may not read Globex: it stays an id"
    assert "Globex" not in said


def test_customers_that_one_may_not_read_are_neither_named_nor_linked(told: Company) -> None:
    page = browser_of(told.alice).get("/pay/2026-03/alice/").content.decode()
    assert "/customers/globex/" not in page
    assert "/customers/globex/" in browser_of(told.fin).get("/pay/2026-03/alice/").content.decode()


def test_what_waits_and_what_could_not_be_reckoned_is_told(told: Company) -> None:
    of_charlie = text_of(browser_of(told.charlie).get("/pay/2026-03/charlie/"))
    assert "New business , January 2026: +€2.00 It waits, because it is smaller than what the plan posts." in of_charlie
    assert "reckoned as neutral until there is one. It was reckoned without." in of_charlie
    of_nora = text_of(browser_of(told.nora).get("/pay/2026-01/nora/"))
    assert "New business : " in of_nora
    assert "Nora has no quota of bookings for 2026-Q1" in of_nora
    assert "Nothing of it is posted until then." in of_nora
    assert "Advanced by the draw €500.00" in of_nora


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("Alice", {"alice"}),
        ("Bob", {"bob"}),
        ("Mia", {"alice", "nora"}),
        ("Fin", {"alice", "bob", "charlie", "nora"}),
        ("Ada", {"alice", "bob", "charlie", "nora"}),
        ("Ana", set()),
        ("Vic", set()),
        ("Carol", set()),
    ],
)
def test_whose_statements_are_there(told: Company, who: str, sees: set[str]) -> None:
    browser = browser_of(told[who])
    for payee in ("alice", "bob", "charlie", "nora"):
        for ending in ("", "?format=html"):
            expected = 200 if payee in sees else 404
            assert browser.get(f"/pay/2026-02/{payee}/{ending}").status_code == expected, payee
    page = browser.get(PAGE).content.decode()
    linked = set(re.findall(r"/pay/2026-03/(\w+)/", page))
    assert linked == sees


def test_who_has_no_statement_is_told_so(told: Company) -> None:
    browser = browser_of(told.vic)
    assert "There is no statement of yours yet" in text_of(browser.get(PAGE))
    assert "Open None." in text_of(browser.get(QUESTIONS))
    for address in ("/pay/2026-02/unheard-of/", "/pay/2031-01/alice/", "/pay/2026-02/alice/?format=doc"):
        assert browser_of(told.fin).get(address).status_code == 404
    assert browser_of(told.fin).get(PAGE, {"period": "2031-01"}).status_code == 404


def test_before_anything_is_calculated_the_page_says_so(served_company: Company) -> None:
    assert "Nothing was calculated yet." in text_of(browser_of(served_company.fin).get(PAGE))
    assert "There is no statement of yours yet" in text_of(browser_of(served_company.alice).get(PAGE))


def test_finance_sees_everybody_with_sums_and_sorts_them(told: Company) -> None:
    browser = browser_of(told.fin)
    said = text_of(browser.get(PAGE))
    assert "4 people" in said
    assert "All €8,129.96 +€328.80 €17,310.00 €690.00" in said
    assert "Nora nothing could be reckoned" in said
    by_name = [said.index(name) for name in ("Alice", "Bob", "Charlie")]
    assert by_name == sorted(by_name)
    by_posted = text_of(browser.get(PAGE, {"period": "2026-03", "sort": "posted"}))
    assert by_posted.index("Charlie €0.00") < by_posted.index("Bob €200.00") < by_posted.index("Alice €7,929.96")
    assert 'aria-sort="ascending"' in browser.get(PAGE, {"sort": "posted"}).content.decode()
    assert text_of(browser.get(PAGE, {"sort": "nonsense", "page": "9"})) == said


def test_a_manager_sees_the_sums_of_those_whom_they_lead(told: Company) -> None:
    said = text_of(browser_of(told.mia).get(PAGE))
    assert "The statements of the people whom you lead" in said
    assert "All €7,929.96" in said
    assert "Bob" not in said


def test_where_a_period_stands_and_what_is_in_the_way(told: Company) -> None:
    browser = browser_of(told.fin)
    march = browser.get(PAGE)
    said = text_of(march)
    assert '<li class="now" aria-current="step">Calculated</li>' in march.content.decode()
    assert "The calculation was not submitted for review." in said
    assert "1 exception has no owner." in said
    assert "2026-02 comes before it and is not closed." in said
    assert '<li class="now" aria-current="step">Paid</li>' in browser.get(PAGE, {"period": "2026-01"}).content.decode()


def test_buttons_are_there_for_whom_they_work(told: Company) -> None:
    assert steps_of(browser_of(told.fin), "2026-01") == set()
    assert steps_of(browser_of(told.fin), "2026-03") == {"submit", "own"}
    assert steps_of(browser_of(told.mia), "2026-03") == set()
    assert steps_of(browser_of(told.ada), "2026-02") == {"reject", "own", "close"}, "administrators may force it"
    done(browser_of(told.fin), "/pay/periods/2026-03/submit/")
    assert steps_of(browser_of(told.fin), "2026-03") == {"own"}
    assert steps_of(browser_of(told.ada), "2026-03") == {"approve", "reject", "own", "close"}
    assert steps_of(browser_of(told.mia), "2026-03") == set()
    said = text_of(browser_of(told.mia).get(PAGE))
    assert "You see a part of it only: finance or an administrator approves it." in said
    assert browser_of(told.mia).get("/pay/periods/2026-03/approve/").status_code == 404


def test_duties_are_separated_and_the_page_says_why(told: Company) -> None:
    fin = browser_of(told.fin)
    done(fin, "/pay/periods/2026-03/submit/")
    assert "You calculated or submitted this: somebody else approves it." in text_of(fin.get(PAGE))
    assert fin.get("/pay/periods/2026-03/approve/").status_code == 404
    told.alice.role = "finance"
    told.alice.save()
    alice = browser_of(told.alice)
    assert "This pays you: somebody approves it whom it does not pay." in text_of(alice.get(PAGE))
    assert alice.post("/pay/periods/2026-03/approve/", {"seen": "3"}).status_code == 404
    assert not PayApproval.objects.filter(calculation=newest_calculation("2026-03")).exists()


def test_a_period_goes_all_its_way_by_hand(told: Company) -> None:
    fin, ada = browser_of(told.fin), browser_of(told.ada)
    page = fin.get(PAGE, {"period": "2026-02"}).content.decode()
    [key] = re.findall(r"/pay/periods/2026-02/own/\?key=([^\"]+)\"", page)
    assert "In the way of its close 1 exception has no owner." in text_of(fin.get(PAGE, {"period": "2026-02"}))
    said = done(fin, f"/pay/periods/2026-02/own/?key={key}", note="Her quota comes in May.")
    assert "Fin looks after it: Her quota comes in May." in said
    assert "Nothing stands in the way of its close." in said
    assert steps_of(fin, "2026-02") == {"close"}
    done(fin, "/pay/periods/2026-03/submit/")
    assert "Approved." in done(ada, "/pay/periods/2026-03/approve/")
    assert state_of("2026-03").state == "approved"
    assert "Rejected" in done(ada, "/pay/periods/2026-03/reject/", reason="Bob's deal is missing.")
    assert "Ada: “Bob's deal is missing.”" in text_of(fin.get(PAGE))
    assert steps_of(fin, "2026-03") == {"own"}, "it has to be calculated again first"


@pytest.fixture
def desk(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace with plans and facts, over the company's record; January is calculated and approved."""
    found = desk_in(tmp_path / "ours", company.fin)
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(found.folder.root))
    [version] = plan_versions(found.folder)
    decide_plan(company.ada, found.submit_plan(version, at=NOW), decision="approved", at=NOW)
    _, january = found.calculate("2026-01", at=NOW)
    passed(company.fin, company.ada, january)
    for key in exceptions(january):
        own_exception(company.fin, january, key, note="It was asked for.", at=NOW)
    return found


def test_closing_posts_what_the_approved_statements_say(company: Company, desk: Desk) -> None:
    fin = browser_of(company.fin)
    assert "January 2026 is closed." in done(fin, "/pay/periods/2026-01/close/")
    assert state_of("2026-01").state == "closed"
    due = {each.key for each in desk.calculated("2026-01", at=NOW).transactions}
    assert due == set(), "nothing is left to be posted"
    assert LedgerTransaction.objects.filter(posted_in="2026-01").exists()
    said = text_of(browser_of(company.alice).get("/pay/2026-01/alice/"))
    assert "It is final: the period is closed." in said


def test_a_closed_period_is_paid_out_once_and_payroll_is_given_the_file(company: Company, desk: Desk) -> None:
    fin, address = browser_of(company.fin), "/pay/periods/2026-01/run/"
    assert fin.get(address).status_code == 404, "it is not closed yet"
    done(fin, "/pay/periods/2026-01/close/")
    assert steps_of(fin, "2026-01") == {"run"}
    assert "people are paid €" in text_of(fin.get(address))
    assert browser_of(company.mia).get(address).status_code == 404
    said = done(fin, address)
    assert "January 2026 is paid. The file for payroll is beside the run." in said
    assert "by Fin, run 1." in said
    assert state_of("2026-01").state == "paid"
    assert fin.get(address).status_code == 404, "it is paid once"
    given = fin.get("/pay/periods/2026-01/payroll/1.csv")
    assert given["Content-Disposition"] == 'attachment; filename="payroll-2026-01-1.csv"'
    assert hashlib.sha256(given.content).hexdigest() == access.pay_runs(company.fin).get().file_sha256
    assert given.content.startswith(b"period,payee,name,currency,earned")
    for who in (company.alice, company.mia):
        assert browser_of(who).get("/pay/periods/2026-01/payroll/1.csv").status_code == 404
    assert fin.get("/pay/periods/2026-01/payroll/2.csv").status_code == 404


def test_what_cannot_be_read_is_not_paid_out(company: Company, desk: Desk) -> None:
    fin, address = browser_of(company.fin), "/pay/periods/2026-01/run/"
    done(fin, "/pay/periods/2026-01/close/")
    (desk.folder.plans / "events.csv").write_text("natural_key,colour\nx,red\n")
    assert "events.csv" in text_of(fin.get(address))
    answer = fin.post(address, fields_of(fin.get(address)))
    assert (answer.status_code, "events.csv" in text_of(answer)) == (422, True)
    assert state_of("2026-01").state == "closed"


def test_what_has_changed_since_is_not_closed(company: Company, desk: Desk) -> None:
    events = desk.folder.plans / "events.csv"
    events.write_text(events.read_text() + "crm:new,deal,2026-01-30,bob,bookings,900,EUR,globex,,2026-01-30,0\n")
    fin, address = browser_of(company.fin), "/pay/periods/2026-01/close/"
    answer = fin.post(address, fields_of(fin.get(address)))
    assert answer.status_code == 422
    assert "What it is calculated from has changed since." in text_of(answer)
    events.write_text("natural_key,colour\nx,red\n")
    assert "events.csv" in text_of(fin.post(address, fields_of(fin.get(address))))
    assert state_of("2026-01").state == "approved"


def test_an_administrator_closes_nevertheless_with_a_reason_that_is_kept(company: Company, desk: Desk) -> None:
    _, again = desk.calculate("2026-01", at=NOW)
    assert browser_of(company.fin).get("/pay/periods/2026-01/close/").status_code == 404
    ada, address = browser_of(company.ada), "/pay/periods/2026-01/close/"
    assert "In the way stands: The calculation was not submitted for review." in text_of(ada.get(address))
    assert ada.post(address, fields_of(ada.get(address))).status_code == 422, "without a reason it stays open"
    done(ada, address, forced_reason="Payroll runs at noon.")
    assert access.forced_closes(company.ada).get().reason == "Payroll runs at noon."
    assert state_of(again.period).state == "closed"


def test_where_nothing_was_built_nothing_is_closed(told: Company) -> None:
    fin = browser_of(told.fin)
    [refused] = exceptions(newest_calculation("2026-02"))
    done(fin, f"/pay/periods/2026-02/own/?key={refused}", note="Her quota comes in May.")
    answer = fin.post("/pay/periods/2026-02/close/", fields_of(fin.get("/pay/periods/2026-02/close/")))
    assert "Nothing was built yet. Build, then close." in text_of(answer)


def test_what_was_calculated_again_meanwhile_is_not_approved(told: Company) -> None:
    fin, ada = browser_of(told.fin), browser_of(told.ada)
    done(fin, "/pay/periods/2026-03/submit/")
    fields = fields_of(ada.get("/pay/periods/2026-03/approve/"))
    again = kept(told.fin, list(months())[2])
    submit(told.fin, again, at=NOW)
    answer = ada.post("/pay/periods/2026-03/approve/", fields)
    assert answer.status_code == 422
    assert "was calculated again meanwhile" in text_of(answer)
    assert ada.post("/pay/periods/2026-03/approve/", {"seen": "abc"}).status_code == 422


def test_rejecting_takes_a_reason(told: Company) -> None:
    ada = browser_of(told.ada)
    answer = ada.post("/pay/periods/2026-02/reject/", {"seen": newest_calculation("2026-02").pk, "reason": " "})
    assert answer.status_code == 422
    assert "A reason is missing." in text_of(answer)
    assert state_of("2026-02").state == "approved"


@pytest.mark.parametrize("who", ["Alice", "Ana", "Vic"])
def test_nothing_can_be_done_by_others(told: Company, who: str) -> None:
    browser = browser_of(told[who])
    for step in ("submit", "approve", "reject", "own", "close", "run"):
        assert browser.get(f"/pay/periods/2026-03/{step}/").status_code == 404
        assert browser.post(f"/pay/periods/2026-03/{step}/", {"seen": "3"}).status_code == 404


def test_a_line_is_questioned_by_its_hash_and_answered_by_somebody_else(told: Company) -> None:
    line = line_of(told.alice, "alice", "2026-02", "crm:a2")
    address = f"{ALICES}question/{line}/"
    alice, fin = browser_of(told.alice), browser_of(told.fin)
    before = alice.get(ALICES, {"format": "html"}).content
    assert "18 Feb 2026, credited, Acme: €2,180.04" in text_of(alice.get(address)).replace("2,180.04.", "2,180.04")
    assert "disputed" in done(alice, address, claim="It was 42,000.")
    [dispute] = Dispute.objects.all()
    assert (dispute.line_hash, dispute.claim) == (line, "It was 42,000.")
    assert alice.get(ALICES, {"format": "html"}).content == before, "no line changes by it"
    listed = text_of(fin.get(QUESTIONS))
    assert "Alice, February 2026 New business, 18 Feb 2026, Acme: €2,180.04 “It was 42,000.” opened today" in listed
    assert "1 open dispute" in text_of(fin.get(PAGE))
    assert "Decide" not in text_of(alice.get(f"/pay/disputes/{dispute.pk}/"))
    assert alice.get(f"/pay/disputes/{dispute.pk}/decide/").status_code == 404
    decision = f"/pay/disputes/{dispute.pk}/decide/"
    assert "Nothing is chosen" in text_of(fin.post(decision, {"outcome": "", "reason": "no"}))
    assert "A reason is missing" in text_of(fin.post(decision, {"outcome": "rejected"}))
    said = done(fin, decision, outcome="evidence", evidence="crm:a2", reason="The order form says so.")
    assert "New evidence Fin" in said
    assert "Event crm:a2 is put right" in said
    assert "dispute decided" in text_of(alice.get(ALICES))
    assert fin.get(decision).status_code == 404


def test_questions_are_the_business_of_whom_the_pay_is(told: Company) -> None:
    line = line_of(told.fin, "bob", "2026-01", "crm:b1")
    address = f"/pay/2026-01/bob/question/{line}/"
    for who in ("Alice", "Mia", "Vic", "Ana"):
        assert browser_of(told[who]).get(address).status_code == 404
        assert browser_of(told[who]).post(address, {"claim": "Mine!"}).status_code == 404
    assert browser_of(told.bob).get(f"/pay/2026-01/bob/question/{'0' * 64}/").status_code == 404
    done(browser_of(told.bob), address, claim="Why?")
    [dispute] = Dispute.objects.all()
    for who, status in (("Bob", 200), ("Fin", 200), ("Alice", 404), ("Vic", 404)):
        assert browser_of(told[who]).get(f"/pay/disputes/{dispute.pk}/").status_code == status


def test_a_question_about_a_line_that_is_no_more_shows_the_line_as_it_stood(told: Company) -> None:
    line = line_of(told.alice, "alice", "2026-03", "crm:a3")
    done(browser_of(told.alice), f"/pay/2026-03/alice/question/{line}/", claim="Why the cap?")
    [dispute] = Dispute.objects.all()
    february, march = list(months())[1:]
    kept(told.fin, replace(march, calculated=replace(march.calculated, statements=february.calculated.statements)))
    said = text_of(browser_of(told.fin).get(f"/pay/disputes/{dispute.pk}/"))
    assert "Event crm:a3" in said
    assert "was calculated again since" in said


def test_a_closed_statement_is_made_from_its_bytes_for_ever(told: Company) -> None:
    alice = browser_of(told.alice)
    address = "/pay/2026-01/alice/?format=html"
    before = alice.get(address)
    assert before["Content-Disposition"] == 'attachment; filename="statement-2026-01-alice.html"'
    page = before.content.decode()
    statement = statement_of(told.alice, "alice", "2026-01")
    assert statement is not None
    alone = paper.page(bytes(statement.body), is_final=True)
    assert statement.hash in page
    assert "A draft" not in page
    assert "@media print" in page
    assert "http" not in page.replace("http-equiv", ""), "it needs nothing else"
    Person.objects.filter(pk="alice").update(name="Alicia")
    Account.objects.filter(pk="acme").update(name="Acme Holding")
    submit(told.fin, newest_calculation("2026-03"), at=NOW)
    decide_calculation(told.ada, newest_calculation("2026-03"), decision="approved", at=NOW)
    # Names are told as they are now, beside ids; all that the statement itself says stays to the letter.
    after = alice.get(address).content.decode()
    assert after.replace("Alicia", "Alice").replace("Acme Holding", "Acme") == page
    assert paper.page(bytes(statement.body), is_final=True) == alone
    assert "A draft: March 2026 is not closed." in alice.get("/pay/2026-03/alice/?format=html").content.decode()


def test_pay_is_among_the_places(told: Company) -> None:
    page = browser_of(told.vic).get(PAGE).content.decode()
    assert '<a href="/pay/" aria-current="page">Pay</a>' in page
