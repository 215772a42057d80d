"""``trueup report``."""

from pathlib import Path
from typing import Annotated

import typer

from trueup import workspace
from trueup.answers.board import board
from trueup.answers.predicting import predicting
from trueup.cli.computing import ERRORS
from trueup.cli.options import Workspace
from trueup.cli.output import put, refuse, refusing
from trueup.reports.board import page
from trueup.runs.entered import entries_of
from trueup.runs.folder import find
from trueup.runs.kept_studies import newest_two


def command(
    company: Annotated[bool, typer.Option("--company", help="The whole company's alignment board.")] = False,
    form: Annotated[str, typer.Option("--format", help="html.")] = "html",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; default: board.html here.")] = None,
    folder: Workspace = None,
) -> None:
    """Write the company's alignment board as a page."""
    if not company:
        refuse("Say what to report on: `trueup report --company` writes the company's board.")
    if form != "html":
        refuse(f"There is no board as {form!r}; it is written as html, which a browser prints to PDF.")
    with refusing(*ERRORS, OSError):
        found = find(folder)
        written = output or found.root / "board.html"
        put(
            page(board(found, workspace.settings(found), entries_of(found), predicting(newest_two(found)))).encode(),
            written,
        )
    typer.echo(f"Written: {written}")
