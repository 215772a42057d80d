"""Follow-ups on open new business: timely, not pestering, and followed by something."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import BUSINESS_DAYS, Fact, Inputs
from trueup.metrics.facts.interactions import by_people, happened
from trueup.metrics.instants import MICROSECONDS_PER_DAY, known_by, later, local_date
from trueup.metrics.lookup import holds, looked_up

MOVING_KINDS = ("meeting", "visit", "demo", "workshop", "business_review", "partnership_meeting")
"""Interactions on a deal that show it moving, whoever began them."""
EPOCH = ibis.timestamp("1970-01-01")


def follow_ups(inputs: Inputs) -> Table:
    """Each follow-up with whether it was timely, gentle and effective, and whether its waiting time is over."""
    days = inputs.number("effective_days")
    touches = _with_effect(_touches(inputs), _forward_moves(inputs), days)
    rows = touches.filter(
        touches.direction == "outbound",
        touches.deal_opened_at <= touches.occurred_at,
        touches.deal_closed_at.isnull() | (touches.occurred_at < touches.deal_closed_at),
        touches.last_at.notnull(),
    )
    rows = _with_weekdays(rows)
    is_timely = rows.last_due_on.notnull().ifelse(
        rows.occurred_on <= rows.last_due_on, rows.weekdays_since <= inputs.number("due_business_days")
    )
    is_gentle = (rows.weekdays_since >= inputs.number("gentle_business_days")) | ~rows.follows_our_own
    is_mature = known_by(later(rows.occurred_at, days))
    return rows.select(
        "account_id",
        "deal_id",
        "occurred_at",
        "occurred_on",
        "is_effective",
        fact_key=rows.interaction_id,
        credit_id=rows.interaction_id,
        credited_on=rows.occurred_on,
        is_timely=holds(is_timely),
        is_gentle=holds(is_gentle),
        is_mature=is_mature,
        # Until its waiting time is over, one that is timely and gentle may still turn out right.
        is_right=holds(is_timely) & holds(is_gentle) & (rows.is_effective | ~is_mature),
    )


def _touches(inputs: Inputs) -> Table:
    """Each non-automatic interaction on a deal of new business, with the touch before it on that deal."""
    deals, interactions = inputs.canon("deals"), happened(inputs)
    deals = deals.filter(deals.kind == "new").select(
        "deal_id",
        deal_account_id=deals.account_id,
        deal_opened_at=deals.created_at,
        deal_closed_at=deals.closed_at,
    )
    touches = interactions.filter(interactions.deal_id.notnull(), by_people(interactions)).select(
        "interaction_id", "account_id", "deal_id", "occurred_at", "direction", "kind", "due_at"
    )
    touches = touches.join(deals, "deal_id")
    before = {"group_by": touches.deal_id, "order_by": [touches.occurred_at, touches.interaction_id]}
    return touches.select(
        "interaction_id",
        "deal_id",
        "occurred_at",
        "direction",
        "deal_opened_at",
        "deal_closed_at",
        account_id=ibis.coalesce(touches.account_id, touches.deal_account_id),
        shows_effect=(touches.direction.identical_to("inbound") | touches.kind.isin(MOVING_KINDS)),
        last_at=touches.occurred_at.lag().over(**before),
        last_due_at=touches.due_at.lag().over(**before),
        follows_our_own=touches.direction.identical_to("outbound").lag().over(**before),
    )


def _forward_moves(inputs: Inputs) -> Table:
    """``deal_id`` and ``occurred_at`` of each stage change to a higher rank than the deal's previous one."""
    changes = inputs.canon("deal_changes")
    staged = changes.filter(changes.field == "stage", changes.stage_order.notnull(), known_by(changes.changed_at))
    order = [staged.changed_at, staged["_seq"], staged["_row"], staged.new_value]
    staged = staged.select(
        "deal_id",
        "stage_order",
        occurred_at=staged.changed_at,
        stage_order_before=staged.stage_order.lag().over(group_by=staged.deal_id, order_by=order),
    )
    return staged.filter(staged.stage_order > staged.stage_order_before).select("deal_id", "occurred_at")


def _with_effect(touches: Table, moves: Table, days: float) -> Table:
    """``touches`` with ``is_effective``: something came of it within ``days``, later than the touch itself."""
    moved = moves.mutate(interaction_id=ibis.null("string"), shows_effect=True)
    stream = touches.select("deal_id", "occurred_at", "interaction_id", "shows_effect").union(moved)
    # Whole microseconds, as engines count ranges of integers alike and ranges of intervals not.
    stream = stream.mutate(instant=stream.occurred_at.delta(EPOCH, unit="microsecond"))
    effects = stream.shows_effect.cast("int64").sum()
    within = (1, round(days * MICROSECONDS_PER_DAY))
    stream = stream.mutate(effects=effects.over(group_by=stream.deal_id, order_by=stream.instant, range=within))
    seen = stream.filter(stream.interaction_id.notnull())
    seen = seen.select("interaction_id", is_effective=holds(seen.effects > 0))
    return looked_up(touches, seen, by="interaction_id")


def _with_weekdays(rows: Table) -> Table:
    """``rows`` with local dates, and ``weekdays_since`` the last touch: those after its date, up to the row's own."""
    rows = rows.mutate(
        occurred_on=local_date(rows.occurred_at),
        last_on=local_date(rows.last_at),
        last_due_on=local_date(rows.last_due_at),
    )
    before_next = BUSINESS_DAYS.weekday_number.lead().over(order_by=BUSINESS_DAYS.local_date)
    days = BUSINESS_DAYS.select("local_date", through=before_next)
    rows = looked_up(rows, days.rename(occurred_on="local_date", weekdays_through="through"), by="occurred_on")
    rows = looked_up(rows, days.rename(last_on="local_date", weekdays_through_last="through"), by="last_on")
    return rows.mutate(weekdays_since=cast("ir.IntegerValue", rows.weekdays_through - rows.weekdays_through_last))


FACTS = (
    Fact(
        name="follow_ups",
        description=(
            "One row per follow-up: our own, not automatic, interaction on a deal of new business while it was open, "
            "after an earlier touch on that deal. Credited to everyone of ours who took part."
        ),
        build=follow_ups,
        credit="participants",
        requires={
            "interactions": ("deal_id", "occurred_at", "direction", "kind"),
            "deals": ("kind", "created_at"),
        },
        parameters={"due_business_days": 5, "gentle_business_days": 1, "effective_days": 7},
        row_of="interactions",
    ),
)
