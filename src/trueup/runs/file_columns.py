"""Columns of a file named on the command line: dates, numbers, texts; every mistake told with its place."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from trueup.indicators.panel import Codes, Days, Flags
from trueup.record.files.cells import Cell, NotReadError, day
from trueup.sources.delivery import ArrowRelation, Delivered, DeliveryError
from trueup.sources.files import read_path
from trueup.statistics.logit import Floats

NEVER = -(10**8)
"""The day of an empty cell."""
MISSING = ("", "nan", "null", "none", "na", "n/a", "#n/a", "-", "–", "?")
"""What numbers' columns hold where there is no number."""
NEARLY_ALL = 0.9
MOST, MANY = 0.5, 20
"""A column of which most are numbers, many different ones, is no list of categories."""
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_LOOKS = r"^[€$£+-]? ?(\d{1,3}([,'. ]\d{3})+|\d+)([.,]\d+)? ?(%|€|\$|£|[A-Z]{3})?$"
"""What people write for numbers, and a program may read in two ways, or not at all."""
_DATE = r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4})([T ].*)?$"
_NEAR = 70
_YES, _NO = ("yes", "true", "y"), ("no", "false", "n")


@dataclass(frozen=True)
class FileTable:
    """A file's one table, all text; ``shown`` is the file's name for people, ``first_line`` that of the first row."""

    shown: str
    rows: pa.Table
    first_line: int
    decimal_comma: bool
    notes: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The columns' names as delivered."""
        return list(self.rows.column_names)

    def named(self, wanted: str) -> str | None:
        """The column's name as delivered; capitals and blanks do not matter. None where there is none."""
        return {_folded(name): name for name in reversed(self.names)}.get(_folded(wanted))

    def needed(self, wanted: str, meaning: str) -> str:
        """The column's name as delivered; DeliveryError where there is none."""
        found = self.named(wanted)
        if found is None:
            near = f"Did you mean {close!r}? Name it {wanted}." if (close := near_to(wanted, self.names)) else ""
            raise DeliveryError(self.shown, f"There is no column {wanted!r}.", near or f"Add it: {meaning}.")
        return found

    def error(self, message: str, cure: str, *, row: int | None = None, column: str | None = None) -> DeliveryError:
        """What is wrong with the file; ``row`` counts from 0."""
        line = None if row is None else self.first_line + row
        return DeliveryError(self.shown, message, cure, row=line, column=column)

    def texts(self, column: str) -> pa.Array:
        """Texts without blanks around them; null where there is nothing."""
        trimmed = pc.utf8_trim_whitespace(_whole(self.rows.column(column)))
        return pc.if_else(pc.equal(trimmed, ""), None, trimmed)

    def filled(self, column: str, what: str) -> pa.Array:
        """Texts of a column that must be filled everywhere."""
        found = self.texts(column)
        if found.null_count:
            row = _first(np.asarray(pc.is_null(found)))
            raise self.error(
                f"The cell is empty; every row needs {what}.", "Fill it, or leave the row out.", row=row, column=column
            )
        return found

    def refuse_twice(self, codes: Codes, names: Sequence[str], days: Days, column: str) -> None:
        """DeliveryError where an account has two rows of a date; ``codes``, ``days`` are of the rows."""
        order = np.lexsort((days, codes))
        again = np.flatnonzero((np.diff(codes[order]) == 0) & (np.diff(days[order]) == 0))
        if len(again):
            first, second = sorted(order[again[0] : again[0] + 2].tolist())
            raise self.error(
                f"{names[codes[second]]!r} has a row of {date_of(days[second])} already, in line"
                f" {self.first_line + first}.",
                "Leave one row per account and date.",
                row=second,
                column=column,
            )

    def days(self, column: str) -> Days:
        """Dates as days since 1970; NEVER where there is none."""
        found = self.texts(column)
        codes = found.dictionary_encode()
        days = np.array([self._day(text, column, found) for text in codes.dictionary.to_pylist()] + [NEVER], np.int64)
        return days[np.asarray(codes.indices.fill_null(len(days) - 1), np.int64)]

    def _day(self, text: str, column: str, among: pa.Array) -> int:
        try:
            on = day(Cell(text[:10] if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text) else text))
        except NotReadError as error:
            row = _first(np.asarray(pc.fill_null(pc.equal(among, text), fill_value=False)))
            raise self.error(f"{text!r}: {error.message}", error.cure, row=row, column=column) from error
        return (on - _EPOCH).days

    def are_numbers(self, column: str) -> bool:
        """Whether a column holds numbers; DeliveryError where it nearly does, but for a few words or signs."""
        plain = self._plain(column)
        said = np.asarray(pc.is_valid(plain))
        numbers = self._matching(plain, _NUMBER)
        share = numbers.sum() / max(said.sum(), 1)
        if share == 1:
            return True
        meant = numbers | self._matching(plain, _LOOKS)
        share_meant = meant.sum() / max(said.sum(), 1)
        different = len(pc.unique(plain.filter(pa.array(meant))))
        if share_meant >= NEARLY_ALL or (share_meant >= MOST and different > MANY):
            before = f"{share:.0%} of the column are numbers, but " if share else ""
            self._refuse(column, said & ~numbers, before)
        return False

    def _matching(self, texts: pa.Array, pattern: str) -> Flags:
        return np.asarray(pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False))

    def numbers(self, column: str) -> tuple[Floats, int]:
        """Numbers, NaN where there is none; and how many cells hold blanks or a word for nothing."""
        plain = self._plain(column)
        said = np.asarray(pc.is_valid(plain))
        numbers = self._matching(plain, _NUMBER)
        if (said & ~numbers).any():
            self._refuse(column, said & ~numbers, "")
        found = np.asarray(pc.fill_null(pc.cast(plain, pa.float64()), float("nan")), np.float64)
        return found, int((~said).sum())

    def flags(self, column: str) -> Floats | None:
        """1 for yes, 0 for no, NaN for neither; None where the column says anything else."""
        found = pc.utf8_lower(self.texts(column))
        yes, no = (np.asarray(pc.is_in(found, pa.array(words))) for words in (_YES, _NO))
        if not (yes | no | np.asarray(pc.is_null(found))).all() or not (yes | no).any():
            return None
        return np.where(yes, 1.0, np.where(no, 0.0, np.nan))

    def are_dates(self, column: str) -> bool:
        """Whether nearly all that a column says are dates."""
        said = self.texts(column).drop_null()
        return bool(pc.mean(pc.match_substring_regex(said, _DATE)).as_py() >= NEARLY_ALL)

    def _plain(self, column: str) -> pa.Array:
        """Texts of numbers with a decimal point; null where they are a word for nothing."""
        found = self.texts(column)
        found = pc.if_else(pc.is_in(pc.utf8_lower(found), pa.array(MISSING)), None, found)
        return pc.replace_substring(found, ",", ".") if self.decimal_comma else found

    def _refuse(self, column: str, which: Flags, before: str) -> None:
        row = _first(which)
        text = self.texts(column)[row].as_py()
        many = int(which.sum())
        others = f" ({many:,} cells of the column are not)" if many > 1 else ""
        raise self.error(
            f"{before}{text!r} is no number{others}.",
            "Write it as 1234.5, or leave the cell empty where nothing is known.",
            row=row,
            column=column,
        )


_EPOCH = date(1970, 1, 1)


def read_table(path: Path) -> FileTable:
    """The one table of a file: CSV (also packed as .gz), Parquet, or a workbook of one sheet; else DeliveryError."""
    with tempfile.TemporaryDirectory() as scratch:
        delivery = read_path(path, scratch=Path(scratch))
        tables = [table for table in delivery if table.columns]
        if len(tables) != 1:
            named = ", ".join(table.path_shown for table in tables[:5])
            raise DeliveryError(str(path), f"It holds {len(tables)} tables ({named}).", "Name a file with one table.")
        found = tables[0]
        rows = _rows(found)
    if not rows.num_rows:
        raise DeliveryError(found.path_shown, "There is no row under the header.", "Check how it was exported.")
    notes = tuple(f"{each.file}: {each.message}" for each in found.findings)
    return FileTable(found.path_shown, rows, found.row_offset, found.decimal_comma, notes)


def _rows(found: Delivered) -> pa.Table:
    if isinstance(found.relation, ArrowRelation):
        return found.relation.table
    with duckdb.connect() as connection:
        return connection.execute(found.relation.select).to_arrow_table()


def near_to(wanted: str, known: Sequence[str]) -> str | None:
    """What may have been meant; None where nothing is near."""
    found = process.extractOne(wanted, known, scorer=fuzz.WRatio, score_cutoff=_NEAR)
    return str(found[0]) if found else None


def coded(texts: pa.Array) -> tuple[Codes, tuple[str, ...]]:
    """Texts as places among the different ones in their order; -1 where there is none."""
    encoded = texts.dictionary_encode()
    names = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names) + 1, np.int64)
    place[order] = np.arange(len(names))
    place[-1] = -1
    codes: Codes = place[np.asarray(encoded.indices.fill_null(len(names)), np.int64)]
    return codes, tuple(names[at] for at in order)


def date_of(day: int) -> date:
    """The date of a day since 1970."""
    return _EPOCH + timedelta(days=int(day))


def _folded(name: str) -> str:
    return re.sub(r"[\s_]+", "_", name.strip().casefold())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)


def _first(which: Flags) -> int:
    return int(np.flatnonzero(which)[0])
