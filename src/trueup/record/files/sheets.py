"""A sheet of rows as it was read from a file, and what its rows say: each cell read, or named as one that cannot be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from trueup.record.files.cells import Cell, Manner, NotReadError, Value, like, told
from trueup.record.files.columns import KINDS, LAYOUTS, Column, KindName, Layout, folded

_SHOWN = 200
"""Longest piece of a cell that is repeated to people, in characters."""


@dataclass(frozen=True)
class Sheet:
    """Rows as texts. ``file``: its name for people; ``rows``: the line or sheet row of each (from 1), and its cells."""

    file: str
    header_line: int
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    manner: Manner = "point"


@dataclass(frozen=True)
class Rejected:
    """A row that does not go in: where, what stands there, what is wrong with it, and the cure."""

    file: str
    row: int
    column: str
    value: str
    message: str
    cure: str


@dataclass(frozen=True)
class Table:
    """Rows to be written to a file, under headers for people; ``name``: what it holds."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def rejections(rejected: Sequence[Rejected]) -> Table:
    """Rejected rows as a table, for whoever mends the file."""
    headers = ("File", "Row", "Column", "Value", "What is wrong", "What to do")
    rows = ((one.file, one.row, one.column, one.value, one.message, one.cure) for one in rejected)
    return Table("rejected rows", headers, tuple(rows))


class SheetError(Exception):
    """A sheet that is of no kind of entries that we know; ``str()`` says what is wrong and the cure."""


@dataclass(frozen=True)
class Row:
    """What one row says, by field; a field that the sheet has no column for is not in it."""

    line: int
    values: Mapping[str, Value]

    def has(self, name: str) -> bool:
        """Whether the row says something about the field, even that there is nothing."""
        return name in self.values

    def text(self, name: str) -> str:
        """A text; empty where nothing is said."""
        found = self.values.get(name)
        return found if isinstance(found, str) else ""

    def day(self, name: str) -> date | None:
        """A day."""
        found = self.values.get(name)
        return found if isinstance(found, date) else None

    def number(self, name: str) -> Decimal | None:
        """A number."""
        found = self.values.get(name)
        return found if isinstance(found, Decimal) else None

    def identity(self, name: str) -> UUID | None:
        """The id of an entry."""
        found = self.values.get(name)
        return found if isinstance(found, UUID) else None

    def only(self, *names: str) -> dict[str, Value]:
        """What is said about these fields."""
        return {name: self.values[name] for name in names if name in self.values}


@dataclass(frozen=True)
class Heard:
    """A sheet understood: its rows as far as they can be read, those that cannot, and notes about columns."""

    layout: Layout
    sheet: Sheet
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]

    def reject(self, line: int, message: str, *, field: str = "", cure: str = "") -> Rejected:
        """That a row does not go in; ``field``: as the record calls it."""
        column = self.layout.said_at(field)
        place = None if column is None else _place_of(column, self.sheet)
        cells = next(row for number, row in self.sheet.rows if number == line)
        value = cells[place] if place is not None and place < len(cells) else ""
        header = column.header if column else ""
        return Rejected(self.sheet.file, line, header, value[:_SHOWN], message, cure)


def hear(sheet: Sheet, kind: KindName | None = None) -> Heard:
    """Read every cell of a sheet of ``kind``, or of the kind that its columns tell; SheetError where they do not."""
    layout = LAYOUTS[kind or kind_of(sheet)]
    columns = _columns(sheet, layout)
    rows, rejected = list[Row](), list[Rejected]()
    for line, cells in sheet.rows:
        values, wrong = _values(sheet, columns, line, cells)
        rejected += wrong
        if not wrong:
            rows.append(Row(line, values))
    return Heard(layout, sheet, tuple(rows), tuple(rejected), tuple(_notes(sheet, layout)))


def kind_of(sheet: Sheet) -> KindName:
    """The kind whose columns a sheet has most of; SheetError where there is none, or two fit as well."""
    headers = {folded(header) for header in sheet.headers}
    fits = {
        layout.name: (
            sum(bool(headers & column.names) for column in layout.columns),
            all(headers & column.names for column in layout.columns if column.need),
        )
        for layout in LAYOUTS.values()
        if any(headers & column.names for column in layout.columns if column.role == "entered")
    }
    best = [name for name, fit in fits.items() if fit == max(fits.values())]
    if len(best) == 1:
        return best[0]
    raise SheetError(
        f"{sheet.file}: its columns do not tell which entries these are. Say whether they are"
        f" {' or '.join(best or KINDS)}; an export shows the columns of each."
    )


def _columns(sheet: Sheet, layout: Layout) -> dict[int, Column]:
    """The columns of a sheet, by place; those that nobody knows are left out."""
    found: dict[int, Column] = {}
    for place, header in enumerate(sheet.headers):
        column = next((column for column in layout.columns if folded(header) in column.names), None)
        if column is not None:
            found[place] = column
    twice = [column.header for column, count in Counter(found.values()).items() if count > 1]
    if twice:
        raise SheetError(f"{sheet.file}: there are two columns for {twice[0]}. Leave one of them out.")
    if not found:
        raise SheetError(
            f"{sheet.file}: no column of {layout.name} is known among {', '.join(sheet.headers[:8]) or 'none'}."
            " Begin with an export, which shows the columns."
        )
    return found


def _place_of(column: Column, sheet: Sheet) -> int | None:
    return next((place for place, header in enumerate(sheet.headers) if folded(header) in column.names), None)


def _notes(sheet: Sheet, layout: Layout) -> Iterator[str]:
    known = [column.header for column in layout.columns]
    for header in sheet.headers:
        if header.strip() and not any(folded(header) in column.names for column in layout.columns):
            near = like(header, known)
            yield f"Nothing was taken from the column {header!r}, which {layout.name} do not have. {near}".strip()


def _values(
    sheet: Sheet, columns: Mapping[int, Column], line: int, cells: Sequence[str]
) -> tuple[dict[str, Value], list[Rejected]]:
    values: dict[str, Value] = {}
    wrong = []
    if len(cells) > len(sheet.headers):
        message = f"The row has {len(cells)} cells, but there are only {len(sheet.headers)} columns."
        wrong.append(Rejected(sheet.file, line, "", cells[-1][:_SHOWN], message, "Put texts with commas into quotes."))
    for place, column in columns.items():
        said = cells[place].strip() if place < len(cells) else ""
        if not said:
            if column.blank == "clears":
                values[column.field] = column.nothing
            continue
        try:
            values[column.field] = column.read(Cell(said, sheet.manner))
        except NotReadError as error:
            wrong.append(Rejected(sheet.file, line, column.header, said[:_SHOWN], error.message, error.cure))
    return values, wrong


def shown(value: Value) -> str:
    """A value for people, shortened."""
    text = told(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
