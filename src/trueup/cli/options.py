"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.output import Format

Workspace = Annotated[
    Path | None, typer.Option("--workspace", help="The workspace's folder; default: TRUEUP_WORKSPACE, else here.")
]
OutputFormat = Annotated[Format, typer.Option("--format", help="How to print the rows.")]
OutputFile = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Only what was known then: a date (the end of that day) or an instant."),
]
