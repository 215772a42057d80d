"""How a text file is divided into fields: found from samples of its lines."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from trueup.sources.values import is_number

_DELIMITERS: Final = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
# Python's own limit of 128 KiB is less than a mail that somebody pasted into a field.
csv.field_size_limit(1 << 24)

_SAME_SHARE: Final = 0.98
"""Lines of spaced columns that must have the same number of fields."""


@dataclass(frozen=True)
class Dialect:
    r"""A delimiter, a quote mark (empty: quotes are text) and what escapes it: itself or ``\``.

    The delimiter ``" "`` stands for any run of blanks.
    """

    delimiter: str
    quote: str = '"'
    escape: str = '"'

    @property
    def words(self) -> str:
        """The delimiter's name for people."""
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
        return names.get(self.delimiter, repr(self.delimiter))


@dataclass(frozen=True)
class Record:
    """One record of a sample: the line it begins on (from 1) and its fields, stripped of nothing."""

    line: int
    last_line: int
    fields: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Nothing but blanks."""
        return not any(field.strip() for field in self.fields)


def records(text: str, dialect: Dialect, *, first_line: int = 1) -> list[Record]:
    """Divide a sample into records, blank lines included, as leniently as can be."""
    if dialect.delimiter == " ":
        lines = text.splitlines()
        return [Record(n, n, tuple(line.split())) for n, line in enumerate(lines, start=first_line)]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        doublequote=dialect.escape == dialect.quote,
        escapechar=dialect.escape if dialect.escape not in {dialect.quote, ""} else None,
    )
    found, line = [], first_line
    for fields in reader:
        last = first_line + reader.line_num - 1
        found.append(Record(line, last, tuple(fields)))
        line = last + 1
    return found


def dialect_of(samples: Sequence[str]) -> Dialect:
    """The dialect that divides the samples most evenly; a comma where nothing divides them.

    The first sample begins where the file begins. Each ends with a whole line.
    """
    told = re.match(r"\ufeff?sep=(.)\r?\n", samples[0], re.IGNORECASE)
    delimiters = (told[1],) if told else _DELIMITERS
    candidates = [
        Dialect(delimiter, quote, escape)
        for delimiter in delimiters
        if any(delimiter in sample for sample in samples)
        for quote, escape in _quotes(samples)
    ]
    scored = [(_evenness(samples, candidate), candidate) for candidate in candidates]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, Dialect(",")))
    if best[0] > 0:
        return best[1]
    return Dialect(" ", "", "") if _is_spaced(samples) else Dialect(",")


def usual_width(found: Iterable[Record]) -> int:
    """The commonest number of fields, blank records aside; the greater of two that are equally common; 0 for none."""
    widths = Counter(len(record.fields) for record in found if not record.is_blank)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _quotes(samples: Sequence[str]) -> list[tuple[str, str]]:
    """Quote and escape marks worth trying, the likelier first: ties are settled by order."""
    has_double = any('"' in sample for sample in samples)
    has_escape = any('\\"' in sample for sample in samples)
    has_single = any(re.search(r"(^|[,;\t|])'[^'\n]*'([,;\t|]|$)", sample, re.MULTILINE) for sample in samples)
    marks = [('"', '"')]
    marks += [('"', "\\")] if has_escape else []
    marks += [("'", "'")] if has_single and not has_double else []
    marks += [("", "")] if has_double else []
    return marks


def _evenness(samples: Sequence[str], dialect: Dialect) -> float:
    """How evenly a dialect divides the samples; 0 where it divides nothing."""
    try:
        found = [record for sample in samples for record in records(sample, dialect) if not record.is_blank]
    except csv.Error:
        return 0.0
    width = usual_width(found)
    if width < 2:
        return 0.0
    even = sum(len(record.fields) == width for record in found) / len(found)
    # Quotes that close before the field ends were text; a reader of the whole file would refuse such lines.
    torn = sum(_is_torn(field, dialect) for record in found for field in record.fields) / len(found)
    return even**2 * math.log(width + 1) * (1 - min(torn, 1) / 2)


def _is_torn(field: str, dialect: Dialect) -> bool:
    """A field that held a line break or a lone mark because a quote in it was none."""
    if not dialect.quote:
        return len(field) > 1 and field[0] == field[-1] == '"'
    return field.count("\n") > 3 and dialect.delimiter in field


def _is_spaced(samples: Sequence[str]) -> bool:
    """Columns of numbers parted by blanks; prose and names are not."""
    lines = [line.split() for sample in samples for line in sample.splitlines() if line.strip()]
    if not lines:
        return False
    widths = Counter(len(line) for line in lines)
    width, count = widths.most_common(1)[0]
    if width < 2 or count < _SAME_SHARE * len(lines):
        return False
    even = [line for line in lines if len(line) == width]
    numeric = [sum(is_number(line[place]) for line in even) > _SAME_SHARE * len(even) for place in range(width)]
    return sum(numeric) * 2 > width
