"""``trueup entries``: what people keep in spreadsheets goes into the record, and comes out of it."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from trueup import workspace
from trueup.cli.acting import As, acting, opened, part
from trueup.cli.options import OutputFile, Workspace
from trueup.cli.output import put, refuse, refusing
from trueup.cli.tables import Column, paragraph, table
from trueup.record.files.columns import KINDS, KindName
from trueup.record.files.sheets import SheetError, Table, rejections
from trueup.record.refusal import Refused
from trueup.runs.entry_files import EntryFileError, as_csv, as_workbook, read_sheets
from trueup.runs.folder import WorkspaceError

if TYPE_CHECKING:
    from trueup.record.files.taking import Report

subcommands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_ERRORS = (WorkspaceError, Refused, EntryFileError, SheetError, OSError)
_SHOWN = 50


class Kind(StrEnum):
    """What entries there are."""

    stakeholders = "stakeholders"
    goals = "goals"
    milestones = "milestones"
    readings = "readings"
    stakes = "stakes"


class Exported(StrEnum):
    """What can be exported."""

    stakeholders = "stakeholders"
    goals = "goals"
    milestones = "milestones"
    readings = "readings"
    stakes = "stakes"
    all = "all"


@subcommands.callback()
def command() -> None:
    """Take stakeholders, goals, milestones, readings and stakes in and out as files."""


@subcommands.command()
def export(
    kind: Annotated[Exported, typer.Argument(help="What to export; all: a workbook with a sheet of each.")],
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Write entries as CSV, or as a workbook: a file.xlsx."""
    is_workbook = output is not None and output.suffix.lower() == ".xlsx"
    if kind is Exported.all and not is_workbook:
        refuse("All entries need a workbook: name a file that ends in .xlsx with --output FILE.")
    with refusing(*_ERRORS):
        zone = workspace.settings(opened(folder)).zone
        kinds = KINDS if kind is Exported.all else (cast("KindName", kind.value),)
        viewer, listing = acting(by), part("files.listing")
        tables: list[Table] = [listing.listed(viewer, each, zone=zone) for each in kinds]
        content = as_workbook(tables) if is_workbook else as_csv(tables[0])
        if output is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        put(content, output)
    typer.echo(", ".join(f"{len(each.rows):,} {each.name}" for each in tables) + f" written to {output}.")


@subcommands.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="CSV or a workbook, with the columns of an export.")],
    kind: Annotated[Kind | None, typer.Option(help="What it holds, where its columns do not tell.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    rejected: Annotated[Path | None, typer.Option(help="Write the rejected rows to this CSV file.")] = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Take a file of entries in, whole or not at all."""
    with refusing(*_ERRORS):
        sheets = read_sheets(file.read_bytes(), file.name)
        zone = workspace.settings(opened(folder)).zone
        moment = part("files.taken").Moment(datetime.now(UTC), zone)
        taking = part("files.taking")
        run = taking.rehearse if dry_run else taking.take
        report: Report = run(acting(by), sheets, moment, kind=None if kind is None else kind.value)
        if rejected is not None:
            put(as_csv(rejections(report.rejected)), rejected)
    _tell(report)
    if report.rejected:
        rows = report.rows_rejected
        told = "1 row was" if rows == 1 else f"{rows:,} rows were"
        refuse(f"{told} rejected, so nothing was taken in. Mend the file and import it again.")
    if dry_run:
        typer.echo("This was a rehearsal: nothing was changed.")


def _tell(report: "Report") -> None:
    parts = report.parts
    table(
        Column("file", [part.file for part in parts], wraps=True),
        Column("holds", [part.layout.name for part in parts]),
        Column("new", [f"{part.count('new'):,}" for part in parts], right=True),
        Column("changed", [f"{part.count('changed'):,}" for part in parts], right=True),
        Column("unchanged", [f"{part.count('unchanged'):,}" for part in parts], right=True),
        Column("rejected", [f"{len({one.row for one in part.rejected}):,}" for part in parts], right=True),
    )
    for part_ in parts:
        for note in part_.notes:
            paragraph(f"{part_.file}: {note}")
    shown = report.rejected[:_SHOWN]
    if shown:
        typer.echo()
        table(
            Column("row", [f"{one.row}" for one in shown], right=True),
            Column("column", [one.column for one in shown]),
            Column("value", [one.value for one in shown], wraps=True),
            Column("what is wrong, and what to do", [f"{one.message} {one.cure}" for one in shown], wraps=True),
        )
    if len(report.rejected) > len(shown):
        typer.echo(f"... and {len(report.rejected) - len(shown):,} more; --rejected FILE writes all of them.")
