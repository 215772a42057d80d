"""On whose behalf a command works with the record: rights are those of a user, whoever has the machine."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from trueup.record.refusal import Refused
from trueup.runs.entered import make_record
from trueup.runs.folder import Folder, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.record.models import User

As = Annotated[
    str | None, typer.Option("--as", help="The mail address of whoever acts; default: the only administrator.")
]


def opened(folder: Path | None) -> Folder:
    """The workspace, its record open, and made if there was none."""
    found = find(folder)
    make_record(found)
    return found


def acting(address: str | None) -> "User":
    """The user of the open record with this address, else its only administrator. Refused where nobody is meant."""
    machine = part("machine")
    if address is not None:
        user: User = machine.named(address)
        if not user.is_active:
            raise Refused(f"{address} may not sign in any more.", cure="Name somebody else with --as ADDRESS.")
        return user
    everyone: Sequence[User] = machine.everyone()
    able = [user for user in everyone if user.role == "administrator" and user.is_active]
    if not able:
        raise Refused(
            "There is no administrator yet.", cure="`trueup user add ADDRESS --role administrator` makes one."
        )
    if len(able) > 1:
        named = ", ".join(user.email for user in able)
        raise Refused(f"There are {len(able)} administrators: {named}.", cure="Say who acts with --as ADDRESS.")
    return able[0]


def part(name: str) -> ModuleType:
    """A part of the open record: models cannot be named before."""
    return importlib.import_module(f"trueup.record.{name}")
