"""Taking sheets in: all rows of all of them or none, and the same without keeping anything, to look at beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from trueup.record.files.columns import KINDS, KindName, Layout
from trueup.record.files.goals import GoalTaker
from trueup.record.files.known import Known
from trueup.record.files.milestones import MilestoneTaker
from trueup.record.files.readings import ReadingTaker
from trueup.record.files.sheets import Heard, Rejected, Sheet, hear
from trueup.record.files.stakeholders import StakeholderTaker
from trueup.record.files.stakes import StakeTaker
from trueup.record.files.taken import Moment, Outcome, Taken, Taker
from trueup.record.models import User
from trueup.record.refusal import Refused

_TAKERS: dict[KindName, type[Taker[Any]]] = {
    "stakeholders": StakeholderTaker,
    "goals": GoalTaker,
    "milestones": MilestoneTaker,
    "readings": ReadingTaker,
    "stakes": StakeTaker,
}


@dataclass(frozen=True)
class Part:
    """What becomes of one sheet: rows in order, and those rejected, which keep all sheets out."""

    layout: Layout
    file: str
    taken: tuple[Taken, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows are new, changed or unchanged."""
        return sum(taken.outcome == outcome for taken in self.taken)


@dataclass(frozen=True)
class Report:
    """What became of sheets, or would have; ``is_kept``: whether anything was written."""

    parts: tuple[Part, ...]
    is_kept: bool

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The rejected rows of all sheets."""
        return tuple(rejected for part in self.parts for rejected in part.rejected)

    @property
    def rows_rejected(self) -> int:
        """How many rows they are: one may be wrong in several cells."""
        return len({(rejected.file, rejected.row) for rejected in self.rejected})

    @property
    def changes(self) -> int:
        """How many entries are new or changed."""
        return sum(part.count("new") + part.count("changed") for part in self.parts)


def take(by: User, sheets: Sequence[Sheet], moment: Moment, *, kind: KindName | None = None) -> Report:
    """Take in every row of the sheets, or none where one is rejected. ``kind``: where columns do not tell it.

    Raises SheetError where a sheet is of no known kind.
    """
    return _run(by, sheets, moment, kind=kind, is_kept=True)


def rehearse(by: User, sheets: Sequence[Sheet], moment: Moment, *, kind: KindName | None = None) -> Report:
    """What ``take`` would do; nothing is kept."""
    return _run(by, sheets, moment, kind=kind, is_kept=False)


def _run(by: User, sheets: Sequence[Sheet], moment: Moment, *, kind: KindName | None, is_kept: bool) -> Report:
    heard = sorted((hear(sheet, kind) for sheet in sheets), key=lambda one: KINDS.index(one.layout.name))
    with transaction.atomic():
        known = Known(by)
        known.look_up([row for one in heard for row in one.rows])
        parts = tuple(_part(one, known, moment) for one in heard)
        is_kept = is_kept and not any(part.rejected for part in parts)
        transaction.set_rollback(not is_kept)
    return Report(parts, is_kept)


def _part(heard: Heard, known: Known, moment: Moment) -> Part:
    results = list(_TAKERS[heard.layout.name](known, moment, heard.rows).take())
    taken = sorted((each for _, each in results if isinstance(each, Taken)), key=lambda each: each.line)
    refused = [
        heard.reject(row.line, why.message, field=why.field, cure=why.cure)
        for row, why in results
        if isinstance(why, Refused)
    ]
    rejected = sorted([*heard.rejected, *refused], key=lambda one: one.row)
    return Part(heard.layout, heard.sheet.file, tuple(taken), tuple(rejected), heard.notes)
