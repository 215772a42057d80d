"""Many readings at once, by the rules of one: whoever brings a spreadsheet of them need not wait for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError

from trueup.record import access
from trueup.record.keeping import action, check_begun
from trueup.record.models import Goal, Reading, User
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused

_AT_ONCE = 500
_KNOWN_TO_BE_THERE = frozenset({"goal", "entered_by", "verified_by"})
"""What need not be looked up for each reading again."""
_Key = TypeVar("_Key", str, UUID)
_Day = tuple[UUID, date, str]


@dataclass(frozen=True)
class NewReading:
    """What a goal's measure was on a day; ``is_confirmed``: the customer said so, as the evidence tells."""

    goal: Goal
    observed_on: date
    value: Decimal
    source: str = ""
    evidence: str = ""
    evidence_link: str = ""
    is_confirmed: bool = False


class SomeRefused(Refused):
    """Some of many entries break rules, so none is in; ``by_place``: which, and why."""

    def __init__(self, by_place: Mapping[int, Refused]) -> None:
        super().__init__(f"{len(by_place)} entries were refused.")
        self.by_place = by_place


@action
def add_readings(by: User, new: Sequence[NewReading], *, at: datetime) -> list[Reading]:
    """Enter what goals' measures were. SomeRefused tells which readings break a rule; then none is entered."""
    denied = _denied(by, {one.goal.pk: one.goal for one in new})
    taken = _taken({one.goal.pk for one in new}, {one.observed_on for one in new})
    readings, refused = list[Reading](), dict[int, Refused]()
    for place, one in enumerate(new):
        try:
            if one.goal.pk in denied:
                raise denied[one.goal.pk]
            readings.append(_checked(by, one, at))
            _check_free(taken, readings[-1])
        except Refused as why:
            refused[place] = why
    if refused:
        raise SomeRefused(refused)
    rows(Reading).bulk_create(readings, batch_size=_AT_ONCE)
    Reading.versions.bulk_history_create(readings, batch_size=_AT_ONCE, default_user=by, default_date=at)
    return readings


def _denied(by: User, goals: Mapping[UUID, Goal]) -> dict[UUID, Refused]:
    """Which of the goals may not be changed, and why."""
    writable = {
        account_id
        for some in _batches(list({goal.account_id for goal in goals.values()}))
        for account_id in access.changeable_accounts(by).filter(pk__in=some).values_list("pk", flat=True)
    }
    visible = {
        key
        for some in _batches(list(goals))
        for key in access.goals(by).filter(pk__in=some).values_list("pk", flat=True)
    }
    doubtful = [goal for goal in goals.values() if goal.pk not in visible or goal.account_id not in writable]
    denied: dict[UUID, Refused] = {}
    for goal in doubtful:
        try:
            access.allow(by, "change", goal)
        except NotAllowed as why:
            denied[goal.pk] = why
    return denied


def _taken(goals: set[UUID], days: set[date]) -> set[_Day]:
    """What was read on those days already."""
    if not days:
        return set()
    return {
        key
        for some in _batches(list(goals))
        for key in rows(Reading)
        .filter(goal__in=some, observed_on__range=(min(days), max(days)))
        .values_list("goal", "observed_on", "source")
    }


def _checked(by: User, one: NewReading, at: datetime) -> Reading:
    check_begun(one.observed_on, at, field="observed_on")
    if one.is_confirmed and not (one.evidence.strip() or one.evidence_link.strip()):
        raise Refused(
            "A confirmation needs evidence.", field="evidence", cure="Say who confirmed it and how, or link to it."
        )
    reading = Reading(
        goal=one.goal,
        observed_on=one.observed_on,
        value=one.value,
        source=one.source.strip(),
        evidence=one.evidence,
        evidence_link=one.evidence_link,
        verification="confirmed_by_customer" if one.is_confirmed else "unverified",
        verified_by=by if one.is_confirmed else None,
        verified_at=at if one.is_confirmed else None,
        entered_by=by,
        recorded_at=at,
    )
    try:
        # The rules that only the database holds are about how a reading is verified, which is settled above.
        reading.clean_fields(exclude=_KNOWN_TO_BE_THERE)
    except ValidationError as error:
        field, errors = next(iter(error.error_dict.items()))
        message, stop, cure = errors[0].messages[0].partition(". ")
        raise Refused(f"{message}." if stop else message, field=field, cure=cure) from error
    return reading


def _check_free(taken: set[_Day], reading: Reading) -> None:
    key = (reading.goal_id, reading.observed_on, reading.source)
    if key in taken:
        raise Refused(
            "There is a reading of that day from that source.", field="observed_on", cure="Correct it instead."
        )
    taken.add(key)


def _batches(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    waiting = iter(keys)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
