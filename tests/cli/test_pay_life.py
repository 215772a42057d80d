"""A period's life on the command line: from plans and facts to payroll's file, each step by somebody who may."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from commands import Run
from example import COMPANY, built
from recorded import Place, lay_record, point_at
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import current
from trueup.record.models import Person
from trueup.runs.folder import Folder

YEAR = COMPANY.ends_on.year
JANUARY, FEBRUARY = f"{YEAR}-01", f"{YEAR}-02"
FINANCE = "fay@example.org"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example company with an empty record, an administrator, and somebody in finance."""
    root = Path(shutil.copytree(built().root, tmp_path / "acme"))
    for name, value in {"TRUEUP_WORKSPACE": str(root), "DJANGO_SETTINGS_MODULE": "trueup.server.settings"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRUEUP_RECORD", "")
    lay_record(root)
    point_at(Place(root))
    yield root
    connections.close_all()


@pytest.fixture
def staffed(place: Path, run: Run) -> Path:
    """Sellers on our classic plan since the year's beginning."""
    for address, role in (("ada@example.org", "administrator"), (FINANCE, "finance")):
        assert run("user", "add", address, "--role", role)[0] == 0
    assert run("pay", "plans")[0] == 0
    for file in (place / "plans").glob("*.yaml"):
        file.write_text(file.read_text().replace("2026-01-01", f"{YEAR}-01-01"))
    assigned = [
        "payee,plan,start,target_incentive",
        *(f"{each},classic_quota,{YEAR}-01-01,24000" for each in sellers()),
    ]
    (place / "plans" / "assignments.csv").write_text("\n".join(assigned) + "\n")
    return place


def sellers() -> list[str]:
    snapshot = current(Folder(built().root).mart)
    assert snapshot is not None
    engine = DuckDBEngine(snapshot.file, read_only=True)
    quotas = f"SELECT payee FROM pay.quotas WHERE period LIKE '{YEAR}-Q%' GROUP BY payee"
    found = engine.query(
        f"{quotas} HAVING count(*) = (SELECT count(DISTINCT period) FROM pay.quotas WHERE period LIKE '{YEAR}-Q%')"
    )
    engine.close()
    return sorted(found.column(0).to_pylist())


def test_a_period_is_calculated_approved_by_somebody_else_closed_and_paid(staffed: Path, run: Run) -> None:
    code, printed, said = run("pay", "calculate")
    assert (code, said) == (0, "")
    assert f"{JANUARY} is calculated." in printed
    assert "was not submitted" in run("pay", "close")[2]
    if "no owner" in printed:
        assert run("pay", "own", "Looked at.")[0] == 0
    assert run("pay", "submit-plan", "classic_quota")[0] == 0
    assert run("pay", "approve-plan", "classic_quota", "--as", FINANCE)[0] == 0
    assert run("pay", "submit")[0] == 0
    assert "Let somebody else approve it" in run("pay", "approve")[2]
    assert f"{JANUARY} is approved." in run("pay", "approve", "--as", FINANCE)[1]
    assert f"Closed {JANUARY}" in run("pay", "close")[1]
    payroll = staffed / "payroll.csv"
    assert "is for payroll" in run("pay", "run", JANUARY, "-o", str(payroll))[1]
    assert "was paid already" in run("pay", "run", JANUARY, "-o", str(staffed / "again.csv"))[2]
    assert not (staffed / "again.csv").exists()
    assert f"{JANUARY} is closed already" in run("pay", "close", JANUARY)[2]
    assert run("pay", "verify")[1].startswith("Nothing was altered")
    assert run("pay", "status")[1].startswith(f"{FEBRUARY} is open.")
    journal = list(csv.DictReader(run("pay", "journal")[1].splitlines()))
    for sign in ("debit", "credit"):
        assert sum(round(100 * float(row[sign] or 0)) for row in journal) > 0
    debits, credits_ = (sum(round(100 * float(row[sign] or 0)) for row in journal) for sign in ("debit", "credit"))
    assert debits == credits_
    paid = {row["payee"]: row["paid"] for row in csv.DictReader(payroll.read_text().splitlines())}
    payee = next(payee for payee, amount in paid.items() if float(amount) > 0)
    statement = json.loads(run("pay", "statement", payee, JANUARY)[1])
    file = staffed / "statement.pdf"
    assert run("pay", "statement", payee, JANUARY, "--format", "pdf", "-o", str(file)) == (0, "", "")
    assert file.read_bytes().startswith(b"%PDF")
    assert "name a file with --output" in run("pay", "statement", payee, JANUARY, "--format", "pdf")[2]
    assert run("pay", "statement", payee, JANUARY, "--format", "html")[1].lstrip().startswith("<!doctype html>")
    assert statement["run"]["paid"] == [paid[payee], "EUR"]
    assert sum(round(100 * float(line["amount"][0])) for line in statement["lines"]) == round(100 * float(paid[payee]))


def test_calculating_a_closed_period_again_is_refused_and_a_dry_run_keeps_nothing(staffed: Path, run: Run) -> None:
    code, printed, _ = run("pay", "calculate", JANUARY, "--dry-run", "--format", "csv")
    assert code == 0
    assert printed.startswith("payee,name,currency,posted")
    assert run("pay", "status", JANUARY)[1].startswith(f"{JANUARY} is open.")
    assert run("pay", "close", JANUARY, "--force", "Year-end.")[0] == 0
    assert "is closed already" in run("pay", "calculate", JANUARY)[2]


def test_a_period_that_is_not_over_is_calculated_on_trial_only(staffed: Path, run: Run) -> None:
    assert "2999-01 ends on 2999-01-31, and what it pays is not known before." in run("pay", "calculate", "2999-01")[2]
    assert run("pay", "calculate", "2999-01", "--dry-run")[0] == 0
    assert "Name a month." in run("pay", "status", f"{YEAR}-Q1")[2]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (
            "assignments.csv",
            "payee,plan\na,b\n",
            "assignments.csv, row 1, column start: this column is missing: add it",
        ),
        (
            "assignments.csv",
            "payee,plan,start\na,classic,2026-01-01\n",
            "a is on the plan classic, which is not there.",
        ),
        ("assignments.csv", "payee,plan,start\na,classic_quota,soon\n", "row 2, column start: 'soon' does not do"),
        ("bonus.csv", "a\n1\n", "plans/bonus.csv: no table of pay has that name. There are events.csv"),
        ("classic_quota.yaml", "plan: x\n", "plans/classic_quota.yaml:1: currency is missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    staffed: Path, run: Run, file: str, text: str, told: str
) -> None:
    (staffed / "plans" / file).write_text(text)
    code, _, said = run("pay", "calculate", JANUARY)
    assert code == 1
    assert told in said


def test_without_plans_or_people_on_them_it_is_said_what_to_do(place: Path, run: Run) -> None:
    assert run("user", "add", "ada@example.org", "--role", "administrator")[0] == 0
    assert "`trueup pay plans` writes ours into plans/" in run("pay", "calculate", JANUARY)[2]
    assert run("pay", "plans")[0] == 0
    assert "plans/assignments.csv is missing: nobody is on a plan." in run("pay", "calculate", JANUARY)[2]
    assert "`trueup pay submit-plan PLAN` submits a draft." in run("pay", "plans")[1]


def test_a_plan_is_submitted_with_what_it_changes_approved_by_somebody_else_and_signed(staffed: Path, run: Run) -> None:
    assert "There is no plan 'classic'" in run("pay", "submit-plan", "classic")[2]
    assert "was not submitted for review" in run("pay", "approve-plan", "classic_quota")[2]
    code, printed, said = run("pay", "submit-plan", "classic_quota")
    assert (code, said) == (0, "")
    assert "Nothing can be compared: It is the first version of classic_quota" in printed
    assert "was submitted already" in run("pay", "submit-plan", "classic_quota")[2]
    assert "Let somebody else approve it" in run("pay", "approve-plan", "classic_quota")[2]
    assert run("pay", "calculate")[0] == 0
    gate = f"Nobody has approved the plan classic_quota from {YEAR}-01-01."
    assert gate in run("pay", "status")[1]
    assert "is rejected" in run("pay", "approve-plan", "classic_quota", "--reject", "A cliff.", "--as", FINANCE)[1]
    assert f"The plan classic_quota from {YEAR}-01-01 was rejected." in run("pay", "status")[1]
    assert "is approved" in run("pay", "approve-plan", "classic_quota", "--as", FINANCE)[1]
    status = run("pay", "status")[1]
    assert gate not in status
    assert "people have not signed their plan." in status
    plans = {row["plan"]: row for row in csv.DictReader(run("pay", "plans", "--format", "csv")[1].splitlines())}
    assert {name: row["state"] for name, row in plans.items()} == {
        "classic_quota": "active",
        "customer_first": "draft",
        "half_and_half": "draft",
    }
    assert (plans["classic_quota"]["payees"], plans["classic_quota"]["signed"]) == (str(len(sellers())), "0")
    assert "does not pay you" in run("pay", "sign-plan", "classic_quota")[2]
    told = run("pay", "plan", "half_and_half")[1]
    assert "Held until value is verified: 50\xa0%." in told
    assert "Nobody submitted it for review yet." in told


def test_a_new_version_is_compared_with_the_one_that_it_replaces(staffed: Path, run: Run) -> None:
    assert run("pay", "submit-plan", "classic_quota")[0] == 0
    assert run("pay", "approve-plan", "classic_quota", "--as", FINANCE)[0] == 0
    text = (staffed / "plans" / "classic_quota.yaml").read_text()
    assert "pays: 1.5}" in text
    later = text.replace("pays: 1.5}", "pays: 1.2}").replace(f"{YEAR}-01-01", f"{YEAR + 1}-01-01")
    (staffed / "plans" / "classic_quota_next.yaml").write_text(later)
    assert "Name one that people are on" in run("pay", "submit-plan", "classic_quota_next", "--instead-of", "gold")[2]
    first, *others = sellers()
    Person.objects.create(person_id=first, name="Ruth Sample")
    code, printed, said = run("pay", "submit-plan", "classic_quota_next")
    assert (code, said) == (0, "")
    assert f"Who earned what from {YEAR - 1}-" in printed
    plans = list(csv.DictReader(run("pay", "plans", "--format", "csv")[1].splitlines()))
    assert [row["state"] for row in plans if row["plan"] == "classic_quota"] == ["active", "in review"]
    shown = run("pay", "plan", plans[1]["hash"][:8])[1]
    assert "120\xa0%" in shown
    losing = [line.split()[-2] for line in shown.splitlines() if line.strip().startswith(("Ruth Sample", *others))]
    assert len(losing) == len(sellers())
    assert all(float(each.replace(",", "")) <= 0 for each in losing)
    assert any(float(each.replace(",", "")) < 0 for each in losing)
