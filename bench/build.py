"""How long a build takes, against SQL written by hand, and against one query per metric, grain and kind of period.

    python bench/build.py                                   1 million interactions, three turns
    python bench/build.py --large                           also 10 and 30 million, one turn each
    python bench/build.py --interactions 200000 --one-by-one 1

Both sides compute every metric for every grain and for months, quarters and years, as whole processes on two cores. The
build also lays out customers' pages and counts what people entered, which is told apart.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from company import Size
from measured import Usage, interleaved, measure
from trueup.canon.entries import ENTRY_TABLE
from trueup.mart.snapshot import current
from trueup.metrics.readiness import needs
from trueup.metrics.registry import built_in_facts, built_in_metrics
from trueup.runs.cards import ABOUT
from trueup.runs.folder import Folder
from workshop import SHELF, files, imported

HERE = Path(__file__).parent
AS_OF = datetime(2026, 6, 29, 23, 59, 59, 999_999)  # noqa: DTZ001  UTC, as both sides write it
LARGE = (10_000_000, 30_000_000)
GIB = 2**30
MILLION = 1_000_000


@dataclass(frozen=True)
class Race:
    """One size's runs."""

    size: Size
    by_hand: Usage
    ours: Usage
    beyond: Mapping[str, float]
    """What the build does and the SQL by hand does not, and how many seconds of its last turn that took."""

    @property
    def ratio_alike(self) -> float:
        """The ratio of wall clocks for the same work."""
        return (self.ours.wall - sum(self.beyond.values())) / self.by_hand.wall


def race(size: Size, *, runs: int) -> Race:
    data, folder = files(size, form="parquet"), imported(size)

    def by_hand() -> Usage:
        file = SHELF / f"{size.interactions}" / "by_hand.duckdb"
        return measure([str(HERE / "handwritten.py"), str(data), str(file), "--as-of", AS_OF.isoformat()])

    def ours() -> Usage:
        return measure(["-m", "trueup", "build", "--as-of", f"{AS_OF.isoformat()}Z", "--workspace", str(folder.root)])

    hand, build = interleaved([by_hand, ours], runs=runs)
    return Race(size, hand, build, beyond(folder))


def beyond(folder: Folder) -> Mapping[str, float]:
    """Seconds of the newest build for what the SQL by hand does without: customers' pages, and what people enter."""
    snapshot = current(folder.mart)
    assert snapshot is not None
    with duckdb.connect(str(snapshot.file), read_only=True) as mart:
        steps = mart.execute("SELECT about, sum(seconds) FROM meta.steps GROUP BY about").fetchall()
    known = built_in_facts()
    entered = {m.fact for m in built_in_metrics().values() if needs(m, known).keys() & ENTRY_TABLE.keys()}
    entered |= {
        used for name in entered for used in known[name].uses if known[used].requires.keys() & ENTRY_TABLE.keys()
    }
    return {
        "customers' pages": sum(seconds for about, seconds in steps if about == ABOUT),
        "what people enter": sum(seconds for about, seconds in steps if about.rpartition(": ")[2] in entered),
    }


def told(races: list[Race]) -> None:
    print(
        f"\n{'interactions':>14} {'by hand':>18} {'trueup build':>18} {'ratio':>14} {'peak memory':>14} {'growth':>8}"
    )
    print(f"{'':>14} {'wall s':>9}{'CPU s':>9} {'wall s':>9}{'CPU s':>9} {'wall':>7}{'CPU':>7} {'GiB':>14} {'CPU':>8}")
    for at, one in enumerate(races):
        hand, ours = one.by_hand, one.ours
        grown = _growth(races[at - 1], one) if at else ""
        print(
            f"{one.size.interactions:>14,} {hand.wall:>9.1f}{hand.cpu:>9.1f} {ours.wall:>9.1f}{ours.cpu:>9.1f}"
            f" {ours.wall / hand.wall:>7.2f}{ours.cpu / hand.cpu:>7.2f} {ours.peak / GIB:>14.2f} {grown:>8}"
        )
        more = " and ".join(f"{seconds:.1f} s for {what}" for what, seconds in one.beyond.items())
        print(f"{'':>14} of which {more}, which are not in the SQL by hand; {one.ratio_alike:.2f} without")


def _growth(smaller: Race, larger: Race) -> str:
    """CPU time per row against the smaller size's: 1 is linear."""
    rows = larger.size.interactions / smaller.size.interactions
    return f"{larger.ours.cpu / smaller.ours.cpu / rows:.2f}"


def one_by_one(folder: Folder, build: Usage, *, every: int) -> None:
    """Tell how much longer one query per metric, grain and kind takes; of ``every`` so many one is run."""
    command = [str(HERE / "one_by_one.py"), str(folder.root), "--as-of", AS_OF.isoformat(), "--every", str(every)]
    result = SHELF / "one_by_one.json"
    measure([*command, "--told", str(result)])
    for way, seconds in json.loads(result.read_text()).items():
        sampled = "" if every == 1 else f" (one in {every} was run)"
        print(f"one query per metric, grain and kind, {way}: {seconds:.0f} CPU s, {seconds / build.cpu:.1f} x{sampled}")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure builds.")
    arguments.add_argument("--interactions", type=int, default=MILLION)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--large", action="store_true", help="also 10 and 30 million interactions")
    arguments.add_argument("--one-by-one", type=int, default=0, metavar="N", help="one query in N of the naive way")
    given = arguments.parse_args()
    races = [race(Size(given.interactions), runs=given.runs)]
    if given.large:
        races += [race(Size(interactions), runs=1) for interactions in LARGE]
    told(races)
    if given.one_by_one:
        one_by_one(imported(races[0].size), races[0].ours, every=given.one_by_one)


if __name__ == "__main__":
    sys.exit(main())
