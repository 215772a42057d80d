"""What commands print: tables for people, CSV, JSON and Parquet for programs; errors in one paragraph on stderr."""

import errno
import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import typer
from pyarrow import csv

from trueup.cli.tables import NOTHING, Column, table
from trueup.lake.engine import EngineError

_LONG = 12
"""Texts longer than this may be wrapped in a table."""
_NUMERIC = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
_NO_SPACE = "Free some space there and run the command again; what was there before is unchanged."
_DAMAGED = "Put back a copy of the folder .trueup, or remove it, and import and build anew from your exports."
_CURES: Mapping[int, str] = {
    errno.ENOENT: "Check the path; a folder to write into must exist already.",
    errno.EACCES: "Change its permissions, or name another place.",
    errno.EPERM: "Change its permissions, or name another place.",
    errno.EROFS: "Name a place that can be written to.",
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EFBIG: _NO_SPACE,
    errno.EISDIR: "Name a file, not a folder.",
    errno.ENOTDIR: "Name a file within a folder.",
    errno.EEXIST: "Remove it, or name another place.",
}
_ENGINE_CURES: Mapping[str, str] = {
    "No space left": _NO_SPACE,
    "File too large": _NO_SPACE,
    "max_temp_directory_size": _NO_SPACE,
    "Corrupt database file": _DAMAGED,
    "Could not read enough bytes": _DAMAGED,
    "No files found that match": "The kept copy of a delivered file is gone. " + _DAMAGED,
    "Out of Memory": "Set a larger memory_limit under [build] in trueup.toml, or close other programs.",
}


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
        if isinstance(error, BrokenPipeError):  # Whoever read what we print has seen enough.
            raise
        refuse(told(error))


def told(error: Exception) -> str:
    """An error as one paragraph: what, where, cure."""
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{os.strerror(error.errno)}. {_CURES.get(error.errno, '')}".strip()
    message = str(error)
    if not isinstance(error, EngineError):
        return message
    message = " ".join(message.split())
    cure = next((cure for sign, cure in _ENGINE_CURES.items() if sign in message), None)
    return f"{message.rstrip('.')}. {cure}" if cure else message


def show(rows: pa.Table, form: Format, output: Path | None) -> None:
    """Print ``rows``, or write them to ``output``; what is written is there whole or not at all."""
    if form is Format.table:
        _check_prints(output)
        table(*(shown_column(rows, name) for name in rows.column_names))
    else:
        write(rows, form, output)


def write(rows: pa.Table, form: Format, output: Path | None) -> None:
    """Write ``rows`` for programs: to stdout, or to ``output``, which is then there whole or not at all."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(_bytes(rows, form))
        sys.stdout.buffer.flush()
        return
    put(_bytes(rows, form), output)


def put(content: bytes, output: Path) -> None:
    """Write a file that is then there whole; else what was there before stays."""
    partial = output.with_name(f"{output.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(output)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(output)) from error
    finally:
        partial.unlink(missing_ok=True)


def put_text(text: str, output: Path | None) -> None:
    """Write a text to a file, or print it as it is, whatever the terminal's encoding."""
    content = f"{text}\n".encode()
    if output is not None:
        put(content, output)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def put_json(told: Mapping[str, object], output: Path | None) -> None:
    """Write what JSON holds, for people to read too."""
    put_text(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False), output)


def check_can_write(form: Format, output: Path | None) -> None:
    """Refuse, before anything is computed, what cannot be written as asked."""
    if form is Format.parquet and output is None:
        refuse("Parquet is no text to print; name a file with --output FILE.")
    if form is Format.table:
        _check_prints(output)
    if output is not None and not output.parent.is_dir():
        refuse(f"There is no folder {output.parent} to write {output.name} into. Make it, or name another file.")
    if output is not None and output.is_dir():
        refuse(f"{output} is a folder. Name a file in it.")


def _check_prints(output: Path | None) -> None:
    if output is not None:
        refuse("A table for people is printed, not written; add --format csv, json or parquet.")


def _bytes(rows: pa.Table, form: Format) -> bytes:
    if form is Format.json:
        told = json.dumps(rows.to_pylist(), default=_plain, indent=1, ensure_ascii=False)
        return f"{told}\n".encode()
    sink = pa.BufferOutputStream()
    if form is Format.parquet:
        # Parquet takes long to load, and is seldom asked for.
        importlib.import_module("pyarrow.parquet").write_table(rows, sink)
    else:
        sink.write(f"{','.join(rows.column_names)}\n".encode())
        csv.write_csv(rows, sink, csv.WriteOptions(quoting_style="needed", include_header=False))
    return bytes(sink.getvalue().to_pybytes())


def shown_column(rows: pa.Table, name: str) -> Column:
    """A column as people read it."""
    is_numeric = any(check(rows.schema.field(name).type) for check in _NUMERIC)
    cells = [_cell(value) for value in rows.column(name).to_pylist()]
    return Column(name, cells, right=is_numeric, wraps=not is_numeric and max(map(len, cells), default=0) > _LONG)


def _cell(value: object) -> str:
    match value:
        case None:
            told = NOTHING
        case bool():
            told = "yes" if value else "no"
        case int():
            told = f"{value:,}"
        case float():
            told = f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.1f}"
        case Decimal():
            told = f"{value:,.2f}"
        case datetime():
            told = value.isoformat(sep=" ", timespec="seconds")
        case list():
            told = ", ".join(map(_cell, value))
        case _:
            told = str(value)
    return told


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
