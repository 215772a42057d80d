"""What customers' improvements are worth to them, as far as they are due to us."""

import ibis
from ibis import Table

from trueup.metrics.conversion import converted, with_rate
from trueup.metrics.fact import VALUE_CLAIMS, Fact, Inputs
from trueup.metrics.instants import start_of_day
from trueup.metrics.lookup import looked_up


def _value_claims(inputs: Inputs) -> Table:
    accounts = inputs.canon("accounts")
    rows = with_rate(VALUE_CLAIMS.filter(VALUE_CLAIMS.counts), on="ended_on")
    rows = looked_up(rows, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    none = rows.point - rows.point
    gained = ibis.ifelse(rows.point > 0, rows.point, none)
    is_confirmed = rows.state == "confirmed"
    return rows.select(
        "account_id",
        "person_id",
        "goal_id",
        "measure",
        "lever",
        "state",
        fact_key=rows.claim_id,
        occurred_at=start_of_day(rows.ended_on),
        occurred_on=rows.ended_on,
        credited_on=rows.ended_on,
        value=converted(rows.point, rows.rate),
        certain_value=converted(rows.low, rows.rate),
        gained_value=converted(gained, rows.rate),
        confirmed_value=converted(ibis.ifelse(is_confirmed, gained, none), rows.rate),
        is_confirmed=is_confirmed,
        is_disputed=rows.state == "disputed",
        lacks_rate=rows.rate.isnull(),
    )


FACTS: tuple[Fact, ...] = (
    Fact(
        "value_claims",
        "Each improvement of a measure that an account has a goal for, since it began with what is meant to move it, "
        "beyond what would have happened anyway (see trueup impact), times what the goal says a unit is worth to the "
        "account. It falls on the last day of the months compared after the start. Only estimates that other customers "
        "bear out and no check casts doubt on; those below nothing count too. Credited to the account's owner.",
        _value_claims,
        credit="person",
        requires={
            "goals": ("goal_id", "account_id", "agreed_at", "value_per_unit"),
        },
    ),
)
