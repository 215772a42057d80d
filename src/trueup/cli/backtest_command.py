"""``trueup backtest``: what a score that somebody already has would have been worth."""

import importlib
from enum import StrEnum
from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from trueup.answers.backtest import forecast_name, table, top_name
from trueup.answers.backtest_told import told, told_whole, window
from trueup.answers.indicators import day
from trueup.cli.lengths import date_of, days_of
from trueup.cli.options import AsOf, OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, put_json, refuse, refusing, write
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.indicators.backtest import Backtested, Beside, backtest
from trueup.indicators.selection import NO_CLAIMS_BELOW
from trueup.runs.score_file import SCORE, read_events, read_scores
from trueup.sources.delivery import DeliveryError

_EVENT, _OUTCOME = "the event", "renewed"
"""What is foretold where nothing else is said: of events in a file, and of a workspace."""


class Cadence(StrEnum):
    """Which grades."""

    quarterly = "quarterly"
    annual = "annual"
    strategic = "strategic"


class Higher(StrEnum):
    """What a higher score means."""

    safer = "safer"
    worse = "worse"


def command(
    file: Annotated[
        Path | None, typer.Argument(help="Your own scores: CSV or Parquet with the columns account, date, score.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            help="renewed, churned, expanded, deal_won, default or goal_attained; of a file's events, their name.",
        ),
    ] = None,
    grades: Annotated[
        Cadence | None,
        typer.Option("--grades", help="Try the workspace's closed grades."),
    ] = None,
    kpi: Annotated[str | None, typer.Option("--kpi", help="Try a KPI of the workspace as a score.")] = None,
    own_score: Annotated[
        bool, typer.Option("--own-score", help="Try the workspace's own score, as it would have been at the time.")
    ] = False,
    events: Annotated[
        Path | None,
        typer.Option("--events", help="No workspace, but what happened: CSV with the columns account, event_on."),
    ] = None,
    higher_is: Annotated[
        Higher | None,
        typer.Option("--higher-is", help="What a higher score means: safer (of a KPI what it says itself), or worse."),
    ] = None,
    score: Annotated[str, typer.Option("--score", help="The score's column in the file.")] = SCORE,
    lead: Annotated[str, typer.Option("--lead", help="How long before it one must know to act.")] = "P90D",
    horizon: Annotated[str, typer.Option("--horizon", help="How long after the lead it counts.")] = "P180D",
    known_until: Annotated[
        str | None,
        typer.Option("--known-until", help="The last day whose events are known; default: the newest date there is."),
    ] = None,
    as_of: AsOf = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Try a score that you have on what happened later: what it would have been worth."""
    check_can_write(form, output)
    lead_days, horizon_days = days_of(lead, "--lead"), days_of(horizon, "--horizon", least=1)
    named = _named(file, grades, kpi, own_score=own_score)
    if file is None:
        _check_only_of_files(events, known_until, score)
    if higher_is is not None and file is None and kpi is None:
        refuse(f"--higher-is is said of a FILE or a KPI; of {named} it is known.")
    if file is not None and events is not None:
        if as_of is not None or folder is not None:
            refuse("--events looks at no workspace: leave --as-of and --workspace out, or --events.")
        is_worse = higher_is is Higher.worse
        found = _of_files(file, events, outcome or _EVENT, score, lead_days, horizon_days, known_until, is_worse)
    else:
        if known_until is not None:
            refuse("--known-until is said of --events; a workspace knows it.")
        asked = importlib.import_module("trueup.cli.backtest_of_workspace")
        where = asked.found(folder, has_file=file is not None)
        if file is not None:
            wanted = asked.of_file(file, score, is_higher_safer=higher_is is not Higher.worse)
        else:
            kind = "own" if own_score else "kpi" if kpi is not None else "grades"
            is_higher_better = None if higher_is is None else higher_is is Higher.safer
            wanted = asked.of_ours(kind, kpi or grades or "", is_higher_better=is_higher_better)
        found = asked.backtested(where, wanted, outcome or _OUTCOME, as_of=as_of, lead=lead_days, horizon=horizon_days)
    for note in found.notes:
        typer.echo(f"trueup: {note}", err=True)
    with refusing(OSError):
        _tell(found, form, output)


def _named(file: Path | None, grades: Cadence | None, kpi: str | None, *, own_score: bool) -> str:
    """The one thing that was named to be tried."""
    said = {
        "FILE": file is not None,
        "--grades": grades is not None,
        "--kpi": kpi is not None,
        "--own-score": own_score,
    }
    named = [name for name, is_said in said.items() if is_said]
    if len(named) != 1:
        what = f"You named {' and '.join(named)}" if named else "You named nothing to try"
        refuse(f"{what}. Name one of these: a FILE of scores, --grades quarterly, --kpi NAME, or --own-score.")
    return named[0]


def _check_only_of_files(events: Path | None, known_until: str | None, score: str) -> None:
    given = {"--events": events is not None, "--known-until": known_until is not None, "--score": score != SCORE}
    if option := next((name for name, is_given in given.items() if is_given), None):
        refuse(f"{option} is said of a FILE of scores; name one, or leave it out.")


def _of_files(
    file: Path,
    events: Path,
    outcome: str,
    score: str,
    lead: int,
    horizon: int,
    known_until: str | None,
    is_higher_worse: bool,
) -> Backtested:
    """The backtest of two files; of their accounts nothing else is known."""
    until = date_of(known_until, "--known-until")
    with refusing(DeliveryError, OSError):
        scores = read_scores(file, is_higher_safer=not is_higher_worse, column=score)
        happened, notes = read_events(events, scores, name=outcome, known_until=until)
        first = int(scores.on.min())
        if first + lead + horizon > happened.known_until:
            refuse(
                f"The earliest score, of {day(first)}, is followed up until {day(first + lead + horizon)},"
                f" but events are known only until {day(happened.known_until)}. Give a shorter --lead or --horizon, or"
                " say with --known-until how long events are known."
            )
        found = backtest(scores.names, scores.accounts, scores.on, scores.safe, happened, lead=lead, horizon=horizon)
    return Backtested(scores.shown, outcome, scores.names, found, notes=(*scores.notes, *notes))


def _tell(found: Backtested, form: Format, output: Path | None) -> None:
    match form:
        case Format.table:
            _print(found)
        case Format.json:
            put_json(told_whole(found), output)
        case _:
            write(table(found), form, output)


def _print(of: Backtested) -> None:
    found = of.found
    heading(f"What the score would have been worth: {of.outcome}")
    paragraph(
        f"{of.what}: {found.accounts:,} accounts on {found.dates:,} dates, {found.rows:,} scores;"
        f" {found.events:,} events. It followed {_share(found.base)} of the scores {window(found)}."
    )
    if found.events < NO_CLAIMS_BELOW:
        paragraph(f"So few events prove little; it takes {NO_CLAIMS_BELOW}.")
    for words in told(of):
        paragraph(words)
    if not isnan(found.area.value):
        _print_tops(of)
        _print_beside(of.beside)
        _print_bands(of)
    for each in found.dropped:
        paragraph(f"{each.rows:,} scores were left out: {each.why}.")


def _print_tops(of: Backtested) -> None:
    tops = of.found.tops
    typer.echo()
    printed(
        Column("the most promising" if of.is_hoped else "the riskiest", [top_name(top) for top in tops]),
        Column("of them it happened to", [_share(top.precision) for top in tops], right=True),
        Column("drawn by lot", [_share(top.chance) for top in tops], right=True),
        Column("times", [NOTHING if isnan(top.lift) else f"{top.lift:.2f}" for top in tops], right=True),
        indent=2,
    )


def _print_beside(beside: tuple[Beside, ...]) -> None:
    if not beside:
        return
    typer.echo()
    found = [each.found for each in beside]
    printed(
        Column("forecast", [forecast_name(each) for each in beside]),
        Column("AUC", [_share(each.area.value) for each in found], right=True),
        Column("from", [_share(each.area.low) for each in found], right=True),
        Column("to", [_share(each.area.high) for each in found], right=True),
        Column("of the tenth", [_share(each.tops[-1].precision) for each in found], right=True),
        Column("in time", [f"{each.warned.in_time:,}" for each in found], right=True),
        Column("missed", [f"{len(each.warned.missed):,}" for each in found], right=True),
        indent=2,
    )


def _print_bands(of: Backtested) -> None:
    if of.found.calibration is None:
        return
    bands = of.found.calibration.skill.bands
    typer.echo()
    printed(
        Column("expected", [_share(band.expected) for band in bands], right=True),
        Column("happened", [_share(band.observed) for band in bands], right=True),
        Column("scores", [f"{band.rows:,}" for band in bands], right=True),
        indent=2,
    )


def _share(value: float) -> str:
    return NOTHING if isnan(value) else f"{value:.1%}"
