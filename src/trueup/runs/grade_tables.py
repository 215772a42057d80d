"""The snapshot's grades: one table of all, one table per state of a worksheet with what it read, and the worksheets.

Of each cadence the period that runs and the last one that is over are graded as known at the build, unless that one was
closed: closed periods come as they were frozen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from trueup.grades.worksheet import LETTERS, Cadence, Worksheet
from trueup.grades.worksheet_file import version_of, written
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.places import Place
from trueup.metrics.sql import constant
from trueup.runs.effort_tables import lay_effort
from trueup.runs.grading import FOLLOWING, GradedPeriod, graded, inputs_of, period_of

GRADE_SCHEMA = "grades"
LAID = f"{GRADE_SCHEMA}.grades"
NEWEST = f"{GRADE_SCHEMA}.newest"
"""One row per account with a quarterly grade of the last quarter that is over: what lists of customers show."""
STANDINGS = 2
"""How many periods of a cadence are graded as known at the build: the running one and the one before."""
GRADES = pa.schema(
    {
        "account_id": pa.string(),
        "cadence": pa.string(),
        "period": pa.string(),
        "score": pa.float64(),
        "grade": pa.string(),
        "computed": pa.string(),
        "answered_weight": pa.float64(),
        "is_overridden": pa.bool_(),
        "worksheet": pa.string(),
        "worksheet_version": pa.string(),
    }
)
GRADINGS = pa.schema(
    {
        "cadence": pa.string(),
        "period": pa.string(),
        "first_on": pa.date32(),
        "last_on": pa.date32(),
        "is_over": pa.bool_(),
        "worksheet": pa.string(),
        "worksheet_version": pa.string(),
        "as_of": pa.string(),
        "closed_at": pa.timestamp("us"),
        "accounts": pa.int64(),
    }
)
"""One row per graded period of a cadence: by which state of which worksheet, as of when; ``closed_at`` where frozen."""


_Grading = tuple[Worksheet, GradedPeriod, datetime | None, pa.Table]


@dataclass(frozen=True)
class Closed:
    """A period whose grades are frozen: the worksheet as it was, and the graded table with all that it read."""

    sheet: Worksheet
    period: GradedPeriod
    closed_at: datetime
    table: pa.Table


def lay_grades(
    engine: DuckDBEngine,
    places: Iterable[Place],
    sheets: Mapping[Cadence, Worksheet],
    as_of_on: date,
    closed: Sequence[Closed] = (),
) -> dict[str, int]:
    """Lay the tables of grades and of effort over finished cells; the rows of each table."""
    known = tuple(places)
    frozen = {(each.sheet.cadence, each.period.key) for each in closed}
    gradings: list[_Grading] = [(each.sheet, each.period, each.closed_at, each.table) for each in closed]
    for sheet in sheets.values():
        gradings += [
            (sheet, period, None, graded(sheet, inputs_of(engine, sheet, period, known)))
            for period in _standing(engine, sheet, as_of_on)
            if (sheet.cadence, period.key) not in frozen
        ]
    engine.create_schema(GRADE_SCHEMA)
    tables = {"grades": _all(gradings), "gradings": _gradings(gradings), "sheets": _sheets(gradings)}
    by_state: dict[str, list[pa.Table]] = {}
    for sheet, period, _, table in gradings:
        keyed = table.append_column("period", pa.array([period.key] * table.num_rows, pa.string()))
        by_state.setdefault(read_table(sheet), []).append(keyed)
    tables |= {name: pa.concat_tables(of_state, promote_options="default") for name, of_state in by_state.items()}
    for name, table in tables.items():
        engine.load(GRADE_SCHEMA, name, table)
    newest = engine.create_table(GRADE_SCHEMA, "newest", _NEWEST)
    rows = {f"{GRADE_SCHEMA}.{name}": table.num_rows for name, table in tables.items()}
    return rows | {NEWEST: newest} | lay_effort(engine)


_NEWEST = (
    f"SELECT account_id, grade, CAST(list_position([{', '.join(map(constant, LETTERS))}], grade) AS TINYINT)"
    f" AS grade_rank, period FROM {LAID} WHERE cadence = 'quarterly' AND period = ("
    f"SELECT period FROM {GRADE_SCHEMA}.gradings WHERE cadence = 'quarterly' ORDER BY is_over DESC, first_on DESC"
    " LIMIT 1) ORDER BY account_id"
)


def read_table(sheet: Worksheet) -> str:
    """The name of the table of what a worksheet, as it is now, has read."""
    return f"{sheet.name}__{version_of(sheet)}"


def _standing(engine: DuckDBEngine, sheet: Worksheet, as_of_on: date) -> Iterable[GradedPeriod]:
    """The newest periods of the worksheet's kind, the running one first."""
    keys = engine.query(
        f"SELECT period_key FROM calendar.periods WHERE period_kind = {constant(sheet.period_kind)}"
        f" ORDER BY first_on DESC LIMIT {STANDINGS}"
    )
    for key in keys.column(0).to_pylist():
        period = period_of(engine, sheet.period_kind, str(key), as_of_on=as_of_on)
        if period is not None:
            yield period


def _all(gradings: Sequence[_Grading]) -> pa.Table:
    tables = []
    for sheet, period, _, table in gradings:
        told = {"cadence": sheet.cadence, "period": period.key, "worksheet": sheet.name}
        told["worksheet_version"] = version_of(sheet)
        columns = {name: table.column(name) for name in ("account_id", *FOLLOWING)}
        columns |= {name: pa.array([value] * table.num_rows, pa.string()) for name, value in told.items()}
        tables.append(pa.table({name: columns[name] for name in GRADES.names}).cast(GRADES))
    return pa.concat_tables([GRADES.empty_table(), *tables])


def _gradings(gradings: Sequence[_Grading]) -> pa.Table:
    rows = [
        {
            "cadence": sheet.cadence,
            "period": period.key,
            "first_on": period.first_on,
            "last_on": period.last_on,
            "is_over": period.is_over,
            "worksheet": sheet.name,
            "worksheet_version": version_of(sheet),
            "as_of": period.as_of_on.isoformat(),
            "closed_at": closed_at,
            "accounts": table.num_rows,
        }
        for sheet, period, closed_at, table in gradings
    ]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: (row["cadence"], row["first_on"])), schema=GRADINGS)


def _sheets(gradings: Sequence[_Grading]) -> pa.Table:
    rows = {
        (sheet.name, version_of(sheet)): {
            "worksheet": sheet.name,
            "worksheet_version": version_of(sheet),
            "cadence": sheet.cadence,
            "text": written(sheet),
        }
        for sheet, _, _, _ in gradings
    }
    schema = pa.schema([(n, pa.string()) for n in ("worksheet", "worksheet_version", "cadence", "text")])
    return pa.Table.from_pylist(list(rows.values()), schema=schema)
