"""Who is in whose book: all customers of those who own them or look after them, for pay on the value of all."""

from datetime import date
from pathlib import Path

import pytest

from trueup import workspace
from trueup.runs.folder import Folder
from trueup.runs.ground import ground, moment_of
from trueup.runs.pay_tables import lay_pay
from versions import deliver

ACCOUNTS = """account_id  name  owner_id  success_owner_id
              acme        Acme  ann       cem
              bolt        Bolt  ann       ann
              core        Core  bob       -
              dune        Dune  bob       cem"""
CONTRACTS = """contract_id  account_id  starts_on   ends_on     cancelled_on
               a1           acme        2025-02-01  2026-01-31  -
               a2           acme        2026-02-01  2027-01-31  -
               b1           bolt        2025-03-01  2026-02-28  2025-12-01
               c1           core        2025-04-01  -           -"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = workspace.make(tmp_path, name="Acme")
    deliver(made, {"accounts": ACCOUNTS, "contracts": CONTRACTS}, on=date(2026, 3, 1))
    return made


def test_a_customer_is_in_the_books_of_who_owns_it_and_who_looks_after_it_while_it_has_a_contract(
    folder: Folder,
) -> None:
    assert books(folder) == [
        ("ann", "acme", date(2025, 2, 1), date(2027, 2, 1)),
        ("ann", "bolt", date(2025, 3, 1), date(2025, 12, 1)),
        ("bob", "core", date(2025, 4, 1), None),
        ("cem", "acme", date(2025, 2, 1), date(2027, 2, 1)),
    ]


def test_who_hands_a_customer_over_had_it_until_then_and_who_takes_it_has_it_from_then_on(folder: Folder) -> None:
    deliver(folder, {"accounts": ACCOUNTS.replace("Core  bob", "Core  dan")}, on=date(2026, 3, 10))
    deliver(folder, {"accounts": ACCOUNTS.replace("Core  bob", "Core+  dan")}, on=date(2026, 3, 20))
    deliver(folder, {"accounts": ACCOUNTS}, on=date(2026, 4, 1))
    assert [row for row in books(folder) if row[1] == "core"] == [
        ("bob", "core", date(2025, 4, 1), date(2026, 3, 10)),
        ("bob", "core", date(2026, 4, 1), None),
        ("dan", "core", date(2026, 3, 10), date(2026, 4, 1)),
    ]


def test_who_never_had_a_customer_while_it_had_a_contract_has_it_in_no_book(folder: Folder) -> None:
    deliver(folder, {"accounts": ACCOUNTS.replace("Bolt  ann       ann", "Bolt  dan       ann")}, on=date(2026, 3, 10))
    assert [row[0] for row in books(folder) if row[1] == "bolt"] == ["ann"]


def test_a_customer_that_nobody_looks_after_for_a_while_is_in_nobodys_book_for_it(folder: Folder) -> None:
    deliver(folder, {"accounts": ACCOUNTS.replace("Core  bob", "Core  -  ")}, on=date(2026, 3, 10))
    deliver(folder, {"accounts": ACCOUNTS.replace("Core  bob       -", "Core  bob       cem")}, on=date(2026, 4, 1))
    assert [row for row in books(folder) if row[1] == "core"] == [
        ("bob", "core", date(2025, 4, 1), date(2026, 3, 10)),
        ("bob", "core", date(2026, 4, 1), None),
        ("cem", "core", date(2026, 4, 1), None),
    ]


def books(folder: Folder) -> list[tuple[object, ...]]:
    settings = workspace.settings(folder)
    with ground(folder, settings, as_of=moment_of("2026-04-10", settings)) as on:
        lay_pay(on.engine, settings.currency)
        return [tuple(row.values()) for row in on.engine.query("SELECT * FROM pay.eligible_customers").to_pylist()]
