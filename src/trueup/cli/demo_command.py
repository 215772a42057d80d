"""``trueup demo``."""

import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from trueup import workspace
from trueup.answers.board import board
from trueup.cli.computing import ERRORS
from trueup.cli.output import put, refuse, refusing
from trueup.cli.progress import progress
from trueup.reports.board import page
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.pull import pull
from trueup.sources.delivery import DeliveryError
from trueup.sources.simulate import SIZES, generate, workspace_files

SYSTEMS = ("salesforce", "zendesk", "hubspot", "billing", "company")
"""The folders of exports; the planted truth beside them is for those who test Trueup, and is not imported."""


def command(
    folder: Annotated[Path, typer.Argument(help="Where to make the example.")] = Path("demo"),
    accounts: Annotated[int, typer.Option(help="How many accounts the company has.", min=50)] = 400,
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = 7,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the board in a browser.")] = True,
) -> None:
    """Make the example company, import its exports, compute everything, write its board."""
    made = Folder(folder.resolve())
    if made.settings_file.exists():
        refuse(f"{made.root} holds a workspace already. Remove it, or name another folder: trueup demo OTHER.")
    company = replace(SIZES["demo"], seed=seed, accounts=accounts)
    with refusing(*ERRORS, DeliveryError, OSError), progress() as shown:
        shown.stage("making the example company")
        exports = made.root / "exports"
        generate(exports, company=company)
        for name, text in workspace_files(company).items():
            file = made.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        workspace.furnish(made)
        settings = workspace.settings(made)
        report = pull(made, settings, [exports / system for system in SYSTEMS], source=None, progress=shown)
        built = build(made, settings, as_of=moment_of(company.ends_on.isoformat(), settings), progress=shown)
        shown.stage("drawing the board")
        written = made.root / "board.html"
        put(page(board(made, settings)).encode(), written)
    rows = sum(taken.rows for taken in report.taken)
    typer.echo(f"{len(report.taken)} exported tables with {rows:,} rows imported, {built.metrics} metrics computed.")
    typer.echo(f"The board: {written}")
    typer.echo(f"Next: cd {folder} && trueup metrics response_time --by team --period quarter")
    if show:
        webbrowser.open(written.as_uri())
