"""Closing: a period's grades are frozen as they were known on its closing day, with all that they follow from.

What is kept is an Arrow file of the graded table. The same grades follow from it at any time: ``verify`` says whether.
"""

import hashlib
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import Any

import pyarrow as pa

from trueup.grades.worksheet import Worksheet
from trueup.grades.worksheet_file import read, version_of, written
from trueup.lake.entered import Entries
from trueup.metrics.catalogue_file import Catalogue
from trueup.runs.entered import make_record, open_kept_record
from trueup.runs.folder import Folder
from trueup.runs.grade_tables import Closed
from trueup.runs.graded_then import closing_day, graded_then
from trueup.runs.grading import FOLLOWING, GradedPeriod, graded
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.runs.turns import taking_turn
from trueup.units.calendar import local_date
from trueup.units.period import Period, PeriodKind, periods_between


@dataclass(frozen=True)
class Due:
    """A period whose closing day has passed, and that is not closed."""

    sheet: Worksheet
    period: Period
    on: date


def due(
    sheets: Iterable[Worksheet], settings: Settings, closed: Iterable[Closed], *, first_on: date, now: datetime
) -> list[Due]:
    """The periods to close, the oldest first: since ``first_on``, the day from which there are data."""
    today = local_date(now, settings.zone)
    done = {(each.sheet.cadence, each.period.key) for each in closed}
    found = [
        Due(sheet, period, closing_day(sheet, period))
        for sheet in sheets
        for period in periods_between(first_on, today, PeriodKind(sheet.period_kind), settings.rules)
        if period.first >= first_on and closing_day(sheet, period) < today
    ]
    return sorted(
        (each for each in found if (each.sheet.cadence, each.period.key) not in done),
        key=lambda each: (each.on, each.sheet.cadence),
    )


def close(
    folder: Folder,
    settings: Settings,
    known: Catalogue,
    dues: Sequence[Due],
    *,
    entries: Entries,
    progress: Progress,
) -> int:
    """Freeze the grades of these periods in the record, one after the other; how many accounts were graded.

    Errors as in ``graded_then``; UnderWayError while somebody builds or imports; Refused where somebody closed one
    meanwhile. Those closed before it stay closed.
    """
    make_record(folder)
    with taking_turn(folder, "closing"):
        return _close_in_turn(folder, settings, known, dues, entries=entries, progress=progress)


def _close_in_turn(
    folder: Folder, settings: Settings, known: Catalogue, dues: Sequence[Due], *, entries: Entries, progress: Progress
) -> int:
    # Models are there only once the record is open.
    actions = importlib.import_module("trueup.record.actions.grades")
    accounts = 0
    for on, together in groupby(dues, key=lambda each: each.on):
        wanted = [(each.sheet, each.period) for each in together]
        for sheet, period, table in graded_then(
            folder, settings, known, wanted, on=on, entries=entries, progress=progress
        ):
            frozen = actions.Frozen(
                cadence=sheet.cadence,
                period=period.key,
                first_on=period.first_on,
                last_on=period.last_on,
                as_of_on=on,
                worksheet=sheet.name,
                worksheet_version=version_of(sheet),
                worksheet_text=written(sheet),
                accounts=table.num_rows,
                content=content_of(table),
            )
            actions.close_grades(frozen, by=None, at=datetime.now(UTC))
            accounts += table.num_rows
    return accounts


def closed_grades(folder: Folder) -> list[Closed]:
    """The closed periods, the oldest first; none where the workspace has no record."""
    return [_read(row) for row in _rows(folder)]


def verify(folder: Folder) -> list[str]:
    """What is wrong with closed grades: content that was changed, or that does not follow from what it read."""
    faults = []
    for row in _rows(folder):
        name = f"{row.cadence} grades of {row.period}"
        if hashlib.sha256(bytes(row.content)).hexdigest() != row.sha256:
            faults.append(f"{name}: the content is not what was closed.")
            continue
        closed = _read(row)
        if version_of(closed.sheet) != row.worksheet_version:
            faults.append(f"{name}: the worksheet is not the one they were graded by.")
        elif not graded(closed.sheet, closed.table.drop_columns(list(FOLLOWING))).equals(closed.table):
            faults.append(f"{name}: other grades follow from what they were graded by.")
    return faults


def _rows(folder: Folder) -> Iterable[Any]:
    """The record's rows; models are there only once it is open."""
    if not open_kept_record(folder):
        return []
    models = importlib.import_module("trueup.record.models")
    found: Iterable[Any] = importlib.import_module("trueup.record.reach").rows(models.ClosedGrades)
    return sorted(found, key=attrgetter("first_on", "cadence"))


def _read(kept: Any) -> Closed:
    sheet = read(kept.worksheet, kept.worksheet_text)
    period = GradedPeriod(
        key=kept.period,
        kind=sheet.period_kind,
        first_on=kept.first_on,
        last_on=kept.last_on,
        cut_on=kept.last_on,
        as_of_on=kept.as_of_on,
        is_over=True,
    )
    table = table_of(bytes(kept.content))
    closed_at = kept.closed_at.astimezone(UTC).replace(tzinfo=None)
    return Closed(sheet, period, closed_at, table)


def table_of(content: bytes) -> pa.Table:
    """The graded table that was kept."""
    return pa.ipc.open_file(BytesIO(content)).read_all()


def content_of(table: pa.Table) -> bytes:
    """What is kept of a graded table: an Arrow file."""
    sink = BytesIO()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as file:
        file.write_table(table)
    return sink.getvalue()
