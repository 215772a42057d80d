"""Runs the hand-written SQL: every metric for every grain and period, from Parquet files into one DuckDB file.

    python bench/handwritten.py FOLDER FILE --as-of 2026-06-30T21:59:59.999999

It is what a patient expert would write for one company, and knows nothing of Trueup: the floor that builds are measured
against, and a second opinion on every number. Its answers stand in the view ``answer``.
"""

import argparse
import time
from datetime import datetime
from pathlib import Path

import duckdb

SCRIPTS = sorted((Path(__file__).parent / "handwritten").glob("*.sql"))
THREADS = 2
MEMORY = "4GB"


def run(folder: Path, file: Path, *, as_of: datetime, told: float | None = None) -> None:
    """Compute everything as of an instant (UTC, naive) into a new ``file``; ``told``: print what takes longer, in s."""
    file.unlink(missing_ok=True)
    connection = duckdb.connect(str(file))
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET VARIABLE as_of = TIMESTAMP '{as_of}'")
    for table in sorted(folder.glob("*.parquet")):
        connection.execute(f"CREATE TEMP VIEW src_{table.stem} AS FROM read_parquet('{table}')")
    for script in SCRIPTS:
        for statement in duckdb.extract_statements(script.read_text(encoding="utf-8")):
            begun, used = time.perf_counter(), time.process_time()
            connection.execute(statement)
            if told is not None and time.process_time() - used > told:
                name = next(line for line in statement.query.splitlines() if line and not line.startswith("--"))
                print(f"{time.perf_counter() - begun:8.2f} s {time.process_time() - used:8.2f} s CPU  {name[:90]}")
    connection.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Compute every metric by hand-written SQL.")
    arguments.add_argument("folder", type=Path, help="the canonical tables, one Parquet file each")
    arguments.add_argument("file", type=Path, help="the DuckDB file to write")
    arguments.add_argument(
        "--as-of", type=datetime.fromisoformat, required=True, help="UTC, the last moment that counts"
    )
    arguments.add_argument("--told", type=float, help="print statements that take more CPU seconds than this")
    given = arguments.parse_args()
    run(given.folder, given.file, as_of=given.as_of, told=given.told)


if __name__ == "__main__":
    main()
