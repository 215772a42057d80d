"""Where an account stands by its goals: what pages that show many accounts, and the customer's own, say first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trueup.goals.attainment import Attainment, attainment
from trueup.record.scorecard import Brief

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


def standing_of(goals: Iterable[Brief], *, today: date) -> Standing:
    """The standing of an account by where its goals stand."""
    business = [brief for brief in goals if brief.kind == "business"]
    counting = [brief for brief in business if brief.goal.counts_on(today)]
    running = [brief for brief in business if brief.goal.status == "agreed" and brief.standing.state not in _UNDECIDED]
    return Standing(
        attainment((brief.goal.weight, brief.standing.progress) for brief in counting),
        attainment((brief.goal.weight, brief.vouched) for brief in counting),
        sum(brief.standing.state in ON_TRACK for brief in running),
        len(running),
    )
