"""``trueup explain``."""

from typing import Annotated

import pyarrow as pa
import typer

from trueup import workspace
from trueup.answers.cells import check_grain
from trueup.answers.explaining import Explained, explain_number
from trueup.cli.computing import ERRORS
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refusing, shown_column, write
from trueup.cli.tables import Column, heading, paragraph, table
from trueup.cli.values import digits, notes, unit_shown
from trueup.metrics.metric import COMPANY
from trueup.runs.folder import find

_FIRST = ("counted_as", "fact_key", "account_id", "occurred_on")
"""The columns of a fact row that come first; those that the number is computed from follow."""
_ENTRIES = ("goal_id", "goal_ids", "reading_id")
"""Columns of a fact row that name the entries behind it."""


def command(
    metric: Annotated[str, typer.Argument(help="The metric's name.")],
    period: Annotated[str, typer.Option(help="The period's key, such as 2026-Q2.")],
    by: Annotated[str, typer.Option(help="account, person, team, department, segment, industry, company.")] = COMPANY,
    entity: Annotated[str, typer.Option(help="Whose number: the id of the account, person...")] = COMPANY,
    rows: Annotated[int, typer.Option(help="How many of the rows behind it to show.", min=0)] = 20,
    sql: Annotated[bool, typer.Option("--sql", help="Print all SQL, from the customer model to the number.")] = False,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show how a number came about: definition, SQL, rows."""
    check_can_write(form, output)
    with refusing(*ERRORS):
        found = find(folder)
        settings = workspace.settings(found)
        told = explain_number(found, settings, metric, grain=check_grain(by), entity=entity, period=period, rows=rows)
        if form is Format.table:
            _tell(told, settings.currency, with_sql=sql)
        else:
            write(_with_origins(told), form, output)


def _tell(told: Explained, currency: str, *, with_sql: bool) -> None:
    metric, cell = told.explanation.metric, told.cell
    heading(f"{metric.label} ({metric.name}; {metric.family}, {metric.department})")
    paragraph(" ".join(metric.description.split()), indent=2)
    typer.echo()
    value = f"{digits(cell.value, metric.unit)} {unit_shown(metric.unit, currency)}".strip()
    whose = COMPANY if cell.grain == COMPANY else f"{cell.grain} {cell.entity}"
    heading(f"{whose}, {cell.period}: {value}")
    exact = {"value": cell.value, "numerator": cell.numerator, "denominator": cell.denominator, "n": cell.n}
    typer.echo("  " + ", ".join(f"{name} = {'–' if part is None else part}" for name, part in exact.items()))
    if remarks := notes(cell.status, cell.pending):
        typer.echo(f"  {remarks}")
    typer.echo()
    paragraph(f"Computed as {told.explanation.formula}.")
    paragraph(f"A row of {told.explanation.fact_table}: {' '.join(told.explanation.fact_description.split())}")
    for name, setting in told.explanation.parameters.items():
        typer.echo(f"  parameter {name} = {setting}")
    _tell_sql(told, with_sql=with_sql)
    _tell_rows(told)


def _tell_sql(told: Explained, *, with_sql: bool) -> None:
    typer.echo(f"\n{told.cell_sql}\n")
    if with_sql:
        typer.echo(f"The fact {told.explanation.fact_table} is\n\n{told.fact_sql}\n")
    else:
        lines = len(told.fact_sql.splitlines())
        typer.echo(f"The SQL of the fact {told.explanation.fact_table} has {lines:,} lines; --sql prints it.\n")


def _tell_rows(told: Explained) -> None:
    rows = _with_origins(told)
    typer.echo(f"{told.row_count:,} rows stand behind it; {rows.num_rows:,} are shown.")
    if not rows.num_rows:
        return
    used = [name for name in rows.column_names if f'"{name}"' in told.cell_sql and name not in _FIRST]
    shown = [name for name in (*_FIRST, *used, *_ENTRIES) if name in rows.column_names]
    origins = [] if not told.origins else [Column("from", rows.column("from").to_pylist(), wraps=True)]
    table(*(shown_column(rows, name) for name in shown), *origins)


def _with_origins(told: Explained) -> pa.Table:
    """The rows, each with the delivered row that it came from where it came from one."""
    rows = told.rows.drop_columns([name for name in ("raw_table", "raw_row") if name in told.rows.column_names])
    if not told.origins:
        return rows
    places = [_place(told, str(key)) for key in rows.column("fact_key").to_pylist()]
    return rows.append_column("from", pa.array(places, pa.string()))


def _place(told: Explained, key: str) -> str:
    origin = told.origins.get(key)
    if origin is None:
        return ""
    return f"{origin.file}:{origin.line}" if origin.line is not None else f"{origin.file} (several rows)"
