"""``trueup impact``: what was gained beyond what would have happened anyway, and how much of it is certain."""

from enum import StrEnum
from math import isnan
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from trueup.answers.impact import (
    CALLED,
    METHODS,
    Found,
    cannot_tell,
    ends_mean,
    lines,
    table,
    told,
    told_together,
    told_whole,
)
from trueup.cli.impact_of_workspace import SHOWN, Asked, show
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, put_json, refuse, refusing, write
from trueup.cli.progress import progress
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.impact.bound import CONFIDENCE
from trueup.impact.effect import CUSTOMER_GAPS, NOT_OVER, TOO_SHORT, Effect
from trueup.impact.placebo import FEWEST_BEFORE, SDID
from trueup.impact.several import effects_of, together
from trueup.impact.words import check_in_words, left_out_in_words, signed, why_in_words
from trueup.runs.impact_file import ImpactFile, Names, read_impact
from trueup.sources.delivery import DeliveryError

subcommands = typer.Typer(rich_markup_mode=None)
_MOST_WEIGHTS, _MOST_LEFT_OUT = 8, 10
_LEAST_SHARE = 0.005
_LEAST_CONFIDENCE, _MOST_CONFIDENCE = 0.5, 0.99


class Method(StrEnum):
    """By what to tell what would have happened anyway."""

    did = "did"
    sc = "sc"
    sdid = "sdid"
    cits = "cits"
    all = "all"


class Better(StrEnum):
    """Which direction is an improvement."""

    more = "higher"
    less = "lower"


class CameIn(StrEnum):
    """What brought units in."""

    worst_quarter = "worst-quarter"
    best_quarter = "best-quarter"
    calendar = "calendar"


@subcommands.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    account: Annotated[str | None, typer.Option("--account", help="Only this account.")] = None,
    measure: Annotated[str | None, typer.Option("--measure", help="Only this measure of customers.")] = None,
    lever: Annotated[str | None, typer.Option("--lever", help="Only what began with this lever.")] = None,
    most: Annotated[int, typer.Option("--most", help="How many rows to show.", min=1)] = SHOWN,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Say what was gained beyond what would have happened anyway, and how much of it is certain."""
    if context.invoked_subcommand is None:
        show(Asked(account, measure, lever, most), form, output, folder)


@subcommands.command("estimate")
def estimate(
    panel: Annotated[Path, typer.Argument(help="CSV or Parquet with a row per unit and time.")],
    unit: Annotated[str, typer.Option("--unit", help="The column of the customer, state or team.")],
    time: Annotated[str, typer.Option("--time", help="The column of the year, month, quarter, week or date.")],
    value: Annotated[str, typer.Option("--value", help="The column of the measure.")],
    treated: Annotated[str, typer.Option("--treated", help="The column that says 1 from when on a unit was treated.")],
    method: Annotated[Method, typer.Option("--method", help="Which estimates to show.")] = Method.all,
    better: Annotated[Better, typer.Option("--better", help="Which direction is an improvement.")] = Better.more,
    confidence: Annotated[
        float, typer.Option("--confidence", help="How sure either end is to be, by itself; pay rests on the low one.")
    ] = CONFIDENCE,
    before: Annotated[
        int | None, typer.Option("--before", help="How many times before the start to compare; default: all.")
    ] = None,
    after: Annotated[
        int | None, typer.Option("--after", help="How many from the start on; default: all that every unit has.", min=1)
    ] = None,
    rule: Annotated[
        CameIn | None,
        typer.Option("--rule", help="When units came in, as agreed beforehand; default: after their worst quarter."),
    ] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
) -> None:
    """Say what each treated unit of a panel gained.

    The panel is any file with a row per unit and time; no workspace is looked at. Told are the estimates beside what
    before and after alone would claim, how sure they are, what speaks against them, and what would be paid on.
    """
    check_can_write(form, output)
    _check_asked(confidence, before)
    with refusing(DeliveryError, OSError), progress() as shown:
        shown.stage("reading the panel")
        read = read_impact(panel, Names(unit, time, value, treated), better=better.value)
        asked = (rule or CameIn.worst_quarter).value
        shown.stage("comparing")
        effects = effects_of(read.panel, before=before, after=after, rule=asked, confidence=confidence)
        if not any(effect.donors or effect.why not in ("", "no_donors") for effect in effects):
            _refuse_alone(read, effects[0])
        if all(effect.estimate is None for effect in effects):
            _refuse_unknown(read, effects[0])
        found = Found(
            whose=panel.name,
            measure=value,
            panel=read.panel,
            effects=tuple(effects),
            together=together(effects, confidence),
            methods=METHODS[method.value],
            confidence=confidence,
            rule=asked,
            is_rule_stated=rule is not None,
            notes=read.notes,
        )
    for note in found.notes:
        typer.echo(f"trueup: {note}", err=True)
    with refusing(OSError):
        _tell(found, form, output)


def _check_asked(confidence: float, before: int | None) -> None:
    if not _LEAST_CONFIDENCE < confidence <= _MOST_CONFIDENCE:
        refuse(f"--confidence {confidence:g}: It must be above .5 and at most .99. Nine times in ten is .9.")
    if before is not None and before < FEWEST_BEFORE:
        refuse(f"--before {before}: From fewer than {FEWEST_BEFORE} times before the start nothing can be concluded.")


def _refuse_alone(read: ImpactFile, effect: Effect) -> NoReturn:
    left_out = [f"{each.unit}: {left_out_in_words(each)}" for each in effect.left_out[:3]]
    why = f" ({'; '.join(left_out)})" if left_out else ""
    raise read.error(
        effect.unit,
        f"There is nobody to compare {effect.unit!r} with{why}.",
        "Add rows of units that were not treated, known at the same times; or compare fewer times with --before and"
        " --after.",
    )


def _refuse_unknown(read: ImpactFile, effect: Effect) -> NoReturn:
    cures = {
        NOT_OVER: "Give a shorter --after, or wait until they are over.",
        CUSTOMER_GAPS: "Fill in what is missing, or give an --after that ends before it.",
        TOO_SHORT: f"Add earlier rows: it takes {FEWEST_BEFORE}.",
    }
    raise read.error(effect.unit, f"Of {effect.unit!r} nothing can be said: {why_in_words(effect)}.", cures[effect.why])


def _tell(found: Found, form: Format, output: Path | None) -> None:
    match form:
        case Format.table:
            _print(found)
        case Format.json:
            put_json(told_whole(found), output)
        case _:
            write(table(found), form, output)


def _print(found: Found) -> None:
    for effect in found.effects:
        heading(f"{effect.unit}: {found.measure}")
        for sentence in told(found, effect):
            paragraph(sentence)
        if effect.estimate is not None:
            _print_methods(found, effect)
        if effect.estimates:
            _print_checks(effect)
            _print_donors(found, effect)
        _print_left_out(effect)
        typer.echo()
    if found.together is not None:
        heading("All together")
        for sentence in told_together(found):
            paragraph(sentence)
        typer.echo()
    paragraph(ends_mean(found))
    typer.echo()
    heading("What this cannot tell")
    for sentence in cannot_tell(found):
        paragraph(sentence, indent=2)


def _print_methods(found: Found, effect: Effect) -> None:
    told_lines = lines(found, effect)
    typer.echo()
    printed(
        Column("by", [CALLED[line.method] for line in told_lines]),
        Column("gained", [_shown(line.estimate) for line in told_lines], right=True),
        Column("low end", [_shown(line.low) for line in told_lines], right=True),
        Column("high end", [_shown(line.high) for line in told_lines], right=True),
        Column("error", [_shown(line.error).lstrip("+") for line in told_lines], right=True),
        indent=2,
    )


def _print_checks(effect: Effect) -> None:
    typer.echo()
    printed(
        Column("check", ["blocks" if check.blocks else "passed" for check in effect.checks]),
        Column("", [check_in_words(check) for check in effect.checks], wraps=True),
        indent=2,
    )


def _print_donors(found: Found, effect: Effect) -> None:
    chosen = effect.estimates[SDID]
    units = _weights(effect.donors, chosen.unit_weights.tolist())
    times = found.panel.times[effect.start - effect.window.before : effect.start]
    typer.echo()
    paragraph(f"Compared with {len(effect.donors)} donors, above all {units}.", indent=2)
    paragraph(f"Of the times before the start these count: {_weights(times, chosen.time_weights.tolist())}.", indent=2)


def _print_left_out(effect: Effect) -> None:
    if not effect.left_out:
        return
    named = [f"{each.unit} ({left_out_in_words(each)})" for each in effect.left_out[:_MOST_LEFT_OUT]]
    more = len(effect.left_out) - len(named)
    paragraph(f"Left out: {'; '.join(named)}{f'; and {more:,} more' if more else ''}.", indent=2)


def _weights(names: tuple[str, ...], weights: list[float]) -> str:
    order = sorted(range(len(names)), key=lambda place: -weights[place])
    shown = [place for place in order if weights[place] >= _LEAST_SHARE][:_MOST_WEIGHTS]
    return ", ".join(f"{names[place]} {weights[place]:.0%}" for place in shown)


def _shown(value: float) -> str:
    return NOTHING if isnan(value) else signed(value)
