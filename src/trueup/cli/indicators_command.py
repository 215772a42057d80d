"""``trueup indicators``: which KPIs truly predict an outcome, of the workspace's customers or of a panel in a file."""

import importlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trueup.answers.indicators import TIERS, Found, day, found, row, table
from trueup.answers.indicators_told import cannot_tell, headline, told_whole
from trueup.answers.study import study_of
from trueup.cli.lengths import date_of, days_of
from trueup.cli.options import AsOf, OutputFile, Workspace
from trueup.cli.output import Format, check_can_write, put_json, put_text, refuse, refusing, write
from trueup.cli.progress import progress
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.indicators.challengers import MissingChallengersError
from trueup.indicators.lab import study
from trueup.runs.panel_file import PanelFile, read_panel
from trueup.sources.delivery import DeliveryError

_ERRORS = (DeliveryError, MissingChallengersError, OSError)
_OUTCOME = "renewed"
"""What is asked of a workspace where nothing else is: whether customers stay."""


class Told(StrEnum):
    """How a study is told: to people, to programs, as a page."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    html = "html"


def command(
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            help="renewed, churned, expanded, deal_won, default or goal_attained; of a panel, what to call its events.",
        ),
    ] = None,
    panel: Annotated[
        Path | None,
        typer.Option(
            "--panel",
            help="No workspace, but CSV or Parquet: account, as_of, KPIs, and event_on, or due_on and happened.",
        ),
    ] = None,
    lead: Annotated[str, typer.Option("--lead", help="How long before it one must know to act.")] = "P90D",
    horizon: Annotated[str, typer.Option("--horizon", help="How long after the lead it counts.")] = "P180D",
    control: Annotated[
        list[str] | None,
        typer.Option("--control", help="A column of the panel to control for, not a KPI; may be repeated."),
    ] = None,
    known_until: Annotated[
        str | None,
        typer.Option("--known-until", help="The last day whose events the panel has; default: its newest date."),
    ] = None,
    challengers: Annotated[
        bool, typer.Option("--challengers", help="Also what boosted models are worth: pip install trueup[ml].")
    ] = False,
    as_of: AsOf = None,
    form: Annotated[
        Told, typer.Option("--format", help="How to tell it; html is a page that a browser prints.")
    ] = Told.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Find which KPIs truly predict an outcome, and say what the data cannot tell."""
    check_can_write(Format.json if form is Told.html else Format(form), output)
    lead_days, horizon_days = days_of(lead, "--lead"), days_of(horizon, "--horizon", least=1)
    until = date_of(known_until, "--known-until")
    if panel is None:
        if control or until is not None:
            refuse("--control and --known-until are said of a panel; name it with --panel FILE.")
        asked = importlib.import_module("trueup.cli.indicators_of_workspace")
        answer = asked.studied(
            folder,
            outcome or _OUTCOME,
            as_of=as_of,
            lead=lead_days,
            horizon=horizon_days,
            with_challengers=challengers,
        )
    else:
        if as_of is not None or folder is not None:
            refuse("--panel looks at no workspace: leave --as-of and --workspace out, or the panel.")
        with refusing(*_ERRORS), progress() as shown:
            shown.stage("reading the panel")
            read = read_panel(panel, outcome=outcome or "the event", controls=control or (), known_until=until)
            _check_is_over(read, lead_days + horizon_days)
            shown.stage("asking the data")
            asked_of = study(
                read.panel, read.outcome, lead=lead_days, horizon=horizon_days, with_challengers=challengers
            )
            answer = found(asked_of, read.notes, whose=panel.name, as_of=day(read.outcome.known_until))
    for note in answer.notes:
        typer.echo(f"trueup: {note}", err=True)
    with refusing(OSError):
        _tell(answer, form, output)


def _check_is_over(read: PanelFile, days: int) -> None:
    """Refuse a panel whose first date is too late for anything to be known of it."""
    first, until = int(read.panel.as_of.min()), read.outcome.known_until
    if first + days > until:
        refuse(
            f"The earliest date, {day(first)}, is followed up until {day(first + days)}, but events are known only"
            f" until {day(until)}. Give a shorter --lead or --horizon; or, if later events would be in the file, say"
            f" so with --known-until {day(first + days)}."
        )


def _tell(answer: Found, form: Told, output: Path | None) -> None:
    match form:
        case Told.table:
            _print(answer)
        case Told.json:
            put_json(told_whole(answer), output)
        case Told.html:
            # Drawing loads what only a page needs.
            drawn = importlib.import_module("trueup.reports.indicators")
            put_text(drawn.page(study_of(told_whole(answer))), output)
        case _:
            write(table(answer), Format(form), output)


def _print(answer: Found) -> None:
    heading(f"Which KPIs truly predict: {answer.study.outcome.name}")
    for told in headline(answer):
        paragraph(told)
    tiers = {judged.tier for judged in answer.judged}
    for tier, meaning in TIERS.items():
        if tier in tiers:
            typer.echo()
            heading(f"{tier}: {meaning}")
            _print_tier(answer, [kpi for kpi in answer.order if answer.judged[kpi].tier == tier])
    names = [answer.study.panel.kpis[kpi].name for kpi in answer.study.collection.kpis]
    if names:
        typer.echo()
        paragraph(f"Enough to watch: {', '.join(names)}. Together they tell nearly as much as all that lead.")
    if answer.earlier:
        typer.echo()
        heading("Did earlier studies hold?")
        for each in answer.earlier:
            paragraph(f"Study {each.number}, as of {each.as_of_on}: {each.in_words}", indent=2)
    typer.echo()
    heading("What this cannot tell")
    for told in cannot_tell(answer):
        paragraph(told, indent=2)


def _print_tier(answer: Found, kpis: list[int]) -> None:
    rows = [row(answer, kpi) for kpi in kpis]
    columns = [Column("kpi", [str(each["kpi"]) for each in rows])]
    if any(each["family"] for each in rows):
        columns.append(Column("family", [str(each["family"]) for each in rows]))
    for name, digits in (("effect", 2), ("low", 2), ("high", 2), ("q", 3), ("lead_days", 0), ("loco_gain", 4)):
        if any(each[name] is not None for each in rows):
            cells = [NOTHING if each[name] is None else f"{each[name]:.{digits}f}" for each in rows]
            columns.append(Column(name.replace("_", " "), cells, right=True))
    columns.append(Column("why", [str(each["reason"]) for each in rows], wraps=True))
    printed(*columns, indent=2)
