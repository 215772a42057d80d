"""Files whose quotes do not match: every line is read on its own terms, so that one bad quote costs one line."""

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, Literal, TextIO

from trueup.canon.findings import Finding
from trueup.sources.delivery import Parcel
from trueup.sources.dialect import Dialect
from trueup.sources.layout import LONGEST_LINE, Layout

_LONGEST_RECORD: Final = 5_000
"""Lines that one quoted value may span; a quote still open then was never meant as one."""


@dataclass(frozen=True)
class _Reading:
    """What became of one record: its fields, or None; ``lines`` is how many lines it took."""

    fields: list[str] | None
    lines: int
    is_literal: bool = False


def mended(parcel: Parcel, layout: Layout, to: Path) -> tuple[Layout, list[Finding]]:
    """Write the table's rows anew at ``to``, properly quoted; the layout of that, and the lines that were no rows.

    Lines with quotes that do not match are read with their quotes as text where the fields then fit the header.
    """
    findings: list[Finding] = []
    longest = 0
    with layout.path.open(encoding="utf-8", newline="") as source, to.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        lines = _Lines(source)
        for _ in range(layout.skip):
            lines.take(_record(lines, layout.dialect, width=0).lines)
        while lines.peek(0) is not None:
            number = lines.number
            reading = _record(lines, layout.dialect, layout.width, is_padded=layout.is_padded)
            text = lines.take(reading.lines)
            if not text.strip():
                continue
            if reading.fields is None:
                findings.append(footer_finding(parcel, layout, number, text) or _unfit(parcel, layout, number, text))
                continue
            if reading.is_literal:
                findings.append(_literal(parcel, number, text))
            longest = max(longest, len(text.encode()))
            writer.writerow(reading.fields)
    limit = max(LONGEST_LINE, 2 * longest)
    return replace(layout, path=to, dialect=Dialect(","), skip=0, is_padded=False, longest_line=limit), findings


class _Lines:
    """The lines of a file with as much looking ahead as is asked for."""

    def __init__(self, source: TextIO) -> None:
        self.number = 1
        self._source = source
        self._ahead: list[str] = []

    def peek(self, place: int) -> str | None:
        """The line ``place`` lines ahead; None after the last."""
        while len(self._ahead) <= place:
            line = self._source.readline()
            if not line:
                return None
            self._ahead.append(line)
        return self._ahead[place]

    def take(self, count: int) -> str:
        """Move past ``count`` lines; their text."""
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        self.number += len(taken)
        return "".join(taken)


def _record(lines: _Lines, dialect: Dialect, width: int, *, is_padded: bool = False) -> _Reading:
    """Read one record; with ``width`` 0 any number of fields will do, and where short lines are padded, fewer."""
    reading = _divided(lines, dialect, width, fewest=2 if is_padded else width)
    fields = reading.fields
    if is_padded and fields is not None:
        return replace(reading, fields=[*fields, *[""] * (width - len(fields))])
    return reading


def _divided(lines: _Lines, dialect: Dialect, width: int, *, fewest: int) -> _Reading:
    first = lines.peek(0) or ""
    least = 1 if fewest < width else width
    if not dialect.quote or dialect.quote not in first:
        fields = first.rstrip("\r\n").split(dialect.delimiter)
        return _Reading(_fitting(fields, width, least), 1)
    text, count = first, 1
    while True:
        fields, state = _strict(text, dialect)
        if state == "whole" and (not width or fewest <= len(fields) <= width or count == 1):
            return _Reading(_fitting(fields, width, least), count)
        if state != "open" or (more := _more(lines, count, dialect)) is None:
            break
        text, count = text + more[0], more[1]
    literal = _literally(first.rstrip("\r\n"), dialect)
    return _Reading(_fitting(literal, width, least), 1, is_literal=True)


def _more(lines: _Lines, count: int, dialect: Dialect) -> tuple[str, int] | None:
    """The lines up to the next one with a quote mark, and how many lines the record then has."""
    text = ""
    while count < _LONGEST_RECORD and (line := lines.peek(count)) is not None:
        text += line
        count += 1
        if dialect.quote in line:
            return text, count
    return None


def _fitting(fields: list[str], width: int, least: int) -> list[str] | None:
    if width and len(fields) == width + 1 and not fields[-1].strip():
        return fields[:-1]
    return fields if not width or least <= len(fields) <= width else None


def _strict(text: str, dialect: Dialect) -> tuple[list[str], Literal["whole", "open", "torn"]]:
    """Fields by the rules; ``open``: a quote is not closed yet; ``torn``: text follows a closed quote."""
    opening, field = _patterns(dialect)
    end = len(text.rstrip("\r\n"))
    fields: list[str] = []
    place = 0
    while True:
        found = field.match(text, place)
        assert found is not None, "an empty field always matches"
        if found[1] is None and opening.match(text, place):
            return fields, "open"
        fields.append(found[2] if found[1] is None else _unescaped(found[1], dialect))
        place = found.end()
        if place >= end:
            return fields, "whole"
        if not text.startswith(dialect.delimiter, place):
            return fields, "torn"
        place += len(dialect.delimiter)


@cache
def _patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What opens a quoted field; one whole field, quoted (group 1) or not (group 2)."""
    quote, escape = re.escape(dialect.quote), re.escape(dialect.escape)
    inner = f"[^{quote}]*(?:{quote}{quote}[^{quote}]*)*"
    if dialect.escape != dialect.quote:
        inner = rf"[^{quote}{escape}]*(?:{escape}[\s\S][^{quote}{escape}]*)*"
    plain = rf"[^{re.escape(dialect.delimiter)}\r\n]*"
    return re.compile(f"[ ]*{quote}"), re.compile(f"[ ]*{quote}({inner}){quote}|({plain})")


def _unescaped(text: str, dialect: Dialect) -> str:
    if dialect.escape == dialect.quote:
        return text.replace(dialect.quote * 2, dialect.quote)
    return re.sub(re.escape(dialect.escape) + "(.)", r"\1", text, flags=re.DOTALL)


def _literally(line: str, dialect: Dialect) -> list[str]:
    """Fields of one line where only quotes that stand at a field's both ends are marks."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    pattern = re.compile(rf"{quote}(.*?){quote}(?={delimiter}|$)|([^{delimiter}]*)")
    fields: list[str] = []
    place = 0
    while True:
        found = pattern.match(line, place)
        assert found is not None, "an empty field always matches"
        fields.append(found[2] if found[1] is None else found[1].replace(dialect.quote * 2, dialect.quote))
        if found.end() >= len(line):
            return fields
        place = found.end() + len(dialect.delimiter)


def footer_finding(parcel: Parcel, layout: Layout, number: int, text: str) -> Finding | None:
    """The finding about a line under the table that is no row; None if the line is none of those."""
    said = text.strip("\r\n")
    if _without_quotes(said, layout) not in {_without_quotes(footer, layout) for footer in layout.footers}:
        return None
    message = "A line under the table is no row and was left out."
    return parcel.finding("info", "footer_skipped", message, cure="Nothing.", row=number, value=said)


def _without_quotes(text: str, layout: Layout) -> str:
    return text.replace(layout.dialect.quote, "").strip()


def _unfit(parcel: Parcel, layout: Layout, number: int, text: str) -> Finding:
    return parcel.finding(
        "error",
        "line_does_not_fit",
        f"Line {number} does not divide into the header's {layout.width} fields; its quotes may not match.",
        cure="Correct the line in the file and import it again; the rows around it went in.",
        row=number,
        value=text.strip("\r\n"),
    )


def _literal(parcel: Parcel, number: int, text: str) -> Finding:
    return parcel.finding(
        "warning",
        "quotes_ignored",
        f"Quotes in line {number} do not match; they were read as text, and its fields then fit the header.",
        cure="A quote within a quoted value must be doubled; check this row's values.",
        row=number,
        value=text.strip("\r\n"),
    )
