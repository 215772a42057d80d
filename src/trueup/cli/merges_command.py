"""``trueup merges``."""

from typing import Annotated

import pyarrow as pa
import typer

from trueup.answers.merging import merges_of
from trueup.cli.computing import ERRORS
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import heading, paragraph
from trueup.lake.state import MERGEABLE
from trueup.runs.folder import find


def command(
    what: Annotated[str, typer.Argument(help="accounts, contacts or people.")] = "accounts",
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show which ids were found to be the same account, contact or person."""
    check_can_write(form, output)
    if what not in MERGEABLE:
        refuse(f"{what!r} cannot be merged; ask for {', '.join(MERGEABLE)}.")
    with refusing(*ERRORS):
        rows = merges_of(find(folder), what)
        if form is Format.table:
            _tell(rows, what)
        else:
            write(_plain(rows) if form is Format.csv else rows, form, output)


def _tell(rows: pa.Table, what: str) -> None:
    if rows.num_rows == 0:
        typer.echo(f"No {what} were merged.")
        return
    for row in rows.to_pylist():
        ids = ", ".join(f"{each} ({source})" for each, source in zip(row["ids"], row["sources"], strict=True))
        heading(" = ".join(dict.fromkeys(filter(None, row["names"]))) or row["entity_id"])
        paragraph(ids, indent=2)
        paragraph(f"by {', '.join(row['rules'])}, score {row['score']:.2f}: {' '.join(row['evidence'])}", indent=2)
    typer.echo()
    paragraph(
        f"{rows.num_rows} {what} have several ids. If two of them are not the same, add their ids to"
        " `[identity] separate` in trueup.toml; if others are, to `same`; then `trueup build`."
    )


def _plain(rows: pa.Table) -> pa.Table:
    """Lists as text, since CSV has no lists."""
    told = [
        {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}
        for row in rows.to_pylist()
    ]
    return pa.Table.from_pylist(told)
