"""``trueup serve``."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from trueup import workspace
from trueup.cli.options import Workspace
from trueup.cli.output import refusing
from trueup.runs.folder import ENVIRONMENT, Folder, WorkspaceError, find

PORT = 8000
HOST = "127.0.0.1"
ADMINISTRATOR = "admin@example.invalid"
Port = Annotated[int, typer.Option(help="Where the server listens.", min=1, max=65535)]
Host = Annotated[
    str, typer.Option(help="On which address of this machine; others reach it only where [server] hosts are set.")
]
Administrator = Annotated[
    str, typer.Option(help="The mail address of the first administrator, where there is nobody yet.")
]
Show = Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")]


def command(
    port: Port = PORT,
    host: Host = HOST,
    administrator: Administrator = ADMINISTRATOR,
    show: Show = True,
    folder: Workspace = None,
) -> None:
    """Serve the company's pages, and build when somebody asks or a schedule says so."""
    with refusing(WorkspaceError, OSError):
        found = find(folder)
        workspace.settings(found)
    become_server(found, port=port, host=host, administrator=administrator, show=show)


def become_server(found: Folder, *, port: int, host: str, administrator: str, show: bool) -> NoReturn:
    """Be the server from now on: this process goes on as that of a floor above, known here by its name only."""
    asked = ["--host", host, "--port", str(port), "--administrator", administrator]
    # Where nobody watches, nobody waits for a browser.
    asked += ["--show"] if show and sys.stdout.isatty() else []
    sys.stdout.flush()
    sys.stderr.flush()
    environment = {**os.environ, ENVIRONMENT: str(found.root)}
    os.execve(sys.executable, [sys.executable, "-m", "trueup.server", "serve", *asked], environment)  # noqa: S606
