"""``trueup import``."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from trueup import workspace
from trueup.cli.options import Workspace
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.cli.tables import Column, heading, paragraph, table
from trueup.lake.conform import MappingError
from trueup.lake.engine import EngineError
from trueup.runs.entered import follow_lake
from trueup.runs.folder import WorkspaceError, find
from trueup.runs.mapping import SourceMappingError
from trueup.runs.pull import ImportReport, Taken, pull, rehearse
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
        EngineError,
        OSError,
    )
    with refusing(*errors), progress() as shown:
        found = find(folder)
        settings = workspace.settings(found)
        run = rehearse if dry_run else pull
        report = run(found, settings, paths or [], source=source, progress=shown)
        if not dry_run:
            follow_lake(found, settings)
    _tell(report, dry_run=dry_run)


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    _tell_sources(report.taken)
    _tell_kept([taken for taken in report.taken if taken.outcome == "kept"])
    _tell_canonical(report)
    _tell_findings(report)
    if dry_run:
        typer.echo("This was a rehearsal: nothing was changed.")
    elif any(done.new_rows or done.new_versions for done in report.conformed):
        typer.echo("Next: trueup build")
    elif any(taken.outcome != "seen" for taken in report.taken):
        typer.echo("Nothing new can be computed from this.")
    else:
        typer.echo("Nothing new: the lake is as it was.")


def _tell_sources(taken: Sequence[Taken]) -> None:
    sources = list(dict.fromkeys(each.source for each in taken))
    of = {source: [each for each in taken if each.source == source] for source in sources}
    if not sources:
        return

    def counted(outcome: str) -> list[str]:
        return [f"{sum(each.outcome == outcome for each in of[source]) or ''}" for source in sources]

    table(
        Column("source", sources),
        Column("tables", [f"{len(of[source])}" for source in sources], right=True),
        Column("rows", [f"{sum(each.rows for each in of[source]):,}" for source in sources], right=True),
        Column("mapped", counted("mapped"), right=True),
        Column("kept only", counted("kept"), right=True),
        Column("seen before", counted("seen"), right=True),
    )
    typer.echo()


def _tell_kept(kept: Sequence[Taken]) -> None:
    if not kept:
        return
    heading("Kept as delivered, not mapped")
    table(
        Column("file", [each.path for each in kept], wraps=True),
        Column("rows", [f"{each.rows:,}" for each in kept], right=True),
        Column(
            "why",
            [each.became.removeprefix("kept, not mapped: ").replace("<name>", each.source) for each in kept],
            wraps=True,
        ),
    )
    typer.echo()


def _tell_canonical(report: ImportReport) -> None:
    names = sorted({done.table for done in report.conformed})
    of = {name: [done for done in report.conformed if done.table == name] for name in names}
    if not names:
        return
    table(
        Column("canonical table", names),
        Column("mapped rows", [f"{sum(done.mapped for done in of[name]):,}" for name in names], right=True),
        Column("new", [f"{sum(done.new_rows for done in of[name]):,}" for name in names], right=True),
        Column("new versions", [f"{sum(done.new_versions for done in of[name]):,}" for name in names], right=True),
    )
    typer.echo()


def _tell_findings(report: ImportReport) -> None:
    codes = Counter((found.severity, found.code) for found in report.findings)
    if not codes:
        return
    told = ", ".join(f"{count:,} {severity} {code}" for (severity, code), count in codes.most_common())
    paragraph(f"Findings: {told}. `trueup findings` shows them.")
