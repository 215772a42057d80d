"""The snapshot's effort: how often, and how long, we turned to each customer in each quarter, and who of us did.

A touch is each call, meeting, demo, workshop, tradeshow and review, and each time that we answered a customer who
waited, unless one of those was the answer. Everyone of ours who took part is credited with all of it, a team once. To
gather these from millions of touches takes seconds; laid by account, a quarter is read in milliseconds.
"""

from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.fact import FACT_SCHEMA

EFFORT_SCHEMA = "grades"
ACCOUNTS = f"{EFFORT_SCHEMA}.effort"
"""A row per quarter and account: touches, the live ones, those with a known length and their seconds, wrong ends."""
PEOPLE = f"{EFFORT_SCHEMA}.effort_of_people"
"""A row per quarter, account, person and team of the day; ``first_`` columns count a touch once per team."""
_LIVE = (
    "SELECT account_id, credit_id, occurred_on, TRUE AS is_live, lasted_seconds AS seconds, has_wrong_end AS is_wrong"
    " FROM facts.calls_and_meetings WHERE account_id IS NOT NULL"
)
_ANSWERS = (
    "SELECT account_id, credit_id, occurred_on, FALSE AS is_live, NULL AS seconds, FALSE AS is_wrong"
    " FROM facts.responses AS r WHERE account_id IS NOT NULL AND ended_at IS NOT NULL"
)
_BY_CALL = (
    " AND NOT EXISTS (SELECT 1 FROM facts.calls_and_meetings AS c"
    " WHERE c.account_id = r.account_id AND c.occurred_at = r.ended_at)"
)
_NONE = (
    "SELECT CAST(NULL AS VARCHAR) AS account_id, CAST(NULL AS VARCHAR) AS credit_id, CAST(NULL AS DATE) AS occurred_on,"
    " FALSE AS is_live, CAST(NULL AS BIGINT) AS seconds, FALSE AS is_wrong WHERE FALSE"
)
_TOUCHES = (
    "SELECT p.period_key, t.* FROM ({every}) AS t"
    " JOIN calendar.periods AS p ON p.period_kind = 'quarter' AND t.occurred_on BETWEEN p.first_on AND p.last_on"
)
_OF_ACCOUNTS = (
    "SELECT period_key, account_id, count(*) AS count, count(*) FILTER (is_live) AS live, count(seconds) AS timed,"
    " CAST(coalesce(sum(seconds), 0) AS BIGINT) AS seconds, count(*) FILTER (is_wrong) AS wrong"
    " FROM effort_touches GROUP BY period_key, account_id ORDER BY period_key, account_id"
)
# Most touches are of one person alone: only the others have to be looked through for who is the first of a team.
_OF_PEOPLE = (
    "WITH credited AS MATERIALIZED ("
    "SELECT t.period_key, t.account_id, c.person_id, s.team, c.is_alone, t.rowid AS touch, t.occurred_on, t.is_live,"
    " t.seconds FROM effort_touches AS t JOIN calendar.credited_people AS c ON c.interaction_id = t.credit_id"
    " LEFT JOIN calendar.people_spans AS s"
    " ON s.person_id = c.person_id AND t.occurred_on BETWEEN s.from_on AND s.to_on),"
    " counted AS (SELECT *, TRUE AS is_first FROM credited WHERE is_alone UNION ALL"
    " SELECT *, person_id = min(person_id) OVER (PARTITION BY touch, team) FROM credited WHERE NOT is_alone)"
    " SELECT period_key, account_id, person_id, team, max(occurred_on) AS last_on, {sums}, {first_sums}"
    " FROM counted GROUP BY period_key, account_id, person_id, team ORDER BY period_key, account_id"
)
_SUMS = (
    "CAST(count(*) FILTER ({which}) AS INTEGER) AS {prefix}count,"
    " CAST(count(*) FILTER ({which} AND is_live) AS INTEGER) AS {prefix}live,"
    " CAST(count(seconds) FILTER ({which}) AS INTEGER) AS {prefix}timed,"
    " CAST(coalesce(sum(seconds) FILTER ({which}), 0) AS BIGINT) AS {prefix}seconds"
)


def lay_effort(engine: DuckDBEngine) -> dict[str, int]:
    """Lay the tables of effort over finished facts; the rows of each table."""
    has_live, has_answers = (engine.has_table(FACT_SCHEMA, name) for name in ("calls_and_meetings", "responses"))
    parts = [_NONE]
    if has_live:
        parts.append(_LIVE)
    if has_answers:
        parts.append(_ANSWERS + (_BY_CALL if has_live else ""))
    engine.create_schema(EFFORT_SCHEMA)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE effort_touches AS {_TOUCHES.format(every=' UNION ALL '.join(parts))}")
    sums, first_sums = _SUMS.format(which="TRUE", prefix=""), _SUMS.format(which="is_first", prefix="first_")
    of_people = _OF_PEOPLE.format(sums=sums, first_sums=first_sums)
    rows = {
        table: engine.create_table(EFFORT_SCHEMA, table.removeprefix(f"{EFFORT_SCHEMA}."), select)
        for table, select in ((ACCOUNTS, _OF_ACCOUNTS), (PEOPLE, of_people))
    }
    engine.execute("DROP TABLE effort_touches")
    return rows
