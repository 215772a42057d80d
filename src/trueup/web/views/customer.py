"""A customer's page: first how they are measured, then their people, our service to them, and what happened."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.numbers import format_compact_currency
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.account import AccountAnswer, Event
from trueup.answers.account import account as answer_of
from trueup.answers.stakeholder_map import Recorded, StakeholderMap, stakeholder_map
from trueup.answers.value import NoValueError, Use, delivered_uses
from trueup.goals.progress import Said
from trueup.record import access
from trueup.record.models import Account, Milestone, Reading, Stake, User
from trueup.record.scorecard import NOTHING, Line, scorecards
from trueup.reports import cards, relations
from trueup.web.standing import ON_TRACK, standing_of
from trueup.web.views.agreements import summary as agreed
from trueup.web.views.entries.goals import STATES
from trueup.web.views.grades.account import summary
from trueup.web.views.scores import summary as chances
from trueup.web.views.value import summary as gains

NOTES_SHOWN = 5
_ENDED = frozenset({"achieved", "missed", "withdrawn"})
_TROUBLE = frozenset({"off_track", "over", "stale", "at_risk"})


@dataclass(frozen=True)
class GoalShown:
    """A goal as the page shows it.

    ``done`` and ``expected`` are percent of the bar. ``reading`` is the newest with what is claimed, confirmed and
    disputed of it; ``age`` is how many days ago it was read.
    """

    line: Line
    state: str
    mood: str
    done: int | None
    expected: int | None
    reading: Reading | None
    said: Said | None
    age: int | None
    stakes: tuple[Stake, ...]


@dataclass(frozen=True)
class EventShown:
    """Something that happened, in words."""

    event: Event
    day: date
    what: str
    amount: str


@require_GET
def show(request: HttpRequest, account_id: str) -> HttpResponse:
    """All of it, as the viewer may see it."""
    user = cast("User", request.user)
    accounts = access.accounts(user).select_related("owner", "success_owner")
    account = get_object_or_404(accounts, pk=account_id)
    snapshot = served.snapshot()
    answer = answer_of(snapshot, account.pk) if snapshot else AccountAnswer(is_known=False)
    page = {
        "account": account,
        "may_change": access.may(user, "change", account),
        "may_staff": access.may(user, "staff", account),
        "may_confide": access.may(user, "confide", account),
        "as_of": snapshot.manifest.as_of_on if snapshot else None,
        "is_known": answer.is_known,
        "grades": summary(user, account.pk),
        "chances": chances(request, account),
        "gains": gains(request, account),
        "agreements": agreed(user, account),
        "may_agree": access.may(user, "agree", account),
        **_measured(user, account),
        **_people(user, account, answer),
        **_served(answer),
        **_happened(user, account, answer),
    }
    return render(request, "web/customer/page.html", page)


def _measured(user: User, account: Account) -> dict[str, Any]:
    """How they are measured: goals that run, drafts, those that ended; what is attained; the steps on the way."""
    today, zone = served.today(), served.settings().zone
    card = scorecards(user, [account.pk], today=today, zone=zone).get(account.pk, NOTHING)
    stakes = _stakes(user, account)
    goals = [_goal(line, stakes, today) for line in card.lines]
    steps = list(access.milestones(user).filter(account=account).order_by("planned_on", "pk"))
    return {
        "goals": [goal for goal in goals if goal.line.goal.status not in _ENDED],
        "ended": [goal for goal in goals if goal.line.goal.status in _ENDED],
        "standing": standing_of([line.brief(zone) for line in card.lines], today=today),
        "milestones": [(step, _step(step, today)) for step in steps],
        "today": today,
    }


def _goal(line: Line, stakes: Mapping[UUID | None, Sequence[Stake]], today: date) -> GoalShown:
    standing = line.standing
    reading, said = line.readings[0] if line.readings else (None, None)
    state = standing.state
    is_open = line.goal.status == "agreed"
    return GoalShown(
        line=line,
        state=STATES[state] if is_open else line.goal.status,
        mood=_mood(line.goal.status, state),
        done=_percent(standing.progress.clipped),
        expected=_percent(standing.expected) if line.goal.direction != "maintain" and is_open else None,
        reading=reading,
        said=said,
        age=(today - reading.observed_on).days if reading else None,
        stakes=(*stakes.get(line.goal.pk, ()), *_general(line, stakes)),
    )


def _mood(status: str, state: str) -> str:
    """Good, bad or neither: the colour of a state that its words tell too."""
    if status == "achieved" or (status == "agreed" and state in ON_TRACK):
        return "better"
    return "worse" if status == "missed" or (status == "agreed" and state in _TROUBLE) else ""


def _percent(share: Decimal | None) -> int | None:
    return None if share is None else round(share * 100)


def _stakes(user: User, account: Account) -> Mapping[UUID | None, Sequence[Stake]]:
    """What hangs on each goal, as far as the viewer may know; under None what hangs on all goals of somebody."""
    found: dict[UUID | None, list[Stake]] = defaultdict(list)
    for stake in access.stakes(user).filter(stakeholder__account=account).order_by("tag", "pk"):
        found[stake.goal_id].append(stake)
    return found


def _general(line: Line, stakes: Mapping[UUID | None, Sequence[Stake]]) -> Iterable[Stake]:
    return (
        stake
        for stake in stakes.get(None, ())
        if line.goal.stakeholder_id is not None and stake.stakeholder_id == line.goal.stakeholder_id
    )


def _step(step: Milestone, today: date) -> str:
    """Where a milestone stands."""
    if step.done_on is not None:
        return "done" if step.done_on <= step.planned_on else "done late"
    return "overdue" if step.planned_on < today else "planned"


def _people(user: User, account: Account, answer: AccountAnswer) -> dict[str, Any]:
    """The stakeholder map, wide and narrow, and the same to read."""
    stakeholders = access.stakeholders(user).filter(account=account, erased_at__isnull=True)
    recorded = [
        Recorded(
            *(str(each.pk), each.contact_id, each.name, each.title),
            *(each.role_in_decisions, each.influence, each.departed_on),
        )
        for each in stakeholders
    ]
    drawn = stakeholder_map(recorded, answer.contacts, answer.ties, answer.people or {}, today=served.today())
    return {
        "map": drawn,
        "drawings": [relations.drawn(drawn, sheet) for sheet in (relations.WIDE, relations.NARROW)],
        "roles": [(relations.role_told(role), people) for role, people in drawn.by_role],
        "lines_of": _lines_of(drawn),
    }


def _lines_of(drawn: StakeholderMap) -> dict[str, str]:
    """Who of ours is in touch with each of theirs, in words, by key."""
    words: dict[str, list[str]] = defaultdict(list)
    for line in drawn.lines:
        times = f"{line.touches} time{'' if line.touches == 1 else 's'}, last {line.last_on}"
        words[line.theirs.key].append(f"{line.ours.name} ({times}{', one-way' if line.is_one_way else ''})")
    return {key: "; ".join(told) for key, told in words.items()}


def _served(answer: AccountAnswer) -> dict[str, Any]:
    """Our service to them: metrics that tell something, and the names of those that do not."""
    currency = served.settings().currency
    ours = [card for card in answer.cards if card.family != "customer_outcome"]
    return {
        "cards": [cards.drawn(card, currency) for card in ours if cards.is_told(card)],
        "silent": [card.label for card in ours if not cards.is_told(card)],
    }


def _happened(user: User, account: Account, answer: AccountAnswer) -> dict[str, Any]:
    zone = ZoneInfo(served.settings().zone)
    notes = access.notes(user).filter(account=account).select_related("author").order_by("-held_on", "-pk")
    uses = access.adoptions(user).filter(account=account).select_related("lever").order_by("-adopted_on")
    return {
        "events": [_event(event, zone) for event in answer.events],
        "notes": list(notes[:NOTES_SHOWN]),
        "adoptions": list(uses),
        "delivered_uses": _delivered(account, {(use.lever.name, use.adopted_on) for use in uses}),
        "adjustments": list(access.adjustments(user).filter(account=account).order_by("-starts_on", "measure", "pk")),
    }


def _delivered(account: Account, recorded: Collection[tuple[str, date]]) -> list[Use]:
    """What systems tell that the account uses, but for what is recorded here too; nothing before the first build."""
    snapshot = served.snapshot()
    try:
        uses = delivered_uses(snapshot, account.pk) if snapshot else []
    except NoValueError:
        return []
    return [use for use in uses if (use.lever, use.adopted_on) not in recorded]


def _event(event: Event, zone: ZoneInfo) -> EventShown:
    is_dated = event.of_table == "contracts"
    moment = event.happened_at if is_dated else event.happened_at.replace(tzinfo=UTC).astimezone(zone)
    kind = event.event.replace("_", " ")
    match event.of_table:
        case "interactions":
            what = kind.capitalize()
        case "surveys":
            what = f"{kind.upper()} answer"
        case table:
            what = f"{table.removesuffix('s').capitalize()} {kind}"
    return EventShown(event, moment.date(), what, _money(event.amount, event.currency))


def _money(amount: Decimal | None, currency: str | None) -> str:
    if amount is None:
        return ""
    return (
        str(format_compact_currency(amount, currency, locale="en", fraction_digits=1)) if currency else f"{amount:,.0f}"
    )
