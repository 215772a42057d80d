"""Spreadsheets: every sheet of an Excel or OpenDocument workbook, with its header found below titles."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import python_calamine as calamine

from trueup.canon.findings import Finding
from trueup.sources.delivery import ArrowRelation, Delivered, DeliveryError, Parcel, stem_of
from trueup.sources.headers import is_header, is_total, numbered, unique_names
from trueup.sources.text_files import empty_table

_UNNAMED: Final = re.compile(
    r"(sheet|tabelle|feuil(le)?|hoja|planilha|foglio|blad|ark(usz)?|taulukko|лист|data|export)[\s_]*\d*", re.IGNORECASE
)
"""Names that spreadsheet programs give to sheets on their own."""

_FULL: Final = frozenset({65_536, 1_048_576})
"""As many rows as a sheet can have, in the old format and in the new."""

_SEARCHED: Final = 200
_WHOLE_NUMBERS: Final = 2**53
"""Up to here a spreadsheet keeps whole numbers apart."""

Cell = float | str | bool | dt.date | dt.time | dt.datetime | dt.timedelta
Row = list[str]


def read_workbook(parcel: Parcel) -> list[Delivered]:
    """The tables in a workbook, one a sheet; DeliveryError where it cannot be opened or holds none."""
    try:
        book = calamine.load_workbook(io.BytesIO(parcel.path.read_bytes()))
        sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        cells = {meta.name: book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False) for meta in sheets}
    except calamine.PasswordError as error:
        message = "The workbook is protected by a password."
        raise DeliveryError(parcel.shown, message, "Save it without a password and import it again.") from error
    except calamine.CalamineError as error:
        message = f"The workbook cannot be opened ({error})."
        cure = "It may be cut off or damaged: open it in a spreadsheet program and save it again, as .xlsx or CSV."
        raise DeliveryError(parcel.shown, message, cure) from error
    filled = {name: rows for name, rows in cells.items() if any(cell != "" for row in rows for cell in row)}
    if not filled:
        raise DeliveryError(parcel.shown, "All sheets of the workbook are empty.", "Export it again.")
    hidden = {meta.name for meta in sheets if meta.visible != calamine.SheetVisibleEnum.Visible}
    tables = []
    for name, rows in filled.items():
        findings = [_hidden(parcel, name)] if name in hidden else []
        findings += [_full(parcel, name, len(rows))] if len(rows) in _FULL else []
        texts = [[text_of(cell) for cell in row] for row in rows]
        tables.append(_table(parcel, name, texts, stem=_stem(parcel, name, len(filled)), findings=findings))
    return tables


def text_of(cell: Cell) -> str:
    """A cell as text: dates in ISO form, whole numbers without a point, lengths of time as hours:minutes:seconds."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return str(int(cell)) if cell == int(cell) and abs(cell) < _WHOLE_NUMBERS else repr(cell)
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else cell.isoformat()


def _stem(parcel: Parcel, sheet: str, sheets: int) -> str:
    if not _UNNAMED.fullmatch(sheet.strip()):
        return stem_of(sheet)
    return parcel.stem if sheets == 1 else f"{parcel.stem}_{stem_of(sheet)}"


def _table(parcel: Parcel, sheet: str, rows: Sequence[Row], *, stem: str, findings: list[Finding]) -> Delivered:
    shown = Parcel(parcel.path, f"{parcel.shown}/{sheet}", parcel.digest_of(sheet), parcel.bench)
    header_at = _header_at(rows)
    first = 0 if header_at is None else header_at + 1
    places = [place for place in range(len(rows[0])) if any(row[place].strip() for row in rows[header_at or 0 :])]
    full = [[row[place].strip() for place in places] for row in rows]
    body = [row for row in full[first:] if any(row)]
    if header_at is None:
        names = numbered(len(places))
        message = "The first row is already data, so the columns have no names."
        cure = "Give the sheet a header row."
        findings.append(shown.finding("warning", "header_missing", message, cure=cure, row=1))
    else:
        unique = unique_names(shown, full[header_at], line=header_at + 1)
        names = unique.names
        findings += unique.findings
        findings += _preamble(shown, rows[:header_at])
    while body and len(names) > 1 and is_total(body[-1]):
        text = " | ".join(body.pop())
        cure = "Nothing. Export without totals to be rid of this note."
        message = "The last row holds totals; it was left out."
        findings.append(shown.finding("info", "total_line", message, cure=cure, value=text))
    if not body:
        findings.append(empty_table(shown))
    columns = {name: [row[place] or None for row in body] for place, name in enumerate(names)}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    offset = next((place for place in range(first, len(full)) if any(full[place])), first) + 1
    return Delivered(stem, shown.shown, shown.digest, names, ArrowRelation(table), len(body), offset, tuple(findings))


def _header_at(rows: Sequence[Row]) -> int | None:
    """The first row that fills at least half as many cells as the fullest, if it reads as a header."""
    counts = [sum(bool(cell.strip()) for cell in row) for row in rows[:_SEARCHED]]
    enough = max(min(2, max(counts)), max(counts) / 2)
    start = next(place for place, count in enumerate(counts) if count >= enough)
    below = [row for row in rows[start + 1 :] if any(row)]
    return start if is_header(rows[start], below) else None


def _preamble(shown: Parcel, above: Sequence[Row]) -> list[Finding]:
    said = [" ".join(filter(None, row)) for row in above if any(row)]
    if not said:
        return []
    message = f"{len(said)} rows above the header were passed over."
    cure = "Nothing, if they are titles. If they are rows, move the header above them."
    return [shown.finding("info", "preamble_skipped", message, cure=cure, row=1, value="\n".join(said))]


def _hidden(parcel: Parcel, sheet: str) -> Finding:
    message = f"The sheet '{sheet}' is hidden; it was read like the others."
    return parcel.finding("info", "hidden_sheet", message, cure="Delete the sheet if it should not be imported.")


def _full(parcel: Parcel, sheet: str, rows: int) -> Finding:
    message = f"The sheet '{sheet}' has {rows:,} rows, as many as a sheet can have; what came after is lost."
    return parcel.finding("error", "sheet_full", message, cure="Export as CSV instead.")
