"""``trueup import``."""

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from trueup import workspace
from trueup.cli.options import Workspace
from trueup.cli.output import Format, refusing, show
from trueup.cli.progress import progress
from trueup.lake.conform import MappingError
from trueup.lake.engine import EngineError
from trueup.lake.store import LakeBusyError
from trueup.runs.folder import WorkspaceError, find
from trueup.runs.mapping import SourceMappingError
from trueup.runs.pull import ImportReport, pull, rehearse
from trueup.sources.delivery import DeliveryError


def command(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; none: only map again what is mapped otherwise now.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="The system they are of, if it is not to be recognised.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    folder: Workspace = None,
) -> None:
    """Import exports: files, folders, zips."""
    errors = (
        WorkspaceError,
        DeliveryError,
        MappingError,
        SourceMappingError,
        LakeBusyError,
        EngineError,
        OSError,
    )
    with refusing(*errors), progress() as shown:
        found = find(folder)
        settings = workspace.settings(found)
        run = rehearse if dry_run else pull
        report = run(found, settings, paths or [], source=source, progress=shown)
    _tell(report, dry_run=dry_run)


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    taken = [{"file": t.path, "rows": t.rows, "source": t.source, "": t.outcome, "as": t.became} for t in report.taken]
    if taken:
        show(pa.Table.from_pylist(taken), Format.table, None)
    conformed = [
        {"canonical table": c.table, "mapped": c.mapped, "new rows": c.new_rows, "new versions": c.new_versions}
        for c in report.conformed
    ]
    if conformed:
        show(pa.Table.from_pylist(conformed), Format.table, None)
    counts = {s: sum(f.severity == s for f in report.findings) for s in ("error", "warning", "info")}
    told = ", ".join(f"{count} {severity}" for severity, count in counts.items())
    typer.echo(f"Findings: {told}. See them with `trueup findings`.")
    if dry_run:
        typer.echo("This was a rehearsal: nothing was changed.")
