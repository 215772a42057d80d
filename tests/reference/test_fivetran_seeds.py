"""The connector seeds of five systems: every table is recognised or listed with a reason, and no row is lost."""

from collections import Counter

import pytest

from shared_data import shared_data
from sources.mapping_harness import Delivered, Imported, bring_in, delivered_file
from trueup.sources.recognise import Recognised

SYSTEMS = ("salesforce", "hubspot", "zendesk", "intercom", "stripe")

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def files() -> dict[str, list[Delivered]]:
    seeds = shared_data("fivetran_seeds")
    return {system: [delivered_file(path) for path in sorted((seeds / system).glob("*.csv"))] for system in SYSTEMS}


@pytest.fixture(scope="module")
def imported(files: dict[str, list[Delivered]]) -> dict[str, Imported]:
    return {system: bring_in(*files[system]) for system in SYSTEMS}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_table_is_recognised_as_this_systems_or_listed_with_the_reason(
    system: str, imported: dict[str, Imported]
) -> None:
    outcomes = imported[system].recognition.outcomes
    assert {outcome.system for outcome in outcomes} == {system}
    assert all(o.reason.startswith("kept, not mapped: ") for o in imported[system].recognition.unmapped)
    assert all(o.score >= 0.6 for o in imported[system].recognition.recognised)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_row_of_a_mapped_table_is_lost(
    system: str, files: dict[str, list[Delivered]], imported: dict[str, Imported]
) -> None:
    assert {table: rows for table, rows in imported[system].lost.items() if rows} == {}
    given = {delivery.path: len(rows) for delivery, rows in files[system]}
    by_table: Counter[str] = Counter()
    for outcome in imported[system].recognition.recognised:
        by_table[outcome.table] += given[outcome.delivery.path]
    assert dict(by_table) == dict(imported[system].delivered)


@pytest.mark.parametrize(
    ("system", "table", "rows"),
    [
        ("salesforce", "accounts", 20),  # ten, and a version of each
        ("salesforce", "deals", 20),
        ("salesforce", "interactions", 20),  # ten tasks, ten events
        ("salesforce", "people", 10),
        ("hubspot", "accounts", 24),
        ("hubspot", "contacts", 22),
        ("hubspot", "deals", 44),
        ("hubspot", "cases", 25),
        ("hubspot", "people", 100),
        ("hubspot", "interactions", 103),  # a hundred meetings, a call, a mail, a message
        ("zendesk", "cases", 10),
        ("zendesk", "people", 1),
        ("zendesk", "contacts", 9),
        ("intercom", "cases", 9),
        ("intercom", "accounts", 9),
        ("stripe", "accounts", 12),
        ("stripe", "invoices", 2),
    ],
)
def test_rows_arrive_where_they_belong(system: str, table: str, rows: int, imported: dict[str, Imported]) -> None:
    assert len(imported[system].tables[table]) == rows


def test_copies_made_for_other_warehouses_are_kept_but_not_taken(
    files: dict[str, list[Delivered]], imported: dict[str, Imported]
) -> None:
    second = [
        outcome.delivery.path
        for system in SYSTEMS
        for outcome in imported[system].recognition.unmapped
        if outcome.code == "table_delivered_twice"
    ]
    variants = [
        delivery.path
        for system in SYSTEMS
        for delivery, _ in files[system]
        if delivery.stem.endswith(("_snowflake", "_postgres", "_databricks"))
    ]
    assert second == variants


def test_deals_of_hubspot_that_were_merged_away_are_gone(
    files: dict[str, list[Delivered]], imported: dict[str, Imported]
) -> None:
    merges = next(rows for delivery, rows in files["hubspot"] if delivery.stem == "merged_deal_data")
    merged = {f"hubspot:{row[1]}" for row in merges}
    deals = imported["hubspot"].tables["deals"]
    assert all(row["is_deleted"] for row in deals if row["deal_id"] in merged)


def test_the_merged_contacts_of_hubspot_point_to_the_one_that_is_left(imported: dict[str, Imported]) -> None:
    contacts = {row["contact_id"]: row["extra_merged_into"] for row in imported["hubspot"].tables["contacts"]}
    assert contacts["hubspot:76340251"] == "hubspot:78971951"
    assert contacts["hubspot:78971951"] is None


def test_zendesks_ticket_11071_goes_through_its_whole_history(imported: dict[str, Imported]) -> None:
    kinds = [
        kind
        for case, _, kind in imported["zendesk"].rows("case_events", "case_id", "occurred_at", "kind")
        if case == "zendesk:11071" and kind != "comment"
    ]
    assert Counter(kinds) == {"status": 11, "assignment": 1, "resolve": 1, "close": 1}


def test_versions_of_salesforces_accounts_carry_when_they_began(imported: dict[str, Imported]) -> None:
    versions = [row for row in imported["salesforce"].tables["accounts"] if row["account_id"] == "0015500000Xyy06AAB"]
    assert len(versions) == 2
    assert {str(row["recorded_at"]) for row in versions} == {"2019-10-17 21:10:19"}


def test_every_outcome_tells_a_score_between_0_and_1(imported: dict[str, Imported]) -> None:
    for system in SYSTEMS:
        for outcome in imported[system].recognition.outcomes:
            assert not isinstance(outcome, Recognised) or 0 < outcome.score <= 1
