"""How widely we and our customers know each other: people, contacts, reviews and social exchange by period."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import BUSINESS_DAYS, CREDITED_PEOPLE, PERIODS, Fact, Inputs
from trueup.metrics.facts.interactions import LIVE_KINDS, attending_contacts, by_people, encounters, happened
from trueup.metrics.instants import known_by, local_date
from trueup.metrics.lookup import looked_up

PERIOD = ("period_kind", "period_key")
LIVE, INBOUND, OUTBOUND = 1, 2, 4
"""Ways of being in touch, as bits: they add up over days and people at the price of one number."""


def engagement(inputs: Inputs) -> Table:
    """Each active customer and period, with how many of our people and of theirs were engaged, and its reviews."""
    rows = looked_up(inputs.fact("active_customers"), _numbered_periods(), by=PERIOD)
    for counted in (_people_in_contact(inputs), _contacts_engaged(inputs), _reviews(inputs)):
        rows = looked_up(rows, counted, by=("account_id", "period_number"))
    people, contacts, reviews = (rows[name].fill_null(0) for name in ("people", "contacts", "reviews"))
    return rows.select(
        "fact_key",
        "account_id",
        *PERIOD,
        "credited_on",
        "person_id",
        people=people,
        contacts=contacts,
        reviews=reviews,
        is_single_threaded=contacts <= 1,
        has_review=reviews >= 1,
    )


def _people_in_contact(inputs: Inputs) -> Table:
    """How many people of ours were live with the account in the period, or in touch both ways."""
    interactions = inputs.canon("interactions")
    is_live, is_written = interactions.kind.isin(LIVE_KINDS), by_people(interactions)
    touches = interactions.filter(
        known_by(interactions.occurred_at),
        interactions.account_id.notnull(),
        is_live | (interactions.direction.notnull() & is_written),
    ).select(
        "interaction_id",
        "account_id",
        occurred_on=local_date(interactions.occurred_at),
        ways=_flag(is_live, LIVE)
        | _flag(is_written & interactions.direction.identical_to("inbound"), INBOUND)
        | _flag(is_written & interactions.direction.identical_to("outbound"), OUTBOUND),
    )
    met = touches.join(CREDITED_PEOPLE.select("interaction_id", "person_id"), "interaction_id")
    met = _by_period(met, ("account_id", "person_id"), ways="ways")
    known = met.filter(_has(met.ways, LIVE) | _has(met.ways, INBOUND | OUTBOUND))
    return known.group_by("account_id", "period_number").agg(people=known.count())


def _flag(condition: ir.Value, way: int) -> ir.IntegerValue:
    return cast(
        "ir.IntegerValue", cast("ir.BooleanValue", condition).ifelse(ibis.literal(way, "int8"), ibis.literal(0, "int8"))
    )


def _has(ways: ir.Value, wanted: int) -> ir.BooleanValue:
    held = cast("ir.IntegerColumn", ways) & cast("ir.IntegerScalar", ibis.literal(wanted, "int8"))
    return cast("ir.BooleanValue", held == wanted)


def _contacts_engaged(inputs: Inputs) -> Table:
    """How many of the account's own contacts were engaged in the period."""
    met = encounters(inputs)
    met = met.mutate(occurred_on=local_date(met.occurred_at))
    met = _by_period(met, ("account_id", "contact_id"))
    return met.group_by("account_id", "period_number").agg(contacts=met.count())


def _reviews(inputs: Inputs) -> Table:
    interactions = inputs.canon("interactions")
    is_review = interactions.kind == "business_review"
    held = interactions.filter(known_by(interactions.occurred_at), is_review, interactions.account_id.notnull())
    held = held.select("interaction_id", "account_id", occurred_on=local_date(held.occurred_at))
    held = _by_period(held, ("account_id", "interaction_id"))
    return held.group_by("account_id", "period_number").agg(reviews=held.count())


def social_exchanges(inputs: Inputs) -> Table:
    """Each social interaction in each period in which one of its contacts was in touch with us both ways."""
    interactions = happened(inputs)
    social = interactions.filter(interactions.kind == "social", by_people(interactions))
    social = social.select(
        "interaction_id",
        "account_id",
        occurred_on=local_date(social.occurred_at),
        ways=_flag(social.direction.identical_to("inbound"), INBOUND)
        | _flag(social.direction.identical_to("outbound"), OUTBOUND),
    )
    touches = social.join(attending_contacts(inputs), "interaction_id")
    ways = _by_period(touches, ("contact_id",), ways="ways")
    two_way = ways.filter(_has(ways.ways, INBOUND | OUTBOUND))
    exchanged = _by_period(touches, ("contact_id", "interaction_id"))
    exchanged = exchanged.semi_join(two_way, ("contact_id", "period_number")).select("interaction_id", "period_number")
    exchanged = looked_up(exchanged.distinct(), social, by="interaction_id")
    exchanged = looked_up(exchanged, _numbered_periods(), by="period_number")
    return exchanged.select(
        "account_id",
        *PERIOD,
        fact_key=exchanged.interaction_id,
        credit_id=exchanged.interaction_id,
        credited_on=exchanged.occurred_on,
    )


def _by_period(rows: Table, keys: tuple[str, ...], *, ways: str | None = None) -> Table:
    """Each combination of ``keys`` and ``period_number`` once, with the bits that any of its rows has in ``ways``."""
    stretches = _stretches()
    dated = rows.join(stretches, rows.occurred_on == stretches.local_date)
    # First once per stretch of days, then per period: few rows are left to be multiplied by the periods.
    dated = _any_of(dated, (*keys, "stretch"), ways)
    periods = _periods_of_stretches(stretches)
    # Most periods are one stretch, and their rows need not be gathered again.
    whole, parts = periods.filter(periods.stretches == 1), periods.filter(periods.stretches > 1)
    columns = (*keys, "period_number", *([ways] if ways else []))
    return (
        dated.join(whole, "stretch")
        .select(*columns)
        .union(_any_of(dated.view().join(parts, "stretch"), (*keys, "period_number"), ways).select(*columns))
    )


def _any_of(rows: Table, keys: tuple[str, ...], ways: str | None) -> Table:
    if ways is None:
        return rows.select(*keys).distinct()
    return rows.group_by(*keys).agg(**{ways: cast("ir.IntegerColumn", rows[ways]).bit_or()})


def _stretches() -> Table:
    """``local_date`` to ``stretch``: days in a row that lie in the very same periods."""
    days = BUSINESS_DAYS.select(
        "local_date", day_before=BUSINESS_DAYS.local_date.lag().over(order_by=BUSINESS_DAYS.local_date)
    )
    begins = days.local_date.isin(PERIODS.first_on) | days.day_before.isin(PERIODS.cut_on)
    days = days.mutate(begins=begins.ifelse(1, 0))
    stretch = days.begins.sum().over(order_by=days.local_date, rows=(None, 0))
    return days.select("local_date", stretch=stretch.cast("int32"))


def _numbered_periods() -> Table:
    # A number is cheaper to group by, over millions of rows, than the kind and key.
    number = ibis.row_number().over(order_by=[PERIODS.period_kind, PERIODS.period_key])
    return PERIODS.select(*PERIOD, period_number=number.cast("int32"))


def _periods_of_stretches(stretches: Table) -> Table:
    """``stretch`` and ``period_number``: the periods that each stretch lies in, and how many stretches these have."""
    inside = [stretches.local_date >= PERIODS.first_on, stretches.local_date <= PERIODS.cut_on]
    within = looked_up(stretches.join(PERIODS, inside), _numbered_periods(), by=PERIOD)
    within = within.select("stretch", "period_number").distinct()
    return within.mutate(stretches=within.stretch.count().over(group_by=within.period_number))


FACTS = (
    Fact(
        name="engagement",
        description=(
            "One row per active customer and period, with the people of ours in contact with it, its own contacts "
            "engaged, and the business reviews held. Customers without any are there with 0. Credited to the account's "
            "owner."
        ),
        build=engagement,
        credit="person",
        timing="period",
        is_one_per_account=True,
        requires={"contracts": ("account_id", "starts_on"), "interactions": ("account_id", "occurred_at", "kind")},
        uses=("active_customers",),
        row_of="accounts",
    ),
    Fact(
        name="social_exchanges",
        description=(
            "One row per social interaction and period in which one of its contacts both wrote to us and was written "
            "to. Credited to everyone of ours who took part, in the team of that day."
        ),
        build=social_exchanges,
        credit="participants",
        timing="period",
        requires={
            "interactions": ("occurred_at", "kind", "direction"),
            "participants": ("contact_id",),
        },
        row_of="interactions",
    ),
)
