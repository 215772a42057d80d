"""Tables and paragraphs for people, at whatever width their terminal has."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDTH_ELSEWHERE = 160
"""Characters a line may take where no terminal says otherwise: in a pipe or a file."""
LINE = 100
"""Characters a line of prose takes at most; longer ones are hard to read."""
NOTHING = "–"
MANY = 2000
"""Rows beyond which a table is printed as wide as it is."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading and its cells; ``wraps`` where a cell may take several lines."""

    heading: str
    cells: Sequence[str]
    right: bool = False
    wraps: bool = False


def table(*columns: Column, indent: int = 0) -> None:
    """Print columns side by side, numbers flush right; only columns that wrap give way where the line is short.

    Of many rows no line is measured and wrapped: nobody reads them so.
    """
    if columns and len(columns[0].cells) > MANY:
        _plainly(columns, indent)
        return
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        shown.add_column(
            column.heading,
            justify="right" if column.right else "left",
            no_wrap=not column.wraps,
            overflow="fold" if column.wraps else "ellipsis",
            min_width=min(10, max(map(len, column.cells), default=0)) if column.wraps else None,
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        shown.add_row(*row)
    _print(Padding(shown, (0, 0, 0, indent)))


def _plainly(columns: Sequence[Column], indent: int) -> None:
    widest = [max(len(column.heading), *map(len, column.cells)) for column in columns]
    for row in zip(*((column.heading, *column.cells) for column in columns), strict=True):
        cells = (
            cell.rjust(size) if column.right else cell.ljust(size)
            for column, cell, size in zip(columns, row, widest, strict=True)
        )
        sys.stdout.write(f"{' ' * indent}{'  '.join(cells)}".rstrip() + "\n")


def width() -> int:
    """Characters a line may take."""
    return _console().width


def heading(text: str) -> None:
    """Print a line in bold."""
    _print(Text(text, style="bold"))


def paragraph(text: str, *, indent: int = 0) -> None:
    """Print text wrapped at words, every line indented."""
    _print(Padding(Text(text), (0, 0, 0, indent)), widest=LINE)


def _print(shown: RenderableType, *, widest: int | None = None) -> None:
    """Print without the blanks with which lines are filled up."""
    console = _console()
    with console.capture() as printed:
        console.print(shown, width=min(widest, console.width) if widest else None)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in printed.get().splitlines()))


def _console() -> Console:
    given = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH_ELSEWHERE
    # What is printed is data: brackets and colons in it mean nothing.
    return Console(width=given, markup=False, highlight=False, emoji=False)
