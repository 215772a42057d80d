"""``trueup fetch``."""

import os
from datetime import UTC, datetime
from typing import Annotated

import pyarrow as pa
import typer

from trueup import workspace
from trueup.cli.options import Workspace
from trueup.cli.output import Format, refusing, show
from trueup.cli.progress import progress
from trueup.lake.conform import MappingError
from trueup.lake.engine import EngineError
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
    _tell(report)


def _tell(report: FetchReport) -> None:
    if report.imported is None:
        typer.echo("Nothing is new there.")
        return
    kept = {taken.path.rpartition("/")[2].partition(".")[0]: taken for taken in report.imported.taken}
    fetched = [
        {"fetched table": table, "rows": rows, "": kept[table].outcome, "as": kept[table].became}
        for table, rows in sorted(report.fetched.items())
        if table in kept
    ]
    show(pa.Table.from_pylist(fetched), Format.table, None)
    conformed = [
        {"canonical table": c.table, "mapped": c.mapped, "new rows": c.new_rows, "new versions": c.new_versions}
        for c in report.imported.conformed
    ]
    show(pa.Table.from_pylist(conformed), Format.table, None)
    typer.echo(f"Findings: {len(report.imported.findings)}. See them with `trueup findings`.")
