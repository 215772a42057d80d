"""``trueup pay lint``: what a plan tempts people to, before anybody is paid by it."""

import importlib
from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import OutputFile, OutputFormat
from trueup.cli.output import Format, check_can_write


def lint_plans(
    plans: Annotated[list[Path], typer.Argument(metavar="PLAN", help="Files of plans.")],
    target: Annotated[
        str | None, typer.Option("--target", help="A year's variable pay at target, in the plan's currency.")
    ] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
) -> None:
    """Say what a plan tempts people to, and what to write instead; exit code 1 where something is an error."""
    check_can_write(form, output)
    importlib.import_module("trueup.cli.pay_lint_told").tell_lint(plans, target, form, output)
