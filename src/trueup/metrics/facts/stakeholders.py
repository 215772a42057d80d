"""Customers' decision makers, and whether we know how they are measured."""

import ibis
from ibis import Table

from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.instants import local_date
from trueup.metrics.lookup import holds, looked_up
from trueup.units.period import FIRST_DAY, LAST_DAY

_PERIOD = ("period_kind", "period_key")
_KEYS = ("fact_key", "account_id", *_PERIOD, "credited_on", "person_id")


def _decision_makers(inputs: Inputs) -> Table:
    rows = ibis.union(_recorded(inputs), _in_crm_only(inputs))
    have_goals = _stakeholders_with_goals(inputs)
    rows = looked_up(rows, have_goals.select(*_PERIOD, fact_key="stakeholder_id", has_goal="has_goal"), by=_SOMEBODY)
    return rows.select(*_KEYS, "is_recorded", has_goal=rows.is_recorded & holds(rows.has_goal))


_SOMEBODY = ("fact_key", *_PERIOD)


def _recorded(inputs: Inputs) -> Table:
    """The stakeholders of active customers who were there and decided, on each period's last day."""
    stakeholders = inputs.entries("stakeholders")
    deciding = stakeholders.filter(stakeholders.role_in_decisions == "decision_maker").select(
        "account_id",
        "stakeholder_id",
        recorded_on=local_date(stakeholders.first_recorded_at),
        departed_on=stakeholders.departed_on.fill_null(ibis.literal(LAST_DAY)),
    )
    rows = inputs.fact("active_customers").drop("fact_key").join(deciding, "account_id")
    rows = rows.filter(rows.recorded_on <= rows.credited_on, rows.departed_on > rows.credited_on)
    return rows.mutate(fact_key=rows.stakeholder_id, is_recorded=ibis.literal(value=True)).select(*_KEYS, "is_recorded")


def _in_crm_only(inputs: Inputs) -> Table:
    """The decision makers of active customers whom the CRM names and nobody had recorded by each period's last day."""
    contacts, stakeholders = inputs.canon("contacts"), inputs.entries("stakeholders")
    recorded_at = stakeholders.filter(stakeholders.contact_id.notnull()).group_by("contact_id")
    recorded = recorded_at.agg(first_at=stakeholders.first_recorded_at.min())
    deciding = contacts.filter(contacts.is_decision_maker)
    deciding = looked_up(deciding, recorded, by="contact_id")
    deciding = deciding.select(
        "account_id",
        "contact_id",
        there_from=deciding.active_from.fill_null(ibis.literal(FIRST_DAY)),
        there_to=deciding.active_to.fill_null(ibis.literal(LAST_DAY)),
        recorded_on=local_date(deciding.first_at).fill_null(ibis.literal(LAST_DAY)),
    )
    rows = inputs.fact("active_customers").drop("fact_key").join(deciding, "account_id")
    rows = rows.filter(
        rows.there_from <= rows.credited_on, rows.there_to >= rows.credited_on, rows.recorded_on > rows.credited_on
    )
    return rows.mutate(fact_key=rows.contact_id, is_recorded=ibis.literal(value=False)).select(*_KEYS, "is_recorded")


def _stakeholders_with_goals(inputs: Inputs) -> Table:
    """Stakeholders and periods on whose last day a goal of theirs, of either kind, was recorded and not withdrawn."""
    goals = inputs.entries("goals")
    ended_on = local_date(goals.ended_at)
    there = goals.filter(goals.stakeholder_id.notnull()).select(
        "stakeholder_id",
        recorded_on=local_date(goals.first_recorded_at),
        withdrawn_on=ibis.ifelse(goals.status == "withdrawn", ended_on, None).fill_null(ibis.literal(LAST_DAY)),
    )
    rows = there.join(PERIODS, (there.recorded_on <= PERIODS.cut_on, there.withdrawn_on > PERIODS.cut_on))
    return rows.select("stakeholder_id", *_PERIOD).distinct().mutate(has_goal=ibis.literal(value=True))


FACTS: tuple[Fact, ...] = (
    Fact(
        "decision_makers",
        "Each decision maker of an active customer on the last day of each period: stakeholders recorded by then and "
        "not departed, and contacts whom the CRM calls decision makers and nobody had recorded as a stakeholder. "
        "Credited to the account's owner.",
        _decision_makers,
        credit="person",
        timing="period",
        requires={
            "contracts": ("contract_id", "account_id", "starts_on"),
            "stakeholders": ("stakeholder_id", "account_id", "role_in_decisions"),
            "goals": ("goal_id", "stakeholder_id"),
        },
        uses=("active_customers",),
    ),
)
