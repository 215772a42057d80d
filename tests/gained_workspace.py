"""A workspace of customers of whom some began with what truly moves a measure: from files, imported and built."""

import atexit
import csv
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from entered import entries
from gained import MONTHS, month
from trueup import workspace
from trueup.lake.entered import NO_ENTRIES, Entries
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.progress import Silence
from trueup.runs.pull import pull

CUSTOMERS = tuple(f"c{place:02}" for place in range(24))
MEASURE, GAIN, NOISE = "on_time_delivery", 4.0, 0.5
AS_OF = month(MONTHS - 1).isoformat()
LEVERS = '\n[levers]\nplanner = ["on_time_delivery"]\n'
ADOPTED = (
    ("c00", "planner", 26, None),
    ("c01", "planner", 28, None),
    ("c02", "planner", 30, None),
    ("c03", "planner", MONTHS - 3, None),
    ("c04", "planner", 20, 26),
    ("c04", "planner", 30, None),
    ("c05", "coach", 27, None),
    ("c06", "coach", 29, None),
)
"""Who began with what in which month of 40, and gave it up in which. By the planner they gain four points, by the coach
nothing.

c03 began three months ago, c04 twice.
"""
EARLY = datetime(2024, 1, 10, tzinfo=UTC)
GOAL = {"kind": "business", "measure": "On-time delivery", "unit": "%", "direction": "increase", "weight": Decimal(1),
        "cadence_days": 45, "status": "agreed", "agreed_at": EARLY, "recorded_at": EARLY,
        "value_per_unit": Decimal(1000), "currency": "EUR"}  # fmt: skip
GOALS = entries(
    goals=[
        {**GOAL, "goal_id": "g00", "account_id": "c00"},
        {**GOAL, "goal_id": "g01", "account_id": "c01", "value_per_unit": None, "currency": None},
        {**GOAL, "goal_id": "g02", "account_id": "c02", "agreed_at": datetime(2025, 8, 1, tzinfo=UTC)},
        {**GOAL, "goal_id": "g07", "account_id": "c07", "value_per_unit": Decimal(500)},
    ]
)
"""Nobody said what c01's is worth; c02's was agreed on after the start; c07 uses nothing yet."""


def files(folder: Path) -> Path:
    """The company's exports: customers, 40 months of on-time delivery, and who began with what."""
    chance = np.random.default_rng(4)
    season = np.sin(np.arange(MONTHS) * np.pi / 6)
    series: list[Sequence[object]] = []
    for customer in CUSTOMERS:
        values = 80 + 4 * chance.standard_normal() + season * (1 + 0.2 * chance.standard_normal())
        values += NOISE * chance.standard_normal(MONTHS)
        first = min(
            (begun for who, lever, begun, _ in ADOPTED if (who, lever) == (customer, "planner")), default=MONTHS
        )
        values[first:] += GAIN
        series += [[customer, MEASURE, month(place), f"{value:.4f}", "%"] for place, value in enumerate(values)]
    adoptions = [
        [who, lever, month(begun - 1), "" if ended is None else month(ended)] for who, lever, begun, ended in ADOPTED
    ]
    accounts = [[customer, customer.upper(), "smb", 100 + place] for place, customer in enumerate(CUSTOMERS)]
    _write(folder / "accounts.csv", ["account_id", "name", "segment", "employees"], accounts)
    _write(folder / "kpi_series.csv", ["account_id", "measure", "observed_on", "value", "unit"], series)
    _write(folder / "adoptions.csv", ["account_id", "lever", "adopted_on", "ended_on"], adoptions)
    return folder


def imported(root: Path) -> Folder:
    """The company's files, imported into a new workspace in which nobody said what the levers are meant for."""
    made = workspace.make(root, name="Planners", timezone="Europe/Berlin")
    exports = files(root / "exports")
    own = made.sources / "company"
    own.mkdir()
    for file in exports.glob("*.csv"):
        (own / f"{file.stem}.sql").write_text(f"SELECT * FROM {file.stem}\n")
    pull(made, workspace.settings(made), [exports], source="company", progress=Silence())
    return made


def compute(made: Folder, *, entered: Entries = NO_ENTRIES, as_of: str = AS_OF) -> Folder:
    """Build it as of the last month's end."""
    settings = workspace.settings(made)
    build(made, settings, as_of=moment_of(as_of, settings), progress=Silence(), entries=entered)
    return made


@cache
def agreed() -> Folder:
    """The workspace with its goals, in which the planner is meant for on-time delivery: only to be looked at."""
    root = Path(mkdtemp(prefix="trueup-gained-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    made = imported(root / "planners")
    with made.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(LEVERS)
    return compute(made, entered=GOALS)


def _write(file: Path, header: list[str], rows: Sequence[Sequence[object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([header, *rows])
