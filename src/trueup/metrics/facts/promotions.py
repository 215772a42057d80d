"""Customers who speak for us: each promotion, what became of referrals, and each active customer's promotions."""

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.instants import known_by, later, local_date
from trueup.metrics.lookup import holds, looked_up

REFERRAL = "referral"


def _promotions(inputs: Inputs) -> Table:
    rows = _made(inputs)
    accounts = inputs.canon("accounts")
    rows = looked_up(rows, accounts.select("account_id", own_industry=_industry(accounts.industry)), by="account_id")
    reached = _industry(rows.reached_industry)
    return rows.select(
        *_EVENT,
        "kind",
        is_industry_known=reached.notnull() & rows.own_industry.notnull(),
        is_in_industry=holds(reached == rows.own_industry),
    )


def _referrals(inputs: Inputs) -> Table:
    days = inputs.number("conversion_days")
    deals = inputs.canon("deals")
    won = deals.filter(deals.outcome == "won", known_by(deals.closed_at))
    first_wins = won.group_by(referred_account_id=won.account_id).agg(first_won_at=won.closed_at.min())
    rows = _made(inputs)
    rows = looked_up(rows.filter(rows.kind == REFERRAL), first_wins, by="referred_account_id")
    within = (rows.first_won_at > rows.occurred_at) & (rows.first_won_at <= later(rows.occurred_at, days))
    return rows.select(
        *_EVENT,
        "referred_account_id",
        is_mature=known_by(later(rows.occurred_at, days)),
        is_converted=holds(within),
    )


def _customer_promotions(inputs: Inputs) -> Table:
    customers = inputs.fact("active_customers")
    made = inputs.canon("promotions")
    in_period = (made.occurred_at >= PERIODS.starts_at, made.occurred_at <= PERIODS.cut_at)
    counted = (
        made.join(PERIODS, in_period)
        .group_by("account_id", "period_kind", "period_key")
        .agg(promotions=ibis._.count(), referrals=(made.kind == REFERRAL).sum())
    )
    rows = looked_up(customers, counted, by=("account_id", "period_kind", "period_key"))
    return rows.select(
        "fact_key",
        "account_id",
        "period_kind",
        "period_key",
        "credited_on",
        "person_id",
        promotions=rows.promotions.fill_null(0),
        has_referral=holds(rows.referrals > 0),
        has_promotion=holds(rows.promotions > 0),
    )


_EVENT = ("fact_key", "account_id", "occurred_at", "occurred_on", "credited_on", "person_id")


def _made(inputs: Inputs) -> Table:
    promotions, accounts = inputs.canon("promotions"), inputs.canon("accounts")
    made = promotions.filter(known_by(promotions.occurred_at))
    made = looked_up(made, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    made = made.mutate(fact_key=made.promotion_id, occurred_on=local_date(made.occurred_at))
    return made.mutate(credited_on=made.occurred_on)


def _industry(name: ir.StringValue) -> ir.StringValue:
    """Two systems that spell an industry in other capitals mean the same one; a blank is none."""
    return name.strip().lower().nullif(ibis.literal(""))


FACTS: tuple[Fact, ...] = (
    Fact(
        "promotions",
        "Each promotion, by the day it was made; whether it reached the promoter's own industry.",
        _promotions,
        credit="person",
        requires={"promotions": ("promotion_id", "account_id", "occurred_at", "kind")},
        row_of="promotions",
    ),
    Fact(
        "referrals",
        "Each referral, by the day it was made; whether the referred account's first win followed in time.",
        _referrals,
        credit="person",
        requires={
            "promotions": ("promotion_id", "account_id", "occurred_at", "kind", "referred_account_id"),
            "deals": ("deal_id", "account_id", "outcome", "closed_at"),
        },
        parameters={"conversion_days": 180},
        row_of="promotions",
    ),
    Fact(
        "customer_promotions",
        "Each active customer in each period, with the number of promotions it made in it.",
        _customer_promotions,
        credit="person",
        timing="period",
        is_one_per_account=True,
        requires={
            "promotions": ("account_id", "occurred_at", "kind"),
            "contracts": ("contract_id", "account_id", "starts_on", "ends_on"),
        },
        uses=("active_customers",),
    ),
)
