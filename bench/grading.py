"""Grading many accounts on three worksheets: from a published snapshot's inputs to letters, and reading them.

    python bench/grading.py WORKSPACE          a built workspace, such as bench/build.py leaves

Prints the seconds that grading takes of what a build has read (the running period and the one before, of each of three
worksheets), and those of a page of the list, of a grade line by line, and of the counts by letter.
"""

import resource
import sys
from pathlib import Path
from time import perf_counter

from trueup.answers.grade import explained
from trueup.answers.grades import Wanted, counts, page
from trueup.answers.gradings import grading_of, gradings, sheet_of
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder
from trueup.runs.grade_tables import GRADE_SCHEMA, read_table
from trueup.runs.grading import FOLLOWING, graded

TURNS = 20


def main(root: Path) -> None:
    """Time each part."""
    snapshot = current(Folder(root).mart)
    assert snapshot is not None, "build the workspace first"
    begun, rows, sheets = perf_counter(), 0, 0
    for cadence in ("quarterly", "annual", "strategic"):
        for grading in gradings(snapshot, cadence):
            sheet = sheet_of(snapshot, grading)
            mart = DuckDBEngine(snapshot.file, read_only=True)
            inputs = mart.query(
                f"SELECT * EXCLUDE (period, {', '.join(FOLLOWING)}) FROM {GRADE_SCHEMA}.{quoted(read_table(sheet))}"
                f" WHERE period = '{grading.period}' ORDER BY account_id"
            )
            mart.close()
            rows += graded(sheet, inputs).num_rows
            sheets += 1
    print(f"{rows:,} grades ({sheets} periods): {perf_counter() - begun:.2f} s")
    grading = grading_of(snapshot, "quarterly")
    account = page(snapshot, grading, Wanted(limit=1))[1][0].account_id
    for name, ask in (
        ("a page of the list", lambda: page(snapshot, grading, Wanted())),
        ("page 700, by change", lambda: page(snapshot, grading, Wanted(sort="change", offset=35_000))),
        ("one line by line", lambda: explained(snapshot, account, "quarterly")),
        ("counts by letter", lambda: counts(snapshot, "quarterly")),
    ):
        took = []
        for _ in range(TURNS):
            begun = perf_counter()
            ask()
            took.append(perf_counter() - begun)
        print(f"{name}: {1000 * sorted(took)[TURNS // 2]:.0f} ms, at most {1000 * max(took):.0f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


main(Path(sys.argv[1]))
