"""``trueup explain``."""

from typing import Annotated

import typer

from trueup import workspace
from trueup.answers.cells import check_grain
from trueup.answers.explaining import Explained, explain_number
from trueup.cli.computing import ERRORS
from trueup.cli.options import Workspace
from trueup.cli.output import Format, refusing, show
from trueup.runs.folder import find

_ORIGIN = ("source", "raw_table", "raw_row")


def command(
    metric: Annotated[str, typer.Argument(help="The metric's name.")],
    period: Annotated[str, typer.Option(help="The period's key, such as 2026-Q2.")],
    by: Annotated[str, typer.Option(help="account, person, team, department, segment, industry, company.")] = "company",
    entity: Annotated[str, typer.Option(help="Whose number: the id of the account, person...")] = "company",
    rows: Annotated[int, typer.Option(help="How many of the rows behind it to show.", min=0)] = 20,
    folder: Workspace = None,
) -> None:
    """Show how a number came about: definition, SQL, rows."""
    with refusing(*ERRORS):
        found = find(folder)
        settings = workspace.settings(found)
        told = explain_number(found, settings, metric, grain=check_grain(by), entity=entity, period=period, rows=rows)
    _tell(told)


def _tell(told: Explained) -> None:
    metric, cell = told.explanation.metric, told.cell
    echo = typer.echo
    echo(f"{metric.label} ({metric.name}), {metric.family}, {metric.department}")
    echo(f"\n{metric.description.strip()}\n")
    echo(f"{cell['grain']} {cell['entity']}, {cell['period']}: {cell['value']} {metric.unit} ({cell['status']})")
    for part in ("numerator", "denominator", "n", "pending"):
        echo(f"  {part}: {cell[part]}")
    echo(f"\nComputed as {told.explanation.formula}.")
    echo(f"A row of {told.explanation.fact_table}: {told.explanation.fact_description}")
    for name, value in told.explanation.parameters.items():
        echo(f"  parameter {name} = {value}")
    echo(f"\nSQL of the fact:\n{told.fact_sql}\n\nSQL from the fact to this number:\n{told.cell_sql}\n")
    echo(f"{told.row_count} rows stand behind it; {told.rows.num_rows} are shown.")
    shown = told.rows.drop_columns([name for name in _ORIGIN if name in told.rows.column_names])
    if shown.num_rows:
        show(shown, Format.table, None)
    for key, origin in told.origins.items():
        place = f"line {origin.line}" if origin.line is not None else "a row that several delivered rows make up"
        echo(f"  {key}: {origin.source}, {origin.file}, {place}")
