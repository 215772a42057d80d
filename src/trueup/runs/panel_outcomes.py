"""Outcomes of accounts, from the customer model as it is known: what KPIs are to predict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.sql import table
from trueup.units.period import LAST_DAY

GRACE_DAYS = 30
"""How long after a contract's end the next one may begin: until then nobody has left."""
OUTCOMES = ("renewed", "churned", "expanded", "deal won", "default", "goal attained")
METRICS = ("renewal_rate", "win_rate", "goals_on_track")
"""Metrics whose facts tell of outcomes."""


@dataclass(frozen=True)
class Came:
    """What came of accounts. ``rows``: ``account_id``, ``day``, ``happened``; for the rest see ``Outcome``."""

    name: str
    rows: pa.Table
    known_until: date
    is_good: bool = False
    is_due: bool = False
    ends: bool = False
    needs_all: bool = False


def outcomes_of(engine: DuckDBEngine, facts: Mapping[str, str], as_of_on: date) -> list[Came]:
    """Every outcome that the data tell of. ``facts``: the fact table of each of METRICS that has one."""
    waited = as_of_on - timedelta(days=GRACE_DAYS + 1)
    yesterday = as_of_on - timedelta(days=1)
    found = [
        Came("churned", engine.query(_left(waited)), waited, ends=True),
        Came("default", engine.query(_DEFAULTED), yesterday, ends=True),
    ]
    if "renewal_rate" in facts:
        rows = engine.query(_RENEWED.format(table("facts", facts["renewal_rate"])))
        found.append(Came("renewed", rows, waited, is_good=True, is_due=True, needs_all=True))
    if "win_rate" in facts:
        deals = table("facts", facts["win_rate"])
        found.append(Came("expanded", engine.query(_EXPANDED.format(deals)), yesterday, is_good=True))
        found.append(Came("deal won", engine.query(_DECIDED.format(deals)), yesterday, is_good=True, is_due=True))
    if "goals_on_track" in facts:
        rows = engine.query(_ATTAINED.format(table("facts", facts["goals_on_track"])))
        found.append(Came("goal attained", rows, waited, is_good=True, is_due=True, needs_all=True))
    return found


def _left(waited: date) -> str:
    """The last day of each stretch of contracts that follow each other, of which nothing followed in time."""
    runs_to = (
        f"least(coalesce(ends_on, DATE '{LAST_DAY}'), coalesce(cancelled_on - 1, DATE '{LAST_DAY}'),"
        f" coalesce(defaulted_on - 1, DATE '{LAST_DAY}'))"
    )
    return (
        f"WITH runs AS (SELECT account_id, starts_on, {runs_to} AS runs_to FROM state.contracts"
        f" WHERE account_id IS NOT NULL AND starts_on IS NOT NULL AND {runs_to} >= starts_on),"
        " stretches AS (SELECT *, max(runs_to) OVER (PARTITION BY account_id ORDER BY starts_on, runs_to"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM runs),"
        " begun AS (SELECT *, sum(CASE WHEN until IS NULL OR starts_on > until"
        f" + INTERVAL {GRACE_DAYS} DAY THEN 1 ELSE 0 END)"
        " OVER (PARTITION BY account_id ORDER BY starts_on, runs_to) AS stretch FROM stretches)"
        " SELECT account_id, max(runs_to) AS day, TRUE AS happened FROM begun GROUP BY account_id, stretch"
        f" HAVING max(runs_to) <= DATE '{waited}' ORDER BY account_id, day"
    )


_DEFAULTED = (
    "SELECT account_id, min(defaulted_on) AS day, TRUE AS happened FROM state.contracts"
    " WHERE defaulted_on IS NOT NULL AND account_id IS NOT NULL GROUP BY account_id ORDER BY account_id"
)
_RENEWED = (
    "SELECT account_id, occurred_on AS day, coalesce(is_renewed, FALSE) AS happened FROM {}"
    " WHERE is_mature AND account_id IS NOT NULL ORDER BY account_id, day, happened"
)
_EXPANDED = (
    "SELECT account_id, occurred_on AS day, TRUE AS happened FROM {} WHERE kind = 'expansion' AND is_won"
    " AND account_id IS NOT NULL ORDER BY account_id, day"
)
_DECIDED = (
    "SELECT account_id, occurred_on AS day, coalesce(is_won, FALSE) AS happened FROM {}"
    " WHERE account_id IS NOT NULL ORDER BY account_id, day, happened"
)
_ATTAINED = (
    "SELECT s.account_id, t.target_on AS day, coalesce(s.progress >= 1, FALSE) AS happened FROM {} AS s"
    " JOIN state.goal_terms AS t ON t.goal_id = s.fact_key AND t.revision = s.revision"
    " JOIN calendar.periods AS p ON p.period_kind = s.period_kind AND p.period_key = s.period_key"
    " WHERE p.period_kind = 'month' AND t.target_on BETWEEN p.first_on AND p.last_on AND p.is_over"
    " AND s.account_id IS NOT NULL ORDER BY s.account_id, day, happened"
)
