"""Steps carried out: each table made, and what that took."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.compute import Step
from trueup.runs.progress import Progress


@dataclass(frozen=True)
class Done:
    """A step that was carried out: the SQL that was run, how many rows it made, and in how many seconds."""

    step: Step
    sql: str
    rows: int
    seconds: float

    @property
    def table(self) -> str:
        """The table that was made, as ``schema.name``."""
        return f"{self.step.schema}.{self.step.name}"


def carry_out(engine: DuckDBEngine, steps: Sequence[Step], progress: Progress) -> list[Done]:
    """Make each step's table."""
    progress.stage("computing", steps=len(steps))
    done = []
    for step in steps:
        progress.step(step.about)
        done.append(make(engine, step))
    return done


def make(engine: DuckDBEngine, step: Step) -> Done:
    """Make one step's table."""
    sql = step.select if isinstance(step.select, str) else engine.compile(step.select)
    begun = perf_counter()
    rows = step.make(engine, sql)
    return Done(step, sql, rows, perf_counter() - begun)
