"""What builds are not: one query for each metric, grain and kind of period, as tools do that compute what is asked.

Twice: each query over the facts made once beforehand, and each query making its facts itself. Only DuckDB's time
counts; making and compiling the queries, and laying out the customer model, are given away.
"""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from trueup import workspace
from trueup.metrics import calendars
from trueup.metrics.compute import Step, plan
from trueup.metrics.fact import FACT_SCHEMA
from trueup.metrics.metric import Grain, Metric
from trueup.runs.build import definitions
from trueup.runs.folder import Folder, find
from trueup.runs.ground import Ground, ground, lay_periods
from trueup.runs.settings import Settings
from trueup.units.period import parse_kind


def questions(folder: Folder, settings: Settings) -> Iterator[tuple[Metric, Grain, str]]:
    for metric in definitions(folder).metrics.values():
        for grain in metric.grains:
            for kind in settings.kinds:
                yield metric, grain, kind


def steps_of(question: tuple[Metric, Grain, str], folder: Folder, on: Ground) -> list[Step]:
    metric, grain, kind = question
    return list(plan([metric], definitions(folder).facts, context=on.context, grains=(grain,), kinds=(kind,)).steps)


def run(steps: list[Step], on: Ground) -> float:
    """CPU seconds of the engine for making these tables."""
    used = 0.0
    for step in steps:
        sql = step.select if isinstance(step.select, str) else on.engine.compile(step.select)
        begun = time.process_time()
        step.make(on.engine, sql)
        used += time.process_time() - begun
    return used


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure one query per metric, grain and kind of period.")
    arguments.add_argument("workspace", type=Path)
    arguments.add_argument("--as-of", type=datetime.fromisoformat, required=True)
    arguments.add_argument("--every", type=int, default=1, help="run one query of so many, and reckon the others alike")
    arguments.add_argument("--told", type=Path, required=True, help="the JSON file to write")
    given = arguments.parse_args()
    folder = find(given.workspace)
    settings = workspace.settings(folder)
    with ground(folder, settings, as_of=given.as_of.replace(tzinfo=UTC)) as on:
        kinds = [parse_kind(kind) for kind in settings.kinds]
        lay_periods(on, calendars.periods_of(kinds, on.horizon, settings.rules), settings)
        everything = plan(definitions(folder).metrics.values(), definitions(folder).facts, context=on.context)
        facts = run([step for step in everything.steps if step.schema == FACT_SCHEMA], on)
        ready = raw = 0.0
        for question in islice(questions(folder, settings), 0, None, given.every):
            steps = steps_of(question, folder, on)
            cells = run([step for step in steps if step.schema != FACT_SCHEMA], on)
            ready += cells
            raw += cells + run([step for step in steps if step.schema == FACT_SCHEMA], on)
    times = {"over ready facts": facts + ready * given.every, "from raw rows": raw * given.every}
    given.told.write_text(json.dumps(times))


if __name__ == "__main__":
    main()
