"""What commands print: tables for people, CSV, JSON and Parquet for programs; errors in one paragraph on stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import typer
from pyarrow import csv, parquet
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_NUMERIC = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def refuse(message: str) -> NoReturn:
    """Say on stderr what went wrong, and end with exit code 1."""
    typer.echo(f"trueup: {message}", err=True)
    raise typer.Exit(1)


@contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """Errors made for people become one paragraph and exit code 1."""
    try:
        yield
    except errors as error:
        refuse(str(error))


def show(rows: pa.Table, form: Format, output: Path | None, *, columns: Sequence[str] = ()) -> None:
    """Print ``rows``, or write them to ``output``; ``columns`` picks what a table for people shows."""
    if form is Format.parquet:
        if output is None:
            refuse("Parquet is no text to print; name a file with --output FILE.")
        parquet.write_table(rows, output)
    elif form is Format.csv:
        _write_csv(rows, output)
    elif form is Format.json:
        _write_text(json.dumps(rows.to_pylist(), default=_plain, indent=1, ensure_ascii=False) + "\n", output)
    elif output is not None:
        refuse("A table for people is printed, not written; add --format csv, json or parquet.")
    else:
        _print_table(rows.select(columns) if columns else rows)


def _write_csv(rows: pa.Table, output: Path | None) -> None:
    options = csv.WriteOptions(quoting_style="needed")
    if output is None:
        sink = pa.BufferOutputStream()
        csv.write_csv(rows, sink, options)
        sys.stdout.buffer.write(sink.getvalue().to_pybytes())
    else:
        csv.write_csv(rows, output, options)


def _write_text(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def _print_table(rows: pa.Table) -> None:
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for field in rows.schema:
        numeric = any(check(field.type) for check in _NUMERIC)
        shown.add_column(field.name, justify="right" if numeric else "left", overflow="fold")
    for row in rows.to_pylist():
        shown.add_row(*(_cell(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 160).print(shown)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
