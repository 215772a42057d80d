"""How long an import of CSV files takes, against DuckDB's own COPY of the same files into typed tables.

python bench/import.py                    1 million interactions, three turns
python bench/import.py --large            also 10 million, one turn
"""

import argparse
import shutil
from pathlib import Path

from company import Size
from measured import Usage, interleaved, measure
from workshop import SHELF, files, prepare, take_in

HERE = Path(__file__).parent
LARGE = 10_000_000
MILLION = 1_000_000
GIB = 2**30


def race(size: Size, *, runs: int) -> tuple[Usage, Usage, int]:
    """COPY's usage, ours, and the files' bytes."""
    delivered = files(size, form="csv")

    def copied() -> Usage:
        return measure([str(HERE / "copied.py"), str(delivered), str(SHELF / f"{size.interactions}" / "copied.duckdb")])

    def ours() -> Usage:
        root = SHELF / f"{size.interactions}" / "arriving"
        shutil.rmtree(root, ignore_errors=True)
        usage = take_in(prepare(root), delivered)
        shutil.rmtree(root)
        return usage

    copy, taken = interleaved([copied, ours], runs=runs)
    return copy, taken, sum(file.stat().st_size for file in delivered.glob("*.csv"))


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure imports.")
    arguments.add_argument("--interactions", type=int, default=MILLION)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--large", action="store_true", help="also 10 million interactions")
    given = arguments.parse_args()
    sizes = [(Size(given.interactions), given.runs), *([(Size(LARGE), 1)] if given.large else [])]
    print(f"{'interactions':>14} {'GiB':>6} {'COPY':>18} {'trueup import':>18} {'ratio':>14} {'peak memory':>12}")
    print(f"{'':>14} {'':>6} {'wall s':>9}{'CPU s':>9} {'wall s':>9}{'CPU s':>9} {'wall':>7}{'CPU':>7} {'GiB':>12}")
    for size, runs in sizes:
        copy, ours, delivered = race(size, runs=runs)
        print(
            f"{size.interactions:>14,} {delivered / GIB:>6.2f} {copy.wall:>9.1f}{copy.cpu:>9.1f} {ours.wall:>9.1f}"
            f"{ours.cpu:>9.1f} {ours.wall / copy.wall:>7.2f}{ours.cpu / copy.cpu:>7.2f} {ours.peak / GIB:>12.2f}"
        )


if __name__ == "__main__":
    main()
