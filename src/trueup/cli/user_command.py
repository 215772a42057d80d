"""``trueup user``: who may sign in. Whoever has the machine may say so, without being a user."""

import importlib
from datetime import UTC, datetime
from enum import StrEnum
from types import ModuleType
from typing import Annotated

import typer

from trueup.cli.options import Workspace
from trueup.cli.output import refusing
from trueup.cli.tables import Column, table
from trueup.record.refusal import Refused
from trueup.runs.entered import make_record
from trueup.runs.folder import WorkspaceError, find

subcommands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_UNTIL_SERVED = "http://127.0.0.1:8000"
Address = Annotated[str, typer.Argument(help="Their mail address.")]


class Role(StrEnum):
    """What somebody may do."""

    viewer = "viewer"
    member = "member"
    manager = "manager"
    analyst = "analyst"
    finance = "finance"
    administrator = "administrator"


@subcommands.callback()
def command() -> None:
    """Say who may sign in, and let them in by a link."""


@subcommands.command()
def add(
    address: Address,
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.member,
    folder: Workspace = None,
) -> None:
    """Let somebody sign in."""
    with refusing(WorkspaceError, Refused, OSError):
        _opened(folder, "actions.people").install_user(at=_now(), email=address, name=name, role=role.value)
    typer.echo(f"{address} may sign in as {role.value}. A link for the first time: trueup user link {address}")


@subcommands.command("list")
def show(folder: Workspace = None) -> None:
    """Show who may sign in, and who may no more."""
    with refusing(WorkspaceError, OSError):
        users = _opened(folder, "machine").everyone()
    if not users:
        typer.echo("Nobody yet: trueup user add ADDRESS --role administrator")
        return
    table(
        Column("address", [user.email for user in users]),
        Column("name", [user.name for user in users]),
        Column("role", [user.role for user in users]),
        Column("here last", [f"{user.last_login:%Y-%m-%d}" if user.last_login else "never" for user in users]),
        Column("", ["" if user.is_active else "may not sign in any more" for user in users]),
    )


@subcommands.command("role")
def change_role(
    address: Address,
    role: Annotated[Role, typer.Argument(help="What they may do from now on.")],
    folder: Workspace = None,
) -> None:
    """Give somebody another role."""
    with refusing(WorkspaceError, Refused, OSError):
        user = _opened(folder, "machine").named(address)
        _part("actions.people").install_role(user, at=_now(), role=role.value)
    typer.echo(f"{address} is {role.value} now.")


@subcommands.command()
def link(
    address: Address,
    base: Annotated[
        str | None, typer.Option(help="The address under which they reach the server; default: as it was served last.")
    ] = None,
    folder: Workspace = None,
) -> None:
    """Print a link that signs somebody in, once and within an hour."""
    with refusing(WorkspaceError, Refused, OSError):
        user = _opened(folder, "machine").named(address)
        if not user.is_active:
            raise Refused(f"{address} may not sign in any more.", cure="An administrator can let them in again.")
        path = _part("sign_in").path_for(user)
        served_at = find(folder).served_at
        known = served_at.read_text(encoding="utf-8") if served_at.is_file() else _UNTIL_SERVED
    typer.echo(f"{(base or known).rstrip('/')}{path}")


@subcommands.command()
def deactivate(address: Address, folder: Workspace = None) -> None:
    """Let somebody sign in no more; what they entered stays theirs."""
    with refusing(WorkspaceError, Refused, OSError):
        user = _opened(folder, "machine").named(address)
        _part("actions.people").lock_out(user, at=_now())
    typer.echo(f"{address} may not sign in any more.")


def _opened(folder: Workspace, part: str) -> ModuleType:
    """Open the workspace's record, made if there is none, and give a part of it."""
    make_record(find(folder))
    return _part(part)


def _part(name: str) -> ModuleType:
    """A part of the open record: models cannot be named before."""
    return importlib.import_module(f"trueup.record.{name}")


def _now() -> datetime:
    return datetime.now(UTC)
