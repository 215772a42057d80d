"""``trueup build``."""

from typing import Annotated

import typer

from trueup import workspace
from trueup.cli.options import AsOf, Workspace
from trueup.cli.output import refusing
from trueup.cli.progress import progress
from trueup.lake.engine import EngineError
from trueup.metrics.declarations import DeclarationsError
from trueup.metrics.instances import DefinitionError
from trueup.runs.build import BuildCheckError
from trueup.runs.folder import WorkspaceError, find
from trueup.runs.ground import NothingImportedError, moment_of
from trueup.runs.whole import build_whole
from trueup.units.zone import InvalidInstant


def command(
    as_of: AsOf = None,
    full: Annotated[bool, typer.Option("--full", help="Compute everything anew; there is no other way yet.")] = False,
    folder: Workspace = None,
) -> None:
    """Compute every metric and publish the result."""
    del full
    errors = (
        WorkspaceError,
        NothingImportedError,
        DeclarationsError,
        DefinitionError,
        BuildCheckError,
        InvalidInstant,
        EngineError,
        OSError,
    )
    with refusing(*errors), progress() as shown:
        found = find(folder)
        settings = workspace.settings(found)
        moment = None if as_of is None else moment_of(as_of, settings)
        built = build_whole(found, settings, as_of=moment, progress=shown)
    manifest = built.snapshot.manifest
    typer.echo(
        f"Published snapshot {manifest.snapshot}: {built.metrics} metrics, {built.cells:,} cells,"
        f" as of {manifest.as_of} UTC. See `trueup readiness` and `trueup metrics`."
    )
