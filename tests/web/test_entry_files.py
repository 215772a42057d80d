"""Files of entries on the page: taken away, brought back, looked at, and taken in as a whole."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from company import NOON, Company
from trueup import served
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import Goal, Reading, Stakeholder
from trueup.runs.entry_files import read_sheets
from trueup.web.views import entry_files
from web_pages import browser_of, text_of

PAGE = "/data/entries/"
PEOPLE = "Account,Name,Title\nAcme,Jane Doe,CFO\nAcme,Sam Poe,COO\n"
WRONG = "Account,Name,Influence\nAcme,Jane Doe,9\nAcmee,Sam Poe,3\n"


@pytest.fixture(autouse=True)
def nothing_brought(served_company: Company) -> None:
    for left in kept():
        left.unlink()


@pytest.fixture
def goal(company: Company) -> Goal:
    terms = Terms(Decimal(55), date(2026, 1, 1), Decimal(40), date(2031, 12, 31))
    drafted = draft_goal(
        company.alice, company.acme, at=NOON, terms=terms, measure="DSO", unit="days", direction="decrease"
    )
    add_reading(company.alice, drafted, at=NOON, observed_on=date(2026, 3, 31), value=Decimal(51))
    return agree_goal(company.alice, drafted, at=NOON)


@pytest.fixture
def alice(company: Company) -> Client:
    return browser_of(company.alice)


def bring(browser: Client, content: str | bytes, name: str = "people.csv", **typed: str) -> HttpResponse:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return browser.post(PAGE, {"file": file, **typed})


def kept() -> list[Path]:
    folder = served.folder().generated / "uploads"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_a_file_is_looked_at_before_it_is_taken_in(alice: Client, company: Company) -> None:
    record_stakeholder(company.alice, company.acme, at=NOON, name="Sam Poe")
    checking = bring(alice, PEOPLE).headers["Location"]
    told = text_of(alice.get(checking))
    assert "people.csv stakeholders 1 new , 1 changed , 0 unchanged , 0 rejected" in told
    assert "changed Sam Poe, Acme stakeholders, row 3 Title: nothing COO" in told
    assert "Take 2 entries in" in told
    assert Stakeholder.objects.count() == 1
    done = alice.post(checking, follow=True)
    assert "people.csv: 2 entries are new or changed." in text_of(done)
    assert sorted(Stakeholder.objects.values_list("name", "title")) == [("Jane Doe", "CFO"), ("Sam Poe", "COO")]
    assert kept() == []
    assert "This file is not kept any more. Choose it again." in text_of(alice.get(checking, follow=True))


def test_a_rejected_row_keeps_all_out_and_is_told_precisely(alice: Client) -> None:
    checking = bring(alice, WRONG).headers["Location"]
    for answered in (alice.get(checking), alice.post(checking)):
        told = text_of(answered)
        assert "2 rows cannot go in, so nothing was taken." in told
        assert "2 Influence 9 Influence goes from 1, little, to 5, most." in told
        assert "3 Account Acmee There is no account Acmee among those that you may see. Did you mean 'Acme'?" in told
        assert "Take 2 entries in" not in told
    assert not Stakeholder.objects.exists()
    (sheet,) = read_sheets(alice.get(f"{checking}rejected.csv").content, "rejected.csv")
    assert sheet.headers == ("File", "Row", "Column", "Value", "What is wrong", "What to do")
    assert [row[:4] for _, row in sheet.rows] == [
        ("people.csv", "2", "Influence", "9"),
        ("people.csv", "3", "Account", "Acmee"),
    ]


def test_what_is_taken_away_comes_back_unchanged(alice: Client, company: Company, goal: Goal) -> None:
    record_stakeholder(company.alice, company.acme, at=NOON, name="Jane Doe")
    for address in ("goals.csv", "readings.xlsx", "all.xlsx"):
        file = alice.get(PAGE + address)
        assert file.status_code == 200
        assert file.headers["Content-Disposition"].startswith('attachment; filename="')
        told = text_of(alice.get(bring(alice, file.content, address).headers["Location"]))
        assert "Everything is there already: this file changes nothing." in told


def test_everybody_takes_away_what_they_may_see(company: Company, goal: Goal) -> None:
    for name, sees in {"Alice": 1, "Vic": 1, "Charlie": 0}.items():
        browser = browser_of(company[name])
        lines = browser.get(f"{PAGE}readings.csv").content.decode("utf-8-sig").splitlines()
        assert len(lines) == 1 + sees
        assert f"Readings {sees}" in text_of(browser.get(PAGE))


def test_who_enters_nowhere_brings_nothing(company: Company) -> None:
    for name in ("Vic", "Ana", "Fin"):
        browser = browser_of(company[name])
        assert "Bring back" not in text_of(browser.get(PAGE))
        assert bring(browser, PEOPLE).status_code == 404


def test_a_file_belongs_to_whoever_brought_it(alice: Client, company: Company) -> None:
    checking = bring(alice, PEOPLE).headers["Location"]
    (path,) = kept()
    assert path.stat().st_mode & 0o777 == 0o600
    bob = browser_of(company.bob)
    assert "not kept any more" in text_of(bob.post(checking, follow=True))
    assert bob.get(f"{checking}rejected.csv").status_code == 404
    assert not Stakeholder.objects.exists()
    assert alice.post(checking).status_code == 302


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "The file is empty. Choose another one."),
        ("a,b\n1,2\n", "its columns do not tell which entries these are"),
        ("Account,Name\n", "There is no row under a header."),
        ('Account,Name\n"Acme,Jane\n', "The quote marks are broken"),
        (b"PK\x03\x04", "The workbook cannot be opened"),
        ("Account,Name\n" + "Acme,x\n" * 1001, "Part it, or use `trueup entries import`."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_so(alice: Client, content: str | bytes, told: str) -> None:
    answered = bring(alice, content)
    assert answered.status_code == 422
    assert told in text_of(answered)
    assert kept() == []


def test_a_file_too_large_is_not_read(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_files, "_LARGEST", 10)
    assert "Use `trueup entries import`." in text_of(bring(alice, PEOPLE))


def test_the_kind_may_be_told(alice: Client, goal: Goal) -> None:
    told = bring(alice, "Account,Measure,Baseline\nAcme,DSO,55\n", kind="readings")
    assert told.status_code == 302
    assert "Day is missing. A new reading needs it." in text_of(alice.get(told.headers["Location"]))


def test_no_file_and_no_kind_are_no_address(alice: Client) -> None:
    for address in ("users.csv", "goals.pdf", "check/0f3a7a2e-0000-4000-8000-000000000000/rejected.csv"):
        assert alice.get(PAGE + address).status_code == 404


def test_a_reading_of_another_account_does_not_come_in(company: Company, goal: Goal) -> None:
    charlie = browser_of(company.charlie)
    checking = bring(charlie, f"Goal ID,Day,Value\n{goal.pk},2026-05-01,1\n").headers["Location"]
    assert "There is no such goal among those that you may see." in text_of(charlie.post(checking))
    assert Reading.objects.count() == 1
