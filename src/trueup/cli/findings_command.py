"""``trueup findings``."""

import typer

from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, refuse, refusing, show
from trueup.lake.store import LakeBusyError, open_lake
from trueup.runs.folder import WorkspaceError, find


def command(form: OutputFormat = Format.table, output: OutputFile = None, folder: Workspace = None) -> None:
    """Show what is wrong or doubtful in the data."""
    with refusing(WorkspaceError, LakeBusyError):
        found = find(folder)
        if not found.lake.is_file():
            refuse(f"Nothing was imported into {found.root} yet. Import your exports with `trueup import PATH`.")
        with open_lake(found.lake, read_only=True) as lake:
            rows = lake.findings()
    if form is Format.table and rows.num_rows == 0:
        typer.echo("Nothing was found wrong.")
        return
    show(rows, form, output, columns=("severity", "code", "source", "file", "row", "column", "message", "cure"))
