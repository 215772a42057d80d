"""Whole-process times of commands that people wait for: help, and a number from a built workspace.

python bench/start.py [FOLDER] [--interactions 1000000] [--runs 7]
"""

import argparse
from pathlib import Path

import measure
import workspaces


def main() -> None:
    arguments = argparse.ArgumentParser(description="Time commands from start to end.")
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("build/bench"))
    arguments.add_argument("--interactions", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=7)
    given = arguments.parse_args()
    root = given.folder / str(given.interactions) / "workspace"
    if not (root / ".trueup" / "mart" / "CURRENT").exists():
        typed = workspaces.exports(given.folder, given.interactions, form="parquet")
        root = workspaces.empty_workspace(given.folder, given.interactions)
        measure.run(workspaces.import_command(root, typed))
        measure.run(workspaces.build_command(root))
    asked = [
        *workspaces.TRUEUP,
        "metrics",
        "response_time",
        "--by",
        "team",
        "--period",
        "quarter",
        "--workspace",
        str(root),
    ]
    for name, command, limit in (("--help", [*workspaces.TRUEUP, "--help"], 0.3), ("metrics", asked, 1.0)):
        taken = measure.middle([measure.run(command) for _ in range(given.runs)])
        print(f"trueup {name:<8} {taken.wall:6.2f} s wall {taken.processor:6.2f} s processor (wanted: under {limit} s)")


if __name__ == "__main__":
    main()
