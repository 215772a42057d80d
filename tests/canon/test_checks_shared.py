"""The planted and grown nonsense of real data sets, mapped to canonical rows here, shows up as findings."""

from collections.abc import Mapping

import duckdb
import pytest
from laid import at, laid

from shared_data import shared_data
from trueup.canon.checks import run_checks
from trueup.canon.findings import Finding
from trueup.canon.references import run_reference_checks
from trueup.canon.tables import TABLE
from trueup.lake.duckdb import DuckDBEngine, quoted

pytestmark = pytest.mark.shared

FILES = {
    "ravenstack_saas": (
        "ravenstack_accounts",
        "ravenstack_subscriptions",
        "ravenstack_feature_usage",
        "ravenstack_support_tickets",
    ),
    "support_tickets_kaggle": ("customer_support_tickets",),
    "bpi2013_incidents": ("BPI13C", "bpi_2013_closed_problems"),
    "maven_crm": ("accounts", "products", "sales_pipeline", "sales_teams"),
}


def delivered(name: str) -> DuckDBEngine:
    folder = shared_data(name)
    engine = DuckDBEngine(threads=1)
    engine.create_schema("raw")
    for stem in FILES[name]:
        engine.create_view("raw", stem, f"SELECT * FROM read_csv('{folder / stem}.csv')")
    return engine


def found(engine: DuckDBEngine, mapping: Mapping[str, str]) -> list[Finding]:
    engine.create_schema("canon")
    for table in TABLE:
        engine.load("canon", table, laid(table, ""))
    for target, select in mapping.items():
        table = target.partition(" ")[0]
        try:
            engine.connection.execute(f"INSERT INTO canon.{quoted(table)} BY NAME {select}")
        except duckdb.Error as error:
            raise AssertionError(f"mapping of {target}: {error}") from error
    return run_checks(engine.query, "canon", now=at("2026-01-01"), currency="USD")


def the(findings: list[Finding], code: str, file: str) -> Finding:
    (one,) = [finding for finding in findings if (finding.code, finding.file) == (code, file)]
    return one


RAVENSTACK = {
    "accounts": "SELECT account_id, account_name AS name, industry, country, signup_date AS customer_since,"
    " 'ravenstack' AS source FROM raw.ravenstack_accounts",
    "contracts": "SELECT subscription_id AS contract_id, account_id, start_date AS starts_on, end_date AS ends_on,"
    " arr_amount AS amount, 'ravenstack' AS source FROM raw.ravenstack_subscriptions",
    "cases": "SELECT ticket_id AS case_id, account_id, submitted_at AS opened_at, closed_at, 'ravenstack' AS source"
    " FROM raw.ravenstack_support_tickets",
    "usage": "SELECT account_id, usage_date AS day, feature_name AS feature, usage_count AS quantity,"
    " 'ravenstack' AS source FROM raw.ravenstack_feature_usage"
    " JOIN raw.ravenstack_subscriptions USING (subscription_id)",
}


def test_ravenstack_tickets_before_signup_and_usage_before_any_contract() -> None:
    findings = found(delivered("ravenstack_saas"), RAVENSTACK)
    assert the(findings, "event_before_start", "cases").message.startswith(
        "1,077 of 2,000 cases (54 %) were opened before their account was a customer"
    )
    assert the(findings, "event_before_start", "usage").message.startswith("14,216 of 25,000 rows of usage (57 %)")
    assert the(findings, "required_missing", "contracts").message.startswith("4,514 of 5,000 contracts (90 %)")
    assert the(findings, "no_time_of_day", "cases").column == "opened_at"


def test_ravenstack_usage_before_its_own_subscription() -> None:
    """Canonical usage knows its account only; with each subscription mapped as an account of its own, it is 77 %."""
    each_alone = {
        "contracts": RAVENSTACK["contracts"].replace("account_id,", "subscription_id AS account_id,"),
        "usage": "SELECT subscription_id AS account_id, usage_date AS day, feature_name AS feature,"
        " 'ravenstack' AS source FROM raw.ravenstack_feature_usage",
    }
    findings = found(delivered("ravenstack_saas"), each_alone)
    assert the(findings, "event_before_start", "usage").message.startswith("19,142 of 25,000 rows of usage (77 %)")


def test_kaggle_tickets_solved_before_the_first_answer_on_one_day_in_one_sentence() -> None:
    tickets = {
        "cases": """SELECT "Ticket ID" AS case_id, "Ticket Subject" AS subject, "Ticket Description" AS description,
            "Ticket Type" AS category, "Time to Resolution" AS resolved_at, 'kaggle' AS source
            FROM raw.customer_support_tickets""",
        "case_events": """SELECT "Ticket ID" AS case_id, "First Response Time" AS occurred_at, 'comment' AS kind,
            'us' AS "by", 'kaggle' AS source
            FROM raw.customer_support_tickets WHERE "First Response Time" IS NOT NULL""",
    }
    findings = found(delivered("support_tickets_kaggle"), tickets)
    assert the(findings, "answer_after_resolution", "cases").message.startswith("1,292 of 2,808 cases (46 %)")
    assert the(findings, "constant_text", "cases").column == "description"
    assert the(findings, "one_day_only", "cases").column == "resolved_at"
    assert the(findings, "one_day_only", "case_events").value == "2023-06-01"


def test_bpi_2013_is_one_log_in_two_zones() -> None:
    events = (
        'SELECT "case:concept:name" AS case_id, "time:timestamp" AT TIME ZONE \'UTC\' AS occurred_at,'
        " 'status' AS kind, \"concept:name\" AS value, 'volvo' AS source, '{raw}' AS _raw FROM raw.{raw}"
    )
    twins = {f"case_events {raw}": events.format(raw=raw) for raw in FILES["bpi2013_incidents"]}
    twin = the(found(delivered("bpi2013_incidents"), twins), "zone_twin", "case_events")
    assert twin.value == "BPI13C, bpi_2013_closed_problems"
    assert "1 h (" in twin.message
    assert "2 h (" in twin.message
    assert "as daylight saving does" in twin.message


def test_maven_misspells_a_product_an_industry_and_a_country() -> None:
    engine = delivered("maven_crm")
    deals = {
        "accounts": "SELECT account AS account_id, account AS name, sector AS industry, office_location AS country,"
        " 'maven' AS source FROM raw.accounts",
        "deals": "SELECT p.opportunity_id AS deal_id, p.account AS account_id, lower(p.deal_stage) AS stage, p.product,"
        " CASE p.deal_stage WHEN 'Won' THEN 'won' WHEN 'Lost' THEN 'lost' ELSE 'open' END AS outcome,"
        " p.engage_date::TIMESTAMP AS created_at, p.close_date::TIMESTAMP AS closed_at,"
        " CASE WHEN p.deal_stage = 'Won' THEN p.close_value END AS net_amount, l.sales_price AS list_amount,"
        " 'maven' AS source FROM raw.sales_pipeline p LEFT JOIN raw.products l USING (product)",
    }
    findings = found(engine, deals)
    assert [(one.column, one.value) for one in findings if one.code == "name_unmatched"] == [
        ("industry", "technolgy"),
        ("country", "Philipines"),
    ]
    assert the(findings, "net_above_list", "deals").severity == "info"
    tables = {f"raw.{stem}": tuple(engine.columns("raw", stem)) for stem in FILES["maven_crm"]}
    unmatched = run_reference_checks(engine.query, tables, source="maven")
    assert [(one.file, one.column, one.value) for one in unmatched] == [("raw.sales_pipeline", "product", "GTXPro")]
    assert "The nearest there is 'GTX Pro'." in unmatched[0].message
