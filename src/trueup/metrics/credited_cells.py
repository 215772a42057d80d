"""Cells of people, teams and departments: whom a fact row is credited to, and in which team they were that day."""

from collections.abc import Iterable, Sequence

from trueup.metrics.aggregates import FACT, Batch
from trueup.metrics.cells import (
    EXACT,
    WORK_SCHEMA,
    Rows,
    Source,
    Statement,
    added_up,
    aggregated,
    cell_table,
)
from trueup.metrics.fact import CALENDAR_SCHEMA
from trueup.metrics.metric import Grain
from trueup.metrics.places import CELL_SCHEMA
from trueup.metrics.sql import both, column, either, quoted, table, union

_SPANS = table(CALENDAR_SCHEMA, "people_spans")
_CREDITED_PEOPLE = table(CALENDAR_SCHEMA, "credited_people")
_COLUMN_OF: dict[Grain, str] = {"person": "person_id", "team": "team", "department": "department"}


def credited_rows(source: Source, batches: Sequence[Batch]) -> Statement:
    """One row per fact row and person credited, with the person's team and department of that day.

    ``is_alone``: nobody else is credited with that fact row.
    """
    reads = dict.fromkeys(name for batch in batches for name in batch.reads)
    needed = dict.fromkeys(("fact_key", *source.when, *reads))
    columns = [column(FACT, name) for name in needed if name != "person_id"]
    if source.instance.fact.credit == "participants":
        person, alone = "p.person_id", "p.is_alone"
        joins = f" JOIN {_CREDITED_PEOPLE} AS p ON p.interaction_id = {FACT}.credit_id"
    else:
        person, alone, joins = f"{FACT}.person_id", "TRUE AS is_alone", ""
    spans = f" LEFT JOIN {_SPANS} AS s ON s.person_id = {person} AND {FACT}.credited_on BETWEEN s.from_on AND s.to_on"
    keeps = "TRUE" if any(batch.keeps == "TRUE" for batch in batches) else either(batch.keeps for batch in batches)
    select = (
        f"SELECT {', '.join([person, 's.team', 's.department', alone, *columns])} FROM {source.rows} AS {FACT}"
        f"{joins}{spans} WHERE {both([f'{person} IS NOT NULL', keeps])}"
    )
    return Statement(WORK_SCHEMA, f"{source.instance.table}__credited", select)


def credited_sums(source: Source, batch: Batch, credited: str, grains: Iterable[Grain]) -> list[Statement]:
    """The cells of people, teams and departments that add up, from ``credited`` rows."""
    by = tuple((name, f"{FACT}.{name}") for name in ("person_id", "team", "department", "is_alone"))
    finest = union(aggregated(source, batch, Rows(credited, by), kind=base) for base in source.bases)
    people = Statement(WORK_SCHEMA, f"{source.instance.table}__people", finest)
    return [people, *(_cells(source, batch, credited, people.table, grain) for grain in grains)]


def _cells(source: Source, batch: Batch, credited: str, people: str, grain: Grain) -> Statement:
    name = _COLUMN_OF[grain]
    entity = f"{FACT}.{name}"
    finer = people
    if _is_shared(source, grain):
        parts = ", ".join([name, "period_kind", "period_key", *(quoted(each.column) for each in batch.aggregates)])
        shared = Rows(_once_per(source, batch, credited, name), ((name, entity),))
        of_shared = union(aggregated(source, batch, shared, kind=base) for base in source.bases)
        finer = f"({union([f'SELECT {parts} FROM {people} WHERE is_alone', of_shared])})"
    rows = Rows(finer, (("entity", entity),), only=f"{entity} IS NOT NULL")
    return Statement(CELL_SCHEMA, cell_table(source, grain), added_up(batch, rows, kinds=source.rolled_up))


def _is_shared(source: Source, grain: Grain) -> bool:
    """Whether one fact row may be credited to several people of the same entity."""
    return source.instance.fact.credit == "participants" and grain != "person"


def _once_per(source: Source, batch: Batch, credited: str, name: str) -> str:
    """Each fact row that several people share, once per team or department of theirs."""
    columns = dict.fromkeys(("fact_key", name, *source.when, *batch.reads))
    listed = ", ".join(column(FACT, each) for each in columns)
    only = f"NOT {FACT}.is_alone AND {FACT}.{name} IS NOT NULL"
    return f"(SELECT DISTINCT {listed} FROM {credited} AS {FACT} WHERE {only})"


def credited_exact(source: Source, batch: Batch, credited: str, grain: Grain) -> Statement:
    """The cells of one of these grains that do not add up, from ``credited`` rows."""
    name = _COLUMN_OF[grain]
    entity = f"{FACT}.{name}"
    rows = credited
    if _is_shared(source, grain):
        columns = ", ".join(
            column(FACT, each) for each in dict.fromkeys(("fact_key", name, *source.when, *batch.reads))
        )
        alone = f"SELECT {columns} FROM {credited} AS {FACT} WHERE {FACT}.is_alone"
        rows = f"({union([alone, f'SELECT * FROM {_once_per(source, batch, credited, name)}'])})"
    known = Rows(rows, (("entity", entity),), only=f"{entity} IS NOT NULL")
    select = union(aggregated(source, batch, known, kind=kind) for kind in source.asked)
    return Statement(CELL_SCHEMA, cell_table(source, grain, suffix=EXACT), select)
