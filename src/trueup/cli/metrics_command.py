"""``trueup metrics``."""

from typing import Annotated

import typer

from trueup import workspace
from trueup.answers.asking import NotBuiltError, ask
from trueup.answers.cells import Question, UnknownNameError, check_grain
from trueup.cli.options import AsOf, OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, refuse, refusing, show
from trueup.cli.progress import progress
from trueup.lake.engine import EngineError
from trueup.runs.settings import Settings
from trueup.units.calendar import parse_as_of
from trueup.units.period import InvalidPeriod, parse_kind, parse_period, periods_between
from trueup.units.zone import InvalidInstant

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
    errors = (workspace.WorkspaceError, UnknownNameError, InvalidPeriod, InvalidInstant, NotBuiltError, EngineError)
    with refusing(*errors), progress() as shown:
        found = workspace.find(folder)
        settings = workspace.settings(found)
        question = Question(
            metrics=tuple(names or ()),
            grain=check_grain(by),
            kind=str(parse_kind(period)),
            periods=_periods(period, first, last, settings),
            where=tuple(_condition(text) for text in where or ()),
            as_of=parse_as_of(as_of, settings.zone) if as_of else None,
        )
        answer = ask(found, settings, question, progress=shown)
    show(answer.rows, form, output, columns=_SHOWN)


def _periods(kind: str, first: str | None, last: str | None, settings: Settings) -> tuple[str, ...]:
    """The keys of the periods from the first to the last one named; none if none is named."""
    if first is None and last is None:
        return ()
    asked = parse_kind(kind)
    begin = parse_period(first or last or "", settings.rules)
    end = parse_period(last or first or "", settings.rules)
    if begin.first > end.last:
        refuse(f"--from {first} comes after --to {last}; swap them.")
    return tuple(p.key for p in periods_between(begin.first, end.last, asked, settings.rules))


def _condition(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign:
        refuse(f"--where {text!r} is no condition; write column=value, such as segment=midmarket.")
    return column.strip(), value.strip()
