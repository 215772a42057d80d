"""Files of entries: from the bytes of a CSV file or workbook to sheets of text, and from tables to such bytes."""

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import python_calamine as calamine
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from trueup.record.files.cells import Manner, Value, told
from trueup.record.files.sheets import Sheet, Table
from trueup.sources.survey import encoding_of

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS: Final = (",", ";", "\t", "|")
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
"""What spreadsheet programs would take for a formula, were it not for a quote mark before it."""
_DIGITS: Final = 15
"""So many digits a workbook keeps of a number."""
_PLACES: Final = Decimal("1e-8")
_LONGEST: Final = 32_767
"""So many characters a workbook's cell may hold."""
_FIRST_DAY: Final = dt.date(1900, 3, 1)
"""From here on workbooks agree with the calendar."""
_WIDEST: Final = 48
_UNPACKED: Final = 256 << 20

Cell = float | str | bool | dt.date | dt.time | dt.datetime | dt.timedelta


class EntryFileError(Exception):
    """A file of entries that cannot be read or written at all; ``str()`` is one paragraph: where, what, cure."""


def read_sheets(content: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets in a file, one in a CSV file; ``name`` is the file's for people. Sheets without rows are left out."""
    sheets = _workbook(content, name) if content.startswith(_WORKBOOKS) else [_text(content, name)]
    filled = tuple(sheet for sheet in sheets if sheet is not None and sheet.rows)
    if not filled:
        raise EntryFileError(f"{name}: There is no row under a header. Give the file at least one.")
    return filled


def as_csv(table: Table) -> bytes:
    """A table as CSV that spreadsheet programs open as it is: UTF-8 with its mark, and nothing taken for a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(table.headers)
    writer.writerows([_guarded(value) for value in row] for row in table.rows)
    return codecs.BOM_UTF8 + file.getvalue().encode()


def as_workbook(tables: Iterable[Table]) -> bytes:
    """Tables as a workbook, a sheet each."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for table in tables:
            sheet = book.add_worksheet(table.name[:31].capitalize())
            _fill(sheet, table, bold, day)
    return file.getvalue()


def _guarded(value: Value) -> str:
    shown = told(value)
    return f"'{shown}" if isinstance(value, str) and _FORMULA.match(shown) else shown


def _fill(sheet: Worksheet, table: Table, bold: Format, day: Format) -> None:
    sheet.freeze_panes(1, 0)
    for place, header in enumerate(table.headers):
        sheet.write_string(0, place, header, bold)
        widest = max((len(told(row[place])) for row in table.rows[:1000]), default=0)
        sheet.set_column(place, place, min(max(len(header), widest) + 2, _WIDEST))
    for number, row in enumerate(table.rows, start=1):
        for place, value in enumerate(row):
            _write(sheet, number, place, value, day)


def _write(sheet: Worksheet, row: int, place: int, value: Value, day: Format) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_string(row, place, told(value))
        case dt.date() if value >= _FIRST_DAY:
            sheet.write_datetime(row, place, value, day)
        case int() | Decimal() if len(Decimal(value).normalize().as_tuple().digits) <= _DIGITS:
            sheet.write_number(row, place, float(value))
        case _:
            shown = told(value)
            if len(shown) > _LONGEST:
                raise EntryFileError(
                    f"Row {row + 1} holds a text too long for a workbook's cell. Export as CSV instead."
                )
            sheet.write_string(row, place, shown)


def _text(content: bytes, name: str) -> Sheet | None:
    text = _decoded(content)
    told_delimiter = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    first_line = 2 if told_delimiter else 1
    body = text[told_delimiter.end() :] if told_delimiter else text
    delimiter = told_delimiter[1] if told_delimiter else _delimiter(body)
    manner: Manner = "comma" if delimiter == ";" else "point"
    return _sheet(name, _records(body, delimiter, name, first_line), manner)


def _decoded(content: bytes) -> str:
    if content.startswith(_WIDE_MARKS):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(encoding_of(content), errors="replace")


def _delimiter(text: str) -> str:
    """The one that parts the header into most columns: names of columns hold none of them."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


def _records(text: str, delimiter: str, name: str, first_line: int) -> list[tuple[int, tuple[str, ...]]]:
    csv.field_size_limit(1 << 24)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, line = list[tuple[int, tuple[str, ...]]](), first_line
    try:
        for fields in reader:
            records.append((line, tuple(_unguarded(field) for field in fields)))
            line = first_line + reader.line_num
    except csv.Error as error:
        raise EntryFileError(
            f"{name}, line {line}: The quote marks are broken ({error}). Save the file anew."
        ) from error
    return records


def _unguarded(field: str) -> str:
    return field[1:] if field.startswith("'") and _FORMULA.match(field) else field


def _workbook(content: bytes, name: str) -> list[Sheet | None]:
    _check_unpacked(content, name)
    try:
        book = calamine.load_workbook(io.BytesIO(content))
        found = [meta.name for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        cells = {sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in found}
    except calamine.PasswordError as error:
        raise EntryFileError(f"{name}: The workbook is protected by a password. Save it without one.") from error
    except calamine.CalamineError as error:
        raise EntryFileError(
            f"{name}: The workbook cannot be opened ({error}). Save it again as .xlsx or CSV."
        ) from error
    shown = {sheet: f"{name}/{sheet}" if len(cells) > 1 else name for sheet in cells}
    return [
        _sheet(shown[sheet], [(n, tuple(map(_cell, row))) for n, row in enumerate(rows, start=1)], "point")
        for sheet, rows in cells.items()
    ]


def _check_unpacked(content: bytes, name: str) -> None:
    """Refuse what is small on its way and too large here."""
    file = io.BytesIO(content)
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > _UNPACKED:
            raise EntryFileError(
                f"{name}: Unpacked it is larger than {_UNPACKED >> 20} MB. Part it, or save it as CSV."
            )


def _cell(value: Cell) -> str:
    """A cell as text; of a number those digits that a workbook really keeps, and no more places than entries have."""
    match value:
        case str():
            return value
        case bool():
            return told(value)
        case int() | float():
            kept = Decimal(f"{value:.{_DIGITS}g}")
            return told(kept.quantize(_PLACES) if kept.normalize().as_tuple().exponent < -8 else kept)  # type: ignore[operator]
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.timedelta():
            return str(value)
        case _:
            return value.isoformat()


def _sheet(name: str, records: Sequence[tuple[int, tuple[str, ...]]], manner: Manner) -> Sheet | None:
    filled = [(line, cells) for line, cells in records if any(cell.strip() for cell in cells)]
    if not filled:
        return None
    (header_line, headers), rows = filled[0], filled[1:]
    named = tuple(header.strip() for header in headers)
    return Sheet(name, header_line, named, tuple(rows), manner)
