"""Grades of a past period as they were known on a day: nothing recorded later takes part."""

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa

from trueup.grades.worksheet import Worksheet
from trueup.lake.entered import Entries
from trueup.metrics.catalogue_file import Catalogue
from trueup.runs.accounts_then import lay_accounts
from trueup.runs.folder import Folder
from trueup.runs.grading import GradedPeriod, graded, inputs_of, period_of
from trueup.runs.ground import ground
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.units.calendar import end_of_day
from trueup.units.period import Period


def closing_day(sheet: Worksheet, period: Period) -> date:
    """The day at whose end the grades of a period are frozen."""
    return period.last + timedelta(days=sheet.closes_after)


def graded_then(
    folder: Folder,
    settings: Settings,
    known: Catalogue,
    wanted: Sequence[tuple[Worksheet, Period]],
    *,
    on: date,
    entries: Entries,
    progress: Progress,
) -> list[tuple[Worksheet, GradedPeriod, pa.Table]]:
    """The graded tables of worksheets for their periods, as known at the end of a day in the workspace's zone.

    Raises NothingImportedError, DefinitionError, EngineError.
    """
    progress.stage(f"grading as known on {on}", steps=len(wanted))
    names = dict.fromkeys(metric for sheet, _ in wanted for metric in sheet.metrics)
    found = []
    with ground(folder, settings, as_of=end_of_day(on, settings.zone), entries=entries) as then:
        periods = list(dict.fromkeys(period for _, period in wanted))
        made = lay_accounts(then, [known.metrics[name] for name in names], known, periods, settings)
        for sheet, period in wanted:
            progress.step(f"{sheet.label}: {period.key}")
            at = period_of(then.engine, sheet.period_kind, period.key, as_of_on=on)
            if at is not None:
                found.append((sheet, at, graded(sheet, inputs_of(then.engine, sheet, at, made.places))))
    return found
