"""``trueup doctor``."""

import importlib
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import version

import typer

from trueup import __version__, workspace
from trueup.cli.options import Workspace
from trueup.cli.output import told
from trueup.lake.engine import EngineError
from trueup.lake.store import open_lake
from trueup.mart.snapshot import SnapshotError, current
from trueup.metrics.declarations import DeclarationsError
from trueup.metrics.instances import DefinitionError
from trueup.record.refusal import Unreachable
from trueup.runs.build import check_settings, definitions
from trueup.runs.entered import has_record, unreachable
from trueup.runs.folder import Folder, WorkspaceError, find
from trueup.runs.turns import is_held, under_way
from trueup.runs.worksheets import in_force

_NEEDED_FREE = 2 * 1024**3
_LIBRARIES = ("duckdb", "ibis-framework", "sqlglot", "pyarrow", "polars", "django")


def command(folder: Workspace = None) -> None:
    """Check the workspace and this machine."""
    typer.echo(f"Trueup {__version__}, Python {platform.python_version()} on {platform.platform()}")
    typer.echo(", ".join(f"{library} {version(library)}" for library in _LIBRARIES))
    problems = list(_problems(folder))
    for problem in problems:
        typer.echo(f"✗ {problem}", err=True)
    typer.echo("Everything is in order." if not problems else f"{len(problems)} to mend.")
    if problems:
        raise typer.Exit(1)


def _problems(folder: Workspace) -> Iterator[str]:
    try:
        found = find(folder)
        settings, known = workspace.settings(found), definitions(found)
        check_settings(settings, known)
        in_force(found, settings, metrics=known.metrics)
    except (WorkspaceError, DeclarationsError, DefinitionError) as error:
        yield str(error)
        return
    typer.echo(f"✓ {found.settings_file} is valid, and so are the workspace's own metrics and worksheets")
    yield from _problems_of_disk(found)
    yield from _problems_of_data(found)
    yield from _problems_of_record(found)
    _tell_who_is_at_work(found)


def _problems_of_disk(found: Folder) -> Iterator[str]:
    free = shutil.disk_usage(found.root).free
    if free < _NEEDED_FREE:
        yield f"Only {free / 1024**3:.1f} GiB are free on the disk of {found.root}; a large build needs more."
    else:
        typer.echo(f"✓ {free / 1024**3:.0f} GiB free on the disk")


def _problems_of_data(found: Folder) -> Iterator[str]:
    if not found.lake.is_file():
        yield "Nothing was imported yet: `trueup import PATH`."
        return
    try:
        with open_lake(found.lake, read_only=True) as lake:
            counts = {table: count for table, count in lake.row_counts().items() if count}
            newest = lake.newest_load()
    except EngineError as error:
        yield told(error)
        return
    typer.echo("✓ lake: " + ", ".join(f"{count:,} {table}" for table, count in counts.items()))
    try:
        snapshot = current(found.mart)
    except SnapshotError as error:
        yield str(error)
        return
    if snapshot is None:
        yield "Nothing was computed yet: `trueup build`."
    elif snapshot.manifest.newest_load < newest:
        yield "Data were imported after the last build: `trueup build`."
    else:
        typer.echo(f"✓ snapshot {snapshot.manifest.snapshot} as of {snapshot.manifest.as_of} UTC is up to date")


def _problems_of_record(found: Folder) -> Iterator[str]:
    if not has_record(found):
        return
    # Django takes long to load, and most workspaces do without it.
    opening = importlib.import_module("trueup.record.opening")
    opening.open_record(found.root)
    try:
        opening.check_reachable()
    except Unreachable as error:
        yield str(unreachable(found, error))
        return
    if opening.is_current():
        typer.echo("✓ record is of this version")
    else:
        yield "The record is of an earlier version: `trueup serve` brings it to this one."


def _tell_who_is_at_work(found: Folder) -> None:
    if is_held(found.worker):
        where = f" at {found.served_at.read_text(encoding='utf-8')}" if found.served_at.is_file() else ""
        typer.echo(f"✓ the workspace is being served{where}, and its worker is there")
    if who := under_way(found):
        typer.echo(f"✓ a {who}")
