"""The CSV files of an export, open until everything is written."""

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import polars as pl
import pyarrow as pa


class Sheets(AbstractContextManager["Sheets"]):
    """CSV files under one folder, each opened by its first rows and appended to by later ones.

    UTF-8, comma, header; empty cells are nulls; numbers that are not whole have ``decimals`` places.
    """

    def __init__(self, folder: Path, *, decimals: int = 2) -> None:
        self._folder = folder
        self._decimals = decimals
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}
        self.rows: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._open.close()

    def append(self, name: str, columns: dict[str, pa.Array]) -> None:
        """Add rows to ``name`` (a path below the folder); every call for a file gives the same columns."""
        table = pl.from_arrow(pa.table(columns))
        assert isinstance(table, pl.DataFrame)
        first = name not in self._files
        if first:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[name] = self._open.enter_context(path.open("wb"))
        table.write_csv(self._files[name], include_header=first, float_precision=self._decimals)
        self.rows[name] = self.rows.get(name, 0) + len(table)
