"""What goals' measures were, in files. Our claims only go in: what the customer says to them is theirs to say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar, cast

from django.db.models import QuerySet

from trueup.record import access
from trueup.record.actions.many_readings import NewReading, SomeRefused, add_readings
from trueup.record.actions.readings import Correction, Evidence, correct_reading, verify_reading
from trueup.record.files.cells import Value
from trueup.record.files.columns import READINGS
from trueup.record.files.known import Known, found_in
from trueup.record.files.sheets import Row
from trueup.record.files.taken import Moment, Result, Taken, Taker
from trueup.record.models import Account, CustomerAnswer, Goal, Reading, User
from trueup.record.refusal import Refused

if TYPE_CHECKING:
    from uuid import UUID

_Value = TypeVar("_Value", date, Decimal)
_EVIDENCE = ("evidence", "evidence_link")
_CORRECTED = ("observed_on", "value", "source", *_EVIDENCE)


class Answers:
    """The customers' last words about readings."""

    def __init__(self, by: User, readings: Iterable[Reading]) -> None:
        answers = access.answers(by).filter(reading__isnull=False).order_by("sequence")
        # The later of two takes the earlier one's place.
        self._last: dict[UUID | None, CustomerAnswer] = {
            answer.reading_id: answer for answer in found_in(answers, "reading", (reading.pk for reading in readings))
        }

    def last(self, reading: Reading) -> CustomerAnswer | None:
        """The last word about a reading."""
        return self._last.get(reading.pk)


def values_of(reading: Reading, known: Known, answers: Answers) -> dict[str, Value]:
    """What is told of a reading: our claim, and beside it what the customer says."""
    goal, answer = reading.goal, answers.last(reading)
    return {
        "id": reading.pk,
        "goal_id": goal.pk,
        "account_id": goal.account_id,
        "account": goal.account.name,
        "stakeholder": known.people(goal.account_id).reference(goal.stakeholder_id),
        "measure": goal.measure,
        "observed_on": reading.observed_on,
        "value": reading.value,
        "unit": goal.unit,
        "source": reading.source,
        "evidence": reading.evidence,
        "evidence_link": reading.evidence_link,
        "verification": reading.verification,
        "customer_says": answer.verdict if answer else "",
        "customer_value": answer.value if answer else None,
    }


class ReadingTaker(Taker[Reading]):
    """Takes readings in: new ones together at the end."""

    layout = READINGS

    def __init__(self, known: Known, moment: Moment, rows: Sequence[Row]) -> None:
        super().__init__(known, moment, rows)
        self._new: list[tuple[Row, NewReading]] = []
        self._new_on: dict[tuple[UUID, date, str], int] = {}
        days = [day for row in rows if (day := row.day("observed_on"))]
        here = self.question().filter(observed_on__range=(min(days), max(days))) if days else self.question().none()
        goals = {goal.pk for goal in known.kept_goals()}
        found = {reading.pk: reading for reading in found_in(here, "goal", goals)}
        self._on: dict[tuple[UUID, date], list[Reading]] = {}
        for reading in {**found, **self.by_id}.values():
            self._on.setdefault((reading.goal_id, reading.observed_on), []).append(reading)
        self._answers = Answers(known.by, [*found.values(), *self.by_id.values()])

    def question(self) -> QuerySet[Reading]:
        """Every reading that may be seen."""
        return access.readings(self.known.by).select_related("goal__account")

    def account_of(self, entry: Reading) -> Account:
        """Whose measure was read."""
        return entry.goal.account

    def take(self) -> Iterator[Result]:
        """Compare those that are there already, then enter the new ones together."""
        for row, outcome in super().take():
            if not (isinstance(outcome, Taken) and outcome.outcome == "new"):
                yield row, outcome
        try:
            add_readings(self.known.by, [new for _, new in self._new], at=self.moment.at)
        except SomeRefused as refused:
            yield from ((self._new[place][0], why) for place, why in refused.by_place.items())
            return
        for row, new in self._new:
            yield row, Taken(row.line, "new", _name(new.goal, new.observed_on))

    def find(self, row: Row) -> Reading | None:
        """By id; else by goal, day and source."""
        found, goal = self.of_id(row), self.known.goal(row)
        if found is not None:
            if goal is not None and goal.pk != found.goal_id:
                raise Refused(
                    "The reading of this ID is of another goal.", field="measure", cure="Empty one of the two cells."
                )
            return found
        goal, day = self._goal(goal), row.day("observed_on")
        if day is None:
            return None
        alike = self._on.get((goal.pk, day), [])
        if row.has("source"):
            alike = [reading for reading in alike if reading.source == row.text("source")]
        if len(alike) > 1:
            raise Refused("Several sources tell of that day.", field="source", cure="Say which source it is.")
        return alike[0] if alike else None

    def values_of(self, entry: Reading) -> dict[str, Value]:
        """What is told of it."""
        return values_of(entry, self.known, self._answers)

    def enter(self, row: Row) -> Taken:
        """Put a new reading to the others that are entered together."""
        new = self._new_reading(row)
        first = self._new_on.setdefault((new.goal.pk, new.observed_on, new.source), row.line)
        if first != row.line:
            raise Refused(f"Row {first} is about the same reading.", cure="Keep one of them.")
        self._new.append((row, new))
        return Taken(row.line, "new", _name(new.goal, new.observed_on))

    def change(self, entry: Reading, row: Row, changed: Mapping[str, Value]) -> None:
        """Correct what we claim, or say that the customer confirmed it."""
        by, at = self.known.by, self.moment.at
        _check_verification(entry, row, changed)
        confirms = "verification" in changed
        evidence = {name: value for name, value in changed.items() if name in _EVIDENCE and confirms}
        corrected = {name: value for name, value in changed.items() if name in _CORRECTED and name not in evidence}
        if corrected:
            entry = correct_reading(by, entry, at=at, reason=row.text("reason"), **cast("Correction", corrected))
        if confirms:
            verify_reading(by, entry, at=at, **cast("Evidence", evidence))

    def name(self, entry: Reading) -> str:
        """The measure, whose it is, and the day."""
        return _name(entry.goal, entry.observed_on)

    def _goal(self, goal: Goal | None) -> Goal:
        if goal is None:
            raise Refused("The goal is missing.", field="measure", cure="Give its Goal ID, or account and measure.")
        return goal

    def _new_reading(self, row: Row) -> NewReading:
        goal = self._goal(self.known.goal(row))
        verification = row.text("verification")
        if verification == "measured_by_system":
            raise Refused("Only a system says so.", field="verification", cure="Bind the goal to the system's data.")
        if row.text("unit") not in ("", goal.unit):
            raise Refused(
                f"The goal is measured in {goal.unit or 'no unit'}.",
                field="unit",
                cure="Convert the value, or empty the cell.",
            )
        for told in ("customer_says", "customer_value"):
            if row.values.get(told):
                raise Refused("Only the customer says this.", field=told, cure="Send them a link, and empty the cell.")
        return NewReading(
            goal,
            _needed(row.day("observed_on")),
            _needed(row.number("value")),
            source=row.text("source"),
            evidence=row.text("evidence"),
            evidence_link=row.text("evidence_link"),
            is_confirmed=verification == "confirmed_by_customer",
        )


def _check_verification(entry: Reading, row: Row, changed: Mapping[str, Value]) -> None:
    """A file confirms what nobody vouches for yet, and nothing else."""
    said = changed.get("verification")
    if said is not None and (said, entry.verification) != ("confirmed_by_customer", "unverified"):
        raise Refused(f"This reading is {entry.verification}.", field="verification", cure="Empty the cell.")
    is_another = bool({"value", "observed_on"} & changed.keys())
    if is_another and entry.verification == "confirmed_by_customer" and row.text("verification"):
        raise Refused(
            "What was confirmed is another value.",
            field="verification",
            cure="Empty the cell; the new one is unverified.",
        )


def _name(goal: Goal, day: date) -> str:
    return f"{goal.measure}, {goal.account}, {day}"


def _needed(value: _Value | None) -> _Value:
    if value is None:
        raise ValueError("a new reading was let through without its day or value")
    return value
