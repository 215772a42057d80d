"""``trueup pay simulate``: what a plan would have paid over past closes, and another in its place."""

import importlib
from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import OutputFile, OutputFormat
from trueup.cli.output import Format, check_can_write


def simulate_plans(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with the plan in force, facts and closes.csv, as of a case.")
    ],
    *,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="PLAN", help="The plan proposed: a file or a folder; may be repeated."),
    ] = None,
    stress: Annotated[bool, typer.Option("--stress", help="Also on facts that went worse, in four ways.")] = False,
    value: Annotated[
        Path | None, typer.Option("--value", metavar="FILE", help="CSV of payee and value: what their customers got.")
    ] = None,
    credits_of: Annotated[
        str | None, typer.Option("--credits", help="The kind of credit that is the result, where there are several.")
    ] = None,
    months: Annotated[int, typer.Option("--months", help="How many months the money diff covers.", min=1)] = 12,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
) -> None:
    """Replay past closes by a plan, and by another in its place; nothing of it can be posted."""
    check_can_write(form, output)
    simulating = importlib.import_module("trueup.cli.pay_simulate_run")
    asked = simulating.Asked(folder, tuple(against or ()), stress, value, credits_of, months)
    simulating.run(asked, form, output)
