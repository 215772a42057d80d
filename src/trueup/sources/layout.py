"""Where the table stands in a text file: what is above it, its header, its width, what is under it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from trueup.sources.dialect import Dialect, Record, usual_width
from trueup.sources.headers import is_header, is_total, reads_as_names
from trueup.sources.quoting import literal, quoted

_SHORT_SHARE: Final = 0.05
"""From this share of lines on, lines that end early are the writer's habit, not accidents."""

LONGEST_LINE: Final = 2_000_000
"""What DuckDB reads as one line without being told, in bytes."""


@dataclass(frozen=True)
class Layout:
    """How to read one text file as a table.

    ``header`` is None where there is none. ``skip`` counts the records above the first row, the header included;
    ``first_line`` is the line of the first row. ``preamble`` are the records above the header, ``totals`` rows at the
    end to leave out and ``footers`` texts at the end that are no rows. ``is_padded``: short lines are rows whose last
    fields are empty. ``has_blank_rows``: some lines hold nothing but delimiters. ``repeats_header``: the header stands
    among the rows again, as in files joined end to end.
    """

    path: Path
    dialect: Dialect
    header: Record | None
    names: tuple[str, ...]
    skip: int
    first_line: int
    preamble: tuple[Record, ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    footers: tuple[str, ...] = ()
    is_padded: bool = False
    has_blank_rows: bool = False
    repeats_header: bool = False
    longest_line: int = LONGEST_LINE

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.names)

    @property
    def leaves_out(self) -> bool:
        """Whether some lines that would fit are no rows."""
        return bool(self.totals) or self.has_blank_rows or self.repeats_header

    def called(self, names: tuple[str, ...]) -> "Layout":
        """The same with other column names."""
        return replace(self, names=names)

    def scan(self, errors: str) -> str:
        """DuckDB's table function over the whole table; ``errors`` says what becomes of lines that do not fit."""
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in self.names)
        options = [
            "auto_detect=false, header=false, compression='none'",
            f"skip={self.skip}",
            f"delim={literal(self.dialect.delimiter)}",
            f"quote={literal(self.dialect.quote)}",
            f"escape={literal(self.dialect.escape)}",
            f"columns={{{columns}}}",
            errors,
        ]
        if self.longest_line > LONGEST_LINE:
            options.append(f"max_line_size={self.longest_line}")
        return f"read_csv({literal(str(self.path))}, {', '.join(options)})"

    def select(self, errors: str) -> str:
        """The query that yields the rows: all columns, without totals, blank rows and repeated headers."""
        left_out = [*self.totals, *([self.header.fields] if self.header and self.repeats_header else [])]
        conditions = [f"NOT ({self._is(row)})" for row in left_out]
        if self.has_blank_rows:
            conditions.append(f"coalesce({', '.join(map(quoted, self.names))}) IS NOT NULL")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT * FROM {self.scan(errors)}{where}"

    def _is(self, row: tuple[str, ...]) -> str:
        tests = (
            f"{quoted(name)} IS NOT DISTINCT FROM {literal(field) if field else 'NULL'}"
            for name, field in zip(self.names, row, strict=True)
        )
        return " AND ".join(tests)


def layout_of(path: Path, dialect: Dialect, head: Sequence[Record], tail: Sequence[Record] | None) -> Layout:
    """The layout that the records at a file's head and tail show; ``names`` are as delivered, not yet unique.

    ``tail`` is None where the head is the whole file.
    """
    width = _width(head)
    start = next((i for i, record in enumerate(head) if len(record.fields) == width and _may_be_row(record, i)), 0)
    rows = [record.fields for record in head[start + 1 :] if len(record.fields) == width and not record.is_blank]
    header_at = _header_at(head, start, rows)
    first = 0 if header_at is None else header_at + 1
    header = None if header_at is None else head[header_at]
    end = head[first:] if tail is None else tail
    body = [record for record in head[first:] if not record.is_blank]
    names = _fitted(header.fields, body, width) if header else ("",) * width
    seen = [*head[first:], *end]
    layout = Layout(
        path,
        dialect,
        header,
        names,
        skip=first,
        first_line=next((record.line for record in body), head[first - 1].last_line + 1 if first else 1),
        preamble=tuple(record for i, record in enumerate(head[: header_at or 0]) if _may_be_row(record, i)),
        has_blank_rows=any(record.is_blank and len(record.fields) == len(names) > 1 for record in seen),
        repeats_header=all(names) and reads_as_names(names) and any(record.fields == names for record in seen),
    )
    ended = _without_end(layout, end)
    rows_only = [record for record in body if _joined(record, dialect) not in ended.footers]
    return replace(ended, is_padded=_is_padded(rows_only, len(names)))


def _width(head: Sequence[Record]) -> int:
    """The usual width; that of a first record which reads as a header, where many lines under it are cut or torn."""
    said = [record.fields for record in head if not record.is_blank]
    usual = usual_width(head)
    if not said or len(said[0]) == usual:
        return usual
    below = [fields for fields in said[1:] if len(fields) == len(said[0])]
    enough = 1 if len(said[0]) > usual else sum(len(fields) == usual for fields in said) - 1
    return len(said[0]) if len(below) > 1 and len(below) >= enough and is_header(said[0], below) else usual


def _may_be_row(record: Record, place: int) -> bool:
    """A record that says something other than which delimiter the file has."""
    return not record.is_blank and not (place == 0 and record.fields[0].lower() == "sep=")


def _joined(record: Record, dialect: Dialect) -> str:
    return dialect.delimiter.join(record.fields).strip()


def _header_at(head: Sequence[Record], start: int, rows: Sequence[Sequence[str]]) -> int | None:
    """The header's place among the records: the first full one, or one of another width just above it."""
    if not head:
        return None
    if is_header(head[start].fields, rows):
        return start
    above = [i for i in range(start) if not head[i].is_blank]
    if above and len(head[above[-1]].fields) > 1 and reads_as_names(head[above[-1]].fields):
        return above[-1]
    return None


def _fitted(header: tuple[str, ...], body: Sequence[Record], width: int) -> tuple[str, ...]:
    """The header's names, one for each field of a row."""
    names = list(header)
    while len(names) > width and not names[-1].strip():
        names.pop()
    if len(names) != width - 1:
        return tuple(names)
    rows = [record.fields for record in body if len(record.fields) == width]
    if all(not fields[-1].strip() for fields in rows):
        return tuple(names)  # every row ends with a delimiter
    is_counted = [fields[0] for fields in rows] == [str(number) for number in range(1, len(rows) + 1)]
    return ("", *names) if is_counted else (*names, "")


def _is_padded(body: Sequence[Record], width: int) -> bool:
    short = [record for record in body if len(record.fields) < width]
    is_one_sided = all(len(record.fields) <= width for record in body)
    is_whole = all(record.line == record.last_line for record in short)
    return width > 2 and is_one_sided and is_whole and len(short) > max(1, _SHORT_SHARE * len(body))


def _without_end(layout: Layout, tail: Sequence[Record]) -> Layout:
    """Tell totals and footers at the end of the file from rows."""
    totals: list[tuple[str, ...]] = []
    footers: list[str] = []
    for place in range(len(tail) - 1, -1, -1):
        record = tail[place]
        if record.is_blank:
            continue
        said = [field for field in record.fields if field.strip()]
        if len(record.fields) == layout.width and layout.width > 1 and is_total(record.fields):
            totals.append(record.fields)
        elif len(said) == 1 and len(record.fields) < layout.width and layout.width > 2:
            footers.append(_joined(record, layout.dialect))
        else:
            break
    is_apart = bool(footers) and any(
        record.is_blank and len(record.fields) < layout.width for record in tail[-len(footers) - 10 :]
    )
    is_footer = is_apart or any(is_total((text,)) for text in footers)
    return replace(layout, totals=tuple(totals), footers=tuple(footers) if is_footer else ())
