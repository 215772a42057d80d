"""How much of the value delivered somebody besides us vouches for."""

from collections.abc import Collection

from trueup.answers.opened import opened
from trueup.mart.snapshot import Snapshot

_VOUCHED = (
    "SELECT account_id, CAST(sum(confirmed_value) AS DOUBLE) AS confirmed, CAST(sum(gained_value) AS DOUBLE) AS gained"
    " FROM facts.value_claims WHERE gained_value IS NOT NULL GROUP BY account_id"
)


def verified_share(snapshot: Snapshot, accounts: Collection[str]) -> float | None:
    """The metric of that name, of some accounts over all time; None where nothing was gained."""
    with opened(snapshot) as engine:
        rows = [row for row in engine.query(_VOUCHED).to_pylist() if row["account_id"] in accounts]
    gained = sum(row["gained"] for row in rows)
    return sum(row["confirmed"] for row in rows) / gained if gained else None
