"""What pay is reckoned from, as systems tell it: tables that every build lays into its snapshot.

``pay.events``: won deals, each credited to its owner at closing, as ``bookings_`` and the deal's kind; contracts that
were cancelled or defaulted, as churn of their deal; of both every version, by the day on which it was known.
``pay.quotas``, ``pay.reporting_lines``: every version, with the days on which it was known.
``pay.eligible_customers``: accounts with a contract, from its first day to the last one's end, in the books of who owns
them and of who looks after their success, of each for as long as they do.
Of people and accounts of which several systems tell, reporting lines and owners are as delivered last.
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
_BOOKS = """
WITH covered AS (
    SELECT account_id, min(starts_on) AS first, CASE WHEN bool_and(ends IS NOT NULL) THEN max(ends) END AS last
    FROM (
        SELECT account_id, starts_on, CAST(least(ends_on + 1, cancelled_on, defaulted_on) AS DATE) AS ends
        FROM state.contracts WHERE starts_on IS NOT NULL
    ) GROUP BY account_id
), known AS (
    SELECT account_id, owner_id, success_owner_id, known_on, known_until FROM ({accounts})
    WHERE account_id NOT IN ({several})
    UNION ALL
    SELECT account_id, owner_id, success_owner_id, NULL, NULL FROM state.accounts WHERE account_id IN ({several})
), held AS (
    SELECT account_id, 'owner' AS place, owner_id AS person_id, known_on, known_until FROM known
    UNION ALL SELECT account_id, 'success', success_owner_id, known_on, known_until FROM known
), turned AS (
    SELECT *, row_number() OVER versions = 1 AS is_first,
        person_id IS DISTINCT FROM lag(person_id) OVER versions AS turns
    FROM held WINDOW versions AS (PARTITION BY account_id, place ORDER BY known_on NULLS FIRST)
), spells AS (
    SELECT *, sum(CAST(turns AS INTEGER)) OVER (
        PARTITION BY account_id, place ORDER BY known_on NULLS FIRST ROWS UNBOUNDED PRECEDING
    ) AS spell FROM turned
), owned AS (
    -- Who had it first has had it from the beginning, whenever that was told.
    SELECT account_id, person_id, CASE WHEN NOT bool_or(is_first) THEN min(known_on) END AS since,
        last(known_until ORDER BY known_on NULLS FIRST) AS until
    FROM spells WHERE person_id IS NOT NULL GROUP BY account_id, place, person_id, spell
)
SELECT DISTINCT person_id AS payee, account_id AS customer, greatest(first, since) AS start, least(last, until) AS "end"
FROM owned JOIN covered USING (account_id)
WHERE least(last, until) IS NULL OR greatest(first, since) < least(last, until)
ORDER BY payee, customer, start"""
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
    told = {
        "events": events_select(merged),
        "quotas": _QUOTAS.format(quotas=history_select(TABLE["quotas"], catalog=LAKE, merged=merged)),
        "reporting_lines": _dated(_REPORTING_LINES, "people", merged),
        "eligible_customers": _dated(_BOOKS, "accounts", merged),
        **_TABLES,
    }
    rows = {f"{PAY_SCHEMA}.{name}": engine.create_table(PAY_SCHEMA, name, sql) for name, sql in told.items()}
    rates = engine.create_table(PAY_SCHEMA, "rates", _RATES.format(base=literal(currency)))
    return rows | {f"{PAY_SCHEMA}.rates": rates}


def _dated(sql: str, table: str, merged: Collection[str]) -> str:
    """A query over a table's history, except for what ``several`` rows tell of: that is as delivered last."""
    several = (
        f"SELECT entity_id FROM {IDENTITY_SCHEMA}.{table} GROUP BY entity_id HAVING count(*) > 1"
        if table in merged
        else "SELECT NULL WHERE FALSE"
    )
    return sql.format(**{table: history_select(TABLE[table], catalog=LAKE, merged=merged)}, several=several)
