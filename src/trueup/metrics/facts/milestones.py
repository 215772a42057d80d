"""Planned steps to what customers want: done in time or not."""

from ibis import Table

from trueup.metrics.fact import Fact, Inputs
from trueup.metrics.goal_values import BUSINESS
from trueup.metrics.instants import as_of_on, last_day_over, local_date, start_of_day
from trueup.metrics.lookup import holds, looked_up


def _milestones(inputs: Inputs) -> Table:
    milestones, goals, accounts = inputs.entries("milestones"), inputs.entries("goals"), inputs.canon("accounts")
    serving = goals.select("goal_id", "kind", "status", ended_on=local_date(goals.ended_at))
    rows = looked_up(milestones.filter(milestones.planned_on <= as_of_on()), serving, by="goal_id")
    rows = looked_up(rows, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    was_dropped = holds((rows.status == "withdrawn") & (rows.ended_on <= rows.planned_on))
    rows = rows.filter(rows.kind.fill_null(BUSINESS) == BUSINESS, ~was_dropped)
    return rows.select(
        "account_id",
        "person_id",
        "goal_id",
        "done_on",
        fact_key=rows.milestone_id,
        occurred_at=start_of_day(rows.planned_on),
        occurred_on=rows.planned_on,
        credited_on=rows.planned_on,
        is_due=rows.planned_on <= last_day_over(),
        is_on_time=holds(rows.done_on <= rows.planned_on),
        is_first_value=holds(rows.is_first_value),
    )


FACTS: tuple[Fact, ...] = (
    Fact(
        "milestones",
        "Each milestone planned for a day up to the as-of day, by that day; those of personal goals, and those of "
        "goals that were withdrawn before it, are not among them. Credited to the account's owner.",
        _milestones,
        credit="person",
        requires={"milestones": ("milestone_id", "account_id", "planned_on")},
        row_of="milestones",
    ),
)
