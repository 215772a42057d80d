"""Which system's table a delivered file is, told by its columns first and its name second."""

import pytest

from trueup.sources.known import known_systems
from trueup.sources.recognise import Delivery, Recognised, Unmapped, recognise

OPPORTUNITY = ("Id", "AccountId", "OwnerId", "Name", "StageName", "Amount", "CloseDate", "IsWon", "IsClosed")
TICKET = ("id", "subject", "status", "requester_id", "assignee_id", "created_at", "updated_at")


def delivery(path: str, *columns: str) -> Delivery:
    name = path.rsplit("/", 1)[-1]
    return Delivery(name.rsplit(".", 1)[0], columns, path)


def told(*deliveries: Delivery) -> list[str]:
    return [f"{outcome.system}.{outcome.table}" for outcome in recognise(deliveries).outcomes]


@pytest.mark.parametrize(
    "name",
    [
        "Opportunity.csv",
        "sf_opportunity_data.csv",
        "opportunities.csv",
        "salesforce_opportunity.csv",
        "q3 pipeline.csv",
    ],
)
def test_a_table_is_recognised_under_any_name(name: str) -> None:
    assert told(delivery(name, *OPPORTUNITY)) == ["salesforce.opportunity"]


@pytest.mark.parametrize(
    ("columns", "shape"),
    [
        (OPPORTUNITY, "export"),
        (("Opportunity ID", "Account Name", "Stage", "Amount", "Close Date", "Probability (%)"), "label"),
        (("id", "account_id", "stage_name", "amount", "close_date", "_fivetran_synced"), "fivetran"),
        (("id", "account_id", "stage_name", "amount", "close_date", "_dlt_id", "_dlt_load_id"), "dlt"),
    ],
)
def test_the_way_it_was_delivered_is_told(columns: tuple[str, ...], shape: str) -> None:
    (outcome,) = recognise([delivery("report1718.csv", *columns)]).outcomes
    assert isinstance(outcome, Recognised)
    assert (outcome.table, outcome.shape) == ("opportunity", shape)


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (delivery("in/charge.csv", "id", "amount_refunded", "captured", "payment_intent_id"), "stripe.customer"),
        (delivery("in/opportunity.csv", *OPPORTUNITY), "salesforce.user"),
    ],
)
def test_what_lies_beside_it_decides_what_the_columns_leave_open(beside: Delivery, expected: str) -> None:
    other = {
        "stripe.customer": delivery("in/customer.csv", "id", "email", "delinquent", "created"),
        "salesforce.user": delivery("in/users.csv", "Id", "Email", "UserRoleId", "IsActive"),
    }[expected]
    assert told(beside, other)[1] == expected


def test_a_table_that_any_system_may_have_is_nobodys_by_itself() -> None:
    users = delivery("people.csv", "id", "name", "role", "email", "active")
    assert told(users) == ["."]
    assert told(delivery("zendesk/users.csv", *users.columns)) == ["zendesk.user"]
    assert told(delivery("users.csv", *users.columns), delivery("tickets.csv", *TICKET)) == [
        "zendesk.user",
        "zendesk.ticket",
    ]


def test_companions_count_only_in_the_same_folder() -> None:
    assert told(
        delivery("a/team.csv", "id", "name"), delivery("b/deals.csv", "id", "dealname", "dealstage", "closedate")
    ) == [
        ".",
        "hubspot.deal",
    ]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("accounts.csv", ("account_id", "account_name", "industry", "country", "signup_date", "plan_tier")),
        ("user.csv", ("id", "email", "locale", "name", "time_zone", "username", "is_active")),
        ("comments.csv", ("id", "author_id", "body", "created", "is_public", "issue_id")),
        ("sales_pipeline.csv", ("opportunity_id", "sales_agent", "product", "account", "deal_stage", "close_date")),
        ("orders.csv", ("OrderID", "CustomerID", "OrderDate")),
        ("incidents.csv", ("number", "state", "opened_at", "caller_id")),
    ],
)
def test_what_merely_looks_alike_is_not_taken(name: str, columns: tuple[str, ...]) -> None:
    (outcome,) = recognise([delivery(name, *columns)]).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.code == "table_not_recognised"
    assert "sources/<name>/<canonical table>.sql" in outcome.reason


def test_a_known_table_without_a_place_is_kept_with_the_reason() -> None:
    (outcome,) = recognise([delivery("hubspot/form_data.csv", "guid", "form_type", "submit_text", "name")]).outcomes
    assert outcome.reason == "kept, not mapped: HubSpot form_data holds web forms, no canonical table takes them"


def test_of_copies_for_several_warehouses_one_goes_in() -> None:
    columns = ("id", "email", "delinquent", "created")
    names = ("customer_data_snowflake", "customer_data", "customer_data_postgres")
    outcomes = recognise([delivery(f"stripe/{name}.csv", *columns) for name in names]).outcomes
    assert [isinstance(outcome, Recognised) for outcome in outcomes] == [False, True, False]
    assert outcomes[0].reason == "kept, not mapped: a second copy of customer_data, made for Snowflake"


def test_a_copy_for_a_warehouse_goes_in_where_it_is_the_only_one() -> None:
    (outcome,) = recognise([delivery("stripe/customer_snowflake.csv", "ID", "EMAIL", "DELINQUENT", "CREATED")]).outcomes
    assert isinstance(outcome, Recognised)


def test_parts_of_one_table_all_go_in() -> None:
    assert told(delivery("Task_2023.csv", *TASK), delivery("Task_2024.csv", *TASK)) == ["salesforce.task"] * 2


TASK = ("Id", "Subject", "Status", "ActivityDate", "WhoId", "WhatId", "TaskSubtype")


@pytest.mark.parametrize("name", ["Opportunity.csv", "report1718369.csv"])
def test_a_report_without_an_id_says_which_column_to_add(name: str) -> None:
    report = delivery(name, "Opportunity Name", "Account Name", "Stage", "Close Date", "Probability (%)", "Amount")
    (outcome,) = recognise([report]).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.code == "column_missing"
    assert "add Opportunity ID to the report" in outcome.reason


@pytest.mark.parametrize("table", ["contacts", "leads", "surveys"])
def test_files_in_the_canonical_columns_are_taken_as_they_are(table: str) -> None:
    columns = {
        "contacts": ("contact_id", "account_id", "name", "email", "title", "department"),
        "leads": ("lead_id", "source", "owner_id", "created_at", "qualified_at"),
        "surveys": ("response_id", "account_id", "kind", "score", "scale_max"),
    }[table]
    assert told(delivery(f"company/{table}.csv", *columns)) == [f"canonical.{table}"]


def test_a_canonical_file_may_carry_a_few_columns_more_but_needs_its_key() -> None:
    columns = ("account_id", "name", "domain", "industry", "country")
    assert told(delivery("accounts.csv", *columns, "notes")) == ["canonical.accounts"]
    assert told(delivery("accounts.csv", *columns[1:])) == ["."]


def test_nothing_delivered_is_nothing_recognised() -> None:
    assert recognise([]).outcomes == ()
    assert told(delivery("empty.csv")) == ["."]


def test_every_table_of_every_system_is_recognised_by_its_own_columns() -> None:
    for system in known_systems():
        for table in system.tables.values():
            path = f"{system.name}/{table.name}.csv"
            (outcome,) = recognise([delivery(path, *(column.name for column in table.columns))]).outcomes
            assert (outcome.system, outcome.table) == (system.name, table.name)
            assert isinstance(outcome, Unmapped) == bool(table.because)
