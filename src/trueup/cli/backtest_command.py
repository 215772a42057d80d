"""``trueup backtest``: what a score that somebody already has would have been worth."""

import json
import sys
from enum import StrEnum
from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from trueup.answers.backtest import lead_days, table, top_name, whole
from trueup.answers.indicators import day
from trueup.cli.lengths import date_of, days_of
from trueup.cli.options import OutputFile, OutputFormat
from trueup.cli.output import Format, check_can_write, put, refuse, refusing, write
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.indicators.backtest import Backtest, backtest
from trueup.indicators.selection import NO_CLAIMS_BELOW
from trueup.runs.score_file import read_events, read_scores
from trueup.sources.delivery import DeliveryError


class Higher(StrEnum):
    """What a higher score means."""

    safer = "safer"
    worse = "worse"


def command(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet with the columns account, date, score.")],
    outcome: Annotated[str, typer.Option("--outcome", help="What the score should foretell.")] = "the event",
    events: Annotated[
        Path | None, typer.Option("--events", help="What happened: CSV with the columns account, event_on.")
    ] = None,
    higher_is: Annotated[Higher, typer.Option("--higher-is", help="What a higher score means.")] = Higher.safer,
    score: Annotated[str, typer.Option("--score", help="The score's column.")] = "score",
    lead: Annotated[str, typer.Option("--lead", help="How long before it one must know to act.")] = "P90D",
    horizon: Annotated[str, typer.Option("--horizon", help="How long after the lead it counts.")] = "P180D",
    known_until: Annotated[
        str | None,
        typer.Option("--known-until", help="The last day whose events are known; default: the newest date there is."),
    ] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
) -> None:
    """Try a score that you have on what happened later: what it would have been worth."""
    check_can_write(form, output)
    lead_days_, horizon_days = days_of(lead, "--lead"), days_of(horizon, "--horizon", least=1)
    until = date_of(known_until, "--known-until")
    if events is None:
        refuse("Name a file of what happened with --events FILE: the columns account and event_on.")
    with refusing(DeliveryError, OSError):
        scores = read_scores(file, is_higher_safer=higher_is is Higher.safer, column=score)
        happened, notes = read_events(events, scores, name=outcome, known_until=until)
        first = int(scores.on.min())
        if first + lead_days_ + horizon_days > happened.known_until:
            refuse(
                f"The earliest score, of {day(first)}, is followed up until {day(first + lead_days_ + horizon_days)},"
                f" but events are known only until {day(happened.known_until)}. Give a shorter --lead or --horizon, or"
                " say with --known-until how long events are known."
            )
        found = backtest(
            scores.names, scores.accounts, scores.on, scores.safe, happened, lead=lead_days_, horizon=horizon_days
        )
    told = [*scores.notes, *notes]
    for note in told:
        typer.echo(f"trueup: {note}", err=True)
    with refusing(OSError):
        match form:
            case Format.table:
                _print(found, outcome)
            case Format.json:
                all_told = whole(found, scores.names, told)
                content = f"{json.dumps(all_told, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode()
                _write(content, output)
            case _:
                write(table(found), form, output)


def _write(content: bytes, output: Path | None) -> None:
    if output is not None:
        put(content, output)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _print(found: Backtest, outcome: str) -> None:
    heading(f"What the score would have been worth: {outcome}")
    window = (
        f"between {found.lead} and {found.lead + found.horizon} days later"
        if found.lead
        else f"within {found.horizon} days"
    )
    paragraph(
        f"{found.accounts:,} accounts on {found.dates:,} dates, {found.rows:,} scores; {found.events:,} events."
        f" It followed {_share(found.base)} of the scores {window}."
    )
    if found.events < NO_CLAIMS_BELOW:
        paragraph(f"So few events prove little; it takes {NO_CLAIMS_BELOW}.")
    area = found.area
    if isnan(area.value):
        paragraph("It happened to nobody, or to everybody: nothing tells accounts apart.")
        _print_dropped(found)
        return
    paragraph(
        f"Of two accounts on one date, the one to which it happened has the worse score in {_share(area.value)} of"
        f" cases ({_share(area.low)} to {_share(area.high)}); a coin has 50.0%."
    )
    typer.echo()
    printed(
        Column("the riskiest", [top_name(top) for top in found.tops]),
        Column("of them it happened to", [_share(top.precision) for top in found.tops], right=True),
        Column("drawn by lot", [_share(top.chance) for top in found.tops], right=True),
        Column("times", [NOTHING if isnan(top.lift) else f"{top.lift:.2f}" for top in found.tops], right=True),
        indent=2,
    )
    typer.echo()
    _print_warnings(found)
    _print_calibration(found)
    _print_dropped(found)


def _print_warnings(found: Backtest) -> None:
    warned = found.warned
    paragraph(
        f"{warned.events:,} accounts had a score before their event. {warned.in_time:,} were in the riskiest tenth at"
        f" least {found.lead} days before it, {len(warned.missed):,} never were. In that tenth, ties included, are"
        f" {_share(warned.share)} of all scores."
    )
    if warned.unscored:
        paragraph(f"{warned.unscored:,} accounts had an event, and no score before it.")
    if days := lead_days(found):
        paragraph(
            f"From the first time in it to the event: {days[50]:,.0f} days for half of them, from {days[10]:,.0f} to"
            f" {days[90]:,.0f} for eight in ten."
        )


def _print_calibration(found: Backtest) -> None:
    calibration = found.calibration
    if calibration is None or not calibration.skill.bands:
        paragraph("Whether the score's chances are right cannot be told: there are too few earlier dates with events.")
        return
    skill = calibration.skill
    what = (
        "As chances"
        if calibration.is_as_given
        else "The score is no chance; turned into one by what was learned on earlier dates"
    )
    paragraph(
        f"{what}: slope {skill.slope:.2f} (1 is right, below it is too sure), {_share(skill.brier)} of the squared"
        " error of the base rate saved. The tenths of the chances, and what happened:"
    )
    printed(
        Column("expected", [_share(band.expected) for band in skill.bands], right=True),
        Column("happened", [_share(band.observed) for band in skill.bands], right=True),
        Column("scores", [f"{band.rows:,}" for band in skill.bands], right=True),
        indent=2,
    )


def _print_dropped(found: Backtest) -> None:
    for each in found.dropped:
        paragraph(f"{each.rows:,} scores were left out: {each.why}.")


def _share(value: float) -> str:
    return NOTHING if isnan(value) else f"{value:.1%}"
