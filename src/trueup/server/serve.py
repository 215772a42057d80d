"""A whole server: the record made ready, its processes begun, and looked after until somebody stops them."""

import argparse
import importlib
import sys
import time
import webbrowser
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from trueup import workspace
from trueup.cli.output import told
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import SnapshotError
from trueup.record.refusal import Refused
from trueup.runs.entered import follow_lake, make_record
from trueup.runs.folder import Folder, WorkspaceError, find
from trueup.runs.loopback import is_loopback
from trueup.runs.settings import Settings
from trueup.runs.sign_in import secret_of
from trueup.server.crew import Crew, WebServerError
from trueup.server.reach import base_address, check_host, listening
from trueup.server.stop import Stop

_LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Asked:
    """How the server was asked to be: as ``trueup serve`` has it."""

    host: str
    port: int
    administrator: str
    show: bool


def main(arguments: list[str]) -> None:
    """Serve until stopped."""
    stop = Stop.by_signals()
    try:
        serve(_asked(arguments), stop)
    except (WorkspaceError, WebServerError, Refused, SnapshotError, OSError) as error:
        typer.echo(f"trueup: {told(error)}", err=True)
        sys.exit(1)


def serve(asked: Asked, stop: Stop) -> None:
    """Serve the workspace until asked to stop."""
    folder = find()
    settings = workspace.settings(folder)
    check_host(asked.host, settings)
    if settings.sign_in.is_offered:
        secret_of(folder, settings.sign_in)
    with listening(asked.host, asked.port) as socket:
        make_record(folder)
        # Models are there only once the record is open.
        link = importlib.import_module("trueup.server.welcome").first_link(asked.administrator, at=datetime.now(UTC))
        crew = Crew(socket.fileno())
        try:
            _refresh_directory(folder, settings)
            crew.wait()
            base = base_address(asked.host, asked.port, settings)
            folder.served_at.write_text(base, encoding="utf-8")
            _tell(asked, settings, base, link)
            while not stop.is_asked:
                crew.look_after()
                time.sleep(_LOOK_EVERY)
        finally:
            crew.dismiss()
    typer.echo("Stopped.")


def _refresh_directory(folder: Folder, settings: Settings) -> None:
    try:
        follow_lake(folder, settings)
    except EngineError as error:
        typer.echo(f"Accounts and people are shown as they were: {told(error)}", err=True)


def _tell(asked: Asked, settings: Settings, base: str, link: str | None) -> None:
    typer.echo(f"{settings.company} is served at {base}/")
    if link:
        typer.echo(f"Sign in as its administrator, once and within the hour: {base}{link}")
    else:
        typer.echo("Whoever has no password yet gets a link that signs them in: trueup user link ADDRESS")
    if not (is_loopback(asked.host) or settings.is_https):
        typer.echo("Without https, passwords are readable on the way: see [server] https in the settings.", err=True)
    typer.echo("Stop it with Ctrl-C.")
    if asked.show:
        webbrowser.open(f"{base}{link or '/'}")


def _asked(arguments: list[str]) -> Asked:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--administrator", required=True)
    parser.add_argument("--show", action="store_true")
    return Asked(**vars(parser.parse_args(arguments)))
