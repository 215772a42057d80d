"""What a reader finds in delivered files: tables of text, and what was wrong with them."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from trueup.canon.findings import Finding, Severity

VALUE_SHOWN: Final = 500
"""Longest piece of a delivered file that a finding repeats, in characters."""

_SUFFIXES: Final = re.compile(
    r"(\.(csv|tsv|tab|txt|dat|psv|json|jsonl|ndjson|xlsx|xlsm|xls|xlsb|ods|parquet|pq|sqlite3?|db|gz|gzip|zip))+$",
    re.IGNORECASE,
)


class DeliveryError(Exception):
    """A delivered file that cannot be read at all; ``str()`` is one paragraph: where, what, cure."""

    def __init__(
        self, path: str, message: str, cure: str, *, row: int | None = None, column: int | str | None = None
    ) -> None:
        self.path, self.message, self.cure, self.row, self.column = path, message, cure, row, column
        place = (
            path + (f", line {row}" if row is not None else "") + (f", column {column}" if column is not None else "")
        )
        super().__init__(f"{place}: {message} {cure}")

    def finding(self) -> Finding:
        """The same as a finding, where other files of the delivery go in nevertheless."""
        column = None if self.column is None else str(self.column)
        return Finding("error", "unreadable_file", "", self.path, self.row, column, None, self.message, self.cure)


@dataclass(frozen=True)
class TextRelation:
    """A DuckDB query that yields a table's columns, all VARCHAR; it reads ``file`` and names it as one SQL string.

    Rows come in delivered order while DuckDB's ``preserve_insertion_order`` is on, else in runs of delivered order.
    """

    select: str
    file: Path


@dataclass(frozen=True)
class ArrowRelation:
    """A table of string columns, for formats that DuckDB does not read."""

    table: pa.Table


@dataclass(frozen=True)
class Delivered:
    """One table found in a delivered file.

    ``stem`` is what to call it (lower snake_case); ``path_shown`` where it lies, for people (``crm.zip/accounts.csv``,
    ``book.xlsx/Sheet1``); ``digest`` changes when the delivered bytes do. ``columns`` are the delivered names, stripped
    and made unique regardless of case. ``row_offset`` is the line (or sheet row, or record) of the first row, from 1.
    ``rows`` counts what the relation yields; lines left out are in ``findings``. ``decimal_comma`` is true where the
    file itself suggests it: its delimiter is a semicolon.
    """

    stem: str
    path_shown: str
    digest: str
    columns: tuple[str, ...]
    relation: TextRelation | ArrowRelation
    rows: int
    row_offset: int
    findings: tuple[Finding, ...] = ()
    decimal_comma: bool = False


@dataclass(frozen=True)
class Delivery:
    """All tables of what was delivered; ``findings`` are about files that hold none."""

    tables: tuple[Delivered, ...]
    findings: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Delivered]:
        """Go over the tables."""
        return iter(self.tables)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self.tables)

    def __add__(self, other: "Delivery") -> "Delivery":
        """Put two deliveries together."""
        return Delivery(self.tables + other.tables, self.findings + other.findings)


@dataclass(frozen=True)
class Bench:
    """Where files are opened: a folder for what is unpacked or converted, and a DuckDB in memory to read with."""

    scratch: Path
    connection: duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Parcel:
    """One file on disk, as delivered or as unpacked on the bench; ``shown`` is its name for people."""

    path: Path
    shown: str
    digest: str
    bench: Bench

    @property
    def stem(self) -> str:
        """What to call the table in it."""
        return stem_of(self.shown.rpartition("/")[2])

    def digest_of(self, part: str) -> str:
        """The digest of one table among several in the file."""
        return hashlib.sha256(f"{self.digest}/{part}".encode()).hexdigest()

    def beside(self, suffix: str) -> Path:
        """A place in scratch for something made from this file."""
        return self.bench.scratch / f"{self.digest[:20]}{suffix}"

    def finding(
        self,
        severity: Severity,
        code: str,
        message: str,
        *,
        cure: str,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> Finding:
        """A finding about this file."""
        shown = value if value is None or len(value) <= VALUE_SHOWN else value[:VALUE_SHOWN] + "…"
        return Finding(severity, code, "", self.shown, row, column, shown, message, cure)


@cache
def stem_of(name: str) -> str:
    """A table's name from a file's or sheet's: ``Support-Tickets (2).csv.gz`` is ``support_tickets_2``."""
    bare = _SUFFIXES.sub("", name)
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", bare)
    words = re.sub(r"[^\w]+", "_", parted).strip("_").lower()
    return words or "table"
