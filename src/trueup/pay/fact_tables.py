"""Facts of pay as tables of text, as analysts write and programs export them: one file each, with a header.

Numbers are exact ('12.30', '1/3'), days are 2026-06-14, lists are parted by spaces. Columns that have a default may be
left out; a column that nobody knows, or a cell that does not do, is told with its file, row, column and cure.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from io import StringIO
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from trueup.metrics.naming import nearest
from trueup.pay.facts import (
    Acknowledgement,
    Assignment,
    EligibleCustomer,
    Event,
    EventShare,
    Facts,
    Outcome,
    Quota,
    Rate,
    ReportingLine,
    SignedAgreement,
    ValueReading,
)
from trueup.units.money import Money

TABLES: Mapping[str, tuple[str, type]] = {
    "events": ("events", Event),
    "shares": ("shares", EventShare),
    "assignments": ("assignments", Assignment),
    "quotas": ("quotas", Quota),
    "reporting_lines": ("reporting_lines", ReportingLine),
    "rates": ("rates", Rate),
    "outcomes": ("outcomes", Outcome),
    "agreements": ("agreements", SignedAgreement),
    "value_readings": ("readings", ValueReading),
    "eligible_customers": ("eligible_customers", EligibleCustomer),
    "acknowledgements": ("acknowledgements", Acknowledgement),
}
"""The tables by the stem of their file, with the part of Facts that they give and the kind of their rows."""
_SHOWN = 40


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, or with a column where ``row`` is 1; rows count as editors do, the header being 1."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.message}"


class FactTableError(ValueError):
    """Tables that cannot be read, with all that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def facts_of(texts: Mapping[str, str]) -> Facts:
    """The facts that files say, by their names without the ending; FactTableError tells all that is wrong.

    An event or reading without ``known_on`` was known on its own day; a reading that was verified later, then.
    """
    faults: list[Fault] = []
    parts: dict[str, tuple[Any, ...]] = {}
    for name, text in texts.items():
        part, kind = TABLES[name]
        parts[part] = tuple(_rows(f"{name}.csv", text, kind, faults))
    if faults:
        raise FactTableError(faults)
    return Facts(**parts)


def rows_of(file: str, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with their numbers; FactTableError where a row is longer or shorter than the header."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff")))
    header = [name.strip() for name in next(reader, [])]
    twice = next((name for name in header if header.count(name) > 1), None)
    if not header or twice is not None:
        said = f"two columns are called {twice}: rename one" if twice else "it has no header: begin with one"
        raise FactTableError([Fault(file, 1, twice or "", said)])
    for cells in reader:
        if not cells or all(not cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if len(cells) != len(header):
            raise FactTableError(
                [Fault(file, reader.line_num, "", f"it has {len(cells)} cells, the header has {len(header)}: mend it")]
            )
        yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _rows(file: str, text: str, kind: type, faults: list[Fault]) -> Iterator[Any]:
    columns = {column.name: column for column in _columns(kind)}
    try:
        rows = list(rows_of(file, text))
    except FactTableError as error:
        faults += error.faults
        return
    if rows:
        given = rows[0][1].keys()
        unknown = [name for name in given if name not in columns]
        missing = [column.name for column in columns.values() if column.is_needed and column.name not in given]
        faults += [Fault(file, 1, name, f"no such column{nearest(name, columns)}") for name in unknown]
        faults += [Fault(file, 1, name, "this column is missing: add it") for name in missing]
        if unknown or missing:
            return
    for number, cells in rows:
        made: dict[str, Any] = {}
        for name, cell in cells.items():
            column = columns[name]
            if not cell and not column.is_needed:
                continue
            try:
                made[name] = column.read(cell)
            except ValueError as error:
                faults.append(Fault(file, number, name, f"{cell[:_SHOWN]!r} does not do: {error}"))
        if all(not column.is_needed or column.name in made for column in columns.values()):
            try:
                yield _made(kind, made)
            except ValueError as error:
                faults.append(Fault(file, number, "", str(error)))


def _made(kind: type, made: dict[str, Any]) -> Any:
    """A row; what is known from its own day on, where it does not say, and money out of its amount and currency."""
    currency = made.pop("currency", None) if kind is SignedAgreement else None
    if kind is SignedAgreement:
        for name in ("at_target", "committed", "band"):
            made[name] = Money(_decimal(made.get(name, Fraction(0))), currency or "")
    own_day = {"Event": "on", "ValueReading": "as_of"}.get(kind.__name__)
    if own_day is not None:
        made.setdefault("known_on", max(made[own_day], made.get("verified_on", made[own_day])))
    return kind(**made)


@dataclass(frozen=True)
class _Column:
    name: str
    is_needed: bool
    read: Callable[[str], Any]


def _columns(kind: type) -> Iterator[_Column]:
    hints = get_type_hints(kind)
    for each in fields(kind):
        is_needed = each.default is MISSING and each.name not in {"known_on"} | (
            {"band"} if kind is SignedAgreement else set()
        )
        read = _fraction if hints[each.name] is Money else _reader(hints[each.name])
        if kind is Outcome and each.name == "known_on":
            is_needed = True
        yield _Column(each.name, is_needed, read)
    if kind is SignedAgreement:
        yield _Column("currency", is_needed=True, read=str)


def _reader(hint: Any) -> Callable[[str], Any]:
    if get_origin(hint) in {Union, UnionType}:
        return _reader(next(each for each in get_args(hint) if each is not type(None)))
    if get_origin(hint) is Literal:
        return lambda text: _choice(text, get_args(hint))
    if get_origin(hint) is frozenset:
        return lambda text: frozenset(text.split())
    return {str: _text, date: _day, Fraction: _fraction, Decimal: _exact_decimal, int: _whole}[hint]


def _text(text: str) -> str:
    if not text:
        raise ValueError("it is empty: fill it in")
    return text


def _choice(text: str, choices: Iterable[str]) -> str:
    listed = list(choices)
    if text not in listed:
        cure = nearest(text, listed)
        raise ValueError(f"it is one of {', '.join(listed)}{'' if cure.startswith('; there are') else cure}")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a day as 2026-06-14") from None


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text.replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        raise ValueError("write a number such as 12.30, or a fraction such as 1/3") from None


def _exact_decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError("write a number such as 1.0720")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("write a whole number") from None


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
