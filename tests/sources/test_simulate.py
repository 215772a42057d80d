"""The example company's exports: the same for the same seed, whole, consistent, and enough for every metric."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from trueup.canon.tables import PROVENANCE, TABLES
from trueup.sources.simulate import SIZES, Company, generate, workspace_files

SMALL = Company(seed=11, accounts=150, years=2, interactions_per_account_year=60.0, ends_on=date(2026, 3, 31))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("company")
    generate(path, company=SMALL)
    return path


@pytest.fixture(scope="module")
def exports(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for path in sorted(folder.glob("*/*.csv")):
            connection.execute(
                f"CREATE TABLE \"{path.parent.name}.{path.stem}\" AS FROM read_csv('{path}', all_varchar = true)"
            )
        yield connection


def number(exports: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = exports.sql(sql).fetchone()
    assert row is not None
    return float(row[0])


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.*"))
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(tmp_path / name, company=SIZES["tiny"])
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    generate(tmp_path / "one", company=SIZES["tiny"])
    generate(tmp_path / "two", company=replace(SIZES["tiny"], seed=8))
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    alike = {name for name in one if one[name] == two[name]}
    constants = {"OpportunityStage", "Product2", "UserRole", "groups", "markets", "email_campaign"}
    assert {Path(name).stem for name in alike} <= constants


def test_a_company_made_in_several_chunks_keeps_its_numbers_apart(tmp_path: Path) -> None:
    company = Company(accounts=600, years=1, interactions_per_account_year=20.0, mailings_per_year=1)
    several = replace(company, accounts=11_000, measured_share=0.0, usage_every_days=365)
    assert company.chunk > company.accounts
    assert several.chunk < several.accounts
    told: list[tuple[int, int]] = []
    rows = generate(
        tmp_path, company=replace(several, accounts=several.chunk + 20), progress=lambda *at: told.append(at)
    )
    assert told == [(several.chunk, several.chunk + 20), (several.chunk + 20, several.chunk + 20)]
    with duckdb.connect() as connection:
        for name in ("salesforce/Account", "salesforce/Task", "zendesk/tickets", "salesforce/EmailMessage"):
            key = "id" if name.startswith("zendesk") else "Id"
            sql = f"SELECT count(DISTINCT {key}) FROM read_csv('{tmp_path}/{name}.csv', all_varchar = true)"
            assert connection.sql(sql).fetchone() == (rows[f"{name}.csv"],)


@pytest.mark.parametrize("last", ["2026-02-28", "2025-12-25", "2024-02-29", "2026-10-31"])
def test_it_may_end_on_any_day_of_the_week(tmp_path: Path, last: str) -> None:
    ends_on = date.fromisoformat(last)
    generate(tmp_path, company=Company(seed=8, accounts=100, years=4, ends_on=ends_on))
    deals = duckdb.read_csv(str(tmp_path / "salesforce" / "Opportunity.csv"))
    assert duckdb.sql("SELECT max(CreatedDate)::DATE <= ?::DATE FROM deals", params=[last]).fetchone() == (True,)
    del deals


def test_it_talks_as_much_as_asked(exports: duckdb.DuckDBPyConnection) -> None:
    files = ("salesforce.Task", "salesforce.Event", "salesforce.EmailMessage", "zendesk.ticket_comments")
    talked = sum(number(exports, f'SELECT count(*) FROM "{name}"') for name in files)
    wanted = SMALL.accounts * SMALL.years * SMALL.interactions_per_account_year
    assert talked == pytest.approx(wanted, rel=0.12)


REFERENCES = [
    ("salesforce.Contact", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.Account", "OwnerId", "salesforce.User", "Id"),
    ("salesforce.Account", "Success_Owner__c", "salesforce.User", "Id"),
    ("salesforce.Account", "ParentId", "salesforce.Account", "Id"),
    ("salesforce.Contact", "ReportsToId", "salesforce.Contact", "Id"),
    ("salesforce.User", "UserRoleId", "salesforce.UserRole", "Id"),
    ("salesforce.User", "ManagerId", "salesforce.User", "Id"),
    ("salesforce.Opportunity", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.Opportunity", "OwnerId", "salesforce.User", "Id"),
    ("salesforce.Opportunity", "StageName", "salesforce.OpportunityStage", "ApiName"),
    ("salesforce.OpportunityLineItem", "OpportunityId", "salesforce.Opportunity", "Id"),
    ("salesforce.OpportunityLineItem", "Product2Id", "salesforce.Product2", "Id"),
    ("salesforce.OpportunityHistory", "OpportunityId", "salesforce.Opportunity", "Id"),
    ("salesforce.OpportunityFieldHistory", "OpportunityId", "salesforce.Opportunity", "Id"),
    ("salesforce.OpportunityFieldHistory", "CreatedById", "salesforce.User", "Id"),
    ("salesforce.Lead", "ConvertedOpportunityId", "salesforce.Opportunity", "Id"),
    ("salesforce.Lead", "ConvertedContactId", "salesforce.Contact", "Id"),
    ("salesforce.Lead", "Referral_Id__c", "company.promotions", "promotion_id"),
    ("salesforce.Task", "WhoId", "salesforce.Contact", "Id"),
    ("salesforce.Task", "AccountId", "salesforce.Account", "Id"),
    ("salesforce.Task", "OwnerId", "salesforce.User", "Id"),
    ("salesforce.Event", "WhoId", "salesforce.Contact", "Id"),
    ("salesforce.EventRelation", "EventId", "salesforce.Event", "Id"),
    ("zendesk.tickets", "organization_id", "zendesk.organizations", "id"),
    ("zendesk.tickets", "requester_id", "zendesk.users", "id"),
    ("zendesk.tickets", "assignee_id", "zendesk.users", "id"),
    ("zendesk.tickets", "problem_id", "zendesk.tickets", "id"),
    ("zendesk.ticket_comments", "ticket_id", "zendesk.tickets", "id"),
    ("zendesk.ticket_comments", "author_id", "zendesk.users", "id"),
    ("zendesk.ticket_field_history", "ticket_id", "zendesk.tickets", "id"),
    ("zendesk.ticket_metrics", "ticket_id", "zendesk.tickets", "id"),
    ("zendesk.satisfaction_ratings", "ticket_id", "zendesk.tickets", "id"),
    ("zendesk.organizations", "external_id", "salesforce.Account", "Id"),
    ("hubspot.contact", "property_associatedcompanyid", "hubspot.company", "id"),
    ("hubspot.email_event", "email_campaign_id", "hubspot.email_campaign", "id"),
    ("hubspot.email_event", "recipient", "hubspot.contact", "property_email"),
    ("hubspot.email_event_click", "id", "hubspot.email_event", "id"),
    ("billing.contracts", "crm_account_id", "salesforce.Account", "Id"),
    ("billing.contracts", "crm_opportunity_id", "salesforce.Opportunity", "Id"),
    ("billing.contracts", "follows_contract_no", "billing.contracts", "contract_no"),
    ("billing.invoices", "contract_no", "billing.contracts", "contract_no"),
    ("company.people", "person_id", "salesforce.User", "Id"),
    ("company.promotions", "account_id", "salesforce.Account", "Id"),
    ("company.promotions", "contact_id", "salesforce.Contact", "Id"),
    ("company.promotions", "referred_account_id", "salesforce.Account", "Id"),
    ("company.quotas", "person_id", "company.people", "person_id"),
    ("company.surveys", "contact_id", "salesforce.Contact", "Id"),
    ("company.usage", "account_id", "salesforce.Account", "Id"),
    ("company.kpi_series", "account_id", "salesforce.Account", "Id"),
    ("company.adoptions", "account_id", "salesforce.Account", "Id"),
    ("truth.contracts", "account_id", "salesforce.Account", "Id"),
    ("truth.ticket_issues", "ticket_id", "zendesk.tickets", "id"),
]


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES)
def test_every_reference_resolves(
    exports: duckdb.DuckDBPyConnection, table: str, column: str, target: str, key: str
) -> None:
    used = number(exports, f'SELECT count("{column}") FROM "{table}"')
    lost = number(
        exports,
        f'SELECT count(*) FROM "{table}" AS t WHERE "{column}" IS NOT NULL'
        f' AND NOT EXISTS (FROM "{target}" AS o WHERE o."{key}" = t."{column}")',
    )
    assert used > 0
    assert lost == 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        *(
            (f"salesforce.{name}", "Id")
            for name in ("Account", "Contact", "Opportunity", "Task", "Event", "EmailMessage")
        ),
        ("zendesk.tickets", "id"),
        ("zendesk.ticket_comments", "id"),
        ("zendesk.users", "email"),
        ("hubspot.email_event", "id"),
        ("billing.contracts", "contract_no"),
        ("company.promotions", "promotion_id"),
        ("company.surveys", "response_id"),
        ("salesforce.Account", "Website"),
        ("salesforce.Account", "Name"),
    ],
)
def test_keys_are_unique(exports: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    assert number(exports, f'SELECT count(*) - count(DISTINCT "{key}") FROM "{table}"') == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("salesforce.Task", "CompletedDateTime"),
        ("salesforce.Task", "CreatedDate"),
        ("salesforce.Event", "StartDateTime"),
        ("salesforce.EmailMessage", "MessageDate"),
        ("salesforce.OpportunityFieldHistory", "CreatedDate"),
        ("salesforce.Lead", "Qualified_At__c"),
        ("zendesk.ticket_comments", "created_at"),
        ("zendesk.ticket_field_history", "updated"),
        ("hubspot.email_event", "created"),
        ("billing.contracts", "booked_at"),
        ("company.promotions", "recorded_at"),
        ("company.kpi_series", "recorded_at"),
    ],
)
def test_nothing_is_known_before_it_happened(exports: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    last = exports.sql(f'SELECT max("{column}"::TIMESTAMP)::DATE FROM "{table}"').fetchone()
    assert last is not None
    assert last[0] <= SMALL.ends_on


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("salesforce.Opportunity", "Type", {"New Business", "Expansion", "Renewal"}),
        ("salesforce.Opportunity", "CurrencyIsoCode", {"EUR", "USD", "GBP", "CHF"}),
        ("salesforce.Task", "CallType", {"Inbound", "Outbound"}),
        ("salesforce.Task", "Direction__c", {"Inbound", "Outbound"}),
        ("salesforce.EmailMessage", "Incoming", {"true", "false"}),
        ("salesforce.EventRelation", "Status", {"Accepted", "Declined"}),
        ("zendesk.ticket_comments", "via__channel", {"email", "web", "chat", "voice", "rule"}),
        ("zendesk.ticket_comments", "public", {"true", "false"}),
        ("hubspot.email_event", "type", {"SENT", "DELIVERED", "OPEN", "CLICK"}),
        ("company.promotions", "kind", {"referral", "reference_call", "review", "mention", "case_study"}),
        (
            "salesforce.Event",
            "Type",
            {
                "Meeting",
                "Call",
                "Demo",
                "Workshop",
                "Business Review",
                "Partnership Meeting",
                "Tradeshow",
                "Seminar",
                "Visit",
            },
        ),
    ],
)
def test_all_kinds_occur_and_no_others(
    exports: duckdb.DuckDBPyConnection, table: str, column: str, values: set[str]
) -> None:
    found = exports.sql(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL').fetchall()
    assert {value for (value,) in found} == values


HAPPENINGS = {
    "a deal's price was lowered twice": """
        SELECT count(*) FROM (SELECT OpportunityId FROM "salesforce.OpportunityFieldHistory" WHERE Field = 'Amount'
            AND NewValue::DECIMAL(18, 2) < OldValue::DECIMAL(18, 2) GROUP BY 1 HAVING count(*) >= 2)""",
    "a deal changed hands": "SELECT count(*) FROM \"salesforce.OpportunityFieldHistory\" WHERE Field = 'Owner'",
    "a deal is deeply discounted": """
        SELECT count(*) FROM (SELECT sum(TotalPrice::DOUBLE) AS net, sum(Quantity::DOUBLE * ListPrice::DOUBLE) AS list
            FROM "salesforce.OpportunityLineItem" GROUP BY OpportunityId) WHERE net <= 0.8 * list""",
    "a deal is open": "SELECT count(*) FROM \"salesforce.Opportunity\" WHERE IsClosed = 'false'",
    "a call agreed on a next step": "SELECT count(ActivityDate) FROM \"salesforce.Task\" WHERE IsClosed = 'true'",
    "a planned call is overdue": """
        SELECT count(*) FROM "salesforce.Task" WHERE IsClosed = 'false' AND ActivityDate::DATE < DATE '2026-03-31'""",
    "a mail was answered by a machine": 'SELECT count(Headers) FROM "salesforce.EmailMessage"',
    "several of ours met several of theirs": """
        SELECT count(*) FROM (SELECT EventId FROM "salesforce.EventRelation" WHERE Status = 'Accepted' GROUP BY 1
            HAVING count(*) FILTER (RelationId LIKE '005%') >= 1 AND count(*) FILTER (RelationId LIKE '003%') >= 2)""",
    "a colleague declined": """
        SELECT count(*) FROM "salesforce.EventRelation" WHERE Status = 'Declined' AND RelationId LIKE '005%'""",
    "a referral named its account": """
        SELECT count(referred_account_id) FROM "company.promotions" WHERE reached_industry IS NOT NULL""",
    "a lead was qualified and led nowhere": """
        SELECT count(Qualified_At__c) FROM "salesforce.Lead" WHERE IsConverted = 'false'""",
    "a ticket was reopened": 'SELECT count(*) FROM "zendesk.ticket_metrics" WHERE reopens::INT > 0',
    "a ticket was escalated": "SELECT count(*) FROM \"zendesk.tickets\" WHERE tags LIKE '%escalated%'",
    "a ticket is waiting": "SELECT count(*) FROM \"zendesk.tickets\" WHERE status IN ('new', 'open', 'pending')",
    "a ticket overlaps another of its issue": """
        SELECT count(*) FROM "zendesk.ticket_metrics" AS a JOIN "truth.ticket_issues" AS i USING (ticket_id)
            JOIN "truth.ticket_issues" AS j ON j.issue_id = i.issue_id AND j.ticket_id <> i.ticket_id
            JOIN "zendesk.ticket_metrics" AS b ON b.ticket_id = j.ticket_id
            WHERE b.created_at > a.created_at AND b.created_at < a.solved_at""",
    "a contract was cancelled": 'SELECT count(terminated_on) FROM "billing.contracts"',
    "a contract defaulted": 'SELECT count(defaulted_on) FROM "billing.contracts" WHERE written_off IS NOT NULL',
    "a contract was entered late": """
        SELECT count(*) FROM "billing.contracts" WHERE booked_at::TIMESTAMP > valid_from::DATE + INTERVAL 7 DAY""",
    "an invoice was never paid": 'SELECT count(*) - count(paid) FROM "billing.invoices"',
    "somebody changed team": """
        SELECT count(*) FROM (SELECT person_id FROM "company.people" GROUP BY 1 HAVING count(DISTINCT team) > 1)""",
    "somebody left": 'SELECT count(active_to) FROM "company.people"',
    "a call was entered a day after it happened": """
        SELECT count(*) FROM "salesforce.Task"
            WHERE CreatedDate::TIMESTAMP > CompletedDateTime::TIMESTAMP + INTERVAL 1 DAY""",
    "a person has two records": 'SELECT count(*) FROM "truth.same_person"',
    "an organisation lacks the CRM's id": 'SELECT count(*) - count(external_id) FROM "zendesk.organizations"',
    "an end user is unknown to the CRM": """
        SELECT count(*) FROM "zendesk.users" WHERE role = 'end-user'
            AND email NOT IN (SELECT Email FROM "salesforce.Contact")""",
    "a month's measure came in with the customer": """
        SELECT count(*) FROM "company.kpi_series" WHERE recorded_at::TIMESTAMP > observed_on::DATE + INTERVAL 60 DAY""",
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_life_has_it_all(exports: duckdb.DuckDBPyConnection, happening: str) -> None:
    assert number(exports, HAPPENINGS[happening]) > 0


def test_line_items_add_up_to_the_deal(exports: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        SELECT count(*) FROM "salesforce.Opportunity" AS o
        JOIN (SELECT OpportunityId, sum(TotalPrice::DECIMAL(18, 2)) AS net
              FROM "salesforce.OpportunityLineItem" GROUP BY 1) AS l ON l.OpportunityId = o.Id
        WHERE o.IsWon = 'true' AND l.net <> o.Amount::DECIMAL(18, 2)"""
    assert number(exports, wrong) == 0


def test_a_deal_closes_on_the_day_its_stage_says_so(exports: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        SELECT count(*) FROM "salesforce.Opportunity" AS o
        JOIN "salesforce.OpportunityFieldHistory" AS h ON h.OpportunityId = o.Id AND h.NewValue LIKE 'Closed %'
        WHERE h.CreatedDate::DATE <> o.CloseDate::DATE"""
    assert number(exports, wrong) == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [("Opportunity", "CreatedDate"), ("Task", "CompletedDateTime"), ("Event", "StartDateTime")],
)
def test_an_account_is_entered_before_anything_happens_with_it(
    exports: duckdb.DuckDBPyConnection, table: str, column: str
) -> None:
    early = f"""
        SELECT count(*) FROM "salesforce.{table}" AS t JOIN "salesforce.Account" AS a ON a.Id = t.AccountId
        WHERE t.{column}::TIMESTAMP < a.CreatedDate::TIMESTAMP"""
    assert number(exports, early) == 0


def test_churned_accounts_stay_in_the_files(exports: duckdb.DuckDBPyConnection) -> None:
    former = "SELECT count(*) FROM \"salesforce.Account\" WHERE Type = 'Former Customer'"
    talked = """SELECT count(DISTINCT AccountId) FROM "salesforce.Task"
        JOIN "salesforce.Account" AS a ON a.Id = AccountId WHERE a.Type = 'Former Customer'"""
    assert number(exports, former) > 10
    assert number(exports, talked) > 5


def test_plain_files_use_canonical_columns(folder: Path) -> None:
    allowed = {table.name: {*table.column_names, *(column.name for column in PROVENANCE)} for table in TABLES}
    for path in (folder / "company").glob("*.csv"):
        header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        assert set(header) <= allowed[path.stem], path.name


def test_the_billing_sql_yields_canonical_columns(folder: Path) -> None:
    canonical = {table.name: {*table.column_names, "recorded_at"} for table in TABLES}
    for name in ("contracts", "invoices"):
        sql = workspace_files(SMALL)[f"sources/billing/{name}.sql"]
        for typed in ("false", "true"):
            with duckdb.connect() as connection:
                source = folder / "billing" / f"{name}.csv"
                connection.execute(f"CREATE VIEW {name} AS FROM read_csv('{source}', all_varchar = {typed})")
                mapped = connection.sql(sql)
                assert set(mapped.columns) <= canonical[name]
                assert mapped.fetchall()


def test_the_workspace_settings_say_what_the_company_is() -> None:
    settings = tomllib.loads(workspace_files(SMALL)["trueup.toml"])
    assert settings["company"]["currency"] == "EUR"
    assert settings["company"]["timezone"] == "Europe/Berlin"
    assert settings["business_hours"]["opens"] == "09:00"
    assert settings["business_hours"]["days"] == ["mon", "tue", "wed", "thu", "fri"]


def test_a_company_may_keep_its_books_in_dollars(tmp_path: Path) -> None:
    generate(tmp_path, company=replace(SIZES["tiny"], accounts=12, years=1, currency="USD"))
    rates = (tmp_path / "company" / "fx_rates.csv").read_text(encoding="utf-8")
    assert "EUR,USD," in rates
    assert "USD,USD," not in rates
