"""``trueup merges``."""

from typing import Annotated

import pyarrow as pa
import typer

from trueup.answers.merging import merges_of
from trueup.cli.computing import ERRORS
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, refuse, refusing, show
from trueup.lake.state import MERGEABLE
from trueup.runs.folder import find


def command(
    what: Annotated[str, typer.Argument(help="accounts, contacts or people.")] = "accounts",
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show which ids were found to be the same account, contact or person."""
    if what not in MERGEABLE:
        refuse(f"{what!r} cannot be merged; ask for {', '.join(MERGEABLE)}.")
    with refusing(*ERRORS):
        rows = merges_of(find(folder), what)
    if form is Format.table and rows.num_rows == 0:
        typer.echo(f"No {what} were merged.")
        return
    show(_plain(rows) if form in {Format.table, Format.csv} else rows, form, output)
    if form is Format.table:
        typer.echo(
            f"{rows.num_rows} {what} have several ids. If two of them are not the same, add their ids to"
            " `[identity] separate` in trueup.toml; if others are, to `same`; then `trueup build`."
        )


def _plain(rows: pa.Table) -> pa.Table:
    """Lists as text, since neither a table nor CSV has lists."""
    told = [
        {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}
        for row in rows.to_pylist()
    ]
    return pa.Table.from_pylist(told)
