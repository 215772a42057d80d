"""How long people wait for what should be there at once, as whole processes.

python bench/start.py                     over a workspace of 1 million interactions, built if it was not
"""

import argparse

from company import Size
from measured import interleaved, measure
from workshop import imported

MILLION = 1_000_000
METRICS = ("response_time", "--by", "account", "--period", "quarter", "--format", "csv")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure starts.")
    arguments.add_argument("--interactions", type=int, default=MILLION)
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    folder = imported(Size(given.interactions))
    here = ["--workspace", str(folder.root)]
    if not folder.mart.exists():
        measure(["-m", "trueup", "build", *here])
    asked = {
        "trueup --help": (["--help"], 0.3),
        "trueup metrics": (["metrics", *here], 1.0),
        "trueup metrics response_time --by account": (["metrics", *METRICS, *here], 1.0),
    }
    usages = interleaved(
        [lambda command=command: measure(["-m", "trueup", *command]) for command, _ in asked.values()], runs=given.runs
    )
    for (name, (_, limit)), usage in zip(asked.items(), usages, strict=True):
        verdict = "in time" if usage.wall < limit else "too slow"
        print(f"{name:<44} {usage.wall:6.2f} s wall {usage.cpu:6.2f} s CPU, at most {limit} s: {verdict}")


if __name__ == "__main__":
    main()
