"""How long customers wait for a first value: from their first contract to verified progress of a goal of theirs."""

import ibis
from ibis import Table

from trueup.metrics.fact import Fact, Inputs
from trueup.metrics.goal_values import agreed_goals, of_terms, progress, reaches, verified_values
from trueup.metrics.instants import as_of_on, days_between, shifted, start_of_day
from trueup.metrics.lookup import holds, looked_up
from trueup.units.period import LAST_DAY


def _first_values(inputs: Inputs) -> Table:
    rows = looked_up(_customers(inputs), _reached(inputs), by="account_id")
    rows = rows.mutate(watched_to=ibis.least(rows.left_on, as_of_on()))
    is_reached = holds(rows.reached_on <= rows.watched_to)
    reached_on = ibis.ifelse(is_reached, rows.reached_on, None)
    until = ibis.ifelse(is_reached, ibis.greatest(rows.reached_on, rows.begun_on), rows.watched_to)
    return rows.select(
        "account_id",
        "person_id",
        fact_key=rows.account_id,
        occurred_at=start_of_day(rows.begun_on),
        occurred_on=rows.begun_on,
        credited_on=rows.begun_on,
        reached_on=reached_on,
        days=days_between(rows.begun_on, until),
        is_reached=is_reached,
    )


def _customers(inputs: Inputs) -> Table:
    """Each account that has had a contract running: the first day of the first, the last day of the last, its owner."""
    contracts, accounts = inputs.canon("contracts"), inputs.canon("accounts")
    ever = ibis.literal(LAST_DAY)
    stopped_on = ibis.least(contracts.cancelled_on.fill_null(ever), contracts.defaulted_on.fill_null(ever))
    running = contracts.select(
        "account_id",
        runs_from=contracts.starts_on,
        runs_to=ibis.least(contracts.ends_on.fill_null(ever), shifted(stopped_on, days=-1)),
    )
    running = running.filter(
        running.account_id.notnull(), running.runs_from <= running.runs_to, running.runs_from <= as_of_on()
    )
    customers = running.group_by("account_id").agg(begun_on=running.runs_from.min(), left_on=running.runs_to.max())
    return looked_up(customers, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")


def _reached(inputs: Inputs) -> Table:
    """Each account's first day on which a verified value took a goal of its to its first value."""
    values = verified_values(inputs).drop("next_on").join(agreed_goals(inputs), "goal_id")
    values = of_terms(values, inputs, on="observed_on")
    is_since = values.baseline_on.isnull() | (values.observed_on >= values.baseline_on)
    there = values.filter(is_since, reaches(progress(values), inputs.number("first_value")))
    return there.group_by("account_id").agg(reached_on=there.observed_on.min())


FACTS: tuple[Fact, ...] = (
    Fact(
        "first_values",
        "Each account that became a customer, by the first day of its first contract, with the days from then to the "
        "first verified value that took one of its business goals to 25 % (first_value) of its way; customers still "
        "without one have waited up to the as-of day, or to the last day of their last contract. Credited to the "
        "account's owner.",
        _first_values,
        credit="person",
        requires={
            "contracts": ("contract_id", "account_id", "starts_on"),
            "goals": ("goal_id", "account_id", "agreed_at"),
            "goal_terms": ("goal_id", "baseline_value", "target_value"),
            "readings": ("goal_id", "observed_on", "value", "verification"),
        },
        parameters={"first_value": 0.25},
        row_of="accounts",
    ),
)
