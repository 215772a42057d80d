"""What pay is reckoned from, as systems tell it: tables that every build lays into its snapshot.

``pay.events``: won deals, each credited to its owner at closing, as ``bookings_`` and the deal's kind; contracts that
were cancelled or defaulted, as churn of their deal. ``pay.quotas``, ``pay.reporting_lines``: as delivered.
``pay.rates``: each currency's rate on the first day of each month. ``pay.customers_series``: what baselines of
agreements follow from.
"""

from trueup.lake.duckdb import DuckDBEngine, literal

PAY_SCHEMA = "pay"
_TABLES = {
    "events": """
SELECT deal_id AS natural_key, 'deal' AS kind, f.occurred_on AS "on",
    greatest(f.occurred_on, coalesce(CAST(d.recorded_at AS DATE), f.occurred_on)) AS known_on,
    CAST(d.net_amount AS VARCHAR) AS amount, d.currency AS currency, f.person_id AS payee,
    'bookings_' || f.kind AS credits, d.account_id AS customer, CAST(NULL AS VARCHAR) AS "of"
FROM facts.closed_deals AS f JOIN state.deals AS d ON d.deal_id = f.fact_key
WHERE f.is_won AND d.net_amount IS NOT NULL AND d.net_amount <> 0 AND f.person_id IS NOT NULL AND f.kind IS NOT NULL
UNION ALL
SELECT 'churn/' || contract_id, 'churn', least(cancelled_on, defaulted_on), least(cancelled_on, defaulted_on),
    '0', NULL, NULL, NULL, account_id, deal_id
FROM state.contracts
WHERE deal_id IS NOT NULL AND least(cancelled_on, defaulted_on) < coalesce(ends_on, DATE '9999-12-31')
ORDER BY 3, 1""",
    "quotas": """
SELECT person_id AS payee, 'bookings' AS credits, period, CAST(amount AS VARCHAR) AS amount, currency
FROM state.quotas WHERE amount > 0 AND person_id IS NOT NULL AND period IS NOT NULL ORDER BY 1, 3""",
    "reporting_lines": """
SELECT DISTINCT person_id AS person, manager_id AS manager, active_from AS start, CAST(active_to + 1 AS DATE) AS "end"
FROM state.people WHERE manager_id IS NOT NULL AND manager_id <> person_id ORDER BY 1, 3 NULLS FIRST, 2""",
    "customers_series": """
SELECT k.account_id, a.success_owner_id, k.measure, k.observed_on, k.value, k.unit
FROM state.kpi_series AS k JOIN state.accounts AS a USING (account_id) WHERE k.value IS NOT NULL ORDER BY 1, 3, 4""",
    "people": """
SELECT DISTINCT person_id, any_value(name) AS name, any_value(department) AS department, any_value(role) AS role
FROM state.people GROUP BY person_id ORDER BY 1""",
}
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
    """Lay the tables; the rows of each. The engine holds ``state`` and the facts."""
    engine.create_schema(PAY_SCHEMA)
    rows = {f"{PAY_SCHEMA}.{name}": engine.create_table(PAY_SCHEMA, name, sql) for name, sql in _TABLES.items()}
    rates = engine.create_table(PAY_SCHEMA, "rates", _RATES.format(base=literal(currency)))
    return rows | {f"{PAY_SCHEMA}.rates": rates}
