"""Delimited text: CSV, TSV and their kin. Python looks at samples, DuckDB reads every line."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

import duckdb

from trueup.canon.findings import Finding
from trueup.sources.delivery import Bench, Delivered, DeliveryError, Parcel, TextRelation
from trueup.sources.dialect import Dialect, Record, dialect_of, records
from trueup.sources.headers import numbered, unique_names
from trueup.sources.layout import Layout, layout_of
from trueup.sources.mending import footer_finding, mended
from trueup.sources.survey import converted, survey, with_plain_newlines

_HEAD: Final = 256 * 1024
_SAMPLE: Final = 64 * 1024
_REJECTS: Final = "trueup_rejects"
_STORE: Final = f"store_rejects=true, rejects_table='{_REJECTS}', rejects_scan='{_REJECTS}_scans'"
_SKIP: Final = "ignore_errors=true"
_REFUSE: Final = "ignore_errors=false"

_COUNT_MISFITS: Final = f"""
SELECT line_byte_position,
       CASE WHEN bool_or(error_type = 'TOO MANY COLUMNS') THEN max(column_idx) ELSE min(column_idx) END,
       any_value(csv_line),
       bool_or(error_type NOT IN ('TOO MANY COLUMNS', 'MISSING COLUMNS'))
FROM {_REJECTS} GROUP BY line_byte_position ORDER BY line_byte_position
"""


@dataclass(frozen=True)
class _Misfit:
    """A line that DuckDB left out: the byte where it begins (from 1), its fields, its text, are its quotes broken."""

    place: int
    fields: int
    text: str
    is_torn: bool


@dataclass(frozen=True)
class _Checked:
    """A layout that DuckDB reads to the end, the rows it yields, and what it leaves out."""

    layout: Layout
    select: str
    rows: int
    findings: list[Finding]


def read_text(parcel: Parcel) -> Delivered:
    """The table in a delimited text file; DeliveryError if there is none."""
    path, findings = as_utf8(parcel)
    head, is_whole = _head(path)
    if not head.strip("\ufeff \t\r\n"):
        raise DeliveryError(parcel.shown, "The file is empty.", "Export it again, with a header and its rows.")
    dialect = dialect_of([head] if is_whole else [head, *_later_samples(path)])
    if dialect.delimiter == " ":
        path, dialect = _tabbed(path, parcel.beside(".tsv")), Dialect("\t", "", "")
        head, is_whole = _head(path)
    top = records(head, dialect)
    delivered = layout_of(path, dialect, top, None if is_whole else _tail(path, dialect))
    layout, named = _named(parcel, delivered)
    checked = _checked(parcel, layout)
    findings += [*named, *_about(parcel, layout), *checked.findings]
    if not checked.rows:
        findings.append(empty_table(parcel))
    return Delivered(
        parcel.stem,
        parcel.shown,
        parcel.digest,
        layout.names,
        TextRelation(checked.select, checked.layout.path),
        checked.rows,
        layout.first_line,
        tuple(findings),
        decimal_comma=dialect.delimiter == ";",
    )


def empty_table(parcel: Parcel) -> Finding:
    """The finding about a header without rows."""
    return parcel.finding(
        "warning",
        "empty_table",
        "There is a header, but no row under it.",
        cure="If there should be rows, check the filter of the export.",
    )


def as_utf8(parcel: Parcel) -> tuple[Path, list[Finding]]:
    """The file as UTF-8 text, itself or converted into scratch, and what had to be assumed for that."""
    found = survey(parcel.path)
    findings = []
    if found.has_nul:
        findings.append(
            parcel.finding(
                "warning",
                "nul_bytes",
                "The file holds NUL bytes, which are no text; they were left out.",
                cure="Export it again if values look cut off.",
            )
        )
    if found.is_mixed:
        message = f"{found.bad_lines} lines are not UTF-8 like the others; they were read as {found.encoding}."
        cure = "Files of different systems may have been pasted together; save them as UTF-8 first."
        findings.append(
            parcel.finding("warning", "encoding_mixed", message, cure=cure, row=found.first_bad, value=found.example)
        )
    elif found.bad_lines:
        message = f"The file is not UTF-8; it was read as {found.encoding}."
        cure = "Look at the accents in the value shown; if they are wrong, export the file as UTF-8."
        findings.append(
            parcel.finding("info", "encoding_assumed", message, cure=cure, row=found.first_bad, value=found.example)
        )
    if found.encoding == "utf-8" and not found.has_nul:
        return parcel.path, findings
    return converted(parcel.path, parcel.beside(".utf8.csv"), found), findings


def _head(path: Path) -> tuple[str, bool]:
    """The first lines of a file, whole ones, and whether that is all of it."""
    with path.open("rb") as file:
        text = file.read(_HEAD)
        if not file.read(1):
            return text.decode("utf-8", errors="replace").removeprefix("\ufeff"), True
    mark = b"\n" if b"\n" in text else b"\r"
    whole = text[: text.rfind(mark) + 1] or text
    return whole.decode("utf-8", errors="replace").removeprefix("\ufeff"), False


def _later_samples(path: Path) -> list[str]:
    """Whole lines from a third, two thirds and the end of a file."""
    size = path.stat().st_size
    return [_sample_at(path, place) for place in (size // 3, 2 * size // 3, size - _SAMPLE)]


def _sample_at(path: Path, place: int) -> str:
    with path.open("rb") as file:
        file.seek(place)
        text = file.read(_SAMPLE)
    mark = b"\n" if b"\n" in text else b"\r"
    is_end = place + _SAMPLE >= path.stat().st_size
    lines = text.split(mark)[1 : None if is_end else -1]
    return mark.join(lines).decode("utf-8", errors="replace")


def _tail(path: Path, dialect: Dialect) -> list[Record]:
    text = _sample_at(path, path.stat().st_size - _SAMPLE)
    try:
        return records(text, dialect)
    except csv.Error:
        return []


def _tabbed(path: Path, to: Path) -> Path:
    """Write columns parted by runs of blanks as columns parted by tabs."""
    with path.open("rb") as source, to.open("wb") as target:
        for line in source:
            target.write(b"\t".join(line.split()) + b"\n")
    return to


def _named(parcel: Parcel, layout: Layout) -> tuple[Layout, list[Finding]]:
    if layout.header is None:
        message = "The first line is already a row, so the columns have no names; they are called column_1, column_2..."
        cure = "Export with a header, or name the columns in the source's SQL."
        finding = parcel.finding("warning", "header_missing", message, cure=cure, row=1)
        return layout.called(numbered(layout.width)), [finding]
    unique = unique_names(parcel, layout.names, line=layout.header.line)
    return layout.called(unique.names), list(unique.findings)


def _about(parcel: Parcel, layout: Layout) -> list[Finding]:
    """What was decided about the table's place in the file."""
    findings = []
    if layout.preamble:
        text = "\n".join(layout.dialect.delimiter.join(record.fields) for record in layout.preamble)
        findings.append(
            parcel.finding(
                "info",
                "preamble_skipped",
                f"{len(layout.preamble)} lines above the header were passed over.",
                cure="Nothing, if they are titles. If they are rows, export without a title.",
                row=layout.preamble[0].line,
                value=text,
            )
        )
    for total in layout.totals:
        findings.append(  # noqa: PERF401  reads as the others do
            parcel.finding(
                "info",
                "total_line",
                "The last line holds totals; it is no row and was left out.",
                cure="Nothing. Export without totals to be rid of this note.",
                value=layout.dialect.delimiter.join(total),
            )
        )
    if layout.repeats_header:
        findings.append(
            parcel.finding(
                "warning",
                "header_repeated",
                "The header stands among the rows again; those lines are no rows and were left out.",
                cure="Several exports were joined into one file; check that their columns mean the same.",
            )
        )
    if layout.is_padded:
        findings.append(
            parcel.finding(
                "warning",
                "short_lines",
                f"Many lines have fewer than {layout.width} fields; their missing last fields are null.",
                cure="Check that values stand in their own columns.",
            )
        )
    if layout.width == 1:
        findings.append(
            parcel.finding(
                "warning",
                "single_column",
                "The file has one column only: no comma, semicolon, tab or bar divides its lines.",
                cure="If it should have more, export it as CSV with commas.",
            )
        )
    return findings


def _checked(parcel: Parcel, layout: Layout) -> _Checked:
    """Let DuckDB count every line; where its rules do not do, mend the file first."""
    has_escapes = _has_escapes(layout)
    try:
        rows, misfits = _counted(parcel.bench, layout, by_every_column=has_escapes)
    except duckdb.InvalidInputException:
        # Its parser gives up where lines end in different ways.
        layout = replace(layout, path=with_plain_newlines(layout.path, parcel.beside(".lines.csv")))
        rows, misfits = _counted(parcel.bench, layout, by_every_column=has_escapes)
    is_torn = any(misfit.is_torn or "\n" in misfit.text.strip("\r\n") for misfit in misfits)
    # Where quotes are escaped, whether DuckDB skips a line depends on the columns that it is asked for.
    if layout.is_padded or is_torn or (has_escapes and misfits):
        return _mended(parcel, layout)
    select = layout.select(_SKIP if misfits else _REFUSE)
    if misfits or layout.leaves_out:
        rows = _count(parcel.bench, select)
    return _Checked(layout, select, rows, _misfit_findings(parcel, layout, misfits))


def _mended(parcel: Parcel, layout: Layout) -> _Checked:
    whole, findings = mended(parcel, layout, parcel.beside(".mended.csv"))
    select = whole.select(_REFUSE)
    return _Checked(whole, select, _count(parcel.bench, select), findings)


def _has_escapes(layout: Layout) -> bool:
    """Whether a quote mark is escaped anywhere in the file; empty fields in quotes look the same."""
    sought = f"{layout.dialect.escape}{layout.dialect.quote}".encode()
    if len(sought) < 2:
        return False
    with layout.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return content.find(sought) >= 0


def _counted(bench: Bench, layout: Layout, *, by_every_column: bool) -> tuple[int, list[_Misfit]]:
    """How many rows DuckDB reads, and the lines that it does not.

    ``by_every_column``: DuckDB 1.5 looks beyond the end of its list of columns asked for when a field too many has an
    escaped quote, and then counts the line or not, as chance has it; asked for every column it has no such list.
    """
    counted_by = "count(*), count(COLUMNS(*))" if by_every_column else "count(*)"
    for table in (_REJECTS, f"{_REJECTS}_scans"):
        bench.connection.execute(f"DROP TABLE IF EXISTS {table}")
    counted = bench.connection.execute(f"SELECT {counted_by} FROM {layout.scan(_STORE)}").fetchall()
    misfits = bench.connection.execute(_COUNT_MISFITS).fetchall()
    return int(counted[0][0]), [_Misfit(*row) for row in misfits]


def _count(bench: Bench, select: str) -> int:
    return int(bench.connection.execute(f"SELECT count(*) FROM ({select})").fetchall()[0][0])


def _misfit_findings(parcel: Parcel, layout: Layout, misfits: Sequence[_Misfit]) -> list[Finding]:
    said = [misfit for misfit in misfits if misfit.text.strip()]
    lines = _lines_at(layout.path, [misfit.place for misfit in said])
    return [_misfit_finding(parcel, layout, misfit, line) for misfit, line in zip(said, lines, strict=True)]


def _misfit_finding(parcel: Parcel, layout: Layout, misfit: _Misfit, line: int) -> Finding:
    text = misfit.text.strip("\r\n")
    if footer := footer_finding(parcel, layout, line, text):
        return footer
    message = f"Line {line} has {misfit.fields} fields where the header has {layout.width}; it was left out."
    cure = f"Put values that contain a {layout.dialect.words} in quotes, or complete the line, and import again."
    return parcel.finding("error", "line_does_not_fit", message, cure=cure, row=line, value=text)


def _lines_at(path: Path, places: Sequence[int]) -> list[int]:
    """The line numbers at byte places (from 1) in rising order; DuckDB itself counts records, not lines."""
    numbers, number, reached = [], 1, 0
    with path.open("rb") as file:
        for place in places:
            number += file.read(place - 1 - reached).count(b"\n")
            reached = place - 1
            # A place may lie on the line breaks before its line.
            blank = re.match(rb"[\r\n]*", file.read(1024))
            file.seek(reached)
            numbers.append(number + (blank[0].count(b"\n") if blank else 0))
    return numbers
