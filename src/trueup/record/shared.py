"""What a link shows to the customer who opens it: each shared goal as it stands, and their own last word about it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from trueup.goals.goal import Direction, Terms
from trueup.goals.goal import Reading as PlainReading
from trueup.goals.progress import Progress, claimed, progress
from trueup.record import customer
from trueup.record.models import CustomerAnswer, CustomerLink, Goal, GoalTerms, Reading
from trueup.record.reach import rows


@dataclass(frozen=True)
class SharedReading:
    """What a measure was on a day, as we claim, and what was answered to it through this link, if anything."""

    reading: Reading
    answer: CustomerAnswer | None


@dataclass(frozen=True)
class SharedGoal:
    """A shared goal: its terms in force, how far it has come by our claims, its readings from the newest on."""

    goal: Goal
    terms: GoalTerms | None
    progress: Progress
    readings: tuple[SharedReading, ...]
    answer: CustomerAnswer | None

    @property
    def revision(self) -> int | None:
        """The revision of the terms that are shown."""
        return None if self.terms is None else self.terms.revision

    @property
    def newest(self) -> Reading | None:
        """The reading of the last day."""
        return self.readings[0].reading if self.readings else None


def shared_goals(link: CustomerLink, *, today: date) -> list[SharedGoal]:
    """Everything that a link shows, in the order of the goals' measures."""
    goals = list(customer.goals(link).order_by("measure", "id"))
    terms = {each.goal_id: each for each in customer.terms(link).order_by("revision")}
    readings: dict[UUID, list[Reading]] = defaultdict(list)
    for reading in customer.readings(link).order_by("-observed_on", "-recorded_at"):
        readings[reading.goal_id].append(reading)
    said = {(each.goal_id, each.reading_id): each for each in customer.answers(link).order_by("sequence")}
    return [_shared(goal, terms.get(goal.pk), readings[goal.pk], said, today) for goal in goals]


def link_of(token: str) -> CustomerLink | None:
    """The link that a token opened once, whether or not it still does: to tell whom to ask."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    return rows(CustomerLink).select_related("created_by", "account").filter(sha256=digest).first()


def _shared(
    goal: Goal,
    terms: GoalTerms | None,
    readings: Iterable[Reading],
    said: Mapping[tuple[UUID, UUID | None], CustomerAnswer],
    today: date,
) -> SharedGoal:
    told = tuple(SharedReading(reading, said.get((goal.pk, reading.pk))) for reading in readings)
    values = claimed(_plain(each.reading) for each in told)
    made = progress(_direction(goal), None if terms is None else _terms(terms), values, on=today)
    return SharedGoal(goal, terms, made, told, said.get((goal.pk, None)))


def _direction(goal: Goal) -> Direction:
    match goal.direction:
        case "increase" | "decrease" | "maintain":
            return goal.direction
        case other:
            raise ValueError(f"a goal's direction is {other!r}, which the database should have refused")


def _terms(terms: GoalTerms) -> Terms:
    return Terms(
        terms.revision,
        terms.recorded_at.date(),
        terms.baseline_value,
        terms.baseline_on,
        terms.target_value,
        terms.target_on,
        terms.tolerance,
    )


def _plain(reading: Reading) -> PlainReading:
    return PlainReading(str(reading.pk), reading.observed_on, reading.value, reading.recorded_at)
