"""How customers are measured, in files: what a goal says, its terms, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from trueup.goals.library import library
from trueup.record import access
from trueup.record.actions.goals import (
    GoalFacts,
    Terms,
    agree_goal,
    change_goal,
    close_goal,
    draft_goal,
    reopen_goal,
    withdraw_goal,
)
from trueup.record.files.cells import Value, like
from trueup.record.files.columns import GOALS
from trueup.record.files.known import Known, found_in
from trueup.record.files.sheets import Row
from trueup.record.files.taken import Moment, Taken, Taker
from trueup.record.models import Account, Goal, GoalTerms, Lever
from trueup.record.models.goals import ENDED, WAS_AGREED
from trueup.record.refusal import Refused

_PLAIN = (
    "kind",
    "measure",
    "kpi",
    "unit",
    "direction",
    "weight",
    "cadence_days",
    "stated_by",
    "stated_on",
    "value_per_unit",
    "currency",
    "bound_to",
)
_TERMS = ("baseline_value", "baseline_on", "target_value", "target_on", "tolerance")
_STANDING = ("status", "agreed_on", "ended_on")
_OUTCOMES = ("achieved", "missed")
_BETWEEN = "; "
_LEAVE = "Leave the cell as it was, or empty."


class Book:
    """The terms in force and the levers of goals, asked for together."""

    def __init__(self, known: Known, goals: Iterable[Goal]) -> None:
        self.levers = {lever.name.casefold(): lever for lever in access.levers(known.by)}
        self._terms: dict[object, GoalTerms] = {}
        self._of_goal: dict[object, list[str]] = {}
        keys = [goal.pk for goal in goals]
        for terms in found_in(access.terms(known.by).order_by("revision"), "goal", keys):
            self._terms[terms.goal_id] = terms
        with_levers = access.goals(known.by).prefetch_related("levers")
        for goal in found_in(with_levers.filter(levers__isnull=False).distinct(), "pk", keys):
            self._of_goal[goal.pk] = sorted(lever.name for lever in goal.levers.all())

    def terms(self, goal: Goal) -> Terms:
        """The terms in force; empty ones before there are any."""
        kept = self._terms.get(goal.pk)
        if kept is None:
            return Terms()
        return Terms(kept.baseline_value, kept.baseline_on, kept.target_value, kept.target_on, kept.tolerance)

    def levers_of(self, goal: Goal) -> str:
        """The names of a goal's levers in one text."""
        return _BETWEEN.join(self._of_goal.get(goal.pk, ()))

    def levers_named(self, text: str) -> list[Lever]:
        """The levers that a text lists; Refused where there is none of such a name."""
        names = [name.strip() for name in text.split(_BETWEEN.strip()) if name.strip()]
        for name in names:
            if name.casefold() not in self.levers:
                near = like(name, [lever.name for lever in self.levers.values()])
                raise Refused(f"There is no lever {name}.", field="levers", cure=near or "Define it first.")
        return list({self.levers[name.casefold()].pk: self.levers[name.casefold()] for name in names}.values())


def values_of(goal: Goal, known: Known, book: Book, zone: str) -> dict[str, Value]:
    """What is told of a goal."""
    terms = book.terms(goal)
    return {
        "id": goal.pk,
        "account_id": goal.account_id,
        "account": goal.account.name,
        "stakeholder": known.people(goal.account_id).reference(goal.stakeholder_id),
        "kind": goal.kind,
        "measure": goal.measure,
        "kpi": goal.kpi,
        "unit": goal.unit,
        "direction": goal.direction,
        "weight": goal.weight,
        "cadence_days": goal.cadence_days,
        "stated_by": goal.stated_by,
        "stated_on": goal.stated_on,
        "baseline_value": terms.baseline_value,
        "baseline_on": terms.baseline_on,
        "target_value": terms.target_value,
        "target_on": terms.target_on,
        "tolerance": terms.tolerance,
        "status": goal.status,
        "agreed_on": _day(goal.agreed_at, zone),
        "ended_on": _day(goal.ended_at, zone),
        "value_per_unit": goal.value_per_unit,
        "currency": goal.currency,
        "levers": book.levers_of(goal),
        "bound_to": goal.bound_to,
    }


def _day(moment: datetime | None, zone: str) -> date | None:
    return moment.astimezone(ZoneInfo(zone)).date() if moment else None


class GoalTaker(Taker[Goal]):
    """Takes goals in."""

    layout = GOALS

    def __init__(self, known: Known, moment: Moment, rows: Sequence[Row]) -> None:
        super().__init__(known, moment, rows)
        self.book = Book(known, known.kept_goals())

    def question(self) -> QuerySet[Goal]:
        """Every goal that may be seen."""
        return access.goals(self.known.by).select_related("account")

    def account_of(self, entry: Goal) -> Account:
        """Whose measure it is."""
        return entry.account

    def find(self, row: Row) -> Goal | None:
        """By id; else by account, stakeholder and measure: one that runs, or one that ended as the row says."""
        found = self.of_id(row)
        if found is not None:
            return found
        account = self.known.needed_account(row)
        alike = self.known.goals(account, row.text("stakeholder"), row.text("measure"))
        if row.has("stakeholder") and not row.text("stakeholder"):
            alike = [goal for goal in alike if goal.stakeholder_id is None]
        status = row.text("status")
        running = [goal for goal in alike if goal.status not in ENDED]
        ended = [goal for goal in alike if goal.status == status and status in ENDED]
        meant = running or ended
        if len(meant) > 1:
            raise Refused("Several goals have this measure.", field="measure", cure="Give the Goal ID of one.")
        return meant[0] if meant else None

    def values_of(self, entry: Goal) -> dict[str, Value]:
        """What is told of it."""
        return values_of(entry, self.known, self.book, self.moment.zone)

    def settled(self, entry: Goal, row: Row) -> Row:
        """Name its stakeholder and its levers as exports do."""
        values = dict(row.values)
        if whose := row.text("stakeholder"):
            people = self.known.people(entry.account_id)
            values["stakeholder"] = people.reference(people.named(whose, "stakeholder").pk)
        if named := row.text("levers"):
            values["levers"] = _BETWEEN.join(sorted(lever.name for lever in self.book.levers_named(named)))
        return Row(row.line, values)

    def enter(self, row: Row) -> Taken:
        """Draft a goal, and take it as far as the row says."""
        account = self.known.needed_account(row)
        terms = Terms(**self._terms(row.values))  # type: ignore[arg-type]  # cells are read by type
        goal = draft_goal(
            self.known.by,
            account,
            at=self.moment.at,
            terms=None if terms == Terms() else terms,
            levers=self.book.levers_named(row.text("levers")),
            **self._facts(account.pk, row.values),
        )
        self._check_days(goal, row, row.values)
        self.known.put_goal(self._advance(goal, row))
        return self.entered(goal, row)

    def change(self, entry: Goal, row: Row, changed: Mapping[str, Value]) -> None:
        """Change what it says, revise its terms, and take it on."""
        by, at, reason = self.known.by, self.moment.at, row.text("reason")
        goal = entry
        if goal.status in ENDED and "status" in changed:
            goal = reopen_goal(by, goal, at=at, reason=reason)
        revised = self._terms(changed)
        if set(changed) - set(_STANDING):
            kept = self.book.terms(entry)
            goal = change_goal(
                by,
                goal,
                at=at,
                reason=reason,
                terms=Terms(**{**vars(kept), **revised}) if revised else None,
                levers=self.book.levers_named(row.text("levers")) if "levers" in changed else None,
                **self._facts(goal.account_id, changed),
            )
        self._check_days(goal, row, changed)
        self.known.put_goal(self._advance(goal, row))

    def name(self, entry: Goal) -> str:
        """Its measure, and whose it is."""
        return f"{entry.measure}, {entry.account}"

    def _advance(self, goal: Goal, row: Row) -> Goal:
        """Take a goal that runs to where the row says it stands."""
        by, at, reason, status = self.known.by, self.moment.at, row.text("reason"), row.text("status")
        if status in ("", goal.status):
            return goal
        agreed_on, ended_on = row.day("agreed_on"), row.day("ended_on")
        if status == "draft":
            raise Refused(
                "An agreed goal does not become a draft again.", field="status", cure="Revise it, or withdraw it."
            )
        if status == "withdrawn":
            return withdraw_goal(by, goal, at=at, reason=reason)
        if goal.status == "draft":
            agreed_at = self.moment.within(agreed_on, "agreed_on") if agreed_on else None
            goal = agree_goal(by, goal, at=at, agreed_at=agreed_at)
        if status in _OUTCOMES:
            ended_at = self.moment.within(ended_on, "ended_on") if ended_on else None
            goal = close_goal(
                by,
                goal,
                at=at,
                outcome="achieved" if status == "achieved" else "missed",
                reason=reason,
                ended_at=ended_at,
            )
        return goal

    def _check_days(self, goal: Goal, row: Row, said: Mapping[str, Value]) -> None:
        """Days of agreement and end are told once, with the status that they belong to."""
        status = row.text("status")
        if said.get("agreed_on") and (goal.agreed_at is not None or status not in WAS_AGREED):
            raise Refused(
                "The day of an agreement is told with the status agreed, once.", field="agreed_on", cure=_LEAVE
            )
        if said.get("ended_on") and (goal.ended_at is not None or status not in _OUTCOMES):
            raise Refused(
                "The day of an end is told with the status achieved or missed, once.", field="ended_on", cure=_LEAVE
            )

    def _facts(self, account_id: str, said: Mapping[str, Value]) -> GoalFacts:
        facts: dict[str, object] = {name: value for name, value in said.items() if name in _PLAIN}
        if "stakeholder" in said:
            whose = said["stakeholder"]
            people = self.known.people(account_id)
            facts["stakeholder"] = people.named(whose, "stakeholder") if isinstance(whose, str) and whose else None
        key = said.get("kpi")
        if isinstance(key, str) and key:
            _check_kpi(key)
        return cast("GoalFacts", facts)

    def _terms(self, said: Mapping[str, Value]) -> dict[str, Value]:
        return {name: said[name] for name in _TERMS if name in said}


def _check_kpi(key: str) -> None:
    known = library().by_key
    if key not in known:
        raise Refused("The library has no such measure.", field="kpi", cure=like(key, list(known)))
