"""``trueup init``."""

from pathlib import Path
from typing import Annotated

import typer

from trueup import workspace
from trueup.cli.output import refusing
from trueup.runs.folder import WorkspaceError


def command(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")],
    name: Annotated[str, typer.Option(help="Your company's name.")] = "Our company",
    currency: Annotated[str, typer.Option(help="The currency you think in, as an ISO 4217 code.")] = "EUR",
    timezone: Annotated[str, typer.Option(help="Your zone, such as Europe/Berlin.")] = "UTC",
) -> None:
    """Make a new workspace."""
    with refusing(WorkspaceError):
        made = workspace.make(folder, name=name, currency=currency, timezone=timezone)
    typer.echo(f"Made {made.settings_file}. Check its currency, zone and business hours, then: trueup import PATH...")
