"""``trueup metrics``."""

import importlib
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from trueup.answers.cells import Answer, Question, UnknownNameError, check_grain, names, read
from trueup.cli.options import AsOf, OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import Column, heading, table, width
from trueup.cli.values import digits, notes, unit_shown
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import SnapshotError, current
from trueup.metrics.metric import COMPANY
from trueup.runs.folder import Folder, WorkspaceError, find

_PERIODS_SHOWN = 6
"""The newest periods, which a table for people shows where no other were asked for."""
_NAME_AND_UNIT, _VALUE = 50, 15
"""Characters that the other columns, and the values of one period, take in an overview."""
_STAR = {False: " ", True: "*"}
Row = Mapping[str, str]


def command(
    metrics: Annotated[list[str] | None, typer.Argument(help="Metrics; default: all.")] = None,
    by: Annotated[str, typer.Option(help="account, person, team, department, segment, industry, company.")] = COMPANY,
    period: Annotated[str, typer.Option(help="day, week, month, quarter, year, all, or a window such as P90D.")] = (
        "month"
    ),
    first: Annotated[str | None, typer.Option("--from", help="The first period, such as 2026-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last period; a window: the day it ends on.")] = None,
    as_of: AsOf = None,
    where: Annotated[list[str] | None, typer.Option(help="Only facts with column=value; may be repeated.")] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show metrics by account, person, team, segment, ..."""
    check_can_write(form, output)
    with refusing(WorkspaceError, UnknownNameError, EngineError, SnapshotError, OSError):
        found = find(folder)
        question = Question(
            metrics=tuple(metrics or ()),
            grain=check_grain(by),
            kind=period,
            first=first,
            last=last,
            where=tuple(_condition(text) for text in where or ()),
            as_of=as_of,
        )
        answer = _answer(found, question)
        if form is Format.table:
            _tell(found, question, answer)
        else:
            write(answer.rows, form, output)


def _answer(folder: Folder, question: Question) -> Answer:
    """From the snapshot if it holds the answer; else computed, which loads what computing needs."""
    snapshot = current(folder.mart)
    if snapshot is not None and (answer := read(snapshot, question)) is not None:
        return answer
    computed: Answer = importlib.import_module("trueup.cli.computing").computed(folder, question)
    return computed


def _condition(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign or not column.strip():
        refuse(f"--where {text!r} is no condition; write column=value, such as segment=midmarket.")
    return column.strip(), value.strip()


def _tell(folder: Folder, question: Question, answer: Answer) -> None:
    """The newest periods unless others were asked for, a table per metric where it has more than one entity."""
    shown = _periods_beside_each_other() if _is_overview(question) else _PERIODS_SHOWN
    rows, left_out = _newest(answer.rows, shown) if _shows_newest(question) else (answer.rows, "")
    if not rows.num_rows:
        known = f" that was known on {question.as_of}" if question.as_of else ""
        such = "".join(f" with {column}={value}" for column, value in question.where)
        typer.echo(
            f"No fact{known}{such} stands behind any of these numbers."
            " `trueup readiness` says what is missing, `trueup findings` what is wrong."
        )
        return
    listed = rows.to_pylist()
    units = [unit_shown(row["unit"], answer.currency) for row in listed]
    told = [
        {
            "metric": row["metric"],
            "entity": row["entity"],
            "period": row["period"],
            "value": digits(row["value"], row["unit"]),
            "unit": unit,
            "n": f"{row['n']:,}",
            "notes": notes(row["status"], row["pending"]),
        }
        for row, unit in zip(listed, units, strict=True)
    ]
    if _is_overview(question):
        _overview(told)
    elif question.grain == COMPANY:
        _print(told, ("metric", "period", "value", "unit", "n", "notes"))
    else:
        snapshot = current(folder.mart)
        entities = sorted({row["entity"] for row in told})
        called = names(snapshot, question.grain, entities) if snapshot else {}
        for metric, of_metric in groupby(told, key=lambda row: row["metric"]):
            _of_entities(metric, list(of_metric), called)
    if left_out:
        typer.echo(left_out)


def _shows_newest(question: Question) -> bool:
    return question.first is None and question.last is None


def _is_overview(question: Question) -> bool:
    """Whether periods stand side by side: every metric of the company was asked for, and not for how long back."""
    return question.grain == COMPANY and not question.metrics and _shows_newest(question)


def _periods_beside_each_other() -> int:
    return max(1, min(_PERIODS_SHOWN, (width() - _NAME_AND_UNIT) // _VALUE))


def _overview(rows: Sequence[Row]) -> None:
    """A line per metric, its newest periods side by side; what has to be known besides a number is a star."""
    values = {(row["metric"], row["period"]): row["value"] + _STAR[bool(row["notes"])] for row in rows}
    units = {row["metric"]: row["unit"] for row in rows}
    periods = sorted({row["period"] for row in rows})
    table(
        Column("metric", list(units)),
        *(Column(f"{each} ", [values.get((metric, each), " ") for metric in units], right=True) for each in periods),
        Column("", list(units.values())),
    )
    typer.echo("* thin, provisional or with facts pending: name the metric to see which.")


def _of_entities(metric: str, rows: Sequence[Row], called: Mapping[str, str]) -> None:
    heading(metric)
    if called:
        rows = [{**row, "name": called.get(row["entity"], "")} for row in rows]
    _print(rows, ("entity", *(["name"] if called else []), "period", "value", "unit", "n", "notes"))
    typer.echo()


def _print(rows: Sequence[Row], columns: tuple[str, ...]) -> None:
    wide = {"name", "notes", "entity"}
    table(
        *(
            Column(
                "" if name == "unit" else name,
                [row[name] for row in rows],
                right=name in {"value", "n"},
                wraps=name in wide,
            )
            for name in columns
            if any(row[name] for row in rows)
        )
    )


def _newest(rows: pa.Table, count: int) -> tuple[pa.Table, str]:
    """The rows of the newest periods that there are, and what to say of the others."""
    periods = sorted(pc.unique(rows.column("period")).to_pylist())
    if len(periods) <= count:
        return rows, ""
    shown = periods[-count:]
    older = f"Older ones, back to {periods[0]}: --from {periods[0]}, or --format csv for all."
    return _where(rows, [period >= shown[0] for period in rows.column("period").to_pylist()]), older


def _where(rows: pa.Table, wanted: Sequence[bool]) -> pa.Table:
    """The rows wanted, in runs: given a list of them, pyarrow would load pandas, where installed, to look at it."""
    runs = []
    start = 0
    for is_wanted, run in groupby(wanted):
        length = len(list(run))
        runs += [rows.slice(start, length)] if is_wanted else []
        start += length
    return pa.concat_tables(runs)
