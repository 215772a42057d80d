"""What pay is reckoned from, as systems tell it: tables that every build lays into its snapshot.

``pay.events``: won deals, each credited to its owner at closing, as ``bookings_`` and the deal's kind; contracts that
were cancelled or defaulted, as churn of their deal; of both every version, by the day on which it was known.
``pay.quotas``, ``pay.reporting_lines``: every version, with the days on which it was known; whom somebody reports to of
whom several systems tell is as delivered last.
``pay.eligible_customers``: accounts with a contract, from its first day to the last one's end, in the books of who owns
them and of who looks after their success, as delivered last.
``pay.rates``: each currency's rate on the first day of each month. ``pay.customers_series``: what baselines of
agreements follow from.
"""

from collections.abc import Collection

from trueup.canon.tables import TABLE
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.lake.state import MERGEABLE, history_select
from trueup.runs.ground import IDENTITY_SCHEMA
from trueup.runs.pay_events import LAKE, events_select

PAY_SCHEMA = "pay"
_TABLES = {
    "eligible_customers": """
SELECT person_id AS payee, account_id AS customer, min(starts_on) AS start,
    CASE WHEN bool_and(ends IS NOT NULL) THEN max(ends) END AS "end"
FROM (
    SELECT account_id, starts_on, CAST(least(ends_on + 1, cancelled_on, defaulted_on) AS DATE) AS ends
    FROM state.contracts WHERE starts_on IS NOT NULL
) JOIN (
    SELECT account_id, owner_id AS person_id FROM state.accounts
    UNION SELECT account_id, success_owner_id FROM state.accounts
) USING (account_id)
WHERE person_id IS NOT NULL GROUP BY ALL ORDER BY 1, 2""",
    "customers_series": """
SELECT k.account_id, a.success_owner_id, k.measure, k.observed_on, k.value, k.unit
FROM state.kpi_series AS k JOIN state.accounts AS a USING (account_id) WHERE k.value IS NOT NULL ORDER BY 1, 3, 4""",
    "people": """
SELECT DISTINCT person_id, any_value(name) AS name, any_value(department) AS department, any_value(role) AS role
FROM state.people GROUP BY person_id ORDER BY 1""",
}
_QUOTAS = """
SELECT person_id AS payee, 'bookings' AS credits, period, CAST(amount AS VARCHAR) AS amount, currency, known_on,
    known_until
FROM ({quotas}) WHERE amount > 0 AND person_id IS NOT NULL AND period IS NOT NULL
ORDER BY payee, period, known_on NULLS FIRST"""
_REPORTING_LINES = """
WITH known AS (
    SELECT person_id, manager_id, active_from, active_to, known_on, known_until FROM ({people})
    WHERE person_id NOT IN ({several})
    UNION ALL
    SELECT person_id, manager_id, active_from, active_to, NULL, NULL FROM state.people WHERE person_id IN ({several})
)
SELECT DISTINCT person_id AS person, manager_id AS manager, active_from AS start,
    CAST(active_to + 1 AS DATE) AS "end", known_on, known_until
FROM known WHERE manager_id IS NOT NULL AND manager_id <> person_id
ORDER BY person, start NULLS FIRST, manager, known_on NULLS FIRST"""
_RATES = """
WITH months AS (
    SELECT CAST(unnest(generate_series(
        date_trunc('year', min("on")) - INTERVAL 1 YEAR, date_trunc('month', max("on")), INTERVAL 1 MONTH
    )) AS DATE) AS first FROM pay.events
)
SELECT months.first, r.currency AS "of", {base} AS "to", CAST(r.rate AS VARCHAR) AS rate, r.valid_from AS "on",
    r.source AS source
FROM months JOIN state.fx_rates AS r ON r.base = {base} AND r.rate > 0 AND r.valid_from = (
    SELECT max(o.valid_from) FROM state.fx_rates AS o
    WHERE o.currency = r.currency AND o.base = {base} AND o.valid_from <= months.first
)
ORDER BY 1, 2"""


def lay_pay(engine: DuckDBEngine, currency: str) -> dict[str, int]:
    """Lay the tables; the rows of each. The engine holds the lake, ``state`` and who is the same as whom."""
    engine.create_schema(PAY_SCHEMA)
    merged = [table for table in MERGEABLE if engine.has_table(IDENTITY_SCHEMA, table)]
    told = {"events": events_select(merged), "quotas": _quotas(merged), "reporting_lines": _lines(merged), **_TABLES}
    rows = {f"{PAY_SCHEMA}.{name}": engine.create_table(PAY_SCHEMA, name, sql) for name, sql in told.items()}
    rates = engine.create_table(PAY_SCHEMA, "rates", _RATES.format(base=literal(currency)))
    return rows | {f"{PAY_SCHEMA}.rates": rates}


def _quotas(merged: Collection[str]) -> str:
    return _QUOTAS.format(quotas=history_select(TABLE["quotas"], catalog=LAKE, merged=merged))


def _lines(merged: Collection[str]) -> str:
    several = (
        f"SELECT entity_id FROM {IDENTITY_SCHEMA}.people GROUP BY entity_id HAVING count(*) > 1"
        if "people" in merged
        else "SELECT NULL WHERE FALSE"
    )
    people = history_select(TABLE["people"], catalog=LAKE, merged=merged)
    return _REPORTING_LINES.format(people=people, several=several)
