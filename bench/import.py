"""Importing the large company's CSV files, against DuckDB's own COPY of them into typed tables.

python bench/import.py [FOLDER] [--interactions 1000000] [--runs 3]
"""

import argparse
import sys
from pathlib import Path

import duckdb

import company
import measure
import workspaces

COPY = """
import sys, duckdb
from pathlib import Path
csv, typed, file = map(Path, sys.argv[1:])
file.unlink(missing_ok=True)
connection = duckdb.connect(str(file), config={"threads": 2, "preserve_insertion_order": False})
for path in sorted(csv.glob("*.csv")):
    connection.execute(f"CREATE TABLE {path.stem} AS FROM read_parquet('{typed}/{path.stem}.parquet') LIMIT 0")
    connection.execute(f"COPY {path.stem} FROM '{path}' (HEADER)")
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description="Time an import against DuckDB's COPY.")
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("build/bench"))
    arguments.add_argument("--interactions", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    csv = workspaces.exports(given.folder, given.interactions, form="csv")
    typed = workspaces.exports(given.folder, given.interactions, form="parquet")
    copies, imports = [], []
    for _ in range(given.runs):
        copied = given.folder / "copied.duckdb"
        copies.append(measure.run([sys.executable, "-c", COPY, str(csv), str(typed), str(copied)]))
        root = workspaces.empty_workspace(given.folder, given.interactions)
        imports.append(measure.run(workspaces.import_command(root, csv)))
    ours, theirs = measure.middle(imports), measure.middle(copies)
    print(f"{given.interactions:,} interactions, {company.Size(given.interactions).accounts:,} accounts, medians")
    print(f"COPY    {theirs.wall:8.1f} s {theirs.processor:8.1f} s processor {theirs.memory:6.2f} GiB")
    print(f"import  {ours.wall:8.1f} s {ours.processor:8.1f} s processor {ours.memory:6.2f} GiB")
    print(f"ratio   {ours.wall / theirs.wall:8.2f}   {ours.processor / theirs.processor:8.2f}")
    print(f"DuckDB {duckdb.__version__}")


if __name__ == "__main__":
    main()
