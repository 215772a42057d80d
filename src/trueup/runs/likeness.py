"""What looks like one thing under two ids, but not surely enough to be merged; and texts that a form wrote."""

import pyarrow as pa

from trueup.canon.entities import entities
from trueup.canon.findings import Finding
from trueup.canon.identity import account_links, account_suggestions
from trueup.canon.individuals import contact_suggestions, person_suggestions
from trueup.canon.issues import boilerplate_findings
from trueup.canon.suggestions import suggestion_findings
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.runs.settings import Settings


def likenesses(engine: DuckDBEngine, settings: Settings) -> list[Finding]:
    """Findings about the rows in the schema ``state``."""
    accounts, contacts, people = (engine.query(f"SELECT * FROM state.{t}") for t in ("accounts", "contacts", "people"))
    suggested = {
        "accounts": account_suggestions(accounts),
        "contacts": contact_suggestions(contacts, accounts=_merged(accounts, settings)),
        "people": person_suggestions(people),
    }
    findings = [
        found
        for table, pairs in suggested.items()
        for found in suggestion_findings(pairs, table, separate=settings.separate)
    ]
    sources = engine.query("SELECT DISTINCT source FROM state.cases ORDER BY 1").column(0).to_pylist()
    for source in sources:
        cases = engine.query(
            "SELECT case_id, account_id, subject, description, category, opened_at FROM state.cases"
            f" WHERE source = {literal(source)} AND issue_key IS NULL"
        )
        findings += boilerplate_findings(cases, source=source)
    return findings


def _merged(accounts: pa.Table, settings: Settings) -> pa.Table:
    """Which accounts are one, since contacts are told apart within their account."""
    known = pa.table(
        {"id": accounts.column("account_id"), "source": accounts.column("source"), "name": accounts.column("name")}
    )
    return entities(account_links(accounts), known=known, same=settings.same, separate=settings.separate)
