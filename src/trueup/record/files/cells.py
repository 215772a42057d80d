"""What people write into cells, as values, and values as they stand in cells.

Nothing is guessed: what can be read in two ways is not read.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from rapidfuzz import fuzz, process

Value = str | Decimal | date | int | bool | UUID | None
"""What a cell says; None: nothing."""
Manner = Literal["point", "comma"]
"""What parts the decimals from the whole in a file, as far as the file itself tells."""

_BLANKS = re.compile(r"[\s\u00a0\u202f]+")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_GROUPED = {
    "point": re.compile(r"-?[1-9]\d{0,2}(?:[,' ]\d{3})+(\.\d+)?"),
    "comma": re.compile(r"-?[1-9]\d{0,2}(?:[.' ]\d{3})+(,\d+)?"),
}
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_TWO_WAYS = {"point": re.compile(r"-?[1-9]\d{0,2},\d{3}"), "comma": re.compile(r"-?[1-9]\d{0,2}\.\d{3}")}
"""Thousands to some, decimals to others; what the file's own manner settles is not in its list."""
_PLACES = 8

_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
_DAY_CURE = "Write it as 2026-06-30."

_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "oui"})
_NO = frozenset({"no", "n", "false", "0", "nein", "non"})
_NEAR = 70


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, without blanks around it, and the manner of its file."""

    text: str
    manner: Manner = "point"


class NotReadError(Exception):
    """A cell that says nothing, or two things at once: what is wrong, and the cure."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(f"{message} {cure}")
        self.message = message
        self.cure = cure


Read = Callable[[Cell], Value]
"""Reads a cell that is not blank; raises NotReadError."""


def text(cell: Cell) -> str:
    """Any text."""
    return cell.text


def number(cell: Cell) -> Decimal:
    """A number as people write it: ``1200``, ``1,200.5``, ``1.200,5``, ``45 %``; none that can be read in two ways."""
    bare = _BLANKS.sub(" ", cell.text).replace("\u2212", "-").removesuffix("%").strip()
    if _TWO_WAYS[cell.manner].fullmatch(bare):
        raise NotReadError(
            "This may be read as thousands or as decimals.", f"Write {_without_marks(bare)} or {_with_point(bare)}."
        )
    plain = _unmarked(bare, cell.manner)
    if plain is None:
        raise NotReadError("This is no number.", "Write it as 1234.5, without words or signs of currency.")
    return _to_places(Decimal(plain))


def _unmarked(bare: str, manner: Manner) -> str | None:
    """A number with a decimal point and no other marks; None where it is none."""
    if _PLAIN.fullmatch(bare):
        return bare
    if _DECIMAL_COMMA.fullmatch(bare) and (manner == "comma" or not _GROUPED["point"].fullmatch(bare)):
        return bare.replace(",", ".")
    for named, decimal_mark in (("point", "."), ("comma", ",")):
        if _GROUPED[named].fullmatch(bare):
            return re.sub(rf"[^\d{decimal_mark}-]", "", bare).replace(",", ".")
    return None


def _without_marks(bare: str) -> str:
    return re.sub(r"[,.]", "", bare)


def _with_point(bare: str) -> str:
    return bare.replace(",", ".") if "," in bare else bare.replace(".", ",")


def _to_places(value: Decimal) -> Decimal:
    """Zeros at the end are no digits that anybody entered."""
    kept = value.normalize()
    return kept if kept.as_tuple().exponent >= -_PLACES else value  # type: ignore[operator]  # digits only, so no NaN


def whole(cell: Cell) -> int:
    """A whole number."""
    value = number(cell)
    if value != value.to_integral_value():
        raise NotReadError("This is no whole number.", "Write it without decimals.")
    return int(value)


def day(cell: Cell) -> date:
    """A day: ``2026-06-30``, ``30.06.2026``, ``30 Jun 2026``; with slashes only where one number is no month."""
    bare = _MIDNIGHT.sub("", cell.text)
    if slashed := _SLASHED.fullmatch(bare):
        return _slashed(*(int(part) for part in slashed.groups()))
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(bare, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise NotReadError("This is no day.", _DAY_CURE)


def _slashed(first: int, second: int, year: int) -> date:
    if first <= 12 and second <= 12 and first != second:
        cure = f"Write {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}."
        raise NotReadError("Nobody can tell which of these is the month.", cure)
    day_of_month, month = (second, first) if second > 12 else (first, second)
    try:
        return date(year, month, day_of_month)
    except ValueError as error:
        raise NotReadError("There is no such day.", _DAY_CURE) from error


def yes_or_no(cell: Cell) -> bool:
    """Yes or no."""
    bare = cell.text.casefold()
    if bare in _YES:
        return True
    if bare in _NO:
        return False
    raise NotReadError("This is neither yes nor no.", "Write yes or no.")


def identity(cell: Cell) -> UUID:
    """The id of an entry, as an export tells it."""
    try:
        return UUID(cell.text)
    except ValueError as error:
        cure = "Copy it from an export, or leave the cell empty."
        raise NotReadError("This is no id of an entry.", cure) from error


def one_of(*choices: str) -> Read:
    """One of some words; blanks and capitals do not matter."""

    def read(cell: Cell) -> str:
        said = re.sub(r"[\s-]+", "_", cell.text.casefold())
        if said in choices:
            return said
        cure = f"Write one of {', '.join(choices)}."
        raise NotReadError("This is none of the words that may stand here.", like(said, choices) or cure)

    return read


def like(said: str, known: Sequence[str]) -> str:
    """A sentence that names what may have been meant; empty where nothing is near."""
    found = process.extractOne(said, known, scorer=fuzz.WRatio, score_cutoff=_NEAR)
    return f"Did you mean {found[0]!r}?" if found else ""


def told(value: Value) -> str:
    """A value as text in a cell, such that reading it gives the value again."""
    match value:
        case None:
            shown = ""
        case bool():
            shown = "yes" if value else "no"
        case Decimal():
            shown = f"{value.normalize():f}"
        case _:
            shown = str(value)
    return shown
