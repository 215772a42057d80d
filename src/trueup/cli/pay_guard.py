"""``trueup pay guard``: whether a measure that pays drifts, and how often chance alone looks like that."""

import importlib
from typing import Annotated

import typer

from trueup.cli.acting import As
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write


def guard_measures(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what nothing can be said of.")] = False,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Watch what measures that pay tempt people to; what is striking is to be asked about, and proves nothing."""
    check_can_write(form, output)
    importlib.import_module("trueup.cli.pay_guard_told").tell(form, output, by=by, folder=folder, is_whole=everything)
