"""``trueup metrics``."""

import importlib
from typing import Annotated

import typer

from trueup.answers.cells import Answer, Question, UnknownNameError, check_grain, read
from trueup.cli.options import AsOf, OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, refuse, refusing, show
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder, WorkspaceError, find

_SHOWN = ("metric", "entity", "period", "value", "n", "pending", "status", "unit")


def command(
    names: Annotated[list[str] | None, typer.Argument(help="Metrics; default: all.")] = None,
    by: Annotated[str, typer.Option(help="account, person, team, department, segment, industry, company.")] = "company",
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
    with refusing(WorkspaceError, UnknownNameError, EngineError):
        found = find(folder)
        question = Question(
            metrics=tuple(names or ()),
            grain=check_grain(by),
            kind=period,
            first=first,
            last=last,
            where=tuple(_condition(text) for text in where or ()),
            as_of=as_of,
        )
        answer = _answer(found, question)
    show(answer.rows, form, output, columns=_SHOWN)


def _answer(folder: Folder, question: Question) -> Answer:
    """From the snapshot if it holds the answer; else computed, which loads what computing needs."""
    snapshot = current(folder.mart)
    if snapshot is not None and (answer := read(snapshot, question)) is not None:
        return answer
    computed: Answer = importlib.import_module("trueup.cli.computing").computed(folder, question)
    return computed


def _condition(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign:
        refuse(f"--where {text!r} is no condition; write column=value, such as segment=midmarket.")
    return column.strip(), value.strip()
