"""Plausibility checks: what canonical rows say that cannot be, counted set-wise by whatever engine holds them.

A check is declared once as SQL conditions that every engine understands; all checks over the same rows share one scan.
Each gives one finding per source: how many rows, what share, and the first examples.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

import pyarrow as pa

from trueup.canon.findings import Finding, Severity
from trueup.canon.links import framed

Query = Callable[[str], pa.Table]
"""Runs an SQL query and gives all its rows."""

EXAMPLES: Final = 3


@dataclass(frozen=True)
class Check:
    """What cannot be true of a row.

    ``rows`` is an SQL FROM clause in which ``t`` is the row of ``table``; ``{table name}`` stands for that canonical
    table's current rows, ``{now}`` for the moment of the load, ``{currency}`` for the workspace's currency.
    ``judged`` says which rows can be judged at all, ``wrong`` which of them are wrong. ``shows`` are the columns of an
    example, the row's id first; an expression is named by ``AS``. ``says`` ends the sentence that begins with the
    number of rows.
    """

    code: str
    severity: Severity
    table: str
    rows: str
    judged: str
    wrong: str
    shows: tuple[str, ...]
    says: str
    cure: str


@dataclass(frozen=True)
class Setting:
    """Where checks run: ``schema`` of the canonical tables, the moment of the load, the workspace's currency."""

    schema: str
    now: datetime
    currency: str

    def filled(self, sql: str) -> str:
        """``sql`` with tables, moment and currency put in."""
        names = _TableNames(self.schema)
        names |= {"now": f"TIMESTAMP '{self.now:%Y-%m-%d %H:%M:%S}'", "currency": _literal(self.currency)}
        return sql.format_map(names)

    def current(self, table: str) -> str:
        """The newest rows of a canonical table that the source delivered and did not delete."""
        return _TableNames(self.schema)[table]


class _TableNames(dict[str, str]):
    def __init__(self, schema: str) -> None:
        super().__init__()
        self.schema = schema

    def __missing__(self, table: str) -> str:
        return (
            f"(SELECT * FROM {self.schema}.{table} WHERE superseded_at IS NULL"
            " AND NOT coalesce(is_deleted, FALSE) AND NOT coalesce(is_stub, FALSE))"
        )


def run_row_checks(checks: Iterable[Check], query: Query, setting: Setting) -> list[Finding]:
    """What row checks find; findings in the order of the checks, then of the sources' names."""
    placed = sorted(enumerate(checks), key=lambda pair: (pair[1].table, pair[1].rows, pair[0]))
    found: list[tuple[int, Finding]] = []
    for _, group in groupby(placed, key=lambda pair: (pair[1].table, pair[1].rows)):
        together = list(group)
        for position, source, total, count in _counted([check for _, check in together], query, setting):
            place, check = together[position]
            found.append((place, _finding(check, source, (count, total), query, setting)))
    return [finding for _, finding in sorted(found, key=lambda pair: (pair[0], pair[1].source))]


def _counted(checks: Sequence[Check], query: Query, setting: Setting) -> Iterator[tuple[int, str, int, int]]:
    """One scan for all checks over the same rows: (place of the check, source, rows judged, rows wrong)."""
    counts = ", ".join(
        f"count(CASE WHEN {check.judged} THEN 1 END) AS judged_{place},"
        f" count(CASE WHEN ({check.judged}) AND ({check.wrong}) THEN 1 END) AS wrong_{place}"
        for place, check in enumerate(checks)
    )
    sql = f"SELECT t.source AS source, {counts} FROM {checks[0].rows} GROUP BY t.source"
    for row in framed(query(setting.filled(sql))).iter_rows(named=True):
        for place in range(len(checks)):
            if row[f"wrong_{place}"]:
                yield place, row["source"] or "", row[f"judged_{place}"], row[f"wrong_{place}"]


def _finding(check: Check, source: str, counted: tuple[int, int], query: Query, setting: Setting) -> Finding:
    count, total = counted
    examples = _examples(check, source, query, setting)
    return Finding(
        severity=check.severity,
        code=check.code,
        source=source,
        file=check.table,
        row=None,
        column=", ".join(_label(shown) for shown in check.shows[1:]),
        value=examples[0].partition(" (")[0] if examples else None,
        message=f"{count:,} of {total:,} {_called(check.table)} ({share(count, total)}) {check.says}"
        f", such as {'; '.join(examples)}.",
        cure=check.cure,
    )


def _examples(check: Check, source: str, query: Query, setting: Setting) -> list[str]:
    labels = [_label(shown) for shown in check.shows]
    columns = ", ".join(f"{_value(shown)} AS shown_{place}" for place, shown in enumerate(check.shows))
    # What is put into {} later must not be found in a source's name.
    named = _literal(source).replace("{", "{{").replace("}", "}}")
    from_source = f"t.source = {named}" if source else "t.source IS NULL"
    sql = (
        f"SELECT {columns} FROM {check.rows} WHERE {from_source} AND ({check.judged}) AND ({check.wrong})"
        f" ORDER BY {', '.join(f'shown_{place}' for place in range(len(labels)))} LIMIT {EXAMPLES}"
    )
    return [
        _shown(row[0], dict(zip(labels[1:], row[1:], strict=True)))
        for row in framed(query(setting.filled(sql))).iter_rows()
    ]


def _called(table: str) -> str:
    """A table's rows, in a sentence."""
    return f"rows of {table}" if table in {"usage", "kpi_series", "people"} else table.replace("_", " ")


def _label(shown: str) -> str:
    """The name of a shown expression: what follows AS, else the column's."""
    return shown.rpartition(" AS ")[2].rpartition(".")[2]


def _value(shown: str) -> str:
    return shown.rpartition(" AS ")[0] or shown


def _shown(identity: object, values: dict[str, object]) -> str:
    listed = ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
    return f"{identity} ({listed})" if listed else str(identity)


def share(count: int, total: int) -> str:
    """A share for people: whole percents, but never 0 % of something nor 100 % of less than all."""
    percent = 100 * count / total
    if 0 < percent < 1:
        return "under 1 %"
    return f"{min(99, round(percent)) if count < total else 100} %"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
