"""Files that hold tables already: Parquet and SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pyarrow as pa
from pyarrow import parquet

from trueup.sources.delivery import Delivered, DeliveryError, Parcel, TextRelation, stem_of
from trueup.sources.headers import Names, unique_names
from trueup.sources.nested import Flattener, flat_tables, json_of
from trueup.sources.quoting import literal, quoted
from trueup.sources.text_files import empty_table

_BATCH: Final = 50_000
_SQLITE_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name"
)
Plain = str | int | float | bytes | None


def read_parquet(parcel: Parcel) -> list[Delivered]:
    """The table in a Parquet file; lists in it become tables of their own, as in JSON."""
    try:
        file = parquet.ParquetFile(parcel.path)
    except pa.ArrowInvalid as error:
        message = f"The file is not valid Parquet ({str(error).splitlines()[0]})."
        raise DeliveryError(parcel.shown, message, "It may be cut off: copy or export it again.") from error
    with file:
        schema = file.schema_arrow
        if any(_has_list(field.type) for field in schema):
            return _flattened(parcel)
        leaves = [leaf for field in schema for leaf in _leaves(field, field.name, quoted(field.name))]
        rows = file.metadata.num_rows
    unique = unique_names(parcel, [name for name, _ in leaves], line=None)
    picked = ", ".join(
        f"nullif(CAST({expression} AS VARCHAR), '') AS {quoted(name)}"
        for name, (_, expression) in zip(unique.names, leaves, strict=True)
    )
    select = f"SELECT {picked} FROM read_parquet({literal(str(parcel.path))})"
    return [_stored(parcel, parcel.stem, unique, TextRelation(select, parcel.path), rows)]


def read_sqlite(parcel: Parcel) -> list[Delivered]:
    """The tables in an SQLite file, each copied to Parquet in scratch."""
    try:
        with closing(sqlite3.connect(f"{parcel.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            found = database.execute(_SQLITE_TABLES).fetchall()
            tables = [_sqlite_table(parcel, database, str(name)) for (name,) in found]
    except sqlite3.DatabaseError as error:
        message = f"The SQLite file cannot be read ({error})."
        cure = "It may be damaged, encrypted or still open elsewhere: close the program that uses it and copy it again."
        raise DeliveryError(parcel.shown, message, cure) from error
    if not tables:
        raise DeliveryError(parcel.shown, "The SQLite file holds no tables.", "Check that it is the right file.")
    return tables


def _sqlite_table(parcel: Parcel, database: sqlite3.Connection, name: str) -> Delivered:
    part = Parcel(parcel.path, f"{parcel.shown}/{name}", parcel.digest_of(name), parcel.bench)
    database.text_factory = _text
    cursor = database.execute(f"SELECT * FROM {quoted(name)}")
    unique = unique_names(part, [str(column[0]) for column in cursor.description], line=None)
    path = part.beside(".parquet")
    schema = pa.schema([(column, pa.string()) for column in unique.names])
    rows = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := cursor.fetchmany(_BATCH):
            rows += len(batch)
            columns = [
                pa.array([_plain(value) for value in values], pa.string()) for values in zip(*batch, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    select = f"SELECT * FROM read_parquet({literal(str(path))})"
    return _stored(part, stem_of(name), unique, TextRelation(select, path), rows)


def _stored(parcel: Parcel, stem: str, unique: Names, relation: TextRelation, rows: int) -> Delivered:
    findings = unique.findings if rows else (*unique.findings, empty_table(parcel))
    return Delivered(stem, parcel.shown, parcel.digest, unique.names, relation, rows, 1, findings)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _plain(value: Plain) -> str | None:
    if isinstance(value, bytes):
        return value.hex() or None
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return None if value is None or value == "" else str(value)


def _has_list(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(_has_list(field.type) for field in kind)
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind))


def _leaves(field: pa.Field, name: str, expression: str) -> Iterator[tuple[str, str]]:
    """A column's plain fields, each with the SQL that reaches it."""
    if not pa.types.is_struct(field.type):
        yield name, expression
        return
    for inner in field.type:
        yield from _leaves(inner, f"{name}__{inner.name}", f"({expression}).{quoted(inner.name)}")


def _flattened(parcel: Parcel) -> list[Delivered]:
    """Rows with lists in them, by way of JSON."""
    flattener = Flattener()
    source = f"read_parquet({literal(str(parcel.path))})"
    rows = parcel.bench.connection.execute(f"SELECT CAST(to_json(t) AS VARCHAR) FROM {source} AS t")
    while batch := rows.fetchmany(_BATCH):
        for (text,) in batch:
            flattener.add(parcel.stem, json_of(text))
    return flat_tables(parcel, flattener)
