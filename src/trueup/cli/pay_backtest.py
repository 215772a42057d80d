"""``trueup pay backtest``: what a plan would have paid the workspace's people in the months that are over."""

import importlib
from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.acting import As
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write


def backtest_plan(
    against: Annotated[
        list[Path], typer.Option("--against", metavar="PLAN", help="The plan proposed: its file; may be repeated.")
    ],
    *,
    instead_of: Annotated[
        str, typer.Option("--instead-of", metavar="PLAN", help="Which plan it replaces; default: that of its name.")
    ] = "",
    first: Annotated[
        str, typer.Option("--from", metavar="PERIOD", help="As if nobody had been on a plan before, such as 2026-01.")
    ] = "",
    stress: Annotated[bool, typer.Option("--stress", help="Also on facts that went worse, in four ways.")] = False,
    credits_of: Annotated[
        str, typer.Option("--credits", help="The kind of credit that is the result; default: that of all deals.")
    ] = "",
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Pay the workspace's past months again by a plan in the place of one; nothing of it can be posted."""
    check_can_write(form, output)
    trying = importlib.import_module("trueup.cli.pay_backtest_run")
    trying.run(trying.Asked(tuple(against), instead_of, first, credits_of, stress), form, output, by=by, folder=folder)
