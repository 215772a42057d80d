"""Qualified leads, and whether they became deals in time."""

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import Fact, Inputs
from trueup.metrics.instants import known_by, later, local_date
from trueup.metrics.lookup import holds, looked_up


def _qualified_leads(inputs: Inputs) -> Table:
    days = inputs.number("conversion_days")
    leads, deals = inputs.canon("leads"), inputs.canon("deals")
    rows = leads.filter(known_by(leads.qualified_at))
    rows = looked_up(rows, deals.select("deal_id", named_deal_at=deals.created_at), by="deal_id")
    naming = deals.filter(deals.lead_id.notnull()).group_by("lead_id").agg(naming_deal_at=deals.created_at.min())
    rows = looked_up(rows, naming, by="lead_id")
    occurred_on = local_date(rows.qualified_at)
    limit = later(rows.qualified_at, days)
    return rows.select(
        "account_id",
        "lead_source",
        fact_key=rows.lead_id,
        occurred_at=rows.qualified_at,
        occurred_on=occurred_on,
        credited_on=occurred_on,
        person_id=rows.owner_id,
        is_mature=known_by(limit),
        is_converted=holds(_conversion(rows) <= limit),
    )


def _conversion(rows: Table) -> ir.Value:
    """When the lead became a deal, as far as was known: as stated, else when its deal was opened."""
    stated = ibis.ifelse(known_by(rows.converted_at), rows.converted_at, ibis.null("timestamp(6)"))
    return ibis.coalesce(stated, rows.named_deal_at, rows.naming_deal_at)


FACTS: tuple[Fact, ...] = (
    Fact(
        "qualified_leads",
        "Each qualified lead, by the day it was qualified; whether it became a deal in time.",
        _qualified_leads,
        credit="person",
        requires={"leads": ("lead_id", "qualified_at")},
        parameters={"conversion_days": 90},
        row_of="leads",
    ),
)
