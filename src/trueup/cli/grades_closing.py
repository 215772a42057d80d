"""``trueup grades close`` and ``verify``: loaded only when asked for, since both load what computing needs."""

from datetime import UTC, date, datetime
from pathlib import Path

import typer

from trueup import workspace
from trueup.cli.computing import ERRORS
from trueup.cli.output import refuse, refusing
from trueup.cli.progress import progress
from trueup.cli.tables import paragraph
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import current
from trueup.record.refusal import Refused
from trueup.runs.build import definitions
from trueup.runs.closing import Due, close, closed_grades, due, verify
from trueup.runs.entered import entries_of
from trueup.runs.folder import Folder, find
from trueup.runs.graded_then import closing_day
from trueup.runs.worksheets import in_force
from trueup.units.period import parse_period


def close_due(folder: Path | None, *, cadence: str | None, period: str | None) -> None:
    """Close what is due, and say what was closed."""
    with refusing(*ERRORS, Refused), progress() as shown:
        found = find(folder)
        settings = workspace.settings(found)
        known = definitions(found)
        sheets = [s for s in in_force(found, settings, metrics=known.metrics).values() if cadence in {None, s.cadence}]
        now = datetime.now(UTC)
        dues = due(sheets, settings, closed_grades(found), first_on=first_data_on(found), now=now)
        if period is not None:
            wanted = parse_period(period, settings.rules)
            dues = [each for each in dues if each.period == wanted]
            if not dues:
                days = sorted({closing_day(s, wanted) for s in sheets if s.period_kind == str(wanted.kind)})
                refuse(
                    f"The grades of {wanted.key} are closed already, or it is before their closing day"
                    f" ({', '.join(map(str, days)) or 'no worksheet grades such periods'}), or before the first data."
                )
        accounts = close(found, settings, known, dues, entries=entries_of(found), progress=shown)
    _tell(dues, accounts)


def first_data_on(folder: Folder) -> date:
    """The first day of the published snapshot's data; refused before the first build."""
    snapshot = current(folder.mart)
    if snapshot is None:
        refuse(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        first: date = engine.query("SELECT min(local_date) AS day FROM calendar.days").column(0)[0].as_py()
    finally:
        engine.close()
    return first


def verify_closed(folder: Path | None) -> None:
    """Say whether every closed period's grades follow from what was kept."""
    with refusing(*ERRORS, Refused):
        found = find(folder)
        faults = verify(found)
        closed = closed_grades(found)
    if faults:
        refuse(" ".join(faults) + " Compare with a copy of the record.")
    typer.echo(f"{len(closed)} closed periods: each one's grades follow from what was kept, and nothing was altered.")


def _tell(dues: list[Due], accounts: int) -> None:
    if not dues:
        typer.echo("Nothing is due: every period whose closing day has passed is closed.")
        return
    closed = ", ".join(f"{each.sheet.cadence} {each.period.key}" for each in dues)
    paragraph(f"Closed: {closed}; {accounts:,} grades. They are shown as closed from the next `trueup build`.")
