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


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading and its cells; ``wraps`` where a cell may take several lines."""

    heading: str
    cells: Sequence[str]
    right: bool = False
    wraps: bool = False


def table(*columns: Column, indent: int = 0) -> None:
    """Print columns side by side, numbers flush right; only columns that wrap give way where the line is short."""
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
