"""Closing many accounts' grades, and holding what was closed against what came after.

    python bench/closing.py                             closes every period that is due, builds, asks for the report
    python bench/closing.py --interactions 1000000      10 thousand accounts

The workspace is the one of `pages.py`, copied, with the same lake: what is closed stays closed. Told are the seconds of
each closing day, how large the record grows, and the seconds of the first honesty report and of the first map of whom
we please after the build, each in a process of its own.
"""

import ready  # isort: split

import argparse
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

from company import LAST_DAY, Size
from measured import measure
from pages import MILLION, served
from trueup import workspace
from trueup.cli.grades_closing import first_data_on
from trueup.record.opening import open_record
from trueup.runs.build import definitions
from trueup.runs.closing import close, closed_grades, due
from trueup.runs.entered import entries_of
from trueup.runs.folder import Folder
from trueup.runs.progress import Silence
from trueup.runs.worksheets import in_force

assert ready
_FIRST = {
    "honesty, quarterly": "report(snapshot, 'quarterly')",
    "honesty, strategic": "report(snapshot, 'strategic')",
    "whom we please": "pleasing(snapshot)",
}
_TIMED = """
import sys, time
from pathlib import Path
from trueup.answers.honesty import report
from trueup.answers.quadrant import pleasing
from trueup.mart.snapshot import current
snapshot = current(Path(sys.argv[1]))
begun, used = time.perf_counter(), time.process_time()
{}
print(f"{{time.perf_counter() - begun:.2f}} s, {{time.process_time() - used:.2f}} CPU s")
"""


def copied(original: Folder) -> Folder:
    """A workspace like the original, over the same lake, with a copy of its record and of its newest snapshot."""
    folder = Folder(original.root.parent / "closed")
    if folder.root.exists():
        return folder
    folder.mart.mkdir(parents=True)
    shutil.copy(original.settings_file, folder.settings_file)
    for part in (original.sources, original.metrics, original.root / "record"):
        shutil.copytree(part, folder.root / part.name)
    folder.lake.symlink_to(original.lake.resolve())
    newest = (original.mart / "CURRENT").read_text().strip()
    shutil.copytree(original.mart / newest, folder.mart / newest)
    shutil.copy(original.mart / "CURRENT", folder.mart)
    return folder


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure closing and the honesty report.")
    arguments.add_argument("--interactions", type=int, default=10 * MILLION)
    original = served(Size(arguments.parse_args().interactions))
    folder = copied(original)
    open_record(folder.root)
    settings, known = workspace.settings(folder), definitions(folder)
    sheets = in_force(folder, settings, metrics=known.metrics).values()
    now = datetime.fromisoformat(LAST_DAY).replace(tzinfo=UTC)
    dues = due(sheets, settings, closed_grades(folder), first_on=first_data_on(folder), now=now)
    for day in sorted({each.on for each in dues}):
        together = [each for each in dues if each.on == day]
        begun, used = time.perf_counter(), time.process_time()
        accounts = close(folder, settings, known, together, entries=entries_of(folder), progress=Silence())
        keys = ", ".join(f"{each.sheet.cadence} {each.period.key}" for each in together)
        took, used = time.perf_counter() - begun, time.process_time() - used
        print(f"{keys}: {accounts:,} grades in {took:.1f} s, {used:.1f} CPU s", flush=True)
    kept = sum(file.stat().st_size for file in (folder.root / "record").rglob("*") if file.is_file())
    print(f"{len(closed_grades(folder))} periods are closed; the record has {kept / 2**20:.0f} MiB")
    usage = measure(["-m", "trueup", "build", "--as-of", LAST_DAY, "--workspace", str(folder.root)])
    print(f"built in {usage.wall:.0f} s, {usage.cpu:.0f} CPU s")
    for name, ask in _FIRST.items():
        asked = [sys.executable, "-c", _TIMED.format(ask), str(folder.mart)]
        print(f"{name}, the first: {subprocess.check_output(asked, text=True).strip()}", flush=True)


if __name__ == "__main__":
    main()
