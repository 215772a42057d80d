"""What importing is measured against: DuckDB's COPY of each CSV file into a table whose columns have their types."""

import argparse
from pathlib import Path

import duckdb

from trueup.canon.tables import TABLE
from trueup.lake.store import DUCKDB_TYPES


def typed(table: str, header: str) -> str:
    """The columns of a file, each with its canonical type."""
    columns = ", ".join(f'"{name}" {DUCKDB_TYPES[TABLE[table].column(name).type]}' for name in header.split(","))
    return f'CREATE TABLE "{table}" ({columns})'


def main() -> None:
    arguments = argparse.ArgumentParser(description="Copy CSV files into typed tables.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("file", type=Path)
    given = arguments.parse_args()
    given.file.unlink(missing_ok=True)
    connection = duckdb.connect(str(given.file), config={"preserve_insertion_order": False})
    for file in sorted(given.folder.glob("*.csv")):
        with file.open(encoding="utf-8") as lines:
            connection.execute(typed(file.stem, lines.readline().strip()))
        connection.execute(f"COPY \"{file.stem}\" FROM '{file}' (HEADER)")
    connection.close()


if __name__ == "__main__":
    main()
