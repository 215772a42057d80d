"""Waiting spells: from the customer's first unanswered word to our next one, and what became of them."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import BUSINESS_DAYS, PERIODS, Fact, Inputs
from trueup.metrics.facts.interactions import by_people, happened
from trueup.metrics.instants import as_of, as_of_on, known_by, later, local_date
from trueup.metrics.lookup import holds

SECOND = 1_000_000
"""In microseconds, the finest time there is: hours are counted in whole ones, and divided last."""
HOUR = 3600 * SECOND


def responses(inputs: Inputs) -> Table:
    """Each waiting spell with the hours it lasted, and whether its answer came in time."""
    allowed = round(inputs.number("answer_hours") * HOUR)
    spells = _spells(inputs)
    spells = spells.mutate(occurred_on=local_date(spells.occurred_at), ended_on=local_date(spells.ended_at))
    spells = spells.cross_join(_open_by())
    spells = _with_open_time(spells, at="occurred_at", on="occurred_on", name="open_before")
    spells = _with_open_time(spells, at="ended_at", on="ended_on", name="open_until")
    waited = spells.open_until - spells.open_before
    return spells.select(
        "account_id",
        "occurred_at",
        "occurred_on",
        "ended_at",
        fact_key=spells.interaction_id,
        credit_id=spells.interaction_id,
        credited_on=spells.occurred_on,
        elapsed_hours=_hours(_microseconds(spells.occurred_at, spells.ended_at)),
        business_hours=_hours(waited),
        is_answered_in_time=holds(waited <= allowed),
        is_due=holds(spells.open_as_of - spells.open_before >= allowed),
    )


def _spells(inputs: Inputs) -> Table:
    """Each inbound interaction that opens a spell, with the moment of our next outbound one in its thread."""
    interactions = happened(inputs)
    # Only what the window needs is carried through its sort, the dearest step over all interactions.
    spoken = interactions.filter(
        interactions.account_id.notnull(),
        interactions.direction.notnull(),
        by_people(interactions),
    ).select("account_id", "thread_id", "occurred_at", "interaction_id", is_inbound=interactions.direction == "inbound")
    order = {"group_by": [spoken.account_id, spoken.thread_id], "order_by": [spoken.occurred_at, spoken.interaction_id]}
    answered_at = spoken.is_inbound.ifelse(ibis.null("timestamp(6)"), spoken.occurred_at)
    seen = spoken.mutate(
        follows_inbound=spoken.is_inbound.lag().over(**order), ended_at=answered_at.min().over(rows=(0, None), **order)
    )
    opens = seen.is_inbound & (seen.follows_inbound.isnull() | ~seen.follows_inbound)
    return seen.filter(opens).select("account_id", "interaction_id", "occurred_at", "ended_at")


def _open_by() -> Table:
    """One row: the business time that had passed when knowledge ends, null where the calendar does not reach it."""
    today = BUSINESS_DAYS.filter(BUSINESS_DAYS.local_date == as_of_on())
    today = today.mutate(open_as_of=_open_time(today, as_of()))
    return today.aggregate(open_as_of=today.open_as_of.max())


def _with_open_time(spells: Table, *, at: str, on: str, name: str) -> Table:
    days = BUSINESS_DAYS.select("local_date", "opens_at", "closes_at", "seconds_before")
    joined = spells.left_join(days, spells[on] == days.local_date)
    return joined.mutate(**{name: _open_time(joined, joined[at])}).drop(*days.columns)


def _open_time(day: Table, at: ir.Value) -> ir.IntegerValue:
    """Microseconds of business time from the calendar's first day up to ``at``, an instant of that ``day``."""
    # An unanswered spell has no end, and least() must not take the closing time for it.
    until = at.isnull().ifelse(ibis.null("timestamp(6)"), ibis.least(ibis.greatest(at, day.opens_at), day.closes_at))
    return cast("ir.IntegerValue", day.seconds_before * SECOND + _microseconds(day.opens_at, until))


def _microseconds(start: ir.Value, end: ir.Value) -> ir.IntegerValue:
    return cast("ir.TimestampValue", end).delta(cast("ir.TimestampValue", start), unit="microsecond")


def _hours(microseconds: ir.IntegerValue) -> ir.NumericValue:
    return cast("ir.FloatingValue", microseconds.cast("float64")) / float(HOUR)


def unanswered_spells(inputs: Inputs) -> Table:
    """Each spell once per period at whose cut it was open and younger than ``within_days``."""
    spells, days = inputs.fact("responses"), inputs.number("within_days")
    periods = PERIODS.mutate(oldest_at=later(PERIODS.cut_at, -days))
    # The local dates on which such a spell can have begun: joining on them spares comparing every spell and period.
    starts = periods.join(
        BUSINESS_DAYS, [BUSINESS_DAYS.starts_at <= periods.cut_at, BUSINESS_DAYS.ends_at > periods.oldest_at]
    ).select("period_kind", "period_key", "oldest_at", "cut_at", "local_date")
    waiting = spells.join(starts, spells.occurred_on == starts.local_date)
    open_and_young = waiting.filter(
        waiting.occurred_at <= waiting.cut_at,
        waiting.occurred_at > waiting.oldest_at,
        waiting.ended_at.isnull() | (waiting.ended_at > waiting.cut_at),
    )
    return open_and_young.select("fact_key", "account_id", "period_kind", "period_key", "credit_id", "credited_on")


def abandoned_spells(inputs: Inputs) -> Table:
    """Each spell that grew ``after_days`` old without an answer, at the moment it did."""
    spells = inputs.fact("responses")
    aged = spells.mutate(occurred_at=later(spells.occurred_at, inputs.number("after_days")))
    left = aged.filter(known_by(aged.occurred_at), aged.ended_at.isnull() | (aged.ended_at > aged.occurred_at))
    return left.select(
        "fact_key",
        "account_id",
        "occurred_at",
        "credit_id",
        "credited_on",
        occurred_on=local_date(left.occurred_at),
    )


_SPELL = (
    "A spell starts with the customer's inbound interaction when none is open in that thread of that account "
    "(interactions without a thread are one thread per account) and ends with our next outbound one there; automatic "
    "interactions, those without a direction and those without an account are ignored."
)
_REQUIRES = {"interactions": ("account_id", "occurred_at", "direction")}

FACTS = (
    Fact(
        name="responses",
        description=f"One row per waiting spell of a customer. {_SPELL} Credited to our people in the opening inbound.",
        build=responses,
        credit="participants",
        requires=_REQUIRES,
        parameters={"answer_hours": 4},
        row_of="interactions",
    ),
    Fact(
        name="unanswered_spells",
        description="One row per waiting spell and period at whose end (or as-of moment) it was open and still young.",
        build=unanswered_spells,
        credit="participants",
        timing="period",
        requires=_REQUIRES,
        uses=("responses",),
        parameters={"within_days": 30},
        row_of="interactions",
    ),
    Fact(
        name="abandoned_spells",
        description="One row per waiting spell that came of age without an answer, at the moment it did.",
        build=abandoned_spells,
        credit="participants",
        requires=_REQUIRES,
        uses=("responses",),
        parameters={"after_days": 30},
        row_of="interactions",
    ),
)
