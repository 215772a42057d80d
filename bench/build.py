"""Building everything from the large company, against hand-written SQL that computes the same numbers.

python bench/build.py [FOLDER] [--interactions 1000000 10000000] [--runs 3]
"""

import argparse
import sys
from pathlib import Path

import measure
import workspaces

HANDWRITTEN = Path(__file__).parent / "handwritten.py"
LAST_MOMENT = "2026-06-30T21:59:59.999999"


def main() -> None:
    arguments = argparse.ArgumentParser(description="Time a build against hand-written SQL.")
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("build/bench"))
    arguments.add_argument("--interactions", type=int, nargs="+", default=[1_000_000])
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    for interactions in given.interactions:
        typed = workspaces.exports(given.folder, interactions, form="parquet")
        root = workspaces.empty_workspace(given.folder, interactions)
        measure.run(workspaces.import_command(root, typed))
        by_hand = [
            sys.executable,
            str(HANDWRITTEN),
            str(typed),
            str(given.folder / "hand.duckdb"),
            "--as-of",
            LAST_MOMENT,
        ]
        ours, theirs = [], []
        for _ in range(given.runs):
            theirs.append(measure.run(by_hand))
            ours.append(measure.run(workspaces.build_command(root)))
        mine, floor = measure.middle(ours), measure.middle(theirs)
        print(f"{interactions:,} interactions, medians of {given.runs}")
        print(f"by hand {floor.wall:8.1f} s {floor.processor:8.1f} s processor {floor.memory:6.2f} GiB")
        print(f"build   {mine.wall:8.1f} s {mine.processor:8.1f} s processor {mine.memory:6.2f} GiB")
        print(f"ratio   {mine.wall / floor.wall:8.2f}   {mine.processor / floor.processor:8.2f}")


if __name__ == "__main__":
    main()
