"""Customers' scorecards as they stand now: every goal a viewer may see, with what was read, said and reckoned of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
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


@dataclass(frozen=True)
class Scorecard:
    """An account's goals, those that count first, and what it has attained of them: by our claims, and vouched for.

    Drafts and goals that were withdrawn or ended long ago do not count.
    """

    lines: tuple[Line, ...]
    attained: Attainment
    vouched: Attainment


NOTHING = Scorecard((), attainment(()), attainment(()))


def scorecards(
    viewer: User, account_ids: Collection[str], *, today: date, zone: str, is_brief: bool = False
) -> dict[str, Scorecard]:
    """The scorecards of these accounts (at most ``AT_MOST``) as ``viewer`` may see them; those without goals lack.

    ``is_brief``: the lines have only those readings by which goals stand where they do.
    """
    if len(account_ids) > AT_MOST:
        raise ValueError(f"scorecards of {len(account_ids)} accounts were asked for at once")
    asked = access.goals(viewer).filter(account__in=account_ids)
    goals = list(asked if is_brief else asked.select_related("stakeholder"))
    lines: dict[str, list[Line]] = defaultdict(list)
    readings = access.readings(viewer)
    kept = _Kept.of(viewer, goals, _deciding(readings, today) if is_brief else readings, ZoneInfo(zone))
    for line in (kept.line(goal, today) for goal in goals):
        lines[line.goal.account_id].append(line)
    return {account: _scorecard(of_account, today, ZoneInfo(zone)) for account, of_account in lines.items()}


def lines_of(viewer: User, goals: Sequence[Goal], *, today: date, zone: str) -> list[Line]:
    """Goals that ``viewer`` may see, in their order."""
    kept = _Kept.of(viewer, goals, access.readings(viewer), ZoneInfo(zone))
    return [kept.line(goal, today) for goal in goals]


def line_of(viewer: User, goal: Goal, *, today: date, zone: str) -> Line:
    """One goal that ``viewer`` may see."""
    return lines_of(viewer, [goal], today=today, zone=zone)[0]


@dataclass(frozen=True)
class _Kept:
    """What is kept of several goals, by goal."""

    zone: ZoneInfo
    terms: Mapping[UUID, list[GoalTerms]]
    readings: Mapping[UUID, list[Reading]]
    answers: Mapping[UUID, list[CustomerAnswer]]
    milestones: Mapping[UUID, list[Milestone]]

    @classmethod
    def of(cls, viewer: User, goals: Collection[Goal], readings: QuerySet[Reading], zone: ZoneInfo) -> "_Kept":
        return cls(
            zone,
            _by_goal(access.terms(viewer).filter(goal__in=goals).order_by("revision")),
            _by_goal(readings.filter(goal__in=goals).order_by("-observed_on", "-recorded_at")),
            _by_goal(access.answers(viewer).filter(goal__in=goals).order_by("sequence")),
            _by_goal(access.milestones(viewer).filter(goal__in=goals).order_by("planned_on")),
        )

    def line(self, goal: Goal, today: date) -> Line:
        terms, readings = self.terms.get(goal.pk, []), self.readings.get(goal.pk, [])
        milestones = self.milestones.get(goal.pk, [])
        plainly = {reading.pk: _plain_reading(reading) for reading in readings}
        said = [_plain_answer(answer) for answer in self.answers.get(goal.pk, []) if answer.reading_id]
        in_force = plain.terms_on([_plain_terms(each, self.zone) for each in terms], today)
        stands = standing(
            _plain_goal(goal, self.zone),
            in_force,
            claimed(plainly.values()),
            on=today,
            schedule=[milestone.planned_on for milestone in milestones],
        )
        vouched = progress(_direction(goal), in_force, verified(plainly.values(), said), on=today)
        told = tuple((reading, said_of(plainly[reading.pk], said)) for reading in readings)
        return Line(goal, tuple(terms), told, tuple(milestones), stands, vouched)


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


def _by_goal(rows: Iterable[_Row]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
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
