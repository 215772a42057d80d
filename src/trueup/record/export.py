"""Entries on their way into a build: every version of each, as Arrow tables in the columns of the canonical model.

Names, free text and stakes stay here; a personal goal leaves without its measure and unit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
from django.db.models import F, Model, QuerySet

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE
from trueup.canon.tables import ColumnType
from trueup.record.models import Adoption, CustomerAnswer, Goal, GoalTerms, Milestone, Reading, Stakeholder
from trueup.record.reach import rows

Row = Mapping[str, Any]
_ARROW: Mapping[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "money": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
_CENTS_OF_CENTS = Decimal("0.0001")
_DELETED = "-"


def export() -> dict[str, pa.Table]:
    """Every table of ``ENTRY_TABLES`` with all versions of its rows, those that were deleted last marked so."""
    return {
        "stakeholders": _versions("stakeholders", Stakeholder, stakeholder_id=F("id")),
        "goals": _versions("goals", Goal, goal_id=F("id"), changed=_without_what_is_personal),
        "goal_terms": _written_once("goal_terms", rows(GoalTerms).order_by("goal_id", "revision"), at="recorded_at"),
        "readings": _versions("readings", Reading, reading_id=F("id")),
        "answers": _answers(),
        "milestones": _versions("milestones", Milestone, milestone_id=F("id")),
        "entered_adoptions": _versions(
            "entered_adoptions", Adoption, adoption_id=F("id"), lever=F("lever__name"), changed=None
        ),
    }


def _versions(
    table: str, model: type[Model], *, changed: Callable[[dict[str, Any]], Row] | None = None, **named: F
) -> pa.Table:
    """All versions of an entry's rows, each in force until the next; ``named``: columns that are called otherwise."""
    plain = [name for name in ENTRY_TABLE[table].column_names if name not in named]
    history: QuerySet[Model] = model.versions.order_by("id", "history_date", "history_id")  # type: ignore[attr-defined]
    prefixed = {f"_{name}": source for name, source in named.items()}
    found = history.annotate(**prefixed).values(*plain, *prefixed, "history_date", "history_type", "id")
    return _arrow(table, _dated(found.iterator(chunk_size=10_000), list(named), changed))


def _dated(
    found: Iterable[dict[str, Any]], named: Sequence[str], changed: Callable[[dict[str, Any]], Row] | None
) -> Iterator[Row]:
    for version, later in pairwise([*found, None]):
        assert version is not None, "only the last one has none after it"
        row = {**version, **{name: version[f"_{name}"] for name in named}}
        row["recorded_at"] = version["history_date"]
        row["superseded_at"] = later["history_date"] if later is not None and later["id"] == version["id"] else None
        row["is_deleted"] = version["history_type"] == _DELETED
        yield changed(row) if changed else row


def _written_once(table: str, found: QuerySet[Any], *, at: str) -> pa.Table:
    """Rows that are never changed."""
    listed = found.values(*ENTRY_TABLE[table].column_names, _recorded_at=F(at))
    return _arrow(
        table,
        ({**row, "recorded_at": row["_recorded_at"], "superseded_at": None, "is_deleted": False} for row in listed),
    )


def _answers() -> pa.Table:
    """What customers said, with the value that they stand for: that they saw, where they confirmed it."""
    listed = (
        rows(CustomerAnswer)
        .order_by("sequence")
        .values(
            "id",
            "goal_id",
            "reading_id",
            "verdict",
            "value",
            "claimed_value",
            "answered_at",
            account=F("link__account_id"),
        )
    )
    return _arrow("answers", (_answer(row) for row in listed))


def _answer(row: Mapping[str, Any]) -> Row:
    return {
        **row,
        "answer_id": row["id"],
        "account_id": row["account"],
        "value": row["claimed_value"] if row["verdict"] == "confirmed" else row["value"],
        "recorded_at": row["answered_at"],
        "superseded_at": None,
        "is_deleted": False,
    }


def _without_what_is_personal(row: dict[str, Any]) -> Row:
    return {**row, "measure": None, "unit": None, "bound_to": None} if row["kind"] == "personal" else row


def _arrow(table: str, found: Iterable[Row]) -> pa.Table:
    columns = (*ENTRY_TABLE[table].columns, *ENTRY_PROVENANCE)
    listed = [[_plain(row[column.name], column.type) for column in columns] for row in found]
    arrays = [pa.array([row[place] for row in listed], _ARROW[column.type]) for place, column in enumerate(columns)]
    return pa.table(dict(zip([column.name for column in columns], arrays, strict=True)))


def _plain(value: Any, kind: ColumnType) -> Any:
    """What Arrow has a form for; an empty text is none."""
    if value is None or value == "":
        return None
    match kind:
        case "text":
            return str(value)
        case "timestamp":
            assert isinstance(value, datetime), "moments are kept as moments"
            return value.astimezone(UTC).replace(tzinfo=None)
        case "number":
            return float(value)
        case "money":
            return Decimal(value).quantize(_CENTS_OF_CENTS)
        case _:
            return value
