"""Where an account stands by its goals: what pages that show many accounts, and the customer's own, say first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from trueup.goals import goal as plain
from trueup.goals.attainment import Attainment, attainment
from trueup.record.models import Goal
from trueup.record.scorecard import Line, Scorecard

ON_TRACK = frozenset({"on_track", "reached"})
_UNDECIDED = frozenset({"no_terms", "not_started", "no_reading"})


@dataclass(frozen=True)
class Standing:
    """Attainment by our claims and by what is vouched for, and how many of the running goals are on track.

    Only business goals count, whoever looks: what a person wants for themselves is no goal of the account. ``running``
    are agreed and can be judged already.
    """

    attained: Attainment
    vouched: Attainment
    on_track: int
    running: int


def standing_of(card: Scorecard, *, today: date, zone: str) -> Standing:
    """The standing of an account by its scorecard."""
    business = [line for line in card.lines if line.goal.kind == "business"]
    counting = [line for line in business if counts(line.goal, today=today, zone=zone)]
    running = [line for line in business if line.goal.status == "agreed" and line.standing.state not in _UNDECIDED]
    return Standing(
        attainment((line.goal.weight, line.standing.progress) for line in counting),
        attainment((line.goal.weight, line.vouched) for line in counting),
        _on_track(running),
        len(running),
    )


def counts(goal: Goal, *, today: date, zone: str) -> bool:
    """Whether a goal counts towards its account's attainment today."""
    clock = ZoneInfo(zone)
    agreed_on, ended_on = (
        moment.astimezone(clock).date() if moment else None for moment in (goal.agreed_at, goal.ended_at)
    )
    status: plain.Status = goal.status  # type: ignore[assignment]  # the database holds it to the known ones
    return plain.Goal(str(goal.pk), "increase", status, agreed_on, ended_on).counts_on(today)


def _on_track(lines: Iterable[Line]) -> int:
    return sum(line.standing.state in ON_TRACK for line in lines)
