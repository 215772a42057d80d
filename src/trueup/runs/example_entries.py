"""Enters what the example company's people have entered, through the same door as they.

Names models: it can be loaded once the record is open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import cycle, groupby
from operator import attrgetter
from uuid import UUID

from trueup.record import access
from trueup.record.actions.adjustments import decide_adjustment, propose_adjustment
from trueup.record.actions.goals import Terms, agree_goal, close_goal, draft_goal
from trueup.record.actions.levers import define_lever
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.many_readings import NewReading, add_readings
from trueup.record.actions.milestones import finish_milestone, plan_milestone
from trueup.record.actions.notes import write_note
from trueup.record.actions.people import install_user
from trueup.record.actions.stakeholders import add_stake, change_stakeholder, record_stakeholder
from trueup.record.machine import together
from trueup.record.models import Account, CustomerLink, Goal, Lever, Stakeholder, User
from trueup.sources.simulate import entered_rows as given

_LINK_IS_GOOD_FOR = timedelta(days=300)
_MONTHLY = 75
"""Days between readings: the customers' figures are monthly, and come weeks after the month."""
_EVENING = time(17, tzinfo=UTC)


@dataclass
class _Desk:
    """Who enters what at which account, and what has been entered by its key in the example."""

    administrator: User
    users: Mapping[str, User]
    accounts: Mapping[str, Account]
    reach: Mapping[UUID, frozenset[str]]
    """At which accounts each of the users may enter."""
    levers: dict[str, Lever] = field(default_factory=dict)
    stakeholders: dict[str, Stakeholder] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)

    def of(self, account_id: str) -> User:
        """Whoever looks after the account's success, else its owner, else the administrator."""
        account = self.accounts[account_id]
        owners = (self.users.get(key) for key in (account.success_owner_id, account.owner_id) if key)
        return next((user for user in owners if user and account_id in self.reach[user.pk]), self.administrator)


def enter_example(entered: given.Entered, *, joined_at: datetime) -> None:
    """Enter everything, dated as the rows say; the record's directory must know the company already."""
    with together():
        desk = _opened([_let_in(each, joined_at) for each in entered.colleagues])
        for lever in entered.levers:
            desk.levers[lever.name] = define_lever(
                desk.administrator, at=joined_at, name=lever.name, description=lever.description
            )
        _enter_people(desk, entered.stakeholders)
        for goal in sorted(entered.goals, key=attrgetter("stated_at")):
            _enter_goal(desk, goal)
        _enter_readings(desk, entered.readings)
        for milestone in entered.milestones:
            _enter_milestone(desk, milestone)
        analysts = [user for user in desk.users.values() if user.role == "analyst"] or [desk.administrator]
        for adjustment, analyst in zip(entered.adjustments, cycle(analysts)):
            _enter_adjustment(desk, adjustment, analyst)
        for stake in entered.stakes:
            _enter_stake(desk, stake)
        for note in entered.notes:
            _enter_note(desk, note)
        _enter_answers(desk, entered.answers)
        for goal in entered.goals:
            _end_goal(desk, goal)


def _let_in(colleague: given.Colleague, at: datetime) -> User:
    return install_user(at=at, email=colleague.email, name=colleague.name, role=colleague.role)


def _opened(users: Sequence[User]) -> _Desk:
    administrator = next(user for user in users if user.role == "administrator")
    return _Desk(
        administrator,
        users={user.person_id: user for user in users if user.person_id},
        accounts={account.pk: account for account in access.accounts(administrator)},
        reach={user.pk: frozenset(access.changeable_accounts(user).values_list("pk", flat=True)) for user in users},
    )


def _enter_people(desk: _Desk, people: Iterable[given.Stakeholder]) -> None:
    for each in people:
        desk.stakeholders[each.contact_id] = record_stakeholder(
            desk.of(each.account_id),
            desk.accounts[each.account_id],
            at=each.entered_at,
            contact_id=each.contact_id,
            name=each.name,
            email=each.email,
            title=each.title,
            department=each.department,
            role_in_decisions=each.role_in_decisions,
            influence=each.influence,
            departed_on=each.departed_on,
        )
    for each in people:
        if each.reports_to:
            desk.stakeholders[each.contact_id] = change_stakeholder(
                desk.of(each.account_id),
                desk.stakeholders[each.contact_id],
                at=each.entered_at,
                reports_to=desk.stakeholders[each.reports_to],
            )


def _enter_goal(desk: _Desk, goal: given.Goal) -> None:
    by = desk.of(goal.account_id)
    drafted = draft_goal(
        by,
        desk.accounts[goal.account_id],
        at=goal.stated_at,
        terms=Terms(*goal.terms) if goal.terms else None,
        levers=[desk.levers[name] for name in goal.levers],
        stakeholder=desk.stakeholders[goal.stakeholder] if goal.stakeholder else None,
        kind=goal.kind,
        measure=goal.measure,
        kpi=goal.kpi,
        unit=goal.unit,
        direction=goal.direction,
        bound_to=goal.bound_to,
        cadence_days=_MONTHLY,
        value_per_unit=goal.value_per_unit,
        currency=goal.currency,
    )
    desk.goals[goal.key] = agree_goal(by, drafted, at=goal.agreed_at) if goal.agreed_at else drafted


def _end_goal(desk: _Desk, goal: given.Goal) -> None:
    if goal.ended_at and goal.outcome:
        close_goal(desk.of(goal.account_id), desk.goals[goal.key], at=goal.ended_at, outcome=goal.outcome)


def _enter_readings(desk: _Desk, readings: Iterable[given.Reading]) -> None:
    """Readings that the same person entered on the same day go in together."""

    def together(reading: given.Reading) -> tuple[datetime, str]:
        return reading.entered_at, desk.of(desk.goals[reading.goal].account_id).email

    for (at, _), some in groupby(sorted(readings, key=together), key=together):
        new = list(some)
        by = desk.of(desk.goals[new[0].goal].account_id)
        add_readings(by, [_new_reading(desk, each) for each in new], at=at)


def _new_reading(desk: _Desk, reading: given.Reading) -> NewReading:
    return NewReading(
        desk.goals[reading.goal],
        reading.observed_on,
        reading.value,
        evidence=reading.evidence,
        is_confirmed=bool(reading.evidence),
    )


def _enter_milestone(desk: _Desk, milestone: given.Milestone) -> None:
    by = desk.of(milestone.account_id)
    planned = plan_milestone(
        by,
        desk.accounts[milestone.account_id],
        at=milestone.entered_at,
        goal=desk.goals[milestone.goal],
        title=milestone.title,
        planned_on=milestone.planned_on,
        is_first_value=milestone.is_first_value,
    )
    if milestone.done_on:
        finish_milestone(by, planned, at=datetime.combine(milestone.done_on, _EVENING), done_on=milestone.done_on)


def _enter_adjustment(desk: _Desk, adjustment: given.Adjustment, analyst: User) -> None:
    """Whoever looks after the account proposes it, an analyst decides."""
    proposed = propose_adjustment(
        desk.of(adjustment.account_id),
        desk.accounts[adjustment.account_id],
        at=adjustment.entered_at,
        measure=adjustment.measure,
        starts_on=adjustment.starts_on,
        ends_on=adjustment.ends_on,
        amount=adjustment.amount,
        reason=adjustment.reason,
        evidence=adjustment.evidence,
    )
    if adjustment.decision and adjustment.decided_at:
        decide_adjustment(
            analyst,
            proposed,
            approve=adjustment.decision == "approved",
            at=adjustment.decided_at,
            reason=adjustment.because,
        )


def _enter_stake(desk: _Desk, stake: given.Stake) -> None:
    whose = desk.stakeholders[stake.stakeholder]
    add_stake(desk.of(whose.account_id), whose, at=stake.entered_at, tag=stake.tag, text=stake.text)


def _enter_note(desk: _Desk, note: given.Note) -> None:
    write_note(
        desk.of(note.account_id),
        desk.accounts[note.account_id],
        at=note.entered_at,
        stakeholders=[desk.stakeholders[note.stakeholder]],
        held_on=note.held_on,
        text=note.text,
    )


def _enter_answers(desk: _Desk, answers: Sequence[given.Answer]) -> None:
    """Customers answer one after the other, each account through a link of its own."""
    links: dict[str, CustomerLink] = {}
    shared: dict[str, list[Goal]] = {}
    for each in answers:
        goals = shared.setdefault(each.account_id, [])
        goals += [] if desk.goals[each.goal] in goals else [desk.goals[each.goal]]
    for each in sorted(answers, key=attrgetter("answered_at", "goal", "observed_on")):
        if each.account_id not in links:
            links[each.account_id] = _link(desk, each, shared[each.account_id])
        goal = desk.goals[each.goal]
        reading = access.readings(desk.administrator).get(goal=goal, observed_on=each.observed_on)
        answer(
            links[each.account_id],
            goal,
            at=each.answered_at,
            verdict=each.verdict,
            reading=reading,
            claimed_value=reading.value,
            revision=1,
            value=each.value,
            note=each.note,
            said_by=each.said_by,
        )


def _link(desk: _Desk, first: given.Answer, goals: Sequence[Goal]) -> CustomerLink:
    made_at = first.answered_at - timedelta(hours=5)
    link, _ = make_link(
        desk.of(first.account_id),
        desk.accounts[first.account_id],
        at=made_at,
        goals=goals,
        expires_at=made_at + _LINK_IS_GOOD_FOR,
        label=first.said_by,
    )
    return link
