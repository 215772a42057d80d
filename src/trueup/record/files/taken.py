"""How rows become entries: found again or new, changed where they say something else, refused where rules say no."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, TypeVar

from django.db.models import QuerySet

from trueup.record.files.cells import Value
from trueup.record.files.columns import Layout
from trueup.record.files.known import Known, found_in
from trueup.record.files.sheets import Row, shown
from trueup.record.models import Account
from trueup.record.models.entry import Entry
from trueup.record.refusal import Refused
from trueup.units.calendar import end_of_day, local_date
from trueup.units.zone import InvalidInstant

if TYPE_CHECKING:
    from uuid import UUID

_Entry = TypeVar("_Entry", bound=Entry)
Outcome = Literal["new", "changed", "unchanged"]
_COMPARED = frozenset({"entered", "told"})


@dataclass(frozen=True)
class Difference:
    """What a row changes in an entry: at which column, from what to what."""

    header: str
    old: str
    new: str


@dataclass(frozen=True)
class Taken:
    """What became of a row; ``name`` is the entry's for people."""

    line: int
    outcome: Outcome
    name: str
    differences: tuple[Difference, ...] = ()


Result = tuple[Row, Taken | Refused]


@dataclass(frozen=True)
class Moment:
    """When rows are taken in: ``at`` (aware), and the zone whose days files speak of."""

    at: datetime
    zone: str

    def within(self, day: date, field: str) -> datetime:
        """A moment of a day that has begun: its end, or now. Refused where it has not."""
        if day > local_date(self.at, self.zone):
            raise Refused("This day lies in the future.", field=field, cure="Give a day that has begun.")
        try:
            return min(end_of_day(day, self.zone), self.at)
        except InvalidInstant as error:
            raise Refused("This day can hardly be meant.", field=field, cure="Correct its year.") from error


class Taker(ABC, Generic[_Entry]):
    """Takes rows of one kind in, by its actions. ``known`` grows by what is entered."""

    layout: ClassVar[Layout]

    def __init__(self, known: Known, moment: Moment, rows: Sequence[Row]) -> None:
        self.known = known
        self.moment = moment
        self.rows = rows
        self.seen: dict[UUID, int] = {}
        keys = (key for row in rows if (key := row.identity("id")))
        self.by_id = {entry.pk: entry for entry in found_in(self.question(), "pk", keys)}
        known.look_at(self.account_of(entry) for entry in self.by_id.values())

    @abstractmethod
    def question(self) -> QuerySet[_Entry]:
        """All entries of the kind that the acting user may see, with their accounts."""

    @abstractmethod
    def account_of(self, entry: _Entry) -> Account:
        """Where an entry belongs."""

    @abstractmethod
    def find(self, row: Row) -> _Entry | None:
        """The entry that a row is about; None where it is a new one."""

    @abstractmethod
    def values_of(self, entry: _Entry) -> dict[str, Value]:
        """What an entry says, by field, as rows say it."""

    @abstractmethod
    def enter(self, row: Row) -> Taken:
        """Enter what a row says."""

    @abstractmethod
    def change(self, entry: _Entry, row: Row, changed: Mapping[str, Value]) -> None:
        """Change what is other than before."""

    @abstractmethod
    def name(self, entry: _Entry) -> str:
        """What to call an entry to the acting user."""

    def take(self) -> Iterator[Result]:
        """Take each row in, or say why not."""
        for row in self.rows:
            yield row, self.taken_or_refused(row)

    def taken_or_refused(self, row: Row) -> Taken | Refused:
        """A row, or why not. What was written of it before it was refused goes with all the rest."""
        try:
            return self._taken(row)
        except Refused as refused:
            return refused

    def _taken(self, row: Row) -> Taken:
        entry = self.find(row)
        if entry is None:
            self._check_needed(row)
            return self.enter(row)
        self._once(entry, row)
        row = self.settled(entry, row)
        changed, differences = self._compared(row, self.values_of(entry))
        if changed:
            self.change(entry, row, changed)
        return Taken(row.line, "changed" if changed else "unchanged", self.name(entry), differences)

    def settled(self, entry: _Entry, row: Row) -> Row:
        """The row in the words in which ``values_of`` names others."""
        del entry
        return row

    def entered(self, entry: _Entry, row: Row) -> Taken:
        """A row that is a new entry now."""
        self._once(entry, row)
        return Taken(row.line, "new", self.name(entry))

    def _once(self, entry: _Entry, row: Row) -> None:
        """Refuse a second row about the same entry."""
        first = self.seen.setdefault(entry.pk, row.line)
        if first != row.line:
            raise Refused(f"Row {first} is about the same {self.layout.one}.", cure="Keep one of them.")

    def _check_needed(self, row: Row) -> None:
        """Refuse a new entry without what it needs."""
        for column in self.layout.columns:
            if column.need and row.values.get(column.field) in (None, ""):
                raise Refused(
                    f"{column.header} is missing.", field=column.field, cure=f"A new {self.layout.one} needs it."
                )

    def _compared(self, row: Row, old: Mapping[str, Value]) -> tuple[dict[str, Value], tuple[Difference, ...]]:
        """The fields about which a row says something else than an entry."""
        said = {name: value for name, value in row.values.items() if self.layout.by_field[name].role in _COMPARED}
        changed = {name: value for name, value in said.items() if not _same(old[name], value)}
        for name in changed:
            if self.layout.by_field[name].role == "told":
                raise Refused(
                    f"This is told as {shown(old[name]) or 'nothing'}, and does not change by a file.",
                    field=name,
                    cure="Leave the cell empty.",
                )
        differences = (
            Difference(self.layout.by_field[name].header, shown(old[name]), shown(value))
            for name, value in changed.items()
        )
        return changed, tuple(differences)

    def of_id(self, row: Row) -> _Entry | None:
        """The entry whose id a row gives; None where it gives none."""
        key = row.identity("id")
        if key is None:
            return None
        entry = self.by_id.get(key)
        if entry is None:
            raise Refused(
                f"There is no such {self.layout.one} among those that you may see.",
                field="id",
                cure="Empty the cell to enter a new one.",
            )
        account = self.known.account(row)
        if account is not None and account != self.account_of(entry):
            raise Refused(
                f"The {self.layout.one} of this ID is not at {account}.",
                field="account",
                cure="Empty one of the two cells.",
            )
        return entry


def _same(old: Value, new: Value) -> bool:
    return _plain(old) == _plain(new)


def _plain(value: Value) -> Value:
    """Spreadsheets change the ends of lines, and cells have no blanks around them."""
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value
