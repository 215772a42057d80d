"""Delivered files for tests: what is written, what is read."""

from pathlib import Path

import duckdb

from trueup.sources.delivery import ArrowRelation, Delivered, Delivery
from trueup.sources.files import read_path
from trueup.sources.quoting import literal

Row = tuple[str | None, ...]


def delivered(folder: Path, name: str, content: str | bytes) -> Delivered:
    """The one table in a file with that content."""
    tables = delivery(folder, name, content).tables
    assert len(tables) == 1, [table.path_shown for table in tables]
    return tables[0]


def delivery(folder: Path, name: str, content: str | bytes) -> Delivery:
    """All tables in a file with that content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, folder)


def read(path: Path, folder: Path) -> Delivery:
    """All tables at a path; unpacked files go beside it."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return read_path(path, scratch=scratch)


def rows_of(table: Delivered) -> list[Row]:
    """The rows that a delivered table yields; every column must be text."""
    if isinstance(table.relation, ArrowRelation):
        assert table.relation.table.column_names == list(table.columns)
        return list(zip(*(column.to_pylist() for column in table.relation.table.columns), strict=True))
    relation = duckdb.sql(table.relation.select)
    assert relation.columns == list(table.columns)
    assert {str(kind) for kind in relation.types} <= {"VARCHAR"}
    assert literal(str(table.relation.file)) in table.relation.select
    return [tuple(row) for row in relation.fetchall()]


def codes_of(table: Delivered) -> list[str]:
    """What was found wrong, in order."""
    return [finding.code for finding in table.findings]
