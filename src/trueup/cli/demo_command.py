"""``trueup demo``."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from trueup import workspace
from trueup.answers.board import board
from trueup.cli.computing import ERRORS
from trueup.cli.output import put, refuse, refusing
from trueup.cli.progress import progress
from trueup.cli.serve_command import ADMINISTRATOR, HOST, PORT, Port, Show, become_server
from trueup.record.refusal import Refused
from trueup.reports.board import page
from trueup.runs.build import definitions
from trueup.runs.closing import close, due
from trueup.runs.entered import entries_of
from trueup.runs.example import ask_the_data, fill_record
from trueup.runs.example_pay import pay_example
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.progress import Progress
from trueup.runs.pull import pull
from trueup.runs.settings import Settings
from trueup.runs.whole import build_whole
from trueup.runs.worksheets import in_force
from trueup.sources.delivery import DeliveryError
from trueup.sources.simulate import SIZES, Company, generate, workspace_files
from trueup.sources.simulate.clock import add_months

SYSTEMS = ("salesforce", "zendesk", "hubspot", "billing", "company")
"""The folders of exports; the planted truth beside them is for those who test Trueup, and is not imported."""


def command(
    folder: Annotated[Path, typer.Argument(help="Where to make the example.")] = Path("demo"),
    accounts: Annotated[int, typer.Option(help="How many accounts the company has.", min=50)] = 400,
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = 7,
    ends_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The company's last day; default: the end of last month."),
    ] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve its pages when all is made.")] = True,
    port: Port = PORT,
    show: Show = True,
) -> None:
    """Make the example company, import its exports, compute everything, and serve its pages."""
    made = Folder(folder.resolve())
    if made.settings_file.exists():
        refuse(f"{made.root} holds a workspace already. Remove it, or name another folder: trueup demo OTHER.")
    last = ends_on.date() if ends_on else datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    _make(made, replace(SIZES["demo"], seed=seed, accounts=accounts, ends_on=last))
    if serve:
        become_server(made, port=port, host=HOST, administrator=ADMINISTRATOR, show=show)
    typer.echo(f"Its pages: cd {folder} && trueup serve")
    typer.echo(f"What predicts who renews: cd {folder} && trueup indicators")
    typer.echo(f"Its numbers: cd {folder} && trueup metrics response_time --by team --period quarter")


def _make(made: Folder, company: Company) -> None:
    with refusing(*ERRORS, DeliveryError, Refused, OSError), progress() as shown:
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
        shown.stage("entering what its people know of their customers")
        goals = fill_record(made, settings, company)
        moment = moment_of(company.ends_on.isoformat(), settings)
        closed = _close(made, settings, company, moment, shown)
        built = build_whole(made, settings, as_of=moment, progress=shown)
        shown.stage("paying its people on the value that customers got")
        paid = pay_example(made, settings, built.snapshot, ends_on=company.ends_on, progress=shown)
        ask_the_data()
        shown.stage("drawing the board")
        written = made.root / "board.html"
        put(page(board(made, settings)).encode(), written)
    rows = sum(taken.rows for taken in report.taken)
    typer.echo(
        f"{len(report.taken)} exported tables with {rows:,} rows imported, {goals} goals of customers entered,"
        f" {built.metrics} metrics computed, {closed:,} grades of past quarters and years given as known then,"
        f" {paid} months of pay closed."
    )
    typer.echo(f"The board as a file: {written}")


def _close(made: Folder, settings: Settings, company: Company, moment: datetime, shown: Progress) -> int:
    """Close every past period, as if that had been done when it was due."""
    known = definitions(made)
    sheets = in_force(made, settings, metrics=known.metrics)
    begun = add_months(company.ends_on, -12 * company.years)
    dues = due(sheets.values(), settings, (), first_on=begun, now=moment)
    return close(made, settings, known, dues, entries=entries_of(made), progress=shown)
