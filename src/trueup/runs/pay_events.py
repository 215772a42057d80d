"""What happened that pay is reckoned from, in all its versions: what was known at the end of each day of a deal.

A build as of an earlier day finds of a deal what the newest version known by then says, so that closes can be replayed
from the newest build alone. Accounts and people are merged as they are today. Versions that say the same are one; of
what was won no longer, or is no longer there, the last version is ``withdrawn``.
"""

from collections.abc import Collection

from trueup.canon.tables import TABLE
from trueup.lake.state import versions_select

LAKE = "lake"
_MOMENTS = """
SELECT {key}, day AS known_on,
    least(calendar.start_of_day(CAST(day + 1 AS DATE)) - INTERVAL 1 MICROSECOND, calendar.as_of()) AS known_at
FROM (
    SELECT DISTINCT {key}, CAST(calendar.local(turned_at) AS DATE) AS day FROM turns
    WHERE turned_at <= calendar.as_of()
)"""
"""The ends of the days on which what is known of something may have changed."""
_DEALS = """
WITH won AS (SELECT DISTINCT deal_id FROM {lake}.canon.deals WHERE outcome = 'won'),
turns AS (
    SELECT deal_id, unnest([recorded_at, superseded_at, created_at, closed_at]) AS turned_at
    FROM {lake}.canon.deals SEMI JOIN won USING (deal_id)
    UNION ALL
    SELECT deal_id, unnest([recorded_at, superseded_at, changed_at]) AS turned_at
    FROM {lake}.canon.deal_changes SEMI JOIN won USING (deal_id) WHERE field = 'owner'
),
moments AS MATERIALIZED ({moments}),
closed AS (
    SELECT *, CAST(calendar.local(closed_at) AS DATE) AS closed_on FROM ({deals})
    WHERE outcome = 'won' AND closed_at <= known_at AND net_amount <> 0 AND kind IS NOT NULL
),
owners AS (
    SELECT c.deal_id, c.known_on, coalesce(
        last(c.new_value ORDER BY c.changed_at, c._seq, c._row) FILTER (c.changed_at <= closed.closed_at),
        first(c.old_value ORDER BY c.changed_at, c._seq, c._row)
    ) AS person_id
    FROM ({changes}) AS c JOIN closed USING (deal_id, known_on) WHERE c.field = 'owner' GROUP BY ALL
),
found AS (
    SELECT deal_id, known_on, {{
        'on': closed_on, 'amount': CAST(net_amount AS VARCHAR), 'currency': currency,
        'payee': coalesce(owners.person_id, closed.owner_id), 'credits': 'bookings_' || kind, 'customer': account_id,
        'of': CAST(NULL AS VARCHAR)
    }} AS said
    FROM closed LEFT JOIN owners USING (deal_id, known_on)
    WHERE coalesce(owners.person_id, closed.owner_id) IS NOT NULL
)
SELECT moments.deal_id AS natural_key, 'deal' AS kind, moments.known_on, found.said FROM moments
    LEFT JOIN found USING (deal_id, known_on)"""
_ENDS = """
WITH turns AS (
    SELECT contract_id, unnest([recorded_at, superseded_at]) AS turned_at FROM {lake}.canon.contracts
    WHERE deal_id IS NOT NULL
),
ended AS (
    SELECT contract_id FROM {lake}.canon.contracts
    WHERE deal_id IS NOT NULL AND coalesce(cancelled_on, defaulted_on) IS NOT NULL
),
days AS (
    {moments}
    -- What is to end later is known already, and counts from that day on.
    UNION
    SELECT contract_id, day,
        least(calendar.start_of_day(CAST(day + 1 AS DATE)) - INTERVAL 1 MICROSECOND, calendar.as_of())
    FROM (
        SELECT contract_id, unnest([starts_on, cancelled_on, defaulted_on]) AS day FROM {lake}.canon.contracts
        WHERE deal_id IS NOT NULL
    ) WHERE day IS NOT NULL
),
moments AS MATERIALIZED (SELECT * FROM days SEMI JOIN ended USING (contract_id)),
found AS (
    SELECT contract_id, known_on, {{
        'on': least(cancelled_on, defaulted_on), 'amount': '0', 'currency': CAST(NULL AS VARCHAR),
        'payee': CAST(NULL AS VARCHAR), 'credits': CAST(NULL AS VARCHAR), 'customer': account_id, 'of': deal_id
    }} AS said
    FROM ({contracts})
    WHERE deal_id IS NOT NULL AND least(cancelled_on, defaulted_on) < coalesce(ends_on, DATE '9999-12-31')
        AND least(cancelled_on, defaulted_on) <= known_on
)
SELECT 'churn/' || moments.contract_id AS natural_key, 'churn' AS kind, moments.known_on, found.said FROM moments
    LEFT JOIN found USING (contract_id, known_on)"""
_EVENTS = """
WITH known AS ({deals} UNION ALL {ends}),
turned AS (
    SELECT *, lag(said) OVER (PARTITION BY natural_key ORDER BY known_on) AS before FROM known
    QUALIFY said IS DISTINCT FROM before
)
SELECT natural_key, if(said IS NULL, 'withdrawn', kind) AS kind, coalesce(said, before)."on" AS "on", known_on,
    if(said IS NULL, '0', said.amount) AS amount, said.currency AS currency, said.payee AS payee,
    said.credits AS credits, coalesce(said, before).customer AS customer, said."of" AS "of",
    CAST(row_number() OVER (PARTITION BY natural_key ORDER BY known_on) - 1 AS INTEGER) AS revision
FROM turned ORDER BY "on", natural_key, revision"""


def events_select(merged: Collection[str]) -> str:
    """The query of all events in all versions; ``merged``: the tables where several ids are the same thing."""
    rows = {
        table: versions_select(TABLE[table], "moments", catalog=LAKE, merged=merged)
        for table in ("deals", "deal_changes", "contracts")
    }
    deals = _DEALS.format(
        lake=LAKE,
        moments=_MOMENTS.format(key="deal_id"),
        deals=rows["deals"],
        changes=rows["deal_changes"],
    )
    ends = _ENDS.format(lake=LAKE, moments=_MOMENTS.format(key="contract_id"), contracts=rows["contracts"])
    return _EVENTS.format(deals=f"({deals})", ends=f"({ends})")
