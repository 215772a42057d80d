"""What people stated, with all its versions, for a build: no free text, no stakes, no notes, no names."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import dropwhile, groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import pyarrow as pa

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE
from trueup.canon.tables import CanonicalTable, ColumnType
from trueup.record.models import (
    Adjustment,
    Adoption,
    CustomerAnswer,
    Goal,
    GoalTerms,
    GradeAnswer,
    GradeOverride,
    Lever,
    Milestone,
    Reading,
    Stakeholder,
)
from trueup.record.models.entry import Entry
from trueup.record.models.numbers import DIGITS, PLACES
from trueup.record.reach import rows

Value = str | int | bool | Decimal | date | datetime | None
Row = Mapping[str, Value]
_ARROW: Mapping[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.decimal128(DIGITS, PLACES),
    "money": pa.decimal128(DIGITS, PLACES),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
_DELETED = "-"
_ABOUT = ("measure", "bound_to")
"""What a goal that is personal, or was, does not tell; nor which levers it names."""


@dataclass(frozen=True)
class _Told:
    """How a kind of entry is told: its table, and where its columns are called otherwise."""

    table: CanonicalTable
    kind: type[Entry]
    fields: Mapping[str, str]


_KEPT = (
    _Told(ENTRY_TABLE["stakeholders"], Stakeholder, {"stakeholder_id": "id"}),
    _Told(ENTRY_TABLE["goals"], Goal, {"goal_id": "id"}),
    _Told(ENTRY_TABLE["readings"], Reading, {"reading_id": "id"}),
    _Told(ENTRY_TABLE["milestones"], Milestone, {"milestone_id": "id"}),
    _Told(ENTRY_TABLE["grade_answers"], GradeAnswer, {"grade_answer_id": "id"}),
    _Told(ENTRY_TABLE["grade_overrides"], GradeOverride, {"grade_override_id": "id"}),
    _Told(ENTRY_TABLE["adjustments"], Adjustment, {"adjustment_id": "id"}),
    _Told(ENTRY_TABLE["entered_adoptions"], Adoption, {"adoption_id": "id", "lever": "lever_id"}),
)


def export() -> dict[str, pa.Table]:
    """Every version of every entry, by the name of its table: the columns of ENTRY_TABLES, then ENTRY_PROVENANCE.

    Timestamps are UTC without a zone. What a personal goal measures is not told, nor the levers that it names, in none
    of its versions.
    """
    hopes = frozenset(Goal.versions.filter(kind="personal").values_list("id", flat=True))
    tables = {told.table.name: _laid_out(told.table, _versions(told, hopes)) for told in _KEPT}
    tables["goal_levers"] = _laid_out(ENTRY_TABLE["goal_levers"], _goal_levers(hopes))
    for name in ("entered_adoptions", "goal_levers"):
        tables[name] = _with_levers(tables[name])
    tables["goal_terms"] = _laid_out(ENTRY_TABLE["goal_terms"], _terms())
    tables["answers"] = _laid_out(ENTRY_TABLE["answers"], _answers())
    return tables


def _versions(told: _Told, hopes: Collection[UUID]) -> Iterator[Row]:
    columns = told.table.column_names
    shown = [column not in _ABOUT for column in columns]
    kept: Any = told.kind.versions.order_by("id", "history_date", "history_id")
    told_fields = [told.fields.get(column, column) for column in columns]
    found = kept.values_list("id", "history_date", "history_type", *told_fields).iterator(chunk_size=5000)
    for key, versions in groupby(found, itemgetter(0)):
        yield from _in_turn(columns, versions, shown if key in hopes else [True] * len(columns))


def _in_turn(columns: Sequence[str], versions: Iterable[tuple[Any, ...]], shown: Sequence[bool]) -> Iterator[Row]:
    """One entry's versions, each until the next that says something else to a build."""
    held: list[tuple[datetime, bool, tuple[Value, ...]]] = []
    for _, at, kind, *values in versions:
        told = tuple(_plain(value) if is_shown else None for value, is_shown in zip(values, shown, strict=True))
        version = (at, kind == _DELETED, told)
        if held and held[-1][0] == at:
            held.pop()
        if not held or held[-1][1:] != version[1:]:
            held.append(version)
    ends = [at for at, _, _ in held[1:]]
    for (at, is_deleted, said), end in zip(held, [*ends, None], strict=True):
        yield {
            **dict(zip(columns, said, strict=True)),
            "recorded_at": _plain(at),
            "superseded_at": _plain(end),
            "is_deleted": is_deleted,
        }


def _goal_levers(hopes: Collection[UUID]) -> Iterator[Row]:
    """Which goal named which lever, from when to when: an entry each, gone while the goal does not name it."""
    columns = ENTRY_TABLE["goal_levers"].column_names
    lists: Any = Goal.versions.model.levers.model
    named: dict[int, set[UUID]] = defaultdict(set)
    for version, lever in rows(lists).values_list("history_id", "lever_id"):
        named[version].add(lever)
    kept: Any = Goal.versions.order_by("id", "history_date", "history_id")
    found = kept.values_list("id", "history_date", "history_type", "history_id").iterator(chunk_size=5000)
    for goal, versions in groupby(found, itemgetter(0)):
        if goal in hopes:
            continue
        # A goal and its list are versions of the same moment: the last one says how it was then.
        lists_at = {at: set() if kind == _DELETED else named[version] for _, at, kind, version in versions}
        for lever in sorted(set().union(*lists_at.values())):
            told = [(goal, at, "~" if lever in now else _DELETED, goal, lever) for at, now in lists_at.items()]
            yield from _in_turn(columns, dropwhile(_is_gone, told), [True] * len(columns))


def _is_gone(version: tuple[Any, ...]) -> bool:
    return bool(version[2] == _DELETED)


def _terms() -> Iterator[Row]:
    table = ENTRY_TABLE["goal_terms"]
    for recorded_at, *values in (
        rows(GoalTerms).order_by("goal", "revision").values_list("recorded_at", *table.column_names)
    ):
        yield _once(table, values, recorded_at)


def _answers() -> Iterator[Row]:
    fields = ("id", "link__account_id", "goal_id", "reading_id", "verdict", "value", "answered_at")
    for answer in rows(CustomerAnswer).order_by("sequence").values_list(*fields):
        yield _once(ENTRY_TABLE["answers"], answer, answer[-1])


def _once(table: CanonicalTable, values: Iterable[Any], recorded_at: datetime) -> Row:
    """An entry that never changes."""
    told = dict(zip(table.column_names, map(_plain, values), strict=True))
    return {**told, "recorded_at": _plain(recorded_at), "superseded_at": None, "is_deleted": False}


def _plain(value: Value | UUID) -> Value:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None)
        case "":
            return None
        case _:
            return value


def _laid_out(table: CanonicalTable, told: Iterable[Row]) -> pa.Table:
    schema = pa.schema({column.name: _ARROW[column.type] for column in (*table.columns, *ENTRY_PROVENANCE)})
    return pa.Table.from_pylist(list(told), schema=schema)


def _with_levers(told: pa.Table) -> pa.Table:
    """Levers by the names that they have now."""
    names = {str(key): name for key, name in rows(Lever).values_list("pk", "name")}
    named = [names.get(key) for key in told.column("lever").to_pylist()]
    return told.set_column(told.schema.get_field_index("lever"), "lever", pa.array(named, pa.string()))
