"""The example company with plans of pay: sellers with quotas of the whole year are on our half and half since then."""

import shutil
from pathlib import Path

from example import COMPANY, built
from trueup import workspace
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot, current
from trueup.pay.plan_file import our_files
from trueup.runs.example_pay import lay_plans
from trueup.runs.folder import Folder
from trueup.runs.pay_inputs import PayInputs, inputs_of

YEAR = COMPANY.ends_on.year
IN_FORCE, CANDIDATE = "half_and_half", "classic_quota"
SIMPLE = f"""
plan: simple
currency: EUR
valid_from: {YEAR}-01-01
components:
  - name: bookings
    kind: rate
    credits: bookings
    aggregation: cumulative
    reset: quarter
    table:
      kind: step
      tiers:
        - {{pays: 0.10}}
"""
"""A tenth of everything: what it pays can be reckoned by hand."""


def with_plans(root: Path) -> Folder:
    """A copy of the example company there, its sellers on a plan."""
    folder = Folder(Path(shutil.copytree(built().root, root)))
    lay_plans(folder, year=YEAR)
    rows = [f"{seller},{IN_FORCE},{YEAR}-01-01,24000" for seller in sellers()]
    (folder.plans / "assignments.csv").write_text("\n".join(["payee,plan,start,target_incentive", *rows]) + "\n")
    return folder


def snapshot_of(folder: Folder) -> Snapshot:
    snapshot = current(folder.mart)
    assert snapshot is not None
    return snapshot


def inputs(folder: Folder) -> PayInputs:
    return inputs_of(folder, workspace.settings(folder), snapshot_of(folder))


def sellers() -> list[str]:
    """Who has a quota of every quarter."""
    engine = DuckDBEngine(snapshot_of(built()).file, read_only=True)
    quotas = f"SELECT payee FROM pay.quotas WHERE period LIKE '{YEAR}-Q%' GROUP BY payee"
    every = f"(SELECT count(DISTINCT period) FROM pay.quotas WHERE period LIKE '{YEAR}-Q%')"
    found = engine.query(f"{quotas} HAVING count(*) = {every} ORDER BY 1").column(0).to_pylist()
    engine.close()
    return [str(each) for each in found]


def our_plan(name: str) -> str:
    """A plan of ours, as it comes."""
    return next(file.text for file in our_files() if file.path == f"{name}.yaml")
