"""Customers' goals at the end of each period: how far they have come, whether in time, and what accounts attain."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.goal_values import agreed_goals, claimed_values, of_terms, progress, reaches, verified_values
from trueup.metrics.instants import days_between, shifted
from trueup.metrics.lookup import holds, looked_up
from trueup.units.period import FIRST_DAY

ON_TRACK, AT_RISK = 0.9, 0.6
_PERIOD = ("period_kind", "period_key")


def _goal_standings(inputs: Inputs) -> Table:
    rows = of_terms(_counted_goals(inputs), inputs, on="cut_on")
    rows = _with_schedule(_with_current_value(rows, inputs), inputs)
    rows = rows.mutate(progress=progress(rows), expected=_expected(rows))
    # Engines differ in what the least of something and nothing is.
    clipped = ibis.cases((rows.progress < 0, 0.0), (rows.progress > 1, 1.0), else_=rows.progress)
    rows = rows.mutate(
        state=_state(rows), clipped_progress=clipped, pace=rows.progress / rows.expected.nullif(ibis.literal(0.0))
    )
    return rows.select(
        "account_id",
        *_PERIOD,
        "person_id",
        "is_running",
        "state",
        "revision",
        "reading_id",
        "weight",
        "progress",
        "clipped_progress",
        "expected",
        "pace",
        fact_key=rows.goal_id,
        credited_on=rows.cut_on,
        is_set=rows.baseline_value.notnull() & rows.target_value.notnull() & rows.target_on.notnull(),
        has_begun=rows.state != "not_started",
        is_decided=~rows.state.isin(("no_reading", "no_terms")),
        is_on_track=rows.state.isin(("on_track", "reached")),
    )


def _counted_goals(inputs: Inputs) -> Table:
    """Each business goal in each period at whose end it was agreed, or had been achieved or missed not long before."""
    goals = agreed_goals(inputs)
    rows = goals.join(PERIODS, goals.agreed_on <= PERIODS.cut_on)
    rows = rows.mutate(is_running=(rows.status == "agreed") | holds(rows.ended_on > rows.cut_on))
    long_ago = shifted(rows.cut_on, days=-round(inputs.number("ended_days")))
    has_ended_lately = rows.status.isin(("achieved", "missed")) & holds(rows.ended_on > long_ago)
    kept = rows.filter(rows.is_running | has_ended_lately)
    return kept.select(*goals.columns, *_PERIOD, "cut_on", "is_running")


def _with_current_value(rows: Table, inputs: Inputs) -> Table:
    """The rows with the last value since the baseline: ``amount``, ``observed_on``, ``reading_id``, or nulls."""
    values = verified_values(inputs) if inputs.flag("verified_only") else claimed_values(inputs)
    newest = (rows.goal_id == values.goal_id, rows.cut_on >= values.observed_on, rows.cut_on < values.next_on)
    rows = rows.left_join(values, newest).drop("goal_id_right", "next_on")
    is_since = holds(rows.observed_on >= rows.baseline_on.fill_null(ibis.literal(FIRST_DAY)))
    known = {name: ibis.ifelse(is_since, rows[name], None) for name in ("amount", "observed_on", "reading_id")}
    return rows.mutate(**known)


def _with_schedule(rows: Table, inputs: Inputs) -> Table:
    """The rows with the leg of the way that the period's last day lies in: between milestones, the first and last day.

    ``milestones`` part the way, ``passed`` of them were planned by then; the leg: from ``leg_begins`` to ``leg_ends``.
    """
    milestones = inputs.entries("milestones").select("goal_id", "planned_on")
    between = (
        rows.goal_id == milestones.goal_id,
        rows.baseline_on < milestones.planned_on,
        rows.target_on > milestones.planned_on,
    )
    planned = rows.join(milestones, between).select("goal_id", *_PERIOD, "planned_on", "cut_on")
    is_passed = planned.planned_on <= planned.cut_on
    legs = planned.group_by("goal_id", *_PERIOD).agg(
        milestones=planned.count(),
        passed=is_passed.sum(),
        leg_begins=planned.planned_on.max(where=is_passed),
        leg_ends=planned.planned_on.min(where=~is_passed),
    )
    rows = looked_up(rows, legs, by=("goal_id", *_PERIOD))
    return rows.mutate(
        milestones=rows.milestones.fill_null(0),
        passed=rows.passed.fill_null(0),
        leg_begins=rows.leg_begins.fill_null(rows.baseline_on),
        leg_ends=rows.leg_ends.fill_null(rows.target_on),
    )


def _expected(rows: Table) -> ir.FloatingValue:
    """The share of the way to be expected by the period's last day; goals to maintain are to be met all the time."""
    length = days_between(rows.leg_begins, rows.leg_ends).nullif(ibis.literal(0.0))
    of_leg = days_between(rows.leg_begins, rows.cut_on) / length
    on_the_way = (rows.passed + of_leg) / (rows.milestones + 1)
    expected = ibis.cases(
        (rows.direction == "maintain", 1.0),
        (rows.baseline_on.isnull() | rows.target_on.isnull(), ibis.null("float64")),
        (rows.cut_on >= rows.target_on, 1.0),
        (rows.cut_on <= rows.baseline_on, 0.0),
        else_=on_the_way,
    )
    return cast("ir.FloatingValue", expected)


def _state(rows: Table) -> ir.StringValue:
    is_maintained = rows.direction == "maintain"
    has_way = rows.baseline_value.notnull() & holds(rows.baseline_value != rows.target_value)
    has_terms = rows.baseline_on.notnull() & rows.target_on.notnull() & rows.target_value.notnull()
    has_terms &= is_maintained.ifelse(rows.tolerance.notnull(), has_way)
    age = days_between(rows.observed_on.fill_null(rows.baseline_on), rows.cut_on)
    state = ibis.cases(
        (~has_terms, "no_terms"),
        (rows.cut_on < rows.baseline_on, "not_started"),
        (age > rows.cadence_days, "stale"),
        (rows.progress.isnull(), "no_reading"),
        (rows.cut_on > rows.target_on, ibis.ifelse(reaches(rows.progress, 1.0), "reached", "over")),
        (reaches(rows.progress, rows.expected * ON_TRACK), "on_track"),
        (reaches(rows.progress, rows.expected * AT_RISK), "at_risk"),
        else_="off_track",
    )
    return cast("ir.StringValue", state)


def _customer_goals(inputs: Inputs) -> Table:
    goals = inputs.fact("goal_standings")
    is_measured = goals.progress.notnull()
    weight = goals.weight.sum(where=is_measured).nullif(ibis.literal(0.0))
    of_accounts = goals.group_by("account_id", *_PERIOD).agg(
        has_agreed_goal=(goals.is_running & goals.is_set).any(),
        attainment=(goals.weight * goals.clipped_progress).sum() / weight,
        attainment_unclipped=(goals.weight * goals.progress).sum() / weight,
        goals_measured=goals.count(where=is_measured),
        goals_unmeasured=goals.count(where=~is_measured),
        goal_ids=goals.fact_key.group_concat(", ", order_by=goals.fact_key),
    )
    rows = looked_up(inputs.fact("active_customers"), of_accounts, by=("account_id", *_PERIOD))
    return rows.select(
        "fact_key",
        "account_id",
        *_PERIOD,
        "credited_on",
        "person_id",
        "attainment",
        "attainment_unclipped",
        "goal_ids",
        has_agreed_goal=holds(rows.has_agreed_goal),
        goals_measured=rows.goals_measured.fill_null(0),
        goals_unmeasured=rows.goals_unmeasured.fill_null(0),
    )


_PARAMETERS = {"verified_only": False, "ended_days": 365}

FACTS: tuple[Fact, ...] = (
    Fact(
        "goal_standings",
        "Each business goal in each period on whose last day it was agreed, or had been achieved or missed in the 365 "
        "days (ended_days) before, with its progress, pace and state on that day by the terms in force then. Personal "
        "goals are not among them. Credited to the account's owner.",
        _goal_standings,
        credit="person",
        timing="period",
        requires={
            "goals": ("goal_id", "account_id", "agreed_at"),
            "goal_terms": ("goal_id", "baseline_value", "target_value", "target_on"),
        },
        parameters=_PARAMETERS,
        row_of="goals",
    ),
    Fact(
        "customer_goals",
        "Each active customer in each period, with what its business goals attain on the period's last day; without "
        "goals that were measured there is no attainment. Credited to the account's owner.",
        _customer_goals,
        credit="person",
        timing="period",
        is_one_per_account=True,
        requires={"contracts": ("contract_id", "account_id", "starts_on")},
        uses=("active_customers", "goal_standings"),
        parameters=_PARAMETERS,
        row_of="accounts",
    ),
)
