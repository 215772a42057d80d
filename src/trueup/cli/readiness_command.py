"""``trueup readiness``."""

from collections.abc import Sequence

import pyarrow as pa
import typer

from trueup.answers.ready import readiness_of
from trueup.cli.computing import ERRORS
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refusing, write
from trueup.cli.tables import heading, paragraph
from trueup.metrics.readiness import Readiness
from trueup.runs.entered import entries_of
from trueup.runs.folder import find

_STATES = {
    "ready": "can be computed",
    "partly": "can be computed, but not for all rows or not for everyone",
    "missing": "cannot be computed",
}


def command(form: OutputFormat = Format.table, output: OutputFile = None, folder: Workspace = None) -> None:
    """Say which metrics can be computed, and what is missing for the others."""
    check_can_write(form, output)
    with refusing(*ERRORS):
        found = find(folder)
        told = readiness_of(found, entries_of(found))
        if form is Format.table:
            _tell(told)
        else:
            write(pa.Table.from_pylist([_row(each) for each in told]), form, output)


def _row(each: Readiness) -> dict[str, str]:
    return {
        "metric": each.metric.name,
        "family": each.metric.family,
        "state": each.state,
        "because": " ".join(each.because),
        "cure": each.cure,
    }


def _tell(told: Sequence[Readiness]) -> None:
    for state, meaning in _STATES.items():
        of_state = [each for each in told if each.state == state]
        if of_state:
            heading(f"{len(of_state)} {meaning}")
        if state == "ready":
            paragraph(", ".join(each.metric.name for each in of_state), indent=2)
        else:
            for each in of_state:
                paragraph(f"{each.metric.name}: {' '.join(each.because)}", indent=2)
                paragraph(each.cure, indent=4)
        if of_state:
            typer.echo()
