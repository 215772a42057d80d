"""``trueup readiness``."""

import pyarrow as pa
import typer

from trueup.answers.ready import readiness_of
from trueup.cli.computing import ERRORS
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, refusing, show
from trueup.lake.store import LakeBusyError
from trueup.runs.folder import find


def command(form: OutputFormat = Format.table, output: OutputFile = None, folder: Workspace = None) -> None:
    """Say which metrics can be computed, and what is missing for the others."""
    with refusing(*ERRORS, LakeBusyError):
        told = readiness_of(find(folder))
    rows = [
        {
            "metric": each.metric.name,
            "family": each.metric.family,
            "state": each.state,
            "because": " ".join(each.because),
            "cure": each.cure,
        }
        for each in told
    ]
    show(pa.Table.from_pylist(rows), form, output)
    if form is Format.table:
        counts = {state: sum(row["state"] == state for row in rows) for state in ("ready", "partly", "missing")}
        typer.echo(", ".join(f"{count} {state}" for state, count in counts.items()))
