"""Studies of which KPIs predict, kept in the record as they were said: the ledger of every KPI ever tried."""

import importlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from trueup.runs.entered import make_record, open_kept_record
from trueup.runs.folder import Folder


@dataclass(frozen=True)
class KeptStudy:
    """A study that was kept; ``told`` is what it said, with the score that it learned as ``model``."""

    number: int
    outcome: str
    lead_days: int
    horizon_days: int
    as_of_on: date
    events: int
    studied_at: datetime
    told: Any

    @property
    def kpis(self) -> frozenset[str]:
        """The names of the KPIs that it tried."""
        return frozenset(row["kpi"] for row in self.told["kpis"])


def keep_study(folder: Folder, told: Any, *, as_of_on: date) -> int:
    """Keep what a study said; its number, which is the last one's where that said the same.

    The record is made where there is none.
    """
    make_record(folder)
    # Models are there only once the record is open.
    actions = importlib.import_module("trueup.record.actions.indicators")
    said = actions.Said(
        outcome=told["outcome"],
        lead_days=told["lead_days"],
        horizon_days=told["horizon_days"],
        as_of_on=as_of_on,
        events=told["events"],
        content=json.dumps(told, ensure_ascii=False, allow_nan=False),
    )
    return int(actions.keep_study(said, by=None, at=datetime.now(UTC)).pk)


def kept_studies(folder: Folder, outcome: str) -> list[KeptStudy]:
    """The studies of an outcome, oldest first; none where the workspace has no record."""
    found = _rows(folder)
    return [] if found is None else [study_of_row(row) for row in found.filter(outcome=outcome).order_by("pk")]


def newest_study(folder: Folder, outcome: str) -> KeptStudy | None:
    """The newest study of an outcome; None where nobody asked."""
    found = _rows(folder)
    row = None if found is None else found.filter(outcome=outcome).order_by("pk").last()
    return None if row is None else study_of_row(row)


def newest_two(folder: Folder) -> list[tuple[KeptStudy, KeptStudy | None]]:
    """The newest study of each outcome, and the newest of the same question as of an earlier day, if there is one."""
    found = _rows(folder)
    pairs = [] if found is None else newest_two_of(found.defer("content"))
    return [(study_of_row(now), study_of_row(before) if before else None) for now, before in pairs]


def newest_two_of(rows: Any) -> list[tuple[Any, Any | None]]:
    """As ``newest_two``, of rows of the record."""
    asked: dict[str, list[Any]] = {}
    for row in rows.order_by("-pk"):
        asked.setdefault(row.outcome, []).append(row)
    return [(of[0], _before(of)) for of in asked.values()]


def _before(newest_first: Sequence[Any]) -> Any | None:
    newest, *older = newest_first
    asked = (newest.lead_days, newest.horizon_days)
    alike = (row for row in older if (row.lead_days, row.horizon_days) == asked and row.as_of_on < newest.as_of_on)
    return next(alike, None)


def tried_before(kept: Iterable[KeptStudy]) -> frozenset[str]:
    """Every KPI that studies ever tried: each makes it harder for all to be found by chance."""
    return frozenset(name for each in kept for name in each.kpis)


def _rows(folder: Folder) -> Any:
    """The studies, to be narrowed; None where the workspace has no record."""
    if not open_kept_record(folder):
        return None
    models = importlib.import_module("trueup.record.models")
    return importlib.import_module("trueup.record.reach").rows(models.IndicatorStudy)


def study_of_row(row: Any) -> KeptStudy:
    """A study as the record has it."""
    return KeptStudy(
        number=int(row.pk),
        outcome=row.outcome,
        lead_days=row.lead_days,
        horizon_days=row.horizon_days,
        as_of_on=row.as_of_on,
        events=row.events,
        studied_at=row.studied_at,
        told=json.loads(row.content),
    )
