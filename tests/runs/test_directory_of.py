"""The directory is what the lake says now."""

from datetime import date
from pathlib import Path

import pytest

from example import COMPANY, built
from trueup import workspace
from trueup.lake.store import open_lake
from trueup.runs.directory import directory_of
from trueup.runs.folder import Folder
from trueup.runs.progress import Silence
from trueup.runs.pull import pull


@pytest.fixture(scope="module")
def folder() -> Folder:
    return built()


def test_every_account_is_there_once_and_customers_are_those_with_a_running_contract(folder: Folder) -> None:
    accounts, _ = directory_of(folder, workspace.settings(folder), on=COMPANY.ends_on)
    ids = accounts.column("account_id").to_pylist()
    assert len(set(ids)) == len(ids) == COMPANY.accounts
    day = COMPANY.ends_on
    with open_lake(folder.lake, read_only=True) as lake:
        running = lake.engine.query(
            "SELECT DISTINCT account_id FROM canon.contracts"
            f" WHERE starts_on <= DATE '{day}' AND ends_on >= DATE '{day}'"
            f" AND (cancelled_on IS NULL OR cancelled_on > DATE '{day}')"
            f" AND (defaulted_on IS NULL OR defaulted_on > DATE '{day}')"
        )
    customers = {row["account_id"] for row in accounts.to_pylist() if row["is_customer"]}
    assert customers == set(running.column(0).to_pylist()) & set(ids)
    assert 0 < len(customers) < len(ids)


def test_nobody_was_a_customer_before_there_were_contracts(folder: Folder) -> None:
    accounts, _ = directory_of(folder, workspace.settings(folder), on=date(2001, 1, 1))
    assert not any(accounts.column("is_customer").to_pylist())


def test_people_are_where_they_are_on_that_day_and_who_left_is_not_there(tmp_path: Path) -> None:
    folder = workspace.make(tmp_path / "acme", name="Acme")
    (tmp_path / "people.csv").write_text(
        "person_id,name,email,team,department,manager_id,active_from,active_to\n"
        "ann,Ann,ann@ours.example,North,Sales,,2024-01-01,2025-12-31\n"
        "ann,Ann,ann@ours.example,South,Sales,,2026-01-01,\n"
        "bob,Bob,bob@ours.example,North,Sales,ann,2024-01-01,2026-03-31\n"
        "cem,Cem,cem@ours.example,North,Sales,ann,2026-09-01,\n",
        encoding="utf-8",
    )
    settings = workspace.settings(folder)
    pull(folder, settings, [tmp_path / "people.csv"], source=None, progress=Silence())

    def on(day: date) -> dict[str, str]:
        _, people = directory_of(folder, settings, on=day)
        return {row["person_id"]: row["team"] for row in people.to_pylist()}

    assert on(date(2025, 6, 1)) == {"ann": "North", "bob": "North"}
    assert on(date(2026, 6, 1)) == {"ann": "South"}
    assert on(date(2026, 9, 1)) == {"ann": "South", "cem": "North"}


def test_merged_people_are_there_once(folder: Folder) -> None:
    _, people = directory_of(folder, workspace.settings(folder), on=COMPANY.ends_on)
    emails = [email for email in people.column("email").to_pylist() if email]
    assert len(set(emails)) == len(emails)
