"""``trueup findings``."""

from typing import Annotated

import pyarrow as pa
import typer

from trueup.cli.computing import ERRORS
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import heading, paragraph
from trueup.lake.store import open_lake
from trueup.runs.folder import find

_LEVELS = ("error", "warning", "info")


def command(
    most: Annotated[int, typer.Option("--most", help="How many to show in full, worst first.", min=1)] = 50,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show what is wrong or doubtful in the data."""
    check_can_write(form, output)
    with refusing(*ERRORS):
        found = find(folder)
        if not found.lake.is_file():
            refuse(f"Nothing was imported into {found.root} yet. Import your exports with `trueup import PATH`.")
        with open_lake(found.lake, read_only=True) as lake:
            rows = lake.findings()
        if form is Format.table:
            _tell(rows, most)
        else:
            write(rows, form, output)


def _tell(rows: pa.Table, most: int) -> None:
    if rows.num_rows == 0:
        typer.echo("Nothing was found wrong.")
        return
    for row in rows.slice(0, most).to_pylist():
        line = f"line {row['row']}" if row["row"] is not None else ""
        places = [row["source"], row["file"], line, f"column {row['column']}" if row["column"] else ""]
        heading(f"{row['severity']}  {row['code']}  {', '.join(filter(None, places))}")
        paragraph(row["message"], indent=2)
        paragraph(row["cure"] or "", indent=2)
        typer.echo()
    counts = {level: rows.column("severity").to_pylist().count(level) for level in _LEVELS}
    typer.echo(", ".join(f"{count:,} {level}" for level, count in counts.items()))
    if rows.num_rows > most:
        typer.echo(f"{rows.num_rows - most:,} are not shown: --most {rows.num_rows}, or --format csv for all.")
