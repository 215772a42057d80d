"""Deals at their closing: won or not, for what price, negotiated or not, referred or not, and by whom."""

from decimal import Decimal
from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.conversion import RATE, converted, with_rate
from trueup.metrics.fact import Fact, Inputs
from trueup.metrics.instants import elapsed_days, known_by, local_date
from trueup.metrics.lookup import holds, looked_up

_A_PRICE = r"^\s*[-+]?[0-9]{1,14}(\.[0-9]*)?\s*$"
"""What a decimal(18, 4) can hold; anything else in a change's text is no price we know."""


def _closed_deals(inputs: Inputs) -> Table:
    rows = _closed(inputs)
    changes = inputs.canon("deal_changes")
    rows = _with_owner_at_closing(rows, changes.filter(changes.field == "owner"))
    rows = _with_price_history(rows, changes.filter(changes.field == "amount"))
    rows = _with_referral(rows, inputs)
    # The threshold is a decimal, as prices are: exactly 20 % must not be lost to binary fractions.
    threshold = ibis.literal(Decimal(str(inputs.number("deep_discount"))), type=RATE)
    has_list = holds((rows.list_amount > 0) & rows.net_amount.notnull())
    discount = ibis.ifelse(rows.list_amount > rows.net_amount, rows.list_amount - rows.net_amount, 0)
    is_deep = has_list & holds(discount >= rows.list_amount * threshold)
    has_history = rows.price_changes.notnull()
    is_negotiated = has_history & holds(rows.lowered_count >= inputs.number("lowered_times"))
    return rows.select(
        "account_id",
        "occurred_on",
        "person_id",
        "kind",
        "product",
        "is_won",
        "lowered_count",
        "is_referred",
        fact_key=rows.deal_id,
        occurred_at=rows.closed_at,
        credited_on=rows.occurred_on,
        cycle_days=elapsed_days(rows.created_at, rows.closed_at),
        net_amount=converted(rows.net_amount, rows.rate),
        list_amount=converted(ibis.ifelse(has_list, rows.list_amount, None), rows.rate),
        discount_amount=converted(ibis.ifelse(has_list, discount, None), rows.rate),
        lacks_rate=rows.rate.isnull(),
        has_list_amount=has_list,
        is_deep=is_deep,
        has_price_history=has_history,
        is_negotiated=is_negotiated,
        is_value_known=has_list & has_history,
        is_full_value=has_list & has_history & ~is_deep & ~is_negotiated,
    )


def _closed(inputs: Inputs) -> Table:
    deals = inputs.canon("deals")
    ended = deals.filter(deals.outcome.isin(("won", "lost")), known_by(deals.closed_at))
    ended = ended.select(
        "deal_id",
        "account_id",
        "owner_id",
        "kind",
        "product",
        "created_at",
        "closed_at",
        "list_amount",
        "net_amount",
        "currency",
        "lead_id",
        is_won=ended.outcome == "won",
        occurred_on=local_date(ended.closed_at),
    )
    return with_rate(ended, on="occurred_on")


def _with_owner_at_closing(rows: Table, changes: Table) -> Table:
    """``person_id``: the owner at closing; a change at that very instant counts."""
    owned = changes.select(
        "deal_id",
        "changed_at",
        "old_value",
        owner_at_closing=changes.new_value,
        next_changed_at=changes.changed_at.lead().over(group_by=changes.deal_id, order_by=_in_order(changes)),
        place=ibis.row_number().over(group_by=changes.deal_id, order_by=_in_order(changes)),
    )
    ours = (
        rows.deal_id == owned.deal_id,
        owned.changed_at <= rows.closed_at,
        (owned.next_changed_at > rows.closed_at) | owned.next_changed_at.isnull(),
    )
    at_closing = rows.join(owned, ours).select(rows.deal_id, owned.owner_at_closing)
    first = owned.filter(owned.place == 0).select("deal_id", first_owner=owned.old_value)
    found = looked_up(looked_up(rows, at_closing, by="deal_id"), first, by="deal_id")
    owner = ibis.coalesce(found.owner_at_closing, found.first_owner, found.owner_id)
    return found.mutate(person_id=owner).drop("owner_at_closing", "first_owner")


def _with_price_history(rows: Table, changes: Table) -> Table:
    """``price_changes`` up to closing (null: none) and ``lowered_count``, how many of them lowered the price."""
    priced = changes.mutate(new_price=_price(changes.new_value), old_price=_price(changes.old_value))
    priced = priced.filter(priced.new_price.notnull())
    previous = priced.new_price.lag().over(group_by=priced.deal_id, order_by=_in_order(priced))
    before = ibis.coalesce(priced.old_price, previous)
    priced = priced.select("deal_id", "changed_at", is_lowered=holds(priced.new_price < before))
    closings = rows.select("deal_id", "closed_at")
    up_to_closing = priced.join(closings, "deal_id").filter(lambda change: change.changed_at <= change.closed_at)
    history = up_to_closing.group_by("deal_id").agg(
        price_changes=up_to_closing.count(), lowered_count=up_to_closing.is_lowered.sum()
    )
    return looked_up(rows, history, by="deal_id")


def _in_order(changes: Table) -> tuple[ir.Value, ...]:
    return (changes["changed_at"], changes["_seq"], changes["_row"])


def _price(text: ir.StringValue) -> ir.DecimalValue:
    number = ibis.ifelse(text.re_search(_A_PRICE), text.strip(), ibis.null("string"))
    return cast("ir.DecimalValue", number.cast("decimal(18, 4)"))


def _with_referral(rows: Table, inputs: Inputs) -> Table:
    """``is_referred``: the deal's lead came from a referral, or its account was referred before the deal was opened."""
    leads, promotions = inputs.canon("leads"), inputs.canon("promotions")
    referred = leads.filter(leads.referral_id.notnull())
    by_lead = referred.select("lead_id", lead_referral_id=referred.referral_id)
    by_deal = referred.group_by("deal_id").agg(deal_referral_id=referred.referral_id.min())
    made = promotions.filter(promotions.kind == "referral", promotions.referred_account_id.notnull())
    by_account = made.group_by(account_id=made.referred_account_id).agg(first_referred_at=made.occurred_at.min())
    found = looked_up(looked_up(rows, by_lead, by="lead_id"), by_deal, by="deal_id")
    found = looked_up(found, by_account, by="account_id")
    is_referred = (
        found.lead_referral_id.notnull()
        | found.deal_referral_id.notnull()
        | holds(found.first_referred_at <= found.created_at)
    )
    return found.mutate(is_referred=is_referred).drop("lead_referral_id", "deal_referral_id", "first_referred_at")


FACTS: tuple[Fact, ...] = (
    Fact(
        "closed_deals",
        "Each deal won or lost, by its closing day and credited to its owner at closing; money in the workspace's "
        "currency at that day's rate.",
        _closed_deals,
        credit="person",
        requires={"deals": ("deal_id", "outcome", "closed_at")},
        parameters={"deep_discount": 0.2, "lowered_times": 2},
        row_of="deals",
    ),
)
