"""A panel of one measure in a file, a row per unit and time, with who was treated from when on."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.impact.panel import Better, Panel, Treatment
from trueup.impact.simplex import Numbers
from trueup.indicators.panel import Codes
from trueup.runs.file_columns import FileTable, coded, date_of, read_table
from trueup.sources.delivery import DeliveryError

_MOST_NAMED = 5


@dataclass(frozen=True)
class Names:
    """What the columns of a file are called."""

    unit: str
    time: str
    value: str
    treated: str


@dataclass(frozen=True)
class ImpactFile:
    """A panel from a file; ``begun``: the row in which each treated unit starts. ``notes``: what was left unknown."""

    panel: Panel
    table: FileTable
    treated: str
    begun: Mapping[str, int]
    notes: tuple[str, ...]

    def error(self, unit: str, message: str, cure: str) -> DeliveryError:
        """What is wrong with a treated unit, where it starts."""
        return self.table.error(message, cure, row=self.begun[unit], column=self.treated)


@dataclass(frozen=True)
class _Laid:
    """Each row's place among the units and among the times."""

    table: FileTable
    units: tuple[str, ...]
    times: tuple[str, ...]
    unit: Codes
    time: Codes

    def matrix(self, values: Numbers) -> Numbers:
        """(units, times); NaN where there is no row."""
        found = np.full((len(self.units), len(self.times)), np.nan)
        found[self.unit, self.time] = values
        return found

    def row(self, unit: int, time: int) -> int:
        """The row of a unit and time, which is there."""
        return int(np.flatnonzero((self.unit == unit) & (self.time == time))[0])


def read_impact(path: Path, names: Names, *, better: Better) -> ImpactFile:
    """The panel in a file; DeliveryError where it cannot be understood, or nothing could be said of it."""
    table = read_table(path)
    unit = table.needed(names.unit, "the name of a customer, state or team, the same on all its rows")
    time = table.needed(names.time, "a year, month, quarter or date")
    value = table.needed(names.value, "the measure")
    treated = table.needed(names.treated, "1 from when on the unit was treated, 0 before and of all others")
    if len({unit, time, value, treated}) < len((unit, time, value, treated)):
        raise table.error("One column cannot be two things.", "Name four different columns.")
    laid = _laid(table, unit, time)
    readings, _ = table.numbers(value)
    values = laid.matrix(readings)
    begun = _begun(laid, treated)
    treatments = tuple(Treatment(laid.units[place], start) for place, start in begun.items())
    panel = Panel(laid.units, laid.times, values, treatments, better)
    rows = {laid.units[place]: laid.row(place, start) for place, start in begun.items()}
    return ImpactFile(panel, table, treated, rows, (*table.notes, *_unknown(laid, values)))


def _laid(table: FileTable, unit: str, time: str) -> _Laid:
    units, unit_names = coded(table.filled(unit, "a unit"))
    times, time_names = _times(table, time)
    cells = units * len(time_names) + times
    order = np.argsort(cells, kind="stable")
    again = np.flatnonzero(np.diff(cells[order]) == 0)
    if len(again):
        first, second = order[again[0] : again[0] + 2].tolist()
        raise table.error(
            f"{unit_names[units[second]]!r} has a row of {time_names[times[second]]} already, in line"
            f" {table.first_line + first}.",
            "Leave one row per unit and time.",
            row=second,
            column=time,
        )
    return _Laid(table, unit_names, time_names, units, times)


def _whole(text: str) -> int:
    return int(float(text))


def _month(text: str) -> int:
    year, month = re.split(r"[-/]", text)
    return 12 * int(year) + int(month)


def _month_first(text: str) -> int:
    month, year = re.split(r"[./]", text)
    return 12 * int(year) + int(month)


def _quarter(text: str) -> int:
    return 4 * int(text[:4]) + int(text[-1])


def _week(text: str) -> int:
    return date.fromisocalendar(int(text[:4]), 1, 1).toordinal() // 7 + int(text[-2:])


_KINDS: tuple[tuple[str, Callable[[str], int]], ...] = (
    (r"[+-]?\d{1,9}(\.0*)?", _whole),
    (r"\d{4}[-/](0[1-9]|1[0-2])", _month),
    (r"(0?[1-9]|1[0-2])[./]\d{4}", _month_first),
    (r"\d{4}[- ]?[Qq][1-4]", _quarter),
    (r"\d{4}-?[Ww](0[1-9]|[1-4]\d|5[0-3])", _week),
)
"""How times may be written, besides dates, and the number that puts them in order, one apart."""


def _times(table: FileTable, column: str) -> tuple[Codes, tuple[str, ...]]:
    """Rows' places among the times, and what those are called; DeliveryError where times are missing between."""
    texts = table.filled(column, "a time")
    given = [str(text) for text in pc.unique(texts).to_pylist()]
    numbers = _numbers(table, column, texts, given)
    found, first, codes = np.unique(numbers, return_index=True, return_inverse=True)
    _refuse_uneven(table, column, texts, found, [given[place] for place in first])
    at = {text: int(code) for text, code in zip(given, codes, strict=True)}
    return np.array([at[text] for text in texts.to_pylist()], np.int64), tuple(given[place] for place in first)


def _numbers(table: FileTable, column: str, texts: pa.Array, given: list[str]) -> Codes:
    """The number of each of the given times."""
    pattern, number = max(_KINDS, key=lambda kind: sum(_is(kind[0], text) for text in given))
    other = next((text for text in given if not _is(pattern, text)), None)
    if other is None:
        return np.array([number(text) for text in given], np.int64)
    if alike := next((text for text in given if _is(pattern, text)), None):
        raise table.error(
            f"{other!r} is no time like {alike!r}.",
            "Write all times alike: as 2026, 2026-03, 2026-Q1, 2026-W07 or 2026-03-31.",
            row=_row_of(texts, other),
            column=column,
        )
    days = dict(zip(texts.to_pylist(), table.days(column).tolist(), strict=True))
    dates = [date_of(days[text]) for text in given]
    months = np.array([12 * on.year + on.month for on in dates], np.int64)
    steps = np.unique(np.diff(np.unique([days[text] for text in given])))
    # Ends of months are unevenly far apart, and one month each.
    is_monthly = len(steps) > 1 and len(np.unique(months)) == len(given)
    return months if is_monthly else np.array([days[text] for text in given], np.int64)


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _refuse_uneven(table: FileTable, column: str, texts: pa.Array, found: Codes, names: list[str]) -> None:
    steps = np.diff(found)
    odd = np.flatnonzero(steps != steps.min()) if len(steps) else np.array([], np.int64)
    if len(odd):
        before, after = names[odd[0]], names[odd[0] + 1]
        raise table.error(
            f"No unit has a row between {before} and {after}, where times are missing: elsewhere they follow each other"
            " more closely.",
            f"Add the rows, with an empty value where nothing is known, or leave out all rows up to {before}.",
            row=_row_of(texts, after),
            column=column,
        )


def _row_of(texts: pa.Array, wanted: str) -> int:
    return int(pc.index(texts, wanted).as_py())


def _begun(laid: _Laid, column: str) -> dict[int, int]:
    """Treated units' places, and the place of the time from which on each is treated."""
    flags = laid.matrix(_flags(laid.table, column))
    begun: dict[int, int] = {}
    for unit in np.flatnonzero((flags == 1).any(1)).tolist():
        start = int(np.flatnonzero(flags[unit] == 1)[0])
        ended = np.flatnonzero(flags[unit, start:] == 0)
        if len(ended):
            _refuse_ended(laid, column, unit, flags[unit], start + int(ended[0]))
        begun[unit] = start
    if not begun:
        raise laid.table.error(
            "No row says 1: nobody was treated.", "Write 1 from when on a unit was treated.", column=column
        )
    return begun


def _flags(table: FileTable, column: str) -> Numbers:
    table.filled(column, "1 or 0")
    found = table.flags(column)
    found = table.numbers(column)[0] if found is None else found
    odd = np.flatnonzero(~np.isin(found, (0, 1)))
    if len(odd):
        text = table.texts(column)[int(odd[0])].as_py()
        raise table.error(f"{text!r} is neither 1 nor 0.", "Write 1 or 0.", row=int(odd[0]), column=column)
    return found


def _refuse_ended(laid: _Laid, column: str, unit: int, flags: Numbers, ended: int) -> None:
    name, start, again = laid.units[unit], int(np.argmax(flags == 1)), np.flatnonzero(flags[ended:] == 1)
    told = f"{name!r} is treated from {laid.times[start]}, and no more in {laid.times[ended]}"
    if len(again):
        told = f"{name!r} is treated twice: from {laid.times[start]} and again from {laid.times[ended + int(again[0])]}"
    raise laid.table.error(
        f"{told}. What an earlier treatment left behind cannot be told from what would have happened anyway.",
        "Write 1 from the start on; or leave out the unit's rows from here on.",
        row=laid.row(unit, ended),
        column=column,
    )


def _unknown(laid: _Laid, values: Numbers) -> list[str]:
    """What to say of units that are not known at all times."""
    gaps = np.isnan(values)
    units = np.flatnonzero(gaps.any(1))
    if not len(units):
        return []
    named = [f"{laid.units[unit]} ({laid.times[int(gaps[unit].argmax())]})" for unit in units[:_MOST_NAMED].tolist()]
    more = ", ..." if len(units) > _MOST_NAMED else ""
    first = f"the first of them {', '.join(named)}{more}"
    have = "has" if len(units) == 1 else "have"
    told = f"{laid.table.shown}: {len(units):,} of {len(laid.units):,} units {have} no value at some time, {first}."
    return [f"{told} Nothing is filled: where that time is compared, they stand for nobody."]
