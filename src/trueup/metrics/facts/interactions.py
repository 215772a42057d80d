"""Interactions that are counted as they are: calls, meetings, demos, tradeshows, and contacts first reached."""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import CREDITED_PEOPLE, Fact, Inputs
from trueup.metrics.instants import SECONDS_PER_DAY, known_by, local_date

LIVE_KINDS = ("call", "meeting", "visit", "demo", "workshop", "business_review", "partnership_meeting")
"""Where we and the customer speak at the same time."""
JOINT_KINDS = ("call", "meeting")
COUNTED_KINDS = ("call", "meeting", "demo", "workshop", "tradeshow", "business_review", "partnership_meeting")
LONGEST_SECONDS = SECONDS_PER_DAY
"""What is said to have taken longer did not: somebody forgot to end it, or it stands for days in a calendar."""
_MICROSECONDS = 1_000_000


def happened(inputs: Inputs) -> Table:
    """The interactions up to the as-of moment: one planned for later has not happened."""
    interactions = inputs.canon("interactions")
    return interactions.filter(known_by(interactions.occurred_at))


def by_people(interactions: Table) -> ir.BooleanValue:
    """Whether a person, not a machine, acted: not known to be automatic."""
    return cast("ir.BooleanValue", interactions.is_automatic.isnull() | ~interactions.is_automatic)


def reaches_contacts(interactions: Table) -> ir.BooleanValue:
    """Whether the customer's side is engaged in it: it is live, or their own word to us."""
    speaks = interactions.direction.identical_to("inbound") & by_people(interactions)
    return cast("ir.BooleanValue", interactions.kind.isin(LIVE_KINDS) | speaks)


def attending_contacts(inputs: Inputs) -> Table:
    """``interaction_id`` and ``contact_id`` of their people who took part; who was invited and stayed away did not."""
    participants = inputs.canon("participants")
    came = participants.attended.isnull() | participants.attended
    return participants.filter(participants.contact_id.notnull(), came).select("interaction_id", "contact_id")


def calls_and_meetings(inputs: Inputs) -> Table:
    """Each call, meeting, demo, workshop, tradeshow and review, and what it counts as."""
    interactions = happened(inputs)
    counted = interactions.filter(interactions.kind.isin(COUNTED_KINDS))
    together = CREDITED_PEOPLE.filter(~CREDITED_PEOPLE.is_alone)
    is_sales_call = (counted.kind == "call") & counted.case_id.isnull() & by_people(counted)
    occurred_on = local_date(counted.occurred_at)
    lasted, has_wrong_end = _lasted(counted)
    return counted.select(
        "account_id",
        "occurred_at",
        "kind",
        fact_key=counted.interaction_id,
        occurred_on=occurred_on,
        credited_on=occurred_on,
        credit_id=counted.interaction_id,
        is_joint=counted.kind.isin(JOINT_KINDS) & counted.interaction_id.isin(together.interaction_id),
        is_sales_call=is_sales_call,
        is_new_prospect_call=is_sales_call & counted.interaction_id.isin(_first_live(interactions).interaction_id),
        lasted_seconds=lasted,
        has_wrong_end=has_wrong_end,
    )


def _lasted(interactions: Table) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """The whole seconds that each took, null where they are not known; and whether its end cannot be right.

    One that was recorded without a length often ends at the instant at which it began: then nothing is known.
    """
    ended_at = known_by(interactions.ended_at).ifelse(interactions.ended_at, ibis.null("timestamp(6)"))
    microseconds = cast("ir.TimestampValue", ended_at).delta(interactions.occurred_at, unit="microsecond")
    nothing, second, longest = (ibis.literal(n, "int64") for n in (0, _MICROSECONDS, LONGEST_SECONDS * _MICROSECONDS))
    is_wrong = (microseconds < nothing) | (microseconds > longest)
    seconds = microseconds.between(second, longest).ifelse(
        (microseconds // _MICROSECONDS).cast("int64"), ibis.null("int64")
    )
    return cast("ir.IntegerValue", seconds), is_wrong.fill_null(ibis.literal(value=False))


def _first_live(interactions: Table) -> Table:
    """``interaction_id`` of each account's first live interaction."""
    live = interactions.filter(interactions.kind.isin(LIVE_KINDS), interactions.account_id.notnull())
    live = live.select("account_id", "occurred_at", "interaction_id")
    # Two small aggregates: a window would sort every live interaction to keep one per account.
    first = live.group_by("account_id").agg(first_at=live.occurred_at.min())
    tied = live.join(first, [live.account_id == first.account_id, live.occurred_at == first.first_at])
    return tied.group_by("account_id").agg(interaction_id=tied.interaction_id.min()).select("interaction_id")


def encounters(inputs: Inputs) -> Table:
    """Each contact in each interaction of its own account that engages it.

    ``contact_id``, ``account_id``, ``interaction_id``, ``occurred_at``.
    """
    interactions = inputs.canon("interactions")
    is_known = known_by(interactions.occurred_at)
    engaging = interactions.filter(is_known, interactions.account_id.notnull(), reaches_contacts(interactions))
    met = attending_contacts(inputs).join(
        engaging.select("interaction_id", "account_id", "occurred_at"), "interaction_id"
    )
    return met.semi_join(inputs.canon("contacts"), ["contact_id", "account_id"])


def connections(inputs: Inputs) -> Table:
    """Each contact at its first encounter with us."""
    met = encounters(inputs)
    first = met.group_by("contact_id").agg(first_at=met.occurred_at.min())
    tied = met.join(first, [met.contact_id == first.contact_id, met.occurred_at == first.first_at])
    made = tied.group_by("contact_id").agg(
        account_id=tied.account_id.min(), occurred_at=tied.first_at.min(), credit_id=tied.interaction_id.min()
    )
    occurred_on = local_date(made.occurred_at)
    return made.select(
        "account_id",
        "occurred_at",
        "credit_id",
        fact_key=made.contact_id,
        occurred_on=occurred_on,
        credited_on=occurred_on,
    )


_CREDITED = "Credited to everyone of ours who took part, in the team of that day."

FACTS = (
    Fact(
        name="calls_and_meetings",
        description=f"One row per call, meeting, demo, workshop, tradeshow or review with a customer. {_CREDITED}",
        build=calls_and_meetings,
        credit="participants",
        requires={"interactions": ("occurred_at", "kind")},
        row_of="interactions",
    ),
    Fact(
        name="connections",
        description=(
            "One row per contact, at the first interaction with its own account in which it took part and which was "
            f"live or the customer's own word to us. {_CREDITED}"
        ),
        build=connections,
        credit="participants",
        requires={
            "interactions": ("account_id", "occurred_at", "kind"),
            "participants": ("contact_id",),
            "contacts": ("account_id",),
        },
        row_of="contacts",
    ),
)
