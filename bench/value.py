"""How long does it take to say what ten thousand goals' customers gained?

    python bench/value.py [--goals 10000] [--measures 8] [--donors 30]

As many customers began with a lever as there are goals, one measure each, and as many more did not; 60 months.
Prints the seconds and the memory of a first build's comparison, then those of the next one, in which nothing changed,
and of one in which a month came in.
"""

import argparse
import os
import resource
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa

from trueup import workspace
from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLES, FIRST_RECORDED
from trueup.canon.tables import PROVENANCE, TABLES
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.store import DUCKDB_TYPES
from trueup.runs.customer_effects import KeptEffects
from trueup.runs.customer_value import customers_value
from trueup.runs.progress import Silence

MONTHS = 60


def company(goals: int, measures: int, seed: int = 1) -> DuckDBEngine:
    """Twice as many accounts as goals, in an engine; every second one begins with the lever of its measure."""
    engine = DuckDBEngine()
    engine.create_schema("state")
    for tables, provenance in ((TABLES, PROVENANCE), (ENTRY_TABLES, (*ENTRY_PROVENANCE, FIRST_RECORDED))):
        for table in tables:
            columns = [f'"{c.name}" {DUCKDB_TYPES[c.type]}' for c in (*table.columns, *provenance)]
            engine.execute(f'CREATE TABLE state."{table.name}" ({", ".join(columns)})')
    rng = np.random.default_rng(seed)
    accounts = 2 * goals
    names = np.array([f"a{place:06}" for place in range(accounts)])
    measure = np.array([f"measure_{place % measures}" for place in range(accounts)])
    common = rng.standard_normal((measures, MONTHS)).cumsum(1) * 0.3
    values = 50 + 5 * rng.standard_normal((accounts, 1)) + common[np.arange(accounts) % measures]
    noise = np.zeros((accounts, MONTHS))
    for month in range(1, MONTHS):
        noise[:, month] = 0.6 * noise[:, month - 1] + 0.8 * rng.standard_normal(accounts)
    values = values + noise
    starts = rng.integers(20, MONTHS - 8, accounts)
    is_treated = np.arange(accounts) % 2 == 0
    values += 2.0 * (is_treated[:, None] & (np.arange(MONTHS) >= starts[:, None]))
    values[rng.random(values.shape) < 0.01] = np.nan
    first = np.datetime64("2021-10-01")
    ends = (first.astype("datetime64[M]") + np.arange(1, MONTHS + 1)).astype("datetime64[D]") - 1
    begins = (first.astype("datetime64[M]") + starts).astype("datetime64[D]")
    series = pa.table(
        {
            "account_id": np.repeat(names, MONTHS),
            "measure": np.repeat(measure, MONTHS),
            "observed_on": np.tile(ends, accounts),
            "value": values.ravel(),
            "_seq": np.arange(accounts * MONTHS),
        }
    )
    engine.load("main", "series", series)
    engine.execute(
        "INSERT INTO state.kpi_series BY NAME SELECT account_id, measure, observed_on, value, '%' AS unit, _seq"
        " FROM main.series WHERE NOT isnan(value)"
    )
    of = pa.table(
        {
            "account_id": names,
            "segment": rng.choice(["small", "midsize", "large"], accounts),
            "industry": rng.choice(["retail", "logistics", "machinery", "food"], accounts),
            "employees": rng.lognormal(5, 1, accounts).astype(np.int64),
            "measure": measure,
            "lever": np.char.add("lever_for_", measure),
            "adopted_on": begins,
            "is_treated": is_treated,
        }
    )
    engine.load("main", "accounts", of)
    engine.execute(
        "INSERT INTO state.accounts BY NAME SELECT account_id, segment, industry, employees FROM main.accounts"
    )
    used = "FROM main.accounts WHERE is_treated"
    engine.execute(f"INSERT INTO state.adoptions BY NAME SELECT account_id, lever, adopted_on {used}")
    engine.execute(
        "INSERT INTO state.goals BY NAME SELECT 'g' || account_id AS goal_id, account_id, 'business' AS kind, measure,"
        " '%' AS unit, 'increase' AS direction, 'agreed' AS status, TIMESTAMP '2022-01-01' AS agreed_at,"
        f" 1000 AS value_per_unit, 'EUR' AS currency {used}"
    )
    engine.execute(f"INSERT INTO state.goal_levers BY NAME SELECT 'g' || account_id AS goal_id, lever {used}")
    return engine


def main() -> None:
    """Time it."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--goals", type=int, default=10_000)
    told.add_argument("--measures", type=int, default=8)
    told.add_argument("--donors", type=int, default=30)
    asked = told.parse_args()
    settings = workspace.defaults()
    settings = replace(settings, compared=replace(settings.compared, donors=asked.donors))
    engine = company(asked.goals, asked.measures)
    with TemporaryDirectory() as room:
        file = Path(room) / "effects.parquet"
        days = (
            ("first", date(2026, 8, 31)),
            ("the same again", date(2026, 8, 31)),
            ("a month later", date(2026, 9, 30)),
        )
        for about, day in days:
            wall, busy = perf_counter(), process_time()
            kept = KeptEffects(file)
            found = customers_value(engine, settings, kept, Silence(), as_of_on=day)
            kept.write()
            starts = found.effects.num_rows
            print(
                f"{about}: {perf_counter() - wall:.0f} s, CPU {process_time() - busy:.0f} s; {starts:,} starts, ",
                end="",
            )
            print(f"{found.claims.num_rows:,} claims; {file.stat().st_size / 2**20:.0f} MiB kept")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB at most")


if __name__ == "__main__":
    main()
