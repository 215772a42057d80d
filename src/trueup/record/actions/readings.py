"""What goals' measures were, day by day, and who vouches for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from trueup.record.access import allow
from trueup.record.keeping import action, amend, check_begun, drop, keep, locked, sign
from trueup.record.models import Goal, Reading, User
from trueup.record.reach import rows
from trueup.record.refusal import Refused

_BATCH = 500
_FOR_SYSTEMS = ("series:", "metric:")


class Evidence(TypedDict, total=False):
    """Why a reading is to be believed."""

    evidence: str
    evidence_link: str


class Correction(Evidence, total=False):
    """What may be corrected in a reading."""

    observed_on: date
    value: Decimal
    source: str


@dataclass(frozen=True)
class Measured:
    """A value that a system delivered for a goal that is bound to it."""

    goal_id: UUID
    observed_on: date
    value: Decimal


@action
def add_reading(
    by: User,
    goal: Goal,
    *,
    at: datetime,
    observed_on: date,
    value: Decimal,
    source: str = "",
    **evidence: Unpack[Evidence],
) -> Reading:
    """Enter what a goal's measure was on a day. Nobody vouches for it yet."""
    allow(by, "change", goal)
    check_begun(observed_on, at, field="observed_on")
    _check_source(source)
    reading = Reading(
        goal=goal, observed_on=observed_on, value=value, source=source, entered_by=by, recorded_at=at, **evidence
    )
    return keep(reading, by=by, at=at)


@action
def correct_reading(
    by: User, reading: Reading, *, at: datetime, reason: str, **correction: Unpack[Correction]
) -> Reading:
    """Correct a reading. Whoever vouched for another value or day does not vouch for this one."""
    reading = _mine(by, reading)
    if reading.verification == "measured_by_system":
        raise Refused("This was measured by a system.", cure="Correct it in that system; the next build takes it over.")
    if not reason.strip():
        raise Refused("A reason is missing.", field="reason", cure="Say what was wrong.")
    vouched_for = (reading.observed_on, reading.value)
    if not amend(reading, correction):
        return reading
    check_begun(reading.observed_on, at, field="observed_on")
    _check_source(reading.source)
    if (reading.observed_on, reading.value) != vouched_for:
        reading.verification, reading.verified_by, reading.verified_at = "unverified", None, None
    return keep(reading, by=by, at=at, reason=reason)


@action
def verify_reading(by: User, reading: Reading, *, at: datetime, **evidence: Unpack[Evidence]) -> Reading:
    """Say that the customer confirmed the reading; the evidence says how, since others will rely on it."""
    reading = _mine(by, reading)
    if reading.verification != "unverified":
        raise Refused("Somebody vouches for this reading already.", cure="Nothing needs to be done.")
    amend(reading, evidence)
    if not (reading.evidence.strip() or reading.evidence_link.strip()):
        raise Refused(
            "A confirmation needs evidence.", field="evidence", cure="Say who confirmed it and how, or link to it."
        )
    reading.verification, reading.verified_by, reading.verified_at = "confirmed_by_customer", by, at
    return keep(reading, by=by, at=at)


@action
def remove_reading(by: User, reading: Reading, *, at: datetime, reason: str = "") -> None:
    """Delete a reading that should not have been entered; one that a customer answered stays."""
    drop(_mine(by, reading), by=by, at=at, reason=reason)


@action
def measure(values: Iterable[Measured], *, at: datetime) -> int:
    """Take over what systems measured for goals that are bound to them; how many readings are new or changed.

    What they delivered before and is the same is left alone.
    """
    by_goal: dict[UUID, dict[date, Decimal]] = {}
    for value in values:
        by_goal.setdefault(value.goal_id, {})[value.observed_on] = value.value
    goals = list(by_goal)
    batches = [goals[start : start + _BATCH] for start in range(0, len(goals), _BATCH)]
    return sum(_take_over({goal: by_goal[goal] for goal in batch}, at) for batch in batches)


def _take_over(delivered: Mapping[UUID, Mapping[date, Decimal]], at: datetime) -> int:
    bound = {goal.pk: goal for goal in rows(Goal).filter(pk__in=list(delivered)).exclude(bound_to="")}
    known = {
        (reading.goal_id, reading.observed_on): reading
        for reading in rows(Reading).filter(goal__in=list(bound), verification="measured_by_system")
        if reading.source == bound[reading.goal_id].bound_to
    }
    new = [
        _measured(goal, observed_on, value, at)
        for goal in bound.values()
        for observed_on, value in delivered[goal.pk].items()
        if (goal.pk, observed_on) not in known
    ]
    changed = [
        reading
        for (goal, observed_on), reading in known.items()
        if delivered[goal].get(observed_on, reading.value) != reading.value
    ]
    for reading in changed:
        reading.value, reading.verified_at = delivered[reading.goal_id][reading.observed_on], at
    sign(new, by=None, at=at)
    sign(changed, by=None, at=at)
    rows(Reading).bulk_create(
        [*new, *changed],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["value", "verified_at"],
    )
    Reading.versions.bulk_history_create(new, batch_size=_BATCH)
    Reading.versions.bulk_history_create(changed, batch_size=_BATCH, update=True)
    return len(new) + len(changed)


def _measured(goal: Goal, observed_on: date, value: Decimal, at: datetime) -> Reading:
    return Reading(
        goal=goal,
        observed_on=observed_on,
        value=value,
        source=goal.bound_to,
        verification="measured_by_system",
        verified_at=at,
        recorded_at=at,
    )


def _mine(by: User, reading: Reading) -> Reading:
    allow(by, "change", reading)
    return locked(reading)


def _check_source(source: str) -> None:
    if source.strip().startswith(_FOR_SYSTEMS):
        raise Refused(
            "This source is for what systems measure.", field="source", cure="Say in other words where it comes from."
        )
