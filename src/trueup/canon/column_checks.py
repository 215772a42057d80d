"""Column checks: columns whose values, taken together, cannot be what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trueup.canon.check import Query, Setting
from trueup.canon.findings import Finding
from trueup.canon.links import framed

LEAST_ROWS: Final = 20
"""Of fewer rows nothing can be said."""
_ONE_DAY: Final = timedelta(days=2)
"""A day in one zone is two in another."""


@dataclass(frozen=True)
class _Columns:
    table: str
    moments: tuple[str, ...]
    texts: tuple[str, ...] = ()


_JUDGED: Final = (
    _Columns("cases", ("opened_at", "resolved_at", "closed_at"), ("subject", "description")),
    _Columns("case_events", ("occurred_at",)),
    _Columns("interactions", ("occurred_at",), ("subject",)),
    _Columns("deals", ("created_at", "closed_at"), ("name",)),
    _Columns("leads", ("created_at",)),
    _Columns("surveys", ("answered_at",), ("comment",)),
    _Columns("campaign_events", ("occurred_at",)),
)
_CLOCK_MATTERS: Final = {"cases.opened_at", "interactions.occurred_at"}
"""Waiting times are measured between these in hours; elsewhere a date is enough."""


def run_column_checks(query: Query, setting: Setting) -> list[Finding]:
    """One finding per source and column that is all on one day, without a time of day, or one text throughout."""
    found = []
    for columns in _JUDGED:
        for row in framed(query(_spans(columns, setting))).iter_rows(named=True):
            found += [_moment_finding(columns.table, name, row) for name in columns.moments]
            found += [_text_finding(columns.table, name, row) for name in columns.texts]
    return [finding for finding in found if finding]


def _spans(columns: _Columns, setting: Setting) -> str:
    parts = ["coalesce(t.source, '') AS source"]
    for name in (*columns.moments, *columns.texts):
        parts += [
            f"count(t.{name}) AS {name}_rows",
            f"min(t.{name}) AS {name}_first",
            f"max(t.{name}) AS {name}_last",
        ]
    for name in columns.moments:
        minute = f"EXTRACT(HOUR FROM t.{name}) * 60 + EXTRACT(MINUTE FROM t.{name})"
        parts += [f"min({minute}) AS {name}_earliest", f"max({minute}) AS {name}_latest"]
    return f"SELECT {', '.join(parts)} FROM {setting.current(columns.table)} t GROUP BY t.source ORDER BY 1"


def _moment_finding(table: str, name: str, row: Mapping[str, object]) -> Finding | None:
    first, last, rows = row[f"{name}_first"], row[f"{name}_last"], row[f"{name}_rows"]
    if not isinstance(first, datetime) or not isinstance(last, datetime) or not _enough(rows):
        return None
    if last - first < _ONE_DAY:
        return Finding(
            severity="warning",
            code="one_day_only",
            source=str(row["source"]),
            file=table,
            row=None,
            column=name,
            value=str(first.date()),
            message=f"All {rows:,} values of {table}.{name} lie between {first:%Y-%m-%d %H:%M} and"
            f" {last:%Y-%m-%d %H:%M}; that is more often the day of an export than when things happened.",
            cure="Map the column that holds when it happened; if there is none, metrics over time cannot be computed.",
        )
    if row[f"{name}_earliest"] == row[f"{name}_latest"] and f"{table}.{name}" in _CLOCK_MATTERS:
        return Finding(
            severity="warning",
            code="no_time_of_day",
            source=str(row["source"]),
            file=table,
            row=None,
            column=name,
            value=f"{first:%H:%M}",
            message=f"All {rows:,} values of {table}.{name} are at {first:%H:%M} UTC: they are dates, not moments.",
            cure="Export the column with its time of day; until then waiting times in hours mean little.",
        )
    return None


def _text_finding(table: str, name: str, row: Mapping[str, object]) -> Finding | None:
    text, rows = row[f"{name}_first"], row[f"{name}_rows"]
    if not _enough(rows) or text != row[f"{name}_last"]:
        return None
    return Finding(
        severity="warning",
        code="constant_text",
        source=str(row["source"]),
        file=table,
        row=None,
        column=name,
        value=str(text),
        message=f"All {rows:,} values of {table}.{name} are the same text; it tells nothing about any of them.",
        cure="Map the column that holds the text itself, or leave this one out of the mapping.",
    )


def _enough(rows: object) -> bool:
    return isinstance(rows, int) and rows >= LEAST_ROWS
