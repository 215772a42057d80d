"""The panel of many accounts and a study of it: seconds and memory, a process of its own.

    python bench/panel.py                                10 million interactions, 100 thousand accounts, all dates
    python bench/panel.py --interactions 1000000 --dates 4
    python bench/panel.py --years 8                      the same rows over eight years: 24 quarters' ends

The workspace is that of the other measurements, overlaid: its own lake and definitions, nothing kept from before.
``--years`` copies the lake and moves everything in it away from its last day, so that as much lies in more quarters.
"""

import argparse
import resource
import shutil
import sys
import time
from datetime import date
from pathlib import Path

from company import FIRST_DAY, LAST_DAY, Size
from measured import measure
from trueup import workspace
from trueup.canon.tables import TABLES
from trueup.indicators.lab import study
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.runs.build import definitions
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.indicators import question_of
from trueup.runs.panel import MOST_DATES, lay_panel
from workshop import imported

MILLION = 1_000_000
OUTCOMES = ("renewed", "churned", "default")


class Steps:
    """Tells how long each step took, on the clock and of CPU."""

    def __init__(self) -> None:
        self.begun = self.used = 0.0
        self.about = ""

    def stage(self, name: str, *, steps: int = 0) -> None:
        """A stage begins."""
        self.step(f"{name} ({steps} steps)" if steps else name)

    def step(self, name: str) -> None:
        """A step begins, and the one before is over."""
        now, used = time.perf_counter(), time.process_time()
        if self.about:
            print(
                f"    {self.about}: {now - self.begun:.1f} s, {used - self.used:.1f} CPU s", file=sys.stderr, flush=True
            )
        self.begun, self.used, self.about = now, used, name


def overlaid(original: Folder, years: int) -> Folder:
    """A workspace with the lake of the original, and nothing else that was made of it; stretched over some years."""
    folder = Folder(original.root.parent / f"panel-{years}")
    if not folder.lake.exists():
        folder.generated.mkdir(parents=True)
        shutil.copy(original.settings_file, folder.settings_file)
        for part in (original.sources, original.metrics):
            shutil.copytree(part, folder.root / part.name)
        if years:
            shutil.copy(original.lake.resolve(), folder.lake)
            stretch(folder.lake, years)
        else:
            folder.lake.symlink_to(original.lake.resolve())
    shutil.rmtree(folder.panels, ignore_errors=True)
    return folder


def stretch(lake: Path, years: int) -> None:
    """Move every instant and day of a lake away from the last day, by the same factor."""
    last, first = date.fromisoformat(LAST_DAY), date.fromisoformat(FIRST_DAY)
    times = years * 365.25 / ((last - first).days + 1)
    engine = DuckDBEngine(lake)
    for table in TABLES:
        columns = engine.columns("canon", table.name)
        moved = [
            f"{name} = {moved_from(f'TIMESTAMP {LAST_DAY!r}', name, kind, times)}"
            for name, kind in ((quoted(column), kind) for column, kind in columns.items())
            if kind in {"DATE", "TIMESTAMP"}
        ]
        engine.execute(f"UPDATE canon.{quoted(table.name)} SET {', '.join(moved)}")
    engine.close()


def moved_from(last: str, column: str, kind: str, times: float) -> str:
    seconds = f"date_diff('second', {last}, CAST({column} AS TIMESTAMP)) * {times}"
    return f"CAST({last} + to_seconds(CAST({seconds} AS BIGINT)) AS {kind})"


def of_process(root: Path, dates: int) -> None:
    """Lay out the panel and ask it, in this process."""
    folder = Folder(root)
    settings, known = workspace.settings(folder), definitions(folder)
    as_of, progress = moment_of(LAST_DAY, settings), Steps()
    begun = time.perf_counter()
    laid = lay_panel(folder, settings, known, as_of=as_of, entries={}, progress=progress, most_dates=dates)
    progress.step("")
    accounts, days = len(set(laid.panel.accounts.tolist())), len(set(laid.panel.as_of.tolist()))
    print(
        f"  panel: {time.perf_counter() - begun:.0f} s; {accounts:,} of {len(laid.panel.names):,} accounts,"
        f" {days} months' ends, {len(laid.panel.kpis)} KPIs; {peak():.1f} GiB",
        file=sys.stderr,
    )
    for outcome in OUTCOMES:
        begun = time.perf_counter()
        found = study(*question_of(laid, outcome))
        took = time.perf_counter() - begun
        print(f"  {outcome}: {took:.0f} s, {found.sample.events:,} events; {peak():.1f} GiB", file=sys.stderr)


def peak() -> float:
    """GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure panels.")
    arguments.add_argument("--interactions", type=int, default=10 * MILLION)
    arguments.add_argument("--dates", type=int, default=MOST_DATES)
    arguments.add_argument("--years", type=int, default=0)
    arguments.add_argument("--workspace", type=Path, help="lay out this one, in this very process")
    given = arguments.parse_args()
    if given.workspace:
        of_process(given.workspace, given.dates)
        return
    folder = overlaid(imported(Size(given.interactions)), given.years)
    usage = measure([__file__, "--workspace", str(folder.root), "--dates", str(given.dates)])
    print(f"all together: {usage.wall:.0f} s, {usage.cpu:.0f} CPU s, {usage.peak / 2**30:.1f} GiB")


if __name__ == "__main__":
    main()
