"""What the example company's people have entered about their customers, made from the exports that tell of them.

Goals are about measures that the customers' own series show, so what is claimed of them is what happened. How they are
made is written in docs/reference/example-company.md.
"""

import csv
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from random import Random

from trueup.sources.simulate import planted
from trueup.sources.simulate.adjusted import ONE_OF, adjustment
from trueup.sources.simulate.clock import add_months
from trueup.sources.simulate.entered_rows import (
    Adjustment,
    Answer,
    Colleague,
    Direction,
    Entered,
    Goal,
    Lever,
    Milestone,
    Note,
    Outcome,
    Reading,
    Role,
    RoleInDecisions,
    Stake,
    Stakeholder,
    Tag,
    Verdict,
)
from trueup.sources.simulate.scale import Company

_NINE = time(9, tzinfo=UTC)
_LONGEST_SINCE = 70
"""Days since its last value after which a customer is taken to be one no more."""
_ASKED_FOR_MONTHS = 30
"""For so many months customers have been asked for their goals as soon as they came."""
GOAL_SHARE, SECOND_GOAL_SHARE, AGREED_SHARE, BOUND_SHARE = 0.9, 0.5, 0.9, 0.6
READ_SHARE, FORGETFUL_SHARE, CONFIRMED_SHARE, ANSWERED_SHARE = 0.8, 0.15, 0.35, 0.2
PERSONAL_SHARE, STAKE_SHARE, VALUED_SHARE, OWN_SHARE = 0.2, 0.4, 0.6, 0.3


@dataclass(frozen=True)
class Wanted:
    """How a measure is called, where it is in the library of measures, and how much better customers want it.

    ``worth`` is what a unit is worth to an account, as a share of its revenue; ``levers`` are sold for the measure.
    """

    label: str
    kpi: str
    unit: str
    least: float
    most: float
    worth: float
    levers: tuple[str, ...]


WANTED: Mapping[str, Wanted] = {
    "days_sales_outstanding": Wanted(
        *("Days sales outstanding", "days_sales_outstanding", "days", -0.8, -3.2, 0.00022),
        levers=("invoice_autopilot", "executive_dashboard"),
    ),
    "on_time_delivery": Wanted(
        *("On-time delivery", "on_time_delivery", "%", 0.6, 2.5, 0.0005),
        levers=("delivery_planner", "executive_dashboard"),
    ),
    "order_cycle_time": Wanted(
        "Order cycle time", "order_cycle_time", "days", -0.2, -0.8, 0.001, levers=("supplier_portal",)
    ),
    "stock_cover": Wanted(
        "Stock cover", "days_inventory_outstanding", "days", -0.5, -2.2, 0.00015, levers=("delivery_planner",)
    ),
}
_PROMISES: Mapping[str, str] = {
    "invoice_autopilot": "Sends invoices and reminders by itself, so that they are paid sooner.",
    "delivery_planner": "Plans tours by the orders at hand: more arrives on time, and less is kept in stock.",
    "supplier_portal": "Lets suppliers confirm orders by themselves, so that they come in sooner.",
    "executive_dashboard": "Shows the management all figures of the day on one page.",
}
"""What we say that each lever does for customers."""
_LARGEST = {wanted.label: max(abs(wanted.least), abs(wanted.most)) for wanted in WANTED.values()}
_PERSONAL = (
    "Evenings at home before six",
    "Become head of operations",
    "A month's end without overtime",
    "Speak at the industry's conference",
)
_STAKES: Sequence[tuple[Tag, str]] = (
    ("bonus", "A third of the yearly bonus hangs on it."),
    ("promotion", "The next step is promised if this works out."),
    ("recognition", "They brought us in, and want to be seen to have been right."),
    ("time", "Every week two days go into what this should end."),
)
_VERDICTS: Sequence[Verdict] = ("confirmed", "corrected", "disputed")
_MILESTONES = ((21, "Data connected"), (45, "Team trained"), (90, "First value seen"))

Row = Mapping[str, str]
Series = Mapping[str, Sequence[tuple[date, float]]]
"""By measure, an account's values in the order of their days."""


def entered_at_company(exports: Path, company: Company) -> Entered:
    """Everything that was entered by the company's last day; the same exports and seed give the same entries."""
    made = Entered(
        colleagues=list(_colleagues(_rows(exports / "company" / "people.csv"))),
        levers=[Lever(lever.name, _PROMISES[lever.name]) for lever in planted.LEVERS],
    )
    accounts = {row["Id"]: row for row in _rows(exports / "salesforce" / "Account.csv")}
    contacts: dict[str, list[Row]] = {}
    for row in _rows(exports / "salesforce" / "Contact.csv"):
        contacts.setdefault(row["AccountId"], []).append(row)
    for account_id, series in _series(_rows(exports / "company" / "kpi_series.csv")).items():
        chance = Random(f"{company.seed} {account_id}")  # noqa: S311  an example, no secret
        story = _Story(accounts[account_id], contacts.get(account_id, []), series, chance, company.ends_on)
        if story.goes_on:
            story.tell(made)
    made.adjustments += _adjustments(made.goals, company)
    return made


def _adjustments(goals: Sequence[Goal], company: Company) -> Iterator[Adjustment]:
    """One of so many customers with goals has one; where none of their goals can, the next customer has it."""
    by_account: dict[str, list[Goal]] = {}
    for goal in goals:
        by_account.setdefault(goal.account_id, []).append(goal)
    found = 0
    for place, (account_id, theirs) in enumerate(by_account.items()):
        if place < (found - 1) * ONE_OF:
            continue
        made = adjustment(theirs, _LARGEST, f"{company.seed} {account_id}", company.ends_on, found)
        if made is not None:
            found += 1
            yield made


class _Story:
    """What was entered at one customer."""

    def __init__(self, account: Row, contacts: Sequence[Row], series: Series, chance: Random, ends_on: date) -> None:
        self.account, self.contacts, self.series = account, contacts, series
        self.chance, self.ends_on = chance, ends_on
        self.account_id = account["Id"]
        self.since = date.fromisoformat(account["Customer_Since__c"])

    @property
    def goes_on(self) -> bool:
        """Whether it is still a customer whose measures come in."""
        newest = max(values[-1][0] for values in self.series.values())
        return (self.ends_on - newest).days <= _LONGEST_SINCE

    def tell(self, made: Entered) -> None:
        """Add what was entered."""
        people = list(self._people())
        made.stakeholders += people
        if self.chance.random() >= GOAL_SHARE or not people:
            return
        measures = self.chance.sample(sorted(self.series), k=len(self.series))
        count = 1 + (self.chance.random() < SECOND_GOAL_SHARE)
        goals = [goal for measure in measures[:count] if (goal := self._goal(measure, people)) is not None]
        for goal in goals:
            readings = list(self._readings(goal, people))
            made.readings += readings
            made.answers += self._answers(goal, readings, people)
        made.goals += goals
        made.milestones += self._milestones(goals)
        made.notes += self._notes(goals, people)
        self._confide(made, people)

    def _people(self) -> Iterator[Stakeholder]:
        """The first five whom the CRM knows, as the account's team sees them."""
        known = self.contacts[: self.chance.randint(2, 5)]
        keys = {contact["Id"] for contact in known}
        champion = next((each["Id"] for each in known if each["Decision_Maker__c"] != "true"), None)
        for place, contact in enumerate(known):
            role, influence = _part_in_decisions(contact, is_champion=contact["Id"] == champion)
            left = contact["Left_Company_On__c"]
            since = date.fromisoformat(contact["CreatedDate"][:10]) + timedelta(days=self.chance.randint(3, 40) + place)
            yield Stakeholder(
                contact_id=contact["Id"],
                account_id=self.account_id,
                name=contact["Name"],
                email=contact["Email"],
                title=contact["Title"],
                department=contact["Department"],
                role_in_decisions=role,
                influence=influence,
                reports_to=contact["ReportsToId"] if contact["ReportsToId"] in keys else None,
                departed_on=date.fromisoformat(left) if left else None,
                entered_at=_at(min(since, self.ends_on)),
            )

    def _goal(self, measure: str, people: Sequence[Stakeholder]) -> Goal | None:
        """A goal about a measure; None where the series is too short for a baseline."""
        values, wanted, chance = self.series[measure], WANTED[measure], self.chance
        place = self._set_at(values)
        if place < 2:
            return None
        baseline_on = values[place][0]
        baseline = sum(value for _, value in values[place - 2 : place + 1]) / 3
        most = wanted.most if wanted.unit != "%" else min(wanted.most, 99.0 - baseline)
        target = baseline + chance.uniform(min(wanted.least, most), max(wanted.least, most))
        if wanted.unit == "%" and target <= baseline:
            return None
        target_on = add_months(baseline_on, chance.choice((10, 13, 16, 19))) - timedelta(days=1)
        stated_on = baseline_on + timedelta(days=chance.randint(12, 25))
        agreed_on = stated_on + timedelta(days=chance.randint(5, 25))
        is_agreed = chance.random() < AGREED_SHARE and agreed_on < self.ends_on
        ended_on = target_on + timedelta(days=chance.randint(6, 20))
        has_ended = is_agreed and ended_on < self.ends_on
        is_worth = chance.random() < VALUED_SHARE
        return Goal(
            key=f"{self.account_id} {measure}",
            account_id=self.account_id,
            stakeholder=None if chance.random() < OWN_SHARE else _owner_of(measure, people),
            kind="business",
            measure=wanted.label,
            kpi=wanted.kpi,
            unit=wanted.unit,
            direction=_DIRECTIONS[measure],
            terms=(_number(baseline), baseline_on, _number(target), target_on),
            stated_at=_at(stated_on),
            agreed_at=_at(agreed_on) if is_agreed else None,
            outcome=self._outcome(measure, target, target_on) if has_ended else None,
            ended_at=_at(ended_on) if has_ended else None,
            bound_to=f"series:{measure}" if chance.random() < BOUND_SHARE else "",
            value_per_unit=self._worth(wanted) if is_worth else None,
            currency=self.account["CurrencyIsoCode"] if is_worth else "",
            levers=wanted.levers,
        )

    def _set_at(self, values: Sequence[tuple[date, float]]) -> int:
        """After which of the values a goal is set: soon after a new customer came, else 4 to 16 months ago."""
        if self.since > add_months(self.ends_on, -_ASKED_FOR_MONTHS):
            soon = bisect_left(values, self.since, key=itemgetter(0)) + self.chance.randint(0, 3)
            return min(len(values) - 3, soon)
        return len(values) - 1 - self.chance.randint(4, 16)

    def _outcome(self, measure: str, target: float, target_on: date) -> Outcome:
        """Whether the last value by the target's day reached it."""
        last = next(value for day, value in reversed(self.series[measure]) if day <= target_on)
        is_there = last <= target if _DIRECTIONS[measure] == "decrease" else last >= target
        return "achieved" if is_there else "missed"

    def _worth(self, wanted: Wanted) -> Decimal:
        return max(Decimal(100), Decimal(round(float(self.account["AnnualRevenue"]) * wanted.worth, -2)))

    def _readings(self, goal: Goal, people: Sequence[Stakeholder]) -> Iterator[Reading]:
        """What somebody entered from the baseline on; a bound goal's readings come from the series by themselves."""
        if goal.bound_to or goal.terms is None:
            return
        chance = self.chance
        until = self.ends_on - timedelta(days=110 if chance.random() < FORGETFUL_SHARE else 0)
        until = min(until, goal.ended_at.date()) if goal.ended_at else until
        for day, value in self.series[goal.key.partition(" ")[2]]:
            entered_on = day + timedelta(days=chance.randint(6, 16))
            is_entered = goal.terms[1] < day and entered_on <= until and chance.random() < READ_SHARE
            if is_entered and entered_on >= goal.stated_at.date():
                said_by = chance.choice(people).name if chance.random() < CONFIRMED_SHARE else ""
                evidence = f"{said_by} confirmed it in a mail of {entered_on}." if said_by else ""
                yield Reading(goal.key, day, _number(value), _at(entered_on), evidence)

    def _answers(self, goal: Goal, readings: Sequence[Reading], people: Sequence[Stakeholder]) -> Iterator[Answer]:
        """What the customer said to the newest readings through a link."""
        if goal.agreed_at is None or self.chance.random() >= ANSWERED_SHARE:
            return
        for reading in [each for each in readings if not each.evidence][-2:]:
            verdict = self.chance.choices(_VERDICTS, (6, 2, 1))[0]
            said_on = min(reading.entered_at.date() + timedelta(days=self.chance.randint(1, 6)), self.ends_on)
            yield Answer(
                account_id=self.account_id,
                goal=goal.key,
                observed_on=reading.observed_on,
                verdict=verdict,
                value=_number(float(reading.value) * 1.02) if verdict == "corrected" else None,
                note="Our own books say otherwise; let us go through it." if verdict == "disputed" else "",
                said_by=people[0].name,
                answered_at=datetime.combine(said_on, time(15, tzinfo=UTC)),
            )

    def _milestones(self, goals: Sequence[Goal]) -> Iterator[Milestone]:
        """The way to the first goal that was agreed on."""
        goal = next((goal for goal in goals if goal.agreed_at is not None), None)
        if goal is None or goal.agreed_at is None:
            return
        for days, title in _MILESTONES:
            planned_on = goal.agreed_at.date() + timedelta(days=days)
            done_on = planned_on + timedelta(days=round(self.chance.gauss(-3, 9)))
            is_done = goal.agreed_at.date() < done_on < self.ends_on and self.chance.random() < 0.9
            is_last = days == _MILESTONES[-1][0]
            yield Milestone(
                self.account_id, goal.key, title, planned_on, done_on if is_done else None, is_last, goal.agreed_at
            )

    def _notes(self, goals: Sequence[Goal], people: Sequence[Stakeholder]) -> Iterator[Note]:
        for goal in goals[:1]:
            text = f"Asked what the year is measured by. {goal.measure} comes first; the rest follows from it."
            whom = goal.stakeholder or people[0].contact_id
            yield Note(self.account_id, whom, goal.stated_at.date(), text, goal.stated_at)

    def _confide(self, made: Entered, people: Sequence[Stakeholder]) -> None:
        """What only the account's own team knows."""
        chance = self.chance
        confidant = next((each for each in people if each.role_in_decisions == "champion"), people[0])
        told_on = max(confidant.entered_at.date(), self.ends_on - timedelta(days=chance.randint(30, 300)))
        if chance.random() < STAKE_SHARE:
            tag, text = chance.choice(_STAKES)
            made.stakes.append(Stake(confidant.contact_id, tag, text, _at(told_on)))
        if chance.random() < PERSONAL_SHARE:
            made.goals.append(_personal(confidant, chance.choice(_PERSONAL), _at(told_on)))


def _personal(whose: Stakeholder, measure: str, at: datetime) -> Goal:
    return Goal(
        key=f"{whose.contact_id} {measure}",
        account_id=whose.account_id,
        stakeholder=whose.contact_id,
        kind="personal",
        measure=measure,
        kpi="",
        unit="",
        direction="increase",
        terms=None,
        stated_at=at,
        agreed_at=None,
        outcome=None,
        ended_at=None,
        bound_to="",
        value_per_unit=None,
        currency="",
        levers=(),
    )


_DIRECTIONS: Mapping[str, Direction] = {
    measure.name: "decrease" if measure.better == "decrease" else "increase" for measure in planted.MEASURES
}


def _part_in_decisions(contact: Row, *, is_champion: bool) -> tuple[RoleInDecisions, int]:
    if contact["Decision_Maker__c"] == "true":
        return "decision_maker", 5
    if is_champion:
        return "champion", 4
    if contact["Department"] == "Purchasing":
        return "procurement", 3
    return ("influencer", 3) if contact["Department"] == "IT" else ("user", 2)


def _owner_of(measure: str, people: Sequence[Stakeholder]) -> str:
    """Whose measure it is: the finance department's where it is about money, else who runs operations."""
    wanted = ("Finance",) if measure == "days_sales_outstanding" else ("Operations", "Logistics")
    theirs = (each.contact_id for each in people if each.department in wanted and each.departed_on is None)
    return next(theirs, people[0].contact_id)


def _colleagues(rows: Iterable[Row]) -> Iterator[Colleague]:
    """Who is still with us; who leads others is a manager, the managing director administers."""
    current = {row["person_id"]: row for row in rows if not row["active_to"]}
    leads = {row["manager_id"] for row in current.values()}
    for key, row in current.items():
        yield Colleague(row["email"], row["name"], _role(row, is_lead=key in leads))


def _role(row: Row, *, is_lead: bool) -> Role:
    match row["department"]:
        case "Management":
            return "administrator" if is_lead else "finance"
        case "Marketing":
            return "analyst"
        case "Support":
            return "viewer"
        case _:
            return "manager" if is_lead else "member"


def _series(rows: Iterable[Row]) -> dict[str, dict[str, list[tuple[date, float]]]]:
    found: dict[str, dict[str, list[tuple[date, float]]]] = {}
    for row in rows:
        of_account = found.setdefault(row["account_id"], {})
        of_account.setdefault(row["measure"], []).append((date.fromisoformat(row["observed_on"]), float(row["value"])))
    for of_account in found.values():
        for values in of_account.values():
            values.sort()
    return found


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(value: float) -> Decimal:
    return Decimal(f"{value:.1f}")


def _at(day: date) -> datetime:
    return datetime.combine(day, _NINE)
