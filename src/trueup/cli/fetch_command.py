"""``trueup fetch``."""

import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from trueup import workspace
from trueup.cli.options import Workspace
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.cli.tables import Column, paragraph, table
from trueup.lake.conform import MappingError
from trueup.lake.engine import EngineError
from trueup.runs.entered import follow_lake
from trueup.runs.fetch import FetchReport, fetch, forget
from trueup.runs.folder import WorkspaceError, find
from trueup.runs.mapping import SourceMappingError
from trueup.sources.delivery import DeliveryError
from trueup.sources.live.source_file import LiveError


def command(
    source: Annotated[str, typer.Argument(help="The folder in sources/ whose source.toml says what to fetch.")],
    full: Annotated[bool, typer.Option("--full", help="Fetch everything again, not only what is new.")] = False,
    folder: Workspace = None,
) -> None:
    """Fetch what is new from a live system, and import it."""
    errors = (
        WorkspaceError,
        LiveError,
        DeliveryError,
        MappingError,
        SourceMappingError,
        EngineError,
        OSError,
    )
    with refusing(*errors), progress() as shown:
        found = find(folder)
        settings = workspace.settings(found)
        if full:
            forget(found, source)
        report = fetch(found, settings, source, environment=os.environ, now=datetime.now(UTC), progress=shown)
        follow_lake(found, settings)
    _tell(report)


def _tell(report: FetchReport) -> None:
    done = report.imported
    if done is None:
        typer.echo("Nothing new: the lake is as it was.")
        return
    # The file of a fetched table is called by the table, then by when it was fetched.
    outcomes = [(each.path.rpartition("/")[2].partition(".")[0], each) for each in done.taken]
    table(
        Column("fetched", [name for name, _ in outcomes]),
        Column("rows", [f"{each.rows:,}" for _, each in outcomes], right=True),
        Column("", [each.outcome for _, each in outcomes]),
        Column("as", [each.became.removeprefix("kept, not mapped: ") for _, each in outcomes], wraps=True),
    )
    typer.echo()
    changed = [each for each in done.conformed if each.new_rows or each.new_versions]
    if changed:
        table(
            Column("canonical table", [each.table for each in changed]),
            Column("new", [f"{each.new_rows:,}" for each in changed], right=True),
            Column("new versions", [f"{each.new_versions:,}" for each in changed], right=True),
        )
        typer.echo()
    paragraph(f"{len(done.findings):,} findings: `trueup findings` shows them. Next: trueup build")
