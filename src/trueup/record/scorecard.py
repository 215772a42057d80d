"""Customers' scorecards as they stand now: every goal a viewer may see, with what was read, said and reckoned of it.

For lists of many accounts there are briefs: where each goal stands, and nothing else of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from trueup.goals import goal as plain
from trueup.goals.attainment import Attainment, attainment
from trueup.goals.pace import Standing, standing
from trueup.goals.progress import Progress, Said, claimed, progress, said_of, verified
from trueup.record import access
from trueup.record.models import CustomerAnswer, Goal, GoalTerms, Milestone, Reading, User
from trueup.record.reach import rows

_Row = TypeVar("_Row", GoalTerms, Reading, CustomerAnswer, Milestone)
AT_MOST = 1_000
"""So many accounts a question may be about: a page shows fewer."""


@dataclass(frozen=True)
class Brief:
    """Where one goal stands: by what we claim, and by what the customer or a system vouches for."""

    kind: str
    goal: plain.Goal
    standing: Standing
    vouched: Progress


@dataclass(frozen=True)
class Line:
    """One goal of a scorecard.

    ``terms``: every revision, oldest first. ``readings``: newest first, each with what is claimed, confirmed and
    disputed of it. ``standing`` is of what we claim, ``vouched`` of what the customer or a system vouches for.
    """

    goal: Goal
    terms: tuple[GoalTerms, ...]
    readings: tuple[tuple[Reading, Said], ...]
    milestones: tuple[Milestone, ...]
    standing: Standing
    vouched: Progress

    @property
    def in_force(self) -> GoalTerms | None:
        """The newest revision."""
        return self.terms[-1] if self.terms else None

    def brief(self, zone: str) -> Brief:
        """Where the goal stands."""
        return Brief(self.goal.kind, _plain_goal(self.goal, ZoneInfo(zone)), self.standing, self.vouched)


@dataclass(frozen=True)
class Scorecard:
    """An account's goals, those that count first, and what it has attained of them: by our claims, and vouched for.

    Drafts and goals that were withdrawn or ended long ago do not count.
    """

    lines: tuple[Line, ...]
    attained: Attainment
    vouched: Attainment


NOTHING = Scorecard((), attainment(()), attainment(()))


def scorecards(viewer: User, account_ids: Collection[str], *, today: date, zone: str) -> dict[str, Scorecard]:
    """The scorecards of these accounts (at most ``AT_MOST``) as ``viewer`` may see them; those without goals lack."""
    lines: dict[str, list[Line]] = defaultdict(list)
    goals = list(_goals_of(viewer, account_ids).select_related("stakeholder"))
    for line in lines_of(viewer, goals, today=today, zone=zone):
        lines[line.goal.account_id].append(line)
    return {account: _scorecard(of_account, today, ZoneInfo(zone)) for account, of_account in lines.items()}


def briefs(viewer: User, account_ids: Collection[str], *, today: date, zone: str) -> dict[str, list[Brief]]:
    """Where the goals of these accounts (at most ``AT_MOST``) stand, as ``viewer`` may see them.

    Rows are read as plain values, and of readings only those that decide: an object for each takes a list too long.
    """
    clock, found = ZoneInfo(zone), defaultdict[str, list[Brief]](list)
    goals = [cast("Goal", row) for row in _values(_goals_of(viewer, account_ids), _OF_GOAL)]
    ids = [goal.pk for goal in goals]
    terms = _by_goal(cast("GoalTerms", row) for row in _values(access.terms(viewer).filter(goal__in=ids), _OF_TERMS))
    deciding = _deciding(access.readings(viewer).filter(goal__in=ids), today)
    readings = _by_goal(cast("Reading", row) for row in _values(deciding, _OF_READING))
    answers = _by_goal(
        cast("CustomerAnswer", row) for row in _values(access.answers(viewer).filter(goal__in=ids), _OF_ANSWER)
    )
    milestones = _by_goal(
        cast("Milestone", row) for row in _values(access.milestones(viewer).filter(goal__in=ids), _OF_MILESTONE)
    )
    for goal in goals:
        kept = _Kept(goal, terms[goal.pk], readings[goal.pk], answers[goal.pk], milestones[goal.pk])
        stands, vouched = kept.reckoned(clock, today)
        found[goal.account_id].append(Brief(goal.kind, _plain_goal(goal, clock), stands, vouched))
    return found


def lines_of(viewer: User, goals: Sequence[Goal], *, today: date, zone: str) -> list[Line]:
    """Goals that ``viewer`` may see, in their order."""
    terms = _by_goal(access.terms(viewer).filter(goal__in=goals).order_by("revision"))
    readings = _by_goal(access.readings(viewer).filter(goal__in=goals).order_by("-observed_on", "-recorded_at"))
    answers = _by_goal(access.answers(viewer).filter(goal__in=goals).order_by("sequence"))
    milestones = _by_goal(access.milestones(viewer).filter(goal__in=goals).order_by("planned_on"))
    kept = (_Kept(goal, terms[goal.pk], readings[goal.pk], answers[goal.pk], milestones[goal.pk]) for goal in goals)
    return [each.line(ZoneInfo(zone), today) for each in kept]


def line_of(viewer: User, goal: Goal, *, today: date, zone: str) -> Line:
    """One goal that ``viewer`` may see."""
    return lines_of(viewer, [goal], today=today, zone=zone)[0]


def _goals_of(viewer: User, account_ids: Collection[str]) -> QuerySet[Goal]:
    if len(account_ids) > AT_MOST:
        raise ValueError(f"goals of {len(account_ids)} accounts were asked for at once")
    return access.goals(viewer).filter(account__in=account_ids)


_OF_GOAL = ("pk", "account_id", "kind", "direction", "status", "agreed_at", "ended_at", "weight", "cadence_days")
_OF_TERMS = (
    *("goal_id", "revision", "recorded_at", "baseline_value", "baseline_on", "target_value", "target_on"),
    "tolerance",
)
_OF_READING = ("goal_id", "pk", "observed_on", "value", "recorded_at", "verification", "verified_at")
_OF_ANSWER = ("goal_id", "reading_id", "sequence", "verdict", "answered_at", "value")
_OF_MILESTONE = ("goal_id", "planned_on")


def _values(rows: QuerySet[Any], names: Sequence[str]) -> Iterable[Any]:
    """Rows that have only these attributes."""
    return rows.order_by().values_list(*names, named=True)


@dataclass(frozen=True)
class _Kept:
    """What is kept of a goal: objects, or rows with the attributes that reckoning needs."""

    goal: Goal
    terms: Sequence[GoalTerms]
    readings: Sequence[Reading]
    answers: Sequence[CustomerAnswer]
    milestones: Sequence[Milestone]

    def reckoned(self, zone: ZoneInfo, today: date) -> tuple[Standing, Progress]:
        """Where the goal stands by what we claim, and its progress by what is vouched for."""
        readings = [_plain_reading(reading) for reading in self.readings]
        in_force = plain.terms_on([_plain_terms(each, zone) for each in self.terms], today)
        stands = standing(
            _plain_goal(self.goal, zone),
            in_force,
            claimed(readings),
            on=today,
            schedule=sorted(milestone.planned_on for milestone in self.milestones),
        )
        return stands, progress(_direction(self.goal), in_force, verified(readings, self._said()), on=today)

    def line(self, zone: ZoneInfo, today: date) -> Line:
        said = self._said()
        told = tuple((reading, said_of(_plain_reading(reading), said)) for reading in self.readings)
        return Line(self.goal, tuple(self.terms), told, tuple(self.milestones), *self.reckoned(zone, today))

    def _said(self) -> list[plain.Answer]:
        return [_plain_answer(answer) for answer in self.answers if answer.reading_id]


def _deciding(readings: QuerySet[Reading], today: date) -> QuerySet[Reading]:
    """The readings of each goal's last day, of the last that is vouched for, and those that a customer spoke about."""
    answered = rows(CustomerAnswer).filter(reading=OuterRef("pk"))
    days = rows(Reading).filter(goal=OuterRef("goal"), observed_on__lte=today).order_by("-observed_on")
    vouched = days.exclude(verification="unverified").filter(~Exists(answered))
    return readings.filter(
        Q(observed_on=Subquery(days.values("observed_on")[:1]))
        | Q(observed_on=Subquery(vouched.values("observed_on")[:1]))
        | Exists(answered)
    )


def _scorecard(lines: Iterable[Line], today: date, zone: ZoneInfo) -> Scorecard:
    listed = sorted(lines, key=lambda line: (_ORDER[line.goal.status], -line.goal.weight, line.goal.measure))
    counting = [line for line in listed if _plain_goal(line.goal, zone).counts_on(today)]
    return Scorecard(
        tuple(listed),
        attainment((line.goal.weight, line.standing.progress) for line in counting),
        attainment((line.goal.weight, line.vouched) for line in counting),
    )


_ORDER = {"agreed": 0, "draft": 1, "achieved": 2, "missed": 3, "withdrawn": 4}


def _by_goal(rows: Iterable[_Row]) -> defaultdict[UUID, list[_Row]]:
    found = defaultdict[UUID, list[_Row]](list)
    for row in rows:
        if row.goal_id is not None:
            found[row.goal_id].append(row)
    return found


def _plain_goal(goal: Goal, zone: ZoneInfo) -> plain.Goal:
    return plain.Goal(
        str(goal.pk),
        _direction(goal),
        goal.status,  # type: ignore[arg-type]  # the database holds it to the known ones
        agreed_on=_day(goal.agreed_at, zone),
        ended_on=_day(goal.ended_at, zone),
        weight=goal.weight,
        cadence_days=goal.cadence_days,
    )


def _direction(goal: Goal) -> plain.Direction:
    match goal.direction:
        case "increase" | "decrease" | "maintain":
            return goal.direction
        case other:
            raise ValueError(f"a goal's direction is {other!r}, which the database should have refused")


def _plain_terms(terms: GoalTerms, zone: ZoneInfo) -> plain.Terms:
    return plain.Terms(
        terms.revision,
        terms.recorded_at.astimezone(zone).date(),
        terms.baseline_value,
        terms.baseline_on,
        terms.target_value,
        terms.target_on,
        terms.tolerance,
    )


def _plain_reading(reading: Reading) -> plain.Reading:
    return plain.Reading(
        str(reading.pk),
        reading.observed_on,
        reading.value,
        reading.recorded_at,
        reading.verification,  # type: ignore[arg-type]  # the database holds it to the known ones
        reading.verified_at,
    )


def _plain_answer(answer: CustomerAnswer) -> plain.Answer:
    return plain.Answer(
        f"{answer.sequence:020}",
        str(answer.reading_id),
        answer.verdict,  # type: ignore[arg-type]  # the database holds it to the known ones
        answer.answered_at,
        answer.value,
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
